"""Consent: whether what the app needs was granted, and by whom it can be.

Consent is the tenant's, but what a user can change is in files: the permission, where the
registration declares it or a flow asks for it, is the primary place. Sources:
https://learn.microsoft.com/entra/identity-platform/permissions-consent-overview and
https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter import subject
from linter.audience import may_be_for_graph
from linter.catalog.records import GRAPH, GRAPH_NAME, Permission, PermissionType
from linter.catalog.store import Catalog
from linter.consent import shows_page, who_consents
from linter.entra import Entra
from linter.entra.scopes import split_scope
from linter.finding import CONFIDENCES, Confidence, Hit, Related, Unknown
from linter.holdings import (
    asked_by_name,
    declared_openly,
    directory_roles,
    entries_of,
    granted,
    resource_of,
    where_declared,
    where_requested,
)
from linter.ladder import Climb, may_be_work_account, stopped_at
from linter.model import Application, Consent, Flow, Grants, Inventory, ServicePrincipal, place
from linter.positions import At
from linter.typed import NamedTuple
from linter.wording import listed, permissions

# Calls beyond these are counted in the message, not shown.
_MOST_CALLS = 3


# --- needed and not granted -------------------------------------------------------------------


def application_permission_not_granted(
    application: Application,
    climbs: tuple[Climb, ...],
    flows: tuple[Flow, ...],
    grants: Grants,
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """Application permissions that calls need, declared but assigned to nobody (rung `ungranted`)."""
    if not any(_is_apps_own(flow) and flow.calls for flow in flows):
        return
    if grants.app_role_assignments is None and not grants.service_principal_absent:
        yield Unknown("grants.app_role_assignments")
        return
    stopped: dict[str, list[Climb]] = {}
    for climb in stopped_at("ungranted", (climb for climb in climbs if _is_apps_own(climb.flow))):
        if isinstance(climb, Unknown):
            yield climb
            continue
        for name in climb.step.missing:
            stopped.setdefault(name, []).append(climb)
    # A directory role of the app opens calls without a permission; which ones is not published.
    by_role = directory_roles(inventory, grants)
    for name, needing in stopped.items():
        sure = _surest(needing)
        yield Hit(
            subject.of_permission(GRAPH_NAME, name, "Role"),
            _place(name, "Role", application, needing[0].flow, catalog, entra),
            f"{permissions((name,), 'Role')} was never granted, and {_calls(needing)} it",
            _needed_by(needing),
            severity="error" if sure == "high" and not by_role else "warning",
            confidence=sure,
        )


def delegated_permission_not_granted(
    climbs: tuple[Climb, ...],
    grants: Grants,
    catalog: Catalog,
    entra: Entra,
    application: Application | None = None,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """Delegated permissions that calls need and that were not granted (rung `ungranted`).

    An error where the flow cannot ask. What only an administrator could grant at the flow's own
    consent page belongs to `admin_consent_needed_user_flow`.
    """
    plan = inventory.consent if inventory else None
    found = [climb for climb in climbs if climb.step.scheme == "DelegatedWork"]
    if found and grants.oauth2_permission_grants is None and not grants.service_principal_absent:
        yield Unknown("grants.oauth2_permission_grants")
        return
    stopped: dict[tuple[At, str], list[Climb]] = {}
    for climb in stopped_at("ungranted", found):
        if isinstance(climb, Unknown):
            yield climb
            continue
        for name in climb.step.missing:
            permission = catalog.permission(GRAPH, name, "Scope")
            if permission and who_consents(permission, climb.flow, plan, entra) in ("user", "nobody"):
                at = _place(name, "Scope", application, climb.flow, catalog, entra)
                stopped.setdefault((at, name), []).append(climb)
    for (at, name), needing in stopped.items():
        yield _delegated(name, at, needing)


def _delegated(name: str, at: At, needing: list[Climb]) -> Hit:
    silent = [climb for climb in needing if not shows_page(climb.flow)]
    flows = listed(dict.fromkeys(climb.flow.name for climb in silent or needing))
    consequence = f"{flows} cannot ask for it" if silent else f"{flows} will ask the user for it"
    sure = _surest(silent or needing)
    return Hit(
        subject.of_permission(GRAPH_NAME, name, "Scope"),
        at,
        f"{permissions((name,), 'Scope')} is not granted, and {consequence}",
        _needed_by(silent or needing),
        severity="error" if silent and sure == "high" else "warning",
        confidence=sure,
    )


def _is_apps_own(flow: Flow) -> bool:
    """Whether the flow's token is the app's own; a managed identity is another principal."""
    return flow.access == "application" and flow.type != "managed_identity"


def _surest(needing: Iterable[Climb]) -> Confidence:
    """How sure it is that at least one of the calls needs the permission."""
    return min((climb.confidence for climb in needing), key=CONFIDENCES.index)


def _calls(needing: list[Climb]) -> str:
    requests = list(dict.fromkeys(subject.of_request(climb.call) for climb in needing))
    return f"`{requests[0]}` needs" if len(requests) == 1 else f"{len(requests)} planned calls need"


def _needed_by(needing: list[Climb]) -> tuple[Related, ...]:
    return tuple(Related(climb.call.at, "needs it") for climb in needing[:_MOST_CALLS])


# --- an administrator must consent ------------------------------------------------------------


class _Wanted(NamedTuple):
    """A permission that a flow's consent page will list. `stated`: the flow says that it asks for it."""

    flow: Flow
    permission: Permission
    at: At
    stated: bool


