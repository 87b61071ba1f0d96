"""What says that an app signs its users in by SAML."""

from typing import Any

import pytest

from linter import examples
from linter.catalog.store import Catalog
from linter.registration.saml import signs_in_by_saml

CATALOG = Catalog.open()
APP = "6f0c1c6e-1111-4222-8333-444455556666"
TAG = "WindowsAzureActiveDirectoryCustomSingleSignOnApplication"


def judged(data: dict[str, Any], principal: dict[str, Any] | None = None) -> bool:
    example: dict[str, Any] = {"application": {"appId": APP, "identifierUris": [], **data}}
    if principal is not None:
        record = {"id": APP, "appId": APP, "servicePrincipalType": "Application", **principal}
        example["grants"] = {"servicePrincipals": [record]}
    case = examples.case(example, CATALOG)
    assert case.application is not None
    return signs_in_by_saml(case.application, case.grants)


@pytest.mark.parametrize(
    ("data", "principal"),
    [
        ({"tags": [TAG]}, None),
        ({"optionalClaims": {"saml2Token": [{"name": "upn"}]}}, None),
        ({}, {"tags": ["HideApp", TAG]}),
        ({}, {"preferredSingleSignOnMode": "saml"}),
        ({}, {"preferredTokenSigningKeyThumbprint": "A909502DD82AE41433E6F83886B00D4277A32A7B"}),
    ],
)
def test_what_says_so(data: dict[str, Any], principal: dict[str, Any] | None):
    assert judged(data, principal)


@pytest.mark.parametrize(
    ("data", "principal"),
    [
        ({}, None),
        ({"tags": [], "optionalClaims": {"idToken": [{"name": "upn"}], "saml2Token": []}}, None),
        ({}, {"preferredSingleSignOnMode": "oidc"}),
        (
            {},
            {
                "tags": ["WindowsAzureActiveDirectoryIntegratedApp"],
                "preferredTokenSigningKeyThumbprint": None,
            },
        ),
    ],
)
def test_what_does_not(data: dict[str, Any], principal: dict[str, Any] | None):
    assert not judged(data, principal)
