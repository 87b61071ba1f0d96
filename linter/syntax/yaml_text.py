"""YAML text to plain values and their places, without YAML's surprises.

Built from the events of PyYAML's C parser, with our own typing (close to the core schema of
YAML 1.2, section 10.3). The composer of libyaml is not used: it is recursive and crashes the
process on deep input. What other YAML readers would retype or expand is refused or marked:

* tags, duplicate keys, keys that are not text, and an alias inside its own anchor are refused;
* aliases may add `MAX_ALIASED_NODES` values with at most `MAX_ALIASES` aliases;
* `<<` is a key like any other;
* text that YAML 1.1 or a reader in a hurry takes for something else is an `Unquoted`.

This module imports PyYAML: import it only when there is YAML to read.
"""

from __future__ import annotations

from linter.errors import Unreadable
from linter.memory import remembers_last
from linter.positions import Span, escape
from linter.syntax import MAX_DEPTH, refusal
from linter.syntax.yaml_library import yaml
from linter.typed import Any, Final, NamedTuple, NoReturn, Self

MAX_ALIASES: Final = 100
MAX_ALIASED_NODES: Final = 10_000

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOM: Final = "\ufeff"


class Unquoted(str):
    """Text written without quotes that may not be what the writer meant; `why` says so."""

    __slots__ = ("why",)
    why: str

    def __new__(cls, text: str, why: str) -> Self:
        """The text, with the reason to ask for quotes."""
        self = super().__new__(cls, text)
        self.why = why
        return self


def documents(text: str, path: str) -> list[tuple[str, Any]]:
    """Every document that is not empty, after the prefix of its pointers (`""`, or `/0`, `/1`, …).

    Raises `Unreadable` with the first fault, by line and column.
    """
    try:
        roots = _roots(text)
    except Unreadable as error:
        _, line, column, message = error.problem
        raise Unreadable(path, message, line, column) from None
    return [(_prefix(number, roots), node.value) for number, node in enumerate(roots)]


def spans(text: str) -> dict[str, Span]:
    """The span of every value of a readable text, by pointer.

    What an alias stands for has the places of the anchored text; the alias itself has its own.
    """
    found: dict[str, Span] = {}
    roots = _roots(text)
    if len(roots) != 1:
        found[""] = Span(0, 0, len(text))
    for number, node in enumerate(roots):
        _locate(node, node.start, _prefix(number, roots), 1 if text.startswith(_BOM) else 0, found)
    return found


@remembers_last  # the places are asked for after the values, if at all
def _roots(text: str) -> list[_Node]:
    return _compose(text, "")


# --- composing --------------------------------------------------------------------------------


class _Node(NamedTuple):
    """A value, where it stands, how many values it holds and how deep they nest."""

    value: Any
    start: int
    end: int
    size: int = 1
    height: int = 0
    children: tuple[tuple[str, int, _Node], ...] = ()


class _Open:
    """A list or mapping whose end has not come yet; `key` is the key that waits for its value."""

    __slots__ = ("anchor", "children", "in_braces", "is_mapping", "key", "start", "written")

    def __init__(self, event: Any) -> None:
        self.is_mapping = isinstance(event, yaml.MappingStartEvent)
        self.in_braces = event.flow_style
        self.anchor = event.anchor
        self.start = event.start_mark.index
        self.children: list[tuple[str, int, _Node]] = []
        self.key: tuple[str, int] | None = None
        self.written: dict[str, int] = {}

    def close(self, end: int) -> _Node:
        # The end event of a block collection stands at the next token, after blank lines and
        # comments; the collection itself ends with its last value.
        if self.children and not self.in_braces:
            end = self.children[-1][2].end
        nodes = [node for _, _, node in self.children]
        value: Any = (
            {step: node.value for step, _, node in self.children}
            if self.is_mapping
            else [node.value for node in nodes]
        )
        size = 1 + sum(node.size for node in nodes)
        height = 1 + max((node.height for node in nodes), default=0)
        return _Node(value, self.start, end, size, height, tuple(self.children))


