"""Facts about Conditional Access."""

import pytest

from linter.catalog.store import Catalog
from linter.entra.facts import Entra

ENTRA = Entra()
EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
AZURE = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
LOG_ANALYTICS = "ca7f3f0b-7d91-482c-8e09-c5d840d0eac5"


@pytest.mark.parametrize(
    ("target", "app_id", "meant"),
    [
        (EXCHANGE, EXCHANGE.upper(), True),
        ("office365", EXCHANGE, True),
        ("office365", AZURE, False),
        (AZURE, LOG_ANALYTICS, True),
        (LOG_ANALYTICS, AZURE, False),
        ("microsoftadminportals", AZURE, False),
        ("all", EXCHANGE, False),
    ],
)
def test_what_a_policy_means(target, app_id, meant):
    assert (target in ENTRA.names_in_policies(app_id)) is meant


@pytest.mark.parametrize(
    ("scope", "app_id"),
    [
        ("Mail.Read", EXCHANGE),
        ("mail.readwrite.shared", EXCHANGE),
        ("MailboxSettings.Read", EXCHANGE),
        ("Mails.Read", None),
        ("DeviceManagementApps.Read.All", None),
        (".default", None),
    ],
)
def test_whose_data_a_scope_opens(scope, app_id):
    family = ENTRA.scope_family(scope)
    assert (family.app_id if family else None) == app_id


def test_baseline_scopes():
    assert all(map(ENTRA.is_baseline_scope, ("openid", "user.read", "People.Read.All")))
    assert not any(map(ENTRA.is_baseline_scope, ("User.ReadWrite", "Mail.Read", ".default", "")))


def test_protected_actions_are_operations_of_microsoft_graph():
    catalog = Catalog.open()
    for row in ENTRA.protected_actions:
        operation = catalog.find(row.method, row.template)
        assert operation is not None, row.action
        assert row in ENTRA.protected_actions_of(row.method.lower(), operation.template)
    assert ENTRA.protected_actions_of("GET", "/identity/conditionalAccess/policies") == ()


def test_enforcements():
    assert ENTRA.enforcement("baseline-scopes").starts == "2026-06-15"
    assert ENTRA.enforcement("azure-multifactor").app_id == AZURE
