"""A URL as tokens, and which template it meets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.catalog.match import Address, alternatives, call, is_graph, parse_url, tokens
from linter.catalog.store import Catalog

GUID = "48d31887-5fad-4d73-a9f5-3c356e68a038"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("/me", Address("", "v1.0", "/me", "")),
        ("me", Address("", "v1.0", "/me", "")),
        ("/beta/me/profile", Address("", "beta", "/me/profile", "")),
        ("/v1.0/users?$top=5&$select=id", Address("", "v1.0", "/users", "$top=5&$select=id")),
        ("/users/#frag?x", Address("", "v1.0", "/users", "")),
        ("https://graph.microsoft.com/v1.0/me/", Address("graph.microsoft.com", "v1.0", "/me", "")),
        ("https://Graph.Microsoft.Com:443/Beta/me", Address("graph.microsoft.com", "beta", "/me", "")),
        ("https://graph.microsoft.com/me", Address("graph.microsoft.com", "", "/me", "")),
        ("https://graph.microsoft.com", Address("graph.microsoft.com", "", "/", "")),
        ("graph.microsoft.us/v1.0/me", Address("graph.microsoft.us", "v1.0", "/me", "")),
        ("https://a:b@graph.microsoft.com/v1.0/me", Address("graph.microsoft.com", "v1.0", "/me", "")),
        ("{baseUrl}/v1.0/me", Address("", "v1.0", "/me", "")),
        ("${GRAPH}/me", Address("", "v1.0", "/me", "")),
        ("https://graph.microsoft.com/{version}/me", Address("graph.microsoft.com", "v1.0", "/me", "")),
        (
            "https://management.azure.com/subscriptions",
            Address("management.azure.com", "", "/subscriptions", ""),
        ),
        ("", Address("", "v1.0", "/", "")),
    ],
)
def test_address(url: str, address: Address) -> None:
    assert parse_url(url) == address


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/Users/{user-id}/Messages/{id | name}", ["users", "{}", "messages", "{}"]),
        ("/users/<id>/messages/:messageId", ["users", "{}", "messages", "{}"]),
        ("/users/${userId}/messages/$messageId", ["users", "{}", "messages", "{}"]),
        ("/users/[id]/{{message}}", ["users", "{}", "{}"]),
        ("/users/$($user.Id)", ["users", "{}"]),
        ("/groups/{id}/members/$ref", ["groups", "{}", "members", "$ref"]),
        ("//users///$count/", ["users", "$count"]),
        ("/users('a@b.c')/messages", ["users", "{}", "messages"]),
        ("/users(%27a@b.c%27)", ["users", "{}"]),
        ("/workflows({id})/createNewVersion", ["workflows", "{}", "createnewversion"]),
        ("/applications(appId='{id}')", ["applications(appid)"]),
        ("/reports/f(b={x},A='y')", ["reports", "f(a,b)"]),
        ("/workbook/range(address='Sheet 1!A1/B2')/sort", ["workbook", "range(address)", "sort"]),
        ("/me/messages/delta()", ["me", "messages", ".delta"]),
        ("/x/microsoft.graph.delta()", ["x", ".delta"]),
        ("/groups/1/members/microsoft.graph.user", ["groups", "1", "members", ".user"]),
        ("/groups/1/members/graph.user/$count", ["groups", "1", "members", ".user", "$count"]),
        ("/me/drive/root:/a/b c.txt:/content", ["me", "drive", "items", "{}", "content"]),
        ("/me/drive/root%3A/a.txt%3A/content", ["me", "drive", "items", "{}", "content"]),
        ("/drives/1/items/2:/a.txt:/content", ["drives", "1", "items", "{}", "content"]),
        ("/drives/1/root:/a.txt", ["drives", "1", "items", "{}"]),
        ("/me/drive/special/approot:/a.txt:/content", ["me", "drive", "items", "{}", "content"]),
        ("/me/drive/root:", ["me", "drive", "root"]),
        ("/sites/contoso.sharepoint.com:/teams/hr:/lists", ["sites", "{}", "lists"]),
        ("/sites/root:/teams/hr", ["sites", "{}"]),
        ("/users/o'neil@contoso.com/messages", ["users", "{}", "messages"]),
        ("/users/a%2Fb/messages", ["users", "a%2fb", "messages"]),
        ("/me/contactFolders/{id}/.../contacts", ["me", "contactfolders", "{}", "contacts"]),
        (
            "/teams/1/channels/19:abc@thread.tacv2/messages",
            ["teams", "1", "channels", "19:abc@thread.tacv2", "messages"],
        ),
        ("/range(address=''/entireRow", ["range(address)", "entirerow"]),
    ],
)
def test_tokens(path: str, expected: list[str]) -> None:
    assert tokens(path) == expected


@pytest.mark.parametrize(
    ("method", "url", "template"),
    [
        ("GET", "/me", "/me"),
        ("get", "/ME/", "/me"),
        ("GET", f"/users/{GUID}", "/users/{id}"),
        ("GET", "/users/adele@contoso.com/messages?$top=1#x", "/users/{id}/messages"),
        ("GET", "/users/{id}/messages/<message>", "/users/{id}/messages/{id}"),
        ("GET", "/users/:id/messages/${m}", "/users/{id}/messages/{id}"),
        ("GET", "/users('adele')/messages('x')", "/users/{id}/messages/{id}"),
        ("GET", "/users/delta", "/users/delta"),
        ("GET", "/users/delta()", "/users/delta"),
        ("GET", "/users/microsoft.graph.delta()", "/users/delta"),
        ("GET", "/users/delta(token='x')", "/users/delta"),
        ("GET", "/me/mailFolders/Inbox/messages", "/me/mailFolders/{id}/messages"),
        ("GET", "/me/drive/root:/a/b.txt:/content", "/me/drive/items/{id}/content"),
        ("PUT", "/drives/b!x/items/1:/b.txt:/content", "/drives/{id}/items/{id}/content"),
        ("GET", "/sites/x/drive/root/children", "/sites/{id}/drive/items/{id}/children"),
        ("GET", "/drives/x/root/children", "/drives/{id}/items/{id}/children"),
        ("GET", "/groups/x/sites/root/lists", "/sites/{id}/lists"),
        ("GET", "/sites/root", "/sites/root"),
        ("GET", "/sites/contoso.sharepoint.com:/teams/hr", "/sites/{id}"),
        ("GET", "/me/photo/$value", "/me/photo/$value"),
        ("POST", f"/groups/{GUID}/members/$ref", "/groups/{id}/members/$ref"),
        ("DELETE", f"/groups/{GUID}/members/{GUID}/$ref", "/groups/{id}/members/{id}/$ref"),
        ("GET", "/users/$count", "/users"),
        ("GET", "/applications(appId='x')", "/applications(appId={value})"),
        ("GET", "/users(userPrincipalName='a@b.c')", "/users/{id}"),
        (
            "GET",
            "/reports/getEmailActivityUserDetail(period='D7')",
            "/reports/getEmailActivityUserDetail(period={value})",
        ),
        ("GET", "/me/calendarView?startDateTime=a&endDateTime=b", "/users/{id}/calendarView"),
        ("GET", "https://graph.microsoft.us/v1.0/me", "/me"),
        ("GET", "https://dod-graph.microsoft.us/v1.0/me", "/me"),
        ("GET", "https://microsoftgraph.chinacloudapi.cn/v1.0/me", "/me"),
        ("GET", "{{host}}/v1.0/me", "/me"),
        ("GET", "https://{host}/v1.0/me", "/me"),
        ("GET", "https://example.com/v1.0/me", None),
        ("GET", "/nope", None),
        ("GET", "/users/x/nope/y", None),
        ("POST", "/me", None),
        ("BREW", "/me", None),
        ("", "/me", None),
        # The users among the members are listed as the members are.
        ("GET", "/groups/x/members/microsoft.graph.user", "/groups/{id}/members"),
        ("GET", "/groups/x/members/graph.user/$count", "/groups/{id}/members"),
        # A slot takes no function call, no cast and no reserved segment.
        ("GET", "/users/nothing()", None),
        ("GET", "/groups/x/members/microsoft.graph.nothing", None),
        ("GET", "/applications/$value", None),
        # The body's calls are calls of their own.
        ("POST", "/$batch", None),
    ],
)
def test_find(catalog: Catalog, method: str, url: str, template: str | None) -> None:
    found = catalog.find(method, url)
    assert (found and found.template) == template


def test_literal_before_slot(catalog: Catalog) -> None:
    found = [catalog.find("GET", url) for url in ("/sites/root", "/sites/getAllSites", "/sites/x")]
    assert [operation and operation.template for operation in found] == [
        "/sites/root",
        "/sites/getAllSites",
        "/sites/{id}",
    ]


def test_versions(catalog: Catalog) -> None:
    both = [catalog.find("GET", f"/{version}/users/x") for version in ("v1.0", "beta")]
    assert [operation and operation.version for operation in both] == ["v1.0", "beta"]
    only_beta = catalog.find("GET", "/v1.0/me/profile")
    assert only_beta is not None
    assert only_beta.version == "beta"


def test_another_reading_is_less_sure(catalog: Catalog) -> None:
    plain, counted = catalog.find("GET", "/users"), catalog.find("GET", "/users/$count")
    assert plain is not None
    assert counted is not None
    assert plain.work.confidence == "high"
    assert counted.work == plain.work._replace(confidence="medium")


def test_me_stays_me_under_another_reading(catalog: Catalog) -> None:
    found = catalog.find("GET", "/me/calendarView")
    assert found is not None
    assert found.template == "/users/{id}/calendarView"
    assert not found.application.supported


def test_every_template_finds_itself(catalog: Catalog) -> None:
    for operation in catalog.operations():
        assert catalog.find(operation.method, f"/{operation.version}{operation.template}") == operation


WORDS = """
users me drive root: $ref $count delta() microsoft.graph.user microsoft.graph. graph. {id} { }} f( )
f(a='x/y') ' %27 % %zz ... : :x $ ( users('x')
"""
words = st.sampled_from(WORDS.split())


@given(
    st.one_of(
        st.text(), st.lists(words).map("/".join), st.lists(words).map(lambda w: "https://" + "/".join(w))
    )
)
def test_any_text_is_taken_apart(catalog: Catalog, url: str) -> None:
    parse_url(url)
    found = call(url)
    assert found is None or all(found[1])
    for reading, _ in alternatives(tokens(url)):
        assert all(reading)
    catalog.find("GET", url)
    catalog.find(url, "/me")


STARTS = ("https://graph.microsoft.com/v1.0/", "http://graph.microsoft.us/beta", "/", "/beta/", "/V1.0", "")
ENDS = ("", "?x#y", "#y?x", " ?x", "\n", "/ ")


@given(st.sampled_from(STARTS), st.lists(words).map("/".join), st.sampled_from(ENDS))
def test_the_short_way_agrees(start: str, path: str, end: str) -> None:
    url = start + path + end
    address = parse_url(url)
    assert call(url) == ((address.version, tokens(address.path)) if is_graph(address.host) else None)
