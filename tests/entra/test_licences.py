"""Licences: their names, and which call needs one."""

import pytest

from linter.entra.facts import Entra
from linter.entra.records import Held

ENTRA = Entra()


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("entra-id-p1", "entra-id-p1"),
        ("ENTRA_ID_P1", "entra-id-p1"),
        ("AAD_PREMIUM", "entra-id-p1"),
        ("aad-premium-p2", "entra-id-p2"),
        ("Entra_Identity_Governance_P2", "entra-id-governance"),
        ("INTUNE_A_D", "intune"),
        ("EXCHANGE_S_ENTERPRISE", "exchange"),
        ("EXCHANGE_S_FOUNDATION", None),
        ("SHAREPOINTSTANDARD", "sharepoint"),
        ("SHAREPOINTWAC", None),
        ("TEAMS1", "teams"),
        ("M365_COPILOT_APPS", "m365-copilot"),
        ("SPE_E5", None),
        ("", None),
    ],
)
def test_licence_names(text, product):
    assert ENTRA.licence(text) == product


def test_licences_held():
    assert ENTRA.licences_of(["ENTRA_ID_P2", "SPE_E5"]) == Held(
        frozenset({"entra-id-p1", "entra-id-p2"}), ("SPE_E5",)
    )
    assert ENTRA.licences_of([]) == Held(frozenset(), ())


@pytest.mark.parametrize(
    ("method", "template", "expected"),
    [
        (
            "GET",
            "/auditLogs/signIns",
            [(("entra-id-p1",), 403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")],
        ),
        ("GET", "/auditLogs/directoryAudits", []),
        ("POST", "/identity/conditionalAccess/policies", [(("entra-id-p1",), 403, "AccessDenied")]),
        ("GET", "/identity/conditionalAccess/policies", []),
        ("POST", "/identityProtection/riskyUsers/dismiss", [(("entra-id-p2",), 403, "Forbidden")]),
        ("GET", "/identityProtection/riskDetections/{id}", [(("entra-id-p1",), 403, None)]),
        (
            "GET",
            "/identityGovernance/accessReviews/definitions",
            [(("entra-id-p2", "entra-id-governance"), 403, None)],
        ),
        ("GET", "/deviceManagement/managedDevices/{managedDevice-id}", [(("intune",), 400, "BadRequest")]),
        ("GET", "/deviceManagement", [(("intune",), 400, "BadRequest")]),
        ("GET", "/deviceManagement/virtualEndpoint/cloudPCs", []),
        ("GET", "/users/{id}/managedDevices", [(("intune",), 400, "BadRequest")]),
        ("GET", "/users", []),
        ("GET", "/organization", []),
        ("GET", "/me/messages", [(("exchange",), 404, "MailboxNotEnabledForRESTAPI")]),
        ("GET", "/me/calendarView", [(("exchange",), 404, "MailboxNotEnabledForRESTAPI")]),
        ("GET", "/users/{id}/drive/root", [(("sharepoint",), 404, "ResourceNotFound")]),
        ("POST", "/copilot/retrieval", [(("m365-copilot",), 403, None)]),
        ("GET", "/copilot/admin/catalog/packages", []),
        ("GET", "/me", []),
    ],
)
def test_licence_for(method, template, expected):
    assert [(need.any_of, need.status, need.code) for need in ENTRA.licence_for(method, template)] == expected
