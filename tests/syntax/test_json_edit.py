"""Changes of JSON text: what is written in place of what, for every way to lay out a text."""

import json
from typing import Any

import pytest

from linter.syntax.json_edit import CannotChangeError, Change, replacements, spliced
from linter.syntax.json_page import Page
from linter.syntax.json_style import Style


def changed(text: str, *changes: Change) -> str:
    page = Page(text)
    style = Style(page)
    spelt = [
        change._replace(value=style.spelt(change.value, style.sibling(change.pointer, type(change.value))))
        if change.action == "append" and type(page.value(change.pointer)) is list
        else change
        for change in changes
    ]
    return spliced(text, replacements(page, style, spelt))


def remove(pointer: str) -> Change:
    return Change("remove", pointer)


def append(pointer: str, value: Any) -> Change:
    return Change("append", pointer, value)


COMMENTED = """\
{
  // the app
  "list": [ // of permissions
    // users
    { "id": "a", "type": "Scope" }, // one
    { "id": "b", "type": "Scope" }, /* two
      and a half */
    // mail
    { "id": "c", "type": "Role" } // three
    // no more
  ]
}
"""


def without(*lines: str) -> str:
    text = COMMENTED
    for line in lines:
        assert line in text
        text = text.replace(line, "")
    return text


ONE = '    { "id": "a", "type": "Scope" }, // one\n'
TWO = '    { "id": "b", "type": "Scope" }, /* two\n      and a half */\n'
THREE = '    { "id": "c", "type": "Role" } // three\n'


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        (["0"], without(ONE)),
        (["1"], without(TWO)),
        (["2"], without(THREE).replace('" }, /* two', '" } /* two')),
        (["0", "1"], without(ONE, TWO)),
        (["1", "2"], without(TWO, THREE).replace('" }, // one', '" } // one')),
        (["0", "1", "2"], without(ONE, TWO, THREE)),
    ],
)
def test_comments_of_their_own_stay_and_those_of_a_line_go_with_it(gone: list[str], left: str):
    assert changed(COMMENTED, *(remove(f"/list/{number}") for number in gone)) == left


def test_a_comment_stays_with_what_gets_a_comma():
    assert changed(COMMENTED, append("/list", {"type": "Role", "id": "d"})) == COMMENTED.replace(
        '"Role" } // three\n', '"Role" }, // three\n    { "id": "d", "type": "Role" }\n'
    )


