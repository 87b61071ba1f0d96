"""Right-sizing: what an app should declare of Microsoft Graph in place of what it declares.

There is one target for each type of permission, asked by every rule that speaks of too much or too little,
so that none contradicts another: the least set (`linter.least`) that covers every planned call that can be
covered, chosen from what is declared, what uncovered calls need, and what is narrower. Narrower is decided
call by call: of no higher level than what covers the call now, open to no more operations, and documented
as the least for the call or, where nothing declared is, of the same area. Permissions over the whole
directory replace only each other. Of permissions that the published tables know too little of nothing is
said: they stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from linter import least
from linter.authorization.further import further_names, kinds_read
from linter.catalog.names import area, basic, narrower, of_some, whole_directory, writes
from linter.catalog.records import GRAPH, SCHEMES, Operation, Permission, PermissionType, Support
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import CONFIDENCES, Confidence
from linter.holdings import TYPES, Declared, declared
from linter.ladder import TYPE_OF, Climb, find, with_containing
from linter.least import Alternative, Clause
from linter.minimum import Need, considered, eligible, facts_of, reach_of, without_whole_directory
from linter.model import Application, Flow
from linter.typed import Final, NamedTuple

_READS: Final = frozenset({"GET", "HEAD"})


class Replacement(NamedTuple):
    """Declared permissions for which something narrower can stand.

    `old` begins with what writes; `new` are to be declared in their place, `kept` are declared already and
    take over. `climbs` are the calls that the old ones cover; `lost` are the operations that are open no
    more, what writes first. `leaves_part` is whether a call may then read basic properties only, or act on
    some objects only.
    """

    old: tuple[Declared, ...]
    new: tuple[Permission, ...]
    kept: tuple[str, ...]
    climbs: tuple[Climb, ...]
    lost: tuple[Operation, ...]
    confidence: Confidence
    leaves_part: bool


class Rightsizing(NamedTuple):
    """The target for one type of permission, and the way to it.

    `covers` has what the target has for each call, by the call's number among the climbs. `lacks` names
    what is unstated, so that a call may need more than is known: then nothing is known to be too much.
    """

    replacements: tuple[Replacement, ...] = ()
    covers: Mapping[int, Alternative] = {}
    lacks: tuple[str, ...] = ()


def rightsizing(
    application: Application | None,
    climbs: Sequence[Climb],
    flows: Sequence[Flow],
    catalog: Catalog,
    entra: Entra,
) -> dict[PermissionType, Rightsizing]:
    """The targets of both types."""
    entries = () if application is None else declared(application, catalog) or ()
    return {
        type_: _of_type(
            type_, [entry for entry in entries if _is_of(entry, type_)], climbs, flows, catalog, entra
        )
        for type_ in TYPES
    }


def _is_of(entry: Declared, type_: PermissionType) -> bool:
    permission = entry.permission
    return (
        entry.state == "known"
        and permission is not None
        and permission.resource == GRAPH
        and permission.type == type_
    )


def _of_type(
    type_: PermissionType,
    entries: Sequence[Declared],
    climbs: Sequence[Climb],
    flows: Sequence[Flow],
    catalog: Catalog,
    entra: Entra,
) -> Rightsizing:
    mine = [(number, climb) for number, climb in enumerate(climbs) if climb.step.type == type_]
    lacks = dict.fromkeys(
        lack for _, climb in mine if climb.step.operation is None for lack in climb.step.lacks
    )
    held = frozenset(entry.written for entry in entries)
    calls = [call for number, climb in mine for call in _planned(number, climb, held, catalog)]
    if not calls:
        return Rightsizing(lacks=tuple(lacks))
    stays = _stays(held, type_, flows, catalog, entra)
    sizing = _Sizing(calls, held, stays, catalog, entra)
    replacements = [
        _replacement(old, new, entries, sizing, type_, catalog)
        for old, new in sizing.swaps
        if not held.isdisjoint(old)  # else it is another choice for calls that nothing declared covers
    ]
    return Rightsizing(tuple(replacements), sizing.covers(), tuple(lacks))


class _Call(NamedTuple):
    """A planned call that something of the type covers: its number among the climbs, and what it needs."""

    number: int
    climb: Climb
    need: Need
    support: Support


def _planned(number: int, climb: Climb, held: frozenset[str], catalog: Catalog) -> Iterator[_Call]:
    operation = climb.step.operation
    if operation is None:
        return
    support = catalog.support(operation, climb.step.scheme, climb.call.writes)
    support = with_containing(support, held)
    if support.supported:
        label = f"{climb.call.method} {climb.call.url}"
        yield _Call(number, climb, Need(label, climb.step.scheme, operation, support), support)


def _stays(
    held: frozenset[str], type_: PermissionType, flows: Sequence[Flow], catalog: Catalog, entra: Entra
) -> frozenset[str]:
    """What is declared for other reasons than the calls that are known.

    It is there for signing in, or the tables hardly know what it opens, or a call needs it beyond what
    they list, or a call without a token accepts it, of which nobody knows what token it would have.
    """
    names: set[str] = set()
    for call in [call for flow in flows for call in flow.every_call()]:
        operation = find(call, catalog, entra).operation
        if operation is not None:
            names.update(further_names(call, operation, entra))
    for call in [call for flow in flows if flow.access is None for call in flow.every_call()]:
        operation = find(call, catalog, entra).operation
        for scheme in SCHEMES:
            if operation is not None and TYPE_OF[scheme] == type_:
                names.update(_names(catalog.support(operation, scheme, call.writes).accepted))
    return frozenset(
        name
        for name in held
        if name == "User.Read"
        or name in names
        or name.endswith(".Shared")
        or any(name == scope.name for scope in entra.oidc_scopes)
        or entra.selected_scope(name) is not None
    )


def _names(alternatives: Iterable[Alternative]) -> frozenset[str]:
    return frozenset(name for found in alternatives for name in found)


class _Sizing:
    """The calls of one type as clauses, and the way from what is declared to the target."""

    def __init__(
        self,
        calls: Sequence[_Call],
        held: frozenset[str],
        stays: frozenset[str],
        catalog: Catalog,
        entra: Entra,
    ) -> None:
        needs = [call.need for call in calls]
        fit = [eligible(need, catalog) for need in needs]
        wanted = considered(needs, catalog)
        reach = [_as_far(found, call, held, catalog, entra) for call, found in zip(calls, fit, strict=True)]
        wanted = [
            tuple(one for one in choices if one in far) for choices, far in zip(wanted, reach, strict=True)
        ]
        fit = reach
        # A call that only something doubtful covers says nothing, and what covers it stays.
        doubtful = [
            not any(map(held.issuperset, choices)) and _covered(call.support, call.need, held, entra)
            for call, choices in zip(calls, fit, strict=True)
        ]
        pinned = _names(
            found
            for call, unsure in zip(calls, doubtful, strict=True)
            if unsure
            for found in call.support.accepted
        )
        self.calls = [call for call, unsure in zip(calls, doubtful, strict=True) if not unsure]
        fit = [choices for choices, unsure in zip(fit, doubtful, strict=True) if not unsure]
        wanted = [choices for choices, unsure in zip(wanted, doubtful, strict=True) if not unsure]
        self.held = held
        self.free = stays | (held & pinned)
        own: list[Clause] = [((name,),) for name in held]
        self.facts = facts_of(needs, [*fit, *wanted, *own], catalog, entra, self.free)
        #: What uncovered calls need beside what is declared.
        self.added = self._additions(fit, wanted, held)
        start = held | self.added
        #: For each call, what of the start covers it; nothing for one that nothing covers.
        self.covering = [tuple(found for found in choices if start.issuperset(found)) for choices in fit]
        #: For each call, what may cover it in the end.
        self.clauses: list[Clause] = [
            tuple(
                found
                for found in choices
                if self._is_narrower(found, held_by) and _is_meant(found, held_by, call.support)
            )
            or held_by
            for call, choices, held_by in zip(self.calls, wanted, self.covering, strict=True)
        ]
        self.start = _names(found for held_by in self.covering for found in held_by).difference(self.free)
        self.target, self.swaps = self._swapped()

    def _additions(
        self, fit: Sequence[Clause], wanted: Sequence[Clause], held: frozenset[str]
    ) -> frozenset[str]:
        open_ = [
            (choices, tuple(found for found in choices if _is_meant(found, (), call.support)) or choices)
            for call, choices, able in zip(self.calls, wanted, fit, strict=True)
            if choices and not any(map(held.issuperset, able))
        ]
        # What is meant for one call may cover another as well.
        justified = _names(found for _, meant in open_ for found in meant)
        clauses = [
            without_whole_directory(
                tuple(found for found in choices if found in meant or justified.issuperset(found))
            )
            for choices, meant in open_
        ]
        return frozenset(least.solve(clauses, self.facts._replace(free=self.free | held)).permissions)

    def _is_narrower(self, found: Alternative, than: Iterable[Alternative]) -> bool:
        """Whether an alternative is no more than one of those that cover a call now."""
        return any(found == other or self._is_less(found, other) for other in than)

    def _is_less(self, found: Alternative, other: Alternative) -> bool:
        levels, tier_zero = self.facts.levels, self.facts.tier_zero
        if max(levels[name] for name in found) > max(levels[name] for name in other):
            return False
        if not tier_zero.isdisjoint(found) and tier_zero.isdisjoint(other):
            return False
        if any(map(writes, found)) and not any(map(writes, other)):
            return False
        if any(map(_of_a_part, found)) and not any(map(_of_a_part, other)):
            return False  # calls do not say which properties they read, nor whose objects they are about
        if any(map(whole_directory, found)) and not any(map(whole_directory, other)):
            return False
        # Names tell it where the tables leave the wider sibling out of much that it covers.
        by_name = all(any(narrower(name, wider) for wider in other) for name in found)
        return by_name or self._breadth(found) <= self._breadth(other)

    def _breadth(self, found: Iterable[str]) -> int:
        opened = 0
        for name in found:
            opened |= self.facts.opens[name]
        return opened.bit_count()

    def _swapped(self) -> tuple[frozenset[str], list[tuple[frozenset[str], frozenset[str]]]]:
        """The target, and what goes for what comes, set by set; only what is really better is swapped."""
        best = frozenset(least.solve([clause for clause in self.clauses if clause], self.facts).permissions)
        target, swaps = self.start, []
        for old, new in self._parts(self.start - best, best - self.start):
            after = (target - old) | new
            if any(map(writes, new)) and not any(map(writes, old)):
                continue  # one of a pair, whose other half writes
            better = least.objective(after, self.facts) < least.objective(target, self.facts)
            if (better or self._writes_for_reads(old)) and self._keeps_covered(target, after):
                target = after
                swaps.append((old, new))
        return target, swaps

    def _keeps_covered(self, before: frozenset[str], after: frozenset[str]) -> bool:
        """Whether every call that is covered stays so, also before what uncovered calls need is declared."""
        for added in (frozenset[str](), self.added):
            then, now = self.free | (before - added), self.free | (after - added)
            for clause, held_by in zip(self.clauses, self.covering, strict=True):
                ways = (*clause, *held_by)
                if any(map(then.issuperset, ways)) and not any(map(now.issuperset, ways)):
                    return False
        return True

    def _writes_for_reads(self, old: frozenset[str]) -> bool:
        """Whether something that writes is held for calls which something that reads covers."""
        useful = _names(found for clause in self.clauses for found in clause)
        return any(writes(name) and name not in useful for name in old)

    def _parts(
        self, old: frozenset[str], new: frozenset[str]
    ) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
        """What goes and what comes, apart where no call joins them."""
        parts: list[frozenset[str]] = [frozenset({name}) for name in sorted(old)]
        for call in self.calls:
            joined = _names(call.support.accepted) & (old | new)
            touching = [part for part in parts if part & joined]
            if touching:
                parts = [part for part in parts if not part & joined]
                parts.append(joined.union(*touching))
        for part in sorted(parts, key=sorted):
            yield part & old, part & new

    def covers(self) -> dict[int, Alternative]:
        """What of the target covers each call, by its number among the climbs."""
        held = self.free | self.target
        return {
            call.number: next(found for found in (*clause, *held_by) if held.issuperset(found))
            for call, clause, held_by in zip(self.calls, self.clauses, self.covering, strict=True)
            if held_by
        }

    def served(self, old: frozenset[str]) -> list[_Call]:
        """The calls that what goes covers today."""
        return [call for call in self.calls if not old.isdisjoint(_names(call.support.accepted))]


def _as_far(choices: Clause, call: _Call, held: frozenset[str], catalog: Catalog, entra: Entra) -> Clause:
    """The alternatives that reach as far into what a call is about as those that are held.

    A call that does not begin with the user's own may be about somebody else's objects, which `Files.Read`
    does not open and `Files.Read.All` does; and one that returns several kinds of objects shows of some kinds
    only the ids.
    """
    held_by = tuple(found for found in choices if held.issuperset(found))
    operation = call.climb.step.operation
    if operation is None or not held_by:
        return choices
    if call.need.scheme != "Application" and not operation.template.startswith("/me"):
        of_all = tuple(found for found in choices if not any(_for_own(name, catalog) for name in found))
        if any(found in held_by for found in of_all):
            choices = of_all
    needed = kinds_read(_names(held_by), call.climb.call, operation, entra)
    return (
        tuple(found for found in choices if needed <= kinds_read(found, call.climb.call, operation, entra))
        or held_by
    )


def _for_own(name: str, catalog: Catalog) -> bool:
    """Whether a delegated permission is for the user's own objects, and another one for all of them."""
    return catalog.permission(GRAPH, f"{name}.All", "Scope") is not None


