"""What Git holds at a revision, laid out in a private folder as the working tree would hold it.

Nothing of the repository is run or changed: objects are listed and read, and no filter, hook or checkout
is involved. Submodules are other repositories and are left out. A symbolic link is a link again, where it
leads to what lies in the repository; files are written before the links, so that no link can lead a file
elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from linter import files, git
from linter.errors import Unreadable
from linter.typed import Final, NamedTuple, Self

#: Bytes of one answer of Git's.
_BATCH: Final = 64 * 1024 * 1024
#: How many links may lead to further links, and bytes of one.
_LINKS: Final = 40
_LONGEST_LINK: Final = 4096


class Object(NamedTuple):
    """One file or link of a revision: its path from the repository's top, and its object's name and size."""

    path: str
    name: str
    size: int
    is_link: bool


class Repository:
    """The repository in which `paths` lie, and the revision `base` of it.

    Raises:
        Unreadable: there is no repository, the paths lie in several, or it has no such revision.
    """

    def __init__(self, base: str, paths: tuple[str, ...]) -> None:
        tops = {path: _top(path) for path in paths}
        self.top = tops[paths[0]]
        for path, top in tops.items():
            if top != self.top:
                message = f"lies in another Git repository than {files.shown(paths[0])}"
                raise Unreadable(files.shown(path), message)
        self._tree = _tree(self.top, base)

    def inside(self, path: str) -> str:
        """A path of the working tree as Git's, from the top; "" for the top itself.

        Raises:
            Unreadable: it leads out of the repository.
        """
        # The last step of a path may be a link that the repository holds; the steps before are places.
        full = os.path.abspath(path)
        if os.path.isdir(full):
            full = os.path.realpath(full)
        else:
            full = os.path.join(os.path.realpath(os.path.dirname(full)), os.path.basename(full))
        inside = os.path.relpath(full, self.top).replace(os.sep, "/")
        if inside == ".." or inside.startswith("../"):
            raise Unreadable(files.shown(path), "lies outside its Git repository")
        return "" if inside == "." else inside

    def beside(self, inside: str) -> str:
        """A path from the top as one from the working folder."""
        return os.path.relpath(os.path.join(self.top, *inside.split("/")))

    def holds(self, path: str) -> bool:
        """Whether a file lies in this repository: not outside, and not in another one within, a submodule."""
        folder = os.path.dirname(os.path.realpath(path))
        while not os.path.lexists(os.path.join(folder, ".git")) and os.path.dirname(folder) != folder:
            folder = os.path.dirname(folder)
        return folder == self.top

    def objects(self, paths: Iterable[str]) -> list[Object]:
        """The files and links at or below paths from the top that a run could read."""
        wanted = set(paths)
        if not wanted:
            return []
        # Without a path all is listed, which is what the top itself asks for.
        named = sorted(path for path in wanted if wanted.isdisjoint(_folders(path)))
        named = [] if named == [""] else named
        try:
            listed = git.ask(self.top, "ls-tree", "-r", "-l", "-z", "--full-tree", self._tree, "--", *named)
        except git.Refused as refused:
            raise Unreadable("--base", f"cannot be listed: {refused}") from None
        found = map(_object, listed.split(b"\0"))
        return [one for one in found if one and (one.path in wanted or _may_be_read(one, wanted))]

    def contents(self, objects: list[Object], folder: str) -> Iterator[tuple[Object, bytes]]:
        """Each object with its bytes; `folder` is a private one for what Git is asked."""
        waiting = list(objects)
        while waiting:
            batch, size = [waiting.pop()], 0
            while waiting and size + waiting[-1].size < _BATCH:
                size += waiting[-1].size
                batch.append(waiting.pop())
            question = os.path.join(folder, "objects")
            with open(question, "w", encoding="ascii") as file:
                file.writelines(f"{one.name}\n" for one in batch)
            try:
                answer = git.ask(self.top, "cat-file", "--batch", stdin=question)
            except git.Refused as refused:
                raise Unreadable("--base", f"cannot be read: {refused}") from None
            at = 0
            for one in batch:
                # `<name> blob <size>`, the bytes, a line end; or `<name> missing` (a partial clone).
                end = answer.index(b"\n", at)
                head = answer[at:end].split(b" ")
                if len(head) != 3:
                    raise Unreadable(one.path, "is not in this clone: fetch the revision in full")
                at = end + 1 + int(head[2])
                yield one, answer[end + 1 : at]
                at += 1


class Layout:
    """The files at `paths` as of a revision, in a folder that is the working folder while in use.

    So a relative path means what it meant before, and is shown as it was. `found` are those of `paths`, all
    from the repository's top, that the revision has. The folder goes away at the end.
    """

    def __init__(self, repository: Repository, paths: Sequence[str], max_bytes: int) -> None:
        from tempfile import TemporaryDirectory  # noqa: PLC0415  heavy, and only `--base` needs it

        self._before = os.getcwd()
        try:
            anchor = os.path.commonpath((self._before, repository.top))
        except ValueError:
            raise Unreadable("--base", "the repository is on another drive than the working folder") from None
        try:
            self._folder = TemporaryDirectory(prefix="entralint-")
        except OSError as error:
            message = f"needs a temporary folder: {(error.strerror or str(error)).lower()}"
            raise Unreadable("--base", message) from None
        try:
            mirror = os.path.join(self._folder.name, "mirror")
            self._top = os.path.join(mirror, os.path.relpath(repository.top, anchor))
            self._here = os.path.join(mirror, os.path.relpath(self._before, anchor))
            os.makedirs(self._top, exist_ok=True)
            os.makedirs(self._here, exist_ok=True)
            self._lay_out(repository, set(paths), max_bytes)
        except BaseException:
            self._folder.cleanup()
            raise
        self.found = tuple(path for path in paths if os.path.lexists(self._place(path)))

    def __enter__(self) -> Self:
        os.chdir(self._here)
        return self

    def __exit__(self, *_raised: object) -> None:
        os.chdir(self._before)
        self._folder.cleanup()

    def _place(self, path: str) -> str:
        return os.path.join(self._top, *path.split("/"))

    def _lay_out(self, repository: Repository, wanted: set[str], max_bytes: int) -> None:
        written: set[str] = set()
        links: dict[str, str] = {}
        for _ in range(_LINKS):
            known = written | links.keys()
            new = [one for one in repository.objects(wanted) if one.path not in known]
            read = [one for one in new if one.is_link or one.size <= max_bytes]
            written.update(one.path for one in new if not one.is_link)
            for one in new:
                if not one.is_link and one.size > max_bytes:
                    self._write(one, b"")
            wanted = set()
            for one, data in repository.contents(read, self._folder.name):
                if not one.is_link:
                    self._write(one, data)
                    continue
                target = os.fsdecode(data)
                links[one.path] = target
                led = _led_to(one.path, target)
                wanted |= set() if led is None else {led}
            if not wanted:
                break
        for path, target in links.items():
            led = _led_to(path, target)
            if led is not None and os.path.exists(self._place(led)):
                self._link(path, target)

    def _write(self, one: Object, data: bytes) -> None:
        """Write a file; of one above the limit (no data) only the size, for which it is refused."""
        place = self._place(one.path)
        try:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "xb") as file:
                file.write(data)
                file.truncate(one.size)
        except (FileExistsError, NotADirectoryError):
            return  # two names that are one here: on this system the working tree has only the first, too
        except OSError as error:
            raise Unreadable("--base", f"cannot be laid out: {(error.strerror or '').lower()}") from None

    def _link(self, path: str, target: str) -> None:
        place = self._place(path)
        try:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            os.symlink(target, place)
        except OSError:
            return  # a name that is taken, or a system without links: the working tree has none there, either


def _top(path: str) -> str:
    folder = os.path.abspath(path)
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    try:
        top = git.ask(folder, "rev-parse", "--show-toplevel")
    except git.Refused as refused:
        raise Unreadable(files.shown(path), f"`--base` needs Git and a repository: {refused}") from None
    return os.path.realpath(os.fsdecode(top.removesuffix(b"\n")))


def _tree(top: str, base: str) -> str:
    """The name of a revision's tree."""
    try:
        # No revision begins like an option.
        if base.startswith("-"):
            raise git.Refused
        found = git.ask(top, "rev-parse", "--verify", "--quiet", base + "^{tree}")
    except git.Refused:
        message = (
            f"`{base}` is no revision of this repository (one that CI cloned may have to fetch it first)"
        )
        raise Unreadable("--base", message) from None
    return found.decode("ascii").strip()


