"""The least set by integer programming (HiGHS, through scipy): the independent second opinion.

Stage by stage, the optimum of each stage being a constraint of the next: permissions of level 4, 3, 2
and 1, of tier zero, their number, and then the excess. Operations that open on the same condition are
one variable, weighted with their number.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import NamedTuple

from exhaustive import named, objective, opened, uncovered
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from linter.least import Alternative, Clause, Facts, Objective

Condition = frozenset[Alternative]
"""Alternatives of which any one opens an operation, as a whole."""


class Row(NamedTuple):
    """A linear constraint: coefficients by variable, and the least and greatest value of their sum."""

    coefficients: Mapping[int, float]
    least: float = -inf
    greatest: float = inf


class Program:
    """One problem's variables and constraints.

    A variable stands for what must be held: a permission, or a pair as a whole. Those of permissions
    are integers; all others follow from them and may be continuous.
    """

    def __init__(self, clauses: Sequence[Clause], facts: Facts) -> None:
        self.facts = facts
        self.names = named(clauses, facts)
        self.found: tuple[str, ...] = ()
        self.rows: list[Row] = []
        self._variables: dict[Alternative, int] = {(name,): at for at, name in enumerate(self.names)}
        self.count = len(self.names)
        for clause in set(clauses):
            self._cover(clause)

    def _cover(self, clause: Clause) -> None:
        needed = {self._to_hold(alternative) for alternative in clause}
        if () not in needed:
            chosen = {self._variable(alternative) for alternative in needed}
            self.rows.append(Row(dict.fromkeys(chosen, 1), least=1))

    def _to_hold(self, alternative: Alternative) -> Alternative:
        """What of an alternative is not held anyway."""
        return tuple(sorted(set(alternative) - self.facts.free))

    def _variable(self, alternative: Alternative) -> int:
        if alternative not in self._variables:
            at = self._variables[alternative] = self._new()
            for name in alternative:
                self.rows.append(Row({at: 1, self.at(name): -1}, greatest=0))
        return self._variables[alternative]

    def _new(self) -> int:
        self.count += 1
        return self.count - 1

    def at(self, name: str) -> int:
        """The variable of a permission."""
        return self._variables[name,]

    def excess(self) -> dict[int, int]:
        """Adds a variable for every group of operations that may open; their weights."""
        weights: dict[int, int] = {}
        for condition, operations in self._groups():
            group = self._new()
            weights[group] = operations
            for alternative in condition:
                # The group opens with the alternative: group >= sum of its parts - (their number - 1).
                parts = {self.at(name): -1.0 for name in alternative}
                self.rows.append(Row({group: 1, **parts}, least=1 - len(alternative)))
        return weights

    def _groups(self) -> Iterator[tuple[Condition, int]]:
        """The operations beyond the planned ones, by what opens them: splits all bits key by key."""
        counted = self.facts.planned | opened(self.facts.free, self.facts)
        keys: dict[Alternative, int] = {(name,): self.facts.opens.get(name, 0) for name in self.names}
        for pair, bits in self.facts.together.items():
            alternative = self._to_hold(pair)
            if all((name,) in self._variables for name in alternative):
                keys[alternative] = keys.get(alternative, 0) | bits
        everything = 0
        for bits in keys.values():
            everything |= bits
        groups: list[tuple[Condition, int]] = [(frozenset(), everything & ~counted)]
        for alternative, bits in keys.items():
            split = [
                part
                for condition, mask in groups
                for part in ((condition | {alternative}, mask & bits), (condition, mask & ~bits))
            ]
            groups = [(condition, mask) for condition, mask in split if mask]
        for condition, mask in groups:
            if condition:
                yield condition, mask.bit_count()

    def settle(self, costs: Mapping[int, int]) -> int:
        """The least sum of the costs, which holds from now on; `found` is the optimum's permissions."""
        if not costs:
            return 0
        result = milp(
            [costs.get(at, 0) for at in range(self.count)],
            integrality=[at < len(self.names) for at in range(self.count)],
            bounds=Bounds(0, 1),
            constraints=self._constraints(),
            options={"mip_rel_gap": 0},
        )
        if not result.success:
            raise RuntimeError(f"HiGHS: {result.message}")
        optimum: int = round(result.fun)
        if abs(result.fun - optimum) > 1e-3:
            raise RuntimeError(f"HiGHS: {result.fun} is no whole number")
        self.found = tuple([name for at, name in enumerate(self.names) if result.x[at] > 0.5])
        self.rows.append(Row(costs, greatest=optimum))
        return optimum

    def _constraints(self) -> LinearConstraint:
        entries = [
            (number, at, value)
            for number, row in enumerate(self.rows)
            for at, value in row.coefficients.items()
        ]
        rows, columns, values = zip(*entries, strict=True)
        matrix = csr_array((values, (rows, columns)), shape=(len(self.rows), self.count))
        return LinearConstraint(matrix, [row.least for row in self.rows], [row.greatest for row in self.rows])


def least(clauses: Sequence[Clause], facts: Facts) -> tuple[Objective, tuple[str, ...]]:
    """The least cost and one set that has it."""
    program = Program(clauses, facts)
    if not program.rows:
        return objective((), facts), ()
    stages = [
        *[[name for name in program.names if facts.levels[name] == level] for level in (4, 3, 2, 1)],
        [name for name in program.names if name in facts.tier_zero],
        program.names,
    ]
    optima = [program.settle({program.at(name): 1 for name in stage}) for stage in stages]
    excess = program.settle(program.excess())
    cost = Objective((optima[0], optima[1], optima[2], optima[3]), optima[4], optima[5], excess)
    if uncovered(clauses, program.found, facts) or objective(program.found, facts) != cost:
        raise RuntimeError(f"HiGHS: {program.found} does not cost {cost}")
    return cost, program.found
