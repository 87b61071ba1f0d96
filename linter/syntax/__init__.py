"""The notations in which inputs are written: bytes to text, text to values and places."""

from __future__ import annotations

from linter.errors import Unreadable
from linter.typed import Final

#: How deep values may be nested.
MAX_DEPTH: Final = 64


def refusal(path: str, text: str, offset: int, reason: str) -> Unreadable:
    """The error that says why `text` was refused at `offset`, with line and column."""
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    return Unreadable(path, reason, line, column)
