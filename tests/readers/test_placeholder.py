"""What counts as a placeholder."""

import pytest

from linter.placeholder import has_placeholder, is_placeholder

WHOLE = [
    "${{X}}",
    "{{x}}",
    "{{state.a-b.c}}",
    "${X}",
    "$(X)",
    "<your app id>",
    "{x}",
    "$id",
    "$env:APP_ID",
    "$app.Id",
]
WHOLE += ["%X%", "[[X]]", "@@x@@", "#{X}#", " ${{X}} ", "***", "*****"]
INSIDE = [
    "https://${{HOST}}/auth",
    "api://botid-${{BOT_ID}}",
    "https://%HOST%/a",
    "https://<app>.contoso.com",
    "${{A}}/${{B}}",
    "$ORIGIN/auth/callback",
    "api://$APP_ID",
    "https://$HOST:8080/auth",
    "https://contoso.com/*****",
]
NONE = [
    "",
    "$",
    "{}",
    "<>",
    "{{}}",
    "%%",
    "a",
    "APP_ID",
    "https://contoso.com/%2Fa%20b",
    "a$b",
    "https://contoso.com/$batch",
    "https://contoso.com/a?x=://y",
    "$/a",
    "a < b",
    "https://contoso.com/*",
    "https://*.contoso.com/**/*",
    "*",
]


@pytest.mark.parametrize("text", WHOLE)
def test_whole(text):
    assert is_placeholder(text)
    assert has_placeholder(text)


@pytest.mark.parametrize("text", INSIDE)
def test_inside(text):
    assert not is_placeholder(text)
    assert has_placeholder(text)


@pytest.mark.parametrize("text", NONE)
def test_none(text):
    assert not is_placeholder(text)
    assert not has_placeholder(text)
