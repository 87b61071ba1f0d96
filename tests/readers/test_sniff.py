"""The form of a file by its content, and what is left alone."""

import pytest

from linter import readers

KNOWN = [
    ('{"requiredResourceAccess": []}', "graph"),
    ('"requiredResourceAccess" : [],', "graph"),
    ('{"RequiredResourceAccess": []', "graph"),
    ('[{"signInAudience": "AzureADMyOrg"}]', "graph"),
    ('{"spa": {"redirectUris": []}}', "graph"),
    ('{"appRoles": [], "groupMembershipClaims": "SecurityGroup"}', "graph"),
    ('{"groupMembershipClaims": "All", "optionalClaims": {"idToken": [{"name": "groups"}]}}', "graph"),
    ('{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications", "value": []}', "graph"),
    ('// note\n{"signInAudience": null}', "graph"),
    ('{"signInAudience": "x", "replyUrlsWithType": []}', "legacy"),
    ('{"appId": "x", "publicClient": true}', "legacy"),
    ('{"replyUrlsWithType": [{"url": "${{X}}"}]}', "toolkit"),
    ('{"signInAudience": "x", "id": "{{state.x}}"}', "toolkit"),
    ('[{"resourceAppId": "x", "resourceAccess": []}]', "az"),
]
UNKNOWN = [
    "",
    "signInAudience: AzureADMyOrg",
    '{"version": 1, "flows": []}',
    '{"name": "web", "web": {}, "api": {}, "spa": {}}',
    '{"title": "the key \\"signInAudience\\"", "x": ["signInAudience", "requiredResourceAccess"]}',
    '{"servicePrincipalType": "Application", "signInAudience": "x", "passwordCredentials": []}',
    '{"servicePrincipalNames": [], "oauth2Permissions": [], "replyUrls": []}',
    '{"publicClient": {}}',
    '{"AzureAd": {"ClientId": "x", "TenantId": "y"}}',
    '{"requiredResourceAccesses": [{"resourceAppId": "x", "resourceAccesses": []}]}',
]
ELSEWHERE = [
    (
        '{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications(\'x\')/federatedIdentityCredentials",'
        ' "value": [{"id": "y", "name": "main", "issuer": "https://a", "subject": "b", "audiences": []}]}'
    ),
    '{"resources": {"app": {"properties": {"requiredResourceAccess": [], "web": {}}}}}',
    '{"parameters": {"signInAudience": {"value": "AzureADMyOrg"}}}',
    '{"items": {"resourceAppId": "x", "resourceAccess": []}}',
]


@pytest.mark.parametrize(("text", "form"), KNOWN)
def test_known(text, form):
    assert readers.sniff(text) == form


@pytest.mark.parametrize("text", UNKNOWN)
def test_unknown(text):
    assert readers.sniff(text) is None
    assert readers.read("x.json", text) is None


@pytest.mark.parametrize("text", ELSEWHERE)
def test_keys_that_stand_elsewhere_make_no_application(text):
    assert readers.read("x.json", text) is None


def test_keys_are_sought_in_the_beginning_only():
    assert readers.sniff('{"x": "' + "a" * readers.SNIFFED + '", "signInAudience": null}') is None
