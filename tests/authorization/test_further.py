"""What calls need beyond the permission tables."""

import pytest

from linter import examples
from linter.authorization.further import Missing, further_names, missing, reading, searches, watched
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Unknown
from linter.holdings import holdings
from linter.ladder import find

CATALOG = Catalog.open()
ENTRA = Entra()


def flow_of(call, *scopes):
    flow = {"type": "authorization_code", "scopes": list(scopes) or ["User.Read"], "calls": [call]}
    case = examples.case({"application": {"requiredResourceAccess": []}, "flows": [flow]}, CATALOG)
    assert case.inventory is not None
    return case.application, case.inventory.flows[0]


def names(call):
    found = flow_of(call)[1].calls[0]
    operation = find(found, CATALOG, ENTRA).operation
    assert operation is not None
    return further_names(found, operation, ENTRA)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (
            {"method": "POST", "url": "/groups", "writes": ["isAssignableToRole"]},
            "RoleManagement.ReadWrite.Directory",
        ),
        ({"method": "POST", "url": "/groups"}, "RoleManagement.ReadWrite.Directory"),
        ("POST /groups/{id}/members/$ref", "RoleManagement.ReadWrite.Directory"),
        ("GET /users?$select=signInActivity", "AuditLog.Read.All"),
        ("POST /directory/administrativeUnits/{id}/members", "AdministrativeUnit.Read.All"),
    ],
)
def test_what_may_be_needed_is_of_use(call, name):
    assert name in names(call)


@pytest.mark.parametrize(
    "call",
    [
        {"method": "POST", "url": "/groups", "writes": ["displayName"]},
        {"method": "POST", "url": "/groups/{id}/members/$ref", "target": {"role_assignable_group": False}},
        "GET /users?$select=id",
    ],
)
def test_what_is_known_not_to_be_needed(call):
    assert names(call) == frozenset()


def lacking(alternatives, *scopes):
    application, flow = flow_of("GET /me", *scopes)
    return missing(alternatives, "DelegatedWork", holdings(application, flow, None, CATALOG, ENTRA))


def test_an_alternative_is_needed_as_a_whole():
    pair = (("Group.ReadWrite.All", "AdministrativeUnit.Read.All"), ("Directory.ReadWrite.All",))
    found = lacking(pair, "Group.ReadWrite.All")
    assert isinstance(found, Missing)
    assert found.advice == ("AdministrativeUnit.Read.All",)
    assert lacking(pair, "Directory.ReadWrite.All") is None
    assert lacking((("Mail.Read",),), "Mail.Read.Shared") is None
    assert lacking(pair, "${SCOPES}") == (Unknown("flow.scopes"),)


def test_subscriptions_watch():
    call = flow_of({"method": "POST", "url": "/subscriptions", "resource": "me/messages"})[1].calls[0]
    watching = watched(call, CATALOG, ENTRA)
    assert watching is not None
    assert not isinstance(watching, Unknown)
    assert (watching.method, watching.url) == ("GET", "/me/messages")
    subscribing = find(call, CATALOG, ENTRA).operation
    assert subscribing is not None
    support = reading(watching, subscribing.work, "DelegatedWork", CATALOG, ENTRA)
    assert support is not None
    assert ("Mail.Read",) in support.accepted
    assert ("User.Read.All",) not in support.accepted
    assert watched(flow_of("POST /subscriptions")[1].calls[0], CATALOG, ENTRA) == Unknown("call.resource")
    assert watched(flow_of("GET /subscriptions")[1].calls[0], CATALOG, ENTRA) is None


def test_searches():
    call = {"method": "POST", "url": "/search/query", "entity_types": ["message"]}
    assert searches(flow_of(call)[1].calls[0], CATALOG, ENTRA) == ("message",)
    assert searches(flow_of("POST /search/query")[1].calls[0], CATALOG, ENTRA) == Unknown("call.entity_types")
    assert searches(flow_of("GET /me")[1].calls[0], CATALOG, ENTRA) == ()


def test_every_permission_that_a_table_names_is_published():
    graph = "00000003-0000-0000-c000-000000000000"
    for row in ENTRA.further_permissions:
        for type_, found in (("Scope", row.delegated), ("Role", row.application)):
            for alternative in found:
                for name in alternative:
                    assert CATALOG.permission(graph, name, type_) is not None, name
    for entity in ENTRA.search_entities:
        for type_, found in (("Scope", entity.delegated), ("Role", entity.application)):
            for name in found:
                assert CATALOG.permission(graph, name, type_) is not None, name


def test_every_operation_that_a_table_names_is_known():
    for row in ENTRA.further_permissions:
        for method in row.methods:
            for template in row.templates:
                found = CATALOG.find(method, template)
                assert found is None or found.template == template, (method, template)
        assert any(CATALOG.find(method, one) for method in row.methods for one in row.templates)
    for collection in ENTRA.advanced_collections:
        for template in collection.templates:
            found = CATALOG.find("GET", template)
            assert found is not None, template
            assert found.template == template
    for right in ENTRA.workload_rights:
        assert any(CATALOG.find(method, one) for method in right.methods for one in right.templates), right
