"""External tokens, and permissions that a cloud lacks."""

import pytest

from linter.entra.facts import Entra

ENTRA = Entra()


@pytest.mark.parametrize(
    ("issuer", "expected"),
    [
        ("https://token.actions.githubusercontent.com", ("GitHub Actions", 10, False)),
        ("https://token.actions.githubusercontent.com/contoso", ("GitHub Actions", 10, False)),
        ("https://gitlab.com", ("GitLab", None, False)),
        ("https://sts.windows.net/3d1e2be9-a10a-4a0c-8380-7ce190f98ed9/", ("Microsoft Entra", 1440, True)),
        ("https://login.microsoftonline.us/contoso.us/v2.0", ("Microsoft Entra", 1440, True)),
        ("https://oidc.contoso.com", None),
    ],
)
def test_issuers(issuer, expected):
    row = ENTRA.assertion_issuer(issuer)
    assert (row and (row.name, row.minutes, row.entra)) == expected


def test_every_login_host_issues_tokens_of_entra():
    for cloud in ENTRA.clouds:
        row = ENTRA.assertion_issuer(cloud.authorities[0])
        assert row is not None
        assert row.entra


def test_limits():
    assert ENTRA.federated_limit("credentials").most == 20
    assert (ENTRA.federated_limit("name").least, ENTRA.federated_limit("name").most) == (3, 120)


@pytest.mark.parametrize(
    ("name", "cloud", "absent"),
    [
        ("TeamsTab.Read.All", "china", True),
        ("teamstab.readwrite.all", "china", True),
        ("TeamsTab.Read.All", "us-gov", False),
        ("TeamsTab.Read.All", "global", False),
        ("User.Read", "china", False),
    ],
)
def test_permissions_that_a_cloud_lacks(name, cloud, absent):
    assert (ENTRA.absent_permission(name, cloud) is not None) is absent
