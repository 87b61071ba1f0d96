"""Narrower and broader permissions, held against brute force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.catalog.reach import Reach
from linter.catalog.records import GRAPH, SCHEMES, Scheme
from linter.catalog.store import Catalog
from linter.explain.neighbours import Neighbours, neighbours
from linter.ladder import TYPE_OF

CATALOG = Catalog.open()


def by_force(name: str, opens: dict[str, set[int]]) -> Neighbours:
    """The definition, said with sets: no third permission lies between."""
    own = opens[name]
    if not own:
        return Neighbours()
    below = {other for other in opens if opens[other] and opens[other] < own}
    above = {other for other in opens if opens[other] > own}
    return Neighbours(
        tuple(sorted(other for other in opens if other != name and opens[other] == own)),
        tuple(sorted(one for one in below if not any(opens[one] < opens[two] for two in below))),
        tuple(sorted(one for one in above if not any(opens[one] > opens[two] for two in above))),
    )


def in_order(found: Neighbours) -> Neighbours:
    return Neighbours(*(tuple(sorted(names)) for names in found))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_on_the_catalogue(scheme: Scheme):
    reach = Reach(CATALOG, [scheme])
    names = [
        one.value
        for one in CATALOG.all_permissions()
        if one.resource == GRAPH and one.type == TYPE_OF[scheme]
    ]
    opens: dict[str, set[tuple[str, str]]] = {name: set() for name in names}
    seen = set()
    for operation in CATALOG.operations():  # v1.0 comes first and stands for both versions
        key = operation.method, operation.template
        if key not in seen:
            seen.add(key)
            for found in operation.support(scheme).accepted:
                if len(found) == 1 and found[0] in opens:
                    opens[found[0]].add(key)
    bits = {name: reach.opens(name) for name in names}
    assert {name: bits[name].bit_count() for name in names} == {name: len(opens[name]) for name in names}
    some = [name for name in names if opens[name]][::7]
    assert {name: in_order(neighbours(name, bits)) for name in some} == {
        name: by_force(name, opens) for name in some
    }


def test_the_nearest_in_size_come_first():
    opens = {"A": 0b1111, "B": 0b0111, "C": 0b0010, "D": 0b1000, "E": 0b0111, "F": 0b11111, "G": 0b111101111}
    assert neighbours("A", opens) == Neighbours((), ("B", "E", "D"), ("F", "G"))
    assert neighbours("B", opens) == Neighbours(("E",), ("C",), ("A",))


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 63), min_size=1))
def test_on_any_sets(opens: dict[str, int]):
    sets = {name: {at for at in range(6) if bits >> at & 1} for name, bits in opens.items()}
    for name in opens:
        assert in_order(neighbours(name, opens)) == by_force(name, sets)
