"""Paths to Cases: the only place that joins a registration with its calls and grants.

    paths → find → recognise by content → read → pair → Case

A file that cannot be read or paired is a `Problem`; everything else is still
checked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from linter import calls, files, readers
from linter.errors import Problem, Unreadable
from linter.model import Application, Flow, Grants, Inventory, Tenant
from linter.positions import At
from linter.syntax.decode import decode
from linter.typed import Final, Literal, NamedTuple

Kind = Literal["calls", "grants", "application"]
Join = Callable[[str | None], tuple[Grants | None, Tenant | None]]

_NO_FORM: Final = "no known form: neither an app registration nor a calls or grants file"

#: How many other files of a folder are looked at to find the other half of a pair.
MAX_NEIGHBOURS = 50
#: How many apps a message lists.
MOST_CANDIDATES = 20


class Case(NamedTuple):
    """Everything known about one app. `identity` is its appId, else its place."""

    name: str
    identity: str
    application: Application | None
    inventory: Inventory | None
    grants: Grants | None
    tenant: Tenant | None
    files: tuple[str, ...]


class Request(NamedTuple):
    """What a run is asked to look at. `is_graph_scope` knows Microsoft Graph's delegated permissions."""

    paths: tuple[str, ...]
    calls: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()
    max_bytes: int = files.MAX_BYTES
    skip_unrecognized: bool = False
    is_graph_scope: Callable[[str], bool] = lambda _name: False


class Gathered(NamedTuple):
    """The cases of a run, what could not be read, and how many named files were no known form."""

    cases: tuple[Case, ...]
    problems: tuple[Problem, ...]
    skipped: int
    whole_folder: bool


class _App(NamedTuple):
    path: str
    application: Application
    asked: bool


class _Plan(NamedTuple):
    path: str
    inventory: Inventory
    asked: bool
    explicit: bool


def gather(request: Request) -> Gathered:
    """Find, read and pair everything that `request` names."""
    return _Gathering(request).result()


