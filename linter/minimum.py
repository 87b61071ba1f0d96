"""The least permissions for planned calls, from what the catalogue accepts for each.

A recommendation chooses from what is eligible only: published today, open to every object of the
operation, named by both witnesses. A permission to write is recommended for a read only where the app
needs it for a write anyway, or where nothing else will do. `linter.least` finds the set; here every call
is checked against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from linter import least
from linter.catalog.names import consented_by_resource, for_everybody, whole_directory, writes
from linter.catalog.reach import Reach
from linter.catalog.records import GRAPH, Operation, PermissionType, Scheme, Support
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import CONFIDENCES, Confidence
from linter.least import Alternative, Clause, Facts, Objective
from linter.memory import remembers
from linter.typed import Final, NamedTuple

NO_LEVEL: Final = 3
"""The level that a permission without one counts as: that of most application permissions."""


class Need(NamedTuple):
    """A planned call under one scheme; `operation` and `support` are None where nobody knows it."""

    label: str
    scheme: Scheme
    operation: Operation | None
    support: Support | None


class Cover(NamedTuple):
    """What of a set covers a call, out of what could have; or why nothing can."""

    need: Need
    by: Alternative = ()
    considered: tuple[Alternative, ...] = ()
    reason: str = ""


class Minimum(NamedTuple):
    """The least set for some calls under one type of access.

    `covers` has every call in the order given, `ties` are sets that are equally good. Where `exact` is
    false the search ended at its budget, and no set is better than `bound` in levels, tier zero and size.
    `confidence` is that of the least sure operation among those covered. `narrower` is a set of more or
    higher permissions out of what is documented as the least for each call, which opens fewer operations
    (`narrower_excess` beyond the planned ones) or is not over the whole directory as the least set is;
    empty where there is no such set.
    """

    permissions: tuple[str, ...]
    objective: Objective
    ties: tuple[tuple[str, ...], ...]
    more_ties: bool
    exact: bool
    bound: Objective
    nodes: int
    covers: tuple[Cover, ...]
    confidence: Confidence
    narrower: tuple[str, ...] = ()
    narrower_excess: int = 0

    @property
    def uncovered(self) -> tuple[Cover, ...]:
        """The calls that no permission covers."""
        return tuple(cover for cover in self.covers if cover.reason)


def type_of(scheme: Scheme) -> PermissionType:
    """The type of permission that counts under a scheme."""
    return "Role" if scheme == "Application" else "Scope"


def minimum(
    needs: Sequence[Need], catalog: Catalog, entra: Entra, free: frozenset[str] = frozenset()
) -> Minimum:
    """The least set that covers every call that can be covered; all calls have one type of access.

    `free` are permissions that the app holds anyway.
    """
    clauses = considered(needs, catalog)
    facts = facts_of(needs, clauses, catalog, entra, free)
    answer = least.solve([clause for clause in clauses if clause], facts)
    while name := _only_reads(answer.permissions, clauses, free):
        clauses = [_without(name, clause) for clause in clauses]
        answer = least.solve([clause for clause in clauses if clause], facts)
    if answer.ties:
        answer = _as_documented(answer, needs)
    held = free.union(answer.permissions)
    covers = tuple(
        Cover(need, next(found for found in clause if held.issuperset(found)), clause)
        if clause
        else Cover(need, reason=why_not(need))
        for need, clause in zip(needs, clauses, strict=True)
    )
    narrower = _narrower(needs, clauses, answer, facts)
    grades = [cover.need.support.confidence for cover in covers if cover.by and cover.need.support]
    return Minimum(
        answer.permissions,
        answer.objective,
        answer.ties,
        answer.more_ties,
        answer.exact,
        answer.bound,
        answer.nodes,
        covers,
        max(grades, key=CONFIDENCES.index, default="high"),
        *(narrower or ((), 0)),
    )


def _only_reads(permissions: tuple[str, ...], clauses: Sequence[Clause], free: frozenset[str]) -> str | None:
    """A permission to write that is chosen, and only for calls that something which reads would do for."""
    held = free.union(permissions)
    changing = [clause for clause in clauses if clause and not any(map(_harmless, clause))]
    for name in permissions:
        rest = held - {name}
        if (
            writes(name)
            and any(_without(name, clause) != clause for clause in clauses)
            and all(any(map(rest.issuperset, clause)) for clause in changing)
        ):
            return name
    return None


def _without(name: str, clause: Clause) -> Clause:
    """The alternatives of a call without one permission, where something that reads would do."""
    if not any(map(_harmless, clause)):
        return clause
    return tuple(found for found in clause if name not in found)


def _harmless(alternative: Alternative) -> bool:
    return not any(map(writes, alternative))


def _narrower(
    needs: Sequence[Need], clauses: Sequence[Clause], answer: least.Answer, facts: Facts
) -> tuple[tuple[str, ...], int] | None:
    """A set out of what is documented as least for each call, and its excess, where that is narrower.

    Levels are coarse: one permission over everything may count less than two that are each for their own.
    """
    documented = [
        tuple(found for found in clause if need.support and found in need.support.least) or clause
        for need, clause in zip(needs, clauses, strict=True)
        if clause
    ]
    chosen = facts.free.union(answer.permissions)
    if all(any(map(chosen.issuperset, clause)) for clause in documented):
        return None  # it is documented as the least already
    held = set(least.solve(documented, facts).permissions)
    for name in sorted(held):
        # What one call brings may cover another one as well.
        rest = facts.free.union(held - {name})
        if all(any(map(rest.issuperset, clause)) for clause in clauses if clause):
            held.remove(name)
    excess = least.objective(held, facts).excess
    if excess < answer.objective.excess or _over_directory(answer.permissions) > _over_directory(held):
        return tuple(sorted(held)), excess
    return None


def _over_directory(permissions: Iterable[str]) -> bool:
    return any(map(whole_directory, permissions))


def without_whole_directory(alternatives: Clause) -> Clause:
    """The alternatives that are not over the whole directory, where there are such."""
    return tuple(found for found in alternatives if not any(map(whole_directory, found))) or alternatives


def considered(needs: Sequence[Need], catalog: Catalog) -> list[tuple[Alternative, ...]]:
    """The alternatives that a recommendation may choose from for each call; none where nothing covers it.

    What writes stands for a read, and what is for everybody's objects for one's own, only where another
    call of these needs it, too.
    """
    fit = [eligible(need, catalog) for need in needs]
    modest = [_modest(need, alternatives) for need, alternatives in zip(needs, fit, strict=True)]
    justified = {name for alternatives in modest for found in alternatives for name in found}
    return [
        tuple(found for found in alternatives if found in own or justified.issuperset(found))
        for alternatives, own in zip(fit, modest, strict=True)
    ]


def _modest(need: Need, alternatives: tuple[Alternative, ...]) -> tuple[Alternative, ...]:
    """The alternatives that do not write or reach further than the call, where there are such."""
    modest = tuple(filter(_harmless, alternatives)) or alternatives
    if need.operation is not None and need.operation.template.startswith("/me"):
        modest = tuple(found for found in modest if not any(map(for_everybody, found))) or modest
    return modest


def eligible(need: Need, catalog: Catalog) -> tuple[Alternative, ...]:
    """The alternatives of a call that are fit to be recommended and that a registration can declare."""
    if need.support is None:
        return ()
    type_ = type_of(need.scheme)
    return tuple(
        found for found in need.support.eligible if all(_declarable(name, type_, catalog) for name in found)
    )


def _declarable(name: str, type_: PermissionType, catalog: Catalog) -> bool:
    """Whether a registration can ask for a permission: Microsoft Graph publishes it for apps to declare."""
    if consented_by_resource(name):
        return False
    permission = catalog.permission(GRAPH, name, type_)
    return permission is not None and permission.live


def why_not(need: Need) -> str:
    """Why no permission that an app can declare covers a call."""
    if need.operation is None or need.support is None:
        return "no known operation of Microsoft Graph"
    if not need.support.supported:
        return f"not supported with {_ACCESS[need.scheme]}"
    if not need.support.eligible:
        return "what it needs depends on the kind of data that it is about"
    names = {name for found in need.support.eligible for name in found}
    if any(map(consented_by_resource, names)):
        return f"only consent inside a team or chat covers it: {', '.join(sorted(names))}"
    return f"Microsoft Graph offers none of what it needs to apps today: {', '.join(sorted(names))}"


_ACCESS: Final[dict[Scheme, str]] = {
    "Application": "application access",
    "DelegatedWork": "delegated access of a work account",
    "DelegatedPersonal": "delegated access of a personal account",
}


def facts_of(
    needs: Sequence[Need],
    clauses: Iterable[tuple[Alternative, ...]],
    catalog: Catalog,
    entra: Entra,
    free: frozenset[str] = frozenset(),
) -> Facts:
    """What the solver must know of every permission that the clauses name."""
    names = {name for clause in clauses for found in clause for name in found} | free
    reach = reach_of(catalog, tuple(dict.fromkeys(need.scheme for need in needs)))
    types = {type_of(need.scheme) for need in needs}
    planned = 0
    for need in needs:
        if need.operation is not None:
            planned |= reach.bit(need.operation)
    return Facts(
        {name: level(name, types, catalog) for name in names},
        entra.tier_zero & names if "Role" in types else frozenset(),
        {name: reach.opens(name) for name in names},
        reach.together(names),
        planned,
        free,
    )


def level(name: str, types: Iterable[PermissionType], catalog: Catalog) -> int:
    """The privilege level of a permission of Microsoft Graph, 1 to 4; the highest of several types'."""
    found = [catalog.permission(GRAPH, name, type_) for type_ in types]
    return max((permission.level or NO_LEVEL for permission in found if permission), default=NO_LEVEL)


@remembers(8)
def reach_of(catalog: Catalog, schemes: tuple[Scheme, ...]) -> Reach:
    """What permissions open under these schemes together; kept, since many apps ask."""
    return Reach(catalog, schemes)


def _as_documented(answer: least.Answer, needs: Sequence[Need]) -> least.Answer:
    """Of several equally good sets the one in which most calls have what is documented as their least."""
    documented = [set(need.support.least) for need in needs if need.support]

    def agreement(permissions: tuple[str, ...]) -> int:
        held = set(permissions)
        return sum(any(held.issuperset(found) for found in alternatives) for alternatives in documented)

    sets = [answer.permissions, *answer.ties]
    best = max(sets, key=lambda permissions: (agreement(permissions), permissions == answer.permissions))
    ties = tuple(sorted(permissions for permissions in sets if permissions != best))
    return answer._replace(permissions=best, ties=ties)