class _Composer:
    """One pass over the events of one text."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.roots: list[_Node] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, _Node] = {}
        self.aliases = 0
        self.aliased = 0

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.DocumentStartEvent:
            self.anchors.clear()
        elif kind is yaml.AliasEvent:
            self.value(self.alias(event), None)
        elif kind is yaml.ScalarEvent:
            self.refuse_tag(event)
            if self.expects_key():
                self.key(event.value, event.start_mark.index)
            else:
                self.value(self.scalar(event), event.anchor)
        elif kind in (yaml.MappingStartEvent, yaml.SequenceStartEvent):
            self.open(event)
        elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            done = self.stack.pop()
            self.value(done.close(event.end_mark.index), done.anchor)

    def expects_key(self) -> bool:
        return bool(self.stack) and self.stack[-1].is_mapping and self.stack[-1].key is None

    def key(self, name: str, start: int) -> None:
        parent = self.stack[-1]
        if name in parent.written:
            first = self.text.count("\n", 0, parent.written[name]) + 1
            self.refuse(start, f"the key {name!r} is written twice (first in line {first})")
        parent.written[name] = start
        parent.key = (name, start)

    def open(self, event: Any) -> None:
        start = event.start_mark.index
        self.refuse_tag(event)
        if self.expects_key():
            self.refuse(start, "a key must be text; put braces and brackets in quotes")
        if len(self.stack) >= MAX_DEPTH:
            self.refuse(start, f"nested more than {MAX_DEPTH} levels deep")
        if event.anchor:
            self.anchors.pop(event.anchor, None)
        self.stack.append(_Open(event))

    def alias(self, event: Any) -> _Node:
        start, name = event.start_mark.index, event.anchor
        if self.expects_key():
            self.refuse(start, f"a key must be text, not the alias *{name}; put it in quotes")
        node = self.anchors.get(name)
        if node is None:
            self.refuse(start, f"*{name} names no anchor that is complete before it; or quote this text")
        self.aliases += 1
        self.aliased += node.size
        if self.aliases > MAX_ALIASES:
            self.refuse(start, f"more than {MAX_ALIASES} aliases")
        if self.aliased > MAX_ALIASED_NODES:
            self.refuse(start, f"aliases stand for more than {MAX_ALIASED_NODES} values")
        if len(self.stack) + node.height > MAX_DEPTH:
            self.refuse(start, f"nested more than {MAX_DEPTH} levels deep")
        return node._replace(start=start, end=event.end_mark.index)

    def scalar(self, event: Any) -> _Node:
        start: int = event.start_mark.index
        end: int = event.end_mark.index
        if not event.implicit[0]:  # quoted, or a block of text
            if event.style in ("|", ">"):
                end = start + len(self.text[start:end].rstrip())
            return _Node(event.value, start, end)
        value = _plain(event.value)
        if type(value) is str and self.cut_by_comment(end):
            value = Unquoted(
                value,
                "what follows ' #' is a comment; quote the text, or write '# ' before a comment",
            )
        return _Node(value, start, end)

    def cut_by_comment(self, end: int) -> bool:
        """Whether text goes on after ` #` as text does and comments seldom do: ` #1.txt`."""
        line_end = self.text.find("\n", end)
        rest = self.text[end : line_end if line_end >= 0 else len(self.text)].lstrip(" \t")
        return len(rest) > 1 and rest[0] == "#" and rest[1].isalnum()

    def value(self, node: _Node, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = node
        if not self.stack:
            if node.value is not None or node.end > node.start:  # else nothing between two `---`
                self.roots.append(node)
            return
        parent = self.stack[-1]
        if parent.key is None:
            parent.children.append((str(len(parent.children)), node.start, node))
        else:
            parent.children.append((*parent.key, node))
            parent.key = None

    def refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            self.refuse(event.start_mark.index, "YAML tags are not read; remove the tag, or quote the text")

    def refuse(self, offset: int, message: str) -> NoReturn:
        raise refusal(self.path, self.text, offset, message)


def _compose(text: str, path: str) -> list[_Node]:
    # The C parser skips a byte order mark without counting it, the other one counts it.
    composer = _Composer(text.removeprefix(_BOM), path)
    try:
        for event in yaml.parse(composer.text, Loader=_LOADER):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        composer.refuse(*_explain(error, composer.text))
    except yaml.reader.ReaderError as error:
        # Its position counts bytes or characters, by parser; the character is the same.
        character = error.character if isinstance(error.character, int) else ord(error.character)
        offset = composer.text.find(chr(character))
        composer.refuse(max(offset, 0), f"the character U+{character:04X} is not allowed in YAML")
    except UnicodeEncodeError as error:
        code = ord(error.object[error.start])
        composer.refuse(error.start, f"the character U+{code:04X} is not allowed in YAML")
    return composer.roots


def _locate(node: _Node, key: int, pointer: str, shift: int, found: dict[str, Span]) -> None:
    found[pointer] = Span(key + shift, node.start + shift, node.end + shift)
    for step, start, child in node.children:
        _locate(child, start, f"{pointer}/{escape(step)}", shift, found)


def _prefix(number: int, roots: list[_Node]) -> str:
    return f"/{number}" if len(roots) > 1 else ""


# --- typing -----------------------------------------------------------------------------------

_SWITCH: Final = "YAML 1.1 reads it as true or false; quote this text, or write true or false"
_DATE: Final = "YAML 1.1 reads it as a date; quote this text"
_NUMBER: Final = "YAML readers take it for a number; quote this text"

_WORDS: Final[dict[str, Any]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **{
        spelling: Unquoted(spelling, _SWITCH)
        for word in ("yes", "no", "on", "off")
        for spelling in (word, word.title(), word.upper())
    },
    **{
        sign + spelling: Unquoted(sign + spelling, _NUMBER)
        for word in (".inf", ".nan")
        for spelling in (word, "." + word[1:].title(), word.upper(), ".NaN")
        for sign in ("", "+", "-")
    },
}


def _plain(text: str) -> Any:
    """The value of text without quotes. Numbers are those that YAML 1.1, 1.2 and JSON agree about."""
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if text[0] in "+-.0123456789" else text


def _number(text: str) -> Any:
    digits = text[1:] if text[0] in "+-" else text
    if digits.isascii() and digits.isdigit():
        # A leading zero is octal in YAML 1.1; Python refuses to read thousands of digits.
        surprising = len(digits) > 1 and (digits[0] == "0" or len(digits) > 20)
        return Unquoted(text, _NUMBER) if surprising else int(text)
    if set(text) <= set("0123456789+-.eE"):
        try:
            value = float(text)
        except ValueError:
            pass
        else:
            return value if abs(value) < float("inf") else Unquoted(text, _NUMBER)
    if _is_date(text):
        return Unquoted(text, _DATE)
    if _is_sexagesimal(digits) or _is_python_like(digits):
        return Unquoted(text, _NUMBER)
    return text


def _is_date(text: str) -> bool:
    """`2026-11-01`, `2026-1-1`, with or without a time after it."""
    year, _, rest = text.partition("-")
    month, _, rest = rest.partition("-")
    day = rest[:2].rstrip("Tt \t")
    tail = rest[len(day) :]
    return (
        len(year) == 4
        and all(part.isascii() and part.isdigit() and len(part) <= 4 for part in (year, month, day))
        and (not tail or tail[0] in "Tt \t")
    )


def _is_sexagesimal(digits: str) -> bool:
    """`12:30:45`, `1:30.5`: base 60 in YAML 1.1."""
    parts = digits.split(":")
    return len(parts) > 1 and all(part.replace("_", "").replace(".", "").isdigit() for part in parts)


def _is_python_like(digits: str) -> bool:
    """`0x1F`, `0o17`, `0b1`, `1_000`: numbers to some YAML readers, in Python's spelling."""
    try:
        int(digits, 0)
    except ValueError:
        return False
    return digits.isascii()


