"""Parsed calls files to records: every field, its place, defaults, `like:`, and what is refused."""

from typing import Any

import pytest

from linter.calls import file
from linter.calls.fields import Invalid
from linter.calls.inventory import SELF, inventory
from linter.model import (
    ApiClient,
    Assertion,
    Call,
    Consent,
    Device,
    Flow,
    Inventory,
    OwnApi,
    Person,
    Text,
    place,
)
from linter.positions import At, Source

SOURCE = Source("c.yaml", "", lambda _: {})


def at(pointer: str) -> At:
    return At(SOURCE, pointer)


def flows(*written: dict[str, Any], **top: Any) -> tuple[Flow, ...]:
    whole = [{"calls": [], **flow} for flow in written]
    return inventory({"version": 1, **top, "flows": whole}, SOURCE).flows


def flow(**members: Any) -> Flow:
    [found] = flows({"type": "none", **members})
    return found


# --- whole records ----------------------------------------------------------------------------


def test_every_field() -> None:
    written = {
        "version": 1,
        "app": "a.json",
        "tenant": "contoso.com",
        "cloud": "us-gov",
        "complete": True,
        "directory_roles": [],
        "consent": {"by": "admin", "roles": ["r"], "url": "https://u", "note": "c"},
        "api": {
            "audiences": ["api://a"],
            "issuers": ["https://sts.windows.net/t/"],
            "issues_claims_challenges": False,
            "clients": [{"app": "x", "scopes": ["s"]}, {"app": "y"}],
        },
        "note": "file",
        "x-anything": {"a": [1]},
        "flows": [
            {
                "name": "f",
                "type": "authorization_code",
                "platform": "web",
                "tenant": "common",
                "authority": "https://login.microsoftonline.us/fabrikam.com",
                "endpoint": "v1",
                "scopes": ["User.Read", "openid"],
                "resource": "https://graph.microsoft.com",
                "audience": "aud",
                "redirect_uri": "https://r",
                "response_type": "code",
                "prompt": "none",
                "pkce": False,
                "credential": "secret",
                "assertion": {"audience": "a", "access": "delegated", "use": "id_token"},
                "client_assertion": {"issuer": "i", "subject": "s"},
                "token": "static",
                "library": "msal",
                "broker": True,
                "capabilities": ["cp1"],
                "handles_claims_challenge": True,
                "parses_aadsts": False,
                "unattended_hours": 2,
                "device": {"os": "ios", "join": "entra", "compliant": True},
                "ip_ranges": ["203.0.113.0/24"],
                "user": {
                    "account": "guest",
                    "id": "u",
                    "tenant": "t",
                    "roles": [],
                    "eligible_roles": ["e"],
                    "groups": ["g"],
                    "licences": ["l"],
                    "synced": True,
                    "federated": False,
                    "passwordless": True,
                    "mfa": False,
                },
                "calls": [
                    "GET  /me",
                    {
                        "method": "PATCH",
                        "url": "/users/{id}",
                        "writes": ["accountEnabled"],
                        "target": {"roles": ["r"], "role_assignable_group": True},
                        "note": "call",
                    },
                    {"method": "POST", "url": "/$batch", "requests": ["GET /me"]},
                ],
                "note": "flow",
            }
        ],
    }
    one = "/flows/0"
    assert inventory(written, SOURCE) == Inventory(
        at=at(""),
        places={key: at(f"/{key}") for key in written},
        app="a.json",
        tenant="contoso.com",
        cloud="us-gov",
        complete=True,
        directory_roles=(),
        consent=Consent(at("/consent"), "admin", ("r",), "https://u", "c"),
        api=OwnApi(
            at("/api"),
            ("api://a",),
            False,
            (ApiClient(at("/api/clients/0"), "x", ("s",)), ApiClient(at("/api/clients/1"), "y", None)),
            ("https://sts.windows.net/t/",),
        ),
        notes=(
            Text("c", at("/consent/note")),
            Text("file", at("/note")),
            Text("call", at(f"{one}/calls/1/note")),
            Text("flow", at(f"{one}/note")),
        ),
        flows=(
            Flow(
                at=at(one),
                places={key: at(f"{one}/{key}") for key in written["flows"][0]},  # type: ignore[index]
                name="f",
                type="authorization_code",
                calls=(
                    Call(at(f"{one}/calls/0"), "GET", "/me"),
                    Call(
                        at(f"{one}/calls/1"),
                        "PATCH",
                        "/users/{id}",
                        ("accountEnabled",),
                        Person(at(f"{one}/calls/1/target"), roles=("r",), role_assignable_group=True),
                        None,
                        "call",
                    ),
                    Call(
                        at(f"{one}/calls/2"),
                        "POST",
                        "/$batch",
                        requests=(Call(at(f"{one}/calls/2/requests/0"), "GET", "/me"),),
                    ),
                ),
                platform="web",
                tenant="common",
                authority="https://login.microsoftonline.us/fabrikam.com",
                endpoint="v1",
                scopes=(Text("User.Read", at(f"{one}/scopes/0")), Text("openid", at(f"{one}/scopes/1"))),
                resource="https://graph.microsoft.com",
                audience="aud",
                redirect_uri="https://r",
                response_type="code",
                prompt="none",
                pkce=False,
                credential="secret",
                assertion=Assertion(at(f"{one}/assertion"), None, None, "a", "delegated", "id_token"),
                client_assertion=Assertion(at(f"{one}/client_assertion"), "i", "s"),
                token="static",
                library="msal",
                broker=True,
                capabilities=("cp1",),
                handles_claims_challenge=True,
                parses_aadsts=False,
                unattended_hours=2.0,
                device=Device(at(f"{one}/device"), "ios", "entra", True),
                ip_ranges=("203.0.113.0/24",),
                user=Person(
                    at(f"{one}/user"), "guest", "u", "t", (), ("e",), ("g",), ("l",), True, False, True, False
                ),
                note="flow",
            ),
        ),
    )


