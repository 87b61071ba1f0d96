"""Names in the tables exist in what Microsoft publishes, where copies of it lie beside the checkout."""

import json
from pathlib import Path

import pytest

from linter.entra.facts import GRAPH, Entra

UPSTREAM = Path(__file__).parents[2].parent / "shared" / "upstream"
pytestmark = pytest.mark.skipif(not UPSTREAM.is_dir(), reason=f"no upstream data at {UPSTREAM}")


def load(name):
    return json.loads((UPSTREAM / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def live_roles():
    return {row["Value"] for row in load("GraphAppRoles.json") if row["Value"]}


@pytest.fixture(scope="module")
def live_scopes():
    return {row["Value"] for row in load("GraphDelegateRoles.json") if row["Value"]}


def test_every_tier_zero_permission_is_a_live_application_role_of_graph(live_roles):
    assert len(Entra().tier_zero) == 41
    assert Entra().tier_zero - live_roles == set()


def test_every_exchange_scoped_permission_of_graph_is_a_live_role(live_roles):
    assert {name for resource, name in Entra().exchange_scoped if resource == GRAPH} - live_roles == set()


def test_the_selected_scopes_are_the_live_ones(live_roles, live_scopes):
    live = {name for name in live_roles | live_scopes if name.endswith(".Selected")}
    assert {row.name for row in Entra().selected_scopes} == live


def test_every_permission_of_the_password_tables_is_live(live_roles, live_scopes):
    entra = Entra()
    for operation in entra.password_operations:
        live = live_roles if operation.access == "application" else live_scopes
        assert set(operation.permissions) - live == set()
    named = {name for row in entra.sensitive_properties for names in row.application for name in names}
    assert named - live_roles == set()


def test_every_api_is_one_of_microsofts_own_apps():
    known = {row["AppId"].lower() for row in load("MicrosoftApps.json")}
    assert {row.app_id for row in Entra().resources} - known == set()
