"""One JSON object that is being read: its members by name, type and place.

Every getter returns None for a member that is missing, and raises `Unreadable`
with the place for one of a wrong type. Null is unknown too, but in a full export
a null list is known to be empty. A placeholder may stand for any value, and in a
truncated PowerShell export a string for any object or list: both are unknown.
Names are compared without case, because PowerShell writes `AppId`.
"""

from __future__ import annotations

from linter.errors import Unreadable
from linter.model import NULL, Completeness, Null, Text
from linter.placeholder import is_placeholder
from linter.positions import At
from linter.typed import Any


class Node:
    """A JSON object at its place, in a source of known completeness."""

    __slots__ = ("_written", "at", "completeness", "members")

    def __init__(self, members: dict[str, Any], at: At, completeness: Completeness) -> None:
        self.members = members
        self.at = at
        self.completeness = completeness
        self._written: dict[str, str] | None = None

    def key(self, name: str) -> str | None:
        """The key as it is written; None if it is missing."""
        if name in self.members:
            return name
        if self._written is None:
            self._written = {key.lower(): key for key in reversed(self.members)}
        return self._written.get(name.lower())

    def place(self, name: str) -> At:
        """Where the member is written; the object's own place if it is not."""
        key = self.key(name)
        return self.at if key is None else At(self.at.source, f"{self.at.pointer}/{key}")

    def places(self, names: tuple[tuple[str, str], ...]) -> dict[str, At]:
        """The places of those members that are written, by the name of their field."""
        source, pointer = self.at
        return {
            field: At(source, f"{pointer}/{key}")
            for name, field in names
            if (key := self.key(name)) is not None
        }

    def value(self, name: str) -> Any:
        """The member as parsed; None if missing or null."""
        value = self.members.get(name)
        if value is not None:
            return value
        key = self.key(name)
        return None if key is None else self.members[key]

    def is_null(self, name: str) -> bool:
        """Whether the directory itself holds null here."""
        key = self.key(name)
        return key is not None and self.members[key] is None and self.completeness == "full"

    def text(self, name: str) -> str | None:
        """A string."""
        value = self.value(name)
        if value is None or type(value) is str:
            return value
        raise self.wrong(name, "a string")

    def placed_text(self, name: str) -> Text | None:
        """A string with its place."""
        value = self.text(name)
        return None if value is None else Text(value, self.place(name))

    def text_or_null(self, name: str) -> str | Null | None:
        """A string that the directory may hold as null."""
        return NULL if self.is_null(name) else self.text(name)

    def flag(self, name: str) -> bool | None:
        """True or false."""
        value = self.value(name)
        if value is None or type(value) is bool:
            return value
        if self._is_unknown(value):
            return None
        raise self.wrong(name, "true or false")

    def flag_or_null(self, name: str) -> bool | Null | None:
        """True or false, or null in the directory."""
        return NULL if self.is_null(name) else self.flag(name)

    def number_or_null(self, name: str) -> int | Null | None:
        """A whole number, or null in the directory."""
        if self.is_null(name):
            return NULL
        value = self.value(name)
        if value is None or type(value) is int:
            return value
        if self._is_unknown(value):
            return None
        raise self.wrong(name, "a whole number")

    def items(self, name: str) -> list[Any] | None:
        """A list, its items as parsed."""
        value = self.value(name)
        if type(value) is list:
            return value
        if value is None:
            return [] if self.is_null(name) else None
        if self._is_unknown(value):
            return None
        raise self.wrong(name, "a list")

    def texts(self, name: str) -> tuple[Text, ...] | None:
        """A list of strings, each with its place."""
        items = self.items(name)
        if items is None:
            return None
        source, pointer = self.place(name)
        for number, item in enumerate(items):
            if type(item) is not str:
                raise self.wrong_item(name, number, "a string")
        return tuple(Text(item, At(source, f"{pointer}/{number}")) for number, item in enumerate(items))

    def strings(self, name: str) -> tuple[str, ...] | None:
        """A list of strings."""
        items = self.items(name)
        if items is None:
            return None
        for number, item in enumerate(items):
            if type(item) is not str:
                raise self.wrong_item(name, number, "a string")
        return tuple(items)

    def node(self, name: str) -> Node | None:
        """An object. Null in the directory is an object of which nothing is known."""
        value = self.value(name)
        if type(value) is dict:
            return Node(value, self.place(name), self.completeness)
        if value is None or self._is_unknown(value):
            return None
        raise self.wrong(name, "an object")

    def nodes(self, name: str) -> list[Node] | None:
        """A list of objects."""
        items = self.items(name)
        if items is None:
            return None
        source, pointer = self.place(name)
        nodes = []
        for number, item in enumerate(items):
            if type(item) is dict:
                nodes.append(Node(item, At(source, f"{pointer}/{number}"), self.completeness))
            elif self._is_unknown(item):
                return None
            else:
                raise self.wrong_item(name, number, "an object")
        return nodes

    def wrong(self, name: str, expected: str) -> Unreadable:
        """The error for a member of a wrong type."""
        return wrong(self.place(name), f"{name} must be {expected}")

    def wrong_item(self, name: str, number: int, expected: str) -> Unreadable:
        """The error for an item of a wrong type."""
        return wrong(self.place(name).child(number), f"each item of {name} must be {expected}")

    def _is_unknown(self, value: Any) -> bool:
        return type(value) is str and (self.completeness == "truncated" or is_placeholder(value))


def wrong(at: At, message: str) -> Unreadable:
    """The error for what stands at a place, with its line and column."""
    place = at.source.place(at.pointer)
    return Unreadable(at.source.path, message, place.line, place.column)
