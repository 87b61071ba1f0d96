"""Whether anything of one API was consented to, whichever API it is.

What was consented to of Microsoft Graph, name by name, is `holdings.granted`.
"""

from __future__ import annotations

from linter.entra.scopes import is_guid, split_scope
from linter.holdings import is_api
from linter.model import Flow, Grants
from linter.positions import At
from linter.typed import NamedTuple


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
    for assignment in grants.app_role_assignments:
        if not (assignment.app_role_id or "").strip("0-"):
            continue  # an assignment without a role, which grants nothing
        of_api = is_api(grants, assignment.resource_id, app_id)
        if of_api:
            return Consented(assignment.at)
        if of_api is None:
            open_["grants.resources"] = None
    if "appRoleAssignments" in grants.partial:
        open_["grants.app_role_assignments"] = None
    return Consented(open=tuple(open_))
