"""Calls that are all about a few sites, files, teams or chats, and what would do for those alone."""

from __future__ import annotations

from collections.abc import Callable

from linter.addressed import Addressed, Level, sharepoint_object, team_or_chat
from linter.catalog.names import consented_by_resource, reads
from linter.catalog.records import GRAPH, SCHEMES, Permission, PermissionType, Support
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Confidence
from linter.ladder import Climb, Step
from linter.model import Call
from linter.typed import Final, NamedTuple

FEW: Final = 5
"""More objects than this are no handful: granting each by itself is then work without end."""


class Served(NamedTuple):
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


def served_by(
    kin: Callable[[str], bool], type_: PermissionType, rest: frozenset[str], climbs: tuple[Climb, ...]
) -> Served:
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
    return Served(tuple(served.values()), tuple(lacks), personal)


def _accepted(step: Step, support: Support) -> tuple[tuple[str, ...], ...]:
    """What the operation accepts; where it is in doubt whether this access is supported, what any does."""
    if support.supported or support.confidence != "low" or step.operation is None:
        return support.accepted
    return tuple(found for scheme in SCHEMES for found in step.operation.support(scheme).accepted)


# --- sites and files ---------------------------------------------------------------------------

_SELECTED: Final[dict[Level, str]] = {
    "site": "Sites.Selected",
    "list": "Lists.SelectedOperations.Selected",
    "list item": "ListItems.SelectedOperations.Selected",
    "file": "Files.SelectedOperations.Selected",
}
_WIDEST: Final[tuple[Level, ...]] = ("site", "list", "list item", "file")


class Selected(NamedTuple):
    """The permission for selected objects that does for all calls, and the object of each call."""

    permission: Permission
    level: Level
    objects: tuple[str, ...]
    confidence: Confidence


def selected_for(served: Served, type_: PermissionType, catalog: Catalog, entra: Entra) -> Selected | None:
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
    if permission is None or not permission.live or "" in objects or len(set(objects)) > FEW:
        return None
    if served.personal and not permission.personal:
        return None
    for one in served.climbs:
        scopes = entra.selected_scopes_for(one.step.label)
        if all(scope.name != permission.value for scope in scopes):
            return None
    sure = all(one.confidence != "low" for one in served.climbs)
    return Selected(permission, level, objects, "medium" if sure else "low")


def _at_level(thing: Addressed, level: Level) -> str:
    """The object of a call on which a grant of this level is made; empty where its URL does not tell.

    A site is known by its library, too.
    """
    if level == "site":
        return thing.site or thing.container
    return thing.container if level == "list" else thing.item


# --- teams and chats ---------------------------------------------------------------------------

_ENDS: Final = {"team": ".Group", "chat": ".Chat"}


class Place(NamedTuple):
    """A team or chat and its id."""

    kind: str
    id: str

    @property
    def label(self) -> str:
        """As in messages."""
        return f"{self.kind} {self.id}"


def in_one(call: Call) -> Place | None:
    """The one team or chat that a call is about."""
    found = team_or_chat(call.url)
    return None if found is None else Place(*found)


def resource_specific(served: Served, places: list[Place]) -> tuple[str, ...]:
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
