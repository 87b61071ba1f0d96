"""What Exchange itself says of an app's mailboxes: the older access policies, and roles for applications.

An application permission that Entra ID grants reaches every mailbox; an access policy narrows it. A role of
Exchange adds to it, over the mailboxes of its scope, and narrows nothing.
Source: https://learn.microsoft.com/exchange/permissions-exo/application-rbac
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.catalog.match import parse_url
from linter.catalog.records import GRAPH
from linter.entra import Entra
from linter.ladder import Climb
from linter.model import SELF, Application, Call, Grants
from linter.placeholder import has_placeholder
from linter.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from linter.tenant import ApplicationAccessPolicy, ExchangeAuthorization, ExchangeRoleAssignment, Tenant

ROLES: Final = "exchange/managementRoleAssignments"
POLICIES: Final = "exchange/applicationAccessPolicies"

# How Exchange writes that a role is over all mailboxes.
_EVERYWHERE: Final = frozenset({"organization", "/", "none"})


def roles_held(
    tenant: Tenant | None, application: Application | None, grants: Grants | None
) -> tuple[ExchangeRoleAssignment, ...] | None:
    """The roles of Exchange that the app has; None where nobody says."""
    if tenant is None or tenant.exchange_role_assignments is None:
        return None
    names = _names(application, grants)
    return tuple(one for one in tenant.exchange_role_assignments if one.app in names)


def _names(application: Application | None, grants: Grants | None) -> frozenset[str]:
    """What Exchange may call the app: by its principal's object id, by its appId or by name."""
    principal = grants.service_principal if grants is not None else None
    found = (
        *((application.app_id, application.display_name) if application is not None else ()),
        *((principal.id, principal.app_id, principal.display_name) if principal is not None else ()),
    )
    return frozenset(name.lower() for name in found if name)


def is_scoped(assignment: ExchangeRoleAssignment) -> bool:
    """Whether a role is over some mailboxes only."""
    return assignment.scope is not None and assignment.scope.lower() not in _EVERYWHERE


def gives(role: str | None, permission: str, entra: Entra) -> bool:
    """Whether a role of Exchange stands for an application permission."""
    known = entra.exchange_role(role) if role is not None else None
    return known is not None and permission in known.permissions


def opens_call(
    found: Climb, tenant: Tenant | None, application: Application | None, grants: Grants | None, entra: Entra
) -> bool:
    """Whether a role of Exchange opens the call's mailbox or some, so that no permission has to."""
    if found.step.type != "Role" or found.step.support is None or tenant is None:
        return False
    return any(
        gives(one.role, name, entra)
        for one in roles_held(tenant, application, grants) or ()
        for name in scoped_permissions(found, entra)
    )


def scoped_permissions(found: Climb, entra: Entra) -> tuple[str, ...]:
    """The application permissions that the call accepts and that Exchange can give for some mailboxes."""
    accepted = found.step.support.accepted if found.step.support is not None else ()
    return tuple(
        name
        for names in accepted
        for name in names
        if len(names) == 1 and (GRAPH, name) in entra.exchange_scoped
    )


def policies_of(tenant: Tenant | None, app_id: str | None) -> tuple[ApplicationAccessPolicy, ...] | None:
    """The access policies that are about the app; None where they are not known in full."""
    if tenant is None or tenant.application_access_policies is None or app_id is None:
        return None
    found = tuple(one for one in tenant.application_access_policies if one.app_id == app_id.lower())
    return found if found or POLICIES not in tenant.partial else None


def mailbox_of(call: Call) -> str | None:
    """The mailbox that a call is about, in lower case; None where it does not tell."""
    if call.target is not None and call.target.id is not None and call.target.id != SELF:
        return call.target.id.lower()
    steps = parse_url(call.url).path.lower().strip("/").split("/")
    if len(steps) < 2 or steps[0] != "users" or has_placeholder(steps[1]):
        return None
    return steps[1]


def answers_about(
    found: Iterable[ExchangeAuthorization], permissions: Iterable[str], entra: Entra
) -> Iterator[ExchangeAuthorization]:
    """Exchange's answers about roles that give one of these permissions."""
    wanted = frozenset(permissions)
    for one in found:
        if not wanted.isdisjoint(one.granted) or any(gives(one.role, name, entra) for name in wanted):
            yield one
