"""The catalogue file, opened and asked.

Opening reads one file and parses nothing. A look-up bisects the file's own
arrays; nodes of the path trie that it meets often are kept as dictionaries,
so that many look-ups soon meet dictionaries only.

How the file is laid out is `layout`'s to say.
"""

from __future__ import annotations

import binascii
import os
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping

from linter.catalog import match
from linter.catalog.layout import (
    CONSENT_SHIFT,
    ELIGIBLE,
    ENABLED,
    END,
    HEAD,
    HIDDEN,
    LEVEL_SHIFT,
    LITERAL_BITS,
    LIVE,
    MAGIC,
    MAX_BYTES,
    METHODS,
    NOTHING,
    PAIR,
    PERSONAL,
    ROLE,
)
from linter.catalog.records import (
    GRAPH,
    SCHEMES,
    UNSUPPORTED,
    Evidence,
    Operation,
    Permission,
    PermissionType,
    Removed,
    Scheme,
    Support,
)
from linter.errors import Unreadable
from linter.finding import CONFIDENCES
from linter.typed import Final, Literal, NamedTuple

# After how many visits a node's children are kept as a dictionary.
_OFTEN: Final = 64

_LITERAL: Final = (1 << LITERAL_BITS) - 1

_METHOD_CODES: Final = {method: code for code, method in enumerate(METHODS)}

# Names under which the portal, modules and documents know an API, beside its display name.
_ALIASES: Final = {
    "microsoft graph": GRAPH,
    "graph": GRAPH,
    "microsoftgraph": GRAPH,
    "office 365 exchange online": "00000002-0000-0ff1-ce00-000000000000",
    "exchange online": "00000002-0000-0ff1-ce00-000000000000",
    "office 365 sharepoint online": "00000003-0000-0ff1-ce00-000000000000",
    "sharepoint online": "00000003-0000-0ff1-ce00-000000000000",
    "sharepoint": "00000003-0000-0ff1-ce00-000000000000",
    "windows azure active directory": "00000002-0000-0000-c000-000000000000",
    "azure ad graph": "00000002-0000-0000-c000-000000000000",
    "azure active directory graph": "00000002-0000-0000-c000-000000000000",
    "windows azure service management api": "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    "azure service management": "797f4846-ba00-4fd7-ba43-dac1f8f63013",
}


class Lines:
    """A section of lines, each decoded when it is asked for."""

    __slots__ = ("_begin", "_data", "_starts")

    def __init__(self, data: bytes, begin: int, starts: memoryview[int]) -> None:
        self._data = data
        self._begin = begin
        self._starts = starts

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, at: int) -> str:
        return self.raw(at).decode()

    def raw(self, at: int) -> bytes:
        """Line `at` in UTF-8."""
        return self._data[self._begin + self._starts[at] : self._begin + self._starts[at + 1] - 1]


class CatalogSource(NamedTuple):
    """One upstream file that the catalogue was compiled from.

    `date` is the commit's, or the day of the download where `repository` is an address. What is not on
    record is "-".
    """

    repository: str
    commit: str
    date: str
    file: str
    sha256: str


class Index(NamedTuple):
    """The catalogue's arrays, for questions about many operations at once (`linter.catalog.reach`).

    `pairs` are pairs of permissions by their number; `number_of` and `row_of` give the number of a
    permission's name and the row of an operation, `operation` the operation of a row.
    """

    rows: memoryview[int]
    needs: memoryview[int]
    triples: memoryview[int]
    weights: memoryview[int]
    order: memoryview[int]
    opens: memoryview[int]
    opens_at: memoryview[int]
    pairs: tuple[tuple[str, str], ...]
    names: int
    number_of: Callable[[str], int | None]
    row_of: Callable[[Operation], int]
    operation: Callable[[int], Operation]

    def supports_of(self, name: str) -> memoryview[int]:
        """The supports that a permission opens by itself."""
        number = self.number_of(name)
        return self.opens[:0] if number is None else self._opened(number)

    def supports_of_pair(self, number: int) -> memoryview[int]:
        """The supports that a pair opens."""
        return self._opened(self.names + number)

    def _opened(self, number: int) -> memoryview[int]:
        return self.opens[self.opens_at[number] : self.opens_at[number + 1]]

    def stands_for(self, row: int) -> int:
        """The row that stands for the operation of `row`: v1.0's where both versions have it."""
        twin = row - 1
        return twin if self.rows[row] & 1 and row and self.rows[twin] == self.rows[row] ^ 1 else row


