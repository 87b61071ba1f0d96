"""Bytes to text and back: UTF-8, and the UTF-16 that Windows PowerShell writes.

`Out-File` and `>` of PowerShell 5.1 write UTF-16LE with a byte order mark, other
tools leave the mark out; a byte order mark before UTF-8 is as common. Nothing
is guessed beyond that: a wrong guess would show wrong names and places.
"""

from linter.syntax import refusal


def decode(data: bytes, path: str) -> str:
    """The text in `data`, without byte order mark.

    Raises `Unreadable` with the place of the first byte that is not text.
    """
    mark, encoding = _encoding(data)
    payload = data[mark:]
    try:
        text = payload.decode(encoding)
    except UnicodeDecodeError as error:
        before = payload[: error.start].decode(encoding)
        reason = f"byte 0x{payload[error.start]:02x} is not {_NAMES[encoding]} text; save the file as UTF-8"
        raise refusal(path, before, len(before), reason) from None
    nul = text.find("\0")
    if nul >= 0:
        raise refusal(path, text, nul, "a NUL character: this is not a text file")
    return text


_NAMES = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}


def _encoding(data: bytes) -> tuple[int, str]:
    """The length of the byte order mark, and the encoding."""
    if data.startswith(b"\xef\xbb\xbf"):
        return 3, "utf-8"
    if data.startswith(b"\xff\xfe"):
        return 2, "utf-16-le"
    if data.startswith(b"\xfe\xff"):
        return 2, "utf-16-be"
    # Without a mark: what we read begins with ASCII, so every second byte is NUL (RFC 4627, section 3).
    even, odd = data[0:4:2], data[1:4:2]
    if even and not any(odd) and all(even) and len(data) > 1:
        return 0, "utf-16-le"
    if odd and not any(even) and all(odd):
        return 0, "utf-16-be"
    return 0, "utf-8"


def encode(text: str, like: bytes) -> bytes:
    """The bytes of `text` in the encoding of `like`, with its byte order mark if it has one."""
    mark, encoding = _encoding(like)
    return like[:mark] + text.encode(encoding)
