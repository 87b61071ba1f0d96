"""What a user's file may put into our output: nothing secret, nothing that acts.

Every excerpt, message and name passes here. Control, bidirectional and line
breaking characters are written as escapes, so that file-controlled text can
neither begin a line (`::` is a command in CI logs) nor drive a terminal; values
of secret-bearing keys and anything shaped like a client secret, a token or a
private key become `***`.
"""

from __future__ import annotations

import re

from linter.typed import Final

#: Excerpts are cut to this many columns around what they show.
WIDTH: Final = 120

# Shapes: an Entra client secret (three characters, a digit, `Q~`, and 31 or more), a JWT, a PEM key.
_SHAPES: Final = (
    r"(?<![\w.~-])[\w.~-]{3}\dQ~[\w.~-]{31,}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[^\"']*"
)
_KEYS: Final = (
    r"client[_-]?secret|secret[_-]?text|secret[_-]?value|app[_-]?secret|password|passwd|pwd"
    r"|access[_-]?token|refresh[_-]?token|id[_-]?token|api[_-]?key|private[_-]?key|connection[_-]?string"
)
_SECRET: Final = re.compile(
    rf"(?P<key>[\"']?(?:{_KEYS})[\"']?\s*[:=]\s*[\"']?)(?P<value>[^\s\"',}}{{\[\]]+)|(?P<shape>{_SHAPES})",
    re.IGNORECASE,
)
_NOT_SECRET: Final = frozenset({"null", "true", "false", "access_token", "id_token", "static"})


def escaped(text: str) -> str:
    """`text` with everything that is not plainly printable written as an escape."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else _ESCAPES.get(character) or f"\\u{ord(character):04x}"
        for character in text
    )


_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def plain(text: str) -> str:
    """`text` escaped and with secrets masked, for messages, names and labels."""
    return _SECRET.sub(_mask, escaped(text))


def excerpt(line: str, start: int, end: int) -> tuple[str, int, int]:
    """One source line made safe and cut around the columns from `start` to `end` (from 0).

    Returns the text and where the columns went.
    """
    line = line.replace("\t", " ")
    pieces: list[str] = []
    marks = [start, max(end, start)]
    moved = [-1, -1]
    length = at = 0
    for match in _SECRET.finditer(line):
        mask = _mask(match)
        if mask != match.group():
            length += _copy(line, at, match.start(), length, marks, moved, pieces)
            first = match.start() + (len(mask) - 3)
            length += _copy(line, match.start(), first, length, marks, moved, pieces)
            for index, mark in enumerate(marks):
                if first <= mark <= match.end() and moved[index] < 0:
                    moved[index] = length if mark == first else length + 3
            pieces.append("***")
            length += 3
            at = match.end()
    length += _copy(line, at, len(line), length, marks, moved, pieces)
    text = "".join(pieces)
    first, last = (length if mark < 0 else mark for mark in moved)
    return _cut(text, first, last)


def _copy(
    line: str, at: int, end: int, length: int, marks: list[int], moved: list[int], pieces: list[str]
) -> int:
    """Append `line[at:end]` escaped, note where the marks in it went, and return the length added."""
    added = 0
    for offset in range(at, end):
        for index, mark in enumerate(marks):
            if mark == offset and moved[index] < 0:
                moved[index] = length + added
        piece = line[offset] if line[offset].isprintable() else escaped(line[offset])
        pieces.append(piece)
        added += len(piece)
    return added


def _cut(text: str, start: int, end: int) -> tuple[str, int, int]:
    if len(text) <= WIDTH:
        return text, start, end
    end = min(end, start + WIDTH - 2)
    left = max(0, min(start - 20, len(text) - WIDTH))
    if end - left > WIDTH - 1:
        left = max(0, start - 1)
    right = min(len(text), left + WIDTH)
    before, after = "…" if left else "", "…" if right < len(text) else ""
    shown = before + text[left + len(before) : right - len(after)] + after
    return shown, start - left, min(end - left, len(shown))


def _mask(match: re.Match[str]) -> str:
    if match.group("shape"):
        return "***"
    value = match.group("value")
    # A placeholder, a boolean or OAuth's own words are no secrets, and hiding them helps nobody.
    if value.lower() in _NOT_SECRET or value[0] in "$<{%":
        return match.group()
    return match.group("key") + "***"
