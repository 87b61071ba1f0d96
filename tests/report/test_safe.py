"""Nothing secret and nothing that acts leaves through a report."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.report import safe

CLIENT_SECRET = "abc8Q~" + "Zz9_-.~x" * 4 + "12"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwcyJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines", "two\\nlines"),
        ("\x1b[31mred", "\\u001b[31mred"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("a\u2028b\u0085c", "a\\u2028b\\u0085c"),
        ("lone \ud800 half", "lone \\ud800 half"),
        (f"secret {CLIENT_SECRET} here", "secret *** here"),
        (f"Bearer {JWT}", "Bearer ***"),
        ('"secretText": "hunter22"', '"secretText": "***"'),
        ("client_secret=hunter22&x=1", "client_secret=***"),
        ('"clientSecret": "${{SECRET_AAD}}"', '"clientSecret": "${{SECRET_AAD}}"'),
        ('"secretText": null', '"secretText": null'),
        ("token: id_token", "token: id_token"),
        ('"passwordCredentials": []', '"passwordCredentials": []'),
        ("GET /users/{id}/passwordProfile", "GET /users/{id}/passwordProfile"),
        ("-----BEGIN RSA PRIVATE KEY-----MIIE", "***"),
    ],
)
def test_plain(text: str, shown: str):
    assert safe.plain(text) == shown


@pytest.mark.parametrize(
    ("line", "start", "end", "shown"),
    [
        ('  "id": "User.Read",', 8, 19, ('  "id": "User.Read",', 8, 19)),
        ("\t- GET /me", 3, 10, (" - GET /me", 3, 10)),
        ('"secretText": "hunter22", "x": 1', 26, 29, ('"secretText": "***", "x": 1', 21, 24)),
        ('"secretText": "hunter22"', 14, 24, ('"secretText": "***"', 14, 19)),
        ("a\x1bb c", 4, 5, ("a\\u001bb c", 9, 10)),
    ],
)
def test_excerpt(line: str, start: int, end: int, shown: tuple[str, int, int]):
    assert safe.excerpt(line, start, end) == shown


@given(st.text(max_size=400), st.integers(0, 400), st.integers(0, 400))
def test_excerpt_is_printable_short_and_marks_what_it_shows(line: str, start: int, length: int):
    line = line.replace("\n", " ")
    start = min(start, len(line))
    text, first, last = safe.excerpt(line, start, min(start + length, len(line)))
    assert text.isprintable()
    assert len(text) <= safe.WIDTH
    assert 0 <= first <= last <= max(len(text), first)


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_secret_never_comes_through(before: str, after: str):
    line = f"{before} {CLIENT_SECRET} {JWT} {after}".replace("\n", " ")
    assert CLIENT_SECRET not in safe.plain(line)
    assert JWT not in safe.plain(line)
    text, _, _ = safe.excerpt(line, 0, len(line))
    assert CLIENT_SECRET not in text
    assert JWT not in text
