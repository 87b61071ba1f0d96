"""Upstream's files for `catalog compile`, from folders, single files and https addresses."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from linter import files
from linter.catalog.inputs import DOCUMENTED, NAMES, REQUIRED, SOURCES, Input, Inputs, Source, known, sources
from linter.download import MAX_BYTES, download, shown
from linter.errors import Unreadable, nearest
from linter.typed import Final

TIMEOUT: Final = 60
"""Seconds that one file may take."""


class _Places:
    """Where to look for files: those named one by one, then the folders and addresses in their order."""

    def __init__(self, places: Sequence[str]) -> None:
        self.single: dict[str, tuple[str, str]] = {}
        self.bases: list[str] = []
        for place in places:
            file, equals, where = place.partition("=")
            if not equals or "/" in file or os.path.isdir(place):
                self.bases.append(_base(place))
                continue
            name = known(file)
            if name is None:
                near = nearest(file, NAMES)
                hint = f"; did you mean `{near}`?" if near else f"; known: {', '.join(NAMES)}"
                raise Unreadable("catalog compile", f"`{file}` is no upstream file{hint}")
            if not where:
                raise Unreadable("catalog compile", f"`{place}` names no file")
            if name in self.single:
                raise Unreadable("catalog compile", f"`{name}` is given twice")
            self.single[name] = file, where


def _base(place: str) -> str:
    if _is_address(place):
        return place
    if not os.path.isdir(place):
        kind = "is a file: write NAME=FILE" if os.path.exists(place) else "no such folder"
        raise Unreadable(files.shown(place), kind)
    return place


def _is_address(place: str) -> bool:
    return "://" in place


def gather(places: Sequence[str], timeout: float, today: str, described: str | None = None) -> Inputs:
    """The upstream files that `places` hold; the first place that has a file gives it.

    A place is a folder, the https address of one, or `NAME=FILE` and `NAME=ADDRESS` for one file. Where a
    file comes from is said by the file `described`, else by the `sources.json` beside it, else by its
    address and `today`.

    Raises:
        linter.errors.Unreadable: a place is none, a file cannot be had, or one that is required is nowhere.
    """
    wanted = _Places(places)
    stated = sources(_local(described), files.shown(described)) if described else None
    found = dict(_named(wanted.single, timeout, today))
    for base in wanted.bases:
        if len(found) == len(NAMES):
            break
        found |= _beside(base, [name for name in NAMES if name not in found], timeout, today)
    for name in REQUIRED:
        if name not in found:
            looked = ", ".join(map(_shown, wanted.bases)) or "no folder or address was given"
            raise Unreadable(name, f"is required, and was not found ({looked})")
    if stated is not None:
        # Files that it does not describe keep what is known of them.
        found = {name: one._replace(source=stated.get(one.file, one.source)) for name, one in found.items()}
    return Inputs(found.values())


def _named(single: Mapping[str, tuple[str, str]], timeout: float, today: str) -> Iterator[tuple[str, Input]]:
    for name, (file, where) in single.items():
        if not _is_address(where):
            yield name, Input(file, files.shown(where), _local(where))
            continue
        data = download(where, timeout)
        if data is None:
            raise Unreadable(shown(where), "the server answers 404: there is no such file")
        yield name, Input(file, shown(where), data, _of_address(where, today))


def _beside(base: str, wanted: list[str], timeout: float, today: str) -> Iterator[tuple[str, Input]]:
    """The wanted files of a folder or of the address of one, with what its `sources.json` says of them."""
    if not _is_address(base):
        place = os.path.join(base, SOURCES)
        stated = sources(_local(place), files.shown(place)) if os.path.exists(place) else {}
        for name in wanted:
            for file in _called(base, name):
                place = os.path.join(base, file)
                yield name, Input(file, files.shown(place), _local(place), stated.get(file, Source()))
        return
    place = _joined(base, SOURCES)
    described = download(place, timeout)
    stated = sources(described, shown(place)) if described is not None else {}
    for name in wanted:
        place = _joined(base, name)
        data = download(place, timeout)
        if data is not None:
            yield name, Input(name, shown(place), data, stated.get(name) or _of_address(place, today))


def _called(folder: str, name: str) -> list[str]:
    """The files of a folder that are the upstream file `name`: none or one."""
    if name != DOCUMENTED:
        return [name] if os.path.exists(os.path.join(folder, name)) else []
    try:
        called = sorted(file for file in os.listdir(folder) if known(file) == DOCUMENTED)
    except OSError as error:
        raise Unreadable(files.shown(folder), f"cannot be listed: {(error.strerror or '').lower()}") from None
    if len(called) > 1:
        message = f"holds {' and '.join(called)}: name the one to use, `{called[-1]}=FILE`"
        raise Unreadable(files.shown(folder), message)
    return called


def _local(path: str) -> bytes:
    try:
        if os.path.getsize(path) > MAX_BYTES:
            raise Unreadable(files.shown(path), f"larger than the limit of {MAX_BYTES} bytes")
    except (OSError, ValueError):
        pass  # reading says what is wrong with it
    return files.read(path)


def _joined(base: str, file: str) -> str:
    """The address of a file in the folder that an address names; a query stays behind."""
    address, mark, query = base.partition("?")
    return f"{address.rstrip('/')}/{file}{mark}{query}"


def _of_address(url: str, today: str) -> Source:
    """The provenance of a file that was just downloaded: where from, and when."""
    address = shown(url).replace("***@", "").removesuffix("?***")
    word = "".join(
        letter if letter.isascii() and letter.isprintable() and letter != " " else "_" for letter in address
    )
    return Source(repository=word[:200], date=today)


def _shown(place: str) -> str:
    return shown(place) if _is_address(place) else files.shown(place)
