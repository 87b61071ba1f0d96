"""The least set of permissions that covers a list of calls: exact, deterministic, with its ties.

Each call is a clause: alternatives of which one must be held as a whole, a permission or a pair. What is
minimised is, in this order, the privilege levels (the highest first), the number of tier-zero permissions,
the number of permissions, and the excess: the operations that the set opens beyond the planned ones.

Clauses are reduced (what must be chosen is, what something cheaper replaces goes), fall into groups that
have nothing to do with each other, and each group is searched by branch and bound. Sets of permissions and
of operations are bits of numbers; the first four parts of the objective are one number, since they add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from linter.typed import Final, NamedTuple

Alternative = tuple[str, ...]
Clause = tuple[Alternative, ...]

#: Sets that are listed as equally good, and how far they are looked for in each group.
MOST_TIES: Final = 16
_TIE_NODES: Final = 400


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
    in levels, tier zero and size, else it equals the objective.
    """

    permissions: tuple[str, ...]
    objective: Objective
    ties: tuple[tuple[str, ...], ...]
    more_ties: bool
    exact: bool
    bound: Objective
    nodes: int


def solve(clauses: Sequence[Clause], facts: Facts, budget: int = 100_000) -> Answer:
    """The least set that satisfies every clause; each clause must have an alternative.

    `budget` is how many nodes of the search may be visited before the best set found so far is given.
    """
    problem = _Problem(clauses, facts)
    rows, chosen = _reduced(problem.rows, 0, problem, exact_ties=True)
    rest = problem.after(chosen)
    groups = [_Group(group, rest) for group in _groups(rows, rest)]
    found = []
    for group in groups:
        found.append(group.search(budget))
        budget = max(budget - found[-1].nodes, len(groups))
    best = chosen | _union(one.best for one in found)
    sets, more = _joined_ties(chosen, groups, found)
    permissions = problem.named(best)
    for clause in clauses:
        assert any(facts.free.issuperset(set(found_).difference(permissions)) for found_ in clause)
    exact = all(one.exact for one in found)
    objective = problem.objective(best)
    bound = objective
    if not exact:
        bound = _unpacked(problem.cost(chosen) + sum(one.bound for one in found), 0)
    ties = sorted(problem.named(other) for other in sets if other != best) if exact else []
    return Answer(
        permissions,
        objective,
        tuple(ties[:MOST_TIES]),
        more or len(ties) > MOST_TIES,
        exact,
        bound,
        sum(one.nodes for one in found),
    )


def objective(permissions: Iterable[str], facts: Facts) -> Objective:
    """What a set of permissions costs."""
    problem = _Problem([((name,),) for name in permissions], facts)
    return problem.objective((1 << len(problem.names)) - 1)


# --- the problem in bits ----------------------------------------------------------------------

#: A clause: its alternatives as sets of permissions, each a number's bits, ascending.
_Row = tuple[int, ...]

_FIELD: Final = 20  # bits a part of the objective has in the number that holds the four that add up


def _packed(level: int, *, tier_zero: bool) -> int:
    return 1 << _FIELD * (level + 1) | tier_zero << _FIELD | 1


def _unpacked(cost: int, excess: int) -> Objective:
    size, tier_zero, one, two, three, four = (cost >> _FIELD * part & (1 << _FIELD) - 1 for part in range(6))
    return Objective((four, three, two, one), tier_zero, size, excess)


