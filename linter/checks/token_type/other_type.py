"""Permissions of the one type where the token is of the other, or of both where one is used."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject, wording
from linter.amend import declare_for_call, withdraw
from linter.catalog.records import PermissionType
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Hit, Related, Unknown
from linter.holdings import (
    Declared,
    api_of,
    declared,
    directory_roles,
    where_declared,
)
from linter.ladder import Climb, stopped_at
from linter.model import Application, Flow, Grants, Inventory
from linter.rightsizing import Rightsizing
from linter.typed import Final

_OTHER: Final[dict[PermissionType, PermissionType]] = {"Scope": "Role", "Role": "Scope"}


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
            wording.gets(found.flow),
            *where_declared(application, found.step.alternative, other, catalog),
        ),
        severity=found.severity,
        confidence=found.confidence,
        fix=f"Declare {names}, the least that covers the call." if edits and wanted in least else None,
        edits=edits,
        safe=safe and bool(cover or least),
    )


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
    # A managed identity has nothing of what a registration declares.
    flows = tuple(flow for flow in flows if flow.access is not None and flow.type != "managed_identity")
    if len({flow.access for flow in flows}) != 1:
        return
    entries = declared(application, catalog)
    if entries is None:
        yield Unknown("application.required_resource_access")
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
            f"`{entry.written}` is declared in both types, and no {flow} has {wording.token(_OTHER[used])}",
            (Related(twin.entry.at, "the type that is used"), wording.gets(flows[0])),
            severity="warning" if complete else "note",
            confidence=None if complete else "medium",
            edits=withdraw(entry) if complete else (),
        )


def _is_known(entry: Declared, type_: PermissionType) -> bool:
    return entry.state == "known" and entry.permission is not None and entry.permission.type == type_


def _accepted(climb: Climb) -> Iterator[str]:
    """What the called operation accepts, of either type."""
    operation = climb.step.operation
    for support in (operation.work, operation.personal, operation.application) if operation else ():
        for found in support.accepted:
            yield from found
