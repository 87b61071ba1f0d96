"""Fixes as a unified diff that `git apply` and `patch -p1` take.

Secrets are masked and characters that act are escaped, as everywhere; a diff in which that happened shows
what would change and does not apply, which `render` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from linter.report.safe import kept_line, masked
from linter.typed import Final, NamedTuple

#: Lines shown around what changes.
CONTEXT: Final = 3
#: Lines above one in which a secret may begin that goes on in it: a private key is about as long.
ABOVE: Final = 120


class Diff(NamedTuple):
    """A diff as text, and whether it shows the lines as they are, so that it applies."""

    text: str
    exact: bool


def render(path: str, before: str, after: str) -> Diff:
    """The diff of one file; the texts hold its byte order mark if it has one."""
    old, new = _lines(before), _lines(after)
    pieces: list[str] = []
    exact = True
    for start, hunk in _hunks(old, new):
        pieces.append(start)
        for sign, line, above in hunk:
            shown = kept_line(line.removesuffix("\n"), above)
            exact = exact and shown == line.removesuffix("\n")
            pieces.append(f"{sign}{shown}\n")
            if not line.endswith("\n"):
                pieces.append("\\ No newline at end of file\n")
    if not pieces:
        return Diff("", exact=True)
    return Diff(f"--- {_name('a/' + path)}\n+++ {_name('b/' + path)}\n{''.join(pieces)}", exact)


def _lines(text: str) -> list[str]:
    """The lines with their ends; only LF ends one, as for Git."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop().removesuffix("\n")
    return [*lines, last] if last else lines


def _hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, Iterator[tuple[str, str, str]]]]:
    from difflib import SequenceMatcher  # noqa: PLC0415  only where there is a difference

    # What both begin and end with is not compared: files may be long, and fixes are short.
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    begin, end = max(0, head - CONTEXT), max(0, tail - CONTEXT)
    left, right = old[begin : len(old) - end], new[begin : len(new) - end]
    for grouped in SequenceMatcher(None, left, right, autojunk=False).get_grouped_opcodes(CONTEXT):
        group = [
            (tag, begin + first, begin + last, begin + other, begin + other_last)
            for tag, first, last, other, other_last in grouped
        ]
        (_, first, _, other, _), (_, _, last, _, other_last) = group[0], group[-1]
        ranges = _range(first, last - first), _range(other, other_last - other)
        yield f"@@ -{ranges[0]} +{ranges[1]} @@\n", _hunk(group, old, new)


def _hunk(
    group: Sequence[tuple[str, int, int, int, int]], old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """Each line with its sign and the text above it in its file, in which a secret may begin."""
    for tag, start, end, other, other_end in group:
        if tag == "equal":
            for number in range(start, end):
                yield " ", old[number], _above(old, number)
            continue
        for number in range(start, end):
            yield "-", old[number], _above(old, number)
        for number in range(other, other_end):
            yield "+", new[number], _above(new, number)


def _above(lines: Sequence[str], number: int) -> str:
    return "".join(lines[max(0, number - ABOVE) : number]).removesuffix("\n")


def _range(start: int, length: int) -> str:
    """A range of lines as a diff writes it: an empty one begins at the line before it."""
    return f"{start + 1 if length else start},{length}"


def _name(path: str) -> str:
    """A path as Git quotes it: what is not plain ASCII as octal escapes of its bytes in C's notation.

    So is `##`, with which commands begin in CI logs.
    """
    path = masked(path)
    data = path.encode("utf-8", "surrogateescape")
    acts = "##" in path
    if path.isascii() and path.isprintable() and not acts and '"' not in path and "\\" not in path:
        # A tab ends a name that holds blanks.
        return path + "\t" if " " in path else path
    quoted = "".join(
        f"\\{chr(byte)}" if byte in b'"\\' else chr(byte) if _is_shown(byte, acts) else f"\\{byte:03o}"
        for byte in data
    )
    return f'"{quoted}"'


def _is_shown(byte: int, acts: bool) -> bool:
    return 32 <= byte < 127 and not (acts and byte == ord("#"))