class Info(NamedTuple):
    """Where the catalogue comes from.

    `date` is its newest source's, "-" where none is on record; `hash` is the payload's SHA-256.
    """

    date: str
    hash: str
    sources: tuple[CatalogSource, ...]
    counts: Mapping[str, int]


class Catalog:
    """Microsoft Graph's operations and permissions, and the names of Microsoft's own apps."""

    def __init__(
        self, path: str, header: Mapping[str, list[str]], start: int, data: bytes, *, bundled: bool
    ) -> None:
        self._path = path
        self.bundled = bundled
        self._header = header
        self._start = start
        self._data = data
        self._sections: dict[str, tuple[int, int, int]] = {}
        for line in header["section"]:
            name, offset, length, checksum = line.split(" ")
            self._sections[name] = (int(offset), int(length), int(checksum))
        self.date = header["date"][0]
        self.hash = header["sha256"][0]
        self._words = self._line_section("literals")
        self._names = self._line_section("names")
        self._edges = self._numbers("edges", "I")
        self._rows = self._numbers("rows", "I")
        self._needs = self._numbers("needs", "H")
        self._triples = self._numbers("triples", "H")
        self._grants_at = self._numbers("grants_at", "I")
        self._grants = self._numbers("grants", "H")
        # Filled as asked for.
        self._made: dict[int, Permission] = {}
        self._guids = b""
        self._opens: dict[tuple[str, PermissionType], bool] = {}
        self._lines: dict[str, Lines] = {}
        self._arrays: dict[str, memoryview[int]] = {}
        self._alternatives: dict[int, tuple[str, ...]] = {}
        self._supports: dict[int, Support] = {}
        self._operations: dict[int, Operation] = {}
        self._nodes: dict[int, dict[str, int]] = {}
        self._visits: dict[int, int] = {}
        self._known: dict[int, Operation | None] = {}
        self._index: Index | None = None
        self._row_of: dict[tuple[str, str, str], int] = {}
        self._numbered: dict[str, int | None] = {}
        self._of_name: dict[int, tuple[Permission, ...]] = {}
        self._of_guid: dict[str, tuple[Permission, ...]] = {}
        self._app_named: dict[str, str] = {}

    @classmethod
    def open(cls, path: str | None = None) -> Catalog:
        """Open the package's catalogue, or the one at `path`, which is then checked in full.

        Raises:
            linter.errors.Unreadable: the file is missing, damaged, of another version or not what the
                compiler writes.
        """
        bundled = path is None
        if path is None:
            path = __file__.rpartition("store.py")[0] + "data/catalog.bin"
            data = _read(path, HEAD)
            header, start = _header(path, data)
        else:
            from linter.catalog.verify import verify  # noqa: PLC0415  the package's own is held to it by a test

            data = _read(path, MAX_BYTES + 1)
            header, start = _header(path, data)
            if len(data) > MAX_BYTES:
                raise Unreadable(path, f"this is no catalogue: it is larger than {MAX_BYTES} bytes")
            verify(path, header, memoryview(data)[start:])
        try:
            return cls(path, header, start, data, bundled=bundled)
        except (ValueError, KeyError, IndexError) as error:
            raise Unreadable(path, "the catalogue is damaged") from error

    def _section(self, name: str) -> tuple[bytes, int, memoryview]:
        """Bytes that hold a section, where it begins in them, and the section itself, checked."""
        begin, length, checksum = self._sections[name]
        begin += self._start
        data = self._data
        if begin + length > len(data):
            with open(self._path, "rb", 0) as file:
                file.seek(begin)
                data = file.read(length)
            begin = 0
        view = memoryview(data)[begin : begin + length]
        if binascii.crc32(view) != checksum or len(view) != length:
            raise Unreadable(self._path, f"the catalogue is damaged: {name}")
        return data, begin, view

    def _numbers(self, name: str, code: Literal["B", "H", "I"]) -> memoryview[int]:
        """A section as an array of u16 (`H`) or u32 (`I`)."""
        _, _, data = self._section(name)
        if sys.byteorder == "little":
            return data.cast(code)
        from array import array  # noqa: PLC0415 - rare

        swapped: array[int] = array(code, bytes(data))
        swapped.byteswap()
        return memoryview(swapped)

    def _array(self, name: str, code: Literal["B", "H", "I"] = "H") -> memoryview[int]:
        if name not in self._arrays:
            self._arrays[name] = self._numbers(name, code)
        return self._arrays[name]

    def _line_section(self, name: str) -> Lines:
        data, begin, _ = self._section(name)
        return Lines(data, begin, self._numbers(f"{name}_at", "I"))

    def _text(self, name: str) -> Lines:
        if name not in self._lines:
            self._lines[name] = self._line_section(name)
        return self._lines[name]

    # --- operations -----------------------------------------------------------------------------

    def find(self, method: str, url: str) -> Operation | None:
        """The operation that `method` on `url` calls; None if it is not known.

        `url` is a full URL on a Graph host of any cloud, or a path, which means v1.0. The
        operation of the URL's own version is preferred; `Operation.version` tells which one it is.
        An operation found under another reading of the URL is known with medium confidence at most.
        """
        code = _METHOD_CODES.get(method)
        if code is None:
            code = _METHOD_CODES.get(method.strip().upper())
            if code is None:
                return None
        call = match.call(url)
        if call is None:
            return None
        version, path = call
        want = code << 1 | (version == "beta")
        found = self._walk(path, want)
        if found is not None:
            return found
        for reading, own in match.alternatives(path):
            found = self._walk(reading, want)
            if found is not None:
                return _less_sure(found, own=own)
        return None

    def support(self, operation: Operation, scheme: Scheme, writes: Iterable[str] | None = None) -> Support:
        """What `operation` accepts under `scheme` when the body writes exactly the properties `writes`.

        None means that the properties are not known: a permission that is for some properties only
        then does not count.
        """
        support = operation.support(scheme)
        if operation.method != "PATCH":
            return support
        from linter.catalog.properties import for_writes  # noqa: PLC0415  only updates need it

        return for_writes(operation.template, scheme, support, writes)

    def operations(self) -> Iterator[Operation]:
        """Every operation, by template, method and version."""
        for row in range(len(self._rows)):
            yield self._operation(row)

    def evidence(self, operation: Operation, scheme: Scheme) -> Evidence:
        """What each witness says of an operation of this catalogue under a scheme.

        Only whoever explains asks: it lies in a part of the file that is read now.
        """
        entry = self._array("evidence_of")[self._row(operation) * 3 + SCHEMES.index(scheme)]
        stream = self._array("evidence")
        at = self._array("evidence_at", "I")[entry]

        def numbers() -> list[int] | None:
            nonlocal at
            count = stream[at]
            at += 1
            if count == NOTHING:
                return None
            at += count
            return list(stream[at - count : at])

        listed, tagged, documented, removed = (self._witnessed(numbers()) for _ in range(4))
        count = len(removed or ())
        defects, paths = self._text("defects"), self._text("evidence_paths")
        why = [defects[index] for index in stream[at : at + count]]
        listed_as, documented_as = (paths[index] for index in stream[at + count : at + count + 2])
        return Evidence(
            listed,
            tagged or (),
            documented,
            tuple([Removed(*one) for one in zip(why, removed or (), strict=True)]),
            listed_as,
            documented_as,
        )

    def _witnessed(self, codes: list[int] | None) -> tuple[tuple[str, ...], ...] | None:
        """Alternatives of the evidence, which has pairs and names of its own."""
        if codes is None:
            return None
        pairs, names, more = self._array("evidence_pairs"), self._names, self._text("evidence_names")

        def name(at: int) -> str:
            return names[at] if at < len(names) else more[at - len(names)]

        return tuple(
            [
                (name(code),) if code < PAIR else tuple(map(name, pairs[(code - PAIR) * 2 :][:2]))
                for code in codes
            ]
        )

    def _row(self, operation: Operation) -> int:
        """The row of an operation, which may have been found by another reader of the same file."""
        known = self._row_of.get(operation[:3])
        if known is not None:
            return known
        node = 0
        for token in match.tokens(operation.template):
            literal, slot = self._step(node, token.removeprefix("."))
            node = slot if token == match.SLOT else literal
        key = node << 4 | _METHOD_CODES[operation.method] << 1 | (operation.version == "beta")
        row = bisect_left(self._rows, key)
        if row == len(self._rows) or self._rows[row] != key:
            raise KeyError(operation)
        return row

    def opens(self, permission: Permission) -> bool:
        """Whether a permission opens any operation that is known, alone or beside another one.

        Much cheaper than to list the operations.
        """
        if permission.resource != GRAPH:
            return False
        asked = permission.value, permission.type
        if asked not in self._opens:
            self._opens[asked] = any(True for _ in self._accepting(permission))
        return self._opens[asked]

    def openings(self, permission: Permission) -> int:
        """How many operations of Microsoft Graph a permission opens, alone or beside another one."""
        if permission.resource != GRAPH:
            return 0
        accepting = set(self._accepting(permission))
        columns, triples = _columns(permission), self._triples
        opened = [
            any(triples[at + column] in accepting for column in columns) for at in range(0, len(triples), 3)
        ]
        return sum(opened[triple] for triple in self._needs)

    def _accepting(self, permission: Permission) -> Iterator[int]:
        """The supports that name a permission."""
        for index in {index for column in _columns(permission) for index in self._triples[column::3]}:
            if any(permission.value in alternative for alternative in self._support(index).accepted):
                yield index

    def index(self) -> Index:
        """The arrays below the operations."""
        if self._index is None:
            pairs, names = self._array("pairs"), self._names
            self._index = Index(
                self._rows,
                self._needs,
                self._triples,
                self._array("weights"),
                self._array("order"),
                self._array("opens"),
                self._array("opens_at", "I"),
                tuple((names[one], names[two]) for one, two in zip(pairs[::2], pairs[1::2], strict=True)),
                len(names),
                self._name_id,
                self._row,
                self._operation,
            )
        return self._index

    def _name_id(self, name: str) -> int | None:
        """The number of a permission's name, in any case."""
        if name not in self._numbered:
            value, names = name.strip().lower(), self._names
            found = bisect_left(range(len(names)), value, key=lambda at: names[at].lower())
            known = found < len(names) and names[found].lower() == value
            self._numbered[name] = found if known else None
        return self._numbered[name]

    def _walk(self, path: list[str], want: int) -> Operation | None:
        """The operation `want` (method and version) at `path`.

        Literals go before slots, and a slot is tried where the literal led nowhere.
        """
        nodes = self._nodes
        untried: list[tuple[int, int]] = []  # slots passed by, and how much of the path they leave
        node = at = 0
        end = len(path)
        while True:
            if at == end:
                key = node << 4 | want
                operation = self._known[key] if key in self._known else self._look_up(key)
                if operation is not None:
                    return operation
            else:
                token = path[at]
                at += 1
                first = token[0]
                word = token[1:] if first == "." else token
                children = nodes.get(node)
                if children is None:
                    literal, slot = self._step(node, word)
                else:
                    literal, slot = children.get(word, 0), children.get(match.SLOT, 0)
                if slot and (first in ".$" or token[-1] == ")"):  # match.rigid, in line
                    slot = 0
                if literal:
                    if slot and slot != literal:
                        untried.append((slot, at))
                    node = literal
                    continue
                if slot:
                    node = slot
                    continue
            if not untried:
                return None
            node, at = untried.pop()

    def _step(self, node: int, word: str) -> tuple[int, int]:
        """The nodes that a lower-case literal and a slot lead to from `node`; 0 for none.

        A node that is met often gets its children as a dictionary.
        """
        edges, raw = self._edges, self._words.raw
        first = bisect_left(edges, node << LITERAL_BITS)
        end = bisect_left(edges, (node + 1) << LITERAL_BITS, first)
        self._visits[node] = self._visits.get(node, 0) + 1
        if self._visits[node] > _OFTEN:
            self._nodes[node] = {
                raw(edges[at] & _LITERAL).decode().lower(): at + 1 for at in range(first, end)
            }
        slot = 0
        if first < end and not edges[first] & _LITERAL:  # the slot has the lowest id
            first += 1
            slot = first
        key = word.encode("utf-8", "surrogatepass")
        at = bisect_left(edges, key, first, end, key=lambda edge: raw(edge & _LITERAL).lower())
        found = at < end and raw(edges[at] & _LITERAL).lower() == key
        return (at + 1 if found else slot if word == match.SLOT else 0), slot

    def _look_up(self, key: int) -> Operation | None:
        """The operation with this key, else the one of the other version."""
        operation = None
        for candidate in (key, key ^ 1):
            row = bisect_left(self._rows, candidate)
            if row < len(self._rows) and self._rows[row] == candidate:
                operation = self._operation(row)
                break
        self._known[key] = operation
        return operation

    def _operation(self, row: int) -> Operation:
        operation = self._operations.get(row)
        if operation is None:
            key = self._rows[row]
            triple = self._needs[row] * 3
            work, personal, application = self._triples[triple : triple + 3]
            operation = self._operations[row] = Operation(
                METHODS[key >> 1 & 7],
                self._template(key >> 4),
                "beta" if key & 1 else "v1.0",
                self._support(work),
                self._support(personal),
                self._support(application),
            )
            self._row_of[operation[:3]] = row
        return operation

    def _template(self, node: int) -> str:
        edges = self._edges
        out = []
        while node:
            key = edges[node - 1]
            literal = key & _LITERAL
            out.append(spelt(self._words[literal]) if literal else "{id}")
            node = key >> LITERAL_BITS
        return "/" + "/".join(reversed(out))

    def _support(self, index: int) -> Support:
        support = self._supports.get(index)
        if support is None:
            grants, at = self._grants, self._grants_at[index]
            flags, count, least = grants[at : at + 3]
            codes = grants[at + 3 : at + 3 + count]
            accepted = tuple(map(self._alternative, codes))
            support = Support(
                bool(flags & 1),
                accepted,
                accepted[:least],
                CONFIDENCES[flags >> 1],
                tuple([found for found, code in zip(accepted, codes, strict=True) if code & ELIGIBLE]),
            )
            self._supports[index] = support
        return support

    def _alternative(self, code: int) -> tuple[str, ...]:
        found = self._alternatives.get(code)
        if found is None:
            number = code & ELIGIBLE - 1
            numbers = (number,) if code < PAIR else tuple(self._array("pairs")[number * 2 :][:2])
            found = tuple([self._names[number] for number in numbers])
            self._numbered.update(zip(found, numbers, strict=True))  # it will be asked for by its name
            self._alternatives[code] = found
        return found

    # --- permissions ----------------------------------------------------------------------------

    def permissions(self, resource: str, id: str) -> tuple[Permission, ...]:  # noqa: A002 - Graph's name
        """The permissions of the API `resource` (appId) with this GUID: none, one, or scope and role."""
        resource = resource.strip().lower()
        return tuple([found for found in self.by_id(id) if found.resource == resource])

    def by_id(self, guid: str) -> tuple[Permission, ...]:
        """The permissions of all APIs with this GUID."""
        known = self._of_guid.get(guid)
        if known is not None:
            return known
        key = _guid_bytes(guid)
        if not key or key == bytes(16):
            return ()
        self._guids = self._guids or bytes(self._array("guids", "B"))
        found = tuple([self._permission(at) for at in _find_all(self._guids, key)])
        if found:
            self._of_guid[guid] = found  # the apps of one tenant declare the same few
        return found

    def permission(self, resource: str, value: str, type: PermissionType) -> Permission | None:  # noqa: A002
        """The permission of the API `resource` by its name, in any case, and type."""
        resource = resource.strip().lower()
        for found in self.named(value):
            if found.type == type and found.resource == resource:
                return found
        return None

    def named(self, value: str) -> tuple[Permission, ...]:
        """The permissions of all APIs with this name, in any case: Microsoft Graph's first."""
        name = self._name_id(value)
        if name is None:
            return ()
        if name not in self._of_name:
            facts = self._array("facts")
            count = len(facts) // 3
            first = bisect_left(range(count), name, key=lambda at: facts[at * 3])
            found = []
            while first < count and facts[first * 3] == name:
                found.append(self._permission(first))
                first += 1
            self._of_name[name] = tuple(found)
        return self._of_name[name]

    def knows(self, resource: str) -> bool:
        """Whether all permissions of this API are in the catalogue, so that a missing one is an error.

        That is so for Microsoft Graph alone; of other APIs upstream lists some permissions.
        """
        return resource.strip().lower() == GRAPH

    def all_permissions(self) -> Iterator[Permission]:
        """Every permission, by name; Microsoft Graph's first among equal names."""
        for at in range(len(self._array("facts")) // 3):
            yield self._permission(at)

    def _permission(self, at: int) -> Permission:
        if at not in self._made:
            self._made[at] = self._make_permission(at)
        return self._made[at]

    def _make_permission(self, at: int) -> Permission:
        name, resource, flags = self._array("facts")[at * 3 : at * 3 + 3]
        guid = bytes(self._array("guids", "B")[at * 16 : at * 16 + 16])
        consent = flags >> CONSENT_SHIFT & 3
        return Permission(
            self._text("resources")[resource],
            _guid_text(guid) if guid != bytes(16) else "",
            self._names[name],
            "Role" if flags & ROLE else "Scope",
            None if not consent else consent == 2,
            flags >> LEVEL_SHIFT & 7 or None,
            live=bool(flags & LIVE),
            hidden=bool(flags & HIDDEN),
            enabled=bool(flags & ENABLED),
            personal=bool(flags & PERSONAL),
        )

    # --- Microsoft's apps -----------------------------------------------------------------------

    def resource_id(self, name: str) -> str | None:
        """The appId of one of Microsoft's own apps by its display name, in any case, or usual alias."""
        name = name.strip().lower()
        if name in _ALIASES:
            return _ALIASES[name]
        if not self._app_named:
            ids = bytes(self._array("app_ids", "B"))
            # The first of several equal names wins: those that Graph itself lists come first.
            names = self._text("app_names")
            for at in reversed(range(len(names))):
                self._app_named[names[at].lower()] = _guid_text(ids[at * 16 : at * 16 + 16])
        return self._app_named.get(name)

    def resource_name(self, app_id: str) -> str | None:
        """The display name of one of Microsoft's own apps by its appId."""
        key = _guid_bytes(app_id)
        if not key:
            return None
        for at in _find_all(bytes(self._array("app_ids", "B")), key):
            return self._text("app_names")[at]
        return None

    def age_note(self, today: str) -> str:
        """What to say of the catalogue's age on a day: nothing while it is young."""
        from linter.catalog import age  # noqa: PLC0415  a look-up has no date

        return age.note(self.date, today, bundled=self.bundled)

    def info(self) -> Info:
        """Sources, dates and counts."""
        sources = tuple(CatalogSource(*line.split(" ")) for line in self._header["source"])
        counts = dict(line.split(" ") for line in self._header["count"])
        return Info(self.date, self.hash, sources, {key: int(value) for key, value in counts.items()})


def _read(path: str, size: int) -> bytes:
    """The first `size` bytes of a file."""
    try:
        if not os.path.isfile(path) and os.path.exists(path):
            raise Unreadable(path, "the catalogue cannot be read: this is no file")  # a pipe might never end
        with open(path, "rb", 0) as file:  # pathlib's import would cost more than all of this
            return file.read(size)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "this is no path"
        raise Unreadable(path, f"the catalogue cannot be read: {reason.lower()}") from error


def _header(path: str, data: bytes) -> tuple[dict[str, list[str]], int]:
    """The header's lines by key, and where the payload begins."""
    if not data.startswith(MAGIC):
        raise Unreadable(path, "this is no catalogue of the version that entralint reads")
    end = data.find(END)
    checksum, _, lines = data[len(MAGIC) : end].partition(b"\n")
    if end < 0 or checksum != str(binascii.crc32(lines)).encode():
        raise Unreadable(path, "the catalogue is damaged: header")
    header: dict[str, list[str]] = {}
    for line in lines.decode("ascii", "replace").split("\n"):
        key, _, value = line.partition(" ")
        header.setdefault(key, []).append(value)
    return header, end + len(END)


def _columns(permission: Permission) -> tuple[int, ...]:
    """Which of a triple's schemes a permission's type serves."""
    return (2,) if permission.type == "Role" else (0, 1)


def _less_sure(operation: Operation, *, own: bool) -> Operation:
    """An operation that was found under another reading of the URL.

    `own`: the URL said `/me`, which a token without a user has not, wherever it is looked up.
    """
    supports = [
        found._replace(confidence="medium") if found.confidence == "high" else found
        for found in operation[3:6]
    ]
    if own:
        supports[2] = UNSUPPORTED
    return operation._replace(work=supports[0], personal=supports[1], application=supports[2])


def spelt(literal: str) -> str:
    """A literal as shown in a template."""
    name, bracket, arguments = literal.partition("(")
    if not bracket:
        return literal
    return f"{name}({','.join(argument + '={value}' for argument in arguments[:-1].split(','))})"


def _find_all(data: bytes, key: bytes) -> Iterator[int]:
    """Indices of the 16-byte records of `data` that equal `key`."""
    at = data.find(key)
    while at >= 0:
        if at % 16 == 0:
            yield at // 16
        at = data.find(key, at + 1)


def _guid_bytes(guid: str) -> bytes:
    """A GUID's 16 bytes in written order; b"" if it is none."""
    guid = guid.strip().strip("{}")
    if len(guid) != 36 or guid[8] + guid[13] + guid[18] + guid[23] != "----":
        return b""
    try:
        key = bytes.fromhex(guid.replace("-", ""))
    except ValueError:
        return b""
    return key if len(key) == 16 else b""


def _guid_text(data: bytes) -> str:
    text = data.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
