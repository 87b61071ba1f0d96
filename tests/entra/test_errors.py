"""Error codes, and what is retired."""

import pytest

from linter.entra.facts import Entra

ENTRA = Entra()


@pytest.mark.parametrize(
    "number",
    [
        28000,
        28003,
        65001,
        65002,
        700022,
        700051,
        500131,
        7000229,
        500112,
        700024,
        54005,
        90009,
        700005,
        9002331,
        1002012,
        501051,
    ],
)
def test_known_aadsts_codes(number):
    found = ENTRA.aadsts(number)
    assert found is not None
    assert found.code == number


def test_aadsts_rules_after_review():
    def rules(number):
        found = ENTRA.aadsts(number)
        return found.rules if found else None

    assert rules(28000) == ("scope/several-resources-in-one-token-request",)
    assert rules(900023) == ()
    assert "consent/service-principal-missing" in rules(7000229)
    assert "consent/service-principal-missing" not in rules(7000112)
    assert rules(1) is None


def test_graph_errors_differ_by_case():
    sharepoint, conditional_access = ENTRA.graph_error("accessDenied"), ENTRA.graph_error("AccessDenied")
    assert sharepoint is not None
    assert conditional_access is not None
    assert sharepoint.when.startswith("SharePoint")
    assert conditional_access.when.startswith("Conditional Access")
    assert ENTRA.graph_error("Nothing") is None


@pytest.mark.parametrize(
    ("host", "path", "expected"),
    [
        ("graph.windows.net", "/contoso.com/users", [("Azure AD Graph", "2025-08-31")]),
        ("outlook.office.com", "/api/v2.0/me/messages", [("Outlook REST API", "2024-03")]),
        (
            "outlook.office365.com",
            "/EWS/Exchange.asmx",
            [("Exchange Web Services in Exchange Online", "2027-04-01")],
        ),
        ("outlook.office365.com", "/powershell", []),
        (
            "graph.microsoft.com",
            "/users/{user-id}/onenote/pages",
            [("OneNote with application permissions", "2025-03-31")],
        ),
        ("graph.microsoft.com", "/users/{id}", []),
        ("login.microsoftonline.de", "", [("Azure Germany", "2021-10-29")]),
    ],
)
def test_retired(host, path, expected):
    assert [(row.name, row.ends) for row in ENTRA.retired(host, path)] == expected
