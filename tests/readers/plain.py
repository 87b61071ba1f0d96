"""Records as plain values, so that a test can state them whole."""

from collections.abc import Mapping
from pathlib import Path

from linter import readers
from linter.errors import Problem
from linter.model import Application, Null, Text
from linter.positions import At
from linter.syntax.decode import decode

HERE = Path(__file__).parent


def plain(value):
    """A record as a dict without its unknown (None) fields; an `At` as its pointer, a `Text` as both.

    A record of which no field has a place of its own is written without `places`.
    """
    if isinstance(value, At):
        return value.pointer
    if isinstance(value, Null):
        return value
    if isinstance(value, Text):
        return (value.value, value.at.pointer)
    if hasattr(value, "_asdict"):
        return {
            field: plain(item)
            for field, item in value._asdict().items()
            if item is not None and not (field == "places" and not item)
        }
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return value


def read(form: str, name: str) -> tuple[Application, ...] | None:
    """The applications of one fixture."""
    file = HERE / form / name
    return readers.read(f"{form}/{name}", decode(file.read_bytes(), name))


def is_place(problem: Problem, text: str) -> bool:
    """Whether a problem says why, and names a place that the text has."""
    lines = text.split("\n")
    return (
        bool(problem.message)
        and 1 <= problem.line <= len(lines)
        and 1 <= problem.column <= len(lines[problem.line - 1]) + 1
    )
