"""Files as Microsoft Graph, the Azure CLI and PowerShell write them. Each with its records whole."""

import pytest

from linter.model import NULL
from tests.readers.plain import HERE, plain, read

EXPECTED = {
    "answers.json": [
        {
            "at": "/0/value/0",
            "places": {"app_id": "/0/value/0/appId", "display_name": "/0/value/0/displayName"},
            "form": "graph",
            "completeness": "partial",
            "app_id": "a0000000-0000-4000-8000-000000000008",
            "display_name": "Answer",
        },
        {
            "at": "/2",
            "places": {
                "app_id": "/2/appId",
                "federated_identity_credentials": "/2/federatedIdentityCredentials",
            },
            "form": "graph",
            "completeness": "partial",
            "app_id": "a0000000-0000-4000-8000-000000000009",
            "federated_identity_credentials": [
                {
                    "at": "/2/federatedIdentityCredentials/0",
                    "name": "main",
                    "issuer": "https://token.actions.githubusercontent.com",
                    "subject": "repo:contoso/portal:ref:refs/heads/main",
                    "audiences": ["api://AzureADTokenExchange"],
                }
            ],
        },
    ],
    "collection.json": [
        {
            "at": "/applications/value/0",
            "places": {
                "app_id": "/applications/value/0/appId",
                "identifier_uris": "/applications/value/0/identifierUris",
            },
            "form": "graph",
            "completeness": "partial",
            "app_id": "a0000000-0000-4000-8000-000000000013",
            "identifier_uris": [],
        }
    ],
    "colours.json": [
        {
            "at": "",
            "places": {"app_id": "/appId", "sign_in_audience": "/signInAudience"},
            "form": "graph",
            "completeness": "partial",
            "app_id": "a0000000-0000-4000-8000-000000000012",
            "sign_in_audience": "AzureADMyOrg",
        }
    ],
    "comments.json": [
        {
            "at": "",
            "places": {
                "app_id": "/appId",
                "display_name": "/displayName",
                "sign_in_audience": "/signInAudience",
                "is_fallback_public_client": "/isFallbackPublicClient",
                "password_credentials": "/passwordCredentials",
                "key_credentials": "/keyCredentials",
            },
            "form": "graph",
            "completeness": "template",
            "app_id": "<your-app-id>",
            "display_name": "Reports",
            "sign_in_audience": "AzureADMyOrg",
            "password_credentials": [],
            "key_credentials": [],
        }
    ],
    "export.json": [
        {
            "at": "",
            "places": {
                "id": "/id",
                "app_id": "/appId",
                "display_name": "/displayName",
                "created_date_time": "/createdDateTime",
                "publisher_domain": "/publisherDomain",
                "sign_in_audience": "/signInAudience",
                "identifier_uris": "/identifierUris",
                "required_resource_access": "/requiredResourceAccess",
                "web": "/web",
                "spa": "/spa",
                "public_client": "/publicClient",
                "is_fallback_public_client": "/isFallbackPublicClient",
                "api": "/api",
                "app_roles": "/appRoles",
                "password_credentials": "/passwordCredentials",
                "key_credentials": "/keyCredentials",
            },
            "form": "graph",
            "completeness": "full",
            "id": "0b1e0000-0000-4000-8000-000000000001",
            "app_id": "a0000000-0000-4000-8000-000000000001",
            "display_name": "Contoso Portal",
            "created_date_time": "2024-03-01T08:00:00Z",
            "publisher_domain": "contoso.com",
            "sign_in_audience": NULL,
            "identifier_uris": [("api://a0000000-0000-4000-8000-000000000001", "/identifierUris/0")],
            "required_resource_access": [
                {
                    "at": "/requiredResourceAccess/0",
                    "resource_app_id": "00000003-0000-0000-c000-000000000000",
                    "resource_access": [
                        {
                            "at": "/requiredResourceAccess/0/resourceAccess/0",
                            "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
                            "type": "Scope",
                        },
                        {
                            "at": "/requiredResourceAccess/0/resourceAccess/1",
                            "id": "df021288-bdef-4463-88db-98f22de89214",
                            "type": "Role",
                        },
                    ],
                }
            ],
            "web": {
                "at": "/web",
                "redirect_uris": [("https://portal.contoso.com/signin-oidc", "/web/redirectUris/0")],
                "logout_url": ("https://portal.contoso.com/logout", "/web/logoutUrl"),
                "enable_id_token_issuance": True,
                "enable_access_token_issuance": False,
                "places": {
                    "enable_id_token_issuance": "/web/implicitGrantSettings/enableIdTokenIssuance",
                    "enable_access_token_issuance": "/web/implicitGrantSettings/enableAccessTokenIssuance",
                },
            },
            "spa": {"at": "/spa", "redirect_uris": []},
            "public_client": {"at": "/publicClient", "redirect_uris": []},
            "is_fallback_public_client": NULL,
            "api": {
                "at": "/api",
                "places": {
                    "requested_access_token_version": "/api/requestedAccessTokenVersion",
                    "accept_mapped_claims": "/api/acceptMappedClaims",
                    "known_client_applications": "/api/knownClientApplications",
                    "oauth2_permission_scopes": "/api/oauth2PermissionScopes",
                    "pre_authorized_applications": "/api/preAuthorizedApplications",
                },
                "requested_access_token_version": NULL,
                "known_client_applications": [],
                "oauth2_permission_scopes": [
                    {
                        "at": "/api/oauth2PermissionScopes/0",
                        "id": "5c000000-0000-4000-8000-000000000001",
                        "value": "Orders.Read",
                        "type": "User",
                        "is_enabled": True,
                    }
                ],
                "pre_authorized_applications": [
                    {
                        "at": "/api/preAuthorizedApplications/0",
                        "app_id": "c1000000-0000-4000-8000-000000000001",
                        "delegated_permission_ids": ["5c000000-0000-4000-8000-000000000001"],
                        "places": {
                            "delegated_permission_ids": "/api/preAuthorizedApplications/0/delegatedPermissionIds"  # noqa: E501
                        },
                    }
                ],
            },
            "app_roles": [
                {
                    "at": "/appRoles/0",
                    "id": "4e000000-0000-4000-8000-000000000001",
                    "value": "Orders.Admin",
                    "allowed_member_types": ["User", "Application"],
                    "is_enabled": False,
                }
            ],
            "password_credentials": [
                {
                    "at": "/passwordCredentials/0",
                    "kind": "secret",
                    "key_id": "4b000000-0000-4000-8000-000000000001",
                    "display_name": "build",
                    "start_date_time": "2024-03-01T08:00:00Z",
                    "end_date_time": "2026-03-01T08:00:00Z",
                    "hint": "aB3",
                }
            ],
            "key_credentials": [
                {
                    "at": "/keyCredentials/0",
                    "kind": "certificate",
                    "key_id": "4b000000-0000-4000-8000-000000000002",
                    "display_name": "CN=portal",
                    "start_date_time": "2024-03-01T08:00:00Z",
                    "end_date_time": "2025-03-01T08:00:00Z",
                    "usage": "Verify",
                    "type": "AsymmetricX509Cert",
                }
            ],
        }
    ],
    "fragment.json": [
        {
            "at": "",
            "places": {"required_resource_access": "/requiredResourceAccess"},
            "form": "graph",
            "completeness": "fragment",
            "required_resource_access": [
                {
                    "at": "/requiredResourceAccess/0",
                    "resource_app_id": "00000003-0000-0000-c000-000000000000",
                    "resource_access": [
                        {
                            "at": "/requiredResourceAccess/0/resourceAccess/0",
                            "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
                            "type": "Scope",
                        }
                    ],
                }
            ],
        }
    ],
    "lines.json": [
        {
            "at": "/0",
            "places": {"app_id": "/0/appId", "sign_in_audience": "/0/signInAudience"},
            "form": "graph",
            "completeness": "partial",
            "app_id": "a0000000-0000-4000-8000-000000000006",
            "sign_in_audience": "AzureADMyOrg",
        },
        {
            "at": "/1",
            "places": {
                "app_id": "/1/appId",
                "sign_in_audience": "/1/signInAudience",
                "public_client": "/1/publicClient",
            },
            "form": "graph",
            "completeness": "partial",
            "app_id": "a0000000-0000-4000-8000-000000000007",
            "sign_in_audience": "AzureADMyOrg",
            "public_client": {
                "at": "/1/publicClient",
                "redirect_uris": [("http://localhost", "/1/publicClient/redirectUris/0")],
            },
        },
    ],
    "list.json": [
        {
            "at": "/0",
            "places": {
                "app_id": "/0/appId",
                "display_name": "/0/displayName",
                "sign_in_audience": "/0/signInAudience",
                "spa": "/0/spa",
                "password_credentials": "/0/passwordCredentials",
                "key_credentials": "/0/keyCredentials",
            },
            "form": "graph",
            "completeness": "full",
            "app_id": "a0000000-0000-4000-8000-000000000004",
            "display_name": "One",
            "sign_in_audience": "AzureADMyOrg",
            "spa": {"at": "/0/spa", "redirect_uris": [("https://one.contoso.com", "/0/spa/redirectUris/0")]},
            "password_credentials": [],
            "key_credentials": [],
        },
        {
            "at": "/1",
            "places": {
                "app_id": "/1/appId",
                "display_name": "/1/displayName",
                "sign_in_audience": "/1/signInAudience",
                "password_credentials": "/1/passwordCredentials",
                "key_credentials": "/1/keyCredentials",
            },
            "form": "graph",
            "completeness": "full",
            "app_id": "a0000000-0000-4000-8000-000000000005",
            "display_name": "Two",
            "sign_in_audience": "AzureADMultipleOrgs",
            "password_credentials": [],
            "key_credentials": [],
        },
    ],
    "page.json": [
        {
            "at": "/value/0",
            "places": {"id": "/value/0/id", "app_id": "/value/0/appId"},
            "form": "graph",
            "completeness": "partial",
            "id": "0b1e0000-0000-4000-8000-000000000002",
            "app_id": "a0000000-0000-4000-8000-000000000002",
        },
        {
            "at": "/value/1",
            "places": {"id": "/value/1/id", "app_id": "/value/1/appId"},
            "form": "graph",
            "completeness": "partial",
            "id": "0b1e0000-0000-4000-8000-000000000003",
            "app_id": "a0000000-0000-4000-8000-000000000003",
        },
    ],
    "post_body.json": [
        {
            "at": "",
            "places": {
                "display_name": "/displayName",
                "sign_in_audience": "/signInAudience",
                "identifier_uris": "/identifierUris",
                "required_resource_access": "/requiredResourceAccess",
                "is_fallback_public_client": "/isFallbackPublicClient",
            },
            "form": "graph",
            "completeness": "partial",
            "display_name": "Nightly sync",
            "sign_in_audience": "AzureADMyOrg",
            "required_resource_access": [
                {
                    "at": "/requiredResourceAccess/0",
                    "resource_app_id": "00000003-0000-0000-c000-000000000000",
                    "resource_access": [
                        {
                            "at": "/requiredResourceAccess/0/resourceAccess/0",
                            "id": "df021288-bdef-4463-88db-98f22de89214",
                            "type": "Role",
                        }
                    ],
                }
            ],
        }
    ],
    "powershell.json": [
        {
            "at": "",
            "places": {
                "id": "/Id",
                "app_id": "/AppId",
                "display_name": "/DisplayName",
                "created_date_time": "/CreatedDateTime",
                "sign_in_audience": "/SignInAudience",
                "identifier_uris": "/IdentifierUris",
                "required_resource_access": "/RequiredResourceAccess",
                "web": "/Web",
                "is_fallback_public_client": "/IsFallbackPublicClient",
                "api": "/Api",
                "password_credentials": "/PasswordCredentials",
                "key_credentials": "/KeyCredentials",
            },
            "form": "graph",
            "completeness": "full",
            "id": "0b1e0000-0000-4000-8000-000000000010",
            "app_id": "a0000000-0000-4000-8000-000000000010",
            "display_name": "Export aus PowerShell ü",
            "created_date_time": "2024-03-01T08:00:00Z",
            "sign_in_audience": "AzureADMyOrg",
            "identifier_uris": [],
            "required_resource_access": [
                {
                    "at": "/RequiredResourceAccess/0",
                    "resource_app_id": "00000003-0000-0000-c000-000000000000",
                    "resource_access": [
                        {
                            "at": "/RequiredResourceAccess/0/ResourceAccess/0",
                            "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
                            "type": "Scope",
                        }
                    ],
                }
            ],
            "web": {
                "at": "/Web",
                "redirect_uris": [("https://contoso.com/cb", "/Web/RedirectUris/0")],
                "enable_id_token_issuance": False,
                "enable_access_token_issuance": False,
                "places": {
                    "enable_id_token_issuance": "/Web/ImplicitGrantSettings/EnableIdTokenIssuance",
                    "enable_access_token_issuance": "/Web/ImplicitGrantSettings/EnableAccessTokenIssuance",
                },
            },
            "is_fallback_public_client": NULL,
            "api": {
                "at": "/Api",
                "places": {
                    "requested_access_token_version": "/Api/RequestedAccessTokenVersion",
                    "oauth2_permission_scopes": "/Api/Oauth2PermissionScopes",
                },
                "requested_access_token_version": 2,
                "oauth2_permission_scopes": [],
            },
            "password_credentials": [
                {
                    "at": "/PasswordCredentials/0",
                    "kind": "secret",
                    "key_id": "4b000000-0000-4000-8000-000000000010",
                    "start_date_time": "2024-03-01T08:00:00Z",
                    "end_date_time": "2026-03-01T08:00:00Z",
                }
            ],
            "key_credentials": [],
        }
    ],
    "truncated.json": [
        {
            "at": "",
            "places": {
                "app_id": "/AppId",
                "display_name": "/DisplayName",
                "sign_in_audience": "/SignInAudience",
                "required_resource_access": "/RequiredResourceAccess",
                "web": "/Web",
                "api": "/Api",
                "password_credentials": "/PasswordCredentials",
                "key_credentials": "/KeyCredentials",
            },
            "form": "graph",
            "completeness": "truncated",
            "app_id": "a0000000-0000-4000-8000-000000000011",
            "display_name": "Depth 2",
            "required_resource_access": [
                {"at": "/RequiredResourceAccess/0", "resource_app_id": "00000003-0000-0000-c000-000000000000"}
            ],
            "web": {"at": "/Web"},
            "password_credentials": [],
        }
    ],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_records(name):
    assert [plain(application) for application in read("graph", name)] == EXPECTED[name]


def test_every_fixture_is_stated():
    assert sorted(file.name for file in (HERE / "graph").iterdir()) == sorted(EXPECTED)