# --- the parser's errors in plain words -------------------------------------------------------

_BRACES: Final = (
    "text with braces or brackets inside {…} or […] must be quoted, as in {url: '/users/{id}'};"
    " or a closing one is missing"
)
_COLON: Final = "a colon followed by a space, or at the end, makes a mapping here; quote this text"

_PROBLEMS: Final = {
    "mapping values are not allowed": _COLON,
    "did not find expected ',' or": _BRACES,
    "expected ',' or": _BRACES,
    "did not find expected key": "a key is expected here; check the indentation and the quotes",
    "could not find expected ':'": "a key without a colon after it; check the indentation",
    "did not find expected '-' indicator": "a list item ('- ') is expected here; check the indentation",
    "nesting depth": f"nested more than {MAX_DEPTH} levels deep",  # libyaml looks ahead: 1,000 levels
    "tab character": "a tab cannot indent; use spaces",
    "unexpected end of stream": "a quote is opened and never closed",
    "document start": "one document per `---`; this begins neither a key nor a document",
    "undefined tag handle": "YAML tags are not read; quote the text",
    "escape": "an escape that YAML does not know; use single quotes to take backslashes as they are",
}


def _explain(error: Any, text: str) -> tuple[int, str]:
    """Where the parser's error stands, and what it means."""
    mark = error.problem_mark or error.context_mark
    offset = min(mark.index, len(text)) if mark else 0
    problem = str(error.problem)
    if "cannot start any token" in problem or "alphabetic or numeric" in problem:
        if "alphabetic or numeric" in problem:
            offset = max(offset - 1, 0)
        sign = text[offset : offset + 1]
        if sign == "\t":
            return offset, _PROBLEMS["tab character"]
        return offset, f"text that begins with {sign!r} must be quoted"
    for part, message in _PROBLEMS.items():
        if part in problem:
            if part == "unexpected end of stream" and error.context_mark:
                offset = error.context_mark.index
            return offset, message
    return offset, f"not valid YAML: {problem}"
