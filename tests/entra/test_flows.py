"""Flow types and audiences of sign-in."""

import pytest

from linter.entra.facts import Entra

ENTRA = Entra()


@pytest.mark.parametrize(
    ("flow_type", "platform", "expected"),
    [
        ("authorization_code", "web", ("auth_code_web", "delegated", "confidential")),
        ("authorization_code", "api", ("auth_code_web", "delegated", "confidential")),
        ("authorization_code", "daemon", ("auth_code_web", "delegated", "confidential")),
        ("authorization_code", "spa", ("auth_code_spa", "delegated", "public")),
        ("authorization_code", "desktop", ("auth_code_native", "delegated", "public")),
        ("authorization_code", "mobile", ("auth_code_native", "delegated", "public")),
        ("authorization_code", None, None),
        ("hybrid", None, ("hybrid", "delegated", "confidential")),
        ("implicit", "web", ("implicit", "delegated", "public")),
        ("device_code", None, ("device_code", "delegated", "public")),
        ("refresh_token", "spa", ("refresh_token", "delegated", "by-credential")),
        ("password", None, ("ropc", "delegated", "by-credential")),
        ("integrated_windows", None, ("iwa", "delegated", "public")),
        ("on_behalf_of", None, ("obo", "delegated", "confidential")),
        ("client_credentials", None, ("client_credentials", "application", "confidential")),
        ("workload_identity", None, ("workload_identity_federation", "application", "confidential")),
        ("managed_identity", None, ("managed_identity", "application", "none")),
        ("none", None, None),
        ("ropc", None, None),
    ],
)
def test_flows(flow_type, platform, expected):
    found = ENTRA.flow(flow_type, platform)
    assert (found and (found.name, found.access, found.client)) == expected


def test_sign_in_audiences():
    mixed = ENTRA.sign_in_audience("AzureADandPersonalMicrosoftAccount")
    assert mixed is not None
    assert (mixed.work, mixed.personal, mixed.multi_tenant) == (True, True, True)
    assert (mixed.max_secrets, mixed.max_redirect_uris, mixed.access_token_versions) == (2, 100, (2,))
    personal = ENTRA.sign_in_audience("PersonalMicrosoftAccount")
    assert personal is not None
    assert (personal.work, personal.application_permissions, personal.confidence) == (False, False, "medium")
    own = ENTRA.sign_in_audience("AzureADMyOrg")
    assert own is not None
    assert (own.multi_tenant, own.max_secrets, own.max_redirect_uris) == (False, None, 256)
    assert ENTRA.sign_in_audience("azureadmyorg") is None
