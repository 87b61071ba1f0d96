"""Users on their way into the app: assignments through groups, and the boundaries of tenants."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.authorization.cross_tenant import blocked
from linter.entra import Entra
from linter.finding import Hit, Predicts, Related, Unknown
from linter.model import AppRoleAssignment, Flow, Grants, Person, ServicePrincipal
from linter.sign_in.authority import serves_customers
from linter.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from linter.tenant import Tenant


def assignment_nested_group(
    flows: tuple[Flow, ...], grants: Grants, tenant: Tenant, entra: Entra
) -> Iterator[Hit | Unknown]:
    """Only a group within an assigned group holds the user (assign users and groups: nesting)."""
    principal = grants.service_principal
    if principal is not None and principal.app_role_assignment_required is False:
        return
    assigned = grants.app_role_assigned_to
    for flow in flows:
        if flow.access != "delegated" or flow.user is None or flow.user.account == "personal":
            continue
        if serves_customers(flow, entra):
            continue
        if assigned is None or "appRoleAssignedTo" in grants.partial:
            yield Unknown("grants.app_role_assigned_to")
        elif flow.user.groups is None:
            yield Unknown("user.groups")
        else:
            found = _nested(flow.user, assigned, tenant)
            if isinstance(found, Unknown):
                yield found
            elif found is not None:
                yield _assigned_by_nesting(flow, flow.user, found, principal)


def _nested(
    user: Person, assigned: tuple[AppRoleAssignment, ...], tenant: Tenant
) -> AppRoleAssignment | Unknown | None:
    """The assignment of a group that one of the user's is in; None where the user has one without nesting."""
    groups = {name.strip().lower() for name in user.groups or ()}
    direct = groups | ({user.id.lower()} if user.id else set())
    if not groups or any((one.principal_id or "").lower() in direct for one in assigned):
        return None
    unread = False
    for one in assigned:
        members = tenant.group_members.get((one.principal_id or "").lower())
        if members is None:
            unread = unread or one.principal_type in (None, "Group")
        elif any(member.lower() in groups for member in members):
            return one
    return Unknown("tenant.group_members") if unread else None


def _assigned_by_nesting(
    flow: Flow, user: Person, found: AppRoleAssignment, principal: ServicePrincipal | None
) -> Hit:
    unsure = principal is None or principal.app_role_assignment_required is None
    return Hit(
        subject.of_flow(flow, "user"),
        user.at,
        f"The user of `{flow.name}` is assigned to the app only through a group within an assigned one, "
        "and assignments do not reach nested groups",
        (Related(found.at, f"assigned: {found.principal_id}"),),
        # Where no assignment is required the sign-in works, and the roles are missing from the token.
        severity="warning" if unsure else None,
        confidence="medium" if unsure else None,
    )


def sign_in_blocked_by_tenant_boundary(
    flows: tuple[Flow, ...], tenant: Tenant, entra: Entra
) -> Iterator[Hit | Unknown]:
    """Cross-tenant access keeps the user out of the tenant (cross-tenant access overview)."""
    for flow in flows:
        found = None if serves_customers(flow, entra) else blocked(flow, tenant)
        if isinstance(found, Unknown):
            yield found
        elif found is not None and flow.user is not None:
            inbound = found.direction == "inbound"
            yield Hit(
                subject.of_flow(flow, "user"),
                flow.user.at,
                f"The {'app' if inbound else 'user'}'s tenant blocks {found.what} in cross-tenant access "
                f"with `{found.other}`, and `{flow.name}`'s user cannot sign in, whatever the other allows",
                (Related(found.at, f"blocks {found.direction} {found.what}"),),
                predicts=Predicts(aadsts=(500213,) if inbound else (500212,)),
            )
