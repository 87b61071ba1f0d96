"""Lists of permissions."""

import pytest

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