def test_what_is_not_written_is_unknown() -> None:
    assert inventory({"version": 1, "flows": [{"type": "password", "calls": []}]}, SOURCE, "/7") == Inventory(
        at("/7"),
        {"version": at("/7/version"), "flows": at("/7/flows")},
        (
            Flow(
                at("/7/flows/0"),
                {"type": at("/7/flows/0/type"), "calls": at("/7/flows/0/calls")},
                "password",
                "password",
                (),
                token="access_token",
            ),
        ),
    )


# --- defaults ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "platform", "credential", "response_type", "token"),
    [
        ("authorization_code", None, None, "code", "access_token"),
        ("client_credentials", "daemon", None, None, "access_token"),
        ("on_behalf_of", "api", None, None, "access_token"),
        ("device_code", "desktop", "none", None, "access_token"),
        ("password", None, None, None, "access_token"),
        ("implicit", None, "none", None, "access_token"),
        ("hybrid", "web", None, "code id_token", "access_token"),
        ("refresh_token", None, None, None, "access_token"),
        ("integrated_windows", "desktop", "none", None, "access_token"),
        ("managed_identity", "daemon", None, None, "access_token"),
        ("workload_identity", "daemon", "federated", None, "access_token"),
        ("none", None, None, None, None),
    ],
)
def test_defaults_of_a_type(
    kind: str, platform: str | None, credential: str | None, response_type: str | None, token: str | None
) -> None:
    found = flow(type=kind)
    assert (found.platform, found.credential, found.response_type, found.token) == (
        platform,
        credential,
        response_type,
        token,
    )
    assert (found.endpoint, found.pkce, found.tenant) == (None, None, None)


@pytest.mark.parametrize(
    ("uri", "platform"),
    [
        ("msauth.com.contoso.notes://auth", "mobile"),
        ("msauth://com.contoso/hash", "mobile"),
        ("ms-appx-web://Microsoft.AAD.BrokerPlugin/x", "desktop"),
        ("https://login.microsoftonline.com/common/oauth2/nativeclient", "desktop"),
        ("http://localhost", None),
        ("https://portal.contoso.com/signin-oidc", None),
    ],
)
def test_a_redirect_uri_may_tell_the_platform(uri: str, platform: str | None) -> None:
    assert flow(type="authorization_code", redirect_uri=uri).platform == platform
    assert flow(type="authorization_code", redirect_uri=uri, platform="spa").platform == "spa"


@pytest.mark.parametrize(
    ("library", "pkce"),
    [("msal", True), ("@azure/msal-browser@3", True), ("Microsoft.Identity.Client", True), ("adal", None)],
)
def test_msal_sends_a_code_challenge(library: str, pkce: bool | None) -> None:
    assert flow(type="authorization_code", library=library).pkce is pkce
    assert flow(type="client_credentials", library=library).pkce is None


