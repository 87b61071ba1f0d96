"""JSON text to values, and to the places of the values.

The standard parser reads; `tolerant` is loaded only where that one refuses a
text (it takes comments and trailing commas, and says where a real fault is) or
where places are wanted. A text may hold several values: NDJSON, or the answers
of several requests one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from linter.errors import Unreadable
from linter.json_scanner import REFUSALS, scanner
from linter.positions import Span
from linter.syntax import MAX_DEPTH, refusal
from linter.typed import Any, Final


def parse(text: str, path: str) -> Any:
    """The one value in `text`; raises `Unreadable` with the place of the fault."""
    starts = iter(_values(text, path))
    value, _ = next(starts)
    for _, start in starts:
        raise refusal(path, text, start, "a second JSON value; one is expected")
    return value


def documents(text: str, path: str) -> Iterator[tuple[str, Any]]:
    """Each value in `text` with its pointer: `""` for a single one, else `/0`, `/1` and so on.

    Values are read one by one, so that a long NDJSON is never held as values at once.
    Raises `Unreadable` with the place of the fault when it is reached.
    """
    values = _values(text, path)
    first, _ = next(values)
    number = 0
    for value, _ in values:
        if number == 0:
            yield "/0", first
            first = None
        number += 1
        yield f"/{number}", value
    if number == 0:
        yield "", first


def spans(text: str) -> Mapping[str, Span]:
    """The span of every value by pointer; raises `Unreadable` for a text of which `documents` yields nothing.

    Whoever read the values one by one may ask for a place before the fault of a later value was met.
    """
    starts: list[int] = []
    try:
        starts += (start for _, start in _values(text, ""))  # keeps what came before a fault
    except Unreadable:
        if not starts:
            raise
        return _Spans(text, starts)
    return _scan(text, starts[0], "") if len(starts) == 1 else _Spans(text, starts)


def spans_of_line(pointer: str) -> Callable[[str], Mapping[str, Span]]:
    """`spans` for one line of NDJSON, whose value stands at `pointer` of the whole."""
    return lambda text: _scan(text, _next(text, 0), pointer)


class _Spans(Mapping[str, Span]):
    """The spans of several values, each scanned when it is first asked for.

    A finding in one line of a tenant's NDJSON must not cost the places of all lines.
    """

    def __init__(self, text: str, starts: list[int]) -> None:
        self._text = text
        self._starts = starts
        self._scanned: dict[str, Mapping[str, Span]] = {}

    def __getitem__(self, pointer: str) -> Span:
        if pointer == "":
            return Span(0, 0, len(self._text))
        _, _, below = pointer.partition("/")
        return self._within(below.partition("/")[0])[pointer]

    def __iter__(self) -> Iterator[str]:
        yield ""
        for number in range(len(self._starts)):
            yield from self._within(str(number))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _within(self, number: str) -> Mapping[str, Span]:
        if number not in self._scanned:
            if not (number.isdecimal() and int(number) < len(self._starts)):
                return {}
            self._scanned[number] = _scan(self._text, self._starts[int(number)], f"/{number}")
        return self._scanned[number]


def _scan(text: str, start: int, pointer: str) -> dict[str, Span]:
    """The spans within the value that begins at `start`."""
    from linter.syntax import tolerant  # noqa: PLC0415  (loaded for a finding's place only)

    found: dict[str, Span] = {}
    tolerant.read(text, start, pointer, found)
    return found


def _values(text: str, path: str) -> Iterator[tuple[Any, int]]:
    """Each value in `text` and its start; at least one."""
    at = _next(text, 0)
    if at == len(text):
        raise refusal(path, text, 0, "the file is empty")
    while at < len(text):
        value, end = _value(text, at, path)
        yield value, at
        at = _next(text, end)


def _value(text: str, start: int, path: str) -> tuple[Any, int]:
    try:
        value, end = _STRICT(text, start)
    except REFUSALS:
        pass
    else:
        if type(value) in _CONTAINERS and _shallow(value) and not _escapes_surrogates(text, start, end):
            return value, end
    from linter.syntax import tolerant  # noqa: PLC0415  (loaded for what the standard parser refuses)

    try:
        return tolerant.read(text, start, "", {})
    except tolerant.NotJsonError as refused:
        raise refusal(path, text, refused.offset, refused.reason) from None


def _next(text: str, at: int) -> int:
    """Where the next value begins after the one that ended at `at`; the text's length if none does."""
    comma = at == 0
    while True:
        while text.startswith(_BLANKS, at):
            at += 1
        if text.startswith(_EXTRAS, at):
            from linter.syntax import tolerant  # noqa: PLC0415  only for comments and the like

            at = tolerant.blank(text, at)
        if comma or not text.startswith(",", at):
            return at
        comma = True
        at += 1


_BLANKS = (" ", "\t", "\n", "\r")
_EXTRAS = ("/", "\x1b", "{{")
_CONTAINERS = (dict, list)


def _shallow(value: Any) -> bool:
    """Whether `value` is nested no deeper than MAX_DEPTH; level by level, so that nothing recurses."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node)
            if type(child) in _CONTAINERS
        ]
        if not level:
            return True
    return False


def _escapes_surrogates(text: str, start: int, end: int) -> bool:
    """Whether an escape like `D83D` occurs: a pair of such is a character, half a pair is none."""
    return text.find("\\ud", start, end) >= 0 or text.find("\\uD", start, end) >= 0


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate key")
    return members


_STRICT: Final = scanner(_object)
