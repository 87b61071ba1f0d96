"""The older format as Microsoft Graph writes it: nothing that the rules read changes, and nothing is lost."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.model import Platform
from linter.positions import At, Source
from linter.readers import graph, legacy, shape
from linter.readers.conversion import to_graph
from linter.syntax import json_text


def record(read, members: dict[str, Any], **more: Any):
    source = Source("a.json", json.dumps(members), json_text.spans)
    found = read.application(members, At(source, ""), **more)
    return without_places(found._replace(form="", at=At(source, ""), places={}))


def without_places(value: Any) -> Any:
    if isinstance(value, At):
        return None
    if isinstance(value, tuple):
        values = tuple(without_places(item) for item in value)
        # A platform of which nothing is said is none.
        return (
            None if isinstance(value, Platform) and not any(item is not None for item in values) else values
        )
    return None if isinstance(value, dict) else value


FLAG = st.sampled_from([None, True, False])
URL = st.sampled_from(["https://a", "https://b", "http://localhost"])
MEMBERS: dict[str, st.SearchStrategy[Any]] = {
    "id": st.just("1"),
    "appId": st.just("6f0c1c6e-1111-4222-8333-444455556666"),
    "name": st.sampled_from(["Portal", None]),
    "acceptMappedClaims": FLAG,
    "accessTokenAcceptedVersion": st.sampled_from([None, 1, 2]),
    "allowPublicClient": FLAG,
    "availableToOtherTenants": FLAG,
    "signInAudience": st.sampled_from(["AzureADMyOrg", "AzureADMultipleOrgs", None]),
    "knownClientApplications": st.lists(st.just("x"), max_size=1),
    "logoutUrl": st.sampled_from([None, "https://out"]),
    "oauth2AllowIdTokenImplicitFlow": FLAG,
    "oauth2AllowImplicitFlow": FLAG,
    "oauth2Permissions": st.lists(
        st.just({"id": "i", "value": "v", "type": "User", "isEnabled": True, "lang": None}), max_size=1
    ),
    "preAuthorizedApplications": st.lists(st.just({"appId": "a", "permissionIds": ["p"]}), max_size=1),
    "passwordCredentials": st.lists(
        st.just({"keyId": "k", "endDate": "2027-01-01T00:00:00Z", "value": None}), max_size=1
    ),
    "keyCredentials": st.lists(
        st.just({"keyId": "k", "startDate": "2026-01-01T00:00:00Z", "endDate": "2027-01-01T00:00:00Z"}),
        max_size=1,
    ),
    "replyUrlsWithType": st.lists(
        st.fixed_dictionaries({"url": URL, "type": st.sampled_from(["Web", "Spa", "InstalledClient"])}),
        max_size=3,
        unique_by=lambda entry: (entry["url"], entry["type"]),
    ),
    "web": st.just({"homePageUrl": "https://a"}),
    "tags": st.just([]),
}
#: Of these a file has more than one name only by mistake.
LEGACY = st.fixed_dictionaries({"informationalUrls": st.just(None)}, optional=MEMBERS)


@given(LEGACY)
def test_the_rules_read_the_same(members: dict[str, Any]):
    completeness = shape.completeness(members)
    before = record(legacy, members, completeness=completeness)
    converted = to_graph(members)
    assert not shape.is_legacy(converted)
    assert record(graph, converted, completeness=completeness)[4:] == before[4:]


@given(LEGACY)
def test_again_changes_nothing(members: dict[str, Any]):
    converted = to_graph(members)
    assert to_graph(converted) == converted


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ({"publicClient": True, "replyUrls": ["a"]},
         {"isFallbackPublicClient": True, "publicClient": {"redirectUris": ["a"]}}),
        ({"replyUrls": ["a"]}, {"web": {"redirectUris": ["a"]}}),
        ({"publicClient": False, "allowPublicClient": True}, {"isFallbackPublicClient": True}),
        ({"objectId": "1", "displayName": "n", "homepage": "h"},
         {"displayName": "n", "id": "1", "web": {"homePageUrl": "h"}}),
        ({"logoUrl": "l", "informationalUrls": {"privacy": "p", "other": "o"}},
         {"info": {"logoUrl": "l", "privacyStatementUrl": "p", "other": "o"}}),
        ({"errorUrl": None, "orgRestrictions": []}, {}),
        ({"errorUrl": "https://e"}, {"errorUrl": "https://e"}),
        ({"appRoles": [{"id": "i", "lang": None}, {"id": "j", "lang": "en"}]},
         {"appRoles": [{"id": "i"}, {"id": "j", "lang": "en"}]}),
        ({"availableToOtherTenants": True}, {"signInAudience": "AzureADMultipleOrgs"}),
        ({"AccessTokenAcceptedVersion": 2, "Api": {"acceptMappedClaims": True}},
         {"Api": {"acceptMappedClaims": True, "requestedAccessTokenVersion": 2}}),
        ({"web": {"redirectUris": ["a"]}, "replyUrlsWithType": [{"url": "a", "type": "Web"}, {"url": "b"}]},
         {"web": {"redirectUris": ["a", "b"]}, "spa": {"redirectUris": []},
          "publicClient": {"redirectUris": []}}),
    ],
)  # fmt: skip
def test_members(older: dict[str, Any], newer: dict[str, Any]):
    assert to_graph(older) == newer