class _Problem:
    """The clauses in bits. A permission's number is its place in the order of names."""

    def __init__(self, clauses: Sequence[Clause], facts: Facts) -> None:
        free = facts.free
        self.names = sorted({name for clause in clauses for found in clause for name in found} - free)
        numbers = {name: number for number, name in enumerate(self.names)}
        self.costs = [_packed(facts.levels[name], tier_zero=name in facts.tier_zero) for name in self.names]
        pairs: dict[frozenset[str], int] = {}
        for names, opened in facts.together.items():
            pair = frozenset(names)  # the data has some pairs in either order
            pairs[pair] = pairs.get(pair, 0) | opened
        held = facts.planned
        for name in free:
            held |= facts.opens.get(name, 0)
        for pair, opened in pairs.items():
            if pair <= free:
                held |= opened
        self.opens = [facts.opens.get(name, 0) & ~held for name in self.names]
        #: Pairs of which both halves may be chosen, and what they open together.
        self.pairs: list[tuple[int, int]] = []
        for pair, opened in sorted(pairs.items(), key=lambda item: sorted(item[0])):
            rest = pair - free
            if not rest <= numbers.keys() or not opened & ~held:
                continue
            bits = _union(1 << numbers[name] for name in rest)
            if len(rest) == 1:
                self.opens[bits.bit_length() - 1] |= opened & ~held
            elif rest:
                self.pairs.append((bits, opened & ~held))
        rows = set()
        for clause in clauses:
            row = {_union(1 << numbers[name] for name in found if name not in free) for found in clause}
            if 0 not in row:
                rows.add(_minimal(row))
        self.rows: list[_Row] = sorted(rows, key=_row_order)
        self._costs_of: dict[int, int] = {}

    def after(self, chosen: int) -> _Problem:
        """The same once a set is chosen: what that opens costs nothing more."""
        if not chosen:
            return self
        rest = _Problem((), _NOTHING)
        before = self.opened(chosen)
        rest.names, rest.costs, rest._costs_of = self.names, self.costs, self._costs_of
        rest.opens = [opened & ~before for opened in self.opens]
        for pair, both in self.pairs:
            left = pair & ~chosen
            if left == pair:
                rest.pairs.append((pair, both & ~before))
            elif left:
                rest.opens[left.bit_length() - 1] |= both & ~before
        return rest

    def named(self, chosen: int) -> tuple[str, ...]:
        return tuple(self.names[number] for number in _bits(chosen))

    def cost(self, chosen: int) -> int:
        """The four parts of the objective that add up."""
        known = self._costs_of.get(chosen)
        if known is None:
            known = self._costs_of[chosen] = sum(self.costs[number] for number in _bits(chosen))
        return known

    def opened(self, chosen: int) -> int:
        """The operations that a set opens beyond the planned ones."""
        opened = 0
        for number in _bits(chosen):
            opened |= self.opens[number]
        for pair, both in self.pairs:
            if pair & chosen == pair:
                opened |= both
        return opened

    def score(self, chosen: int) -> tuple[int, int]:
        """The whole objective, as numbers to compare."""
        return self.cost(chosen), self.opened(chosen).bit_count()

    def objective(self, chosen: int) -> Objective:
        return _unpacked(self.cost(chosen), self.opened(chosen).bit_count())


_NOTHING: Final = Facts({}, frozenset(), {}, {})


def _union(numbers: Iterable[int]) -> int:
    union = 0
    for number in numbers:
        union |= number
    return union


def _bits(number: int) -> Iterator[int]:
    while number:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low


def _minimal(row: Iterable[int]) -> _Row:
    """A clause without alternatives that hold another one."""
    unique = sorted(set(row))
    if not any(found & found - 1 for found in unique):
        return tuple(unique)  # single permissions hold nothing else
    kept: list[int] = []
    for found in sorted(unique, key=int.bit_count):
        if not any(other & found == other for other in kept):
            kept.append(found)
    return tuple(sorted(kept))


def _row_order(row: _Row) -> tuple[int, _Row]:
    return len(row), row


# --- reduction --------------------------------------------------------------------------------


def _reduced(
    rows: Sequence[_Row], chosen: int, problem: _Problem, *, exact_ties: bool
) -> tuple[list[_Row], int]:
    """Fewer and smaller clauses with the same least sets, and what must be chosen.

    With `exact_ties` every least set survives, without it at least one does.
    """
    while True:
        rows, chosen = _propagated(rows, chosen)
        rows = _unsubsumed(rows)
        gone = _dominated(rows, chosen, problem, exact_ties=exact_ties)
        if not gone:
            return list(rows), chosen
        rows = [tuple(found for found in row if not found & gone) for row in rows]


