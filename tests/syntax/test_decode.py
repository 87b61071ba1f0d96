"""Bytes to text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.errors import Problem, Unreadable
from linter.syntax.decode import decode

TEXT = '{\n  "name": "Größe 😀"\n}'


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        b"\xff\xfe" + TEXT.encode("utf-16-le"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 mark", "utf-16-le", "utf-16-be", "utf-16-le no mark", "utf-16-be no mark"],
)
def test_encodings(data):
    assert decode(data, "x") == TEXT


@pytest.mark.parametrize(
    ("data", "line", "column", "message"),
    [
        (b'{\n "a\xe9": 1}', 2, 4, "byte 0xe9 is not UTF-8 text; save the file as UTF-8"),
        ('{"é": "'.encode() + b"\xff", 1, 8, "byte 0xff is not UTF-8 text; save the file as UTF-8"),
        (b"\xff\xfe{\x00\n\x00\x00\xd8", 2, 1, "byte 0x00 is not UTF-16 text; save the file as UTF-8"),
        (b"\xff\xfe{\x00\n", 1, 2, "byte 0x0a is not UTF-16 text; save the file as UTF-8"),
        (b'{"a":\n\x00}', 2, 1, "a NUL character: this is not a text file"),
        ("{}".encode("utf-32"), 1, 1, "a NUL character: this is not a text file"),
    ],
)
def test_refused(data, line, column, message):
    with pytest.raises(Unreadable) as refused:
        decode(data, "x.json")
    assert refused.value.problem == Problem("x.json", line, column, message)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff")))
def test_every_text_comes_back(text):
    assert decode(text.encode(), "x") == text
    assert decode(b"\xff\xfe" + text.encode("utf-16-le"), "x") == text


@given(st.binary())
def test_any_bytes(data):
    try:
        text, problem = decode(data, "x"), None
    except Unreadable as error:
        text, problem = "", error.problem
    assert "\0" not in text
    assert problem is None or (problem.line >= 1 and problem.column >= 1)