def _is_meant(found: Alternative, held_by: Clause, support: Support) -> bool:
    """Whether an alternative may be advised for a call, which is more than that it is accepted.

    Nothing may in the place of what is documented as the least: where several are, the kind of object often
    decides. Else it must be such a one, or of the area of what is documented or held: that `Contacts.Read`
    opens photos is no reason to read contacts. Where only one source knows the operation, no one says which
    is the least, and it must be of the area of what is held, unless that is over the whole directory.
    """
    if found in held_by:
        return True
    if any(held in support.least for held in held_by):
        return False
    areas = set(map(area, _names(held_by)))
    if held_by and support.confidence != "high" and "Directory" not in areas:
        return set(map(area, found)) <= areas
    return found in support.least or set(map(area, found)) <= areas | set(map(area, _names(support.least)))


def _covered(support: Support, need: Need, held: frozenset[str], entra: Entra) -> bool:
    """Whether a call is covered in a way that no recommendation relies on."""
    shared = held | {name.removesuffix(".Shared") for name in held}
    if any(map(shared.issuperset, support.accepted)):
        return True
    template = need.operation.template if need.operation else ""
    return any(scope.name in held for scope in entra.selected_scopes_for(template))


def _replacement(
    old: frozenset[str],
    new: frozenset[str],
    entries: Sequence[Declared],
    sizing: _Sizing,
    type_: PermissionType,
    catalog: Catalog,
) -> Replacement:
    calls = sizing.served(old)
    after = sizing.held.difference(*(gone for gone, _ in sizing.swaps)) | sizing.target
    covers = sizing.covers()
    kept = frozenset(name for call in calls for name in covers.get(call.number, ())) - new
    published = [catalog.permission(GRAPH, name, type_) for name in sorted(new)]
    return Replacement(
        tuple(sorted((entry for entry in entries if entry.written in old), key=_writing_first)),
        tuple(permission for permission in published if permission),
        tuple(sorted(kept)),
        tuple(call.climb for call in calls),
        _lost(old, after, calls, sizing.facts.planned, catalog),
        max((call.support.confidence for call in calls), key=CONFIDENCES.index, default="high"),
        any(
            _opens_in_full(call.support, sizing.held) and not _opens_in_full(call.support, after)
            for call in calls
        ),
    )