def admin_consent_needed_user_flow(
    application: Application,
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """Delegated permissions for which a flow will show users a page that only an administrator can pass.

    Flows without a page are left to `delegated_permission_not_granted`. Where a flow does not state
    its scopes, it is taken to ask for all that is declared.
    """
    plan = inventory.consent if inventory else None
    refused: dict[At, list[_Wanted]] = {}
    unsure: dict[At, list[_Wanted]] = {}
    for flow in flows:
        if not _asks_work_accounts(flow, application, entra):
            continue
        if not _names_scopes(flow) and declared_openly(application, GRAPH, catalog):
            yield Unknown("application.required_resource_access")
        consented = granted(grants, flow, catalog)
        for wanted in _wanted(flow, application, catalog, entra):
            who = who_consents(wanted.permission, flow, plan, entra)
            if who not in ("administrator", "unsure") or wanted.permission.value in (consented.scopes or ()):
                continue
            if consented.open_scopes:
                yield from map(Unknown, consented.open_scopes)
                continue
            (refused if who == "administrator" else unsure).setdefault(wanted.at, []).append(wanted)
    for at in dict.fromkeys((*refused, *unsure)):
        yield _administrator(refused.get(at, []), unsure.get(at, []), plan)


def _asks_work_accounts(flow: Flow, application: Application, entra: Entra) -> bool:
    """Whether the flow shows the page of Microsoft Graph's permissions to a work account."""
    return may_be_work_account(flow, application) and shows_page(flow) and may_be_for_graph(flow, entra)


def _names_scopes(flow: Flow) -> bool:
    """Whether the flow asks by name only."""
    return flow.scopes is not None and not any(split_scope(text.value).is_default for text in flow.scopes)


def _wanted(flow: Flow, application: Application, catalog: Catalog, entra: Entra) -> Iterator[_Wanted]:
    for text, permission in asked_by_name(flow, catalog, entra):
        yield _Wanted(flow, permission, text.at, stated=True)
    if not _names_scopes(flow):
        for entry in entries_of(application, GRAPH, "Scope", catalog):
            if entry.permission is not None:
                yield _Wanted(flow, entry.permission, entry.entry.at, stated=flow.scopes is not None)


def _administrator(refused: list[_Wanted], unsure: list[_Wanted], plan: Consent | None) -> Hit:
    wanted = refused or unsure
    name = wanted[0].permission.value
    flows = listed(dict.fromkeys(one.flow.name for one in wanted))
    at_page = "is none" if refused else "is not known to be one"
    return Hit(
        subject.of_permission(GRAPH_NAME, name, "Scope"),
        wanted[0].at,
        f"`{name}` needs the consent of an administrator, and the user of {flows} {at_page}",
        tuple(Related(*_who(one.flow, plan)) for one in wanted[:_MOST_CALLS]),
        severity="error" if refused else "warning",
        confidence=None if any(one.stated for one in wanted) else "medium",
    )


def _who(flow: Flow, plan: Consent | None) -> tuple[At, str]:
    """Where it is written who will be at the consent page."""
    if plan is not None and plan.roles is not None:
        return plan.at.child("roles"), "who will consent"
    if flow.user is not None and flow.user.roles is not None:
        return flow.user.at.child("roles"), "the user's roles"
    if plan is not None and plan.by is not None:
        return plan.at.child("by"), "who will consent"
    return place(flow, "type"), "shows the user a consent page"


# --- granted and not declared -----------------------------------------------------------------


class _Held(NamedTuple):
    """A permission that was consented to. `api` is the appId; `id` is None where nobody explains the name.

    `users` are those who consented for themselves alone, None is consent for everybody or the app.
    """

    at: At
    api: str
    api_name: str
    value: str
    id: str | None
    type: PermissionType
    users: int | None


def granted_not_declared(
    application: Application,
    grants: Grants,
    catalog: Catalog,
    entra: Entra,
    flows: tuple[Flow, ...] | None = None,
) -> Iterator[Hit | Unknown]:
    """Consent that the directory holds beyond what the registration declares.

    Not for scopes that a flow asks for by name (consent at run time needs no declaration), for
    OpenID Connect's, and for the app's own API.
    """
    if application.required_resource_access is None:
        yield Unknown("application.required_resource_access")
        return
    for field in ("oauth2_permission_grants", "app_role_assignments"):
        if getattr(grants, field) is None and not grants.service_principal_absent:
            yield Unknown(f"grants.{field}")
    asked = set(_asked_by_name(flows or (), entra))
    for held in _each_once((*_delegated_grants(grants, catalog), *_application_grants(grants, catalog))):
        if isinstance(held, Unknown):
            yield held
        elif held.api == (application.app_id or "").lower() or _is_asked(held, asked):
            continue
        elif not _is_declared(held, application, catalog):
            if declared_openly(application, held.api, catalog):
                yield Unknown("application.required_resource_access")
            elif held.id is None and _declares(application, held.api, catalog):
                yield Unknown("grants.service_principals")
            else:
                yield _undeclared(held, application)


def _undeclared(held: _Held, application: Application) -> Hit:
    if held.type == "Role":
        whom = "to the app"
    else:
        whom = "for every user" if held.users is None else f"by {held.users} user{'s' * (held.users != 1)}"
    return Hit(
        subject.of_permission(held.api_name, held.value, held.type),
        held.at,
        f"{permissions((held.value,), held.type)} of {held.api_name} is granted {whom}, "
        "and the registration does not declare it",
        (Related(place(application, "required_resource_access"), "does not declare it"),),
        severity=None if held.users is None else "note",
    )


def _delegated_grants(grants: Grants, catalog: Catalog) -> Iterator[_Held | Unknown]:
    for grant in grants.oauth2_permission_grants or ():
        api = _api(grants, grant.resource_id)
        if api is None or api.app_id is None:
            yield Unknown("grants.service_principals")
            continue
        ids = {scope.value.lower(): scope.id for scope in api.oauth2_permission_scopes or () if scope.value}
        for value in grant.scopes:
            if split_scope(value).oidc:
                continue
            known = catalog.permission(api.app_id, value, "Scope")
            identity = ids.get(value.lower()) or (known.id if known else None)
            users = None if grant.consent_type == "AllPrincipals" else 1
            name = known.value if known else value
            yield _Held(grant.at, api.app_id, _name(api, catalog), name, identity or None, "Scope", users)


def _application_grants(grants: Grants, catalog: Catalog) -> Iterator[_Held | Unknown]:
    for assignment in grants.app_role_assignments or ():
        identity = (assignment.app_role_id or "").lower()
        if not identity.strip("0-"):
            continue  # an assignment without a role, which grants nothing
        api = _api(grants, assignment.resource_id)
        if api is None or api.app_id is None:
            yield Unknown("grants.service_principals")
            continue
        values = {(role.id or "").lower(): role.value for role in api.app_roles or ()}
        known = [one.value for one in catalog.permissions(api.app_id, identity) if one.type == "Role"]
        value = (known[0] if known else values.get(identity)) or identity
        yield _Held(assignment.at, api.app_id, _name(api, catalog), value, identity, "Role", None)


def _each_once(found: Iterable[_Held | Unknown]) -> Iterator[_Held | Unknown]:
    """One record for each permission: consent for everybody where there is some, else users counted."""
    once: dict[object, _Held | Unknown] = {}
    for one in found:
        key = one if isinstance(one, Unknown) else (one.api, one.value.lower(), one.type)
        before = once.get(key)
        if not isinstance(one, _Held) or not isinstance(before, _Held):
            once[key] = one
        elif before.users is not None:
            once[key] = one if one.users is None else before._replace(users=before.users + one.users)
    yield from once.values()


def _api(grants: Grants, resource_id: str | None) -> ServicePrincipal | None:
    return grants.resources.get(resource_id) if resource_id is not None else None


def _name(api: ServicePrincipal, catalog: Catalog) -> str:
    return catalog.resource_name(api.app_id or "") or api.display_name or api.app_id or ""


def _asked_by_name(flows: tuple[Flow, ...], entra: Entra) -> Iterator[tuple[str | None, str]]:
    """(appId, permission) of the scopes that flows ask for; the appId is None for an API nobody knows."""
    for flow in flows:
        for text in flow.scopes or ():
            scope = split_scope(text.value)
            api = entra.resource_of_audience(scope.audience or GRAPH)
            yield (api.app_id if api else None, scope.permission.lower())


def _is_asked(held: _Held, asked: set[tuple[str | None, str]]) -> bool:
    name = held.value.lower()
    return held.type == "Scope" and ((held.api, name) in asked or (None, name) in asked)


def _is_declared(held: _Held, application: Application, catalog: Catalog) -> bool:
    names = {held.value.lower(), (held.id or held.value).lower()}
    return any(
        (entry.id or "").strip().lower() in names and (entry.type or "").strip().lower() == held.type.lower()
        for block in application.required_resource_access or ()
        if resource_of(block, catalog) == held.api
        for entry in block.resource_access or ()
    )


def _declares(application: Application, api: str, catalog: Catalog) -> bool:
    """Whether the registration declares anything of this API."""
    blocks = application.required_resource_access or ()
    return any(resource_of(block, catalog) == api and block.resource_access for block in blocks)


# --- places -----------------------------------------------------------------------------------


def _place(
    name: str,
    type_: PermissionType,
    application: Application | None,
    flow: Flow,
    catalog: Catalog,
    entra: Entra,
) -> At:
    """Where a permission of Microsoft Graph is asked for: by a scope's name, else where it is declared."""
    asked = where_requested(flow, (name,), catalog, entra) if type_ == "Scope" else ()
    for related in (*asked, *where_declared(application, (name,), type_, catalog)):
        return related.at
    return place(flow, "scopes" if type_ == "Scope" else "type")
