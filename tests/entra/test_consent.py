"""Tables of consent: policies, what the managed one excludes, mail apps, basic permissions."""

import pytest

from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.entra.facts import Entra
from linter.entra.records import ConsentExcluded
from linter.entra.tables import read

ENTRA = Entra()
CATALOG = Catalog.open()
EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"


@pytest.mark.parametrize(
    ("policy", "lets"),
    [
        ("microsoft-user-default-legacy", "consentable"),
        ("Microsoft-User-Default-Low", "low"),
        ("microsoft-user-default-recommended", "managed"),
        ("microsoft-user-default-allow-consent-apps", "mail-clients"),
        ("microsoft-application-admin", None),
        ("contoso", None),
    ],
)
def test_built_in_policies_for_users(policy, lets):
    found = ENTRA.consent_policy(policy)
    assert (found.lets if found else None) == lets


@pytest.mark.parametrize(
    ("resource", "name", "excluded"),
    [
        (GRAPH, "Mail.Read", True),
        (GRAPH, "mailboxsettings.read", True),
        (GRAPH, "Mail.Send", False),
        (EXCHANGE, "EWS.AccessAsUser.All", True),
        (EXCHANGE, "Mail.Read", False),
        (GRAPH, "EWS.AccessAsUser.All", False),
    ],
)
def test_what_the_managed_policy_excludes(resource, name, excluded):
    assert ENTRA.is_consent_excluded(resource, name) is excluded


def test_every_excluded_permission_is_published():
    names = {
        permission.value.lower() for permission in CATALOG.all_permissions() if permission.resource == GRAPH
    }
    listed = {row.name for row in read("consent_excluded", ConsentExcluded) if row.resource == GRAPH}
    assert {name for name in listed if name.lower() not in names} == set()


def test_basic_permissions_and_mail_apps():
    assert ENTRA.basic_permissions == {"openid", "profile", "email", "offline_access", "user.read"}
    assert "9e5f94bc-e8a4-4e73-b8be-63364c29d753" in ENTRA.consent_mail_clients
    assert len(ENTRA.consent_mail_clients) == 6
