"""Whether a file is what the compiler writes.

The store trusts its file: it bisects, follows indices and never looks back. The
package's own file has earned that; of a user's everything that the store
relies on is checked here once, so that a crafted one can neither hang nor
crash, and no text of it can do more than be shown.
"""

from __future__ import annotations

import binascii
import struct
from collections.abc import Iterable, Mapping, Sequence

from linter.catalog.age import UNKNOWN
from linter.catalog.layout import (
    CONSENT_SHIFT,
    ELIGIBLE,
    LENGTH,
    LEVEL_SHIFT,
    LEVELS,
    LITERAL_BITS,
    METHODS,
    MOST,
    NOTHING,
    PAIR,
)
from linter.days import is_day
from linter.errors import Unreadable
from linter.typed import Final

_NAME: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-\n"
_LITERAL: Final = _NAME + b"$(),{}"
_TEMPLATE: Final = _LITERAL + b"/="
_SENTENCE: Final = _TEMPLATE + b" "

# Bytes of a line. A template with its arguments written out is longer than its path, and a display name
# may be in any script.
_LINE: Final = 200
_LONGEST: Final = {"app_names": 4 * _LINE, "evidence_paths": 10 * LENGTH}


def verify(path: str, header: Mapping[str, list[str]], payload: memoryview) -> None:
    """Look at everything that a reader of the file relies on.

    Raises:
        linter.errors.Unreadable: something is not as the compiler writes it.
    """
    sections = _Sections(payload)
    part = "header"
    try:
        _header(header, sections)
        for name, check in _PARTS:
            part = name
            check(sections)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        # These are how Python says that an index, a number or a text is not what it must be.
        raise Unreadable(path, f"the catalogue is damaged: {part}") from error


def _must(true: bool) -> None:
    if not true:
        raise ValueError


class _Sections:
    """The payload, section by section."""

    def __init__(self, payload: memoryview) -> None:
        self.payload = payload
        self.places: dict[str, tuple[int, int]] = {}

    def data(self, name: str) -> memoryview:
        offset, length = self.places[name]
        return self.payload[offset : offset + length]

    def numbers(self, name: str, size: int = 2, per_record: int = 1) -> tuple[int, ...]:
        """A section of numbers; `per_record` of them belong together."""
        data = self.data(name)
        _must(len(data) % (size * per_record) == 0)
        return struct.unpack(f"<{len(data) // size}{'H' if size == 2 else 'I'}", data)

    def lines(self, name: str, allowed: bytes) -> list[bytes]:
        """A section of lines of allowed characters, which its index must fit."""
        data = bytes(self.data(name))
        _must(not data.translate(None, allowed))
        return self.split(name, data)

    def split(self, name: str, data: bytes) -> list[bytes]:
        """The lines of a section."""
        starts = self.numbers(f"{name}_at", 4)
        lines = data.split(b"\n") if len(starts) > 1 else []
        _must(max(map(len, lines), default=0) <= _LONGEST.get(name, _LINE))
        at = 0
        for start, line in zip(starts, [*lines, b""], strict=True):
            _must(start == at)
            at += len(line) + 1
        return lines


def _header(header: Mapping[str, list[str]], sections: _Sections) -> None:
    from hashlib import sha256  # noqa: PLC0415  only a user's file is hashed

    for line in header["section"]:
        name, offset, length, checksum = line.split(" ")
        at, size = int(offset), int(length)
        _must(0 <= at <= at + size <= len(sections.payload))
        sections.places[name] = at, size
        _must(binascii.crc32(sections.data(name)) == int(checksum))
    _must(header["sha256"] == [sha256(sections.payload).hexdigest()])
    (date,) = header["date"]
    _must(date == UNKNOWN or is_day(date))
    _must(len(header["source"]) <= _LINE and len(header["count"]) <= _LINE)
    for line in header["source"]:
        _must(line.isascii() and line.isprintable() and len(line.split(" ")) == 5)
    for line in header["count"]:
        name, number = line.split(" ")
        _must(name.isidentifier() and int(number) >= 0)


