"""A user's catalogue is read as any hostile file: refused with a reason, or usable to the last byte."""

import binascii
import hashlib
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linter.catalog import layout, store
from linter.catalog.compile import compile_catalog
from linter.catalog.diff import diff
from linter.catalog.records import SCHEMES
from linter.catalog.store import Catalog
from linter.errors import Unreadable
from tests.catalog import small

FILE = Path(store.__file__).parent / "data" / "catalog.bin"
SMALL = compile_catalog(small.inputs(small.UPSTREAM))[0]
Sections = dict[str, bytes]


def parts(data: bytes) -> tuple[list[str], Sections]:
    """The header's lines but those of sections, and the sections."""
    end = data.index(layout.END)
    lines = data[len(layout.MAGIC) : end].decode().split("\n")[1:]
    sections: Sections = {}
    for line in lines:
        if line.startswith("section "):
            _, name, offset, length, _ = line.split(" ")
            begin = end + len(layout.END) + int(offset)
            sections[name] = data[begin : begin + int(length)]
    return [line for line in lines if not line.startswith("section ")], sections


def joined(lines: list[str], sections: Sections, more: tuple[str, ...] = ()) -> bytes:
    """A file whose checksums are all right, as whoever makes one on purpose would see to."""
    payload = b"".join(sections.values())
    lines = [
        f"sha256 {hashlib.sha256(payload).hexdigest()}" if line.startswith("sha256 ") else line
        for line in lines
    ]
    offset = 0
    for name, data in sections.items():
        lines.append(f"section {name} {offset} {len(data)} {binascii.crc32(data)}")
        offset += len(data)
    text = "\n".join([*lines, *more]).encode("utf-8", "surrogateescape")
    return layout.MAGIC + str(binascii.crc32(text)).encode() + b"\n" + text + layout.END + payload


def use_everything(catalog: Catalog) -> None:
    operations = list(catalog.operations())
    for operation in operations:
        assert len(operation.template) < 10 * layout.LENGTH
        for scheme in SCHEMES:
            catalog.evidence(operation, scheme)
            catalog.support(operation, scheme, ["passwordProfile"])
        catalog.find(operation.method, operation.template)
    catalog.find("GET", "/a" * 60)
    catalog.find("GET", "/users/" + "1/" * 60)
    for permission in catalog.all_permissions():
        catalog.opens(permission)
        catalog.by_id(permission.id)
        catalog.named(permission.value)
        catalog.resource_name(permission.resource)
    catalog.resource_id("Office 365 Exchange Online")
    catalog.info()
    assert not any(diff(catalog, catalog))


