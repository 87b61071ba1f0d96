"""What kind of client a flow is, and where its redirect URI is registered."""

import pytest

from linter.calls.inventory import inventory
from linter.entra import Entra
from linter.finding import Edit, Unknown
from linter.positions import At, Source
from linter.readers import graph
from linter.registration.clients import is_confidential, misplaced, move, registered_under, variant
from linter.syntax import json_text

ENTRA = Entra()
CALLBACK = "https://portal.contoso.com/cb"


def application(**members):
    return graph.application(members, At(Source("app.json", "{}", json_text.spans), ""))


def uris(*values):
    return {"redirectUris": list(values)}


def flows(*members):
    data = {"version": 1, "flows": [{"type": "authorization_code", "calls": [], **flow} for flow in members]}
    return inventory(data, Source("app.calls.yaml", "", json_text.spans)).flows


@pytest.mark.parametrize(
    ("registered", "uri", "found"),
    [
        (CALLBACK, CALLBACK, True),
        (CALLBACK, "HTTPS://Portal.Contoso.com/cb", True),
        (CALLBACK, "https://portal.contoso.com/CB", False),
        (CALLBACK, CALLBACK + "/", False),
        ("https://portal.contoso.com", "https://portal.contoso.com/", True),
        ("http://localhost", "http://localhost:8400", True),
        ("http://localhost:3000/cb", "http://localhost:8400/cb", True),
        ("http://localhost:3000/cb", "http://localhost:8400/", False),
        ("http://127.0.0.1", "http://127.0.0.1:8400/", True),
        ("http://127.0.0.1", "http://localhost:8400/", False),
        ("${{URI}}", "${{URI}}", True),
        ("msauth.com.contoso.app://auth", "msauth.com.contoso.app://auth", True),
    ],
)
def test_registered(registered, uri, found):
    (flow,) = flows({"redirect_uri": uri})
    text = registered_under(flow, application(web=uris(registered)), "web")
    assert (text is not None) is found
    assert text is None or (text.value, text.at.pointer) == (registered, "/web/redirectUris/0")


@pytest.mark.parametrize(
    ("members", "uri", "unknown"),
    [
        ({"web": uris(CALLBACK)}, None, "flow.redirect_uri"),
        ({"web": uris(CALLBACK)}, "${CALLBACK}", "flow.redirect_uri"),
        ({"web": uris("https://${{HOST}}/cb")}, CALLBACK, "application.web"),
        ({}, CALLBACK, "application.web"),
        ({"web": {}}, CALLBACK, "application.web"),
        ({"web": uris()}, None, None),
        ({"spa": uris(CALLBACK)}, CALLBACK, None),  # one URI has one platform
    ],
)
def test_what_is_open_about_a_registration(members, uri, unknown):
    (flow,) = flows({} if uri is None else {"redirect_uri": uri})
    found = registered_under(flow, application(**members), "web")
    assert found == (None if unknown is None else Unknown(unknown))


REGISTERED = application(
    web=uris(CALLBACK), spa=uris("https://portal.contoso.com"), publicClient=uris("http://localhost")
)


@pytest.mark.parametrize(
    ("members", "name", "confidential"),
    [
        ({"platform": "web"}, "auth_code_web", True),
        ({"platform": "mobile"}, "auth_code_native", False),
        ({"platform": "mobile", "credential": "secret"}, "auth_code_native", True),
        ({"platform": "spa", "credential": "secret"}, "auth_code_spa", False),
        ({"redirect_uri": CALLBACK}, "auth_code_web", True),
        ({"redirect_uri": "https://portal.contoso.com/"}, "auth_code_spa", False),
        ({"redirect_uri": "http://localhost:1234"}, "auth_code_native", False),
        ({"redirect_uri": "http://localhost:1234", "platform": "web"}, "auth_code_web", False),
        ({}, None, None),
        ({"redirect_uri": "https://other.contoso.com"}, None, None),
        ({"type": "client_credentials"}, "client_credentials", True),
        ({"type": "device_code"}, "device_code", False),
        ({"type": "none"}, None, False),
    ],
)
def test_kind_of_client(members, name, confidential):
    (flow,) = flows(members)
    kind = variant(flow, REGISTERED, ENTRA)
    assert (kind.name if kind else None) == name
    assert is_confidential(flow, REGISTERED, ENTRA) is confidential


def test_flows_with_one_misplaced_uri_are_one_fault():
    found = flows(
        {"name": "a", "platform": "spa", "redirect_uri": CALLBACK},
        {"name": "b", "platform": "spa", "redirect_uri": CALLBACK},
        {"name": "c", "platform": "spa", "redirect_uri": "https://portal.contoso.com/"},
        {"name": "d", "redirect_uri": CALLBACK},
        {"name": "e", "platform": "spa"},
    )
    open_, unstated, wrong = misplaced(found, REGISTERED, "web")
    assert (open_, unstated) == (Unknown("flow.platform"), Unknown("flow.redirect_uri"))
    assert not isinstance(wrong, Unknown)
    assert (wrong.uri.value, [flow.name for flow in wrong.users]) == (CALLBACK, ["a", "b"])


@pytest.mark.parametrize(
    ("members", "edit"),
    [
        ({"spa": uris("https://a.contoso.com")}, ("append", "/spa/redirectUris", CALLBACK, "")),
        ({"spa": {}}, ("set", "/spa", [CALLBACK], "redirectUris")),
        ({}, ("set", "", {"redirectUris": [CALLBACK]}, "spa")),
    ],
)
def test_moving_a_redirect_uri(members, edit):
    app = application(web=uris(CALLBACK), **members)
    found = flows({"platform": "spa", "redirect_uri": CALLBACK})
    (wrong,) = misplaced(found, app, "web")
    assert not isinstance(wrong, Unknown)
    edits = move(wrong, app, "spa", found)
    assert [(one.action, one.at.pointer, one.value, one.key) for one in edits] == [
        ("remove", "/web/redirectUris/0", None, ""),
        edit,
    ]
    assert all(isinstance(one, Edit) for one in edits)


def test_a_redirect_uri_that_another_flow_comes_back_to_stays():
    app = application(web=uris(CALLBACK))
    found = flows(
        {"platform": "spa", "redirect_uri": CALLBACK}, {"platform": "web", "redirect_uri": CALLBACK}
    )
    (wrong,) = misplaced(found[:1], app, "web")
    assert not isinstance(wrong, Unknown)
    assert move(wrong, app, "spa", found) == ()
