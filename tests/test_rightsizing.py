"""Right-sizing: what it swaps keeps every call covered, and there is nothing more to swap then."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from linter.calls.inventory import inventory as read_inventory
from linter.catalog.records import GRAPH, PermissionType
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.holdings import TYPES, declared
from linter.ladder import climbs
from linter.positions import At, Source
from linter.readers import graph
from linter.rightsizing import Rightsizing, rightsizing

CATALOG = Catalog.open()
ENTRA = Entra()
CALLS = (
    "GET /users", "GET /users/{id}", "PATCH /users/{id}", "GET /groups", "PATCH /groups/{id}", "GET /devices",
    "GET /groups/{id}/members", "GET /applications", "POST /servicePrincipals/{id}/appRoleAssignedTo",
    "GET /sites/{id}/lists", "GET /sites/{id}/lists/{id}/items", "POST /sites/{id}/lists/{id}/items",
    "GET /teams/{id}/channels", "GET /users/{id}/messages", "POST /users/{id}/sendMail", "GET /me",
    "GET /me/messages", "POST /me/calendar/getSchedule", "GET /me/drive/root/children", "POST /subscriptions",
    "GET /no/such/thing", "PUT /me/drive/items/{id}/content",
    "GET /reports/getEmailActivityCounts(period='D7')",
)  # fmt: skip
PERMISSIONS: dict[PermissionType, list[str]] = {
    type_: sorted(
        {
            name
            for call in CALLS
            if (operation := CATALOG.find(*call.split(" ")))
            for support in ((operation.application,) if type_ == "Role" else (operation.work,))
            for alternative in support.accepted
            for name in alternative
            if CATALOG.permission(GRAPH, name, type_)
        }
        | {"Sites.Selected", "Mail.Send"}
    )
    for type_ in TYPES
}


def size(
    held: dict[PermissionType, frozenset[str]], job: list[str], portal: list[str]
) -> tuple[dict[PermissionType, Rightsizing], list[str]]:
    """The targets of an app, and the calls that it covers."""
    access = [
        {"id": permission.id, "type": type_}
        for type_ in TYPES
        for name in sorted(held[type_])
        if (permission := CATALOG.permission(GRAPH, name, type_)) and permission.id
    ]
    data = {"requiredResourceAccess": [{"resourceAppId": GRAPH, "resourceAccess": access}]}
    application = graph.application(data, At(Source("app.json", "{}", lambda _: {}), ""))
    flows = [
        {"name": "job", "type": "client_credentials", "calls": job},
        {"name": "portal", "type": "authorization_code", "calls": portal},
    ]
    source = Source("app.calls.json", "{}", lambda _: {})
    inventory = read_inventory({"version": 1, "complete": True, "flows": flows}, source)
    reached = climbs(application, inventory.flows, None, CATALOG, ENTRA)
    assert len(declared(application, CATALOG) or ()) == len(access)
    covered = [
        f"{climb.flow.name} {climb.call.method} {climb.call.url}" for climb in reached if climb.step.covered
    ]
    return rightsizing(application, reached, inventory.flows, CATALOG, ENTRA), covered


held_sets = st.fixed_dictionaries(
    {type_: st.frozensets(st.sampled_from(PERMISSIONS[type_]), max_size=6) for type_ in TYPES}
)
call_lists = st.lists(st.sampled_from(CALLS), max_size=6, unique=True)


def swapped(
    held: dict[PermissionType, frozenset[str]], targets: dict[PermissionType, Rightsizing]
) -> dict[PermissionType, frozenset[str]]:
    """What is declared after all replacements, and with what uncovered calls need."""
    after = {}
    for type_ in TYPES:
        names = set(held[type_])
        for replacement in targets[type_].replacements:
            names -= {entry.written for entry in replacement.old}
            names |= {permission.value for permission in replacement.new}
        after[type_] = frozenset(names).union(*targets[type_].covers.values())
    return after


@settings(max_examples=300, deadline=None)
@given(held_sets, call_lists, call_lists)
@example(
    {"Role": frozenset({"Directory.Read.All", "Application.Read.All"}), "Scope": frozenset()},
    ["GET /users", "POST /servicePrincipals/{id}/appRoleAssignedTo"],
    [],
)
def test_every_call_stays_covered_and_little_is_left_to_swap(held, job, portal):
    covered: list[str] = []
    for _ in range(4):
        targets, still = size(held, job, portal)
        assert set(covered) <= set(still)
        if not any(targets[type_].replacements for type_ in TYPES):
            break
        held, covered = swapped(held, targets), still
    else:
        raise AssertionError("there is always something more to swap")


@settings(max_examples=100, deadline=None)
@given(held_sets, call_lists, call_lists, st.sampled_from(CALLS))
def test_nothing_new_is_declared_that_no_call_accepts(held, job, portal, further):
    targets, _ = size(held, [*job, further] if further not in job else job, portal)
    for type_ in TYPES:
        for replacement in targets[type_].replacements:
            assert replacement.climbs
            for permission in replacement.new:
                assert any(
                    climb.step.operation
                    and any(
                        permission.value in alternative
                        for alternative in climb.step.operation.support(climb.step.scheme).accepted
                    )
                    for climb in replacement.climbs
                )
