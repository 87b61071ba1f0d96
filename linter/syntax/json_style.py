"""How a JSON text is laid out, and new values written the same way.

A new value looks like its siblings: the order and case of their keys, one line or many, their
indentation, the blanks around colons and commas. Where there is no sibling, it looks like what stands
under the same key elsewhere in the text, else like the text as a whole.
"""

from __future__ import annotations

import json

from linter.memory import cached_property
from linter.positions import escape
from linter.syntax.json_page import Page, blanks
from linter.typed import Any, Final, NamedTuple


class Layout(NamedTuple):
    """The blanks of a list or object: before its first child, between children, before its end.

    One that begins with a line end goes on with the indentation beyond that of the line in which the list
    or object begins.
    """

    first: str
    between: str
    close: str
    trailing_comma: bool


class Style:
    """The style of one text."""

    def __init__(self, page: Page) -> None:
        self.page = page

    # --- the text as a whole ------------------------------------------------------------------

    @cached_property
    def colon(self) -> str:
        """The colon between key and value, with its blanks."""
        for pointer in self.page.containers():
            if type(self.page.value(pointer)) is dict:
                return self.page.colon(self.page.children(pointer)[0])
        return ": "

    @cached_property
    def comma_blank(self) -> str:
        """What follows a comma in a line."""
        for pointer in self.page.containers():
            gaps = self.page.gaps(pointer)
            if len(gaps) > 2 and gaps[1].comma and not gaps[1].lead.strip(" "):
                return gaps[1].lead
        return " " if self.colon.endswith(" ") else ""

    @cached_property
    def unit(self) -> str:
        """One step of indentation; empty for a text in one line."""
        for pointer in self.page.containers():
            if pointer == "" and self.page.several:
                continue
            layout = self.layout(pointer)
            if layout.first.startswith("\n") and layout.first.strip("\n"):
                return layout.first[1:]
        return ""

    @cached_property
    def pascal(self) -> bool:
        """Whether keys are written as PowerShell writes them: `AppId`."""
        for pointer in self.page.containers():
            value = self.page.value(pointer)
            if type(value) is dict:
                return all(key[:1].isupper() for key in value)
        return False

    @cached_property
    def _named(self) -> dict[tuple[str, type], str]:
        """A list or object that holds anything, by its key (in lower case) and kind."""
        found: dict[tuple[str, type], str] = {}
        for pointer in self.page.containers():
            name = pointer.rpartition("/")[2].lower()
            found.setdefault((name, type(self.page.value(pointer))), pointer)
        return found

    def named(self, key: str, kind: type) -> str | None:
        """The pointer of a list or object that stands under this key somewhere in the text."""
        return self._named.get((escape(key).lower(), kind))

    def named_as(self, pointer: str, kind: type) -> str | None:
        """The same for the key with which a pointer ends."""
        return self._named.get((pointer.rpartition("/")[2].lower(), kind))

    # --- one list or object -------------------------------------------------------------------

    def layout(self, pointer: str) -> Layout:
        """The layout of a list or object; of one that is empty that of the whole text."""
        gaps = self.page.gaps(pointer)
        if len(gaps) == 1:
            return self._plain()
        base = self.page.indentation(self.page.inside(pointer)[0])
        first = _beyond(blanks(gaps[0].lead), base)
        if len(gaps) > 2:
            between = _beyond(blanks(gaps[-2].lead), base)
        else:
            between = first if first.startswith("\n") else self.comma_blank
        return Layout(first, between, _beyond(blanks(gaps[-1].lead), base), gaps[-1].comma)

    def _plain(self) -> Layout:
        if self.unit:
            return Layout("\n" + self.unit, "\n" + self.unit, "\n", trailing_comma=False)
        return Layout("", self.comma_blank, "", trailing_comma=False)

    def sibling(self, pointer: str, kind: type) -> str | None:
        """The last child of this kind that holds anything, of the list at `pointer` or one of its name."""
        like: str | None = pointer
        if not self.page.value(pointer):
            like = self.named_as(pointer, list) if pointer else None
        if like is None:
            return None
        for number, value in reversed(list(enumerate(self.page.value(like)))):
            if type(value) is kind and value:
                return f"{like}/{number}"
        return None

    def spelt_key(self, key: str, like: str | None) -> str:
        """A new key in the case of an object's keys."""
        members = self.page.value(like) if like is not None else None
        pascal = all(name[:1].isupper() for name in members) if members else self.pascal
        return key[:1].upper() + key[1:] if pascal else key

    def spelt(self, value: Any, like: str | None) -> Any:
        """A value with the keys of its objects in the order and case of those at `like`."""
        if type(value) is list:
            last = self._like(like, list)
            below = self.sibling(last, dict) if last else None
            return [self.spelt(item, below if type(item) is dict else None) for item in value]
        if type(value) is not dict:
            return value
        like = self._like(like, dict)
        known = list(self.page.value(like)) if like else []
        written = {name.lower(): name for name in reversed(known)}
        given = {written.get(key.lower()) or self.spelt_key(key, like): key for key in value}
        names = [name for name in known if name in given]
        names += [name for name in given if name not in names]
        return {name: self.spelt(value[given[name]], self._member(like, name)) for name in names}

    def written(self, value: Any, like: str | None, base: str, line_end: str) -> str:
        """The text of a value that `spelt` gave, in a line that is indented by `base`."""
        if type(value) not in (dict, list) or not value:
            return json.dumps(value, ensure_ascii=False)
        like = self._like(like, type(value))
        layout = self.layout(like) if like else self._plain()
        pieces = ["{" if type(value) is dict else "["]
        colons = {}
        below = None
        if like and type(value) is dict:
            colons = {child.step: self.page.colon(child) for child in self.page.children(like)}
        elif like:
            below = self.sibling(like, dict)
        indentation = base
        for number, step in enumerate(value if type(value) is dict else range(len(value))):
            lead = layout.between if number else layout.first
            if lead.startswith("\n"):
                indentation = base + lead[1:]
            pieces.append(("," if number else "") + placed(lead, base, line_end))
            if type(value) is dict:
                colon = colons.get(step) or next(iter(colons.values()), self.colon)
                pieces.append(json.dumps(step, ensure_ascii=False) + colon)
                below = self._member(like, step)
            pieces.append(self.written(value[step], below, indentation, line_end))
        pieces.append(("," if layout.trailing_comma else "") + placed(layout.close, base, line_end))
        pieces.append("}" if type(value) is dict else "]")
        return "".join(pieces)

    def _like(self, pointer: str | None, kind: type) -> str | None:
        """The pointer, if a list or object of this kind that holds anything stands there."""
        if pointer is None:
            return None
        value = self.page.value(pointer)
        return pointer if type(value) is kind and value else None

    def _member(self, like: str | None, name: str) -> str | None:
        """What a member's value is to look like: the one at `like`, else one of its name elsewhere."""
        if like is not None and name in self.page.value(like):
            pointer = f"{like}/{escape(name)}"
            if self.page.value(pointer) and type(self.page.value(pointer)) in _CONTAINERS:
                return pointer
        return self.named(name, list) or self.named(name, dict)


_CONTAINERS: Final = (dict, list)


def placed(lead: str, base: str, line_end: str) -> str:
    """The blanks of a layout in a text: a line end goes on with the indentation of `base`."""
    return line_end + base + lead[1:] if lead.startswith("\n") else lead


def _beyond(lead: str, base: str) -> str:
    """A lead with its indentation less `base`."""
    if not lead.startswith("\n"):
        return lead
    return "\n" + lead[1:].removeprefix(base)
