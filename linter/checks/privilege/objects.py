"""Permissions for everything, where all calls are about a few sites, files, teams or chats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from linter import subject, wording
from linter.amend import exchange, withdraw
from linter.catalog.names import consented_by_resource, reads
from linter.catalog.records import GRAPH, GRAPH_NAME, SCHEMES, Permission, PermissionType, Support
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Confidence, Edit, Hit, Related, Unknown
from linter.holdings import (
    TYPES,
    Declared,
    asked_by_name,
    entries_of,
)
from linter.ladder import Climb, Step
from linter.model import Application, Call, Flow, Inventory
from linter.request.addressed import Addressed, Level, sharepoint_object, team_or_chat
from linter.typed import Final, NamedTuple

_FEW: Final = 5
"""More objects than this are no handful: granting each by itself is then work without end."""


class _Served(NamedTuple):
    """The planned calls for which permissions of one type are needed, and what is not known of others.

    `personal`: a personal account may make one of them.
    """

    climbs: tuple[Climb, ...]
    lacks: tuple[str, ...]
    personal: bool

    def some_accept(self, names: frozenset[str]) -> bool:
        """Whether any of the calls accepts one of these permissions: else it is unused, not too broad."""
        return any(
            not names.isdisjoint(found)
            for one in self.climbs
            for found in (one.step.support.accepted if one.step.support else ())
        )


def _served(
    kin: Callable[[str], bool], type_: PermissionType, rest: frozenset[str], climbs: tuple[Climb, ...]
) -> _Served:
    """The calls that accept a permission of some `kin`, and nothing of the `rest` that is held.

    One that accepts the permission's kin only, and not itself, is meant too: published tables have gaps.
    """
    served: dict[int, Climb] = {}
    lacks: dict[str, None] = {}
    personal = False
    for one in climbs:
        support = one.step.support
        if one.step.type != type_ or one.step.rung in ("elsewhere", "other-token"):
            continue
        if support is None:
            lacks.update(dict.fromkeys(one.step.lacks))
        elif any(map(rest.issuperset, support.accepted)):
            continue
        elif any(kin(name) for found in _accepted(one.step, support) for name in found):
            served.setdefault(id(one.call), one)
            personal = personal or one.step.scheme == "DelegatedPersonal"
    return _Served(tuple(served.values()), tuple(lacks), personal)


def _accepted(step: Step, support: Support) -> tuple[tuple[str, ...], ...]:
    """What the operation accepts; where it is in doubt whether this access is supported, what any does."""
    if support.supported or support.confidence != "low" or step.operation is None:
        return support.accepted
    return tuple(found for scheme in SCHEMES for found in step.operation.support(scheme).accepted)


def _calls(served: _Served, objects: Iterable[str]) -> tuple[Related, ...]:
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

_SELECTED: Final[dict[Level, str]] = {
    "site": "Sites.Selected",
    "list": "Lists.SelectedOperations.Selected",
    "list item": "ListItems.SelectedOperations.Selected",
    "file": "Files.SelectedOperations.Selected",
}
_WIDEST: Final[tuple[Level, ...]] = ("site", "list", "list item", "file")


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
        served = _served(_ALL_SITES.__contains__, type_, held.difference(_ALL_SITES), climbs)
        used = served.some_accept(held.intersection(_ALL_SITES))
        choice = _selected_for(served, type_, catalog, entra) if used else None
        if choice is not None and served.lacks:
            yield from map(Unknown, served.lacks)
        elif choice is not None:
            yield _instead_of_all_sites(broad, held, served, choice, flows, catalog, entra)


class _Selected(NamedTuple):
    """The permission for selected objects that does for all calls, and the object of each call."""

    permission: Permission
    level: Level
    objects: tuple[str, ...]
    confidence: Confidence


def _selected_for(served: _Served, type_: PermissionType, catalog: Catalog, entra: Entra) -> _Selected | None:
    """None where a call is about no single object, or about too many, or the way is not open to it."""
    found: list[Addressed] = []
    for one in served.climbs:
        thing = sharepoint_object(one.call.method, one.call.url)
        if thing is None:
            return None
        found.append(thing)
    if not found:
        return None
    level = min((thing.level for thing in found), key=_WIDEST.index)
    objects = tuple(_at_level(thing, level) for thing in found)
    permission = catalog.permission(GRAPH, _SELECTED[level], type_)
    if permission is None or not permission.live or "" in objects or len(set(objects)) > _FEW:
        return None
    if served.personal and not permission.personal:
        return None
    for one in served.climbs:
        scopes = entra.selected_scopes_for(one.step.label)
        if all(scope.name != permission.value for scope in scopes):
            return None
    sure = all(one.confidence != "low" for one in served.climbs)
    return _Selected(permission, level, objects, "medium" if sure else "low")


def _at_level(thing: Addressed, level: Level) -> str:
    """The object of a call on which a grant of this level is made; empty where its URL does not tell.

    A site is known by its library, too.
    """
    if level == "site":
        return thing.site or thing.container
    return thing.container if level == "list" else thing.item


def _instead_of_all_sites(
    broad: list[Declared],
    held: frozenset[str],
    served: _Served,
    choice: _Selected,
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
        f"about {wording.listed(names, _FEW)}: {does}, once the app is granted "
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
_ENDS: Final = {"team": ".Group", "chat": ".Chat"}


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
        served = _served(_is_of_teams, "Role", held - {entry.written}, climbs)
        if not served.some_accept(frozenset({entry.written})):
            continue
        found = [_in_one(one.call) for one in served.climbs]
        places = [place for place in found if place is not None]
        names = _resource_specific(served, places)
        if None in found or len(set(places)) > _FEW or not names:
            continue
        if served.lacks:
            yield from map(Unknown, served.lacks)
        else:
            yield _instead_of_all_teams(entry, served, places, names)


def _is_of_teams(name: str) -> bool:
    return name.startswith(_TEAMS)


class _Place(NamedTuple):
    """A team or chat and its id."""

    kind: str
    id: str

    @property
    def label(self) -> str:
        """As in messages."""
        return f"{self.kind} {self.id}"


def _in_one(call: Call) -> _Place | None:
    found = team_or_chat(call.url)
    return None if found is None else _Place(*found)


def _resource_specific(served: _Served, places: list[_Place]) -> tuple[str, ...]:
    """The permissions that a team or chat can grant for all of the calls; () where one has none."""
    open_ = [
        {
            found[0]
            for found in (one.step.support.accepted if one.step.support else ())
            if len(found) == 1 and consented_by_resource(found[0]) and found[0].endswith(_ENDS[place.kind])
        }
        for one, place in zip(served.climbs, places, strict=False)
    ]
    chosen: list[str] = []
    while open_:
        names = sorted({name for names in open_ for name in names})
        if not all(open_):
            return ()
        # What serves most calls, then what by its name only reads, then the first by name.
        best = max(names, key=lambda name: (sum(name in one for one in open_), reads(name)))
        chosen.append(best)
        open_ = [one for one in open_ if best not in one]
    return tuple(chosen)


def _instead_of_all_teams(
    entry: Declared, served: _Served, places: list[_Place], names: tuple[str, ...]
) -> Hit:
    labels = tuple(dict.fromkeys(place.label for place in places))
    kind = places[0].kind if len({place.kind for place in places}) == 1 else "team or chat"
    low = any(one.confidence == "low" for one in served.climbs)
    return Hit(
        subject.of_permission(GRAPH_NAME, entry.written, "Role"),
        entry.entry.at,
        f"{wording.permissions((entry.written,), 'Role')} reaches every {kind}, and the calls that "
        f"need it are all about {wording.listed(labels, _FEW)}: {wording.listed(names)}, granted there, "
        f"{'does' if len(names) == 1 else 'do'}",
        _calls(served, (place.label for place in places)),
        confidence="low" if low else None,
    )
