"""Permissions: whether the declared ones exist, and whether they cover the planned calls."""

from collections.abc import Iterator

from linter import subject
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Hit, Related, Severity, Unknown
from linter.holdings import declared
from linter.ladder import Climb, climbs
from linter.model import Application, Flow, Grants, Inventory


def call_not_covered(
    application: Application,
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """No permission of either type covers the call (rung `uncovered` of the ladder)."""
    for climb in climbs(application, flows, grants, catalog, entra):
        step = climb.step
        if step.rung == "open":
            yield from map(Unknown, step.lacks)
        elif step.rung == "uncovered" and step.support is not None:
            sure = step.support.confidence == "high" and climb.certain
            severity: Severity = "error" if sure and not _has_role(climb, inventory, grants) else "warning"
            yield Hit(
                subject.of_call(climb.flow, climb.call),
                climb.call.at,
                _not_covered(climb),
                _graph_entries(application, catalog),
                severity=severity,
                confidence=step.support.confidence,
            )


def _not_covered(climb: Climb) -> str:
    needed = " and ".join(climb.step.missing)
    account = "" if climb.certain else " for a personal account"
    return (
        f"{subject.of_request(climb.call)} needs {needed}{account}, "
        f"and `{climb.flow.name}` holds no permission that covers it"
    )


def _has_role(climb: Climb, inventory: Inventory | None, grants: Grants | None) -> bool:
    """Whether a directory role of the app is known, which can open a call without a permission."""
    if climb.flow.access != "application":
        return False
    stated = inventory.directory_roles if inventory else None
    return bool(stated or (grants.directory_roles if grants else None))


def _graph_entries(application: Application, catalog: Catalog) -> tuple[Related, ...]:
    """The declared permissions of Microsoft Graph, one label a block."""
    names: dict[int, list[str]] = {}
    blocks = {}
    for entry in declared(application, catalog) or ():
        if entry.resource == GRAPH:
            blocks[id(entry.block)] = entry.block
            written = entry.permission.value if entry.permission else entry.entry.id or "?"
            names.setdefault(id(entry.block), []).append(written)
    return tuple(
        Related(block.at, f"declares {_listed(names[key])}") for key, block in blocks.items()
    )


def _listed(names: list[str], most: int = 4) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
