"""Privilege: permissions that give away more than most apps should hold."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject, wording
from linter.catalog.records import GRAPH_NAME
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Hit, Related, Unknown
from linter.holdings import api_of, declared, granted_roles, is_tier_zero
from linter.model import Application, Grants
from linter.typed import Final

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
    return f"whoever holds {wording.permissions((name,), 'Role')} can become Global Administrator"


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
