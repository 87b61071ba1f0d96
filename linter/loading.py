"""Reading the files of a run: found, recognised by their content, read into records.

A file that cannot be read is a `Problem`, and the others are still read.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from linter import calls, files, readers
from linter.errors import Problem, Unreadable
from linter.pairing import App, Apps, Plan, candidates, folder
from linter.syntax.decode import decode
from linter.typed import Final, Literal, NamedTuple

Kind = Literal["calls", "grants", "application"]
KINDS: Final[tuple[Kind, ...]] = ("calls", "grants", "application")

_NO_FORM: Final = "no known form: neither an app registration nor a calls or grants file"

#: How the names of calls files end, where nobody says which one it is.
CALLS_SUFFIXES: Final = (".calls.yaml", ".calls.yml", ".calls.json")
#: How the names of a tenant's collections end.
TENANT_SUFFIXES: Final = (".json", ".ndjson")
#: How many other files of a folder are looked at to find the other half of a pair.
MAX_NEIGHBOURS: Final = 50


def recognise(head: bytes) -> Kind | None:
    """What a file is by its first bytes; also of one that then does not parse."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = head.decode("utf-16", "ignore")
    else:
        text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "ignore").replace("\0", "")
    if calls.sniff(text):
        return "calls"
    if readers.sniff_grants(text):
        return "grants"
    return "application" if readers.sniff(text) else None


class Saved(NamedTuple):
    """Saved answers of Microsoft Graph: path as shown, text, and its path inside a tenant's folder."""

    path: str
    text: str
    within: str | None = None


