"""JSON as people write it, with the place of every value.

Slower than the standard parser and asked only where that one refuses a text or
where places are wanted. It takes everything that RFC 8259 allows and, where
blanks may stand, also comments (`//`, `/* */`), the colours of the Azure CLI
(`--output jsonc`) and the section lines of mustache templates; a comma may end
a list. It refuses duplicate keys, nesting deeper than `MAX_DEPTH`, NaN,
numbers that are too long and halves of surrogate pairs.
"""

from __future__ import annotations

from linter.json_scanner import NO_CONSTANT, scanner
from linter.positions import Span, escape
from linter.syntax import MAX_DEPTH
from linter.typed import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    import re

_SPACES: Final = " \t\r\n"
# How what else may stand between tokens begins; compiled where a text has any.
_ELSE: Final = ("/", "\x1b", "{{")
_BLANK: Final = r"""(?: [ \t\r\n]+
          | //[^\n]*
          | /\*.*?\*/
          | \x1b\[[0-9;]*m
          | \{\{[#^/!][^{}\n]*\}\}
        )*+"""

# Why the standard parser refused a string, in plain words.
_STRING_ERRORS: Final = (
    ("Unterminated string", "the string that begins here is not closed"),
    ("Invalid control character", "a line break or control character inside a string"),
    ("Invalid \\u", "a \\u escape needs four hexadecimal digits"),
    ("Invalid \\", "an escape that JSON does not know"),
)


class NotJsonError(Exception):
    """Why a text is refused, and at which offset."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


def blank(text: str, at: int) -> int:
    """Where the blanks, comments and the like that begin at `at` end."""
    length = len(text)
    while at < length and text[at] in _SPACES:
        at += 1
    if not text.startswith(_ELSE, at):
        return at
    match = _blank_pattern().match(text, at)
    assert match is not None
    return match.end()


def _blank_pattern() -> re.Pattern[str]:
    import re  # noqa: PLC0415  few texts hold more than blanks, and re remembers what it compiled

    return re.compile(_BLANK, re.VERBOSE | re.DOTALL)


def read(text: str, start: int, pointer: str, spans: dict[str, Span]) -> tuple[Any, int]:
    """The value that begins at `start`, and its end; adds the span of everything in it.

    A bare list of members (`"requiredResourceAccess": […],`) is read as the object
    that it was cut out of. Raises `NotJsonError`.
    """
    if text.startswith('"', start):
        end = _scalar(text, start)[1]
        if text.startswith(":", blank(text, end)):
            members, end = _object(text, start, pointer, 1, spans, closing="")
            spans[pointer] = Span(start, start, end)
            return members, end
    return _value(text, start, pointer, 1, spans)


def _value(
    text: str, start: int, pointer: str, depth: int, spans: dict[str, Span], *, key: int | None = None
) -> tuple[Any, int]:
    value: Any
    opening = text[start : start + 1]
    if opening in ("{", "["):
        if depth > MAX_DEPTH:
            raise NotJsonError(start, f"nested deeper than {MAX_DEPTH} levels")
        inside = blank(text, start + 1)
        if opening == "{":
            value, end = _object(text, inside, pointer, depth, spans, closing="}", opened=start)
        else:
            value, end = _array(text, inside, pointer, depth, spans, opened=start)
    else:
        value, end = _scalar(text, start)
    spans[pointer] = Span(start if key is None else key, start, end)
    return value, end


def _object(
    text: str,
    at: int,
    pointer: str,
    depth: int,
    spans: dict[str, Span],
    *,
    closing: str,
    opened: int = 0,
) -> tuple[dict[str, Any], int]:
    """The members from `at` to `closing` (the end of the text where that is empty)."""
    members: dict[str, Any] = {}
    while text[at : at + 1] != closing:
        if not text.startswith('"', at):
            _expected(text, at, "a key in double quotes" + (" or }" if closing else ""), "object", opened)
        key, end = _scalar(text, at)
        if key in members:
            raise NotJsonError(at, f"the key {_quoted(key)} is written twice in this object")
        colon = blank(text, end)
        if not text.startswith(":", colon):
            _expected(text, colon, "a colon after the key", "object", opened)
        start = blank(text, colon + 1)
        members[key], end = _value(text, start, f"{pointer}/{escape(key)}", depth + 1, spans, key=at)
        at = blank(text, end)
        if text.startswith(",", at):
            at = blank(text, at + 1)
        elif text[at : at + 1] != closing:
            _expected(text, at, "a comma or }" if closing else "a comma", "object", opened)
    return members, at + len(closing)


def _array(
    text: str, at: int, pointer: str, depth: int, spans: dict[str, Span], *, opened: int
) -> tuple[list[Any], int]:
    items: list[Any] = []
    while not text.startswith("]", at):
        if at == len(text):
            _expected(text, at, "]", "list", opened)
        item, end = _value(text, at, f"{pointer}/{len(items)}", depth + 1, spans)
        items.append(item)
        at = blank(text, end)
        if text.startswith(",", at):
            at = blank(text, at + 1)
        elif not text.startswith("]", at):
            _expected(text, at, "a comma or ]", "list", opened)
    return items, at + 1


def _scalar(text: str, at: int) -> tuple[Any, int]:
    """A string, number, true, false or null, as the standard parser reads it."""
    try:
        value, end = _SCALARS(text, at)
    except StopIteration:
        _expected(text, at, "a value", "", 0)
    except (ValueError, SystemError) as error:
        _refuse(error, text, at)
    if type(value) is str and not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
        raise NotJsonError(at, "a \\u escape that is half of a surrogate pair: no character")
    return value, end


_SCALARS: Final = scanner()


def _refuse(error: Exception, text: str, at: int) -> NoReturn:
    """Refuse a scalar in plain words: `error` is a `json.JSONDecodeError`, or about a number or constant."""
    if isinstance(error, SystemError):
        import json.decoder  # noqa: F401, PLC0415  now the scanner has an error to raise

        _scalar(text, at)
    message, offset = getattr(error, "msg", None), getattr(error, "pos", at)
    if message is None:
        known = str(error) == NO_CONSTANT
        raise NotJsonError(at, NO_CONSTANT if known else "a number of too many digits") from None
    for standard, plain in _STRING_ERRORS:
        if message.startswith(standard):
            raise NotJsonError(offset, plain) from None
    _expected(text, at, "a value", "", 0)


def _quoted(key: str) -> str:
    import json  # noqa: PLC0415  only to refuse

    return json.dumps(key)


def _expected(text: str, at: int, what: str, kind: str, opened: int) -> NoReturn:
    """Refuse what stands at `at`: something else was expected."""
    if at >= len(text):
        if kind:
            raise NotJsonError(opened, f"the {kind} that begins here is not closed: the file ends before it")
        raise NotJsonError(at, f"{what} is expected, but the file ends")
    if text.startswith("/*", at):
        raise NotJsonError(at, "the comment that begins here is not closed")
    if text.startswith("'", at):
        raise NotJsonError(at, f"{what} is expected; strings are written in double quotes")
    raise NotJsonError(at, f"{what} is expected here")
