"""Permissions in the order of what they open: who opens a part of it, and who all of it and more.

Sets of operations are the bits of numbers (`linter.catalog.reach`) and compared as a whole: narrower is a
true subset, broader a true superset.
"""

from __future__ import annotations

from collections.abc import Mapping

from linter.typed import NamedTuple


class Neighbours(NamedTuple):
    """The permissions next to one in the order of inclusion, the nearest in size first.

    `same` open exactly what it opens. Between it and a `narrower` or `broader` one lies no other.
    """

    same: tuple[str, ...] = ()
    narrower: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()


def neighbours(name: str, opens: Mapping[str, int]) -> Neighbours:
    """Who is next to `name`; nobody where it opens nothing, for then there is nothing to compare."""
    own = opens.get(name, 0)
    if not own:
        return Neighbours()
    named: dict[int, list[str]] = {}
    for other, bits in sorted(opens.items()):
        if bits:
            named.setdefault(bits, []).append(other)
    largest: list[int] = []
    for bits in sorted(named, key=int.bit_count, reverse=True):
        if bits & own == bits != own and not any(bits & other == bits for other in largest):
            largest.append(bits)
    smallest: list[int] = []
    for bits in sorted(named, key=int.bit_count):
        if bits & own == own != bits and not any(bits & other == other for other in smallest):
            smallest.append(bits)
    return Neighbours(
        tuple(other for other in named[own] if other != name),
        tuple(other for bits in largest for other in named[bits]),
        tuple(other for bits in smallest for other in named[bits]),
    )
