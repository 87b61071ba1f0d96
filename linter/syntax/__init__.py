"""The notations in which inputs are written: bytes to text, text to values and places."""

from linter.errors import Unreadable


def refusal(path: str, text: str, offset: int, reason: str) -> Unreadable:
    """The error that says why `text` was refused at `offset`, with line and column."""
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    return Unreadable(path, reason, line, column)
