"""The least set is held equal to every subset tried, on problems small enough for that."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.exhaustive import least_sets, uncovered
from linter.least import Answer, Facts, Objective, solve

OPERATIONS = 10


@st.composite
def problems(draw, permissions=8):
    """Clauses and facts. Few levels and few operations, so that costs are often equal."""
    names = [f"P{number}" for number in range(draw(st.integers(1, permissions)))]
    bits = st.integers(0, 2**OPERATIONS - 1)
    pairs = draw(st.lists(st.sampled_from([*combinations(names, 2), ()]), max_size=4, unique=True))
    pairs = [pair for pair in pairs if pair]
    if draw(st.booleans()):  # the data has some pairs in either order
        pairs += [pair[::-1] for pair in pairs[:2]]
    alternatives = [*[(name,) for name in names], *pairs]
    clause = st.lists(st.sampled_from(alternatives), min_size=1, max_size=4, unique=True).map(tuple)
    level = st.sampled_from(draw(st.sampled_from(((3,), (2, 3), (1, 2, 3, 4)))))
    some = st.frozensets(st.sampled_from(names), max_size=2)
    facts = Facts(
        levels={name: draw(level) for name in names},
        tier_zero=draw(some),
        opens={name: draw(bits) for name in names},
        together={pair: draw(bits) for pair in pairs},
        planned=draw(bits),
        free=draw(st.one_of(st.just(frozenset()), some)),
    )
    return draw(st.lists(clause, max_size=6)), facts


def facts(levels, opens=None, **more):
    return Facts(levels, **{"tier_zero": frozenset(), "opens": opens or {}, "together": {}} | more)


def said(answer):
    """All but how long the search was."""
    return answer._replace(nodes=0)


@pytest.mark.parametrize(
    ("clauses", "known", "expected"),
    [
        pytest.param([], facts({}), (((),), (0, 0, 0, 0), 0, 0), id="no call"),
        pytest.param(
            [(("Broad",), ("One",)), (("Broad",), ("Two",))],
            facts({"Broad": 3, "One": 1, "Two": 2}),
            ((("One", "Two"),), (0, 0, 1, 1), 0, 0),
            id="levels before number",
        ),
        pytest.param(
            [(("Broad",), ("One",)), (("Broad",), ("Two",))],
            facts({"Broad": 3, "One": 3, "Two": 2}, {"Broad": 0b1111100}),
            ((("Broad",),), (0, 1, 0, 0), 0, 5),
            id="number before excess",
        ),
        pytest.param(
            [(("Keys",), ("Wide",))],
            facts({"Keys": 4, "Wide": 4}, {"Keys": 0b1, "Wide": 0b1111}, tier_zero=frozenset({"Keys"})),
            ((("Wide",),), (1, 0, 0, 0), 0, 4),
            id="tier zero before excess",
        ),
        pytest.param(
            [(("Wide",), ("Narrow",))],
            facts({"Wide": 2, "Narrow": 2}, {"Wide": 0b1110, "Narrow": 0b0011}, planned=0b0010),
            ((("Narrow",),), (0, 0, 1, 0), 0, 1),
            id="excess is beyond what is planned",
        ),
        pytest.param(
            [(("One",), ("Two",), ("Three",))],
            facts({"One": 2, "Two": 2, "Three": 2}, {"One": 0b01, "Two": 0b10, "Three": 0b11}),
            ((("One",), ("Two",)), (0, 0, 1, 0), 0, 1),
            id="a tie",
        ),
        pytest.param(
            [(("One", "Two"), ("Broad",)), (("Two",),)],
            facts({"One": 1, "Two": 1, "Broad": 2}, together={("One", "Two"): 0b111}, planned=0b100),
            ((("One", "Two"),), (0, 0, 0, 2), 0, 2),
            id="a pair opens what neither half does",
        ),
        pytest.param(
            [(("One", "Two"),)],
            facts({"One": 1, "Two": 1}, together={("One", "Two"): 0b011, ("Two", "One"): 0b110}),
            ((("One", "Two"),), (0, 0, 0, 2), 0, 3),
            id="a pair in either order",
        ),
        pytest.param(
            [(("Held", "One"), ("Two",)), (("Held",),)],
            facts(
                {"Held": 4, "One": 2, "Two": 2}, {"Held": 0b1111, "Two": 0b10000}, free=frozenset({"Held"})
            ),
            ((("One",),), (0, 0, 1, 0), 0, 0),
            id="what is held anyway costs nothing",
        ),
    ],
)
def test_least(clauses, known, expected):
    sets, *cost = expected
    levels, tier_zero, excess = cost
    cost = Objective(levels, tier_zero, sum(levels), excess)
    assert said(solve(clauses, known)) == Answer(sets[0], cost, sets[1:], False, True, cost, 0)


@given(problems())
def test_none_is_better_and_equals_are_listed(problem):
    clauses, known = problem
    cost, sets = least_sets(clauses, known)
    answer = solve(clauses, known)
    assert (answer.objective, answer.exact, answer.bound) == (cost, True, cost)
    listed = [answer.permissions, *answer.ties]
    assert [tuple(sorted(found)) for found in listed] == listed
    assert len(set(listed)) == len(listed)
    assert set(listed) <= set(sets)
    assert answer.more_ties or set(listed) == set(sets)
    assert len(sets) > 4 or not answer.more_ties


@given(problems(), st.randoms(use_true_random=False))
def test_order_changes_nothing(problem, random):
    clauses, known = problem

    def shuffled(items):
        return random.sample(list(items), len(items))

    other = known._replace(
        levels=dict(shuffled(known.levels.items())),
        opens=dict(shuffled(known.opens.items())),
        together=dict(shuffled(known.together.items())),
    )
    again = solve([tuple(shuffled(clause)) for clause in shuffled(clauses)], other)
    assert said(again) == said(solve(clauses, known))


@given(problems(), st.integers(0, 6))
def test_a_search_that_ends_early_says_so(problem, budget):
    clauses, known = problem
    cost, _ = least_sets(clauses, known)
    answer = solve(clauses, known, budget)
    assert uncovered(clauses, answer.permissions, known) == []
    assert answer.objective >= cost
    assert answer.bound[:3] <= cost[:3]
    assert not answer.exact or answer.objective == answer.bound == cost