@pytest.mark.parametrize(
    ("text", "changes", "expected"),
    [
        ("[1,2,3]", [remove("/1")], "[1,3]"),
        ("[1, 2, 3]", [remove("/0")], "[2, 3]"),
        ("[ 1, 2, 3 ]", [remove("/0"), remove("/2")], "[ 2 ]"),
        ("[ 1, 2, 3 ]", [remove("/0"), remove("/1"), remove("/2")], "[]"),
        ("[1, 2]", [remove("/1"), append("", 3)], "[1, 3]"),
        ("[1, 2]", [remove("/0"), remove("/1"), append("", 3), append("", 4)], "[3, 4]"),
        ("[1]", [append("", 2)], "[1, 2]"),
        ('{"a": ["https://a"]}', [append("/a", "https://c")], '{"a": ["https://a", "https://c"]}'),
        ("[1 // one\n]", [append("", 2)], "[1, // one\n2\n]"),
        ("[1, 2 // two\n]", [remove("/0"), remove("/1"), append("", 3)], "[3\n]"),
        ('"a": 1, // one\n"b": 2 // two', [remove("/b")], '"a": 1 // one'),
        ('{"a":1,"b":[1]}', [append("/b", 2)], '{"a":1,"b":[1,2]}'),
        ("[1,\n 2,\n]", [remove("/1")], "[1,\n]"),
        ("[1,\n 2,\n]", [append("", 3)], "[1,\n 2,\n 3,\n]"),
        ("[1 // one\n, 2]", [remove("/1")], "[1 // one\n]"),
        ("[1, // one\n 2]", [remove("/1")], "[1 // one\n]"),
        ("[1, // one\n 2, 3]", [remove("/1")], "[1, // one\n 3]"),
        ("[\n\t1\n\t, 2\n\t, 3\n]", [remove("/1")], "[\n\t1\n\t, 3\n]"),
        ('{\r\n  "a": []\r\n}', [append("/a", 1)], '{\r\n  "a": [\r\n    1\r\n  ]\r\n}'),
        ('{"a": [], "b": 1}', [append("/a", {"x": 1})], '{"a": [{"x": 1}], "b": 1}'),
        ('{"a": 1, "b": 2}', [remove("/a")], '{"b": 2}'),
        ('{"a": 1, "b": 2}', [remove("/b"), Change("set", "", [1], "c")], '{"a": 1, "c": [1]}'),
        ("{}", [Change("set", "", {"x": 1}, "c")], '{"c": {"x": 1}}'),
        ('"a": 1,\n"b": 2,\n', [remove("/a")], '"b": 2,\n'),
        ('"a": 1,\n"b": 2', [Change("set", "", 3, "c")], '"a": 1,\n"b": 2,\n"c": 3'),
        ('{"n": 1}\n{"n": 2}\n{"n": 3}\n', [remove("/1")], '{"n": 1}\n{"n": 3}\n'),
        ('{"n": 1}\n{"n": 2}\n', [append("", {"n": 3})], '{"n": 1}\n{"n": 2}\n{"n": 3}\n'),
        ('{"n": 1},\n{"n": 2}\n', [append("", {"n": 3})], '{"n": 1},\n{"n": 2},\n{"n": 3}\n'),
        ('{"n": 1},\n{"n": 2}\n', [remove("/1")], '{"n": 1}\n'),
        ('{"n": 1}\n', [append("", {"n": 3})], '[{"n": 1}, {"n": 3}]\n'),
        ('{\n  "n": 1\n}\n', [append("", {"n": 3})], '[{\n  "n": 1\n},\n{\n  "n": 3\n}]\n'),
    ],
)  # fmt: skip
def test_layouts(text: str, changes: list[Change], expected: str):
    assert changed(text, *changes) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[{\n  "Id": "a",\n  "Of": [{\n    "Type": "Scope", "Id": "b"\n  }]\n}]',
            (
                '[{\n  "Id": "a",\n  "Of": [{\n    "Type": "Scope", "Id": "b"\n  }]\n}, '
                '{\n  "Id": "n",\n  "Of": [{\n    "Type": "Role", "Id": "x"\n  }]\n}]'
            ),
        ),
        (
            '[\n    {"id" : "a", "of" : [ {"id" : "b"} ]}\n]',
            (
                '[\n    {"id" : "a", "of" : [ {"id" : "b"} ]},\n'
                '    {"id" : "n", "of" : [ {"id" : "x", "type" : "Role"} ]}\n]'
            ),
        ),
        (
            '{\n\t"of": [{"type": "Scope", "id": "b"}],\n\t"list": []\n}',
            (
                '{\n\t"of": [{"type": "Scope", "id": "b"}],\n\t"list": [\n'
                '\t\t{\n\t\t\t"id": "n",\n\t\t\t"of": [{"type": "Role", "id": "x"}]\n\t\t}\n\t]\n}'
            ),
        ),
    ],
)
def test_new_values_look_like_their_siblings(text: str, expected: str):
    pointer = "" if text.startswith("[") else "/list"
    assert changed(text, append(pointer, {"id": "n", "of": [{"id": "x", "type": "Role"}]})) == expected


def test_a_value_in_place_of_another():
    text = '{\n  "a": {"x": 1, "y": 2},\n  "b": null\n}'
    assert changed(text, Change("replace", "/a", {"x": 3}), Change("replace", "/b", {"z": [1]})) == (
        '{\n  "a": {"x": 3},\n  "b": {\n    "z": [\n      1\n    ]\n  }\n}'
    )


@pytest.mark.parametrize(
    ("text", "change", "reason"),
    [
        ("[1, \x1b[31m2\x1b[0m]", remove("/0"),
         "it holds the colour codes of a terminal: save it without colours"),
        ("[1,\n{{#two}}\n2,\n{{/two}}\n3]", remove("/1"),
         "a section of its template begins or ends among what would be changed"),
        ("[1]", remove(""), "nothing would be left of it"),
    ],
)  # fmt: skip
def test_what_is_not_changed(text: str, change: Change, reason: str):
    with pytest.raises(CannotChangeError, match=reason):
        changed(text, change)


def test_all_documents_gone():
    with pytest.raises(CannotChangeError, match="nothing would be left of it"):
        changed("[1]\n[2]\n", remove("/0"), remove("/1"))


def test_sections_elsewhere_do_not_matter():
    text = '{"a": [\n{{#x}}\n1\n{{/x}}\n], "b": [1, 2]}'
    assert changed(text, remove("/b/0")) == text.replace("[1, 2]", "[2]")


def test_only_what_differs_is_replaced():
    text = json.dumps({"a": [{"id": "x"}, {"id": "y"}], "b": {"c": 1}}, indent=2)
    page = Page(text)
    (part,) = replacements(page, Style(page), [remove("/a/1")])
    assert text[part.start : part.end].strip(", \n").startswith("{")
    assert part.text == ""
