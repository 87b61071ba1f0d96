"""Which files a run looks at, and their bytes, within the limits of one place.

A folder is walked without what Git ignores and without the folders that hold
other people's files; a symbolic link is followed once, by its real path. A
file that cannot be read is a `Problem`, and the others are still read.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from linter.errors import Problem, Unreadable
from linter.memory import remembers
from linter.typed import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from typing import BinaryIO

#: Bytes of one file, checked before it is read; `--max-bytes` changes it.
MAX_BYTES: Final = 32 * 1024 * 1024
#: A list of one value a line that is larger than this is read line by line, not as a whole.
STREAMED_BYTES: Final = 4 * 1024 * 1024
#: Files of one run.
MAX_FILES: Final = 5_000
#: Bytes that decide whether a file has a known form.
HEAD_BYTES: Final = 64 * 1024
_PIECE: Final = 1024 * 1024

STDIN: Final = "-"

FOREIGN_FOLDERS: Final = frozenset({".git", "node_modules", ".venv", "bin", "obj"})
_SUFFIXES: Final = (".json", ".jsonc", ".jsonl", ".ndjson", ".yaml", ".yml", ".json.tpl")


class Found(NamedTuple):
    """A file to look at: its path as shown, whether the user named it, and its path without links."""

    path: str
    named: bool
    real: str


def shown(path: str) -> str:
    """A path as reports show it: relative to the working directory where it lies below it, with `/`."""
    if path == STDIN:
        return "<stdin>"
    relative = os.path.normpath(path)
    if os.path.isabs(path):
        inside = _relative(path, os.getcwd())
        if inside.partition(os.sep)[0] != os.pardir:
            relative = inside
    return relative.replace(os.sep, "/")


@remembers(4096)  # every place in a report says its path
def _relative(path: str, folder: str) -> str:
    return os.path.relpath(path, folder)


def find(paths: tuple[str, ...]) -> Iterator[Found | Problem]:
    """Every file of `paths` once, in a stable order; what cannot be walked is a `Problem`.

    `MAX_FILES` is the reader's to count: files of no known form cost nothing.
    """
    seen: set[str] = set()
    for path in paths:
        if path == STDIN:
            yield Found(path, named=True, real=path)
            continue
        if not os.path.exists(path):
            yield Problem(shown(path), 0, 0, "no such file or folder")
            continue
        named = not os.path.isdir(path)
        if not named:
            yield from _walk(path, seen)
            continue
        target = os.path.realpath(path)
        if target not in seen:
            seen.add(target)
            yield Found(path, named, target)


def _walk(top: str, seen: set[str]) -> Iterator[Found | Problem]:
    """The candidate files below `top`, depth first, sorted; `seen` holds real paths of folders too."""
    from linter.gitignore import ignored_below  # noqa: PLC0415  only folders need it

    ignored = ignored_below(top)
    # No recursion: a path may be deeper than Python's stack.
    waiting = [(top, os.path.realpath(top), True)]
    while waiting:
        path, target, is_folder = waiting.pop()
        if target in seen:
            continue
        seen.add(target)
        if not is_folder:
            yield Found(path, named=False, real=target)
            continue
        try:
            entries = sorted(os.scandir(path), key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            yield Problem(shown(path), 0, 0, f"cannot be listed: {_reason(error)}")
            continue
        for entry in entries:
            below = os.path.isdir(entry.path)
            if (entry.name in FOREIGN_FOLDERS) if below else not _may_be_read(entry):
                continue
            if ignored and os.path.abspath(entry.path) in ignored:
                continue
            # Only a link can lead elsewhere: asking for every real path is slow in deep folders.
            real_path = (
                os.path.realpath(entry.path) if entry.is_symlink() else os.path.join(target, entry.name)
            )
            waiting.append((entry.path, real_path, below))


def looks_right(name: str) -> bool:
    """Whether a file of this name is looked at when its folder is walked."""
    return name.lower().endswith(_SUFFIXES)


def _may_be_read(entry: os.DirEntry[str]) -> bool:
    """Whether a name looks right and no pipe or device hides behind it; a broken link is said later."""
    if not looks_right(entry.name):
        return False
    return os.path.isfile(entry.path) or not os.path.exists(entry.path)


def real(path: str) -> str:
    """The path without symbolic links, to tell whether two names are one file.

    A text from a file may be no path at all (a NUL, half a character): it is then its own.
    """
    try:
        return os.path.realpath(path)
    except ValueError:
        return path


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
            if sys.stdin is None:
                raise Unreadable(shown(path), "cannot be read: standard input is closed")
            return _bounded(sys.stdin.buffer, path, max_bytes)
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > max_bytes:
                raise Unreadable(shown(path), _too_large(size, max_bytes))
            return _bounded(file, path, max_bytes)
    except OSError as error:
        raise Unreadable(shown(path), f"cannot be read: {_reason(error)}") from None


def lines(path: str, max_bytes: int = MAX_BYTES) -> Iterator[bytes]:
    """The lines of a file one by one, so that it may be larger than memory.

    Raises:
        Unreadable: it cannot be read, or a line is longer than `max_bytes`.
    """
    try:
        with open(path, "rb") as file:
            while line := file.readline(max_bytes + 1):
                if len(line) > max_bytes:
                    raise Unreadable(shown(path), f"a line is {_too_large(len(line), max_bytes)}")
                yield line
    except OSError as error:
        raise Unreadable(shown(path), f"cannot be read: {_reason(error)}") from None


def is_streamed(path: str) -> bool:
    """Whether a file is a list of one value a line that is too large to be read as a whole."""
    if not path.lower().endswith((".ndjson", ".jsonl")):
        return False
    try:
        return os.stat(path).st_size > STREAMED_BYTES
    except (OSError, ValueError):
        return False


def _bounded(file: BinaryIO, path: str, max_bytes: int) -> bytes:
    """All of a file; a pipe or a device has no size, so what is read is counted."""
    pieces: list[bytes] = []
    size = 0
    while piece := file.read(_PIECE):
        size += len(piece)
        if size > max_bytes:
            raise Unreadable(shown(path), _too_large(size, max_bytes))
        pieces.append(piece)
    return b"".join(pieces)


def _too_large(size: int, max_bytes: int) -> str:
    return f"larger than the limit ({size} bytes or more, limit {max_bytes}; --max-bytes changes it)"


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
