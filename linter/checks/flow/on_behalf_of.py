"""APIs that call on behalf of their callers: what they are handed, and whether anybody can consent to it.

Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
"""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.catalog.store import Catalog
from linter.consent.page import asked_on_other_page
from linter.entra import Entra
from linter.entra.scopes import is_guid
from linter.finding import Edit, Hit, Predicts, Related, Unknown
from linter.ladder import Climb, stopped_at
from linter.model import Api, Application, Assertion, Flow, Grants, Inventory, ServicePrincipal, place
from linter.placeholder import has_placeholder
from linter.sign_in.audience import is_own, own_unstated
from linter.sign_in.authority import is_organisations
from linter.wording import listed, uses, verb


def obo_no_exposed_scope(
    application: Application, flows: tuple[Flow, ...], entra: Entra, inventory: Inventory | None = None
) -> Iterator[Hit | Unknown]:
    """An API that exchanges its callers' tokens offers no scope to ask such a token by."""
    users = _exchanging(flows, entra)
    if not users or _is_its_only_client(application, inventory):
        return
    api = application.api
    scopes = api.oauth2_permission_scopes if api else None
    if api is None or scopes is None:
        yield Unknown("application.api")
    elif all(scope.is_enabled is False for scope in scopes):
        at = place(api, "oauth2_permission_scopes")
        yield Hit(
            "api.oauth2PermissionScopes",
            at,
            "the app exposes no enabled scope by which a client could ask for the tokens that "
            f"{verb(users, 'exchanges', 'exchange')}",
            tuple(map(uses, users)),
            edits=(Edit("set", scopes[0].at, value=True, key="isEnabled"),) if len(scopes) == 1 else (),
            safe=False,  # who switched it off had a reason
        )


