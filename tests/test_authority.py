"""Where a flow signs in, and which names of tenants mean one."""

import pytest

from linter.authority import (
    directory,
    is_ad_fs,
    is_organisations,
    is_same_tenant,
    is_tenant_of,
    is_tenantless,
    serves_customers,
    unnumbered,
)
from linter.calls.inventory import inventory
from linter.entra import Entra
from linter.finding import Predicts
from linter.positions import At, Source
from linter.syntax import json_text
from linter.tenant import Organization, Tenant

ENTRA = Entra()
AT = At(Source("tenant.json", "{}", json_text.spans), "")
ID, OTHER = "11111111-2222-4333-8444-555555555555", "99999999-2222-4333-8444-555555555555"
TENANT = Tenant(AT, organization=Organization(AT, ID, "Contoso", "AAD", ("contoso.com", "contoso.de")))


def flow(authority):
    members = {} if authority is None else {"authority": authority}
    data = {"version": 1, "flows": [{"type": "authorization_code", "calls": [], **members}]}
    return inventory(data, Source("app.calls.yaml", "", json_text.spans)).flows[0]


@pytest.mark.parametrize(
    ("authority", "expected"),
    [
        (None, "organisation"),
        ("https://login.microsoftonline.com/contoso.com", "organisation"),
        ("https://Login.MicrosoftOnline.us/organizations/v2.0", "organisation"),
        ("https://login.windows.net/common", "organisation"),
        ("https://login.microsoftonline.de/contoso.de", "organisation"),
        ("https://${HOST}/contoso.com", "organisation"),
        ("https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_signin", "customers"),
        ("https://contoso.b2clogin.cn/tfp/contoso.partner.onmschina.cn/B2C_1_signin", "customers"),
        ("https://contoso.ciamlogin.com/${TENANT}", "customers"),
        ("https://login.microsoftonline.com/tfp/contoso.onmicrosoft.com/B2C_1_signin", "customers"),
        ("https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0?p=B2C_1_signin", "customers"),
        ("https://login.contoso.com/contoso.onmicrosoft.com/B2C_1_signin", "own-domain"),
        ("https://adfs.contoso.com/adfs", "ad-fs"),
        ("https://sts.contoso.com/ADFS/oauth2", "ad-fs"),
    ],
)
def test_directory(authority, expected):
    found = flow(authority)
    assert directory(found, ENTRA) == expected
    assert is_organisations(found, ENTRA) == (expected == "organisation")
    assert serves_customers(found, ENTRA) == (expected in ("customers", "own-domain"))
    assert is_ad_fs(found) == (expected == "ad-fs")


def test_only_an_organisations_tenant_has_the_numbers_of_entra():
    shop, portal = flow("https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_signin"), flow(None)
    assert unnumbered((shop,), ENTRA) == Predicts()
    assert unnumbered((shop, portal), ENTRA) is None


@pytest.mark.parametrize("name", ["common", "Organizations", "consumers"])
def test_tenantless(name):
    assert is_tenantless(name)
    assert not is_tenantless("contoso.com")


@pytest.mark.parametrize(
    ("one", "other", "tenant", "expected"),
    [
        ("contoso.com", "Contoso.com", None, True),
        (ID, ID.upper(), None, True),
        ("${TENANT}", "${TENANT}", None, True),
        (ID, OTHER, None, False),
        ("contoso.com", "contoso.de", None, None),  # a tenant has many domains
        ("contoso.com", ID, None, None),
        ("${TENANT}", ID, TENANT, None),
        ("contoso.com", ID, TENANT, True),
        ("contoso.com", "Contoso.DE", TENANT, True),
        ("contoso.com", "fabrikam.com", TENANT, False),
        (OTHER, "contoso.de", TENANT, False),
        ("fabrikam.com", "fabrikam.de", TENANT, None),
        ("contoso.com", ID, Tenant(AT), None),
        ("contoso.com", ID, Tenant(AT, organization=Organization(AT, ID, None, None, None)), None),
    ],
)
def test_same_tenant(one, other, tenant, expected):
    assert is_same_tenant(one, other, tenant) is expected
    assert is_same_tenant(other, one, tenant) is expected


@pytest.mark.parametrize(
    ("name", "tenant", "expected"),
    [
        ("contoso.com", TENANT, True),
        (ID, TENANT, True),
        (OTHER, TENANT, False),
        ("fabrikam.com", TENANT, False),
        ("common", TENANT, True),
        ("consumers", TENANT, False),
        ("${TENANT}", TENANT, True),
        (OTHER, Tenant(AT), True),
    ],
)
def test_tenant_of_a_flow(name, tenant, expected):
    assert is_tenant_of(flow(None)._replace(tenant=name), tenant) is expected
