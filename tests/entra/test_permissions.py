"""Lists of permissions."""

import pytest

from linter.catalog.store import Catalog
from linter.entra.facts import GRAPH, Entra

ENTRA = Entra()


def test_permission_lists():
    assert "RoleManagement.ReadWrite.Directory" in ENTRA.tier_zero
    assert "User.Read.All" not in ENTRA.tier_zero
    assert (GRAPH, "Mail.Read") in ENTRA.exchange_scoped
    assert ("00000002-0000-0ff1-ce00-000000000000", "full_access_as_app") in ENTRA.exchange_scoped
    assert {row.name for row in ENTRA.baseline_scopes if row.kind == "directory"} == {
        "User.Read",
        "User.Read.All",
        "User.ReadBasic.All",
        "People.Read",
        "People.Read.All",
        "GroupMember.Read.All",
        "Member.Read.Hidden",
    }


@pytest.mark.parametrize(
    ("template", "sites_selected"),
    [
        ("/sites/{id}/lists", True),
        ("/sites/{site-id}", True),
        ("/drives/{id}/root", True),
        ("/users/{id}/drive/root/children", True),
        ("/users/{id}/driveItems", False),
        ("/users", False),
        ("/sitesettings", False),
    ],
)
def test_where_selected_scopes_may_suffice(template, sites_selected):
    assert ("Sites.Selected" in [row.name for row in ENTRA.selected_scopes_for(template)]) is sites_selected


def test_roles_of_exchange_stand_for_permissions_that_exchange_can_narrow():
    assert ENTRA.exchange_role("application mail.read") is not None
    assert ENTRA.exchange_role("Mail.Read") is None
    known = {name for _, name in ENTRA.exchange_scoped}
    assert {name for row in ENTRA.exchange_roles for name in row.permissions} <= known


def test_permissions_of_other_apis_are_those_that_microsoft_graph_has_under_the_same_name():
    catalog = Catalog.open()
    for row in ENTRA.workload_permissions:
        assert catalog.permission(GRAPH, row.name, row.type), row
    exchange = "00000002-0000-0FF1-CE00-000000000000"
    found = ENTRA.workload_permission(exchange, "185758BA-798d-4b72-9e54-429a413a2510", "scope")
    assert found is not None
    assert found.name == "Mail.Read"
    assert ENTRA.workload_permission(GRAPH, found.id, "Scope") is None


def test_relations_mix_kinds_that_some_permission_reads():
    catalog = Catalog.open()
    kinds = {row.kind: row for row in ENTRA.object_readers}
    for relation in ENTRA.directory_relations:
        assert set(relation.kinds) <= kinds.keys()
        for template in relation.templates:
            assert catalog.find("GET", template) is not None, template
    for row in kinds.values():
        for name in row.permissions:
            assert any(found.resource == GRAPH for found in catalog.named(name)), name
    found = ENTRA.directory_relation("/Groups/{group-id}/members")
    assert found is not None
    assert "device" in found.kinds
    assert ENTRA.directory_relation("/groups/{id}/members/{id}") is None


@pytest.mark.parametrize(
    ("api", "access", "asks"),
    [
        ("797f4846-ba00-4fd7-ba43-dac1f8f63013", "delegated", True),
        ("00000007-0000-0000-C000-000000000000", "application", True),
        ("00000007-0000-0000-c000-000000000000", "delegated", False),
        (GRAPH, "application", False),
    ],
)
def test_apis_that_consent_alone_does_not_open(api, access, asks):
    assert (ENTRA.workload_gate(api, access) is not None) is asks


def test_a_gate_belongs_to_an_api_that_is_known():
    assert all(ENTRA.resource(row.api) for row in ENTRA.workload_gates)
