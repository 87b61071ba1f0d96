"""YAML: what is read, how it is typed, what is refused and where."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from linter.errors import Unreadable
from linter.positions import Source, Span
from linter.syntax import yaml_text
from linter.syntax.yaml_text import Unquoted

TEXT = """\
# a comment
a: &one
  - x
  - {b: 1, "c/d": 'two'}

# another comment
e: *one
f: |
  line

g:
"""


def fault(text: str) -> tuple[int, int, str]:
    with pytest.raises(Unreadable) as caught:
        yaml_text.documents(text, "a.yaml")
    problem = caught.value.problem
    assert problem.path == "a.yaml"
    return problem[1:]


def only(text: str) -> object:
    [(prefix, value)] = yaml_text.documents(text, "a.yaml")
    assert prefix == ""
    return value


def test_values() -> None:
    items = ["x", {"b": 1, "c/d": "two"}]
    assert only(TEXT) == {"a": items, "e": items, "f": "line\n", "g": None}


def test_spans_are_of_what_is_written() -> None:
    spans = yaml_text.spans(TEXT)
    written = {pointer: TEXT[span.start : span.end] for pointer, span in spans.items()}
    anchored = TEXT[TEXT.index("&one") : TEXT.index("\n\n# another")]
    assert written == {
        "": TEXT[TEXT.index("a: &") : -1],
        "/a": anchored,
        "/a/0": "x",
        "/a/1": "{b: 1, \"c/d\": 'two'}",
        "/a/1/b": "1",
        "/a/1/c~1d": "'two'",
        "/e": "*one",
        "/e/0": "x",
        "/e/1": "{b: 1, \"c/d\": 'two'}",
        "/e/1/b": "1",
        "/e/1/c~1d": "'two'",
        "/f": "|\n  line",
        "/g": "",
    }
    assert TEXT[spans["/a/1/c~1d"].key :].startswith('"c/d"')
    assert spans["/a/0"].key == spans["/a/0"].start


def test_columns_count_code_points_and_the_byte_order_mark_is_no_value() -> None:
    text = "\ufeffé: 😀\r\nb: 1\r\n"
    assert only(text) == {"é": "😀", "b": 1}
    assert yaml_text.spans(text) == {"": Span(1, 1, 11), "/é": Span(1, 4, 5), "/b": Span(7, 10, 11)}


def test_documents_that_are_not_empty_are_numbered() -> None:
    assert yaml_text.documents("a: 1\n---\n---\nb: 2\n---\n", "") == [("/0", {"a": 1}), ("/1", {"b": 2})]
    assert yaml_text.documents("---\na: 1\n---\n# nothing\n", "") == [("", {"a": 1})]
    assert yaml_text.documents("# nothing\n", "") == []
    spans = yaml_text.spans("a: 1\n---\nb: 2\n")
    assert set(spans) == {"", "/0", "/0/a", "/1", "/1/b"}
    assert spans["/1/b"] == Span(9, 12, 13)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("FALSE", False),
        ("0", 0),
        ("-12", -12),
        ("1.5", 1.5),
        ("1e5", 1e5),
        ("'1'", "1"),
        ('"on"', "on"),
        ("203.0.113.0/24", "203.0.113.0/24"),
        ("10.0.0.1", "10.0.0.1"),
        ("1.2.3", "1.2.3"),
        ("72f988bf-0000-4000-8000-2d7cd011db47", "72f988bf-0000-4000-8000-2d7cd011db47"),
        ("11111111-2222-4333-8444-555555555555", "11111111-2222-4333-8444-555555555555"),
        ("GET /me  # the profile", "GET /me"),
        ("-", [None]),
        ("y", "y"),
    ],
)
def test_plain_text_is_typed(written: str, value: object) -> None:
    found = only(f"- {written}\n")[0]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("on", "YAML 1.1 reads it as true or false; quote this text, or write true or false"),
        ("No", "YAML 1.1 reads it as true or false; quote this text, or write true or false"),
        ("2026-11-01", "YAML 1.1 reads it as a date; quote this text"),
        ("2026-1-1T10:00:00Z", "YAML 1.1 reads it as a date; quote this text"),
        ("12:30:45", "YAML readers take it for a number; quote this text"),
        ("012", "YAML readers take it for a number; quote this text"),
        ("0x1F", "YAML readers take it for a number; quote this text"),
        ("1_000", "YAML readers take it for a number; quote this text"),
        (".inf", "YAML readers take it for a number; quote this text"),
        ("1e999", "YAML readers take it for a number; quote this text"),
        ("9" * 5000, "YAML readers take it for a number; quote this text"),
        (
            "GET /me/drive/root:/a #1.txt",
            "what follows ' #' is a comment; quote the text, or write '# ' before a comment",
        ),
    ],
)
def test_text_that_others_read_otherwise_is_marked(written: str, why: str) -> None:
    found = only(f"- {written}\n")[0]
    assert isinstance(found, Unquoted)
    assert found == written.partition(" #")[0]
    assert found.why == why


BRACES = (
    "text with braces or brackets inside {…} or […] must be quoted, as in {url: '/users/{id}'};"
    " or a closing one is missing"
)


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a: 1\nb: !!str 1\n", 2, 4, "YAML tags are not read; remove the tag, or quote the text"),
        ("a: !include x\n", 1, 4, "YAML tags are not read; remove the tag, or quote the text"),
        ("- !!map {}\n", 1, 3, "YAML tags are not read; remove the tag, or quote the text"),
        ("a: !e!x 1\n", 1, 4, "YAML tags are not read; quote the text"),
        ("a: 1\nb: 2\na: 3\n", 3, 1, "the key 'a' is written twice (first in line 1)"),
        ("a: {b: 1, b: 2}\n", 1, 11, "the key 'b' is written twice (first in line 1)"),
        ("a: &x [*x]\n", 1, 8, "*x names no anchor that is complete before it; or quote this text"),
        ("- &x 1\n- &x [*x]\n", 2, 7, "*x names no anchor that is complete before it; or quote this text"),
        ("&x a: *x\n", 1, 7, "*x names no anchor that is complete before it; or quote this text"),
        ("a: &x 1\n---\nb: *x\n", 3, 4, "*x names no anchor that is complete before it; or quote this text"),
        ("a: &x 1\n*x : 2\n", 2, 1, "a key must be text, not the alias *x; put it in quotes"),
        ("{id}: 3\n", 1, 1, "a key must be text; put braces and brackets in quotes"),
        ("? [a]\n: 3\n", 1, 3, "a key must be text; put braces and brackets in quotes"),
        ("library: @azure/msal-node\n", 1, 10, "text that begins with '@' must be quoted"),
        ("a: `x`\n", 1, 4, "text that begins with '`' must be quoted"),
        ("a: %x\n", 1, 4, "text that begins with '%' must be quoted"),
        ("- *\n", 1, 3, "text that begins with '*' must be quoted"),
        ("- {url: /users/{id}}\n", 1, 16, BRACES),
        ("calls: [GET /users/{id}]\n", 1, 20, BRACES),
        ("a: [x, y\nb: 1\n", 2, 2, BRACES),
        (
            "a: GET /x: y\n",
            1,
            10,
            "a colon followed by a space, or at the end, makes a mapping here; quote this text",
        ),
        ("a:\n\tb: 1\n", 2, 1, "a tab cannot indent; use spaces"),
        ("a: x\n\ty: 1\n", 2, 1, "a tab cannot indent; use spaces"),
        ("a: 'x\nb: 1\n", 1, 4, "a quote is opened and never closed"),
        ("a:\n- b\n-c\n", 4, 1, "a key without a colon after it; check the indentation"),
        (
            "a: |\n  x\n b\n",
            3,
            2,
            "a key is expected here; check the indentation and the quotes",
        ),
        (
            'a: "\\z"\n',
            1,
            5,
            "an escape that YAML does not know; use single quotes to take backslashes as they are",
        ),
        ("é: 1\n\x01", 2, 1, "the character U+0001 is not allowed in YAML"),
        ("é: \ud800", 1, 4, "the character U+D800 is not allowed in YAML"),
        ("[" * 900, 1, 65, "nested more than 64 levels deep"),
        ("[" * 100_000, 1, 1001, "nested more than 64 levels deep"),
        ("- " * 100_000, 1, 129, "nested more than 64 levels deep"),
    ],
)
def test_what_is_refused(text: str, line: int, column: int, message: str) -> None:
    assert fault(text) == (line, column, message)


def test_aliases_are_few() -> None:
    few = "a: &x 1\nb: [" + "*x, " * 100 + "]\n"
    assert only(few) == {"a": 1, "b": [1] * 100}
    assert fault(few.replace("]", "*x]")) == (2, 405, "more than 100 aliases")


def test_aliases_do_not_multiply() -> None:
    lines = ["a0: &a0 [" + "1, " * 10 + "]"]
    lines += [f"a{n}: &a{n} [" + f"*a{n - 1}, " * 10 + "]" for n in range(1, 10)]
    assert fault("\n".join(lines)) == (4, 45, "aliases stand for more than 10000 values")


def test_aliases_do_not_deepen() -> None:
    lines = ["a0: &a0 []"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 80)]
    assert fault("\n".join(lines)) == (64, 12, "nested more than 64 levels deep")


def test_merge_keys_are_keys() -> None:
    assert only("a: &x {b: 1}\nc:\n  <<: *x\n") == {"a": {"b": 1}, "c": {"<<": {"b": 1}}}


def test_the_slow_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = yaml_text.documents("\ufeff" + TEXT, ""), yaml_text.spans("\ufeff" + TEXT)
    monkeypatch.setattr(yaml_text, "_LOADER", yaml.SafeLoader)
    assert (yaml_text.documents("\ufeff" + TEXT, ""), yaml_text.spans("\ufeff" + TEXT)) == fast
    assert fault("é: 1\n\x01") == (2, 1, "the character U+0001 is not allowed in YAML")
    assert fault("library: @azure/msal-node\n") == (1, 10, "text that begins with '@' must be quoted")


PIECES = st.sampled_from(
    [
        *(
            "a",
            "1",
            "on",
            "é",
            "😀",
            "<<",
            "b: ",
            ": ",
            "? ",
            "- ",
            "\n",
            "\r\n",
            "  ",
            "\t",
            "---\n",
            "...\n",
        ),
        *(
            "{",
            "}",
            "[",
            "]",
            ",",
            "&x ",
            "*x",
            "!t ",
            "#",
            "'",
            '"',
            "|\n",
            ">-\n",
            "%",
            "@",
            "\\",
            "\ufeff",
        ),
    ]
)
YAML_LIKE = st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join))


@given(YAML_LIKE)
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        found = yaml_text.documents(text, "a.yaml")
    except Unreadable as error:
        _, line, column, message = error.problem
        lines = (text + " ").split("\n")
        assert message
        assert 1 <= line <= len(lines)
        assert 1 <= column <= len(lines[line - 1]) + 1
        return
    spans = yaml_text.spans(text)
    source = Source("a.yaml", text, yaml_text.spans)
    for pointer, value in found:
        for below in pointers(value, pointer):
            key, start, end = spans[below]
            assert 0 <= key <= start <= end <= len(text)
            assert source.place(below).line >= 1


def pointers(value: object, pointer: str) -> list[str]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [pointer]
    for step, item in steps:
        found += pointers(item, f"{pointer}/{str(step).replace('~', '~0').replace('/', '~1')}")
    return found


PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | PRINTABLE,
    lambda item: st.lists(item) | st.dictionaries(PRINTABLE, item),
)


@given(JSON)
def test_json_is_yaml(value: object) -> None:
    assert only(json.dumps([value])) == [value]