def _paths(sections: _Sections) -> None:
    """Templates are a tree, of bounded depth and length, and every row lies in it."""
    literals = sections.lines("literals", _LITERAL)
    _must(literals[0] == b"{}" and all(literals) and not any(b"{" in word for word in literals[1:]))
    edges = sections.numbers("edges", 4)
    _must(len(edges) <= MOST)
    levels, lengths = [0], [0]
    before = -1
    for edge in edges:
        # Sorted, with the parent before the child: so no node has two parents and none is its own ancestor.
        _must(edge > before)
        before = edge
        parent, word = edge >> LITERAL_BITS, literals[edge & ((1 << LITERAL_BITS) - 1)]
        levels.append(levels[parent] + 1)
        lengths.append(lengths[parent] + len(word) + 1)
    _must(max(levels) <= LEVELS and max(lengths) <= LENGTH)
    rows = sections.numbers("rows", 4)
    _must(len(rows) <= MOST)
    before = 15  # the root is no template
    for row in rows:
        _must(row > before and row >> 1 & 7 < len(METHODS))
        before = row
    _must(not rows or rows[-1] >> 4 <= len(edges))


def _operations(sections: _Sections) -> None:
    names = sections.lines("names", _NAME)
    _must(len(names) <= ELIGIBLE and all(names))
    rows = len(sections.data("rows")) // 4
    needs = sections.numbers("needs")
    triples = sections.numbers("triples", per_record=3)
    starts = sections.numbers("grants_at", 4)
    _must(len(needs) == rows)
    _below(needs, len(triples) // 3)
    _below(triples, len(starts))
    grants = sections.numbers("grants")
    codes: set[int] = set()
    at = 0
    for start in starts:
        # One behind the other: entries that overlap could ask for more memory than the file has bytes.
        _must(start == at)
        flags, count, least = grants[at : at + 3]
        at += 3 + count
        _must(flags < 6 and least <= count and at <= len(grants))
        codes.update(code & ~ELIGIBLE for code in grants[start + 3 : at])
    pairs = sections.numbers("pairs", per_record=2)
    _alternatives(codes, pairs, len(names))
    _must(len(sections.numbers("weights")) == len(triples) // 3)
    _must(sum(sections.numbers("weights")) <= rows and len(sections.numbers("order")) == rows)
    opens, at = sections.numbers("opens"), 0
    _below(opens, len(starts))
    begins = sections.numbers("opens_at", 4)
    _must(len(begins) == len(names) + len(pairs) // 2 + 1 and begins[0] == 0 and begins[-1] == len(opens))
    _must(list(begins) == sorted(begins))


def _below(numbers: Iterable[int], end: int) -> None:
    _must(max(numbers, default=-1) < end)


def _alternatives(codes: Iterable[int], pairs: Sequence[int], names: int) -> None:
    """Codes of alternatives: names, or pairs of them."""
    _below(pairs, names)
    _below([code for code in codes if code < PAIR], names)
    _below([code - PAIR for code in codes if code >= PAIR], len(pairs) // 2)


def _permissions(sections: _Sections) -> None:
    facts = sections.numbers("facts", per_record=3)
    _must(len(sections.data("guids")) * 3 == len(facts) * 16)
    _below(facts[::3], len(sections.split("names", bytes(sections.data("names")))))
    _below(facts[1::3], len(sections.lines("resources", _NAME)))
    for flags in facts[2::3]:
        _must(flags >> CONSENT_SHIFT & 3 < 3 and flags >> LEVEL_SHIFT <= 4)


def _apps(sections: _Sections) -> None:
    data = bytes(sections.data("app_names"))
    names = sections.split("app_names", data)
    _must(len(names) * 16 == len(sections.data("app_ids")))
    text = data.decode()
    _must(text.replace("\n", "").isprintable() and "##" not in text)


def _evidence(sections: _Sections) -> None:
    names = len(sections.split("names", bytes(sections.data("names"))))
    names += len(sections.lines("evidence_names", _NAME))
    defects = sections.lines("defects", _SENTENCE)
    paths = sections.lines("evidence_paths", _TEMPLATE)
    _must(len(sections.data("rows")) // 4 * 3 == len(sections.data("evidence_of")) // 2)
    starts = sections.numbers("evidence_at", 4)
    _below(sections.numbers("evidence_of"), len(starts))
    stream = sections.numbers("evidence")
    pairs = sections.numbers("evidence_pairs", per_record=2)
    at = 0
    codes: set[int] = set()
    for start in starts:
        _must(start == at)
        for _ in range(4):
            count = 0 if stream[at] == NOTHING else stream[at]
            codes.update(stream[at + 1 : at + 1 + count])
            at += 1 + count
        _below(stream[at : at + count], len(defects))
        _below(stream[at + count : at + count + 2], len(paths))
        at += count + 2
        _must(at <= len(stream))
    _alternatives(codes, pairs, names)


_PARTS: Final = (
    ("paths", _paths),
    ("operations", _operations),
    ("permissions", _permissions),
    ("apps", _apps),
    ("evidence", _evidence),
)
