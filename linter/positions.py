"""Where things stand: a source text, a place in it, and its lines.

A record remembers its place as `At(source, pointer)`, an RFC 6901 JSON pointer
into the source's own document. Nobody pays for lines and columns until a
finding is shown: `Source` asks its `locate` for the spans on first need.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from linter.typed import NamedTuple


class Span(NamedTuple):
    """Offsets into the text in code points, end exclusive.

    `key` is where the member's key begins (`start` for items and the root).
    """

    key: int
    start: int
    end: int


class Place(NamedTuple):
    """Lines and columns of a span, from 1, columns in code points, end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Source:
    """One input text: its path as shown, the text, and the spans of its values.

    `path` is relative to the working directory, with `/`. `locate` maps the
    text to the span of every value by pointer; it may raise nothing for a
    text that was read successfully. `above` is how many lines of the file stand
    before the text, where it is not the whole file.
    """

    __slots__ = ("_above", "_lines", "_locate", "_spans", "path", "text")

    def __init__(
        self, path: str, text: str, locate: Callable[[str], Mapping[str, Span]], above: int = 0
    ) -> None:
        self.path = path
        self.text = text
        self._above = above
        self._locate = locate
        self._spans: Mapping[str, Span] | None = None
        self._lines: list[int] | None = None

    def __repr__(self) -> str:
        return f"Source({self.path!r})"

    def span(self, pointer: str) -> Span:
        """The span of the value at `pointer`, else of its nearest written ancestor."""
        if self._spans is None:
            self._spans = self._locate(self.text)
        while pointer not in self._spans:
            if not pointer:
                return Span(0, 0, 0)
            pointer = pointer.rpartition("/")[0]
        return self._spans[pointer]

    def place(self, pointer: str) -> Place:
        """Lines and columns of the value at `pointer`."""
        span = self.span(pointer)
        line, column = self.line_column(span.start)
        end_line, end_column = self.line_column(span.end)
        return Place(line, column, end_line, end_column)

    def line_column(self, offset: int) -> tuple[int, int]:
        """The line and column, both from 1, of an offset into the text."""
        from bisect import bisect_right  # noqa: PLC0415  a shared library, and only findings have lines

        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return line + self._above, offset - starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of line `number` (from 1) without its line end."""
        starts, number = self._line_starts(), number - self._above
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def _line_starts(self) -> list[int]:
        if self._lines is None:
            # Only LF ends a line for editors, SARIF viewers and Git alike; CRLF ends in one.
            starts, at = [0], self.text.find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = self.text.find("\n", at + 1)
            self._lines = starts
        return self._lines


class At(NamedTuple):
    """A place: a source and a JSON pointer into it."""

    source: Source
    pointer: str

    def child(self, *steps: str | int) -> At:
        """The place of a member or item below this one."""
        pointer = self.pointer
        for step in steps:
            pointer += "/" + escape(str(step))
        return At(self.source, pointer)


def escape(step: str) -> str:
    """One key as a step of a JSON pointer (RFC 6901, section 3)."""
    if "~" in step or "/" in step:
        return step.replace("~", "~0").replace("/", "~1")
    return step