def obo_wrong_incoming_token(
    application: Application, flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """The token to be exchanged is no user's access token for this API."""
    for flow in _exchanging(flows, entra):
        assertion = flow.assertion
        if assertion is None:
            yield Unknown("flow.assertion")
        elif assertion.access == "application":
            yield _incoming(
                flow, assertion, "access", "an app-only token, and only a user's can be exchanged", 7000114
            )
        elif assertion.use == "id_token":
            what = "an ID token, and an access token is to be exchanged"
            # Some ID tokens were still taken: those of clients without wildcards in their redirect URIs.
            yield _incoming(flow, assertion, "use", what, 240002)._replace(confidence="medium")
        elif assertion.audience is None:
            yield Unknown("flow.assertion")
        else:
            yield from _audience(flow, assertion, assertion.audience, application, entra)


def obo_no_combined_consent(
    application: Application,
    flows: tuple[Flow, ...],
    climbs: tuple[Climb, ...],
    grants: Grants,
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """What the API needs downstream is not granted, and its clients' consent pages do not show it."""
    plan = inventory.consent if inventory else None
    users = _exchanging(flows, entra)
    if not users or (plan is not None and plan.by == "admin"):
        return
    if grants.oauth2_permission_grants is None and not grants.service_principal_absent:
        yield Unknown("grants.oauth2_permission_grants")
        return
    missing: dict[str, Climb] = {}
    for climb in stopped_at("ungranted", (climb for climb in climbs if climb.flow in users)):
        if isinstance(climb, Unknown):
            yield climb
            continue
        for name in climb.step.missing:
            if not asked_on_other_page(climb.flow, name, flows, application, catalog, entra):
                missing[name] = climb
    if missing:
        yield from _clients_not_known(application, missing, inventory)


def obo_custom_signing_key(flows: tuple[Flow, ...], grants: Grants, entra: Entra) -> Iterator[Hit | Unknown]:
    """Tokens for the API are signed with a key of its own, which nobody accepts in an exchange."""
    users = _exchanging(flows, entra)
    principal = grants.service_principal
    if not users or (principal is None and grants.service_principal_absent):
        return
    if principal is None:
        yield Unknown("grants.service_principal")
        return
    keys = principal.key_credentials
    signing = [key for key in keys or () if (key.usage or "").lower() == "sign"]
    preferred = principal.preferred_token_signing_key_thumbprint
    if signing or preferred:
        related = (*(Related(key.at, "signs tokens") for key in signing[:1] if preferred), *map(uses, users))
        yield Hit(
            "preferredTokenSigningKeyThumbprint" if preferred else "keyCredentials",
            place(principal, "preferred_token_signing_key_thumbprint") if preferred else signing[0].at,
            "tokens for the app are signed with a key of its own, and "
            f"{verb(users, 'exchanges', 'exchange')} them",
            related,
        )
    elif keys is None or not _states_signing_key(principal):
        yield Unknown("grants.service_principal")


def _exchanging(flows: tuple[Flow, ...], entra: Entra) -> list[Flow]:
    """The flows that exchange a token. Azure AD B2C has no such flow."""
    return [flow for flow in flows if flow.type == "on_behalf_of" and is_organisations(flow, entra)]


# --- scopes -----------------------------------------------------------------------------------


def _is_its_only_client(application: Application, inventory: Inventory | None) -> bool:
    """Whether nobody but the app itself calls its API: it needs no scope to ask for itself."""
    clients = inventory.api.clients if inventory and inventory.api else None
    own = (application.app_id or "").lower()
    return bool(clients) and bool(own) and all((client.app or "").lower() == own for client in clients or ())


# --- the incoming token -----------------------------------------------------------------------


def _incoming(flow: Flow, assertion: Assertion, member: str, what: str, number: int) -> Hit:
    return Hit(
        subject.of_flow(flow, "assertion"),
        assertion.at.child(member),
        f"`{flow.name}` is handed {what}",
        (uses(flow),),
        Predicts(400, None, (number,)),
    )


def _audience(
    flow: Flow, assertion: Assertion, audience: str, application: Application, entra: Entra
) -> Iterator[Hit | Unknown]:
    own = is_own(application, audience)
    if own:
        differing = _differs_in_case(audience, application)
        if differing:
            what = f"a token for `{audience}`, which differs from `{differing}` by upper and lower case"
            hit = _incoming(flow, assertion, "audience", what, 500131)
            yield hit._replace(severity="warning", confidence="medium")
        return
    if has_placeholder(audience):
        yield Unknown("flow.assertion")
        return
    resource = entra.resource_of_audience(audience)
    if own is None and resource is None:
        yield from map(Unknown, own_unstated(application))
        return
    name = resource.name if resource else f"`{audience}`"
    yield _incoming(
        flow, assertion, "audience", f"a token for {name}, and can exchange only one for itself", 500131
    )


def _differs_in_case(audience: str, application: Application) -> str | None:
    """The App ID URI that the audience is but for upper and lower case in its path."""
    texts = [uri.value.rstrip("/") for uri in application.identifier_uris or ()]
    plain = audience.rstrip("/")
    if plain in texts:
        return None
    same = [text for text in texts if text.lower() == plain.lower() and _path(text) != _path(plain)]
    return same[0] if same else None


def _path(uri: str) -> str:
    return uri.partition("://")[2].partition("/")[2]


# --- consent ----------------------------------------------------------------------------------


def _clients_not_known(
    application: Application, missing: dict[str, Climb], inventory: Inventory | None
) -> Iterator[Hit | Unknown]:
    api = application.api
    known = api.known_client_applications if api else None
    if api is None or known is None:
        yield Unknown("application.api")
        return
    clients = inventory.api.clients if inventory and inventory.api else None
    apps = [(client.app or "").lower() for client in clients or ()]
    if known and not (apps and all(map(is_guid, apps))):
        yield Unknown("inventory.api")  # some are listed: are they all?
        return
    unlisted = [app for app in apps if app not in {one.lower() for one in known}]
    if unlisted and api.pre_authorized_applications is None:
        yield Unknown("application.api")
        return
    lacking = [app for app in unlisted if app not in _pre_authorized(api)]
    if apps and not lacking:
        return
    who = f"does not list the client {listed(lacking)}" if lacking else "lists no client"
    needing = next(iter(missing.values()))
    yield Hit(
        "api.knownClientApplications",
        place(api, "known_client_applications"),
        f"`knownClientApplications` {who}, so that nobody is asked for {listed(sorted(missing))}, "
        f"which `{needing.flow.name}` needs and was not granted",
        (Related(needing.call.at, f"needs {next(iter(missing))}"), uses(needing.flow)),
        edits=_list_clients(api, lacking),
        safe=False,  # their users are then asked for more
    )


def _pre_authorized(api: Api) -> set[str]:
    return {(client.app_id or "").lower() for client in api.pre_authorized_applications or ()}


def _list_clients(api: Api, apps: list[str]) -> tuple[Edit, ...]:
    if not apps or not all(map(is_guid, apps)) or "known_client_applications" not in api.places:
        return ()
    return tuple(Edit("append", place(api, "known_client_applications"), app) for app in apps)


# --- keys -------------------------------------------------------------------------------------


def _states_signing_key(principal: ServicePrincipal) -> bool:
    """Whether the record says that there is no preferred key: it is written, as null."""
    return "preferred_token_signing_key_thumbprint" in principal.places