def _object(line: bytes) -> Object | None:
    """A line of `ls-tree -l`; None for submodules, and for paths that no working tree could hold."""
    head, _, path = line.partition(b"\t")
    mode, kind, name, size = head.split() if path else (b"", b"", b"", b"")
    shown, is_link = os.fsdecode(path), mode == b"120000"
    if kind != b"blob" or not all(map(_is_safe, shown.split("/"))):
        return None
    if is_link and int(size) > _LONGEST_LINK:
        return None
    return Object(shown, name.decode("ascii"), int(size), is_link)


def _is_safe(step: str) -> bool:
    """Whether a step of a path is one that Git itself would check out: objects can be made by hand."""
    if os.sep != "/" and not {"\\", ":"}.isdisjoint(step):
        return False
    return step.lower() not in ("", ".", "..", ".git")


def _folders(path: str) -> list[str]:
    """The folders in which a path lies, all from the top, and the top itself; none for the top."""
    steps = path.split("/")[:-1]
    return ["/".join(steps[:depth]) for depth in range(len(steps) + 1)] if path else []


def _may_be_read(one: Object, wanted: set[str]) -> bool:
    """Whether a walk of the wanted folders would look at a file; a link of any name may lead to a folder."""
    if not (one.is_link or files.looks_right(one.path)):
        return False
    return any(
        files.FOREIGN_FOLDERS.isdisjoint(one.path[len(folder) :].split("/")[:-1])
        for folder in _folders(one.path)
        if folder in wanted
    )


def _led_to(path: str, target: str) -> str | None:
    """Where a link leads, from the top; None if out of the repository."""
    if not target or os.path.isabs(target) or "\0" in target:
        return None
    led = os.path.normpath(os.path.join(os.path.dirname(path), target)).replace(os.sep, "/")
    if led == ".." or led.startswith("../"):
        return None
    return "" if led == "." else led
