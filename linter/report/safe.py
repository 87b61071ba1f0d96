"""What a user's file may put into our output: nothing secret, nothing that acts.

Every excerpt, message and name passes here. Control, bidirectional and line
breaking characters are written as escapes, so that file-controlled text can
neither begin a line (`::` is a command in CI logs) nor drive a terminal; values
of secret-bearing keys and anything shaped like a client secret, a token or a
private key become `***`.
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.memory import remembers
from linter.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import re

#: Excerpts are cut to this many columns around what they show.
WIDTH: Final = 120

#: Characters before and after a mark in which a secret may begin or end; lines may be megabytes long.
_CONTEXT: Final = 4096

# Shapes: an Entra client secret (three characters, a digit, `Q~`, and 31 or more), a JWT or JWE, a key in
# DER as base64 or in PEM, user and password of a URL.
_SHAPES: Final = (
    r"[\w.~-]{0,3}\dQ~[\w.~-]{31,}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)*"
    r"|(?<![A-Za-z0-9+])MII[A-Za-z0-9+/]{40,}={0,2}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?:(?!-----END)[^\"'])*(?:-----END [A-Z ]*-----)?"
    r"|(?:(?<=://)|(?<=:/))[^\s/:@\"']+:[^\s/@\"']+(?=@)"
)
_KEYS: Final = (
    r"client[_-]?secret|secret[_-]?text|secret[_-]?value|app[_-]?secret|password|passwd|pwd"
    r"|access[_-]?token|refresh[_-]?token|id[_-]?token|api[_-]?key|private[_-]?key|connection[_-]?string"
)
_QUOTED: Final = r"""\\["'](?P<inner>(?:(?!\\["'])[^"'])*)|"(?P<double>(?:[^"\\]|\\.)*)|'(?P<single>[^']*)"""
# What comes after a key: in quotes, in the quotes of JSON within a JSON string, or without quotes.
_SECRET: Final = (
    rf"""(?:\\?["'])?(?:{_KEYS})(?:\\?["'])?\s*[:=]\s*(?:{_QUOTED}|(?P<bare>[^\s"',}}{{\[\]\\][^\s"']*))"""
    rf"|(?P<shape>{_SHAPES})"
)
# A value without quotes may be several words in a file, but not in a sentence.
_SECRET_LINE: Final = (
    rf"""(?:{_KEYS})(?:\\?["'])?\s*[:=]\s*(?:{_QUOTED}|"""
    r"""(?P<bare>(?<=:\s)[^\s"',}{\[\]\\$<%].*|[^\s"',}{\[\]\\$<%][^"']*|[$<%][^\s"']*))"""
    rf"|(?P<shape>{_SHAPES})"
)
# A line that ends in a key: the value is in the next one.
_OPEN_KEY: Final = rf"(?:{_KEYS})[\"']?\s*[:=]\s*(?:[|>][-+\d]*)?\s*$"

# Compiling the patterns costs more than a lint, and most texts hold nothing of what each must match.
_SIGNS: Final = ("q~", "eyj", "mii", "-----begin", "@")
_WORDS: Final = ("secret", "passw", "pwd", "token", "api", "private", "connection")


def _may_match(text: str) -> bool:
    """Whether a text holds a part that every secret has."""
    lowered = text.lower()
    if any(sign in lowered for sign in _SIGNS):
        return True
    return (":" in text or "=" in text) and any(word in lowered for word in _WORDS)


@remembers(16)
def _compiled(pattern: str) -> re.Pattern[str]:
    import re  # noqa: PLC0415  most texts hold nothing that looks like a secret

    return re.compile(pattern, re.IGNORECASE)


_NOT_SECRET: Final = frozenset({"null", "true", "false", "access_token", "id_token", "static"})


def escaped(text: str) -> str:
    """`text` with everything that is not plainly printable written as an escape."""
    if text.isprintable() and "##" not in text:
        return text
    return "".join(_escaped(text, at) for at in range(len(text)))


def _escaped(text: str, at: int) -> str:
    """One character of a text."""
    character = text[at]
    # `##[` and `##vso[` begin a command anywhere in a line of GitHub's and Azure's logs.
    if character == "#" and at and text[at - 1 : at + 5].lower().startswith(_COMMANDS):
        return "\\u0023"
    if character.isprintable():
        return character
    return _ESCAPES.get(character) or f"\\u{ord(character):04x}"


_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_COMMANDS: Final = ("##[", "##vso[")


def plain(text: str) -> str:
    """`text` escaped and with secrets masked, for messages, names and labels."""
    return masked(escaped(text))


def masked(text: str) -> str:
    """`text` with secrets masked and nothing escaped, for what is encoded afterwards."""
    return _compiled(_SECRET).sub(_mask, text) if _may_match(text) else text


def one_line(text: str) -> str:
    """`plain`, for prose that may be wrapped into several lines: in one."""
    return plain(" ".join(text.split()))


def shortened(text: str, most: int = 1000) -> str:
    """`text` without its middle where it is very long: it quotes what came from anywhere."""
    return text if len(text) <= most else f"{text[: most // 2]} … {text[-most // 2 :]}"


def leading(text: str) -> str:
    """`plain`, for a text that begins a line: `::` there is a command in GitHub's logs, also after blanks."""
    shown = plain(text)
    return shown.replace("::", "\\u003a:", 1) if shown.lstrip().startswith("::") else shown


def line_at(text: str, offset: int, end: int) -> tuple[str, int, int]:
    """An excerpt of the line in which `offset` lies, which shows the span from there to `end`.

    A line may be megabytes long and the text before it may make it part of a secret: both are looked at as
    far as a secret can reach.
    """
    begin = text.rfind("\n", max(0, offset - _CONTEXT), offset) + 1 or max(0, offset - _CONTEXT)
    stop = text.find("\n", offset, offset + _CONTEXT)
    line = text[begin : offset + _CONTEXT if stop < 0 else stop].rstrip("\r")
    above = text[max(0, begin - 2 * _CONTEXT) : begin]
    return excerpt(line, offset - begin, end - begin, above.removesuffix("\n"))


def kept_line(line: str, above: str) -> str:
    """A whole line of a file made safe, and as it is where it is safe: tabs, a byte order mark, its CR.

    `above` is the text before it.
    """
    mark = "\ufeff" if line.startswith("\ufeff") and not above else ""
    end = "\r" if line.endswith("\r") else ""
    line = line[len(mark) : len(line) - len(end)]
    pieces: list[str] = []
    at = 0
    for hidden_from, hidden_to in _hidden(line, above):
        pieces += (line[at:hidden_from], "***")
        at = hidden_to
    kept = "\t".join(escaped(piece) for piece in "".join((*pieces, line[at:])).split("\t"))
    if kept.lstrip().startswith("::"):
        kept = kept.replace("::", "\\u003a:", 1)
    return mark + kept + end


def excerpt(line: str, start: int, end: int, above: str = "") -> tuple[str, int, int]:
    """One source line made safe and cut around the columns from `start` to `end` (from 0).

    `above` is the text before it. Returns the text and where the columns went.
    """
    line = line.replace("\t", " ")
    pieces: list[str] = []
    marks = [start, min(max(end, start), len(line))]
    moved = [-1, -1]
    length = at = 0
    for hidden_from, hidden_to in _hidden(line, above):
        length += _copy(line, at, hidden_from, length, marks, moved, pieces)
        for index, mark in enumerate(marks):
            if hidden_from <= mark <= hidden_to and moved[index] < 0:
                moved[index] = length if mark == hidden_from else length + 3
        pieces.append("***")
        length += 3
        at = hidden_to
    length += _copy(line, at, len(line), length, marks, moved, pieces)
    text = "".join(pieces)
    first, last = (length if mark < 0 else mark for mark in moved)
    return _cut(text, first, last)


def _hidden(line: str, above: str) -> Iterator[tuple[int, int]]:
    """The spans of a line that must not be shown."""
    at = 0
    begin = above.rfind("-----BEGIN ")
    body = above[begin:] if begin >= 0 else ""
    if "PRIVATE KEY" in body and not any(mark in body for mark in ("-----END", '"', "'")):
        # Within a key that began further up.
        at = line.find("-----END")
        at = len(line) if at < 0 else at
    elif _may_match(above[-200:]) and _compiled(_OPEN_KEY).search(above[-200:]):
        at = len(line.rstrip(" ,}"))
        written = line[:at].strip()
        value = written.strip("\"'")
        is_member = written == value and (": " in value or value.endswith(":"))
        if value[:1] in _OPENS or value.lower() in _NOT_SECRET or is_member:
            at = 0
    blank = len(line) - len(line.lstrip())
    if at > blank:
        yield blank, at
    for match in _compiled(_SECRET_LINE).finditer(line, at) if _may_match(line) else ():
        if not _is_open(match):
            yield match.span(match.lastgroup or 0)


def _copy(
    line: str, at: int, end: int, length: int, marks: list[int], moved: list[int], pieces: list[str]
) -> int:
    """Append `line[at:end]` escaped, note where the marks in it went, and return the length added."""
    added = 0
    for offset in range(at, end):
        for index, mark in enumerate(marks):
            if mark == offset and moved[index] < 0:
                moved[index] = length + added
        piece = _escaped(line, offset)
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
    if _is_open(match):
        return match.group()
    start, end = match.span(match.lastgroup or 0)
    return match.group()[: start - match.start()] + "***" + match.group()[end - match.start() :]


def _is_open(match: re.Match[str]) -> bool:
    """Whether a value is empty, a placeholder, a boolean or OAuth's own word: hiding it helps nobody."""
    if match.lastgroup == "shape":
        return False
    value = match.group(match.lastgroup or 0)
    return value[:1] in _OPENS or value.rstrip(",}] ").lower() in _NOT_SECRET


_OPENS: Final = ("", "$", "<", "{", "[", "%")
