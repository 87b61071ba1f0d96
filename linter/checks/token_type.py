"""Token types: whether what a flow's token carries is what the called operation takes."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject, wording
from linter.amend import can_lose_roles, declare_for_call, withdraw
from linter.authorization.mailboxes import roles_held
from linter.catalog.match import parse_url
from linter.catalog.names import consented_by_resource
from linter.catalog.records import GRAPH, PermissionType
from linter.catalog.store import Catalog
from linter.consent.given import roles_of
from linter.entra import Entra
from linter.finding import Hit, Predicts, Related, Unknown
from linter.holdings import (
    Declared,
    acting,
    api_of,
    declared,
    directory_roles,
    where_declared,
)
from linter.ladder import Climb, Rung, find, is_graph_call, stopped_at
from linter.model import Application, Flow, Grants, Inventory, Platform, place
from linter.positions import At
from linter.rightsizing import Rightsizing
from linter.sign_in.asked import Asked, asked_for
from linter.sign_in.audience import asked_in, is_own, may_be_for_graph, token_audiences
from linter.sign_in.authority import is_ad_fs
from linter.typed import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from linter.tenant import Tenant

_OTHER: Final[dict[PermissionType, PermissionType]] = {"Scope": "Role", "Role": "Scope"}
_NOT_HELD: Final[tuple[Rung, ...]] = ("uncovered", "half-covered")
_KIND: Final[dict[PermissionType, str]] = {"Scope": "a delegated", "Role": "an app-only"}

# --- the permissions are of the other type ------------------------------------------------------


def application_permission_delegated_token(
    application: Application,
    climbs: tuple[Climb, ...],
    rightsizing: dict[PermissionType, Rightsizing],
    catalog: Catalog,
    entra: Entra,
) -> Iterator[Hit | Unknown]:
    """Only application permissions cover the call, and the token is a user's."""
    numbers = {id(climb): number for number, climb in enumerate(climbs)}
    for found in stopped_at("other-type", climbs):
        if isinstance(found, Unknown):
            yield found
        elif found.step.type == "Scope":
            cover = rightsizing["Scope"].covers.get(numbers[id(found)], ())
            yield _other_type(found, cover, application, catalog, entra)


