"""What can be wrong with an input, as a value that reaches the report.

Two things are told apart: a `Problem` is a sentence about an input, with its
place; `Unreadable` carries one out of the parser that met it. Anything else
that is raised is a bug and ends in a traceback.
"""

from __future__ import annotations

from collections.abc import Iterable

from linter.typed import NamedTuple


class Problem(NamedTuple):
    """One reason why an input could not be read or used.

    `path` is relative to the working directory where it lies below it; `line`
    and `column` count from 1 (columns in code points) and are 0 where the
    whole file is meant.
    """

    path: str
    line: int
    column: int
    message: str


class Unreadable(Exception):
    """An input could not be read; `problem` says which, where and why, `problems` all that is wrong."""

    def __init__(self, path: str, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.problem = Problem(path, line, column, message)
        self.problems: tuple[Problem, ...] = (self.problem,)


def nearest(word: str, known: Iterable[str], least: float = 0.6) -> str | None:
    """The known word that is probably meant; None where none is `least` alike (0 to 1, difflib's ratio)."""
    from difflib import get_close_matches  # noqa: PLC0415  heavy, and only a refused input asks

    near = get_close_matches(word, list(known), 1, least)
    return near[0] if near else None
