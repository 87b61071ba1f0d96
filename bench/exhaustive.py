"""The least sets by trying every subset: slow, and plain enough to be believed."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations

from linter.least import Alternative, Clause, Facts, Objective


def covers(clause: Clause, held: Collection[str]) -> bool:
    """Whether one alternative is held as a whole."""
    return any(all(permission in held for permission in alternative) for alternative in clause)


def uncovered(clauses: Iterable[Clause], permissions: Iterable[str], facts: Facts) -> list[Clause]:
    """The clauses that a set leaves open, with what is held anyway."""
    held = facts.free.union(permissions)
    return [clause for clause in clauses if not covers(clause, held)]


def opened(held: Collection[str], facts: Facts) -> int:
    """The operations that permissions open, alone and in pairs, as bits."""
    bits = 0
    for permission in held:
        bits |= facts.opens.get(permission, 0)
    for pair, operations in facts.together.items():
        if all(permission in held for permission in pair):
            bits |= operations
    return bits


def objective(permissions: Iterable[str], facts: Facts) -> Objective:
    """What a set costs beyond what is held anyway."""
    added = set(permissions) - facts.free
    levels = [facts.levels[permission] for permission in added]
    before = opened(facts.free, facts) | facts.planned
    return Objective(
        (levels.count(4), levels.count(3), levels.count(2), levels.count(1)),
        len(added & facts.tier_zero),
        len(added),
        (opened(added | facts.free, facts) & ~before).bit_count(),
    )


def named(clauses: Iterable[Clause], facts: Facts) -> list[str]:
    """The permissions that a set may be made of, by name."""
    return sorted({name for clause in clauses for alternative in clause for name in alternative} - facts.free)


def least_sets(clauses: Sequence[Clause], facts: Facts) -> tuple[Objective, list[Alternative]]:
    """The least cost, and every set that has it, by name."""
    costs = {found: objective(found, facts) for found in _covering(clauses, facts)}
    least = min(costs.values())
    return least, sorted(found for found, cost in costs.items() if cost == least)


def _covering(clauses: Sequence[Clause], facts: Facts) -> Iterator[Alternative]:
    names = named(clauses, facts)
    for size in range(len(names) + 1):
        for subset in combinations(names, size):
            if not uncovered(clauses, subset, facts):
                yield subset