@pytest.mark.parametrize(
    ("members", "tenant", "pointer"),
    [
        ({}, "home", "/tenant"),
        ({"tenant": "common"}, "common", "/flows/0/tenant"),
        (
            {"authority": "https://login.microsoftonline.com/organizations/v2.0"},
            "organizations",
            "/flows/0/authority",
        ),
        (
            {"authority": "https://c.b2clogin.com/tfp/c.onmicrosoft.com/policy"},
            "c.onmicrosoft.com",
            "/flows/0/authority",
        ),
        ({"authority": "https://login.microsoftonline.us/"}, "home", "/tenant"),
        ({"authority": "https://login.microsoftonline.us"}, "home", "/tenant"),
        ({"authority": "https://login.microsoftonline.com/{tenant}"}, None, "/flows/0/authority"),
        ({"authority": "https://adfs.contoso.com/adfs"}, None, "/flows/0/authority"),
    ],
)
def test_the_tenant_of_a_flow(members: dict[str, Any], tenant: str | None, pointer: str) -> None:
    [found] = flows({"type": "none", **members}, tenant="home")
    assert found.tenant == tenant
    assert place(found, "tenant") == at(pointer)


def test_flows_without_a_name_are_called_by_their_type() -> None:
    found = flows({"type": "none"}, {"type": "none"}, {"name": "none-3", "type": "none"}, {"type": "none"})
    assert [one.name for one in found] == ["none", "none-2", "none-3", "none-4"]
    assert place(found[0], "name") == at("/flows/0")


def test_the_signed_in_user_as_target_is_what_is_known_of_the_user() -> None:
    call = {"method": "PATCH", "url": "/me", "target": "self"}
    known = flow(user={"account": "work", "id": "u"}, calls=[call])
    assert known.calls[0].target == Person(at("/flows/0/calls/0/target"), "work", SELF)
    assert flow(calls=[call]).calls[0].target == Person(at("/flows/0/calls/0/target"), id=SELF)
    batch = {"method": "POST", "url": "/$batch", "requests": [call]}
    [request] = flow(user={"roles": []}, calls=[batch]).calls[0].requests or ()
    assert request.target == Person(at("/flows/0/calls/0/requests/0/target"), id=SELF, roles=())


# --- like -------------------------------------------------------------------------------------


def test_like_takes_everything_but_what_makes_another_flow() -> None:
    third, second, first = flows(
        {"name": "third", "like": "second", "library": "adal"},
        {"name": "second", "like": "first", "scopes": ["b"], "type": "hybrid", "note": "n"},
        {
            "name": "first",
            "type": "authorization_code",
            "scopes": ["a"],
            "resource": "r",
            "audience": "aud",
            "library": "msal",
            "user": {"account": "work"},
            "note": "n",
            "calls": ["GET /me"],
        },
    )
    assert (first.response_type, second.response_type, third.response_type) == (
        "code",
        "code id_token",
        "code id_token",
    )
    assert (first.scopes, second.scopes, third.scopes) == (
        (Text("a", at("/flows/2/scopes/0")),),
        (Text("b", at("/flows/1/scopes/0")),),
        None,
    )
    assert (second.resource, third.resource) == (None, None)
    assert (second.audience, third.audience) == ("aud", "aud")
    assert (second.library, third.library) == ("msal", "adal")
    assert second.user == third.user == Person(at("/flows/2/user"), "work")
    assert (second.calls, third.calls) == ((), ())
    assert (second.note, third.note) == ("n", None)
    assert third.places == {
        "name": at("/flows/0/name"),
        "type": at("/flows/1/type"),
        "audience": at("/flows/2/audience"),
        "library": at("/flows/0/library"),
        "user": at("/flows/2/user"),
        "calls": at("/flows/0/calls"),
    }


def test_a_long_chain_is_followed() -> None:
    chain = [{"name": f"f{n}", "like": f"f{n + 1}"} for n in range(3000)]
    found = flows(*chain, {"name": "f3000", "type": "device_code", "library": "msal"})
    assert found[0].type == "device_code"
    assert place(found[0], "library") == at("/flows/3000/library")


def test_what_flows_inherit_is_refused_once() -> None:
    with pytest.raises(Invalid) as caught:
        flows({"name": "a", "type": "none", "pkce": 1, "typo": 2}, {"like": "a"}, {"like": "a"})
    assert len(caught.value.problems) == 2


# --- what is refused, in text -----------------------------------------------------------------

HEAD = "version: 1\nflows:\n"
CALLS = "version: 1\nflows:\n  - type: none\n    calls:\n"


