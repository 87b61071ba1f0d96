"""JSON to values and places: the standard parser, the tolerant one, and that they agree."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.errors import Problem, Unreadable
from linter.positions import Span, escape
from linter.syntax import MAX_DEPTH, json_text, tolerant

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
INDENTS = st.sampled_from([None, 0, 2, "\t"])


def pointers(value, pointer=""):
    """Every pointer of a value, with what stands there."""
    yield pointer, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from pointers(item, f"{pointer}/{escape(key)}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from pointers(item, f"{pointer}/{number}")


@given(VALUES, INDENTS, st.booleans())
def test_both_parsers_agree_with_the_standard_one(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert json_text.parse(text, "x") == value
    assert tolerant.read(text, 0, "", {}) == (value, len(text))


@given(VALUES, INDENTS)
def test_spans_hold_what_was_parsed(value, indent):
    text = json.dumps(value, indent=indent)
    spans = json_text.spans(text)
    assert dict(pointers(value)).keys() == spans.keys()
    for pointer, item in pointers(value):
        span = spans[pointer]
        assert json.loads(text[span.start : span.end]) == item
        if span.key < span.start:
            key, _ = json.JSONDecoder().raw_decode(text, span.key)
            assert pointer.endswith("/" + escape(key))


@given(st.lists(VALUES, min_size=2, max_size=5), st.sampled_from(["\n", "\r\n", " ", ",\n", "\n// next\n"]))
def test_several_values(values, between):
    text = between.join(json.dumps(value) for value in values)
    assert list(json_text.documents(text, "x")) == [(f"/{n}", value) for n, value in enumerate(values)]
    spans = json_text.spans(text)
    assert spans[""] == Span(0, 0, len(text))
    for number, value in enumerate(values):
        for pointer, item in pointers(value, f"/{number}"):
            assert json.loads(text[spans[pointer].start : spans[pointer].end]) == item
    assert f"/{len(values)}" not in spans
    assert "/x" not in spans
    assert len(spans) == 1 + sum(len(list(pointers(value))) for value in values)


@given(st.text(alphabet='{}[]",:/*-+eE.0123456789truefalsn\\ \n\x1b[m;"NaI'))
def test_any_text_is_read_or_refused(text):
    try:
        values, problem = list(json_text.documents(text, "x")), None
    except Unreadable as error:
        values, problem = [], error.problem
    if problem is not None:
        lines = text.split("\n")
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        return
    spans = json_text.spans(text)
    for pointer, value in values:
        assert {inner for inner, _ in pointers(value, pointer)} <= set(spans)


def test_what_people_write():
    text = '// first\n{\n  "a": [1, 2,], /* and\n  so on */ "b": {"c": "http://x/*y*/",},\n}\n'
    assert json_text.parse(text, "x") == {"a": [1, 2], "b": {"c": "http://x/*y*/"}}
    spans = json_text.spans(text)
    assert text[spans["/b/c"].start : spans["/b/c"].end] == '"http://x/*y*/"'
    assert text[spans["/b/c"].key :].startswith('"c"')


def test_colours_of_the_azure_cli():
    text = '{\x1b[94m"a"\x1b[39;49;00m:\x1b[37m \x1b[39;49;00m1}\x1b[0m\n'
    assert json_text.parse(text, "x") == {"a": 1}
    span = json_text.spans(text)["/a"]
    assert text[span.start : span.end] == "1"


def test_template_sections():
    text = '{\n{{#isBot}}\n  "a": 1,\n{{/isBot}}\n  "b": "{{c}}"\n}'
    assert json_text.parse(text, "x") == {"a": 1, "b": "{{c}}"}


@pytest.mark.parametrize("text", ['"a": [1, 2],\n', '\t"a": [1, 2]', '// cut out\n"a": [1, 2],'])
def test_a_bare_member_list_is_an_object(text):
    assert json_text.parse(text, "x") == {"a": [1, 2]}
    span = json_text.spans(text)["/a/1"]
    assert text[span.start : span.end] == "2"


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "the file is empty"),
        (" \n// nothing\n", 1, 1, "the file is empty"),
        ("{", 1, 1, "the object that begins here is not closed: the file ends before it"),
        ('{"a": [1,\n 2', 1, 7, "the list that begins here is not closed: the file ends before it"),
        ('{"a":', 1, 6, "a value is expected, but the file ends"),
        ('{"a" 1}', 1, 6, "a colon after the key is expected here"),
        ('{"a": 1 "b": 2}', 1, 9, "a comma or } is expected here"),
        ("[1 2]", 1, 4, "a comma or ] is expected here"),
        ("{a: 1}", 1, 2, "a key in double quotes or } is expected here"),
        ("{'a': 1}", 1, 2, "a key in double quotes or } is expected; strings are written in double quotes"),
        ("{\"a\": 'b'}", 1, 7, "a value is expected; strings are written in double quotes"),
        ("[,]", 1, 2, "a value is expected here"),
        ("[NaN]", 1, 2, "NaN and Infinity are not JSON"),
        ("[-Infinity]", 1, 2, "NaN and Infinity are not JSON"),
        ("[undefined]", 1, 2, "a value is expected here"),
        ('{"a": 1,\n "a": 2}', 2, 2, 'the key "a" is written twice in this object'),
        ('["a\nb"]', 1, 4, "a line break or control character inside a string"),
        ('["a', 1, 2, "the string that begins here is not closed"),
        ('["\\x"]', 1, 3, "an escape that JSON does not know"),
        ('["\\u12"]', 1, 4, "a \\u escape needs four hexadecimal digits"),
        ('["\\ud83d"]', 1, 2, "a \\u escape that is half of a surrogate pair: no character"),
        ("[1 /* two ]", 1, 4, "the comment that begins here is not closed"),
        ("[" + "9" * 5000 + "]", 1, 2, "a number of too many digits"),
        ("{}}", 1, 3, "a value is expected here"),
        ("{}\n{}", 2, 1, "a second JSON value; one is expected"),
        ("[" * 65 + "]" * 65, 1, 65, "nested deeper than 64 levels"),
        ("[" * 100_000, 1, 65, "nested deeper than 64 levels"),
        ('{"a":' * 100_000, 1, 321, "nested deeper than 64 levels"),
    ],
)
def test_refused(text, line, column, message):
    with pytest.raises(Unreadable) as refused:
        json_text.parse(text, "x.json")
    assert refused.value.problem == Problem("x.json", line, column, message)


def test_the_deepest_that_is_read():
    text = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert json_text.parse(text, "x") == json.loads(text)
    assert len(json_text.spans(text)) == MAX_DEPTH


def test_a_surrogate_pair_is_a_character():
    assert json_text.parse('["\\ud83d\\ude00"]', "x") == ["😀"]


def test_strict_json_needs_the_standard_parser_only(monkeypatch):
    monkeypatch.delitem(sys.modules, "linter.syntax.tolerant")
    json_text.parse('{"a": [1, {"b": null}]}', "x")
    assert "linter.syntax.tolerant" not in sys.modules
