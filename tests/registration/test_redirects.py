"""Redirect URIs: their parts, what the service takes for the same, and where they are registered."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter import examples, fix
from linter.catalog.store import Catalog
from linter.finding import Finding, Unknown
from linter.registration import redirects
from linter.registration.redirects import Redirect, parsed, takes

CATALOG = Catalog.open()


def application(data, form="graph"):
    return examples.case({"application": data, "form": form}, CATALOG).application


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://portal.contoso.com", Redirect("https", "portal.contoso.com", "", "", "")),
        ("HTTPS://A.Contoso.com:8443/A/b?x=1#y", Redirect("https", "a.contoso.com", "8443", "/A/b", "?x=1")),
        ("http://user@contoso.com/", Redirect("http", "contoso.com", "", "/", "")),
        ("http://[::1]:8400/cb", Redirect("http", "[::1]", "8400", "/cb", "")),
        ("https://contoso.com?x=/y", Redirect("https", "contoso.com", "", "", "?x=/y")),
        ("https://contoso.com\\evil", Redirect("https", "contoso.com", "", "\\evil", "")),
        ("myapp://auth", Redirect("myapp", "auth", "", "", "")),
        ("urn:ietf:wg:oauth:2.0:oob", Redirect("urn", "", "", "ietf:wg:oauth:2.0:oob", "")),
        ("http://${{TAB_DOMAIN}}/end", Redirect("http", "", "", "/end", "")),
        ("http://{host:port}/cb", Redirect("http", "", "", "/cb", "")),
        ("", Redirect("", "", "", "", "")),
    ],
)  # fmt: skip
def test_parts(uri, expected):
    assert parsed(uri) == expected


@given(st.text(max_size=40))
def test_any_text_has_parts_and_fits_itself(text):
    parsed(text)
    assert takes(text, text, wildcards=False)
    assert takes(text, text, wildcards=True)


@pytest.mark.parametrize(
    ("registered", "sent"),
    [
        ("https://contoso.com", "https://contoso.com/"),
        ("https://contoso.com/", "https://Contoso.com"),
        ("http://localhost", "http://localhost:51234/"),
        ("http://localhost:5000/cb", "http://localhost:6000/cb"),
        ("https://localhost:5001/cb", "https://localhost/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:8400/cb"),
    ],
)
def test_what_the_service_takes_for_the_same(registered, sent):
    assert takes(registered, sent, wildcards=False)
    assert takes(sent, registered, wildcards=False)


@pytest.mark.parametrize(
    ("registered", "sent"),
    [
        ("https://contoso.com/cb", "https://contoso.com/CB"),
        ("https://contoso.com/cb", "https://contoso.com/cb/"),
        ("https://contoso.com/cb", "https://contoso.com/cb?x=1"),
        ("https://contoso.com/cb", "http://contoso.com/cb"),
        ("https://contoso.com:8443/", "https://contoso.com:8444/"),
        ("http://localhost/cb", "http://127.0.0.1/cb"),
        ("http://[::1]:1/", "http://[::1]:2/"),
        ("https://*.contoso.com/cb", "https://a.contoso.com/cb"),
        ("myapp://auth", "myapp://AUTH2"),
        ("https://${{HOST}}/cb", "https://{host}/cb"),
        ("https://contoso.com/{path}", "https://contoso.com:443/{path}"),
    ],
)
def test_what_it_does_not(registered, sent):
    assert not takes(registered, sent, wildcards=False)


@pytest.mark.parametrize(
    ("registered", "sent", "fits"),
    [
        ("https://*.contoso.com/cb", "https://a.contoso.com/cb", True),
        ("https://*.contoso.com/cb", "https://a.contoso.com/cb?x=1#y", True),
        ("https://contoso.com/*", "https://contoso.com/any/thing", True),
        ("https://*.contoso.com/*/cb", "https://a.contoso.com/b/c/cb", True),
        ("https://*.contoso.com/cb", "https://a.contoso.com/cb/x", False),
        ("https://*.contoso.com/cb", "https://contoso.com/cb", False),
        ("https://ab*ba", "https://aba", False),
    ],
)
def test_wildcards(registered, sent, fits):
    assert takes(registered, sent, wildcards=True) is fits


def test_where_they_are_registered():
    found = application(
        {
            "web": {"redirectUris": ["https://a.contoso.com"]},
            "spa": {"redirectUris": []},
            "publicClient": {"redirectUris": ["http://localhost"]},
        }
    )
    assert [(entry.platform, entry.uri.value) for entry in redirects.registered(found)] == [
        ("web", "https://a.contoso.com"),
        ("publicClient", "http://localhost"),
    ]
    assert redirects.unstated(found) == ()


def test_platforms_that_nobody_states():
    found = application({"web": {"logoutUrl": "https://contoso.com/out"}, "spa": {"redirectUris": []}})
    assert redirects.unstated(found) == (Unknown("application.web"), Unknown("application.public_client"))


@pytest.mark.parametrize(
    ("form", "data", "expected"),
    [
        (
            "graph",
            {"spa": {"redirectUris": ["https://a"]}},
            {"spa": {"redirectUris": ["https://a", "https://b", "https://c"]}},
        ),
        (
            "graph",
            {"signInAudience": "AzureADMyOrg", "spa": {}},
            {"signInAudience": "AzureADMyOrg", "spa": {"redirectUris": ["https://b", "https://c"]}},
        ),
        (
            "legacy",
            {"replyUrlsWithType": [{"url": "https://a", "type": "Spa"}]},
            {
                "replyUrlsWithType": [
                    {"url": "https://a", "type": "Spa"},
                    {"url": "https://b", "type": "Spa"},
                    {"url": "https://c", "type": "Spa"},
                ]
            },
        ),
    ],
)
def test_registering_in_the_form_of_the_file(form, data, expected):
    found = application(data, form)
    edits = redirects.registering(found.spa, "spa", ("https://b", "https://c"))
    assert applied(found, edits) == expected


def test_removing_an_entry_of_the_older_form():
    found = application({"replyUrlsWithType": [{"url": "https://a", "type": "Web"}]}, "legacy")
    assert applied(found, [redirects.removing(found.web.redirect_uris[0])]) == {"replyUrlsWithType": []}


def applied(found, edits):
    """What the registration reads as after the edits."""
    finding = Finding(
        rule="redirect/not-registered",
        severity="error",
        confidence="high",
        message="",
        subject="",
        app="app",
        at=found.at,
        related=(),
        predicts=None,
        fix="",
        fingerprint="1",
        edits=tuple(edits),
        safe=False,
    )
    done = fix.fix(found.at.source, [finding])
    assert done.refused == ()
    return json.loads(done.text)
