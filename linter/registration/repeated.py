"""What `requiredResourceAccess` lists twice, and the edits that put it into one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter import subject
from linter.catalog.store import Catalog
from linter.finding import Edit
from linter.holdings import Declared, block_name, declared, resource_of
from linter.model import Application, RequiredResourceAccess
from linter.positions import At
from linter.typed import NamedTuple


class RepeatedApi(NamedTuple):
    """A further entry for an API, and the place of its first one; no edits where one leaves it open."""

    name: str
    at: At
    earlier: At
    edits: tuple[Edit, ...]


class RepeatedPermission(NamedTuple):
    """A permission that one entry lists again."""

    subject: str
    name: str
    type: str
    at: At
    earlier: At
    edits: tuple[Edit, ...]


def blocks(application: Application, catalog: Catalog) -> Iterator[RepeatedApi]:
    """The APIs that have more than one entry."""
    first: dict[str, RequiredResourceAccess] = {}
    held: dict[int, list[Declared]] = {}  # by block, once any is repeated
    for block in application.required_resource_access or ():
        key = resource_of(block, catalog) or (block.resource_app_id or "").lower()
        if not key:
            continue
        earlier = first.setdefault(key, block)
        if earlier is not block:
            held = held or _by_block(declared(application, catalog) or ())
            edits = _merge(block, earlier, held)
            yield RepeatedApi(block_name(block, catalog), block.at, earlier.at, edits)


def permissions(application: Application, catalog: Catalog) -> Iterator[RepeatedPermission]:
    """The permissions that one entry lists more than once."""
    first: dict[tuple[int, str, str], Declared] = {}
    for entry in declared(application, catalog) or ():
        written, type_ = entry.entry.id, entry.entry.type
        if written is None or type_ is None:
            continue
        name = _name(entry)
        earlier = first.setdefault((id(entry.block), name.lower(), type_), entry)
        if earlier is not entry:
            yield RepeatedPermission(
                subject.of_permission(block_name(entry.block, catalog), name, type_),
                name,
                type_,
                entry.entry.at,
                earlier.entry.at,
                (Edit("remove", entry.entry.at),),
            )


def _by_block(entries: Iterable[Declared]) -> dict[int, list[Declared]]:
    """The entries of each block, by its identity."""
    held: dict[int, list[Declared]] = {}
    for entry in entries:
        held.setdefault(id(entry.block), []).append(entry)
    return held


def _merge(
    block: RequiredResourceAccess, earlier: RequiredResourceAccess, held: dict[int, list[Declared]]
) -> tuple[Edit, ...]:
    """The edits that put what only the second block holds into the first; none where one leaves it open."""
    if block.resource_access is None or earlier.resource_access is None:
        return ()
    seen = {_meaning(entry) for entry in held.get(id(earlier), ())}
    edits: list[Edit] = []
    for entry in held.get(id(block), ()):
        if _meaning(entry) in seen:
            continue
        if entry.entry.id is None or entry.entry.type is None:
            return ()
        seen.add(_meaning(entry))
        written = {"id": entry.entry.id, "type": entry.entry.type}
        edits.append(Edit("append", earlier.at.child("resourceAccess"), written))
    return (*edits, Edit("remove", block.at))


def _meaning(entry: Declared) -> tuple[str, str]:
    """What an entry declares, however it is written."""
    return _name(entry).strip().lower(), (entry.entry.type or "").strip().lower()


def _name(entry: Declared) -> str:
    """The permission's name, else as written: an id under the wrong type is not that of the other one."""
    if entry.state == "known" and entry.permission is not None:
        return entry.permission.value
    return entry.entry.id or ""
