"""Fixes as a unified diff that `git apply` and `patch -p1` take.

Secrets are masked and characters that act are escaped, as everywhere; a diff in which that happened shows
what would change and does not apply, which `render` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from linter.kept import Kept
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


def render(path: str, before: str, after: str, kept: Sequence[Kept], mark: str = "") -> Diff:
    """The diff of one file whose texts begin with `mark`, its byte order mark, if it has one.

    `kept` is what the texts have in common: nothing is compared, so that long files cost no more than to
    read them.
    """
    old, new = _lines(mark + before), _lines(mark + after)
    shift = len(mark)
    changes = _changes(old, new, [Kept(one + shift, other + shift, length) for one, other, length in kept])
    pieces: list[str] = []
    exact = True
    for hunk in _hunks(changes):
        pieces.append(_range(hunk, old))
        for sign, lines, number in _signed(hunk, old, new):
            line = lines[number].removesuffix("\n")
            shown = kept_line(line, "".join(lines[max(0, number - ABOVE) : number]).removesuffix("\n"))
            exact = exact and shown == line
            pieces.append(f"{sign}{shown}\n")
            if not lines[number].endswith("\n"):
                pieces.append("\\ No newline at end of file\n")
    if not pieces:
        return Diff("", exact=True)
    return Diff(f"--- {_name('a/' + path)}\n+++ {_name('b/' + path)}\n{''.join(pieces)}", exact)


class _Change(NamedTuple):
    """Lines from `start` to `end` of the old text that lines from `new_start` to `new_end` replace."""

    start: int
    end: int
    new_start: int
    new_end: int


def _lines(text: str) -> list[str]:
    """The lines with their ends; only LF ends one, as for Git."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop().removesuffix("\n")
    return [*lines, last] if last else lines


def _changes(old: Sequence[str], new: Sequence[str], kept: Sequence[Kept]) -> Iterator[_Change]:
    """What lies between the lines that both texts have."""
    one = other = 0
    for first, second in [*_common(old, new, kept), (len(old), len(new))]:
        start, end, new_start, new_end = one, first, other, second
        while start < end and new_start < new_end and old[start] == new[new_start]:
            start, new_start = start + 1, new_start + 1
        while start < end and new_start < new_end and old[end - 1] == new[new_end - 1]:
            end, new_end = end - 1, new_end - 1
        if start < end or new_start < new_end:
            yield _Change(start, end, new_start, new_end)
        one, other = first + 1, second + 1


def _common(old: Sequence[str], new: Sequence[str], kept: Sequence[Kept]) -> Iterator[tuple[int, int]]:
    """The numbers of the lines that stand whole in what is kept, in each text."""
    numbers = {}
    at = 0
    for number, line in enumerate(new):
        numbers[at] = number
        at += len(line)
    number = at = 0
    for run in kept:
        while number < len(old) and at < run.before:
            at += len(old[number])
            number += 1
        while number < len(old) and at + len(old[number]) <= run.before + run.length:
            other = numbers.get(at - run.before + run.after)
            if other is not None and new[other] == old[number]:
                yield number, other
            at += len(old[number])
            number += 1


def _hunks(changes: Iterable[_Change]) -> Iterator[list[_Change]]:
    """The changes in groups of those whose context meets."""
    group: list[_Change] = []
    for change in changes:
        if group and change.start - group[-1].end > 2 * CONTEXT:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _signed(
    hunk: Sequence[_Change], old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[str, Sequence[str], int]]:
    """Each line of a hunk: its sign, the text that it is of, and its number there."""
    at = max(0, hunk[0].start - CONTEXT)
    for change in hunk:
        for number in range(at, change.start):
            yield " ", old, number
        for number in range(change.start, change.end):
            yield "-", old, number
        for number in range(change.new_start, change.new_end):
            yield "+", new, number
        at = change.end
    for number in range(at, min(len(old), at + CONTEXT)):
        yield " ", old, number


def _range(hunk: Sequence[_Change], old: Sequence[str]) -> str:
    """The line that begins a hunk; an empty range begins at the line before it."""
    first, last = hunk[0], hunk[-1]
    above = min(CONTEXT, first.start)
    below = min(CONTEXT, len(old) - last.end)
    start, length = first.start - above, last.end - first.start + above + below
    new_start, new_length = first.new_start - above, last.new_end - first.new_start + above + below
    return (
        f"@@ -{start + 1 if length else start},{length} "
        f"+{new_start + 1 if new_length else new_start},{new_length} @@\n"
    )


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
