"""Which files a run looks at, and their bytes, within the limits of one place.

A folder is walked without what Git ignores and without the folders that hold
other people's files; a symbolic link is followed once, by its real path. A
file that cannot be read is a `Problem`, and the others are still read.
"""

import os
import sys
from collections.abc import Iterator
from typing import Final, NamedTuple

from linter.errors import Problem, Unreadable

#: Bytes of one file, checked before it is read; `--max-bytes` changes it.
MAX_BYTES: Final = 32 * 1024 * 1024
#: Files of one run.
MAX_FILES: Final = 5_000
#: Bytes that decide whether a file has a known form.
HEAD_BYTES: Final = 64 * 1024

STDIN: Final = "-"

_FOREIGN_FOLDERS: Final = frozenset({".git", "node_modules", ".venv", "bin", "obj"})
_SUFFIXES: Final = (".json", ".jsonc", ".jsonl", ".ndjson", ".yaml", ".yml", ".json.tpl")


class Found(NamedTuple):
    """A file to look at: its path as shown, and whether the user named it (or a folder above it)."""

    path: str
    named: bool


def shown(path: str) -> str:
    """A path as reports show it: relative to the working directory where it lies below it, with `/`."""
    if path == STDIN:
        return "<stdin>"
    relative = os.path.relpath(path) if os.path.isabs(path) else os.path.normpath(path)
    if relative.startswith(".."):
        relative = os.path.normpath(path)
    return relative.replace(os.sep, "/")


def find(paths: tuple[str, ...]) -> Iterator[Found | Problem]:
    """Every file of `paths` once, in a stable order; what cannot be walked is a `Problem`."""
    seen: set[str] = set()
    count = 0
    for path in paths:
        if path == STDIN:
            yield Found(path, named=True)
            continue
        if not os.path.exists(path):
            yield Problem(shown(path), 0, 0, "no such file or folder")
            continue
        named = not os.path.isdir(path)
        for file in (path,) if named else _walk(path, seen):
            if isinstance(file, Problem):
                yield file
                continue
            real = os.path.realpath(file)
            if real in seen:
                continue
            seen.add(real)
            count += 1
            if count > MAX_FILES:
                yield Problem(shown(path), 0, 0, f"more than {MAX_FILES} files: name smaller folders")
                return
            yield Found(file, named)


def _walk(folder: str, seen: set[str]) -> Iterator[str | Problem]:
    """The candidate files below `folder`, depth first, sorted; `seen` holds real paths of folders too."""
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Problem(shown(folder), 0, 0, f"cannot be listed: {_reason(error)}")
        return
    from linter.gitignore import ignored_by_git  # noqa: PLC0415  only folders need it

    for entry in entries:
        if ignored_by_git(entry.path, folder=entry.is_dir()):
            continue
        if entry.is_dir():
            if entry.name not in _FOREIGN_FOLDERS:
                yield from _walk(entry.path, seen)
        elif entry.name.lower().endswith(_SUFFIXES):
            yield entry.path


def head(path: str) -> bytes:
    """The first bytes of a file, which decide its form.

    Raises:
        Unreadable: the file cannot be opened.
    """
    try:
        with open(path, "rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise Unreadable(shown(path), f"cannot be read: {_reason(error)}") from None


def read(path: str, max_bytes: int = MAX_BYTES) -> bytes:
    """The whole file, or standard input for `-`.

    Raises:
        Unreadable: it cannot be read or is larger than `max_bytes`.
    """
    try:
        if path == STDIN:
            data = sys.stdin.buffer.read(max_bytes + 1)
        else:
            with open(path, "rb") as file:
                size = os.fstat(file.fileno()).st_size
                if size > max_bytes:
                    raise Unreadable(shown(path), _too_large(size, max_bytes))
                # A pipe or a device has no size: what is read is bounded too.
                data = file.read(max_bytes + 1)
    except OSError as error:
        raise Unreadable(shown(path), f"cannot be read: {_reason(error)}") from None
    if len(data) > max_bytes:
        raise Unreadable(shown(path), _too_large(len(data), max_bytes))
    return data


def _too_large(size: int, max_bytes: int) -> str:
    return f"larger than the limit ({size} bytes or more, limit {max_bytes}; --max-bytes changes it)"


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
