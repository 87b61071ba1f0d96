"""Upstream's files as the compiler is given them: bytes with name and provenance, parsed when asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from linter.catalog import shapes
from linter.catalog.age import UNKNOWN
from linter.days import is_day
from linter.errors import Unreadable
from linter.typed import Any, Final, NamedTuple

DOCUMENTED: Final = "docs_permissions.jsonl"
"""The reference pages' permission tables; the file's own name may say more before `.jsonl`."""

REQUIRED: Final = ("permissions.json", "GraphAppRoles.json", "GraphDelegateRoles.json")
"""Without the first no operation is known, without the others nobody says which permissions exist."""

OPTIONAL: Final[dict[str, tuple[Any, str]]] = {
    DOCUMENTED: (
        [],
        "operations rest on one witness: confidence is medium at most, and every one is taken for v1.0",
    ),
    "provisioningInfo.json": (
        {"permissionDeployments": {}},
        "permissions of other APIs are not named, hidden and disabled ones not marked",
    ),
    "permissions-descriptions.json": (
        {"applicationScopesList": [], "delegatedScopesList": []},
        "some permissions that are not live have no GUID",
    ),
    "MicrosoftApps.json": ([], "names of Microsoft's own apps are not known"),
}
"""What may be missing: what stands for it then, and what the catalogue lacks without it."""

NAMES: Final = (*REQUIRED, *OPTIONAL)

SOURCES: Final = "sources.json"
"""Written beside the files by whoever fetched them: file → repository, commit, date; all may be left out."""


def known(file: str) -> str | None:
    """The name in `NAMES` of which a file called so is; None for any other file."""
    if file.startswith("docs_permissions") and file.endswith(".jsonl") and is_word(file):
        return DOCUMENTED
    return file if file in NAMES else None


def is_word(text: str) -> bool:
    """Whether a text can be a word of the catalogue's header."""
    return 0 < len(text) <= 200 and text.isascii() and text.isprintable() and " " not in text


class Source(NamedTuple):
    """Where a file comes from; `-` for what is not on record.

    `date` is the commit's, as ISO 8601. A file that entralint itself downloaded and that nobody described
    has the address as its repository and the day of the download as its date.
    """

    repository: str = UNKNOWN
    commit: str = UNKNOWN
    date: str = UNKNOWN


class Input(NamedTuple):
    """One upstream file. `place` is where it was read, as messages show it."""

    file: str
    place: str
    data: bytes
    source: Source = Source()


class Inputs:
    """All files of one compilation."""

    def __init__(self, files: Iterable[Input]) -> None:
        self.files = sorted(files, key=lambda one: one.file)
        self._by_name = {known(one.file): one for one in self.files}
        self._parsed: dict[str, Any] = {}

    def missing(self) -> list[str]:
        """The optional files that are not there."""
        return [name for name in OPTIONAL if name not in self._by_name]

    def __getitem__(self, name: str) -> Any:
        """What the file holds, of its shape; an optional file that is missing is empty.

        Raises:
            linter.errors.Unreadable: it is missing, no JSON, or of another shape.
        """
        if name not in self._parsed:
            self._parsed[name] = self._parse(name)
        return self._parsed[name]

    def _parse(self, name: str) -> Any:
        found = self._by_name.get(name)
        if found is None:
            if name in OPTIONAL:
                return OPTIONAL[name][0]
            raise Unreadable(name, "is required and was not given")
        value = parsed(found.data, found.place, lines=name == DOCUMENTED)
        shapes.require(name, value, found.place)
        return value


def sources(data: bytes, place: str) -> Mapping[str, Source]:
    """What a `sources.json` says: file → where it comes from.

    Raises:
        linter.errors.Unreadable: it is no such file.
    """
    stated = parsed(data, place)
    shapes.require(SOURCES, stated, place)
    out = {}
    for file, entry in stated.items():
        for key, value in entry.items():
            if not is_word(value):
                raise Unreadable(place, f"{key} of `{file[:80]}` must be one word")
        if entry.get("date", UNKNOWN) != UNKNOWN and not is_day(entry["date"]):
            raise Unreadable(place, f"date of `{file[:80]}` must be a date like 2027-01-31")
        out[file] = Source(**entry)
    return out


def parsed(data: bytes, place: str, *, lines: bool = False) -> Any:
    """JSON in UTF-8, or a list of one value a line.

    Raises:
        linter.errors.Unreadable: it is none, has a key twice or is nested too deep.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(place, f"is no UTF-8 at byte {error.start}") from None
    if not lines:
        return _value(text, place)
    rows = text.removesuffix("\n").split("\n") if text else []
    return [_value(row, place, number) for number, row in enumerate(rows, 1)]


def _value(text: str, place: str, number: int = 0) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        line = number or error.lineno
        raise Unreadable(
            place, f"is no JSON: {error.msg[:1].lower()}{error.msg[1:]}", line, error.colno
        ) from None
    except RecursionError:
        raise Unreadable(place, "is nested too deep", number, 1 if number else 0) from None
    except ValueError as error:
        raise Unreadable(place, f"is no JSON: {error}", number, 1 if number else 0) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys: set[str] = set()
        for key, _ in pairs:
            if key in keys:
                raise ValueError(f"the key `{key[:80]}` stands twice in one object")
            keys.add(key)
    return found


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")
