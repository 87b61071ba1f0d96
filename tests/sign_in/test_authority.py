"""Where a flow signs in, and which names of tenants mean one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.entra import Entra
from linter.finding import Predicts
from linter.model import Flow
from linter.positions import At, Source
from linter.sign_in.authority import (
    directory,
    is_ad_fs,
    is_organisations,
    is_same_tenant,
    is_tenant_of,
    is_tenantless,
    serves_customers,
    unnumbered,
)
from linter.tenant import Organization, Tenant

ENTRA = Entra()
HERE = At(Source("app.calls.json", "{}", lambda _: {}), "")
ID, OTHER = "90000000-0000-4000-8000-00000000000a", "90000000-0000-4000-8000-00000000000b"
CONTOSO = Tenant(HERE, organization=Organization(HERE, ID, "Contoso", "AAD", ("contoso.com", "contoso.de")))


def flow(**fields: Any) -> Flow:
    return Flow(HERE, {}, "portal", "authorization_code", (), **fields)


@pytest.mark.parametrize(
    ("authority", "expected"),
    [
        (None, "organisation"),
        ("", "organisation"),
        ("https://login.microsoftonline.com/common", "organisation"),
        ("https://Login.MicrosoftOnline.us/organizations/v2.0", "organisation"),
        ("https://login.windows.net/contoso.com", "organisation"),
        ("https://login-us.microsoftonline.com/common", "organisation"),
        ("https://login.microsoftonline.de/contoso.de", "organisation"),
        ("https://${HOST}/common", "organisation"),
        ("${AUTHORITY}", "organisation"),
        ("https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_signin", "customers"),
        ("https://contoso.b2clogin.cn/tfp/contoso.partner.onmschina.cn/B2C_1_signin", "customers"),
        ("https://CONTOSO.ciamlogin.com/contoso.onmicrosoft.com/v2.0", "customers"),
        ("https://contoso.ciamlogin.com/${TENANT}", "customers"),
        ("https://login.microsoftonline.com/tfp/contoso.onmicrosoft.com/B2C_1A_signin", "customers"),
        (
            "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/authorize?p=b2c_1_signin",
            "customers",
        ),
        ("https://login.contoso.com/contoso.onmicrosoft.com", "own-domain"),
        ("https://login.contoso.com:443/tfp/x/any-policy", "own-domain"),
        ("https://fs.contoso.com/adfs/", "ad-fs"),
        ("https://fs.contoso.com/ADFS/oauth2", "ad-fs"),
        ("https://login.contoso.com/contoso/adfs", "own-domain"),
    ],
)
def test_directory(authority: str | None, expected: str) -> None:
    found = flow(authority=authority)
    assert directory(found, ENTRA) == expected
    assert is_organisations(found, ENTRA) == (expected == "organisation")
    assert serves_customers(found, ENTRA) == (expected in ("customers", "own-domain"))
    assert is_ad_fs(found) == (expected == "ad-fs")


def test_only_an_organisations_tenant_has_the_numbers_of_entra() -> None:
    shop = flow(authority="https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_signin")
    assert unnumbered((shop,), ENTRA) == Predicts()
    assert unnumbered((shop, flow()), ENTRA) is None


@pytest.mark.parametrize("name", ["common", "Organizations", "consumers"])
def test_tenantless(name: str) -> None:
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
        ("${TENANT}", ID, CONTOSO, None),
        ("contoso.com", ID, CONTOSO, True),
        ("contoso.com", "Contoso.DE", CONTOSO, True),
        ("contoso.com", "fabrikam.com", CONTOSO, False),
        (OTHER, "contoso.de", CONTOSO, False),
        ("fabrikam.com", "fabrikam.de", CONTOSO, None),
        ("contoso.com", ID, Tenant(HERE), None),
        ("contoso.com", ID, Tenant(HERE, organization=Organization(HERE, ID, None, None, None)), None),
    ],
)
def test_same_tenant(one: str, other: str, tenant: Tenant | None, expected: bool | None) -> None:
    assert is_same_tenant(one, other, tenant) is expected
    assert is_same_tenant(other, one, tenant) is expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (None, True),
        ("common", True),
        ("Organizations", True),
        ("consumers", False),
        ("${TENANT}", True),
        (ID.upper(), True),
        (OTHER, False),
        ("Contoso.com", True),
        ("fabrikam.com", False),
    ],
)
def test_tenant(written: str | None, expected: bool) -> None:
    assert is_tenant_of(flow(tenant=written), CONTOSO) is expected
    assert is_tenant_of(flow(tenant=written), Tenant(HERE))
    unknown = Organization(HERE, None, "Contoso", "AAD", None)
    assert is_tenant_of(flow(tenant=written), Tenant(HERE, organization=unknown))


@given(st.text())
def test_any_text(authority: str) -> None:
    directory(flow(authority=authority), ENTRA)
