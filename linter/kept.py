"""What two texts have in common where the one was made from the other by replacing parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from linter.typed import NamedTuple


class Kept(NamedTuple):
    """A run of characters that stands in both texts: where it begins in each, and its length."""

    before: int
    after: int
    length: int


def kept_between(parts: Iterable[tuple[int, int, str]], length: int) -> list[Kept]:
    """What stays of a text of `length` when `parts` (start, end, what takes its place) are replaced."""
    found: list[Kept] = []
    before = after = 0
    for start, end, new in parts:
        found.append(Kept(before, after, start - before))
        after += start - before + len(new)
        before = end
    found.append(Kept(before, after, length - before))
    return [run for run in found if run.length]


def through(first: Sequence[Kept], second: Sequence[Kept]) -> list[Kept]:
    """What a first and a third text have in common, by what each has in common with the one between."""
    found: list[Kept] = []
    at = 0
    for run in first:
        begin, end = run.after, run.after + run.length
        while at < len(second) and second[at].before + second[at].length <= begin:
            at += 1
        number = at
        while number < len(second) and second[number].before < end:
            other = second[number]
            start, stop = max(begin, other.before), min(end, other.before + other.length)
            found.append(Kept(run.before + start - begin, other.after + start - other.before, stop - start))
            number += 1
    return found
