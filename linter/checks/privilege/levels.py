"""Permissions that lead far up, and who can use them."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject, wording
from linter.catalog.records import GRAPH_NAME, Permission
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Hit, Related, Unknown
from linter.holdings import (
    api_of,
    declared,
    granted_roles,
    is_tier_zero,
)
from linter.model import Application, Grants, Inventory, ServicePrincipal, place
from linter.positions import At
from linter.sign_in.authority import serves_customers
from linter.typed import Final, NamedTuple

_HIGH: Final = 4
"""The highest level that Microsoft's permission data gives."""


def tier_zero(
    application: Application, catalog: Catalog, entra: Entra, grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """An application permission from which a way to Global Administrator is known is declared or granted."""
    assigned = granted_roles(grants, catalog) if grants else ()
    granted = {
        permission.value: assignment
        for permission, assignment in assigned
        if permission.value in entra.tier_zero
    }
    entries = declared(application, catalog)
    if entries is None:
        yield Unknown("application.required_resource_access")
    for entry in entries or ():
        permission = entry.permission
        if entry.state != "known" or permission is None or not is_tier_zero(permission, entra):
            continue
        assignment = granted.pop(permission.value, None)
        yield Hit(
            subject.of_permission(api_of(entry, catalog), permission.value, "Role"),
            entry.entry.at,
            _leads_up(permission.value),
            () if assignment is None else (Related(assignment.at, "granted"),),
        )
    for name, assignment in granted.items():
        yield Hit(
            subject.of_permission(GRAPH_NAME, name, "Role"),
            assignment.at,
            _leads_up(name) + " (granted)",
        )


def _leads_up(name: str) -> str:
    return f"a way to Global Administrator is known for whoever holds {wording.permissions((name,), 'Role')}"


def high_level(application: Application, catalog: Catalog) -> Iterator[Hit | Unknown]:
    """A declared permission is of the highest privilege level in Microsoft's permission data."""
    entries = declared(application, catalog)
    if entries is None:
        yield Unknown("application.required_resource_access")
    for entry in entries or ():
        permission = entry.permission
        if entry.state == "known" and permission is not None and (permission.level or 0) >= _HIGH:
            name = wording.permissions((permission.value,), permission.type)
            yield Hit(
                subject.of_permission(api_of(entry, catalog), permission.value, permission.type),
                entry.entry.at,
                f"{name} is of the highest privilege level, {permission.level}",
            )


# --- who can use them ---------------------------------------------------------------------------


class _Power(NamedTuple):
    """A permission that leads far up, and where it is declared or granted."""

    permission: Permission
    at: At
    granted: bool


def app_ownership(
    grants: Grants, catalog: Catalog, entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """Nobody owns the app, or a user owns one that leads to Global Administrator.

    An owner can add credentials and so use whatever the app holds.
    """
    if grants.owners is None:
        yield Unknown("grants.owners")
        return
    if not grants.owners and "owners" not in grants.partial:
        at = application.at if application is not None else grants.at
        yield Hit("owners", at, "nobody owns the app, so that nobody is responsible for it")
    powers = [one for one in _powers(application, grants, catalog) if is_tier_zero(one.permission, entra)]
    for owner in grants.owners if powers else ():
        if owner.kind is None:
            yield Unknown("grants.owners")
        elif owner.kind == "user":
            first = powers[0]
            name = owner.display_name or owner.id or "a user"
            yield Hit(
                f"owner {owner.id or owner.display_name}",
                owner.at,
                f"`{name}` owns the app and can add a credential to use `{first.permission.value}`, which "
                "leads to Global Administrator",
                (Related(first.at, "granted" if first.granted else "declared"),),
                severity=None if first.granted else "note",
            )


def _powers(application: Application | None, grants: Grants, catalog: Catalog) -> Iterator[_Power]:
    """The permissions that the app holds: what is granted, and what is declared where nobody says more."""
    for permission, assignment in granted_roles(grants, catalog):
        yield _Power(permission, assignment.at, granted=True)
    for entry in (declared(application, catalog) if application is not None else None) or ():
        published = entry.permission
        if entry.state != "known" or published is None:
            continue
        if published.type == "Scope" or grants.app_role_assignments is None:
            yield _Power(published, entry.entry.at, granted=False)


def service_principal_open_to_all(
    grants: Grants,
    catalog: Catalog,
    entra: Entra,
    application: Application | None = None,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """Everybody in the tenant may sign in to an app that holds far-reaching permissions."""
    powers = {
        one.permission: one
        for one in _powers(application, grants, catalog)
        if is_tier_zero(one.permission, entra) or (one.permission.level or 0) >= _HIGH
        if one.permission.type == "Role" or not _only_single_page(application)
    }
    principal = grants.service_principal
    signs_in = _users_sign_in(application, principal)
    if (
        not powers
        or grants.service_principal_absent
        or signs_in is False
        or _serves_customers(inventory, entra)
    ):
        return
    if principal is None or signs_in is None or principal.app_role_assignment_required is None:
        yield Unknown("grants.service_principal")
    elif not principal.app_role_assignment_required:
        yield Hit(
            "appRoleAssignmentRequired",
            place(principal, "app_role_assignment_required"),
            "everybody in the tenant may sign in to the app, which holds "
            f"{wording.listed(permission.value for permission in powers)}",
            tuple(
                Related(one.at, "granted" if one.granted else "declared") for one in list(powers.values())[:4]
            ),
        )


def _serves_customers(inventory: Inventory | None, entra: Entra) -> bool:
    """Whether the app signs customers in, who come by themselves and are assigned to nothing."""
    return inventory is not None and any(serves_customers(flow, entra) for flow in inventory.flows)


def _users_sign_in(application: Application | None, principal: ServicePrincipal | None) -> bool | None:
    """Whether users sign in to the app, by its redirect URIs; None where they are not known."""
    if principal is not None and principal.service_principal_type == "ManagedIdentity":
        return False
    if principal is not None and principal.reply_urls is not None:
        return bool(principal.reply_urls)
    if application is None:
        return None
    if any(True for _ in application.redirect_uris()):
        return True
    platforms = (application.web, application.spa, application.public_client)
    stated = all(platform is not None and platform.redirect_uris is not None for platform in platforms)
    return False if stated else None


def _only_single_page(application: Application | None) -> bool:
    """Whether users sign in to a page in their browser only: it has no more rights than they."""
    if application is None or application.spa is None or not application.spa.redirect_uris:
        return False
    others = (application.web, application.public_client)
    return not any(platform is not None and platform.redirect_uris for platform in others)
