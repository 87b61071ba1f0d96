"""How much a registration may hold, by whose accounts sign in, and what it does hold."""

import pytest

from linter import examples
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Hit, Unknown
from linter.registration import sizes
from linter.registration.limits import Measure, audience_of, beyond, exceeded

CATALOG, ENTRA = Catalog.open(), Entra()
AUDIENCE = Unknown("application.sign_in_audience")
WORK, MIXED, PERSONAL = "AzureADMyOrg", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"


def application(**data):
    return examples.case({"application": {"displayName": "Portal", **data}}, CATALOG).application


@pytest.mark.parametrize(
    ("audience", "field", "size", "words"),
    [
        (WORK, "max_permissions", 400, None),
        (WORK, "max_permissions", 401, "400 is the limit"),
        (MIXED, "max_permissions", 201, "200 is the limit with personal accounts"),
        (PERSONAL, "max_permissions", 201, "200 is the limit with personal accounts"),
        (WORK, "max_permissions_per_api", 1000, None),
        (MIXED, "max_permissions_per_api", 31, "30 is the limit with personal accounts"),
        (MIXED, "max_apis", 51, "50 is the limit"),
        (WORK, "max_redirect_uris", 257, "256 is the limit"),
        (MIXED, "max_redirect_uris", 101, "100 is the limit with personal accounts"),
        (WORK, "max_identifier_uri_length", 256, "255 is the limit"),
        ("Everybody", "max_permissions", 5000, None),
    ],
)
def test_a_limit_of_the_audience(audience, field, size, words):
    found = exceeded(application(signInAudience=audience), ENTRA, field, size)
    assert (found.words if found else None) == words
    assert bool(found and found.related) == bool(words and "personal" in words)


def test_a_finding_is_no_surer_than_the_table():
    found = exceeded(application(signInAudience=PERSONAL), ENTRA, "max_redirect_uris", 101)
    assert found.confidence == "medium"


@pytest.mark.parametrize(
    ("field", "size", "expected"),
    [
        ("max_permissions", 200, None),
        ("max_permissions", 201, AUDIENCE),
        ("max_permissions", 401, "400 is the limit"),
        ("max_permissions_per_api", 1000, AUDIENCE),  # work accounts alone have no such limit
        ("max_redirect_uri_length", 257, "256 is the limit"),
    ],
)
@pytest.mark.parametrize("audience", [{}, {"signInAudience": "${{AUDIENCE}}"}])
def test_without_the_audience_only_what_every_one_refuses_is_above_it(audience, field, size, expected):
    found = exceeded(application(**audience), ENTRA, field, size)
    assert (found.words if hasattr(found, "words") else found) == expected


def test_null_is_the_directorys_default():
    example = {"application": {"signInAudience": None}, "completeness": "full"}
    row = audience_of(examples.case(example, CATALOG).application, ENTRA)
    assert row.value == WORK


def test_the_lowest_limits_are_below_every_audiences():
    for field, least in ENTRA.least_limits.items():
        stated = [getattr(row, field) for row in ENTRA.sign_in_audiences if getattr(row, field) is not None]
        assert least == min(stated)


def test_measures_become_findings_and_unknowns_are_handed_on():
    found = application(signInAudience=WORK)
    measures = [
        Unknown("application.web"),
        Measure("max_permissions", 401, "s", found.at, "401 permissions are declared"),
        Measure("max_permissions", 400, "s", found.at, "400 permissions are declared"),
    ]
    assert list(beyond(found, ENTRA, measures)) == [
        Unknown("application.web"),
        Hit("s", found.at, "401 permissions are declared, and 400 is the limit", (), confidence="high"),
    ]


def test_redirect_uris_of_all_platforms_count_together():
    found = application(
        signInAudience=WORK,
        web={"redirectUris": [f"https://a{number}.contoso.com" for number in range(120)]},
        spa={"redirectUris": [f"https://b{number}.contoso.com" for number in range(137)]},
    )
    (measure,) = sizes.redirect_uris(found, ENTRA)
    assert (measure.size, measure.at.pointer) == (257, "/spa")
    (hit,) = beyond(found, ENTRA, [measure])
    assert hit.message == "257 redirect URIs are registered, and 256 is the limit"


def test_scopes_and_clients_are_counted():
    found = application(
        signInAudience=MIXED,
        api={
            "oauth2PermissionScopes": [{"value": f"scope{number}"} for number in range(101)],
            "preAuthorizedApplications": [
                {"appId": f"client{number}", "delegatedPermissionIds": [str(part) for part in range(5)]}
                for number in range(101)
            ],
        },
    )
    assert [measure.counted for measure in sizes.scopes(found, ENTRA)] == ["101 scopes are published"]
    assert [measure.counted for measure in sizes.authorized_clients(found, ENTRA)] == [
        "101 clients are authorized ahead",
        "505 scopes are authorized ahead for all clients together",
    ]


def test_nothing_is_measured_of_an_ordinary_app():
    found = application(
        requiredResourceAccess=[{"resourceAppId": "x", "resourceAccess": [{"id": "y", "type": "Scope"}]}],
        identifierUris=["https://contoso.com/orders"],
        web={"redirectUris": ["https://contoso.com/cb"]},
        spa={"redirectUris": []},
        publicClient={"redirectUris": []},
        api={"oauth2PermissionScopes": [{"value": "read"}], "preAuthorizedApplications": []},
    )
    measures = [
        *sizes.permissions(found, ENTRA),
        *sizes.permissions_of_each(found, ENTRA, CATALOG),
        *sizes.apis(found, ENTRA),
        *sizes.app_id_uris(found, ENTRA),
        *sizes.redirect_uris(found, ENTRA),
        *sizes.redirect_uri_lengths(found, ENTRA),
        *sizes.scopes(found, ENTRA),
        *sizes.authorized_clients(found, ENTRA),
    ]
    assert measures == []


def test_the_entries_of_all_collections():
    found = application(
        identifierUris=["api://a", "api://b"],
        requiredResourceAccess=[{"resourceAppId": "x", "resourceAccess": [{"id": "y"}, {"id": "z"}]}],
        web={"redirectUris": ["https://a"]},
        api={"knownClientApplications": ["a"], "oauth2PermissionScopes": [{"value": "b"}]},
        optionalClaims={"idToken": [{"name": "upn"}], "saml2Token": [{"name": "upn"}]},
        tags=["x", "y", "z"],
    )
    assert {name: size for name, size in sizes.entries(found).items() if size} == {
        "identifierUris": 2,
        "tags": 3,
        "web.redirectUris": 1,
        "api.knownClientApplications": 1,
        "api.oauth2PermissionScopes": 1,
        "requiredResourceAccess": 2,
        "optionalClaims": 2,
    }
    for name in sizes.entries(found):
        assert sizes.where(found, name).source is found.at.source
    assert sizes.where(found, "api.oauth2PermissionScopes").pointer == "/api/oauth2PermissionScopes"
    assert list(sizes.unstated(found)) == [
        Unknown(f"application.{field}")
        for field in ("app_roles", "password_credentials", "key_credentials", "spa", "public_client")
    ]
