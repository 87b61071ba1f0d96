"""Mailboxes: how many an app reaches, and whether those that it calls are among them."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject, wording
from linter.authorization.mailboxes import (
    answers_about,
    gives,
    is_scoped,
    mailbox_of,
    policies_of,
    roles_held,
    scoped_permissions,
)
from linter.catalog.records import GRAPH, GRAPH_NAME
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Hit, Related, Unknown
from linter.holdings import (
    Declared,
    api_of,
    declared,
    granted_roles,
)
from linter.ladder import Climb
from linter.model import Application, AppRoleAssignment, Grants
from linter.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from linter.tenant import ApplicationAccessPolicy, Tenant


def tenant_wide_mailbox_access(
    application: Application,
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
    climbs: tuple[Climb, ...] | None = None,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """An application permission that reaches every mailbox, unless Exchange limits the app.

    What is granted in Entra ID is not limited by roles in Exchange, only by an application access policy.
    """
    policies = policies_of(tenant, application.app_id)
    if any(_narrows(policy) for policy in policies or ()):
        return
    if any(policy.access_right is None for policy in policies or ()):
        yield Unknown("tenant.application_access_policies")
        return
    assigned = _granted_for_mailboxes(grants, catalog, entra)
    if application.required_resource_access is None:
        yield Unknown("application.required_resource_access")
    for entry in declared(application, catalog) or ():
        if not _is_for_mailboxes(entry, entra):
            continue
        assignment = assigned.pop(entry.written, None) if entry.resource == GRAPH else None
        yield _every_mailbox(entry, assignment, policies, climbs or (), catalog)
    for name, assignment in assigned.items():
        yield Hit(
            subject.of_permission(GRAPH_NAME, name, "Role"),
            assignment.at,
            f"{wording.permissions((name,), 'Role')} is granted and {_reaches(policies)}",
            _uses_of(name, climbs or ()),
            confidence="medium" if policies is None else None,
        )


def _narrows(policy: ApplicationAccessPolicy) -> bool:
    return (policy.access_right or "").lower() == "restrictaccess"


def _granted_for_mailboxes(
    grants: Grants | None, catalog: Catalog, entra: Entra
) -> dict[str, AppRoleAssignment]:
    return {
        permission.value: assignment
        for permission, assignment in (granted_roles(grants, catalog) if grants else ())
        if (GRAPH, permission.value) in entra.exchange_scoped
    }


def _is_for_mailboxes(entry: Declared, entra: Entra) -> bool:
    # Exchange's own permissions are in no list: an entry that names one is not verified.
    is_role = entry.state in ("known", "unverifiable") and (entry.entry.type or "").lower() == "role"
    return is_role and (entry.resource or "", entry.written) in entra.exchange_scoped


def _reaches(policies: tuple[ApplicationAccessPolicy, ...] | None) -> str:
    if policies is None:
        return "reaches every mailbox, unless an application access policy of Exchange limits the app"
    if policies:
        return "reaches every mailbox but those that an application access policy of Exchange denies"
    return "reaches every mailbox, and no application access policy of Exchange limits the app"


def _every_mailbox(
    entry: Declared,
    assignment: AppRoleAssignment | None,
    policies: tuple[ApplicationAccessPolicy, ...] | None,
    climbs: tuple[Climb, ...],
    catalog: Catalog,
) -> Hit:
    once = " " if assignment else ", once granted, "
    granted = () if assignment is None else (Related(assignment.at, "granted"),)
    return Hit(
        subject.of_permission(api_of(entry, catalog), entry.written, "Role"),
        entry.entry.at,
        f"{wording.permissions((entry.written,), 'Role')}{once}{_reaches(policies)}",
        (
            *granted,
            *(Related(policy.at, "denies some mailboxes") for policy in policies or ()),
            *(_uses_of(entry.written, climbs) if entry.resource == GRAPH else ()),
        ),
        severity=None if assignment else "note",
        confidence="medium" if policies is None else None,
    )


def _uses_of(name: str, climbs: tuple[Climb, ...]) -> tuple[Related, ...]:
    """The calls for which an application permission is held."""
    return tuple(
        Related(one.call.at, f"`{one.flow.name}` uses it")
        for one in climbs
        if one.step.type == "Role" and one.step.covered and name in one.step.alternative
    )


def entra_grant_defeats_rbac(
    grants: Grants,
    tenant: Tenant,
    catalog: Catalog,
    entra: Entra,
    application: Application | None = None,
) -> Iterator[Hit | Unknown]:
    """A role of Exchange is over some mailboxes, and Entra ID grants the same permission for all of them."""
    if grants.app_role_assignments is None:
        yield Unknown("grants.app_role_assignments")
    granted = _granted_for_mailboxes(grants, catalog, entra)
    held = roles_held(tenant, application, grants) if granted else ()
    if held is None:
        yield Unknown("tenant.exchange_role_assignments")
    entries = (declared(application, catalog) if application is not None else None) or ()
    for name, assignment in granted.items():
        roles = [one for one in held or () if gives(one.role, name, entra)]
        # A role over everything gives no less than the grant.
        if not roles or not all(map(is_scoped, roles)):
            continue
        places = [entry.entry.at for entry in entries if entry.resource == GRAPH and _declares(entry, name)]
        yield Hit(
            subject.of_permission(GRAPH_NAME, name, "Role"),
            places[0] if places else assignment.at,
            f"Exchange gives the app {wording.listed(one.role or '' for one in roles)} over "
            f"{wording.listed(one.scope or '' for one in roles)}, "
            f"and {wording.permissions((name,), 'Role')}, granted in Entra ID, reaches every mailbox",
            (
                *((Related(assignment.at, "granted"),) if places else ()),
                *(Related(one.at, f"a role over {one.scope}") for one in roles),
            ),
        )


def _declares(entry: Declared, name: str) -> bool:
    return entry.state == "known" and entry.written == name and (entry.entry.type or "").lower() == "role"


def mailbox_outside_access_policy(
    climbs: tuple[Climb, ...],
    tenant: Tenant,
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """A role of Exchange opens mailboxes to the app, and the one that is called is not among them.

    Only Exchange itself can tell, since groups nest and scopes are filters: its own answer about the
    mailbox is read. Where Entra ID grants the permission, the scope of a role limits nothing.
    """
    granted = _granted_for_mailboxes(grants, catalog, entra)
    for one in climbs:
        wanted = scoped_permissions(one, entra) if one.step.type == "Role" else ()
        mailbox = mailbox_of(one.call) if wanted else None
        if mailbox is None or any(name in granted for name in wanted):
            continue
        if grants is None or grants.app_role_assignments is None or "appRoleAssignments" in grants.partial:
            yield Unknown("grants.app_role_assignments")
        elif mailbox not in tenant.exchange_authorizations:
            yield Unknown("tenant.exchange_authorizations")
        else:
            answers = list(answers_about(tenant.exchange_authorizations[mailbox], wanted, entra))
            if any(answer.in_scope for answer in answers) or not answers:
                continue
            if any(answer.in_scope is None for answer in answers):
                yield Unknown("tenant.exchange_authorizations")
                continue
            roles = wording.listed(dict.fromkeys(answer.role or "" for answer in answers))
            yield Hit(
                subject.of_call(one.flow, one.call),
                one.call.at,
                f"`{mailbox}` lies outside the scope of {roles}, "
                "by which Exchange opens mailboxes to the app",
                tuple(Related(answer.at, "Exchange's own answer") for answer in answers),
            )
