"""Which app a flow signs in as, and whether it asks for itself."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.names import fits, library_name
from linter.entra.scopes import is_guid, split_scope
from linter.finding import Hit, Related, Unknown
from linter.model import Application, Flow, Text, place
from linter.placeholder import has_placeholder
from linter.sign_in.audience import compared, is_own, own_unstated
from linter.sign_in.authority import is_organisations


def microsoft_client_id(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """The client id is one of Microsoft's own apps, which get only what Microsoft agreed on (AADSTS65002)."""
    own = (application.app_id or "").lower() if application else ""
    for flow in flows:
        if flow.type in ("none", "managed_identity"):
            continue
        if flow.client_id is None:
            if application is None:
                yield Unknown("flow.client_id")
            continue  # the flow is the app's, and nothing says that it signs in as another one
        if has_placeholder(flow.client_id):
            yield Unknown("flow.client_id")
            continue
        name = catalog.resource_name(flow.client_id)
        if name is None or flow.client_id.lower() == own or not is_organisations(flow, entra):
            continue
        client = entra.microsoft_client(flow.client_id)
        if client is not None and (
            client.consentable or fits(library_name(flow.library or ""), client.tools)
        ):
            continue
        yield Hit(
            subject.of_flow(flow, "client_id"),
            place(flow, "client_id"),
            f"`{flow.name}` signs in as {name}, an app of Microsoft's, which gets only the permissions "
            "that Microsoft gave it",
            (Related(place(flow, "scopes"), "asks for these"),) if flow.scopes else (),
            confidence=None if client is not None else "low",
        )


def own_token_by_uri(
    application: Application, flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """A user's token for the app itself is asked for by the App ID URI, and renewed so (AADSTS90009)."""
    if application.identifier_uris == ():
        return
    for flow in flows:
        if flow.access != "delegated" or not is_organisations(flow, entra):
            continue
        renewal = _renewal(flow, entra)
        if renewal == () or _is_other_client(flow, application):
            continue
        asked = _asked_by_uri(flow)
        if asked is None:
            yield Unknown("flow.scopes")
            continue
        for text, audience in asked:
            own = False if entra.resource_of_audience(audience) else is_own(application, audience)
            if own is None:
                yield from map(Unknown, own_unstated(application))
            elif own and renewal is None:
                yield Unknown("flow.library")
            elif own:
                yield _by_uri(flow, text, audience, application, renewal or ())


def _renewal(flow: Flow, entra: Entra) -> tuple[Related, ...] | None:
    """What shows that the flow renews its token by a refresh token; () where it cannot, None if unknown."""
    if flow.type == "refresh_token":
        return (Related(place(flow, "type"), "renews the token"),)
    if not any(kind.refresh_token for kind in entra.flows if kind.type == flow.type):
        return ()
    for text in flow.scopes or ():
        if text.value == "offline_access":
            return (Related(text.at, "renews the token"),)
    if flow.endpoint == "v1":
        return (Related(place(flow, "endpoint"), "gives a refresh token unasked"),)
    if flow.library is None:
        return None
    kind = entra.library_kind(flow.library)
    if kind == "msal":
        return (Related(place(flow, "library"), "renews the token"),)
    return None if kind == "other" else ()


def _is_other_client(flow: Flow, application: Application) -> bool:
    """Whether the flow is configured as another client than the app."""
    ids = flow.client_id, application.app_id
    return all(ids) and (flow.client_id or "").lower() != (application.app_id or "").lower()


def _asked_by_uri(flow: Flow) -> list[tuple[Text, str]] | None:
    """What the flow asks for by a URI, each with its audience; None where it does not say."""
    if flow.resource is not None:
        asked = [(Text(flow.resource, place(flow, "resource")), flow.resource)]
    elif flow.scopes is None:
        return None
    else:
        asked = [(text, split_scope(text.value).audience) for text in flow.scopes]
    by_uri = [(text, audience) for text, audience in asked if "://" in audience]
    return list({compared(audience): (text, audience) for text, audience in reversed(by_uri)}.values())


def _by_uri(
    flow: Flow, text: Text, audience: str, application: Application, renewal: tuple[Related, ...]
) -> Hit:
    app_id = application.app_id
    wanted = text.value.replace(audience, app_id, 1) if app_id and is_guid(app_id) else None
    return Hit(
        subject.of_flow(flow, "scopes" if text.at != place(flow, "resource") else "resource"),
        text.at,
        f"`{flow.name}` asks for a token for its own app as `{audience}`, and only the appId will do "
        "when the token is renewed",
        renewal,
        fix=f"Ask for `{wanted}`." if wanted else None,
    )