def _propagated(rows: Sequence[_Row], chosen: int) -> tuple[list[_Row], int]:
    """Choose what is a clause's only alternative, and drop the clauses that are satisfied."""
    left = list(rows)
    while True:
        before = chosen
        open_ = []
        for row in left:
            if any(found & chosen == found for found in row):
                continue
            if len(row) == 1:
                chosen |= row[0]
            else:
                open_.append(row)
        left = open_
        if chosen == before:
            break
    return [
        _minimal(found & ~chosen for found in row) if chosen & _union(row) else row for row in left
    ], chosen


def _unsubsumed(rows: Sequence[_Row]) -> list[_Row]:
    """Without the clauses that another one satisfies whatever is chosen for it."""
    kept: list[tuple[_Row, int]] = []
    for row in sorted(set(rows), key=_row_order):
        every = _union(row)
        if not any(
            # Each alternative of the smaller clause must hold one of the larger.
            all(any(found & other == found for found in row) for other in smaller)
            for smaller, names in kept
            if names & every
        ):
            kept.append((row, every))
    return [row for row, _ in kept]


def _dominated(rows: Sequence[_Row], chosen: int, problem: _Problem, *, exact_ties: bool) -> int:
    """Permissions that another one can stand for in every clause at no higher cost."""
    covers: dict[int, int] = {}
    paired = 0
    for number, row in enumerate(rows):
        for found in row:
            if found & found - 1:
                paired |= found
            else:
                covers[found] = covers.get(found, 0) | 1 << number
    already = problem.opened(chosen)
    opens = {bit: problem.opens[bit.bit_length() - 1] & ~already for bit in covers}
    most = opens
    if not exact_ties and problem.pairs:
        most = dict(opens)
        for pair, both in problem.pairs:
            for bit in most:
                if bit & pair:
                    most[bit] |= both & ~already
    costs = {bit: problem.cost(bit) for bit in covers}
    by_worth = sorted(covers, key=lambda bit: (costs[bit], -covers[bit].bit_count(), bit))
    gone = 0
    for bit in by_worth:
        if bit & paired:
            continue
        cover, cost, opened = covers[bit], costs[bit], opens[bit]
        for other in by_worth:
            if costs[other] > cost:
                break
            if other == bit or other & gone or cover & ~covers[other]:
                continue
            if costs[other] < cost or (
                not exact_ties
                and not most[other] & ~opened
                # Of two that are alike in all, the first by name stays.
                and (most[other] != opened or cover != covers[other] or other < bit)
            ):
                gone |= bit
                break
    return gone


# --- groups -----------------------------------------------------------------------------------


def _groups(rows: Sequence[_Row], problem: _Problem) -> list[list[_Row]]:
    """Clauses apart where nothing joins them: no permission, and no operation that both could open."""
    parts: list[tuple[int, int, list[_Row]]] = []
    for row in rows:
        names = _union(row)
        parts.append((names, problem.opened(names), [row]))
    linked = [pair for pair, both in problem.pairs if both]
    merged: list[tuple[int, int, list[_Row]]] = []
    for part in parts:
        names, opened, own = part
        apart = []
        for other in merged:
            if (
                other[0] & names
                or other[1] & opened
                or any(pair & names and pair & other[0] for pair in linked)
            ):
                names |= other[0]
                opened |= other[1]
                own = other[2] + own
            else:
                apart.append(other)
        merged = [*apart, (names, opened, own)]
    return [sorted(group, key=_row_order) for _, _, group in merged]


class _Found(NamedTuple):
    """The least set of a group; `bound` is the cost that none can beat."""

    best: int
    bound: int
    exact: bool
    nodes: int


class _Node(NamedTuple):
    """A state of the search: clauses that are open, what is chosen, and the cost none below can beat."""

    rows: list[_Row]
    chosen: int
    bound: int


