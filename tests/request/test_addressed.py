"""Which single thing a URL is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.request.addressed import Addressed, sharepoint_object, team_or_chat

DRIVE = "drives/b!x"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("GET /sites/root", Addressed("site", "sites/root")),
        ("GET /sites/a,b,c/lists", Addressed("site", "sites/a,b,c")),
        ("GET /sites/c.com:/sites/t:/lists", Addressed("site", "sites/c.com:/sites/t")),
        ("GET /sites/c.com:/sites/t", Addressed("site", "sites/c.com:/sites/t")),
        ("GET /sites/a/lists/{id}/items/7", Addressed("site", "sites/a")),
        ("GET /sites/a/lists/l/items?$top=5", Addressed("list", "sites/a", "sites/a/lists/l")),
        ("GET /sites/a/lists/l/items/{id}", Addressed("list", "sites/a", "sites/a/lists/l")),
        (
            "GET https://graph.microsoft.com/beta/sites/a/lists/l/items/7/fields",
            Addressed("list item", "sites/a", "sites/a/lists/l", "sites/a/lists/l/items/7"),
        ),
        ("GET /sites/a/drive", Addressed("list", "sites/a", "sites/a/drive")),
        ("GET /sites/a/drives/{id}/root", Addressed("site", "sites/a")),
        (
            "GET /sites/a/drives/d/items/1",
            Addressed("file", "sites/a", "sites/a/drives/d", "sites/a/drives/d/items/1"),
        ),
        (f"GET /{DRIVE}", Addressed("list", "", DRIVE)),
        (f"GET /{DRIVE}/root/children", Addressed("list", "", DRIVE)),
        (f"GET /{DRIVE}/items/root/children", Addressed("list", "", DRIVE)),
        (f"GET /{DRIVE}/items/1/content", Addressed("file", "", DRIVE, f"{DRIVE}/items/1")),
        (f"GET /{DRIVE}/root:/a/b.docx:/content", Addressed("file", "", DRIVE, f"{DRIVE}/root:/a/b.docx")),
        (f"PUT /{DRIVE}/root:/a/b.docx:/content", Addressed("list", "", DRIVE)),
        (f"PUT /{DRIVE}/items/1:/b.docx:/content", Addressed("file", "", DRIVE, f"{DRIVE}/items/1")),
        (f"GET /{DRIVE}/root:/{{path}}:/content", Addressed("list", "", DRIVE)),
        ("GET /users/jo@c.com/drive/root", Addressed("list", "", "users/jo@c.com/drive")),
        ("GET /groups/g/drives/d", Addressed("list", "", "groups/g/drives/d")),
        ("GET /groups/g/sites/root/lists", Addressed("site", "groups/g/sites/root")),
        ("GET /shares/u!x/driveItem", Addressed("file", "", "", "shares/u!x")),
    ],
)
def test_one_thing(call: str, expected: Addressed):
    method, url = call.split(" ", 1)
    assert sharepoint_object(method, url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "/sites", "/sites/{id}", "/sites/<site>/lists", "/sites/:id", "/sites/$site", "/sites/${SITE}/lists",
        "/sites?search=x", "/sites/getAllSites", "/sites/getAllSites()", "/sites/delta",
        "/sites/{host}:/sites/t:/lists", "/sites/c.com:/sites/{name}:/lists", "/drives/{id}/items/1",
        f"/{DRIVE}/root/delta", f"/{DRIVE}/root/search(q='x')", "/sites/a/microsoft.graph.delta",
        "/sites/root/permissions", "/me/drive/root", "/me/drives", "/users/jo/drive/root/search(q='{q}')",
        "/sites/delta(token='x')", "/users/{id}/drive", "/groups/g/drives/{id}",
        "/users/jo/messages", "/search/query",
        "/drives", "", "/",
    ],
)  # fmt: skip
def test_no_single_thing(url: str):
    assert sharepoint_object("GET", url) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/teams/t/channels/{id}/messages", ("team", "t")),
        ("/chats/19:a@thread.v2/messages", ("chat", "19:a@thread.v2")),
        ("/teams/{id}/channels", None),
        ("/teams", None),
        ("/chats/getAllMessages", None),
        ("/teams/t/channels/getAllMessages", None),
        ("/users/jo/chats/c", None),
    ],
)
def test_teams_and_chats(url: str, expected: tuple[str, str] | None):
    assert team_or_chat(url) == expected


@given(
    st.sampled_from(["GET", "PUT"]),
    st.text(max_size=30)
    | st.lists(
        st.sampled_from(["sites", "drives", "a", "x:", ":", "root:", "items", "{id}", "lists", "teams", ""])
        | st.text(max_size=3),
        max_size=8,
    ).map("/".join),
)
def test_any_text(method: str, url: str):
    sharepoint_object(method, url)
    team_or_chat(url)
