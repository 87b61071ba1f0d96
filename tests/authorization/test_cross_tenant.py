"""Sign-ins across tenants: whose settings say what."""

import pytest

from linter import examples
from linter.authorization.cross_tenant import Blocked, blocked
from linter.catalog.store import Catalog
from linter.finding import Unknown

CATALOG = Catalog.open()
HOME = "dddddddd-0000-4000-8000-000000000001"
OTHER = "dddddddd-0000-4000-8000-000000000002"
ORGANIZATION = {
    "id": HOME,
    "displayName": "Contoso",
    "tenantType": "AAD",
    "verifiedDomains": [{"name": "contoso.com"}],
}


def both(state, direction="b2bCollaborationInbound"):
    return {
        direction: {
            "usersAndGroups": {
                "accessType": state,
                "targets": [{"target": "AllUsers", "targetType": "user"}],
            },
            "applications": {
                "accessType": state,
                "targets": [{"target": "AllApplications", "targetType": "application"}],
            },
        }
    }


def crossed(user, tenant="contoso.com", default=None, partners=(), organization=ORGANIZATION):
    flow = {"type": "authorization_code", "calls": ["GET /me"], "user": user} | (
        {"tenant": tenant} if tenant else {}
    )
    grants = {"crossTenantAccessPolicyPartners": {"value": list(partners)}}
    grants |= {"organization": {"value": [organization]}} if organization else {}
    grants |= {"crossTenantAccessPolicyDefault": default} if default else {}
    case = examples.case({"flows": [flow], "grants": grants}, CATALOG)
    assert case.inventory is not None
    assert case.tenant is not None
    return blocked(case.inventory.flows[0], case.tenant)


GUEST = {"account": "guest", "tenant": OTHER}


def test_the_partners_own_setting_wins():
    found = crossed(GUEST, default=both("allowed"), partners=[{"tenantId": OTHER, **both("blocked")}])
    assert isinstance(found, Blocked)
    assert (found.direction, found.what, found.other) == ("inbound", "users", OTHER)
    assert crossed(GUEST, default=both("blocked"), partners=[{"tenantId": OTHER, **both("allowed")}]) is None


def test_the_default_holds_for_everybody_else():
    assert isinstance(crossed(GUEST, default=both("blocked")), Blocked)
    inherits = {"tenantId": OTHER, "b2bCollaborationInbound": None}
    assert isinstance(crossed(GUEST, default=both("blocked"), partners=[inherits]), Blocked)
    assert crossed(GUEST) == Unknown("tenant.cross_tenant_default")


def test_the_way_out_of_the_users_tenant():
    found = crossed(
        {"account": "guest", "tenant": "Contoso.com"},
        tenant=OTHER,
        default=both("blocked", "b2bCollaborationOutbound"),
    )
    assert isinstance(found, Blocked)
    assert found.direction == "outbound"


@pytest.mark.parametrize(
    ("user", "tenant", "organization", "expected"),
    [
        ({"account": "work"}, "contoso.com", ORGANIZATION, None),
        ({"account": "work", "tenant": HOME}, "contoso.com", ORGANIZATION, None),
        ({"account": "personal", "tenant": OTHER}, "contoso.com", ORGANIZATION, None),
        (GUEST, "common", ORGANIZATION, None),
        (GUEST, "fabrikam.com", ORGANIZATION, None),
        ({"account": "guest"}, "contoso.com", ORGANIZATION, Unknown("user.tenant")),
        (GUEST, None, ORGANIZATION, Unknown("flow.tenant")),
        (GUEST, "contoso.com", None, Unknown("tenant.organization")),
    ],
)
def test_who_crosses_nothing_and_what_is_not_known(user, tenant, organization, expected):
    assert crossed(user, tenant, both("blocked"), organization=organization) == expected


def test_partners_are_known_by_id_only():
    found = crossed(
        {"account": "guest", "tenant": "fabrikam.com"}, partners=[{"tenantId": OTHER, **both("blocked")}]
    )
    assert found == Unknown("user.tenant")
