"""Credentials: whether whoever holds them can keep them, and where nobody looks for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter import subject
from linter.entra import Entra
from linter.finding import Hit, Related, Unknown
from linter.model import Application, Credential, Flow, Grants, place
from linter.registration import credentials, public_client
from linter.registration.credentials import FIELDS, KINDS, Kind
from linter.sign_in.audience import admitted
from linter.typed import Final
from linter.wording import counted

_LISTS: Final[dict[Kind, str]] = {"secret": "passwordCredentials", "certificate": "keyCredentials"}
"""What Microsoft Graph calls the list of each kind, for subjects."""

_WITHOUT_REGISTRATION: Final = ("ManagedIdentity", "Legacy")


def on_public_only_app(
    application: Application, entra: Entra, flows: tuple[Flow, ...] | None = None
) -> Iterator[Hit | Unknown]:
    """A public client, which cannot keep a secret and is refused with one (AADSTS700025), has credentials."""
    if application.password_credentials == () and application.key_credentials == ():
        return
    if any(public_client.may_be_confidential(flow, entra) for flow in flows or ()):
        return
    if public_client.serves(application):
        return
    public = public_client.shown(application)
    if public is None:
        yield from map(Unknown, public_client.unstated(application))
        return
    held = {kind: credentials.held(application, None, kind) for kind in KINDS}
    yield from credentials.unlisted(held)
    if not any(held.values()):
        return
    undecided = public_client.undecided(application)
    yield from map(Unknown, undecided)
    for kind, found in held.items():
        if found and not undecided:
            yield Hit(
                _LISTS[kind],
                place(application, FIELDS[kind]),
                f"the app is a public client only, and has {counted(len(found), kind)}",
                (public,),
                # The switch alone is on for many a script that proves itself and calls Azure by a role.
                confidence="high" if public_client.comes_back(application) else "medium",
            )


def on_service_principal(
    grants: Grants, entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """Credentials lie on the service principal, where the registration does not show them.

    Those of managed identities are Azure's own, and what is older than registrations has none. Keys that sign
    or encrypt tokens prove nothing: a certificate for SAML is a pair of keys, and a secret that protects it.
    """
    principal = grants.service_principal
    if principal is None:
        if not grants.service_principal_absent:
            yield Unknown("grants.service_principal")
        return
    if principal.service_principal_type in _WITHOUT_REGISTRATION:
        return
    keys, secrets = principal.key_credentials, principal.password_credentials
    if keys is None:
        yield Unknown("grants.service_principal.key_credentials")
    if secrets is None:
        yield Unknown("grants.service_principal.password_credentials")
    signing = _marks(one for one in keys or () if one.usage == "Sign")
    audience = admitted(application, entra)
    related = (
        (Related(place(application, "sign_in_audience"), "an app of several tenants"),)
        if application is not None and audience is not None and audience.multi_tenant
        else ()
    )
    for one in (*(secrets or ()), *(keys or ())):
        if not credentials.proves(one) or not signing.isdisjoint(_marks((one,))):
            continue
        yield Hit(
            subject.of_credential(one),
            one.at,
            f"this {one.kind} lies on the app's service principal, where the registration does not show it",
            related,
        )


def _marks(every: Iterable[Credential]) -> set[tuple[str | None, ...]]:
    """What the halves of a certificate that signs tokens, and its secret, have in common: id or dates."""
    marks: set[tuple[str | None, ...]] = set()
    for one in every:
        marks |= {(one.key_id,), (one.start_date_time, one.end_date_time)}
    return {mark for mark in marks if None not in mark}
