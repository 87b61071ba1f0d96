"""The calls file: what the app will do, written by hand as YAML or JSON.

`sniff` recognises one, `read` reads it. Its grammar is `inventory`'s.
"""

from typing import Any, Final

from linter.calls.fields import MOST_PROBLEMS, Invalid
from linter.calls.inventory import inventory
from linter.errors import Problem, Unreadable
from linter.model import Inventory
from linter.positions import Source

SNIFFED: Final = 65_536
"""How many characters decide what a file is."""

_KEYS: Final = ("version", "flows")


def sniff(text: str) -> bool:
    """Whether the text is meant as a calls file: `version` and `flows` among its own keys.

    Only the beginning is looked at, and nothing is parsed, so that a file with a fault is
    recognised all the same. Keys of those names further in (OpenAPI has both) do not count.
    """
    head = text[:SNIFFED].removeprefix("\ufeff")
    if _is_json(head):
        return all(f'"{key}"' in head for key in _KEYS) and _top_keys(head).issuperset(_KEYS)
    return all(head.startswith(f"{key}:") or f"\n{key}:" in head for key in _KEYS)


def read(path: str, text: str) -> tuple[Inventory, ...]:
    """One inventory for every YAML document or element of a JSON array.

    Raises `Unreadable`: for text that is not YAML or JSON with the first fault, for a calls file
    that is not valid as `Invalid`, with the problems of all its documents.
    """
    found: list[Inventory] = []
    problems: list[Problem] = []
    source, documents = _parse(path, text)
    for pointer, data in documents:
        try:
            found.append(inventory(data, source, pointer))
        except Invalid as error:
            problems += error.problems
            if len(problems) >= MOST_PROBLEMS:
                break
    if problems:
        raise Invalid(tuple(problems))
    if not found:
        raise Unreadable(path, "a calls file without anything in it")
    return tuple(found)


def _parse(path: str, text: str) -> tuple[Source, list[tuple[str, Any]]]:
    """The source and its documents, an array's elements each for itself."""
    # Each syntax is loaded only for a file that is written in it; PyYAML is not cheap.
    if _is_json(text[:SNIFFED]):
        from linter.syntax import json_text  # noqa: PLC0415

        source = Source(path, text, json_text.spans)
        documents = list(json_text.documents(text, path))
    else:
        from linter.syntax import yaml_text  # noqa: PLC0415

        source = Source(path, text, yaml_text.spans)
        documents = yaml_text.documents(text, path)
    apart: list[tuple[str, Any]] = []
    for pointer, data in documents:
        if type(data) is list:
            apart += [(f"{pointer}/{number}", item) for number, item in enumerate(data)]
        else:
            apart.append((pointer, data))
    return source, apart


def _is_json(text: str) -> bool:
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
