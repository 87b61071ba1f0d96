"""Files in the older Azure AD Graph form. Each with its records whole."""

import pytest

from linter.model import NULL
from tests.readers.plain import HERE, plain, read

EXPECTED = {
    "comments.json": [
        {
            "at": "",
            "places": {
                "app_roles": "/appRoles",
                "display_name": "/name",
                "is_fallback_public_client": "/allowPublicClient",
            },
            "form": "legacy",
            "completeness": "partial",
            "display_name": "With comments",
            "is_fallback_public_client": True,
            "app_roles": [
                {
                    "at": "/appRoles/0",
                    "id": "4e000000-0000-4000-8000-000000000107",
                    "value": "Task.Run",
                    "allowed_member_types": ["Application"],
                    "is_enabled": True,
                }
            ],
        }
    ],
    "list.json": [
        {
            "at": "/0",
            "places": {"app_id": "/0/appId", "web": "/0/oauth2AllowImplicitFlow"},
            "form": "legacy",
            "completeness": "partial",
            "app_id": "a0000000-0000-4000-8000-000000000105",
            "web": {
                "at": "/0/oauth2AllowImplicitFlow",
                "enable_access_token_issuance": True,
                "places": {"enable_access_token_issuance": "/0/oauth2AllowImplicitFlow"},
            },
        },
        {
            "at": "/1",
            "places": {"app_id": "/1/appId", "sign_in_audience": "/1/signInAudience"},
            "form": "graph",
            "completeness": "partial",
            "app_id": "a0000000-0000-4000-8000-000000000106",
            "sign_in_audience": "AzureADMyOrg",
        },
    ],
    "mixed.json": [
        {
            "at": "",
            "places": {
                "display_name": "/displayName",
                "sign_in_audience": "/signInAudience",
                "spa": "/spa",
                "is_fallback_public_client": "/isFallbackPublicClient",
                "api": "/api",
                "web": "/replyUrlsWithType",
                "public_client": "/replyUrlsWithType",
            },
            "form": "legacy",
            "completeness": "partial",
            "display_name": "Half migrated",
            "sign_in_audience": "AzureADMyOrg",
            "web": {
                "at": "/replyUrlsWithType",
                "redirect_uris": [("https://contoso.com/cb", "/replyUrlsWithType/0/url")],
            },
            "spa": {"at": "/spa", "redirect_uris": [("https://contoso.com/spa", "/spa/redirectUris/0")]},
            "public_client": {"at": "/replyUrlsWithType", "redirect_uris": []},
            "is_fallback_public_client": True,
            "api": {
                "at": "",
                "places": {
                    "requested_access_token_version": "/accessTokenAcceptedVersion",
                    "oauth2_permission_scopes": "/api/oauth2PermissionScopes",
                },
                "requested_access_token_version": 2,
                "oauth2_permission_scopes": [],
            },
        }
    ],
    "native.json": [
        {
            "at": "",
            "places": {
                "app_id": "/appId",
                "display_name": "/displayName",
                "public_client": "/replyUrls",
                "sign_in_audience": "/availableToOtherTenants",
                "is_fallback_public_client": "/publicClient",
            },
            "form": "legacy",
            "completeness": "partial",
            "app_id": "a0000000-0000-4000-8000-000000000103",
            "display_name": "Native of 2018",
            "sign_in_audience": "AzureADMyOrg",
            "public_client": {
                "at": "/replyUrls",
                "redirect_uris": [("urn:ietf:wg:oauth:2.0:oob", "/replyUrls/0")],
            },
            "is_fallback_public_client": True,
        }
    ],
    "no_uris.json": [
        {
            "at": "",
            "places": {
                "display_name": "/name",
                "web": "/replyUrlsWithType",
                "spa": "/replyUrlsWithType",
                "public_client": "/replyUrlsWithType",
            },
            "form": "legacy",
            "completeness": "partial",
            "display_name": "Daemon",
            "web": {
                "at": "/replyUrlsWithType",
                "redirect_uris": [],
                "enable_id_token_issuance": False,
                "places": {"enable_id_token_issuance": "/oauth2AllowIdTokenImplicitFlow"},
            },
            "spa": {"at": "/replyUrlsWithType", "redirect_uris": []},
            "public_client": {"at": "/replyUrlsWithType", "redirect_uris": []},
        }
    ],
    "nulls.json": [
        {
            "at": "",
            "places": {
                "app_id": "/appId",
                "sign_in_audience": "/signInAudience",
                "identifier_uris": "/identifierUris",
                "required_resource_access": "/requiredResourceAccess",
                "password_credentials": "/passwordCredentials",
                "key_credentials": "/keyCredentials",
                "is_fallback_public_client": "/allowPublicClient",
                "web": "/replyUrlsWithType",
                "spa": "/replyUrlsWithType",
                "public_client": "/replyUrlsWithType",
            },
            "form": "legacy",
            "completeness": "full",
            "app_id": "a0000000-0000-4000-8000-000000000104",
            "sign_in_audience": NULL,
            "identifier_uris": [],
            "required_resource_access": [],
            "web": {"at": "/replyUrlsWithType", "redirect_uris": []},
            "spa": {"at": "/replyUrlsWithType", "redirect_uris": []},
            "public_client": {"at": "/replyUrlsWithType", "redirect_uris": []},
            "is_fallback_public_client": NULL,
            "api": {
                "at": "",
                "places": {
                    "requested_access_token_version": "/accessTokenAcceptedVersion",
                    "oauth2_permission_scopes": "/oauth2Permissions",
                },
                "requested_access_token_version": NULL,
                "oauth2_permission_scopes": [],
            },
            "password_credentials": [],
            "key_credentials": [],
        }
    ],
    "old_cli.json": [
        {
            "at": "",
            "places": {
                "app_id": "/appId",
                "display_name": "/displayName",
                "password_credentials": "/passwordCredentials",
                "key_credentials": "/keyCredentials",
                "id": "/objectId",
                "sign_in_audience": "/availableToOtherTenants",
                "is_fallback_public_client": "/publicClient",
                "web": "/replyUrls",
            },
            "form": "legacy",
            "completeness": "full",
            "id": "0b1e0000-0000-4000-8000-000000000102",
            "app_id": "a0000000-0000-4000-8000-000000000102",
            "display_name": "Made in 2018",
            "sign_in_audience": "AzureADMultipleOrgs",
            "web": {"at": "/replyUrls", "redirect_uris": [("https://contoso.com/cb", "/replyUrls/0")]},
            "is_fallback_public_client": NULL,
            "password_credentials": [],
            "key_credentials": [],
        }
    ],
    "portal.json": [
        {
            "at": "",
            "places": {
                "id": "/id",
                "app_id": "/appId",
                "created_date_time": "/createdDateTime",
                "publisher_domain": "/publisherDomain",
                "sign_in_audience": "/signInAudience",
                "identifier_uris": "/identifierUris",
                "required_resource_access": "/requiredResourceAccess",
                "app_roles": "/appRoles",
                "password_credentials": "/passwordCredentials",
                "key_credentials": "/keyCredentials",
                "display_name": "/name",
                "is_fallback_public_client": "/allowPublicClient",
                "web": "/replyUrlsWithType",
                "spa": "/replyUrlsWithType",
                "public_client": "/replyUrlsWithType",
            },
            "form": "legacy",
            "completeness": "full",
            "id": "0b1e0000-0000-4000-8000-000000000101",
            "app_id": "a0000000-0000-4000-8000-000000000101",
            "display_name": "Old portal",
            "created_date_time": "2020-05-04T12:00:00Z",
            "publisher_domain": "contoso.com",
            "sign_in_audience": "AzureADMyOrg",
            "identifier_uris": [("api://portal", "/identifierUris/0")],
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
            "web": {
                "at": "/replyUrlsWithType",
                "redirect_uris": [
                    ("https://contoso.com/cb", "/replyUrlsWithType/0/url"),
                    ("https://contoso.com/cb2", "/replyUrlsWithType/3/url"),
                ],
                "logout_url": ("https://contoso.com/out", "/logoutUrl"),
                "enable_id_token_issuance": True,
                "enable_access_token_issuance": False,
                "places": {
                    "enable_id_token_issuance": "/oauth2AllowIdTokenImplicitFlow",
                    "enable_access_token_issuance": "/oauth2AllowImplicitFlow",
                },
            },
            "spa": {
                "at": "/replyUrlsWithType",
                "redirect_uris": [("https://contoso.com/spa", "/replyUrlsWithType/1/url")],
            },
            "public_client": {
                "at": "/replyUrlsWithType",
                "redirect_uris": [("http://localhost", "/replyUrlsWithType/2/url")],
            },
            "is_fallback_public_client": NULL,
            "api": {
                "at": "",
                "places": {
                    "requested_access_token_version": "/accessTokenAcceptedVersion",
                    "accept_mapped_claims": "/acceptMappedClaims",
                    "known_client_applications": "/knownClientApplications",
                    "oauth2_permission_scopes": "/oauth2Permissions",
                    "pre_authorized_applications": "/preAuthorizedApplications",
                },
                "requested_access_token_version": 2,
                "known_client_applications": [],
                "oauth2_permission_scopes": [
                    {
                        "at": "/oauth2Permissions/0",
                        "id": "5c000000-0000-4000-8000-000000000101",
                        "value": "Orders.Write",
                        "type": "Admin",
                        "is_enabled": True,
                    }
                ],
                "pre_authorized_applications": [
                    {
                        "at": "/preAuthorizedApplications/0",
                        "app_id": "c1000000-0000-4000-8000-000000000101",
                        "delegated_permission_ids": ["5c000000-0000-4000-8000-000000000101"],
                        "places": {"delegated_permission_ids": "/preAuthorizedApplications/0/permissionIds"},
                    }
                ],
            },
            "app_roles": [],
            "password_credentials": [
                {
                    "at": "/passwordCredentials/0",
                    "kind": "secret",
                    "key_id": "4b000000-0000-4000-8000-000000000101",
                    "display_name": "first",
                    "start_date_time": "2020-05-04T12:00:00Z",
                    "end_date_time": "2021-05-04T12:00:00Z",
                }
            ],
            "key_credentials": [],
        }
    ],
    "untyped_scope.json": [
        {
            "at": "",
            "places": {
                "display_name": "/name",
                "web": "/replyUrlsWithType",
                "spa": "/replyUrlsWithType",
                "public_client": "/replyUrlsWithType",
            },
            "form": "legacy",
            "completeness": "partial",
            "display_name": "Scope without type",
            "web": {
                "at": "/replyUrlsWithType",
                "redirect_uris": [("https://contoso.com/cb", "/replyUrlsWithType/0/url")],
            },
            "spa": {"at": "/replyUrlsWithType", "redirect_uris": []},
            "public_client": {"at": "/replyUrlsWithType", "redirect_uris": []},
            "api": {
                "at": "",
                "places": {"oauth2_permission_scopes": "/oauth2Permissions"},
                "oauth2_permission_scopes": [
                    {"at": "/oauth2Permissions/0", "id": "MANIFEST_ID", "value": "access_as_user"}
                ],
            },
        }
    ],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_records(name):
    assert [plain(application) for application in read("legacy", name)] == EXPECTED[name]


def test_every_fixture_is_stated():
    assert sorted(file.name for file in (HERE / "legacy").iterdir()) == sorted(EXPECTED)
