"""A JSON text with its values, their spans, and what stands between them.

What stands between two children of a list or object is a `Gap`: the comma, what
belongs to the child before it (a comment on its line), and the lines and blanks
that lead to the next one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from linter.positions import Span, escape
from linter.syntax import json_text
from linter.typed import Any, Final, NamedTuple

_TOKEN: Final = re.compile(
    r"(?P<blank>[ \t\r\n]+)|(?P<comma>,)|//[^\n]*?(?=\r?\n|\Z)|/\*.*?\*/|\{\{[#^/!][^{}\n]*\}\}|.", re.DOTALL
)
_LINE_END: Final = re.compile(r"\r?\n")


class Child(NamedTuple):
    """A member or item: its key or number, where it begins (a member at its key), its value, its end."""

    step: str
    begin: int
    value: int
    end: int


class Gap(NamedTuple):
    """What stands before or after a child.

    `before` and `after` stand around the comma and belong to the child that ends there, `lead` leads to the
    next child or to the closing bracket: it begins with a line end, or is what follows in the same line.
    """

    before: str
    comma: bool
    after: str
    lead: str


class Page:
    """A text that `json_text` reads, with its documents' values.

    Of several values in a text (`several`) the root is a list without brackets.
    """

    def __init__(self, text: str, path: str = "") -> None:
        self.text = text
        documents = list(json_text.documents(text, path))
        self.several = documents[0][0] != ""
        self.root: Any = [value for _, value in documents] if self.several else documents[0][1]
        self._spans = json_text.spans(text)

    def span(self, pointer: str) -> Span:
        """Where the value at `pointer`, which must exist, stands."""
        return self._spans[pointer]

    def value(self, pointer: str) -> Any:
        """The value at `pointer`, which must exist."""
        found = self.root
        for step in steps(pointer):
            found = found[int(step)] if type(found) is list else found[step]
        return found

    def children(self, pointer: str) -> list[Child]:
        """The children of the list or object at `pointer`, in order."""
        value = self.value(pointer)
        names = map(str, range(len(value))) if type(value) is list else value
        return [Child(name, *self.span(f"{pointer}/{escape(name)}")) for name in names]

    def inside(self, pointer: str) -> tuple[int, int]:
        """Where the inside of a list or object begins and ends: its brackets are left out, if it has any."""
        if pointer == "" and self.several:
            return 0, len(self.text)
        _, start, end = self.span(pointer)
        bracket = 1 if self.text[start] in "{[" else 0
        return start + bracket, end - bracket

    def gaps(self, pointer: str) -> list[Gap]:
        """What stands before the first child of a list or object, after it, …, and after the last."""
        at, close = self.inside(pointer)
        found: list[Gap] = []
        for child in self.children(pointer):
            found.append(_gap(self.text[at : child.begin]))
            at = child.end
        found.append(_gap(self.text[at:close], last=True))
        return found

    def colon(self, member: Child) -> str:
        """What stands between a member's key and its value, without comments."""
        _, end = _DECODER.raw_decode(self.text, member.begin)
        before, _, after = self.text[end : member.value].partition(":")
        return (before if not before.strip() else "") + ":" + (after if not after.strip() else " ")

    def indentation(self, offset: int) -> str:
        """The blanks with which the line of `offset` begins."""
        begin = self.text.rfind("\n", 0, offset) + 1
        end = begin
        while self.text.startswith((" ", "\t"), end):
            end += 1
        return self.text[begin : min(end, offset)]

    def line_end(self, offset: int) -> str:
        """How the line before `offset` ends, else the first line of the text."""
        at = self.text.rfind("\n", 0, offset)
        at = self.text.find("\n") if at < 0 else at
        return "\r\n" if self.text[at - 1 : at] == "\r" else "\n"

    def containers(self) -> Iterator[str]:
        """The pointers of all lists and objects that hold anything, the outer ones first."""
        waiting = [("", self.root)]
        while waiting:
            pointer, value = waiting.pop()
            if value:
                yield pointer
            members = enumerate(value) if type(value) is list else value.items()
            below = [
                (f"{pointer}/{escape(str(step))}", inner)
                for step, inner in members
                if type(inner) in (dict, list)
            ]
            waiting.extend(reversed(below))


_DECODER: Final = json.JSONDecoder()


def steps(pointer: str) -> list[str]:
    """The keys and numbers of a pointer (RFC 6901)."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def has_section(text: str) -> bool:
    """Whether a section of a mustache template begins or ends in what stands between values."""
    return any(token.group().startswith("{{") for token in _TOKEN.finditer(text))


def blanks(text: str) -> str:
    """What stands between values without its comments; of several lines the last one's indentation."""
    at = text.rfind("\n")
    if at < 0:
        return text if not text.strip() else " "
    rest = text[at + 1 :]
    return "\n" + rest[: len(rest) - len(rest.lstrip())]


def comment_lines(lead: str) -> str:
    """The lines of a `lead` that hold comments alone, each with the line end before it."""
    if "\n" not in lead:
        return ""
    begin = lead.rfind("\n")
    # A comment of several lines may hold the last line end.
    for token in _TOKEN.finditer(lead):
        if token.lastgroup == "blank" and "\n" in token.group():
            begin = token.end() - len(token.group()) + token.group().rfind("\n")
    kept = lead[:begin].removesuffix("\r")
    return kept if kept.strip() else ""


def ends_in_line_comment(text: str) -> bool:
    """Whether what follows must stand in a new line."""
    last = ""
    for token in _TOKEN.finditer(text):
        last = token.group()
    return last.startswith("//")


def _gap(text: str, *, last: bool = False) -> Gap:
    comma = after = -1
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "comma" and comma < 0:
            comma = token.start()
            after = -1
        elif token.lastgroup == "blank" and after < 0 and "\n" in token.group():
            line_end = _LINE_END.search(token.group())
            assert line_end is not None
            after = token.start() + line_end.start()
    before, rest = (text[:comma], text[comma + 1 :]) if comma >= 0 else ("", text)
    if after >= 0:
        cut = after - (len(text) - len(rest))
    elif last:
        cut = len(rest.rstrip())
    else:
        cut = 0
    return Gap(before, comma >= 0, rest[:cut], rest[cut:])
