"""Credentials: whether what a flow is configured with is the app's."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.entra.scopes import is_guid
from linter.finding import Hit, Related, Unknown
from linter.model import Application, Credential, Flow, Grants, place
from linter.placeholder import has_placeholder
from linter.registration import credentials
from linter.registration.credentials import KINDS


def secret_not_registered(
    application: Application, flows: tuple[Flow, ...], grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """A flow is configured with a secret that the app does not have, perhaps its id (AADSTS7000215)."""
    for flow in flows:
        if flow.secret_hint is None or flow.credential not in (None, "secret"):
            continue
        secrets = credentials.held(application, grants, "secret")
        if secrets is None:
            yield Unknown("application.password_credentials")
        elif secrets and flow.secret_hint not in {one.hint for one in secrets}:
            if any(one.hint is None for one in secrets):
                yield Unknown("application.password_credentials.hint")
            else:
                yield _unregistered(flow, secrets, grants)


def client_id_mistaken(
    application: Application, flows: tuple[Flow, ...], grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """A flow's client id is the id of something else, or none (AADSTS700016)."""
    others = dict(_other_ids(application, grants))
    for flow in flows:
        written = (flow.client_id or "").strip().lower()
        if not written or has_placeholder(written) or "://" in written:
            continue  # an App ID URI is another name of the app
        if written == (application.app_id or "").strip().lower():
            continue
        if written in others:
            what = f"which is {others[written].label}"
            yield _mistaken(flow, application, what, (others[written],))
        elif not is_guid(written):
            yield _mistaken(flow, application, "which has not the form of one")
        elif not written.strip("0-"):
            yield _mistaken(flow, application, "which stands for none")


# --- words -------------------------------------------------------------------------------------


def _unregistered(flow: Flow, secrets: tuple[Credential, ...], grants: Grants | None) -> Hit:
    hint = (flow.secret_hint or "").lower()
    owner = next((one for one in secrets if (one.key_id or "").lower().startswith(hint)), None)
    if owner is not None:
        what = f"`{flow.name}` is configured with what begins like the id of a secret, not like its value"
        return Hit(
            subject.of_flow(flow, "secret_hint"),
            place(flow, "secret_hint"),
            what,
            (Related(owner.at, "its id begins so"),),
            fix="Configure the value of the secret; if nobody has it, add a new one.",
        )
    return Hit(
        subject.of_flow(flow, "secret_hint"),
        place(flow, "secret_hint"),
        f"the secret that `{flow.name}` is configured with begins like none of the app's secrets",
        tuple(Related(one.at, "begins otherwise") for one in secrets[:4]),
        confidence="high" if credentials.principal_is_known(grants) else "medium",
    )


def _other_ids(application: Application, grants: Grants | None) -> Iterator[tuple[str, Related]]:
    """Ids that are taken for the client id: of the credentials, and of the objects."""
    for kind in KINDS:
        for one in credentials.held(application, grants, kind) or ():
            if one.key_id:
                yield one.key_id.strip().lower(), Related(one.at, f"the id of a {kind}")
    principal = grants.service_principal if grants else None
    if principal is not None and principal.id:
        yield principal.id, Related(principal.at, "the object id of its service principal")
    if application.id:
        yield application.id.strip().lower(), Related(place(application, "id"), "the object id of the app")


def _mistaken(flow: Flow, application: Application, what: str, related: tuple[Related, ...] = ()) -> Hit:
    own = application.app_id if application.app_id and not has_placeholder(application.app_id) else None
    return Hit(
        subject.of_flow(flow, "client_id"),
        place(flow, "client_id"),
        f"`{flow.name}` takes `{flow.client_id}` for its client id, {what}",
        related,
        fix=f"Configure the app's client id, `{own}`." if own else None,
    )
