"""Where a flow signs in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.authority import is_ad_fs, is_tenant_of, serves_customers
from linter.entra import Entra
from linter.model import Flow
from linter.positions import At, Source
from linter.tenant import Organization, Tenant

ENTRA = Entra()
HERE = At(Source("app.calls.json", "{}", lambda _: {}), "")
TENANT_ID = "90000000-0000-4000-8000-000000000009"


def flow(**fields: Any) -> Flow:
    return Flow(HERE, {}, "portal", "authorization_code", (), **fields)


@pytest.mark.parametrize(
    ("authority", "customers"),
    [
        (None, False),
        ("https://login.microsoftonline.com/common", False),
        ("https://login.microsoftonline.us/contoso.com", False),
        ("https://login.windows.net/contoso.com", False),
        ("https://login-us.microsoftonline.com/common", False),
        ("https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_signin", True),
        ("https://contoso.ciamlogin.com/", True),
        ("https://CONTOSO.ciamlogin.com/contoso.onmicrosoft.com/v2.0", True),
        ("https://login.contoso.com/contoso.onmicrosoft.com", True),
        ("https://login.contoso.com:443/tfp/x/any-policy", True),
        ("https://login.microsoftonline.com/tfp/contoso.onmicrosoft.com/B2C_1A_signin", True),
        (
            "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/authorize?p=b2c_1_signin",
            True,
        ),
        ("https://fs.contoso.com/adfs", False),
        ("https://fs.contoso.com/ADFS/oauth2", False),
        ("https://${HOST}/common", False),
        ("${AUTHORITY}", False),
        ("", False),
    ],
)
def test_customers(authority: str | None, customers: bool) -> None:
    assert serves_customers(flow(authority=authority), ENTRA) is customers


def test_ad_fs() -> None:
    assert is_ad_fs(flow(authority="https://fs.contoso.com/adfs/"))
    assert not is_ad_fs(flow(authority="https://login.contoso.com/contoso/adfs"))
    assert not is_ad_fs(flow())


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (None, True),
        ("common", True),
        ("Organizations", True),
        ("${TENANT}", True),
        (TENANT_ID.upper(), True),
        (TENANT_ID[:-1] + "8", False),
        ("Contoso.com", True),
        ("fabrikam.com", False),
    ],
)
def test_tenant(written: str | None, expected: bool) -> None:
    here = Organization(HERE, TENANT_ID, "Contoso", "AAD", ("contoso.com",))
    assert is_tenant_of(flow(tenant=written), Tenant(HERE, organization=here)) is expected
    assert is_tenant_of(flow(tenant=written), Tenant(HERE))
    unknown = here._replace(id=None, verified_domains=None)
    assert is_tenant_of(flow(tenant=written), Tenant(HERE, organization=unknown))


@given(st.text())
def test_any_text(authority: str) -> None:
    serves_customers(flow(authority=authority), ENTRA)
    is_ad_fs(flow(authority=authority))