class _Gathering:
    """One run's reading and pairing; a class because all of its steps share these lists."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.apps: list[_App] = []
        self.plans: list[_Plan] = []
        self.grant_texts: list[tuple[str, str]] = []
        self.problems: list[Problem] = []
        self.loaded: set[str] = set()
        self.refused: set[str] = set()
        self.skipped = 0

    def result(self) -> Gathered:
        """Read everything that is asked for, then its other halves, and pair."""
        folders: dict[str, None] = {}
        # First, because a calls file that is also found in a folder is still the one app's.
        for path in self.request.calls:
            self._load(path, only="calls")
        for path in self.request.grants:
            self._load(path, only="grants")
        for found in files.find(self.request.paths):
            if isinstance(found, Problem):
                self.problems.append(found)
                continue
            self._load(found.path, sure=found.named)
            if found.named and found.path != files.STDIN:
                folders[os.path.dirname(found.path) or "."] = None
        for folder in folders:
            self._load_other_halves(folder)
        for plan in self.plans:
            self._load_app_of(plan)
        # In whatever order paths were given, the report is the same.
        self.apps.sort(key=lambda app: files.shown(app.path))
        self.plans.sort(key=lambda plan: files.shown(plan.path))
        cases = tuple(self._cases())
        if not cases and not self.problems and not self.skipped:
            nothing = "holds no app registration and no calls file"
            self.problems += [Problem(files.shown(path), 0, 0, nothing) for path in self.request.paths]
        whole_folder = any(os.path.isdir(path) for path in self.request.paths)
        return Gathered(cases, tuple(sorted(set(self.problems))), self.skipped, whole_folder)

    # --- reading ---------------------------------------------------------------------------

    def _load(
        self,
        path: str,
        *,
        sure: bool = True,
        asked: bool = True,
        faults: bool = True,
        only: Kind | None = None,
    ) -> None:
        """Read one file into the lists.

        `sure` is whether it must have a known form (a file of a folder need not); `asked` is false
        for one that only completes a pair; `faults` is false where nobody named it, so that what is
        wrong with it is nobody's question.
        """
        real = path if path == files.STDIN else files.real(path)
        if real in self.loaded or len(self.loaded) > files.MAX_FILES:
            return
        try:
            if not sure and recognise(files.head(path)) is None:
                return
            self.loaded.add(real)
            if len(self.loaded) > files.MAX_FILES:
                message = f"the file after the first {files.MAX_FILES}: name smaller folders"
                raise Unreadable(files.shown(path), message)
            data = files.read(path, self.request.max_bytes)
            kind = only or recognise(data[: files.HEAD_BYTES])
            text = decode(data, files.shown(path)) if kind else ""
            if kind and self._read(kind, path, text, asked=asked, explicit=only == "calls"):
                return
            if self.request.skip_unrecognized:
                self.skipped += sure
            elif sure:
                raise Unreadable(files.shown(path), _NO_FORM)
        except Unreadable as error:
            self.loaded.add(real)
            self.refused.add(real)
            if faults:
                self.problems.extend(error.problems)

    def _read(self, kind: Kind, path: str, text: str, *, asked: bool, explicit: bool) -> bool:
        """Take what a text of this kind holds; false if it is none in the end."""
        shown = files.shown(path)
        if kind == "calls":
            from linter.calls import file  # noqa: PLC0415  only where there are any

            for inventory in file.read(shown, text):
                self.plans.append(_Plan(path, inventory, asked, explicit))
        elif kind == "grants":
            self.grant_texts.append((shown, text))
        else:
            applications = readers.read(shown, text)
            if applications is None:
                return False
            self.apps.extend(_App(path, application, asked) for application in applications)
            if asked:
                self.problems.extend(readers.notes(shown, text))
        return True

    def _load_other_halves(self, folder: str) -> None:
        """pre-commit names only the files that changed: look beside them for the files they belong to."""
        if any(_folder(app.path) == folder for app in self.apps):
            self._load_neighbours(folder, (".calls.yaml", ".calls.yml", ".calls.json"), "calls")
        if any(_folder(plan.path) == folder and not plan.inventory.app for plan in self.plans):
            self._load_neighbours(folder, (".json",), "application")

    def _load_neighbours(self, folder: str, suffixes: tuple[str, ...], kind: Kind) -> None:
        try:
            names = sorted(name for name in os.listdir(folder) if name.lower().endswith(suffixes))
        except OSError:
            return
        for name in names[:MAX_NEIGHBOURS]:
            path = os.path.join(folder, name) if folder != "." else name
            if os.path.isfile(path):
                try:
                    found = recognise(files.head(path))
                except Unreadable:
                    continue
                if found == kind:
                    self._load(path, sure=False, asked=False, faults=False)

    def _load_app_of(self, plan: _Plan) -> None:
        """Read the registration that a calls file names, where nobody has yet."""
        target = plan.inventory.app and os.path.join(_folder(plan.path), plan.inventory.app)
        if target and plan.asked and os.path.isfile(target):
            self._load(target, asked=False)
        elif plan.asked and plan.inventory.app and not self._candidates(plan):
            self._load_neighbours(_folder(plan.path), (".json",), "application")

    # --- pairing ---------------------------------------------------------------------------

    def _cases(self) -> Iterator[Case]:
        paired: dict[int, list[_Plan]] = {}
        alone: list[_Plan] = []
        for plan in self.plans:
            candidates = self._candidates(plan)
            if len(candidates) == 1:
                paired.setdefault(candidates[0], []).append(plan)
            elif plan.asked:
                alone.append(plan)
                self._report_unpaired(plan, candidates)
        wanted = [
            (app, paired.get(index, []))
            for index, app in enumerate(self.apps)
            if app.asked or any(plan.asked for plan in paired.get(index, []))
        ]
        join = self._joiner(len(wanted) + len(alone))
        for app, plans in wanted:
            yield self._case(app, plans, join)
        for plan in alone:
            shown = files.shown(plan.path)
            grants, tenant = join(None)
            name = plan.inventory.app or os.path.basename(shown)
            identity = shown + plan.inventory.at.pointer
            yield Case(name, identity, None, plan.inventory, grants, tenant, (shown,))

    def _candidates(self, plan: _Plan) -> list[int]:
        """The apps that a calls file may belong to, by the first way of naming one that finds any."""
        wanted = plan.inventory.app
        if wanted is None:
            if plan.explicit and len(self.apps) == 1:
                return [0]
            folder = files.real(_folder(plan.path))
            beside = self._apps_where(lambda app: files.real(_folder(app.path)) == folder)
            # Who says --calls means one of the apps, wherever it lies.
            return beside or (self._apps_where(lambda app: app.asked) if plan.explicit else [])
        target = files.real(os.path.join(_folder(plan.path), wanted))
        return (
            self._apps_where(lambda app: files.real(app.path) == target)
            or self._apps_where(lambda app: (app.application.app_id or "").lower() == wanted.lower())
            or self._apps_where(lambda app: app.application.display_name == wanted)
        )

    def _apps_where(self, matches: Callable[[_App], bool]) -> list[int]:
        return [index for index, app in enumerate(self.apps) if matches(app)]

    def _report_unpaired(self, plan: _Plan, candidates: list[int]) -> None:
        wanted = plan.inventory.app
        apps = [self.apps[index] for index in candidates] or self.apps
        names = list(dict.fromkeys(_describe(app) for app in apps)) or ["none was read"]
        more = f" and {len(names) - MOST_CANDIDATES} more" if len(names) > MOST_CANDIDATES else ""
        listed = ", ".join(names[:MOST_CANDIDATES]) + more
        if candidates:
            message = f"may belong to more than one app: {listed}; say which with `app:`"
        elif wanted is not None and files.real(os.path.join(_folder(plan.path), wanted)) in self.refused:
            return  # that file's own fault is said already
        elif wanted is not None:
            message = f"`app: {wanted}` is no file, appId or displayName of an app here; apps: {listed}"
        else:
            return
        at = plan.inventory.places.get("app", plan.inventory.at)
        line, column, *_ = at.source.place(at.pointer)
        self.problems.append(Problem(files.shown(plan.path), line, column, message))

    def _case(self, app: _App, plans: list[_Plan], join: Join) -> Case:
        application, shown = app.application, files.shown(app.path)
        inventory = self._merged(plans)
        grants, tenant = join(application.app_id)
        paths = dict.fromkeys([shown, *(files.shown(plan.path) for plan in plans)])
        name = application.display_name or application.app_id or os.path.basename(shown)
        identity = application.app_id or shown + application.at.pointer
        return Case(name, identity, application, inventory, grants, tenant, tuple(paths))

    def _merged(self, plans: list[_Plan]) -> Inventory | None:
        """All calls files of one app as one inventory; contradictions are reported, the first file holds."""
        if not plans:
            return None
        merged = plans[0].inventory
        if len(plans) > 1:
            from linter.calls import defaults  # noqa: PLC0415  only where files are put together
        for plan in plans[1:]:
            inventory = plan.inventory
            names = {flow.name for flow in merged.flows}
            added: list[Flow] = []
            for flow in inventory.flows:
                if flow.name in names and "name" in flow.places:
                    message = f"another calls file of this app has a flow `{flow.name}`"
                    self._contradiction(plan, flow.at, message)
                    continue
                # One that the file does not name is called by its type, in the files together.
                name = defaults.name(flow.type, names) if flow.name in names else flow.name
                names.add(name)
                added.append(flow._replace(name=name))
            for field in ("tenant", "cloud", "directory_roles", "consent", "api"):
                first, second = getattr(merged, field), getattr(inventory, field)
                if first is None:
                    merged = merged._replace(**{field: second})
                elif second is not None and _without_places(first) != _without_places(second):
                    place = inventory.places.get(field, inventory.at)
                    self._contradiction(plan, place, f"another calls file of this app has another `{field}`")
            merged = merged._replace(
                flows=merged.flows + tuple(added),
                complete=merged.complete and inventory.complete,
                notes=merged.notes + inventory.notes,
                places={**inventory.places, **merged.places},
            )
        return merged

    def _contradiction(self, plan: _Plan, at: At, message: str) -> None:
        line, column, *_ = at.source.place(at.pointer)
        self.problems.append(Problem(files.shown(plan.path), line, column, message))

    def _joiner(self, apps: int) -> Join:
        """How an appId gets its grants and tenant facts; nothing is read where no grants were given."""
        if not self.grant_texts:
            return lambda _app_id: (None, None)
        from linter.readers import grants  # noqa: PLC0415  only where there are any

        several = []
        for path, text in self.grant_texts:
            try:
                several.append(grants.read(path, text))
            except Unreadable as error:
                self.problems.extend(error.problems)
        if not several:
            return lambda _app_id: (None, None)
        try:
            collections = grants.merge(several)
        except Unreadable as error:
            self.problems.extend(error.problems)
            return lambda _app_id: (None, None)
        return lambda app_id: grants.join(collections, app_id, apps == 1, self.request.is_graph_scope)


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


def _without_places(value: object) -> object:
    """A record's values alone, to compare what two files say."""
    if isinstance(value, tuple):
        return tuple(_without_places(item) for item in value if not isinstance(item, At))
    return value


def _folder(path: str) -> str:
    return os.path.dirname(path) or "."


def _describe(app: _App) -> str:
    name = app.application.display_name or app.application.app_id
    return f"{files.shown(app.path)} ({name})" if name else files.shown(app.path)
