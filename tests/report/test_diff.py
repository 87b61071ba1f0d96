"""Diffs that apply, and what they do not show."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linter.report.diff import render

LINES = st.lists(st.sampled_from(["a\n", "b\n", "  c\n", "\td\r\n", "\n", "ö\n"]), max_size=30).map("".join)
TEXT = st.builds(lambda lines, last: lines + last, LINES, st.sampled_from(["", "x", "\ufeff"]))


def applied(before: str, diff: str, folder: Path, name: str = "a.json") -> str:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(before.encode())
    done = subprocess.run(
        ["git", "apply", "--unsafe-paths", "-"],
        input=diff.encode(),
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return path.read_bytes().decode() if path.exists() else ""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=TEXT, after=TEXT)
def test_it_applies(tmp_path: Path, before: str, after: str):
    diff = render("a.json", before, after)
    if before == after:
        assert diff.text == ""
    elif "\ufeff" not in (before + after)[1:]:
        assert diff.exact
        assert applied(before, diff.text, tmp_path) == after


@pytest.mark.parametrize(
    "name", ["a b.json", "büro.json", 'q"t.json', "tab\there.json", "##[x.json", "deep/a.json"]
)
def test_names_apply(tmp_path: Path, name: str):
    diff = render(name, "1\n", "2\n")
    assert all(line.replace("\t", "").isprintable() for line in diff.text.split("\n"))
    assert applied("1\n", diff.text, tmp_path, name) == "2\n"


def test_hunks():
    before = "".join(f"{number}\n" for number in range(1, 21))
    after = before.replace("\n3\n", "\nthree\n").replace("\n18\n", "\n18\nmore\n")
    assert render("a.json", before, after).text == (
        "--- a/a.json\n+++ b/a.json\n"
        "@@ -1,6 +1,6 @@\n 1\n 2\n-3\n+three\n 4\n 5\n 6\n"
        "@@ -16,5 +16,6 @@\n 16\n 17\n 18\n+more\n 19\n 20\n"
    )


PEM = "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADAN\n" * 40 + "-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("before", "hidden"),
    [
        ('{"client_secret": "battery staple"}\n', "battery"),
        ('{"client_secret":\n"battery staple"}\n', "battery"),
        ("# " + PEM, "MIIEvQ"),
        ("// \x1b[31mred\n", "\x1b"),
        ("// a\rb\n", "\r"),
        ("  ::error::pwned\n", "::error"),
        ("// ##[error]pwned\n", "##["),
        ("// \u202egnp\n", "\u202e"),
    ],
)
def test_what_is_hidden_is_said(before: str, hidden: str):
    diff = render("a.json", before + "1\n", before + "2\n")
    assert hidden not in diff.text
    assert not diff.exact
    assert "-1\n+2\n" in diff.text