def _opens_in_full(support: Support, held: frozenset[str]) -> bool:
    return any(held.issuperset(found) and not any(map(_of_a_part, found)) for found in support.accepted)


def _of_a_part(name: str) -> bool:
    return basic(name) or of_some(name)


def _writing_first(entry: Declared) -> tuple[bool, str]:
    return not writes(entry.written), entry.written


def _lost(
    old: frozenset[str], after: frozenset[str], calls: Sequence[_Call], planned: int, catalog: Catalog
) -> tuple[Operation, ...]:
    """The operations that nothing declared opens any more: what writes first, then what is near the calls."""
    reach = reach_of(catalog, tuple(dict.fromkeys(call.need.scheme for call in calls)))
    # The tables leave the writing sibling out of many reads that it covers.
    real = [name for name in old if name.replace(".Read", ".ReadWrite", 1) not in after]
    areas = {_area(call.need.operation) for call in calls if call.need.operation}
    return tuple(
        sorted(
            reach.operations(reach.of(real) & ~reach.of(after) & ~planned),
            key=lambda operation: (
                operation.method in _READS,
                _area(operation) not in areas,
                operation.template.count("/"),
                operation.template,
                operation.method,
            ),
        )
    )


def _area(operation: Operation) -> str:
    return operation.template.split("/")[1]
