"""The least set of permissions that covers a list of calls: exact, deterministic, with its ties.

Each call is a clause: alternatives of which one must be held as a whole, a permission or a pair. What is
minimised is, in this order, the privilege levels (the highest first), the number of tier-zero permissions,
the number of permissions, and the excess: the operations that the set opens beyond the planned ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from linter.typed import NamedTuple

Alternative = tuple[str, ...]
Clause = tuple[Alternative, ...]


class Facts(NamedTuple):
    """What is known of the permissions that the clauses name.

    `levels` are 1 to 4. `opens` maps a permission, and `together` a pair, to the operations that it opens
    by itself, as the bits of a number; `planned` are the bits of the planned operations. `free` are
    permissions that are held anyway: they cost nothing and open nothing new.
    """

    levels: Mapping[str, int]
    tier_zero: frozenset[str]
    opens: Mapping[str, int]
    together: Mapping[Alternative, int]
    planned: int = 0
    free: frozenset[str] = frozenset()


class Objective(NamedTuple):
    """What a set costs, compared in the order of the fields.

    `levels` counts the permissions of level 4, 3, 2 and 1.
    """

    levels: tuple[int, int, int, int]
    tier_zero: int
    size: int
    excess: int


class Answer(NamedTuple):
    """The least set. `ties` are other sets that are equally good; `more_ties` that there may be more.

    `exact` is false where the search ended at its budget of nodes: `bound` is then what no set can beat
    in levels, tier zero and count, else it equals the objective.
    """

    permissions: tuple[str, ...]
    objective: Objective
    ties: tuple[tuple[str, ...], ...]
    more_ties: bool
    exact: bool
    bound: Objective
    nodes: int


def solve(clauses: Sequence[Clause], facts: Facts, budget: int = 100_000) -> Answer:
    """The least set that satisfies every clause; each clause must have an alternative."""
    raise NotImplementedError
