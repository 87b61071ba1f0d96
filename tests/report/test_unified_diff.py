"""Diffs that apply, and what they do not show."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from linter.kept import kept_between, through
from linter.report.unified_diff import Diff, render

PIECES = st.lists(st.sampled_from(["a\n", "b\n", "  c\n", "\td\r\n", "\n", "ö", "a"]), max_size=30).map(
    "".join
)


@st.composite
def parts_of(draw: st.DrawFn, text: str) -> list[tuple[int, int, str]]:
    """Parts of a text in order that do not meet, each with what takes its place."""
    bounds = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = zip(bounds[::2], bounds[1::2], strict=False)
    return [(start, end, draw(st.sampled_from(["", "x", "a\n", "\n\nö\n"]))) for start, end in pairs]


def replaced(text: str, parts: list[tuple[int, int, str]]) -> str:
    for start, end, new in reversed(parts):
        text = text[:start] + new + text[end:]
    return text


def diff_of(name: str, before: str, after: str) -> Diff:
    """The diff of texts of which only the beginning is known to be kept."""
    head = next(at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other)
    part = (head, len(before), after[head:])
    return render(name, before, after, kept_between([part], len(before)))


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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), before=PIECES, mark=st.sampled_from(["", "\ufeff"]))
def test_it_applies_after_two_passes(tmp_path: Path, data: st.DataObject, before: str, mark: str):
    first = data.draw(parts_of(before))
    between = replaced(before, first)
    second = data.draw(parts_of(between))
    after = replaced(between, second)
    kept = through(kept_between(first, len(before)), kept_between(second, len(between)))
    for run in kept:
        assert before[run.before :][: run.length] == after[run.after :][: run.length]
    assume(before and after)
    diff = render("a.json", before, after, kept, mark)
    if not diff.exact:
        # A CR that ends no line would act.
        assert "\r" in (before + "\n" + after).replace("\r\n", "")
    elif before == after:
        assert diff.text == ""
    else:
        assert applied(mark + before, diff.text, tmp_path) == mark + after


@pytest.mark.parametrize(
    "name", ["a b.json", "büro.json", 'q"t.json', "tab\there.json", "##[x.json", "deep/a.json"]
)
def test_names_apply(tmp_path: Path, name: str):
    diff = diff_of(name, "1\n", "2\n")
    assert all(line.replace("\t", "").isprintable() for line in diff.text.split("\n"))
    assert applied("1\n", diff.text, tmp_path, name) == "2\n"


def test_hunks():
    before = "".join(f"{number}\n" for number in range(1, 21))
    after = before.replace("\n3\n", "\nthree\n").replace("\n18\n", "\n18\nmore\n")
    changes = [(before.index("3\n"), before.index("4\n"), "three\n")]
    changes.append((before.index("19\n"), before.index("19\n"), "more\n"))
    assert replaced(before, changes) == after
    assert render("a.json", before, after, kept_between(changes, len(before))).text == (
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
    diff = diff_of("a.json", before + "1\n", before + "2\n")
    assert hidden not in diff.text
    assert not diff.exact
    assert "-1\n+2\n" in diff.text
