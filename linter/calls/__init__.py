"""Where planned calls come from: each module reads one source into an `Inventory`.

Today that is the calls file (`file`); recorded traffic, logs and source code may follow. Whether a
text is one is decided here, without loading what reads it.
"""

from __future__ import annotations

from linter.typed import Final

SNIFFED: Final = 65_536
"""How many characters decide what a file is."""

_KEYS: Final = ("version", "flows")


def sniff(text: str) -> bool:
    """Whether the text is meant as a calls file: `version` and `flows` among its own keys.

    Only the beginning is looked at, and nothing is parsed, so that a file with a fault is
    recognised all the same. Keys of those names further in (OpenAPI has both) do not count.
    """
    head = text[:SNIFFED].removeprefix("\ufeff")
    if is_json(head):
        return all(f'"{key}"' in head for key in _KEYS) and _top_keys(head).issuperset(_KEYS)
    return all(head.startswith(f"{key}:") or f"\n{key}:" in head for key in _KEYS)


def is_json(text: str) -> bool:
    """Whether a calls file is written as JSON rather than YAML, by how it begins."""
    return text.removeprefix("\ufeff").lstrip()[:2].startswith(("{", "[", "//", "/*"))


def _top_keys(head: str) -> set[str]:
    """The keys of the object that JSON text begins with, or of the objects in its array.

    Commas and comments may stand where they like; the text may be cut off.
    """
    keys: set[str] = set()
    depth, at, string = 0, 0, ""
    top = 0  # how deep the keys that count are
    while at < len(head) and not keys.issuperset(_KEYS):
        sign = head[at]
        at += 1
        if sign == '"':
            end = _string_end(head, at)
            string = head[at:end]
            at = end + 1
        elif sign == "/" and head[at : at + 1] in ("/", "*"):
            closing = "\n" if head[at] == "/" else "*/"
            end = head.find(closing, at + 1)
            at = len(head) if end < 0 else end + len(closing)
        elif sign == ":" and depth == top:
            keys.add(string)
        elif sign in "{[":
            top = top or (1 if sign == "{" else 2)
            depth += 1
        elif sign in "}]":
            depth -= 1
    return keys


def _string_end(text: str, start: int) -> int:
    """Where the quote is that ends the string whose text begins at `start`."""
    at = start
    while at < len(text) and text[at] != '"':
        at += 2 if text[at] == "\\" else 1
    return at
