"""What was consented to of every API: permission by permission, and whether of one API at all.

What was consented to of Microsoft Graph, name by name, is `holdings.granted`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.catalog.records import PermissionType
from linter.catalog.store import Catalog
from linter.entra.scopes import is_guid, split_scope
from linter.finding import Unknown
from linter.holdings import is_api
from linter.memory import remembers_last
from linter.model import AppRoleAssignment, Flow, Grants, ServicePrincipal
from linter.positions import At
from linter.typed import NamedTuple


class Held(NamedTuple):
    """A permission that was consented to. `api` is the appId; `id` is None where nobody explains the name.

    `users` are those who consented for themselves alone, None is consent for everybody or the app.
    `published`: whether the API has such a permission; None where nobody knows all that it has.
    """

    at: At
    api: str
    api_name: str
    value: str
    id: str | None
    type: PermissionType
    users: int | None
    published: bool | None = None


@remembers_last
def held(grants: Grants, catalog: Catalog) -> tuple[Held | Unknown, ...]:
    """Each permission once: consent for everybody where there is some, else its users counted."""
    return tuple(_each_once((*delegated(grants, catalog), *_application(grants, catalog))))


def delegated(grants: Grants, catalog: Catalog) -> Iterator[Held | Unknown]:
    """Every scope of every grant but OpenID Connect's, or what is unknown of a grant."""
    for grant in grants.oauth2_permission_grants or ():
        api = _api(grants, grant.resource_id)
        if api is None or api.app_id is None:
            yield Unknown("grants.resources")
            continue
        ids = {scope.value.lower(): scope.id for scope in api.oauth2_permission_scopes or () if scope.value}
        for value in grant.scopes:
            if split_scope(value).oidc:
                continue
            known = catalog.permission(api.app_id, value, "Scope")
            identity = ids.get(value.lower()) or (known.id if known else None)
            users = None if grant.consent_type == "AllPrincipals" else 1
            yield Held(
                grant.at,
                api.app_id,
                api_name(api, catalog),
                known.value if known else value,
                identity or None,
                "Scope",
                users,
                _is_published(value, api, ids, catalog),
            )


def _is_published(
    value: str, api: ServicePrincipal, ids: dict[str, str | None], catalog: Catalog
) -> bool | None:
    app_id = api.app_id or ""
    if value.lower() in ids or catalog.permission(app_id, value, "Scope") is not None:
        return True
    return False if api.oauth2_permission_scopes is not None or catalog.knows(app_id) else None


def _application(grants: Grants, catalog: Catalog) -> Iterator[Held | Unknown]:
    for assignment, identity in _assigned(grants):
        api = _api(grants, assignment.resource_id)
        if api is None or api.app_id is None:
            yield Unknown("grants.resources")
            continue
        values = {(role.id or "").lower(): role.value for role in api.app_roles or ()}
        known = [one.value for one in catalog.permissions(api.app_id, identity) if one.type == "Role"]
        value = (known[0] if known else values.get(identity)) or identity
        yield Held(assignment.at, api.app_id, api_name(api, catalog), value, identity, "Role", None)


def _assigned(grants: Grants) -> Iterator[tuple[AppRoleAssignment, str]]:
    """Every assignment with its role's id; one without a role grants nothing."""
    for assignment in grants.app_role_assignments or ():
        identity = (assignment.app_role_id or "").lower()
        if identity.strip("0-"):
            yield assignment, identity


def _each_once(found: Iterable[Held | Unknown]) -> Iterator[Held | Unknown]:
    once: dict[object, Held | Unknown] = {}
    for one in found:
        key = one if isinstance(one, Unknown) else (one.api, one.value.lower(), one.type)
        before = once.get(key)
        if not isinstance(one, Held) or not isinstance(before, Held):
            once[key] = one
        elif before.users is not None:
            once[key] = one if one.users is None else before._replace(users=before.users + one.users)
    yield from once.values()


def _api(grants: Grants, resource_id: str | None) -> ServicePrincipal | None:
    return grants.resources.get(resource_id) if resource_id is not None else None


def api_name(api: ServicePrincipal, catalog: Catalog) -> str:
    """What to call an API in a message."""
    return catalog.resource_name(api.app_id or "") or api.display_name or api.app_id or ""


# --- of one API at all ------------------------------------------------------------------------


class Consented(NamedTuple):
    """Consent to an API: the first record of it, if there is one, and the fields that hide further ones."""

    at: At | None = None
    open: tuple[str, ...] = ()


def scopes_of(grants: Grants, flow: Flow, app_id: str) -> Consented:
    """Delegated consent to the API with `app_id` that holds for the flow's user.

    OpenID Connect's scopes count for none: they are Microsoft Graph's by their place only.
    """
    if grants.service_principal_absent:
        return Consented()
    if grants.oauth2_permission_grants is None:
        return Consented(open=("grants.oauth2_permission_grants",))
    user = flow.user.id.lower() if flow.user and flow.user.id and is_guid(flow.user.id) else None
    open_: dict[str, None] = {}
    for grant in grants.oauth2_permission_grants:
        of_api = is_api(grants, grant.resource_id, app_id)
        if of_api is False or all(split_scope(scope).oidc for scope in grant.scopes):
            continue
        if of_api is None:
            open_["grants.resources"] = None
        elif grant.consent_type == "AllPrincipals" or (user and (grant.principal_id or "").lower() == user):
            return Consented(grant.at)
        elif user is None:
            open_["user.id"] = None
    if "oauth2PermissionGrants" in grants.partial:
        open_["grants.oauth2_permission_grants"] = None
    return Consented(open=tuple(open_))


def roles_of(grants: Grants, app_id: str) -> Consented:
    """Application permissions of the API with `app_id` that were granted to the app."""
    if grants.service_principal_absent:
        return Consented()
    if grants.app_role_assignments is None:
        return Consented(open=("grants.app_role_assignments",))
    open_: dict[str, None] = {}
    for assignment, _ in _assigned(grants):
        of_api = is_api(grants, assignment.resource_id, app_id)
        if of_api:
            return Consented(assignment.at)
        if of_api is None:
            open_["grants.resources"] = None
    if "appRoleAssignments" in grants.partial:
        open_["grants.app_role_assignments"] = None
    return Consented(open=tuple(open_))