class Loading:
    """What one run has read so far.

    `saved` is what the directory holds; `refused` holds the real paths of files that could not be
    read, and `refused_calls` the paths, as shown, of those that are calls files; `skipped` counts the named
    files of no known form. Files of other kinds than `kinds` are passed over, whatever is wrong with them;
    `instead` maps real paths to what is read in place of the file. `streams`: large lists of one
    registration a line are not read here, but listed in `streams`.
    """

    def __init__(
        self,
        max_bytes: int,
        *,
        skip_unrecognized: bool,
        kinds: tuple[Kind, ...] = KINDS,
        instead: Mapping[str, bytes] | None = None,
        streams: bool = False,
    ) -> None:
        self.apps = Apps()
        self.plans: list[Plan] = []
        self.saved: list[Saved] = []
        self.problems: list[Problem] = []
        self.refused: set[str] = set()
        self.refused_calls: set[str] = set()
        self.skipped = 0
        self._max_bytes = max_bytes
        self._skip_unrecognized = skip_unrecognized
        self._kinds = kinds
        self._loaded: set[str] = set()
        self._instead = instead or {}
        self._may_stream = streams
        self.streams: list[str] = []

    def load_all(
        self,
        paths: tuple[str, ...],
        calls_files: tuple[str, ...],
        grants: tuple[str, ...],
        tenants: tuple[str, ...] = (),
    ) -> None:
        """Read everything that is named, then what completes it."""
        folders: dict[str, None] = {}
        # First, because a calls file that is also found in a folder is still the one app's.
        for path in calls_files:
            self._load(path, only="calls")
        for path in grants:
            self._load(path, only="grants")
        for path in tenants:
            self._load_tenant(path)
        for found in files.find(paths):
            if isinstance(found, Problem):
                self.problems.append(found)
                continue
            self._load(found.path, sure=found.named, real=found.real)
            if found.named and found.path != files.STDIN:
                folders[folder(found.path)] = None
        with_apps = {folder(app.path) for app in self.apps}
        with_plans = {folder(plan.path) for plan in self.plans if not plan.inventory.app}
        for named in folders:
            self._load_other_halves(named, apps=named in with_apps, plans=named in with_plans)
        for plan in self.plans:
            self._load_app_of(plan)
        if self.plans:
            # A calls file may mean any of the apps: now all must be known.
            self._may_stream, waiting = False, self.streams
            self.streams = []
            for path in waiting:
                self._loaded.discard(files.real(path))
                self._load(path)
        self.streams.sort(key=files.shown)
        # In whatever order paths were given, the report is the same.
        self.apps.sort()
        self.plans.sort(key=lambda plan: files.shown(plan.path))

    def _load(
        self,
        path: str,
        *,
        sure: bool = True,
        asked: bool = True,
        faults: bool = True,
        only: Kind | None = None,
        real: str | None = None,
    ) -> None:
        """Read one file into the lists.

        `sure` is whether it must have a known form (a file of a folder need not); `asked` is false
        for one that only completes a pair; `faults` is false where nobody named it, so that what is
        wrong with it is nobody's question. `real` is its path without links, where it is known.
        """
        real = real or (path if path == files.STDIN else files.real(path))
        if real in self._loaded or len(self._loaded) > files.MAX_FILES:
            return
        kind: Kind | None = only
        try:
            given = self._instead.get(real)
            head = b"" if sure else files.head(path) if given is None else given[: files.HEAD_BYTES]
            kind = None if sure else recognise(head)
            if not sure and kind not in self._kinds:
                return
            self._loaded.add(real)
            if len(self._loaded) > files.MAX_FILES:
                message = f"the file after the first {files.MAX_FILES}: name smaller folders"
                raise Unreadable(files.shown(path), message)
            if self._may_stream and files.is_streamed(path):
                first = files.head(path)
                # Lines are told by their bytes, which UTF-16 writes otherwise.
                if (kind or recognise(first)) == "application" and b"\0" not in first[:4]:
                    self.streams.append(path)
                    return
            # A head that is not full is the whole file.
            whole = 0 < len(head) < min(files.HEAD_BYTES, self._max_bytes)
            data = given or (head if whole else files.read(path, self._max_bytes))
            kind = only or kind or recognise(data[: files.HEAD_BYTES])
            if kind and kind not in self._kinds:
                return
            text = decode(data, files.shown(path)) if kind else ""
            if kind and self._read(kind, path, text, asked=asked, explicit=only == "calls"):
                return
            if self._skip_unrecognized:
                self.skipped += sure
            elif sure:
                raise Unreadable(files.shown(path), _NO_FORM)
        except Unreadable as error:
            self._loaded.add(real)
            self.refused.add(real)
            if (only or kind) == "calls" or path.lower().endswith(CALLS_SUFFIXES):
                self.refused_calls.add(files.shown(path))
            if faults:
                self.problems.extend(error.problems)

    def _read(self, kind: Kind, path: str, text: str, *, asked: bool, explicit: bool) -> bool:
        """Take what a text of this kind holds; false if it is none in the end."""
        shown = files.shown(path)
        if kind == "calls":
            from linter.calls import file  # noqa: PLC0415  only where there are any

            for inventory in file.read(shown, text):
                self.plans.append(Plan(path, inventory, asked, explicit))
        elif kind == "grants":
            self.saved.append(Saved(shown, text))
        else:
            applications = readers.read(shown, text)
            if applications is None:
                return False
            self.apps.extend([App(path, application, asked) for application in applications])
            if asked:
                self.problems.extend(readers.notes(shown, text))
        return True

    # --- a tenant's folder ------------------------------------------------------------------

    def _load_tenant(self, top: str) -> None:
        """Read every collection that lies in a tenant's folder; the names of its files count there."""
        if not os.path.isdir(top):
            what = "is a file; --grants takes files" if os.path.exists(top) else "no such folder"
            self.problems.append(Problem(files.shown(top), 0, 0, what))
            return
        found = 0
        for folder_path, folders, names in os.walk(top):
            folders.sort()
            for name in sorted(names):
                stem, suffix = os.path.splitext(name)
                if suffix.lower() not in TENANT_SUFFIXES:
                    continue
                path = os.path.join(folder_path, name)
                within = os.path.relpath(os.path.join(folder_path, stem), top).replace(os.sep, "/")
                found += 1
                self._load_collection(path, within)
        if not found:
            message = "holds no collection of a tenant, such as authorizationPolicy.json"
            self.problems.append(Problem(files.shown(top), 0, 0, message))

    def _load_collection(self, path: str, within: str) -> None:
        target = files.real(path)
        if target in self._loaded:
            return
        self._loaded.add(target)
        try:
            if len(self._loaded) > files.MAX_FILES:
                raise Unreadable(files.shown(path), f"the file after the first {files.MAX_FILES}")
            text = decode(files.read(path, self._max_bytes), files.shown(path))
        except Unreadable as error:
            self.problems.extend(error.problems)
        else:
            self.saved.append(Saved(files.shown(path), text, within))

    # --- the other half of a pair ----------------------------------------------------------

    def _load_other_halves(self, named: str, *, apps: bool, plans: bool) -> None:
        """pre-commit names only the files that changed: look beside them for the files they belong to.

        `apps` and `plans` say whether the folder holds registrations, and calls files that name none.
        """
        before = len(self.plans)
        if apps:
            self._load_neighbours(named, CALLS_SUFFIXES, "calls")
        if plans or any(not plan.inventory.app for plan in self.plans[before:]):
            self._load_neighbours(named, (".json",), "application")

    def _load_neighbours(self, named: str, suffixes: tuple[str, ...], kind: Kind) -> None:
        try:
            names = sorted(name for name in os.listdir(named) if name.lower().endswith(suffixes))
        except OSError:
            return
        for name in names[:MAX_NEIGHBOURS]:
            path = os.path.join(named, name) if named != "." else name
            if os.path.isfile(path):
                try:
                    found = recognise(files.head(path))
                except Unreadable:
                    continue
                if found == kind:
                    self._load(path, sure=False, asked=False, faults=False)

    def _load_app_of(self, plan: Plan) -> None:
        """Read the registration that a calls file names, where nobody has yet."""
        target = plan.inventory.app and os.path.join(folder(plan.path), plan.inventory.app)
        if target and plan.asked and os.path.isfile(target):
            self._load(target, asked=False)
        elif plan.asked and plan.inventory.app and not candidates(plan, self.apps):
            self._load_neighbours(folder(plan.path), (".json",), "application")
