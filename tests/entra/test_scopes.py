"""Splitting scopes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.entra.scopes import Scope, is_guid, parted, split_scope

DEVOPS = "499b84ac-1321-427f-aa17-267ca6975798"


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("https://graph.microsoft.com/Mail.Read", Scope("https://graph.microsoft.com", "Mail.Read")),
        ("https://graph.microsoft.com/.default", Scope("https://graph.microsoft.com", ".default")),
        ("api://x/y/access", Scope("api://x/y", "access")),
        ("https://x//.default", Scope("https://x/", ".default")),
        (
            "https://analysis.windows.net/powerbi/api/Report.Read.All",
            Scope("https://analysis.windows.net/powerbi/api", "Report.Read.All"),
        ),
        ("Mail.Read", Scope("", "Mail.Read")),
        (" Mail.Read ", Scope("", "Mail.Read")),
        (".default", Scope("", ".default")),
        ("openid", Scope("", "openid", oidc=True)),
        ("offline_access", Scope("", "offline_access", oidc=True)),
        ("address", Scope("", "address", oidc=True)),
        ("Offline_Access", Scope("", "offline_access", oidc=True)),
        ("https://x/.Default", Scope("https://x", ".default")),
        (f"{DEVOPS}/.default", Scope(DEVOPS, ".default")),
        (DEVOPS, Scope(DEVOPS, "")),
        ("api://x", Scope("api://x", "")),
        ("https://x/", Scope("https://x", "")),
        ("api://${{CLIENT_ID}}/access_as_user", Scope("api://${{CLIENT_ID}}", "access_as_user")),
        ("", Scope("", "")),
    ],
)
def test_split(text, scope):
    assert split_scope(text) == scope


def test_default():
    assert split_scope("https://x/.default").is_default
    assert not split_scope("https://x/Mail.Read").is_default


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DEVOPS, True),
        (DEVOPS.upper(), True),
        (DEVOPS[:-1], False),
        (DEVOPS.replace("-", ""), False),
        ("g" + DEVOPS[1:], False),
    ],
)
def test_guid(text, expected):
    assert is_guid(text) is expected


@given(st.text())
def test_no_text_is_refused_and_nothing_is_lost(text):
    scope = split_scope(text)
    rest = text.strip()
    joined = {scope.permission, scope.audience, f"{scope.audience}/{scope.permission}"}
    assert rest in joined or scope.oidc or scope.is_default
    is_guid(text)


@given(
    st.from_regex(r"https://[a-z.]{1,20}/?", fullmatch=True),
    st.from_regex(r"[A-Za-z.]{1,20}", fullmatch=True),
)
def test_what_was_joined_is_split_again(audience, permission):
    assert split_scope(f"{audience}/{permission}") == Scope(
        audience, ".default" if permission.lower() == ".default" else permission
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("User.Read", None),
        ("https://x//.default", None),
        ("User.Read Mail.Read", None),
        ("User.Read%20Mail.Read", None),
        ("a,b", ("a comma", "a b")),
        ("a; b", ("a semicolon", "a b")),
        ("a\nb\t", ("a line break", "a b")),
        ("User.Read%0A", ("a line break", "User.Read")),
        ("a%2Cb%2cc", ("a comma", "a b c")),
        (",", ("a comma", "")),
    ],
)
def test_parted(text, found):
    assert parted(text) == found


@given(st.text())
def test_what_is_put_in_its_place_parts_nothing_else(text):
    found = parted(text)
    if found is not None:
        assert "," not in found[1]
        assert found[1] == " ".join(found[1].split())
