"""Paths to Cases: the only place that joins a registration with its calls and grants.

    paths → find → recognise by content → read (loading) → pair (pairing) → Case

A file that cannot be read or paired is a `Problem`; everything else is still
checked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from linter import files, pairing
from linter.errors import Problem, Unreadable
from linter.loading import KINDS, Kind, Loading, Saved
from linter.memory import remembers_last
from linter.model import Application, Grants, Inventory
from linter.pairing import App, Plan
from linter.positions import Source
from linter.typed import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from linter.tenant import Tenant

NOTHING: Final = "holds no app registration and no calls file"
"""What is wrong with a path below which there is nothing to read."""

Join = Callable[[str | None], "tuple[Grants | None, Tenant | None]"]


class Case(NamedTuple):
    """Everything known about one app. `identity` is its appId, else its place.

    `path` is its registration's path, as it is opened.
    """

    name: str
    identity: str
    application: Application | None
    inventory: Inventory | None
    grants: Grants | None
    tenant: Tenant | None
    files: tuple[str, ...]
    path: str | None = None


def closed(case: Case) -> str | None:
    """Why no fix may touch the case's registration: what is not seen of it could speak against one."""
    if case.application is None:
        return None
    if case.path == files.STDIN:
        return "standard input; name a file"
    if case.application.completeness == "truncated":
        return "PowerShell cut off what lies below its -Depth; save it with -Depth 20"
    return "it is a page of a longer list" if _is_page(case.application.at.source) else None


@remembers_last
def _is_page(source: Source) -> bool:
    return '"@odata.nextLink"' in source.text


class Request(NamedTuple):
    """What a run is asked to look at. `is_graph_scope` knows Microsoft Graph's delegated permissions.

    `tenants` are folders of collections. `streams`: large lists of registrations may be read while they
    are checked. Of the files that are found only `kinds` are read.
    `instead` maps real paths to the bytes that are read in place of a file's.
    """

    paths: tuple[str, ...]
    calls: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()
    max_bytes: int = files.MAX_BYTES
    skip_unrecognized: bool = False
    is_graph_scope: Callable[[str], bool] = lambda _name: False
    kinds: tuple[Kind, ...] = KINDS
    instead: Mapping[str, bytes] = {}
    tenants: tuple[str, ...] = ()
    streams: bool = False


class Gathered(NamedTuple):
    """The cases of a run, what could not be read, and how many named files were no known form.

    `cases` may be read while they are asked for; `late` then gains what could not be. `read` are the paths,
    as shown, of the cases' files. `unread_calls` are those of calls files of which something could not be
    read or paired.
    """

    cases: Iterable[Case]
    problems: tuple[Problem, ...]
    skipped: int
    whole_folder: bool
    unread_calls: tuple[str, ...] = ()
    late: Sequence[Problem] = ()
    read: tuple[str, ...] = ()


class _Streamed:
    """Cases of which some are read while they are asked for."""

    def __init__(self, whole: tuple[Case, ...], apps: Callable[[], Iterable[App]], join: Join) -> None:
        self._whole = whole
        self._apps = apps
        self._join = join

    def __iter__(self) -> Iterator[Case]:
        yield from self._whole
        for app in self._apps():
            yield _case(app, [], self._join, [])


def gather(request: Request) -> Gathered:
    """Find, read and pair everything that `request` names."""
    loading = Loading(
        request.max_bytes,
        skip_unrecognized=request.skip_unrecognized,
        kinds=request.kinds,
        instead=request.instead,
        streams=request.streams,
    )
    loading.load_all(request.paths, request.calls, request.grants, request.tenants)
    problems = list(loading.problems)
    late: list[Problem] = []
    cases = _cases(loading, problems, request, late)
    if cases == () and not problems and not loading.skipped:
        problems += [Problem(files.shown(path), 0, 0, NOTHING) for path in request.paths]
    whole_folder = any(os.path.isdir(path) for path in request.paths)
    found = tuple(sorted(set(problems)))
    return Gathered(
        cases, found, loading.skipped, whole_folder, _unread_calls(loading, found), late, _read(loading)
    )


