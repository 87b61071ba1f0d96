"""The least set for real calls: what it covers, what it refuses to choose, what changes nothing."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linter.catalog.names import reads
from linter.catalog.records import SCHEMES, Scheme
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.minimum import Minimum, Need, minimum

CATALOG = Catalog.open()
ENTRA = Entra()
#: Every twentieth operation of the catalogue, and some that apps call every day.
OPERATIONS = [*CATALOG.operations()][::20] + [
    found
    for call in (
        "GET /users", "GET /users/{id}", "PATCH /users/{id}", "GET /groups", "PATCH /groups/{id}", "GET /me",
        "GET /me/messages", "POST /me/sendMail", "GET /sites/{id}/lists", "GET /me/drive/root/children",
        "POST /servicePrincipals/{id}/appRoleAssignedTo", "POST /me/calendar/getSchedule", "GET /devices",
    )
    if (found := CATALOG.find(*call.split(" ")))
]  # fmt: skip


def need(operation, scheme: Scheme) -> Need:
    label = f"{operation.method} {operation.template}"
    return Need(label, scheme, operation, operation.support(scheme))


def of(calls: str, scheme: Scheme) -> Minimum:
    needs = []
    for call in calls.split(", "):
        operation = CATALOG.find(*call.split(" "))
        needs.append(Need(call, scheme, operation, operation and CATALOG.support(operation, scheme)))
    return minimum(needs, CATALOG, ENTRA)


workloads = st.lists(st.sampled_from(OPERATIONS), min_size=1, max_size=12)


@settings(max_examples=150, deadline=None)
@given(workloads, st.sampled_from(SCHEMES))
def test_every_call_is_covered_by_what_the_catalogue_accepts_or_has_a_reason(operations, scheme):
    found = minimum([need(operation, scheme) for operation in operations], CATALOG, ENTRA)
    assert found.exact
    for cover in found.covers:
        if cover.reason:
            assert cover.by == ()
            continue
        assert cover.need.support is not None
        assert cover.by in cover.need.support.accepted
        assert set(cover.by) <= set(found.permissions)
    assert set(found.permissions) == {name for cover in found.covers for name in cover.by}


@settings(max_examples=100, deadline=None)
@given(workloads, st.sampled_from(SCHEMES), st.randoms(use_true_random=False))
def test_the_order_of_calls_changes_nothing(operations, scheme, chance: random.Random):
    first = minimum([need(operation, scheme) for operation in operations], CATALOG, ENTRA)
    chance.shuffle(operations)
    again = minimum([need(operation, scheme) for operation in operations], CATALOG, ENTRA)
    assert again[:6] == first[:6]
    assert {(cover.need, cover.by, cover.reason) for cover in again.covers} == {
        (cover.need, cover.by, cover.reason) for cover in first.covers
    }


@settings(max_examples=100, deadline=None)
@given(workloads, st.sampled_from(OPERATIONS), st.sampled_from(SCHEMES))
def test_a_further_call_never_costs_the_coverage_of_another(operations, further, scheme):
    needs = [need(operation, scheme) for operation in operations]
    before = minimum(needs, CATALOG, ENTRA)
    after = minimum([*needs, need(further, scheme)], CATALOG, ENTRA)
    assert [bool(cover.reason) for cover in after.covers[:-1]] == [
        bool(cover.reason) for cover in before.covers
    ]
    assert after.objective[:3] >= before.objective[:3]


@settings(max_examples=100, deadline=None)
@given(workloads, st.sampled_from(SCHEMES))
def test_a_permission_to_read_never_justifies_a_write(operations, scheme):
    found = minimum([need(operation, scheme) for operation in operations], CATALOG, ENTRA)
    for cover in found.covers:
        if cover.by and cover.need.label.startswith(("PATCH ", "PUT ", "DELETE ")):
            assert cover.need.support is not None
            # Where both sources name a reading permission alone, that is said to be doubtful.
            assert (
                not all(map(reads, cover.by))
                or cover.need.support.confidence == "low"
                or ("subscriptions" in cover.need.label)
            )


@pytest.mark.parametrize(
    ("calls", "scheme", "permissions"),
    [
        ("GET /users", "Application", ("User.Read.All",)),
        # What writes covers the read as well, where it is needed anyway.
        ("GET /users, PATCH /users/{id}", "Application", ("User.ReadWrite.All",)),
        # Two reads that one write could cover are two reads.
        ("GET /me/messages, GET /me/events", "DelegatedWork", ("Calendars.ReadBasic", "Mail.ReadBasic")),
        # One's own data needs nothing over everybody's, unless another call does.
        ("GET /me", "DelegatedWork", ("User.Read",)),
        ("GET /me, GET /users", "DelegatedWork", ("User.ReadBasic.All",)),
    ],
)
def test_least_sets(calls: str, scheme: Scheme, permissions: tuple[str, ...]):
    assert of(calls, scheme).permissions == permissions


@pytest.mark.parametrize(
    ("call", "scheme", "reason"),
    [
        ("GET /me", "Application", "not supported with application access"),
        ("GET /no/such", "Application", "no known operation of Microsoft Graph"),
        ("POST /subscriptions", "Application", "what it needs depends on the kind of data that it is about"),
    ],
)
def test_why_a_call_is_not_covered(call: str, scheme: Scheme, reason: str):
    found = of(f"GET /users, {call}", scheme)
    assert [(cover.need.label, cover.reason) for cover in found.uncovered] == [(call, reason)]
    assert found.permissions == of("GET /users", scheme).permissions


def test_a_narrower_set_of_more_permissions_is_told():
    found = of("GET /users, PATCH /groups/{id}", "Application")
    assert found.permissions == ("Directory.ReadWrite.All",)
    assert found.narrower == ("Group.ReadWrite.All", "User.Read.All")
    assert found.narrower_excess < found.objective.excess


def test_a_set_that_is_not_over_the_whole_directory_is_told():
    """It may open more operations: `Group.ReadWrite.All` is for Planner and Teams as well."""
    found = of("GET /me, GET /me/joinedTeams, POST /groups", "DelegatedWork")
    assert found.permissions == ("Directory.ReadWrite.All",)
    assert found.narrower == ("Group.ReadWrite.All", "Team.ReadBasic.All", "User.Read")
    assert found.narrower_excess > found.objective.excess


def test_what_is_held_anyway_costs_nothing():
    needs = [need(operation, "DelegatedWork") for operation in OPERATIONS if operation.template == "/me"]
    assert minimum(needs, CATALOG, ENTRA, frozenset({"User.Read"})).permissions == ()