class _Group:
    """Clauses that belong together, and the search for their least sets."""

    def __init__(self, rows: list[_Row], problem: _Problem) -> None:
        self._rows = rows
        self._problem = problem

    def search(self, budget: int) -> _Found:
        """The least set, or the best one that `budget` nodes find."""
        rows, first = _reduced(self._rows, 0, self._problem, exact_ties=False)
        best = self._greedy(rows, first)
        score = self._problem.score(best)
        stack = [_Node(rows, first, self._bound(rows, first))] if rows else []
        nodes = 0
        while stack:
            node = stack.pop()
            if node.bound > score[0]:
                continue
            if nodes >= budget:
                bound = min(score[0], node.bound, *(other.bound for other in stack))
                return _Found(best, bound, exact=False, nodes=nodes)
            nodes += 1
            if not node.rows:
                mine = self._problem.score(node.chosen)
                if mine < score or (mine == score and node.chosen < best):
                    best, score = node.chosen, mine
                continue
            if node.bound == score[0] and self._least_excess(node) >= score[1]:
                continue
            stack.extend(reversed(self._children(node)))
        return _Found(best, score[0], exact=True, nodes=nodes)

    def ties(self, best: int) -> tuple[list[int], bool]:
        """All sets as good as the least one, and whether some may be missing."""
        score = self._problem.score(best)
        found = {best}
        stack = [_Node(self._rows, 0, 0)]
        nodes = 0
        while stack:
            node = stack.pop()
            if not node.rows:
                if self._problem.score(node.chosen) == score:
                    found.add(node.chosen)
                continue
            nodes += 1
            if nodes > _TIE_NODES or len(found) > MOST_TIES:
                return sorted(found), True
            if self._bound(node.rows, node.chosen) > score[0] or self._least_excess(node) > score[1]:
                continue
            stack.extend(self._children(node))
        return sorted(found), False

    def _children(self, node: _Node) -> list[_Node]:
        """The ways to satisfy the clause with the fewest alternatives, the best first.

        What one way chooses no later one may, so that no set is met twice.
        """
        row = min(node.rows, key=lambda row: (len(row), -self._least_cost(row), row))
        ways = sorted(row, key=lambda found: (*self._problem.score(node.chosen | found), found))
        banned = 0
        children = []
        for way in ways:
            rows = node.rows
            if banned:
                rows = [tuple(found for found in one if not found & banned) for one in rows]
            if not way & way - 1:
                banned |= way
            if not all(rows):
                continue
            rows, chosen = _propagated(rows, node.chosen | way)
            if chosen & banned & ~way:
                continue
            children.append(_Node(rows, chosen, self._bound(rows, chosen)))
        return children

    def _least_cost(self, row: _Row) -> int:
        return min(map(self._problem.cost, row))

    def _bound(self, rows: Sequence[_Row], chosen: int) -> int:
        """A cost that no set with `chosen` beats: clauses without a permission in common add up."""
        bound = self._problem.cost(chosen)
        taken = 0
        for row in sorted(rows, key=lambda row: (-self._least_cost(row), len(row), row)):
            names = _union(row)
            if not names & taken:
                taken |= names
                bound += self._least_cost(row)
        return bound

    def _least_excess(self, node: _Node) -> int:
        """An excess that no set below beats: what every alternative of a clause opens is opened."""
        opened = self._problem.opened(node.chosen)
        for row in node.rows:
            common = -1
            for found in row:
                each = 0
                for number in _bits(found):
                    each |= self._problem.opens[number]
                common &= each
                if not common:
                    break
            opened |= common
        return opened.bit_count()

    def _greedy(self, rows: Sequence[_Row], chosen: int) -> int:
        """Some set that satisfies every clause, none of its permissions to spare."""
        first = chosen
        for row in rows:
            if not any(found & chosen == found for found in row):
                chosen |= min(row, key=lambda found: (*self._problem.score(chosen | found), found))
        for number in sorted(_bits(chosen & ~first), key=lambda number: -self._problem.costs[number]):
            less = chosen & ~(1 << number)
            if all(any(found & less == found for found in row) for row in rows):
                chosen = less
        return chosen


def _joined_ties(chosen: int, groups: Sequence[_Group], found: Sequence[_Found]) -> tuple[list[int], bool]:
    """Every least set of all groups together, as far as they are few."""
    sets, more = [chosen], False
    for group, one in zip(groups, found, strict=True):
        ties, further = group.ties(one.best) if one.exact else ([one.best], True)
        more = more or further or len(sets) * len(ties) > 2 * MOST_TIES
        sets = [known | tie for known in sets for tie in ties][: 2 * MOST_TIES]
    return sets, more
