"""Seeded synthetic workloads: calls that one app might plan, and clauses that are hard on purpose."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from math import sqrt
from random import Random
from typing import Final, NamedTuple

from linter.catalog.records import Operation, Scheme
from linter.catalog.store import Catalog
from linter.least import Alternative, Clause, Facts

#: What most apps call; every other area weighs the square root of its number of operations.
POPULAR: Final = {
    "applications", "auditLogs/signIns", "chats", "chats/messages", "deviceManagement/deviceConfigurations",
    "deviceManagement/managedDevices", "drives/items", "groups", "groups/members", "me", "me/drive",
    "me/events", "me/messages", "servicePrincipals", "sites", "sites/lists", "teams", "teams/channels",
    "teams/members", "users", "users/events", "users/messages",
}  # fmt: skip
POPULAR_WEIGHT: Final = 150.0
#: How much likelier a call is a GET than one of another method.
READS: Final = 3.0
#: How much less likely a path is with every segment more.
DEEPER: Final = 0.7


class Hostile(NamedTuple):
    """Clauses that do not come from Microsoft Graph."""

    name: str
    clauses: Sequence[Clause]
    facts: Facts


def area(operation: Operation) -> str:
    """The first two words of the operation's path."""
    words = [word for word in operation.template.split("/") if word not in {"", "{id}"}]
    return "/".join(words[:2])


def plans(catalog: Catalog, scheme: Scheme, count: int, seed: int) -> Iterator[list[Operation]]:
    """`count` workloads of 3 to 40 calls in one to five areas; one in five is for beta."""
    areas: dict[str, defaultdict[str, list[Operation]]] = {
        "v1.0": defaultdict(list),
        "beta": defaultdict(list),
    }
    for operation in _supported(catalog, scheme):
        areas[operation.version][area(operation)].append(operation)
    for number in range(count):
        random = Random(f"{seed} {scheme} {number}")
        yield _plan(areas["beta" if random.random() < 0.2 else "v1.0"], random)


def all_over(
    catalog: Catalog, scheme: Scheme, calls: int, count: int, seed: int
) -> Iterator[list[Operation]]:
    """`count` workloads of as many calls anywhere in Microsoft Graph."""
    supported = _supported(catalog, scheme)
    for number in range(count):
        yield Random(f"{seed} {scheme} all {number}").sample(supported, calls)


def _supported(catalog: Catalog, scheme: Scheme) -> list[Operation]:
    return [found for found in catalog.operations() if found.support(scheme).supported]


def _plan(areas: Mapping[str, list[Operation]], random: Random) -> list[Operation]:
    names = list(areas)
    weights = [POPULAR_WEIGHT if name in POPULAR else sqrt(len(areas[name])) for name in names]
    calls = random.randint(3, 40)
    chosen = set(random.choices(names, weights, k=random.randint(1, 5)))
    while sum(len(areas[name]) for name in chosen) < 3:
        chosen.update(random.choices(names, weights))
    waiting = [_by_likelihood(areas[name], random) for name in sorted(chosen)]
    plan: list[Operation] = []
    while waiting and len(plan) < calls:
        here = random.choice(waiting)
        plan.append(here.pop())
        waiting = [left for left in waiting if left]
    return plan


def _by_likelihood(operations: list[Operation], random: Random) -> list[Operation]:
    """In random order, the likely ones mostly last: reads, and short paths before long ones."""

    def rank(operation: Operation) -> float:
        likely = (READS if operation.method == "GET" else 1.0) * DEEPER ** operation.template.count("/")
        return float(random.random() ** (1 / likely))

    return sorted(operations, key=rank)


def tiny(seed: int) -> Iterator[tuple[Sequence[Clause], Facts]]:
    """Problems of few permissions, all of whose subsets can be tried."""
    for number in range(500):
        random = Random(f"{seed} tiny {number}")
        names = [f"P{number}" for number in range(random.randint(2, 9))]
        pairs = random.sample(list(combinations(names, 2)), random.randint(0, 1) * len(names) // 2)
        alternatives = [*[(name,) for name in names], *pairs]
        clauses = [
            tuple(random.sample(alternatives, random.randint(1, min(4, len(names)))))
            for _ in range(random.randint(1, 8))
        ]
        levels = random.choice(((3,), (2, 3), (1, 2, 3, 4)))
        yield clauses, _facts(names, pairs, random, levels, operations=12)


def hostile(seed: int) -> Iterator[Hostile]:
    """Problems on which a search has little to hold on to."""
    for number in range(20):
        random = Random(f"{seed} hostile {number}")
        yield from _hostile(random)


def _hostile(random: Random) -> Iterator[Hostile]:
    names = [f"P{number:03}" for number in range(40)]
    pairs = list(combinations(names, 2))
    singles: list[Alternative] = [(name,) for name in names]
    size = random.randint(10, 40)
    dense = [tuple(random.sample(singles, random.randint(2, 6))) for _ in range(size)]
    yield Hostile("dense, any levels", dense, _facts(names, [], random, (1, 2, 3, 4)))
    yield Hostile("dense, equal levels", dense, _facts(names, [], random, (3,)))
    paired = random.sample(pairs, 60)
    mixed = [(*random.sample(paired, 3), random.choice(singles)) for _ in range(size)]
    yield Hostile("pairs everywhere", mixed, _facts(names, paired, random, (2, 3)))
    chain: list[Clause] = [(one, two) for one, two in pairwise(singles[:size])]
    yield Hostile("a chain", chain, _facts(names, [], random, (3,)))
    ring = [*chain, (singles[0], singles[size - 1]), *[tuple(random.sample(singles, 2)) for _ in range(10)]]
    yield Hostile("a ring with chords", ring, _facts(names, [], random, (3,)))


def _facts(
    names: list[str],
    pairs: Sequence[Alternative],
    random: Random,
    levels: tuple[int, ...],
    operations: int = 400,
) -> Facts:
    def bits() -> int:
        return random.getrandbits(operations) & random.getrandbits(operations)

    either_order = [*pairs, *[pair[::-1] for pair in pairs[::5]]]  # as the data has some
    return Facts(
        levels={name: random.choice(levels) for name in names},
        tier_zero=frozenset(random.sample(names, len(names) // 6)),
        opens={name: bits() for name in names},
        together={pair: bits() for pair in either_order},
        planned=bits() & bits(),
        free=frozenset(random.sample(names, random.randint(0, 2))),
    )
