"""Templates of Teams Toolkit and Microsoft 365 Agents Toolkit. Each with its records whole."""

import pytest

from tests.readers.plain import HERE, plain, read

EXPECTED = {
    "bot.json": [
        {
            "at": "",
            "places": {
                "id": "/id",
                "app_id": "/appId",
                "sign_in_audience": "/signInAudience",
                "identifier_uris": "/identifierUris",
                "required_resource_access": "/requiredResourceAccess",
                "display_name": "/name",
                "web": "/replyUrlsWithType",
                "spa": "/replyUrlsWithType",
                "public_client": "/replyUrlsWithType",
            },
            "form": "toolkit",
            "completeness": "template",
            "id": "${{AAD_APP_OBJECT_ID}}",
            "app_id": "${{AAD_APP_CLIENT_ID}}",
            "display_name": "bot-aad",
            "sign_in_audience": "AzureADMyOrg",
            "identifier_uris": [("api://botid-${{BOT_ID}}", "/identifierUris/0")],
            "required_resource_access": [
                {
                    "at": "/requiredResourceAccess/0",
                    "resource_app_id": "Microsoft Graph",
                    "resource_access": [
                        {
                            "at": "/requiredResourceAccess/0/resourceAccess/0",
                            "id": "User.Read",
                            "type": "Scope",
                        }
                    ],
                }
            ],
            "web": {
                "at": "/replyUrlsWithType",
                "redirect_uris": [("https://${{BOT_DOMAIN}}/auth-end.html", "/replyUrlsWithType/0/url")],
            },
            "spa": {"at": "/replyUrlsWithType", "redirect_uris": []},
            "public_client": {"at": "/replyUrlsWithType", "redirect_uris": []},
            "api": {
                "at": "",
                "places": {
                    "requested_access_token_version": "/accessTokenAcceptedVersion",
                    "oauth2_permission_scopes": "/oauth2Permissions",
                    "pre_authorized_applications": "/preAuthorizedApplications",
                },
                "requested_access_token_version": 2,
                "oauth2_permission_scopes": [
                    {
                        "at": "/oauth2Permissions/0",
                        "id": "${{AAD_APP_ACCESS_AS_USER_PERMISSION_ID}}",
                        "value": "access_as_user",
                        "type": "User",
                        "is_enabled": True,
                    }
                ],
                "pre_authorized_applications": [
                    {
                        "at": "/preAuthorizedApplications/0",
                        "app_id": "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
                        "delegated_permission_ids": ["${{AAD_APP_ACCESS_AS_USER_PERMISSION_ID}}"],
                        "places": {"delegated_permission_ids": "/preAuthorizedApplications/0/permissionIds"},
                    }
                ],
            },
        }
    ],
    "credentials.json": [
        {
            "at": "",
            "places": {
                "app_id": "/appId",
                "sign_in_audience": "/signInAudience",
                "password_credentials": "/passwordCredentials",
                "key_credentials": "/keyCredentials",
            },
            "form": "toolkit",
            "completeness": "template",
            "app_id": "${{AAD_APP_CLIENT_ID}}",
        }
    ],
    "flags.json": [
        {
            "at": "",
            "places": {
                "identifier_uris": "/identifierUris",
                "display_name": "/name",
                "is_fallback_public_client": "/allowPublicClient",
            },
            "form": "toolkit",
            "completeness": "template",
            "display_name": "flags-aad",
            "api": {"at": "", "places": {"requested_access_token_version": "/accessTokenAcceptedVersion"}},
        }
    ],
    "graph_shape.json": [
        {
            "at": "",
            "places": {
                "id": "/id",
                "app_id": "/appId",
                "display_name": "/displayName",
                "sign_in_audience": "/signInAudience",
                "web": "/web",
                "spa": "/spa",
                "api": "/api",
            },
            "form": "toolkit",
            "completeness": "template",
            "id": "${{AAD_APP_OBJECT_ID}}",
            "app_id": "${{AAD_APP_CLIENT_ID}}",
            "display_name": "tab-aad",
            "sign_in_audience": "AzureADMyOrg",
            "web": {
                "at": "/web",
                "redirect_uris": [],
                "enable_id_token_issuance": False,
                "enable_access_token_issuance": False,
                "places": {
                    "enable_id_token_issuance": "/web/implicitGrantSettings/enableIdTokenIssuance",
                    "enable_access_token_issuance": "/web/implicitGrantSettings/enableAccessTokenIssuance",
                },
            },
            "spa": {
                "at": "/spa",
                "redirect_uris": [("https://${{TAB_DOMAIN}}/auth-end.html", "/spa/redirectUris/0")],
            },
            "api": {
                "at": "/api",
                "places": {
                    "requested_access_token_version": "/api/requestedAccessTokenVersion",
                    "oauth2_permission_scopes": "/api/oauth2PermissionScopes",
                    "pre_authorized_applications": "/api/preAuthorizedApplications",
                },
                "requested_access_token_version": 2,
                "oauth2_permission_scopes": [],
                "pre_authorized_applications": [],
            },
        }
    ],
    "names.json": [
        {
            "at": "",
            "places": {"app_id": "/appId", "required_resource_access": "/requiredResourceAccess"},
            "form": "toolkit",
            "completeness": "template",
            "app_id": "${{AAD_APP_CLIENT_ID}}",
            "required_resource_access": [
                {
                    "at": "/requiredResourceAccess/0",
                    "resource_app_id": "Microsoft Graph",
                    "resource_access": [
                        {
                            "at": "/requiredResourceAccess/0/resourceAccess/0",
                            "id": "Mail.Send",
                            "type": "Role",
                        },
                        {
                            "at": "/requiredResourceAccess/0/resourceAccess/1",
                            "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
                            "type": "Scope",
                        },
                    ],
                },
                {
                    "at": "/requiredResourceAccess/1",
                    "resource_app_id": "${{API_CLIENT_ID}}",
                    "resource_access": [
                        {
                            "at": "/requiredResourceAccess/1/resourceAccess/0",
                            "id": "${{API_SCOPE_ID}}",
                            "type": "Scope",
                        }
                    ],
                },
            ],
        }
    ],
    "no_permission_id.json": [
        {
            "at": "",
            "places": {"required_resource_access": "/requiredResourceAccess"},
            "form": "toolkit",
            "completeness": "template",
            "required_resource_access": [
                {
                    "at": "/requiredResourceAccess/0",
                    "resource_app_id": "Microsoft Graph",
                    "resource_access": [
                        {"at": "/requiredResourceAccess/0/resourceAccess/0", "type": "Scope"}
                    ],
                },
                {"at": "/requiredResourceAccess/1", "resource_app_id": "Office 365 SharePoint Online"},
            ],
        }
    ],
    "sections.json": [
        {
            "at": "",
            "places": {
                "sign_in_audience": "/signInAudience",
                "identifier_uris": "/identifierUris",
                "display_name": "/name",
                "web": "/replyUrlsWithType",
                "spa": "/replyUrlsWithType",
                "public_client": "/replyUrlsWithType",
            },
            "form": "toolkit",
            "completeness": "template",
            "display_name": "{{appName}}-aad",
            "sign_in_audience": "AzureADMyOrg",
            "identifier_uris": [("api://${{AAD_APP_CLIENT_ID}}", "/identifierUris/0")],
            "web": {"at": "/replyUrlsWithType", "redirect_uris": []},
            "spa": {"at": "/replyUrlsWithType", "redirect_uris": []},
            "public_client": {"at": "/replyUrlsWithType", "redirect_uris": []},
        }
    ],
    "state.json": [
        {
            "at": "",
            "places": {
                "id": "/id",
                "sign_in_audience": "/signInAudience",
                "display_name": "/name",
                "web": "/replyUrlsWithType",
                "spa": "/replyUrlsWithType",
                "public_client": "/replyUrlsWithType",
            },
            "form": "toolkit",
            "completeness": "template",
            "id": "{{state.fx-resource-aad-app-for-teams.objectId}}",
            "display_name": "{{config.manifest.appName.short}}-aad",
            "sign_in_audience": "AzureADMyOrg",
            "web": {"at": "/replyUrlsWithType", "redirect_uris": []},
            "spa": {
                "at": "/replyUrlsWithType",
                "redirect_uris": [
                    (
                        "{{state.fx-resource-aad-app-for-teams.frontendEndpoint}}/blank-auth-end.html",
                        "/replyUrlsWithType/0/url",
                    )
                ],
            },
            "public_client": {"at": "/replyUrlsWithType", "redirect_uris": []},
        }
    ],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_records(name):
    assert [plain(application) for application in read("toolkit", name)] == EXPECTED[name]


def test_every_fixture_is_stated():
    assert sorted(file.name for file in (HERE / "toolkit").iterdir()) == sorted(EXPECTED)