def problems(text: str) -> list[tuple[int, int, str]]:
    with pytest.raises(Invalid) as caught:
        file.read("c.yaml", text)
    assert {problem.path for problem in caught.value.problems} == {"c.yaml"}
    return [problem[1:] for problem in caught.value.problems]


METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
COMMENT = "what follows ' #' is a comment; quote the text, or write '# ' before a comment"
SWITCH = "YAML 1.1 reads it as true or false; quote this text, or write true or false"
TARGET = "account, id, tenant, roles, licences, synced, federated, role_assignable_group"
KEYS = (
    "version, app, tenant, cloud, complete, directory_roles, consent, api, resource_specific_permissions,"
    " note, flows"
)
TYPES = (
    "authorization_code, client_credentials, on_behalf_of, device_code, password, implicit, hybrid,"
    " refresh_token, integrated_windows, managed_identity, workload_identity, none"
)


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        (
            "- GET /me/drive/root:/a.txt:",
            9,
            'a colon and a space (or a colon at the end) make a mapping; quote: "GET /me/drive/root:/a.txt:"',
        ),
        (
            "- GET /users?$filter=a: b",
            9,
            'a colon and a space (or a colon at the end) make a mapping; quote: "GET /users?$filter=a: b"',
        ),
        (
            "- GET /me/drive/root:/a #1.txt",
            9,
            f"'GET /me/drive/root:/a' is written without quotes: {COMMENT}",
        ),
        ("- get /me", 9, "write the method in capitals: GET, not 'get'"),
        ("- /me", 9, f"must be a method and a URL, as in 'GET /me', not '/me'; methods: {METHODS}"),
        ("- GET", 9, f"must be a method and a URL, as in 'GET /me', not 'GET'; methods: {METHODS}"),
        ("- 3", 9, "must be a call as in 'GET /me', or a mapping, not 3"),
        ("-", 8, "must be a call as in 'GET /me', or a mapping, not nothing"),
        ("- {method: GET}", 9, "the key 'url' is missing"),
        ("- {method: GET, url: {id}}", 28, "must be text, not a mapping; quote it if it is meant as text"),
        (
            "- {method: FETCH, url: x}",
            18,
            f"must be one of {METHODS}, not 'FETCH'",
        ),
        ("- {method: GET, url: x, write: [a]}", 31, "unknown key 'write'; did you mean writes?"),
        ("- {method: GET, url: x, writes: a}", 39, "must be a list, as in [a, b], not 'a'"),
        ("- {method: GET, url: x, writes: [a, a]}", 43, "'a' is in the list twice"),
        ("- {method: GET, url: x, target: me}", 39, "must be self, or a mapping as in {roles: []}, not 'me'"),
        (
            "- {method: GET, url: x, target: {}}",
            39,
            f"must not be empty; it has {TARGET}",
        ),
        ("- {method: GET, url: x, requests: []}", 31, "only a POST to /$batch has requests"),
        (
            "- {method: POST, url: '/$batch', requests: [{method: POST, url: '/$batch', requests: []}]}",
            82,
            "a request of a batch is not a batch",
        ),
    ],
)
def test_refused_calls(line: str, column: int, message: str) -> None:
    assert problems(f"{CALLS}      {line}\n") == [(5, column, message)]


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("type: auth_code", 11, "'auth_code' is not known here; write authorization_code"),
        ("type: ropc", 11, "'ropc' is not known here; write password"),
        ("type: OBO", 11, "'OBO' is not known here; write on_behalf_of"),
        ("type: iwa", 11, "'iwa' is not known here; write integrated_windows"),
        ("type: wif", 11, "'wif' is not known here; write workload_identity"),
        ("type: client-credentials", 11, "'client-credentials' is not known here; write client_credentials"),
        (
            "type: urn:ietf:params:oauth:grant-type:jwt-bearer",
            11,
            "'urn:ietf:params:oauth:grant-type:jwt-bearer' is not known here; write on_behalf_of",
        ),
        (
            "type: urn:ietf:params:oauth:grant-type:device_code",
            11,
            "'urn:ietf:params:oauth:grant-type:device_code' is not known here; write device_code",
        ),
        ("type: magic", 11, f"must be one of {TYPES}, not 'magic'"),
        ("type: on", 11, f"must be one of {TYPES}, not 'on'"),
        ("type:", 10, f"must be one of {TYPES}, not nothing"),
        ("{type: none, platfrom: web}", 18, "unknown key 'platfrom'; did you mean platform?"),
        ("{type: none, platform: cli}", 28, "'cli' is not known here; write desktop"),
        ("{type: none, <<: 1}", 18, "YAML merge keys are not read; write 'like:' with the name of a flow"),
        ("{type: none, pkce: yes}", 24, "must be true or false, not 'yes'"),
        ("{type: none, unattended_hours: -1}", 36, "must be a number, 0 or more, not -1"),
        (
            "{type: none, name: 2026-11-01}",
            24,
            "'2026-11-01' is written without quotes: YAML 1.1 reads it as a date; quote this text",
        ),
        (
            "{type: none, name: 12:30:45}",
            24,
            "'12:30:45' is written without quotes: YAML readers take it for a number; quote this text",
        ),
        (
            "{type: none, name: on}",
            24,
            f"'on' is written without quotes: {SWITCH}",
        ),
        ("{type: none, name: 12}", 24, "must be text, not 12; quote it"),
        ("{type: none, name: true}", 24, "must be text, not true; quote it"),
        (
            "{type: none, name: }",
            24,
            "must be text, but nothing is written here; leave the key out, or quote the text",
        ),
        ("{type: none, name: ''}", 24, "must not be empty"),
        (
            "{type: none, authority: login.microsoftonline.com}",
            29,
            "must be a URL that begins with https://, not 'login.microsoftonline.com'",
        ),
        (
            "{type: none, response_type: code code}",
            33,
            "must be code, id_token, token, several of them with a space between, or none, not 'code code'",
        ),
        (
            "{type: none, scopes: 3}",
            26,
            "must be a list, or one text with spaces between the scopes, not 3",
        ),
        ("{type: none, like: other}", 24, "no flow of this file is named 'other'"),
    ],
)
def test_refused_flows(line: str, column: int, message: str) -> None:
    written = line.replace("{type", "{calls: [], type") if line.startswith("{") else f"{line}\n    calls: []"
    shift = len("calls: [], ") if line.startswith("{") else 0
    assert problems(f"{HEAD}  - {written}\n") == [(3, column + shift, message)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "a: 1\n",
            [
                (
                    1,
                    1,
                    f"unknown key 'a'; known: {KEYS}",
                ),
                (1, 1, "the key 'version' is missing"),
                (1, 1, "the key 'flows' is missing"),
            ],
        ),
        (
            "version: 2\nflow: []\n",
            [
                (1, 1, "the key 'flows' is missing"),
                (1, 10, "must be 1, the version of this format, not 2"),
                (2, 1, "unknown key 'flow'; did you mean flows?"),
            ],
        ),
        ("version: 1\nflows: {}\n", [(2, 8, "must be a list of one flow or more, not a mapping")]),
        ("version: 1\nflows: []\n", [(2, 8, "must be a list of one flow or more, not an empty one")]),
        ("version: 1\nflows: [a]\n", [(2, 9, "must be a mapping of keys and values, not 'a'")]),
        ("- a\n", [(1, 3, "must be a mapping of keys and values, not 'a'")]),
        (f"{HEAD}  - calls: []\n", [(3, 5, f"the key 'type' is missing; it is one of {TYPES}")]),
        (f"{HEAD}  - type: none\n", [(3, 5, "the key 'calls' is missing; write [] where there are none")]),
        (
            f"{HEAD}  - {{name: a, type: none, calls: []}}\n  - {{name: a, type: none, calls: []}}\n",
            [(4, 12, "another flow is named 'a'; names are unique")],
        ),
        (
            f"{HEAD}  - {{name: web, like: wbe, calls: []}}\n",
            [(3, 23, "no flow of this file is named 'wbe'")],
        ),
        (
            f"{HEAD}  - {{name: portal, type: none, calls: []}}\n  - {{like: portl, calls: []}}\n",
            [(4, 12, "no flow of this file is named 'portl'; did you mean 'portal'?")],
        ),
        (
            f"{HEAD}  - {{name: a, like: b, calls: []}}\n  - {{name: b, like: a, calls: []}}\n",
            [(4, 21, "'like: a' leads back to this flow")],
        ),
        (
            "version: 1\ncloud: gcc\nflows:\n  - {type: none, calls: []}\n",
            [(2, 8, "'gcc' is not known here; write global")],
        ),
        (
            "version: 1\nconsent: {by: admin, role: [x]}\nflows:\n  - {type: none, calls: []}\n",
            [(2, 22, "unknown key 'role'; did you mean roles?")],
        ),
    ],
)
def test_refused_files(text: str, expected: list[tuple[int, int, str]]) -> None:
    assert problems(text) == expected
