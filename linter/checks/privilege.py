"""Privilege: permissions that give away more than most apps should hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter import subject, wording
from linter.addressed import Level
from linter.amend import exchange, withdraw
from linter.catalog.records import GRAPH, GRAPH_NAME, Permission
from linter.catalog.store import Catalog
from linter.confined import FEW, Place, Selected, Served, in_one, resource_specific, selected_for, served_by
from linter.entra import Entra
from linter.finding import Edit, Hit, Related, Unknown
from linter.holdings import (
    TYPES,
    Declared,
    api_of,
    asked_by_name,
    declared,
    entries_of,
    granted_roles,
    is_tier_zero,
)
from linter.ladder import Climb
from linter.model import Application, AppRoleAssignment, Flow, Grants, Inventory
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


# --- what a few objects would do for ------------------------------------------------------------


def _calls(served: Served, objects: Iterable[str]) -> tuple[Related, ...]:
    return tuple(
        Related(one.call.at, f"is about {name}") for one, name in zip(served.climbs, objects, strict=True)
    )


_ALL_SITES: Final = {
    "Sites.Read.All": "every site",
    "Sites.ReadWrite.All": "every site",
    "Sites.Manage.All": "every site",
    "Sites.FullControl.All": "every site",
    "Files.Read.All": "every file",
    "Files.ReadWrite.All": "every file",
}


def all_sites_instead_of_selected(
    application: Application,
    climbs: tuple[Climb, ...],
    flows: tuple[Flow, ...],
    inventory: Inventory,
    catalog: Catalog,
    entra: Entra,
) -> Iterator[Hit | Unknown]:
    """A permission for all sites or files, and every call that needs it names one of a few objects.

    Only where the calls file promises to list all calls; one that may go anywhere keeps the rule silent.
    """
    if not inventory.complete:
        return
    if application.required_resource_access is None:
        yield Unknown("application.required_resource_access")
        return
    for type_ in TYPES:
        entries = entries_of(application, GRAPH, type_, catalog)
        broad = [entry for entry in entries if entry.written in _ALL_SITES]
        held = frozenset(entry.written for entry in entries)
        served = served_by(_ALL_SITES.__contains__, type_, held.difference(_ALL_SITES), climbs)
        used = served.some_accept(held.intersection(_ALL_SITES))
        choice = selected_for(served, type_, catalog, entra) if used else None
        if choice is not None and served.lacks:
            yield from map(Unknown, served.lacks)
        elif choice is not None:
            yield _instead_of_all_sites(broad, held, served, choice, flows, catalog, entra)


def _instead_of_all_sites(
    broad: list[Declared],
    held: frozenset[str],
    served: Served,
    choice: Selected,
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
) -> Hit:
    first, *others = broad
    new = choice.permission
    asked = [
        Related(text.at, f"`{flow.name}` asks for {permission.value}")
        for flow in flows
        for text, permission in asked_by_name(flow, catalog, entra)
        if new.type == "Scope" and permission.value in _ALL_SITES
    ]
    names = tuple(dict.fromkeys(choice.objects))
    declared_already = new.value in held
    edits = () if asked else _narrowing(broad, None if declared_already else new)
    does = f"`{new.value}`, which is declared as well, does" if declared_already else f"`{new.value}` does"
    keep = "Keep" if declared_already else "Declare"
    role = "read" if all(one.call.method in ("GET", "HEAD") for one in served.climbs) else "write"
    one = len(broad) == 1
    reach = _ALL_SITES[first.written] + (" that the user may open" if new.type == "Scope" else "")
    return Hit(
        subject.of_permission(GRAPH_NAME, first.written, new.type),
        first.entry.at,
        f"{wording.permissions([entry.written for entry in broad], new.type)} "
        f"{'reaches' if one else 'reach'} {reach}, and the calls that need {'it' if one else 'them'} are all "
        f"about {wording.listed(names, FEW)}: {does}, once the app is granted "
        f"{'that' if len(names) == 1 else 'each'} {choice.level}",
        (
            *_calls(served, choice.objects),
            *(Related(entry.entry.at, f"declares {entry.written}") for entry in others),
            *asked,
        ),
        confidence=choice.confidence,
        fix=f"{keep} {new.value} instead, have the app granted a role on each {choice.level} (`{role}`, or "
        f"what the calls need) with {_GRANTING[choice.level]}, then take the consent to the broad permission "
        "back.",
        edits=edits,
        safe=False,
    )


_GRANTING: Final[dict[Level, str]] = {
    "site": "POST /sites/{id}/permissions",
    "list": "POST /sites/{id}/lists/{id}/permissions",
    "list item": "POST /sites/{id}/lists/{id}/items/{id}/permissions",
    "file": "POST /drives/{id}/items/{id}/permissions",
}


def _narrowing(broad: list[Declared], new: Permission | None) -> tuple[Edit, ...]:
    """The edits that put `new` in the place of the first and take the others away; all or none."""
    first, *others = broad
    edits = withdraw(first) if new is None else exchange(first, new)
    return (*edits, *(edit for entry in others for edit in withdraw(entry))) if edits else ()


_TEAMS: Final = ("Team", "Channel", "Chat")


def tenant_wide_teams_instead_of_rsc(
    application: Application, climbs: tuple[Climb, ...], inventory: Inventory, catalog: Catalog
) -> Iterator[Hit | Unknown]:
    """A permission for all teams or chats, and every call that needs it names one of a few.

    A team or chat can consent to what the app does in it (resource-specific consent).
    """
    if not inventory.complete:
        return
    if application.required_resource_access is None:
        yield Unknown("application.required_resource_access")
        return
    entries = entries_of(application, GRAPH, "Role", catalog)
    held = frozenset(entry.written for entry in entries)
    for entry in entries:
        if not _is_of_teams(entry.written) or entry.written.endswith(".WhereInstalled"):
            continue
        served = served_by(_is_of_teams, "Role", held - {entry.written}, climbs)
        if not served.some_accept(frozenset({entry.written})):
            continue
        found = [in_one(one.call) for one in served.climbs]
        places = [place for place in found if place is not None]
        names = resource_specific(served, places)
        if None in found or len(set(places)) > FEW or not names:
            continue
        if served.lacks:
            yield from map(Unknown, served.lacks)
        else:
            yield _instead_of_all_teams(entry, served, places, names)


def _is_of_teams(name: str) -> bool:
    return name.startswith(_TEAMS)


def _instead_of_all_teams(
    entry: Declared, served: Served, places: list[Place], names: tuple[str, ...]
) -> Hit:
    labels = tuple(dict.fromkeys(place.label for place in places))
    kind = places[0].kind if len({place.kind for place in places}) == 1 else "team or chat"
    low = any(one.confidence == "low" for one in served.climbs)
    return Hit(
        subject.of_permission(GRAPH_NAME, entry.written, "Role"),
        entry.entry.at,
        f"{wording.permissions((entry.written,), 'Role')} reaches every {kind}, and the calls that "
        f"need it are all about {wording.listed(labels, FEW)}: {wording.listed(names)}, granted there, "
        f"{'does' if len(names) == 1 else 'do'}",
        _calls(served, (place.label for place in places)),
        confidence="low" if low else None,
    )


# --- mailboxes ----------------------------------------------------------------------------------


def tenant_wide_mailbox_access(
    application: Application,
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
    climbs: tuple[Climb, ...] | None = None,
) -> Iterator[Hit | Unknown]:
    """An application permission that reaches every mailbox, unless Exchange limits the app.

    What is granted in Entra ID is not limited by roles in Exchange, only by an application access policy,
    and of those nothing is known here.
    """
    assigned = {
        permission.value: assignment
        for permission, assignment in (granted_roles(grants, catalog) if grants else ())
        if (GRAPH, permission.value) in entra.exchange_scoped
    }
    if application.required_resource_access is None:
        yield Unknown("application.required_resource_access")
    for entry in declared(application, catalog) or ():
        # Exchange's own permissions are in no list: an entry that names one is not verified.
        is_role = entry.state in ("known", "unverifiable") and (entry.entry.type or "").lower() == "role"
        if is_role and entry.resource and (entry.resource, entry.written) in entra.exchange_scoped:
            assignment = assigned.pop(entry.written, None) if entry.resource == GRAPH else None
            yield _every_mailbox(entry, assignment, climbs or (), catalog)
    for name, assignment in assigned.items():
        yield Hit(
            subject.of_permission(GRAPH_NAME, name, "Role"),
            assignment.at,
            f"{wording.permissions((name,), 'Role')} is granted and {_REACHES}",
            _uses_of(name, climbs or ()),
        )


_REACHES: Final = "reaches every mailbox, unless an application access policy of Exchange limits the app"


def _every_mailbox(
    entry: Declared, assignment: AppRoleAssignment | None, climbs: tuple[Climb, ...], catalog: Catalog
) -> Hit:
    once = " " if assignment else ", once granted, "
    granted = () if assignment is None else (Related(assignment.at, "granted"),)
    return Hit(
        subject.of_permission(api_of(entry, catalog), entry.written, "Role"),
        entry.entry.at,
        f"{wording.permissions((entry.written,), 'Role')}{once}{_REACHES}",
        (*granted, *(_uses_of(entry.written, climbs) if entry.resource == GRAPH else ())),
        severity=None if assignment else "note",
    )


def _uses_of(name: str, climbs: tuple[Climb, ...]) -> tuple[Related, ...]:
    """The calls for which an application permission is held."""
    return tuple(
        Related(one.call.at, f"`{one.flow.name}` uses it")
        for one in climbs
        if one.step.type == "Role" and one.step.covered and name in one.step.alternative
    )