def delegated_permission_app_token(
    application: Application,
    climbs: tuple[Climb, ...],
    rightsizing: dict[PermissionType, Rightsizing],
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """Only delegated permissions cover the call, and the token is the app's own."""
    numbers = {id(climb): number for number, climb in enumerate(climbs)}
    for found in stopped_at("other-type", climbs):
        if isinstance(found, Unknown):
            yield found
        elif found.step.type == "Role":
            cover = rightsizing["Role"].covers.get(numbers[id(found)], ())
            hit = _other_type(found, cover, application, catalog, entra)
            # A directory role of the app opens calls without a permission; which ones is not published.
            by_role = directory_roles(inventory, grants)
            yield hit._replace(severity="warning", safe=False) if by_role else hit


def _other_type(
    found: Climb, cover: tuple[str, ...], application: Application, catalog: Catalog, entra: Entra
) -> Hit:
    """Both halves: the flow, whose token is of one kind, and the manifest, which declares the other.

    `cover` is what all planned calls together have for this one, the same as other rules advise.
    """
    least = found.step.support.least if found.step.support else ()
    wanted = cover or (least[0] if least else found.step.alternative)
    edits, safe = declare_for_call(application, found, wanted, catalog, entra)
    names = wording.permissions(wanted, found.step.type)
    other = _OTHER[found.step.type]
    token = "app-only" if other == "Scope" else "delegated"
    held = wording.permissions(found.step.alternative, other)
    return Hit(
        subject.of_call(found.flow, found.call),
        found.call.at,
        f"`{subject.of_request(found.call)}` is covered by {held} alone, "
        f"which the {token} token of `{found.flow.name}` cannot carry",
        (
            _token(found.flow),
            *where_declared(application, found.step.alternative, other, catalog),
        ),
        severity=found.severity,
        confidence=found.confidence,
        fix=f"Declare {names}, the least that covers the call." if edits and wanted in least else None,
        edits=edits,
        safe=safe and bool(cover or least),
    )


def _token(flow: Flow) -> Related:
    kind = "an app-only" if flow.access == "application" else "a delegated"
    return Related(place(flow, "type"), f"{kind} token")


# --- the operation takes one kind of token only -------------------------------------------------


def delegated_only_api(climbs: tuple[Climb, ...]) -> Iterator[Hit | Unknown]:
    """The operation is offered to signed-in users only, and the token is the app's own."""
    for found in stopped_at("unsupported", climbs):
        if isinstance(found, Unknown):
            yield found
        elif found.step.type == "Role":
            yield _unsupported(found, "works for a signed-in user only")


def app_only_api(climbs: tuple[Climb, ...]) -> Iterator[Hit | Unknown]:
    """The operation is offered to apps only, and the token is a user's.

    Where it is offered to users of the other kind of account, the account is the fault and not the token.
    """
    for found in stopped_at("unsupported", climbs):
        if isinstance(found, Unknown):
            yield found
        elif found.step.type == "Scope" and found.step.operation is not None:
            operation = found.step.operation
            if not operation.work.supported and not operation.personal.supported:
                yield _unsupported(found, "works for an app without a user only")


def _unsupported(found: Climb, works: str) -> Hit:
    kind = "an app-only" if found.flow.access == "application" else "a delegated"
    return Hit(
        subject.of_call(found.flow, found.call),
        found.call.at,
        f"`{subject.of_request(found.call)}` {works}, and `{found.flow.name}` has {kind} token",
        (_token(found.flow),),
        severity=found.severity,
        confidence=found.confidence,
    )


def me_alias_with_app_token(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """`/me` is the signed-in user, and an app-only token has none, whatever the permission tables list."""
    for flow in flows:
        if flow.access != "application":
            continue
        for call in flow.every_call():
            first = parse_url(call.url).path.lower().split("/")[1]
            if first == "me" and is_graph_call(call, entra):
                yield Hit(
                    subject.of_call(flow, call),
                    call.at,
                    f"`{subject.of_request(call)}` asks for the signed-in user, and the app-only token of "
                    f"`{flow.name}` has none",
                    (_token(flow),),
                )


def retired_for_apps(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, today: str
) -> Iterator[Hit | Unknown]:
    """An API that no longer takes app-only tokens, whatever the permission tables list (its announcement)."""
    for flow in flows:
        if flow.access != "application" or not may_be_for_graph(flow, entra):
            continue
        for call in flow.every_call():
            operation = find(call, catalog, entra).operation
            host = parse_url(call.url).host or "graph.microsoft.com"
            for row in entra.retired(host, operation.template) if operation else ():
                if row.access == "application" and today[: len(row.ends)] >= row.ends:
                    yield Hit(
                        subject.of_call(flow, call),
                        call.at,
                        f"`{subject.of_request(call)}` needs a signed-in user since {row.ends}, "
                        f"and `{flow.name}` has an app-only token",
                        (_token(flow),),
                        fix=f"Use {row.replacement}.",
                        confidence=row.confidence,
                    )


# --- the token has no permissions ---------------------------------------------------------------


def role_less_app_token(
    flows: tuple[Flow, ...],
    climbs: tuple[Climb, ...],
    grants: Grants,
    entra: Entra,
    application: Application | None = None,
    inventory: Inventory | None = None,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """An app-only token for an API that looks at roles, and the app was assigned none of them.

    Calls of Microsoft Graph are looked at one by one where the registration is known, and those of
    managed identities always.
    """
    for flow in flows:
        if flow.access != "application" or is_ad_fs(flow) or grants.service_principal_absent:
            continue
        audiences = token_audiences(flow)
        if audiences is None:
            yield Unknown("flow.resource" if flow.type == "managed_identity" else "flow.scopes")
            continue
        for audience in audiences:
            api = _decides_by_roles(audience, grants, entra, application)
            if api is None or (
                api.app_id == GRAPH and _is_judged_by_call(flow, application, inventory, grants)
            ):
                continue
            lacks = _unsure_of_roles(flow, api, climbs, grants)
            yield from map(Unknown, lacks or ())
            by_exchange = _has_exchange_roles(flow, api, grants, tenant, entra)
            if lacks == () and by_exchange is not True:
                hit = _role_less(flow, api)
                yield hit if by_exchange is False or api.by_assignment else hit._replace(confidence="medium")


class _Api(NamedTuple):
    """An API that takes a token by its roles; `by_assignment`: without one the token is not even issued."""

    app_id: str
    name: str
    own: bool
    by_assignment: bool


def _decides_by_roles(
    audience: str, grants: Grants, entra: Entra, application: Application | None
) -> _Api | None:
    own = application is not None and is_own(application, audience) is True
    known = entra.resource_of_audience(audience)
    if own and application is not None and application.app_id is not None:
        app_id, name, decides = application.app_id.lower(), "its own API", bool(application.app_roles)
    elif known is not None and known.status != "retired":
        app_id, name, decides = known.app_id, known.name, known.authorises == "roles"
    else:
        return None
    closed = any(
        principal.app_id == app_id and principal.app_role_assignment_required
        for principal in grants.resources.values()
    )
    return _Api(app_id, name, own, closed) if decides or closed else None


def _is_judged_by_call(
    flow: Flow, application: Application | None, inventory: Inventory | None, grants: Grants
) -> bool:
    """Whether other rules speak of the flow's calls, or Microsoft Graph opens some of them without a role."""
    if _has_directory_role(flow, inventory, grants):
        return True
    if inventory is not None and inventory.resource_specific_permissions:
        return True
    return bool(flow.calls) and (application is not None or flow.type == "managed_identity")


def _unsure_of_roles(
    flow: Flow, api: _Api, climbs: tuple[Climb, ...], grants: Grants
) -> tuple[str, ...] | None:
    """What hides whether the flow's principal has a role of the API; None where it has one."""
    mine = acting(flow, grants)
    if mine is None:
        return ("grants.service_principals",)
    consented = roles_of(mine, api.app_id)
    if consented.at is not None:
        return None
    if consented.open or api.app_id != GRAPH:
        return consented.open
    # A team or chat grants these by itself, and they stand in no token.
    by_team = any(
        consented_by_resource(name)
        for climb in climbs
        if climb.flow is flow and climb.step.support is not None
        for found in climb.step.support.accepted
        for name in found
    )
    return ("grants.resource_specific_consent",) if by_team else ()


def _has_exchange_roles(
    flow: Flow, api: _Api, grants: Grants, tenant: Tenant | None, entra: Entra
) -> bool | None:
    """Whether a role of Exchange's own opens mailboxes to the flow's principal; None where nobody says."""
    if all(resource != api.app_id for resource, _ in entra.exchange_scoped):
        return False
    if tenant is None or tenant.exchange_role_assignments is None:
        return None
    mine = acting(flow, grants)
    return bool(roles_held(tenant, None, mine))


def _role_less(flow: Flow, api: _Api) -> Hit:
    field = asked_in(flow)
    got = f"gets no app-only token for {api.name}, which is for assigned apps"
    return Hit(
        subject.of_flow(flow, field),
        place(flow, field),
        f"`{flow.name}` {got}, and no role was granted"
        if api.by_assignment
        else f"`{flow.name}` gets an app-only token for {api.name} without a role, since none was granted",
        (_token(flow),),
        _predicted(api),
        severity="warning" if api.own and not api.by_assignment else None,
    )


def _predicted(api: _Api) -> Predicts | None:
    if api.by_assignment:
        return Predicts(400, aadsts=(501051,))
    return None if api.app_id == GRAPH else Predicts(403)


def both_types_one_used(
    application: Application,
    flows: tuple[Flow, ...],
    climbs: tuple[Climb, ...],
    catalog: Catalog,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """A permission that calls need is declared in both types, and all flows have the same kind of token.

    Where no call needs it in either type, `permission/unused` says so of both.
    """
    entries = declared(application, catalog)
    if entries is None:
        yield Unknown("application.required_resource_access")
        return
    # A managed identity has nothing of what a registration declares.
    flows = tuple(flow for flow in flows if flow.access is not None and flow.type != "managed_identity")
    if len({flow.access for flow in flows}) != 1:
        return
    used: PermissionType = "Role" if flows[0].access == "application" else "Scope"
    twins = {(one.resource, one.written): one for one in entries if _is_known(one, used)}
    needed = {name for climb in climbs for name in _accepted(climb)}
    complete = inventory is not None and inventory.complete
    for entry in entries:
        twin = twins.get((entry.resource, entry.written))
        if twin is None or entry.written not in needed or not _is_known(entry, _OTHER[used]):
            continue
        flow = "flow" if complete else "flow that is listed"
        yield Hit(
            subject.of_permission(api_of(entry, catalog), entry.written, _OTHER[used]),
            entry.entry.at,
            f"`{entry.written}` is declared in both types, and no {flow} has {_KIND[_OTHER[used]]} token",
            (Related(twin.entry.at, "the type that is used"), _token(flows[0])),
            severity="warning" if complete else "note",
            confidence=None if complete else "medium",
            edits=withdraw(entry) if complete else (),
        )


# --- managed identities -------------------------------------------------------------------------


def managed_identity_needs_direct_assignment(
    climbs: tuple[Climb, ...],
    grants: Grants,
    catalog: Catalog,
    application: Application | None = None,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """A managed identity was not assigned what its calls need.

    It is a principal of its own: what a registration declares, or was granted, does not reach it.
    """
    for rung in _NOT_HELD:
        for found in stopped_at(rung, _of_identities(climbs)):
            if isinstance(found, Unknown):
                yield found
            else:
                by_role = _has_directory_role(found.flow, inventory, grants)
                yield _unassigned(found, application, catalog, by_role=by_role)


def _of_identities(climbs: tuple[Climb, ...]) -> Iterator[Climb]:
    return (climb for climb in climbs if climb.flow.type == "managed_identity")


def _has_directory_role(flow: Flow, inventory: Inventory | None, grants: Grants) -> bool:
    return bool(directory_roles(inventory, acting(flow, grants)))


def _unassigned(found: Climb, application: Application | None, catalog: Catalog, *, by_role: bool) -> Hit:
    names = found.step.missing
    return Hit(
        subject.of_call(found.flow, found.call),
        found.call.at,
        f"`{subject.of_request(found.call)}` needs {wording.permissions(names, 'Role')}, "
        f"which nobody assigned to the managed identity of `{found.flow.name}`",
        (
            Related(place(found.flow, "type"), "a managed identity"),
            *where_declared(application, names, "Role", catalog),
        ),
        # A directory role opens calls without a permission; which ones is not published.
        severity="warning" if by_role else found.severity,
        confidence=found.confidence,
    )


def managed_identity_delegated(flows: tuple[Flow, ...], climbs: tuple[Climb, ...]) -> Iterator[Hit | Unknown]:
    """A managed identity is asked for a permission by name, or calls what only users can."""
    for flow in flows:
        if flow.type != "managed_identity" or (flow.scopes is None and flow.resource is not None):
            continue
        asked = asked_for(flow)
        named = [one for one in asked if one.is_named]
        if named:
            yield _named(flow, named)
        elif flow.scopes is None or any(one.open for one in asked):
            yield Unknown("flow.resource" if flow.scopes is None else "flow.scopes")
    for found in stopped_at("unsupported", _of_identities(climbs)):
        if isinstance(found, Unknown):
            yield found
        else:
            yield _without_user(found)


def _named(flow: Flow, named: list[Asked]) -> Hit:
    return Hit(
        subject.of_flow(flow, "scopes"),
        place(flow, "scopes"),
        f"`{flow.name}` asks for {wording.listed(one.text.value for one in named)}, "
        "and a managed identity is asked for an API as a whole",
        (
            *(Related(one.text.at, "a permission by name") for one in named),
            Related(place(flow, "type"), "a managed identity"),
        ),
        Predicts(400, "invalid_resource", (500011,)),
        confidence="medium",
    )


def _without_user(found: Climb) -> Hit:
    return Hit(
        subject.of_call(found.flow, found.call),
        found.call.at,
        f"`{subject.of_request(found.call)}` works for a signed-in user only, "
        f"and `{found.flow.name}` is a managed identity, which has none",
        (Related(place(found.flow, "type"), "a managed identity"),),
        severity=found.severity,
        confidence=found.confidence,
    )


# --- an app that has no token of its own --------------------------------------------------------


def public_client_application_permission(
    application: Application,
    catalog: Catalog,
    grants: Grants | None = None,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """A public client, which cannot prove who it is, declares permissions for a token of its own."""
    entries = declared(application, catalog)
    if entries is None:
        yield Unknown("application.required_resource_access")
        return
    roles = [entry for entry in entries if (entry.entry.type or "").lower() == "role"]
    public = _public_client(application)
    if not roles or public is None or _may_prove_itself(application, grants):
        return
    unknown = _unstated(application)
    if unknown:
        yield from map(Unknown, unknown)
        return
    for entry in roles:
        name = wording.permissions((entry.written,), "Role")
        yield Hit(
            subject.of_permission(api_of(entry, catalog), entry.written, "Role"),
            entry.entry.at,
            f"{name} needs a token of the app's own, and this app is a public client without a credential",
            (Related(public, "a public client"),),
            # Federated credentials are a collection of their own, which most exports leave out.
            confidence="medium" if application.federated_identity_credentials is None else None,
            edits=withdraw(entry) if can_lose_roles(inventory) and entry.state == "known" else (),
            safe=application.federated_identity_credentials is not None,
        )


def _public_client(application: Application) -> At | None:
    """Where the registration says that the app is a public client; None if it does not."""
    if application.is_fallback_public_client is True:
        return place(application, "is_fallback_public_client")
    platform = application.public_client
    return platform.redirect_uris[0].at if platform and platform.redirect_uris else None


def _may_prove_itself(application: Application, grants: Grants | None) -> bool:
    """Whether the app has a credential, or a platform of a confidential client or a browser app."""
    principal = grants.service_principal if grants else None
    return any(
        (
            application.password_credentials,
            application.key_credentials,
            application.federated_identity_credentials,
            grants and grants.federated_identity_credentials,
            principal and principal.password_credentials,
            principal and principal.key_credentials,
            _uris(application.web),
            _uris(application.spa),
        )
    )


def _unstated(application: Application) -> tuple[str, ...]:
    """Fields without which nobody can say that there is no credential: only a full export lists them all."""
    full = application.completeness == "full"
    stated = {
        "password_credentials": application.password_credentials is not None and full,
        "key_credentials": application.key_credentials is not None and full,
        "web": _uris(application.web) is not None,
        "spa": _uris(application.spa) is not None,
    }
    return tuple(f"application.{field}" for field, known in stated.items() if not known)


def _uris(platform: Platform | None) -> tuple[object, ...] | None:
    return None if platform is None else platform.redirect_uris


# --- declared twice -----------------------------------------------------------------------------


def _is_known(entry: Declared, type_: PermissionType) -> bool:
    return entry.state == "known" and entry.permission is not None and entry.permission.type == type_


def _accepted(climb: Climb) -> Iterator[str]:
    """What the called operation accepts, of either type."""
    operation = climb.step.operation
    for support in (operation.work, operation.personal, operation.application) if operation else ():
        for found in support.accepted:
            yield from found