def refused(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(Unreadable) as caught:
        Catalog.open(str(path))
    assert caught.value.problem.path == str(path)
    return caught.value.problem.message


@pytest.mark.slow
def test_the_committed_file_is_sound():
    use_everything(Catalog.open(str(FILE)))


def test_a_copy_is_the_same(tmp_path: Path):
    (tmp_path / "copy.bin").write_bytes(joined(*parts(SMALL)))
    use_everything(Catalog.open(str(tmp_path / "copy.bin")))
    assert (tmp_path / "copy.bin").read_bytes() == SMALL


# --- each thing that the store trusts -----------------------------------------------------------


def numbers(size: str, change: Callable[[list[int]], Any]) -> Callable[[bytes], bytes]:
    """A change of a section's numbers."""

    def changed(data: bytes) -> bytes:
        found = list(struct.unpack(f"<{len(data) // struct.calcsize(size)}{size}", data))
        change(found)
        return struct.pack(f"<{len(found)}{size}", *found)

    return changed


def at(index: int, value: int) -> Callable[[list[int]], None]:
    def change(found: list[int]) -> None:
        found[index] = value

    return change


@pytest.mark.parametrize(
    ("section", "change", "part"),
    [
        # A node that is its own parent, edges out of order, a parent that does not exist, a literal of none.
        ("edges", numbers("I", at(1, 2 << layout.LITERAL_BITS)), "paths"),
        ("edges", numbers("I", lambda found: found.reverse()), "paths"),
        ("edges", numbers("I", at(-1, 0xFFFFFFFF)), "paths"),
        ("edges", numbers("I", at(0, 8000)), "paths"),
        ("rows", numbers("I", lambda found: found.reverse()), "paths"),
        ("rows", numbers("I", at(-1, 0xFFFFFFFF)), "paths"),
        ("rows", numbers("I", at(0, 1 << 4 | 7 << 1)), "paths"),
        ("rows", lambda data: data[:-1], "paths"),
        ("rows", lambda data: data[:-4], "operations"),
        ("literals", lambda data: data.replace(b"users", b"us rs"), "paths"),
        ("literals", lambda data: data.replace(b"users", b"us\x1brs"[:5]), "paths"),
        ("literals", lambda data: data.replace(b"{}", b"xx"), "paths"),
        ("literals_at", numbers("I", at(1, 0xFFFFFFFF)), "paths"),
        ("needs", numbers("H", at(0, 0xFFFF)), "operations"),
        ("triples", numbers("H", at(0, 0xFFFF)), "operations"),
        ("grants_at", numbers("I", at(-1, 0)), "operations"),
        ("grants", numbers("H", at(0, 6)), "operations"),
        ("grants", numbers("H", at(1, 0xFFFF)), "operations"),
        ("grants", numbers("H", at(2, 0xFFFF)), "operations"),
        ("grants", numbers("H", at(3, 0x7FFF)), "operations"),
        ("grants", numbers("H", at(3, 0xFFFF)), "operations"),
        ("pairs", numbers("H", at(0, 0x7FFF)), "operations"),
        ("pairs", lambda data: data[:2], "operations"),
        ("names", lambda data: data.replace(b"User", b"Us\xffr"), "operations"),
        ("facts", numbers("H", at(0, 0xFFFF)), "permissions"),
        ("facts", numbers("H", at(1, 0xFFFF)), "permissions"),
        ("facts", numbers("H", at(2, 0xFFFF)), "permissions"),
        ("guids", lambda data: data[16:], "permissions"),
        ("app_ids", lambda data: data[16:], "apps"),
        ("app_names", lambda data: data.replace(b"Office", b"O\x1b[31m"), "apps"),
        ("app_names", lambda data: data.replace(b"Office", b"##[err"), "apps"),
        ("evidence_of", numbers("H", at(0, 0xFFFF)), "evidence"),
        ("evidence_of", lambda data: data[6:], "evidence"),
        ("evidence_at", numbers("I", at(0, 1)), "evidence"),
        ("evidence", numbers("H", at(0, 0xFFFE)), "evidence"),
        ("evidence", numbers("H", at(1, 0x7FFF)), "evidence"),
        ("evidence_pairs", numbers("H", at(0, 0x7FFF)), "evidence"),
        ("defects", lambda data: data.replace(b"read", b"\x00ead"), "evidence"),
    ],
)
def test_a_section_that_is_not_as_the_compiler_writes_it(
    tmp_path: Path, section: str, change: Callable[[bytes], bytes], part: str
):
    lines, sections = parts(SMALL)
    sections[section] = change(sections[section])
    assert refused(tmp_path / "x.bin", joined(lines, sections)) == f"the catalogue is damaged: {part}"


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("date ", "date 2026-02-30"),
        ("date ", "date \x1b[31m"),
        ("count operations", "count operations x"),
        ("count operations", "count operations -5"),
        ("count operations", f"count operations {'9' * 5000}"),
        ("source ", "source a b"),
        ("source ", "source a\x1b[31m b c d e"),
        ("source ", "source \udce9 b c d e"),
    ],
)
def test_a_header_that_is_not_as_the_compiler_writes_it(tmp_path: Path, line: str, instead: str):
    lines, sections = parts(SMALL)
    lines = [instead if one.startswith(line) else one for one in lines]
    assert refused(tmp_path / "x.bin", joined(lines, sections)) == "the catalogue is damaged: header"


@pytest.mark.parametrize(
    "place",
    ["-5 4 0", "0 -1 0", "0 99999999 0", f"{10**30} 4 0", "4 4 1", "x 4 0", "0 4", f"0 {'9' * 5000} 0"],
)
def test_a_section_that_lies_elsewhere(tmp_path: Path, place: str):
    lines, sections = parts(SMALL)
    made = joined(lines, sections, (f"section rows {place}",))
    assert refused(tmp_path / "x.bin", made) == "the catalogue is damaged: header"


