"""Changes of the values in a JSON text as changes of the text, in its own style.

Only what stands between values is written anew where an item or member comes or goes, so that every other
byte stays. A comment on the line of what goes, goes with it; lines of comments stay.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise

from linter.syntax.json_page import (
    Page,
    blanks,
    comment_lines,
    ends_in_line_comment,
    has_section,
)
from linter.syntax.json_style import Style, placed
from linter.typed import Any, Final, Literal, NamedTuple


class Change(NamedTuple):
    """One change of the values in a text: `linter.finding.Edit` with a pointer that exists there.

    `key` and the keys in `value` are spelt as the text spells them.
    """

    action: Literal["remove", "replace", "append", "set"]
    pointer: str
    value: Any = None
    key: str = ""


class Replacement(NamedTuple):
    """A part of a text, from `start` to `end` in code points, and what takes its place."""

    start: int
    end: int
    text: str


class CannotChangeError(Exception):
    """Why a text is left as it is."""


def replacements(page: Page, style: Style, changes: Iterable[Change]) -> list[Replacement]:
    """The parts of a text that the changes replace, in order; they do not overlap.

    No change may lie within what another one removes or replaces. Raises `CannotChangeError`.
    """
    if "\x1b" in page.text:
        raise CannotChangeError("it holds the colour codes of a terminal: save it without colours")
    removed: dict[str, set[str]] = {}
    added: dict[str, list[Change]] = {}
    found: list[Replacement] = []
    for change in changes:
        if change.action == "remove":
            if not change.pointer:
                raise CannotChangeError("nothing would be left of it")
            above, _, step = change.pointer.rpartition("/")
            removed.setdefault(above, set()).add(step.replace("~1", "/").replace("~0", "~"))
        elif change.action == "replace":
            found.append(_replaced(page, style, change))
        elif change.action == "append" and type(page.value(change.pointer)) is dict:
            found += _listed(page, style, change)
        else:
            added.setdefault(change.pointer, []).append(change)
    for pointer in {**removed, **added}:
        container = _Container(page, style, pointer)
        found += container.changed(removed.get(pointer, set()), added.get(pointer, []))
    return sorted(found)


def spliced(text: str, parts: Iterable[Replacement]) -> str:
    """The text with its parts replaced."""
    pieces: list[str] = []
    at = 0
    for start, end, new in parts:
        pieces += (text[at:start], new)
        at = end
    return "".join((*pieces, text[at:]))


def _replaced(page: Page, style: Style, change: Change) -> Replacement:
    _, start, end = page.span(change.pointer)
    like: str | None = change.pointer
    if type(page.value(change.pointer)) is not type(change.value):
        like = style.named_as(change.pointer, type(change.value))
    return Replacement(
        start, end, style.written(change.value, like, page.indentation(start), page.line_end(start))
    )


def _listed(page: Page, style: Style, change: Change) -> list[Replacement]:
    """One more item beside a value that stands for a list of one: the two as a list."""
    _, start, end = page.span(change.pointer)
    base, line_end = page.indentation(start), page.line_end(start)
    lead = line_end + base if style.unit else style.comma_blank
    item = style.written(change.value, change.pointer, base, line_end)
    return [Replacement(start, start, "["), Replacement(end, end, f",{lead}{item}]")]


class _Container:
    """One list or object and what stands between its children."""

    def __init__(self, page: Page, style: Style, pointer: str) -> None:
        self.page = page
        self.style = style
        self.pointer = pointer
        self.inside = page.inside(pointer)
        self.children = page.children(pointer)
        self.gaps = page.gaps(pointer)
        # Documents one after another need no comma, but may have one.
        self.commas = pointer != "" or not page.several or any(gap.comma for gap in self.gaps[1:-1])
        if any(has_section(f"{gap.before}{gap.after}{gap.lead}") for gap in self.gaps):
            raise CannotChangeError("a section of its template begins or ends among what would be changed")

    def changed(self, removed: set[str], added: list[Change]) -> list[Replacement]:
        """The gaps that look different without some children and with new ones at the end."""
        staying = [number for number, child in enumerate(self.children) if child.step not in removed]
        if not staying and not added and self.pointer == "" and self.page.several:
            raise CannotChangeError("nothing would be left of it")
        found: list[Replacement] = []
        ends = [-1, *staying, len(self.children)]
        for one, other in pairwise(ends):
            last = other == len(self.children)
            new = self._gap(one, other, added if last else [])
            start = self.children[one].end if one >= 0 else self.inside[0]
            end = self.inside[1] if last else self.children[other].begin
            if new != self.page.text[start:end]:
                found.append(_trimmed(self.page.text, Replacement(start, end, new)))
        return found

    def _gap(self, one: int, other: int, added: list[Change]) -> str:
        """What stands between two children that stay; -1 is the beginning, the number of all is the end."""
        tail, last = self.gaps[one + 1], other == len(self.children)
        gone = self.gaps[one + 1 : other]  # what leads to each child between them
        if not gone and not added:
            return self._text(one, other)
        kept = "".join(comment_lines(gap.lead) for gap in gone)
        if one < 0:
            comma = False
        elif last:
            comma = self.commas if added else self.gaps[-1].comma
        else:
            comma = tail.comma
        # The comma stands right after the value where there was none before.
        before = f"{tail.before}{',' if comma else ''}{tail.after}{kept}"
        lead = self._lead(one, other)
        if added:
            new = self._added(added, one)
            if one < 0 and not lead.startswith(_LINE_ENDS):
                lead = self._close(lead)
            return before + self._after_comment(before, new, one) + lead
        if last and one < 0 and not f"{before}{lead}".strip():
            return ""
        if last and not lead and self.inside[1] == len(self.page.text):
            return before  # nothing follows that a comment could hide
        return before + self._after_comment(before, lead, one)

    def _after_comment(self, before: str, text: str, one: int) -> str:
        """A text in a new line, if `before` ends in a comment that would go on in it."""
        if text.startswith(_LINE_ENDS) or not ends_in_line_comment(before):
            return text
        indentation = self.page.indentation(self.inside[0]) + (self.style.unit if one >= 0 else "")
        return self.page.line_end(self.inside[0]) + indentation + text.lstrip(" \t")

    def _text(self, one: int, other: int) -> str:
        start = self.children[one].end if one >= 0 else self.inside[0]
        end = self.inside[1] if other == len(self.children) else self.children[other].begin
        return self.page.text[start:end]

    def _lead(self, one: int, other: int) -> str:
        """The line end and blanks before a child that stays, or before the end."""
        lead = self.gaps[other].lead
        if other == len(self.children) or other == one + 1 or lead.strip():
            return lead
        first = self.gaps[one + 1].lead  # where the first of those that go stood
        if one < 0 or "\n" not in lead:
            return self._in_text(blanks(first))
        return lead

    def _added(self, added: list[Change], one: int) -> str:
        layout = self.style.layout(self.pointer)
        at = self.children[one].end if one >= 0 else self.inside[0]
        base = self.page.indentation(self.inside[0])
        line_end = self.page.line_end(self.inside[0])
        parts: list[str] = []
        for number, change in enumerate(added):
            lead = layout.first if one < 0 and number == 0 else layout.between
            if self.pointer == "" and self.page.several and len(self.children) < 2:
                lead = "\n"
            indentation = base + lead[1:] if lead.startswith("\n") else self.page.indentation(at)
            parts.append("," if number and self.commas else "")
            parts.append(placed(lead, base, line_end))
            if change.action == "set":
                parts.append(self._key(change.key))
                like = self.style.named(change.key, type(change.value))
            else:
                like = self.style.sibling(self.pointer, type(change.value))
            parts.append(self.style.written(change.value, like, indentation, line_end))
        if layout.trailing_comma:
            parts.append(",")
        return "".join(parts)

    def _key(self, key: str) -> str:
        colon = self.page.colon(self.children[-1]) if self.children else self.style.colon
        return json.dumps(key, ensure_ascii=False) + colon

    def _close(self, lead: str) -> str:
        """What stands before the end of a list or object that was empty."""
        if self.children or lead.strip():
            return lead
        base, line_end = self.page.indentation(self.inside[0]), self.page.line_end(self.inside[0])
        return placed(self.style.layout(self.pointer).close, base, line_end)

    def _in_text(self, lead: str) -> str:
        """Blanks as `blanks` gives them, with the line end of the text."""
        return lead.replace("\n", self.page.line_end(self.inside[0]))


def _trimmed(text: str, part: Replacement) -> Replacement:
    """A replacement without what it leaves as it is at both ends."""
    start, end, new = part
    old = text[start:end]
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return Replacement(start + head, end - tail, new[head : len(new) - tail])


_LINE_ENDS: Final = ("\n", "\r")