def _read(loading: Loading) -> tuple[str, ...]:
    paths = [*(app.path for app in loading.apps), *(plan.path for plan in loading.plans), *loading.streams]
    return tuple(dict.fromkeys(map(files.shown, paths)))


def _unread_calls(loading: Loading, problems: tuple[Problem, ...]) -> tuple[str, ...]:
    if not problems:
        return ()
    calls_files = loading.refused_calls | {files.shown(plan.path) for plan in loading.plans}
    return tuple(dict.fromkeys(problem.path for problem in problems if problem.path in calls_files))


def _cases(
    loading: Loading, problems: list[Problem], request: Request, late: list[Problem]
) -> Iterable[Case]:
    """Every app with its calls, then the calls files that have no app, then the apps of large lists."""
    plans_of: dict[int, list[Plan]] = {}
    alone: list[Plan] = []
    for plan in loading.plans:
        found = pairing.candidates(plan, loading.apps)
        if len(found) == 1:
            plans_of.setdefault(found[0], []).append(plan)
        elif plan.asked:
            alone.append(plan)
            problem = pairing.unpaired(plan, found, loading.apps, loading.refused)
            problems += [problem] if problem else []
    wanted = [
        (app, plans_of.get(index, []))
        for index, app in enumerate(loading.apps)
        if app.asked or any(plan.asked for plan in plans_of.get(index, []))
    ]
    sole_app = len(wanted) + len(alone) == 1 and not loading.streams
    join = _joiner(loading.saved, problems, request.is_graph_scope, sole_app=sole_app)
    whole = (
        *[_case(app, plans, join, problems) for app, plans in wanted],
        *[_case_of_calls(plan, join) for plan in alone],
    )
    if not loading.streams:
        return whole
    from linter import streaming  # noqa: PLC0415  only for large lists

    def apps() -> Iterator[App]:
        for path in loading.streams:
            yield from streaming.apps(path, request.max_bytes, late)

    return _Streamed(whole, apps, join)


def _case(app: App, plans: list[Plan], join: Join, problems: list[Problem]) -> Case:
    application, shown = app.application, files.shown(app.path)
    inventory, contradictions = pairing.merged(plans)
    problems += contradictions
    grants, tenant = join(application.app_id)
    paths = dict.fromkeys([shown, *(files.shown(plan.path) for plan in plans)])
    name = application.display_name or application.app_id or os.path.basename(shown)
    identity = application.app_id or shown + application.at.pointer
    return Case(name, identity, application, inventory, grants, tenant, tuple(paths), app.path)


def _case_of_calls(plan: Plan, join: Join) -> Case:
    shown = files.shown(plan.path)
    grants, tenant = join(None)
    name = plan.inventory.app or os.path.basename(shown)
    identity = shown + plan.inventory.at.pointer
    return Case(name, identity, None, plan.inventory, grants, tenant, (shown,))


def _joiner(
    saved: Sequence[Saved],
    problems: list[Problem],
    is_graph_scope: Callable[[str], bool],
    *,
    sole_app: bool,
) -> Join:
    """How an appId gets its grants and tenant facts; nothing is read where no answers were given."""
    if not saved:
        return lambda _app_id: (None, None)
    from linter.readers import directory  # noqa: PLC0415  the largest reader, and most runs have no grants

    several = []
    for path, text, within in saved:
        try:
            several.append(
                directory.described(path, text)
                if within is not None and within + ".json" == directory.DESCRIPTION
                else directory.read(path, text, within)
            )
        except Unreadable as error:
            problems += error.problems
    try:
        collections = directory.merge(several) if several else None
    except Unreadable as error:
        problems += error.problems
        collections = None
    if collections is None:
        return lambda _app_id: (None, None)
    found = directory.Directory(collections, sole_app=sole_app, is_graph_scope=is_graph_scope)
    return lambda app_id: (found.grants(app_id), found.tenant)
