"""What permissions open: the operations of the catalogue as the bits of a number.

An operation here is a method and a template, whichever version has it; where both have it, v1.0 says
what it needs. So a set of permissions opens the union of what each opens, and of what pairs open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate

from linter.catalog.records import SCHEMES, Operation, Scheme
from linter.catalog.store import Catalog


class Reach:
    """The operations that permissions open under some schemes, each by itself or in pairs."""

    def __init__(self, catalog: Catalog, schemes: Iterable[Scheme]) -> None:
        self._index = catalog.index()
        columns = [self._index.triples[SCHEMES.index(scheme) :: 3] for scheme in schemes]
        # A list by number is made in half the time of a dictionary, and a lint makes two of them.
        triples_of: list[list[int]] = [[] for _ in range(max(map(max, columns), default=-1) + 1)]
        for column in columns:
            for triple, support in enumerate(column):
                triples_of[support].append(triple)
        self._triples_of = triples_of
        self._begins = [0, *accumulate(self._index.weights)]
        self._of_support: dict[int, int] = {}
        self._of_name: dict[str, int] = {}

    def opens(self, name: str) -> int:
        """The operations that a permission opens by itself."""
        known = self._of_name.get(name)
        if known is None:
            known = self._of_name[name] = self._united(self._index.supports_of(name))
        return known

    def together(self, names: Iterable[str]) -> dict[tuple[str, ...], int]:
        """The operations that pairs of these permissions open, beside what each opens."""
        wanted = frozenset(names)
        return {
            pair: self._united(self._index.supports_of_pair(number))
            for number, pair in enumerate(self._index.pairs)
            if wanted.issuperset(pair)
        }

    def of(self, names: Iterable[str]) -> int:
        """All operations that a set of permissions opens."""
        held = tuple(names)
        opened = 0
        for name in held:
            opened |= self.opens(name)
        for both in self.together(held).values():
            opened |= both
        return opened

    def bit(self, operation: Operation) -> int:
        """The bit of one operation."""
        row = self._index.stands_for(self._index.row_of(operation))
        return 1 << self._begins[self._index.needs[row]] + self._index.order[row]

    def operations(self, bits: int) -> Iterator[Operation]:
        """The operations that the bits stand for, in no order that means anything."""
        index = self._index
        wanted = {
            triple: here
            for triple, weight in enumerate(index.weights)
            if (here := bits >> self._begins[triple] & (1 << weight) - 1)
        }
        for row, triple in enumerate(index.needs):
            if triple in wanted and wanted[triple] >> index.order[row] & 1 and index.stands_for(row) == row:
                yield index.operation(row)

    def _united(self, supports: Iterable[int]) -> int:
        opened = 0
        for support in supports:
            opened |= self._support(support)
        return opened

    def _support(self, support: int) -> int:
        known = self._of_support.get(support)
        if known is None:
            known = 0
            for triple in self._triples_of[support] if support < len(self._triples_of) else ():
                known |= (1 << self._index.weights[triple]) - 1 << self._begins[triple]
            self._of_support[support] = known
        return known