def test_a_hash_that_is_anothers(tmp_path: Path):
    lines, sections = parts(SMALL)
    theirs = parts(FILE.read_bytes())[0][1]
    text = joined(lines, sections)
    ours = next(line for line in parts(text)[0] if line.startswith("sha256 "))
    forged = text.replace(ours.encode(), theirs.encode())
    start = len(layout.MAGIC)
    header = forged[start : forged.index(layout.END)].partition(b"\n")[2]
    forged = (
        layout.MAGIC
        + str(binascii.crc32(header)).encode()
        + b"\n"
        + header
        + forged[forged.index(layout.END) :]
    )
    assert refused(tmp_path / "x.bin", forged) == "the catalogue is damaged: header"


def test_a_path_of_too_many_levels(tmp_path: Path):
    lines, sections = parts(SMALL)
    word = 1
    edges = [word, *((at << layout.LITERAL_BITS) | word for at in range(1, layout.LEVELS + 1))]
    sections["edges"] = struct.pack(f"<{len(edges)}I", *edges)
    assert refused(tmp_path / "x.bin", joined(lines, sections)) == "the catalogue is damaged: paths"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "this is no catalogue of the version that entralint reads"),
        (b"{}" * 100, "this is no catalogue of the version that entralint reads"),
        (
            SMALL.replace(b"catalogue 2", b"catalogue 1", 1),
            "this is no catalogue of the version that entralint reads",
        ),
        (SMALL[:100], "the catalogue is damaged: header"),
        (SMALL[:-1], "the catalogue is damaged: header"),
        (
            SMALL + bytes(layout.MAX_BYTES),
            f"this is no catalogue: it is larger than {layout.MAX_BYTES} bytes",
        ),
    ],
    ids=["empty", "json", "version", "cut", "short", "large"],
)
def test_another_file(tmp_path: Path, data: bytes, message: str):
    assert refused(tmp_path / "x.bin", data) == message


def test_no_file(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    for path, reason in (
        ("none", "no such file or directory"),
        (".", "this is no file"),
        ("pipe", "this is no file"),
        ("a\0b", "this is no path"),
    ):
        with pytest.raises(Unreadable) as caught:
            Catalog.open(os.path.join(tmp_path, path))
        assert caught.value.problem.message == f"the catalogue cannot be read: {reason}"


# --- anything at all ------------------------------------------------------------------------------


NAMES = list(parts(SMALL)[1])
VALUES = st.sampled_from(
    [0, 1, 2, 3, 0x7F, 0x7FFF, 0x8000, 0x8001, 0xFFFE, 0xFFFF, 0xFFFFFFFF, 10, 32, 35, 123]
)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.integers(0, 200),
        VALUES,
        st.sampled_from(["B", "H", "I", "cut", "more", "swap"]),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=500, deadline=None)
@given(CHANGES)
def test_any_change_is_refused_or_usable(tmp_path_factory: pytest.TempPathFactory, changes: list[Any]):
    lines, sections = parts(SMALL)
    for name, index, value, how in changes:
        data = bytearray(sections[name])
        if how == "cut":
            del data[index:]
        elif how == "more":
            data += bytes([value & 0xFF]) * (index or 1)
        elif how == "swap":
            other = NAMES[index % len(NAMES)]
            sections[name], sections[other] = sections[other], sections[name]
            continue
        else:
            size = struct.calcsize(how)
            if len(data) >= size:
                begin = index * size % (len(data) - size + 1)
                data[begin : begin + size] = struct.pack(f"<{how}", value & (1 << 8 * size) - 1)
        sections[name] = bytes(data)
    path = tmp_path_factory.getbasetemp() / "any.bin"
    path.write_bytes(joined(lines, sections))
    try:
        catalog = Catalog.open(str(path))
    except Unreadable:
        return
    use_everything(catalog)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.integers(0, len(SMALL)), st.booleans())
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, junk: bytes, cut: int, keeps: bool):
    path = tmp_path_factory.getbasetemp() / "any.bin"
    path.write_bytes((SMALL[:cut] + junk + SMALL[cut:]) if keeps else layout.MAGIC + junk)
    try:
        catalog = Catalog.open(str(path))
    except Unreadable:
        return
    use_everything(catalog)
