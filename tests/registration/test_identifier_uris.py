"""App ID URIs: which are the default, which show their owner, and what is not known of them."""

import pytest

from linter import examples
from linter.catalog.store import Catalog
from linter.finding import Unknown
from linter.registration import identifier_uris

CATALOG = Catalog.open()
APP, TENANT = "6f0c1c6e-1111-4222-8333-444455556666", "7e000000-0000-4000-8000-000000000001"
ORGANIZATION = {"organization": [{"id": TENANT, "verifiedDomains": [{"name": "Contoso.com"}]}]}
NONE = {"flows": [{"name": "none", "type": "none", "calls": []}]}


def judged(uri, data=None, **example):
    data = {"appId": APP, "identifierUris": [uri]} if data is None else data
    case = examples.case({"application": data, **example}, CATALOG)
    where = identifier_uris.home(case.application, case.inventory, case.tenant)
    return identifier_uris.names_owner(uri, case.application, where)


@pytest.mark.parametrize(
    "uri",
    [
        f"api://{APP}",
        f"api://{APP.upper()}/orders",
        f"api://tab.fabrikam.com/{APP}",
        f"api://{TENANT}/orders",
        "https://contoso.com/orders",
        "https://Orders.Contoso.com",
        "https://orders.contoso.com:8443/x?y",
        "api://contoso.com/orders",
    ],
)
def test_what_shows_whose_it_is(uri):
    assert judged(uri, grants=ORGANIZATION) is True


@pytest.mark.parametrize(
    "uri",
    ["api://orders", "urn:contoso:orders", "orders", "", "https://evilcontoso.com", f"api://{APP[:-1]}7", "https://hosts/x"],
)  # fmt: skip
def test_what_does_not(uri):
    assert judged(uri, grants=ORGANIZATION) is False


@pytest.mark.parametrize(
    ("uri", "data", "field"),
    [
        ("https://orders.contoso.com", None, "tenant.organization"),
        (f"api://{TENANT}/orders", None, "tenant.organization"),
        (f"api://{APP}", {}, "application.app_id"),
        ("api://${{TAB_DOMAIN}}/orders", None, "application.identifier_uris"),
    ],
)
def test_what_cannot_be_told(uri, data, field):
    assert judged(uri, data) == Unknown(field)


def test_a_domain_may_come_from_the_publisher_or_the_calls_file():
    data = {"appId": APP, "publisherDomain": "contoso.onmicrosoft.com"}
    assert judged("https://contoso.onmicrosoft.com/orders", data) is True
    assert judged("https://orders.contoso.com", tenant="contoso.com", **NONE) is True
    assert judged(f"api://{TENANT}/orders", tenant=TENANT, **NONE) is True


@pytest.mark.parametrize(
    ("uri", "app_id", "expected"),
    [
        (f"api://{APP}", APP.upper(), True),
        (f"api://{TENANT}/{APP}", APP, True),
        (f"api://{TENANT}/{TENANT}", APP, False),
        (f"api://{APP}/orders", APP, False),
        (f"api://orders/{APP}", APP, False),
        (f"https://{APP}", APP, False),
        ("api://orders", None, False),
        (f"api://{APP}", None, None),
    ],
)
def test_the_default(uri, app_id, expected):
    assert identifier_uris.is_default(uri, app_id) is expected


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("urn:contoso:orders", "is a urn"),
        ("URN://contoso", "is a urn"),
        ("https://contoso.com/a?b", "has a query string"),
        ("https://contoso.com/a#b", "has a fragment"),
        ("https://contoso.com/a", ""),
    ],
)
def test_forms_for_work_accounts_alone(uri, expected):
    assert identifier_uris.form_for_work_only(uri) == expected


@pytest.mark.parametrize(
    ("data", "completeness", "expected"),
    [
        ({"appId": APP}, "full", True),
        ({"appId": APP}, "partial", False),
        ({"id": TENANT, "appId": APP}, "partial", True),
        ({"id": "${{OBJECT_ID}}", "appId": APP}, "partial", False),
    ],
)
def test_an_export_shows_what_is_registered(data, completeness, expected):
    case = examples.case({"application": data, "completeness": completeness}, CATALOG)
    assert identifier_uris.is_registered(case.application) is expected
