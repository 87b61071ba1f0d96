"""The light `NamedTuple` does what typing's does."""

from __future__ import annotations

import copy
import pickle
import typing

import pytest

from linter import typed


class Ours(typed.NamedTuple):
    """A place."""

    line: int
    column: int = 1
    label: str | None = None

    @property
    def text(self) -> str:
        return f"{self.line}:{self.column}"


class Theirs(typing.NamedTuple):
    """A place."""

    line: int
    column: int = 1
    label: str | None = None


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ((3,), {}),
        ((3, 4), {}),
        ((3, 4, "x"), {}),
        ((), {"line": 3}),
        ((3,), {"label": "x"}),
        ((3, 4), {"label": None}),
    ],
)
def test_made_like_typings(values: tuple, named: dict):
    ours, theirs = Ours(*values, **named), Theirs(*values, **named)
    assert ours == theirs
    assert hash(ours) == hash(theirs)
    assert ours._asdict() == theirs._asdict()
    assert ours._replace(column=9) == theirs._replace(column=9)
    assert repr(ours).partition("(")[2] == repr(theirs).partition("(")[2]
    assert copy.copy(ours) == pickle.loads(pickle.dumps(ours)) == ours


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), ((), {"column": 2}), ((1, 2, "x", 4), {}), ((1,), {"row": 2}), ((1,), {"line": 2})],
)
def test_refused_like_typings(values: tuple, named: dict):
    for record in (Ours, Theirs):
        with pytest.raises(TypeError):
            record(*values, **named)


def test_fields_and_methods():
    place = Ours(3, 4)
    assert (place.line, place.column, place.label, place.text) == (3, 4, None, "3:4")
    assert Ours._fields == Theirs._fields
    assert Ours._make([1, 2, "x"]) == (1, 2, "x")
    match place:
        case Ours(line=3, column=column):
            assert column == 4
        case _:
            pytest.fail("does not match")
    with pytest.raises(AttributeError):
        place.line = 5
    with pytest.raises(AttributeError):
        place.other = 5
    with pytest.raises(TypeError):  # typing's raises ValueError before Python 3.13
        place._replace(row=1)


def test_a_class_without_fields_is_a_mistake():
    with pytest.raises(TypeError, match="needs fields"):
        type(typed.NamedTuple)("Empty", (typed.NamedTuple,), {})
