"""Which calls file belongs to which app, and several calls files of one app as one inventory."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence

from linter import files
from linter.errors import Problem
from linter.model import Application, Flow, Inventory
from linter.positions import At
from linter.typed import Final, NamedTuple

#: How many apps a message lists.
MOST_CANDIDATES: Final = 20


class App(NamedTuple):
    """A registration that was read. `asked` is false where it was only looked up to complete a pair."""

    path: str
    application: Application
    asked: bool


class Plan(NamedTuple):
    """A calls file's document that was read; `explicit` is whether `--calls` named the file."""

    path: str
    inventory: Inventory
    asked: bool
    explicit: bool


def folder(path: str) -> str:
    """The folder of a path, `.` for a bare name."""
    return os.path.dirname(path) or "."


class Apps:
    """The apps of a run, found by their file, folder, appId or name in one step each."""

    def __init__(self) -> None:
        self._apps: list[App] = []
        self._found: dict[tuple[str, str], list[int]] = {}

    def __len__(self) -> int:
        return len(self._apps)

    def __iter__(self) -> Iterator[App]:
        return iter(self._apps)

    def __getitem__(self, index: int) -> App:
        return self._apps[index]

    def extend(self, apps: Iterable[App]) -> None:
        """Add further apps."""
        self._apps.extend(apps)
        self._found.clear()

    def sort(self) -> None:
        """Bring them into the order of their files as shown."""
        self._apps.sort(key=lambda app: files.shown(app.path))
        self._found.clear()

    def where(self, what: str, value: str) -> list[int]:
        """The indexes of the apps whose `path`, `folder`, `id` or `name` is `value`."""
        if not self._found:
            for index, app in enumerate(self._apps):
                for key in _keys(app):
                    self._found.setdefault(key, []).append(index)
        return self._found.get((what, value), [])


def _keys(app: App) -> Iterator[tuple[str, str]]:
    yield "path", files.real(app.path)
    yield "folder", files.real(folder(app.path))
    yield "id", (app.application.app_id or "").lower()
    yield "name", app.application.display_name or ""


def candidates(plan: Plan, apps: Apps) -> list[int]:
    """The apps that a calls file may belong to, by the first way of naming one that finds any."""
    wanted = plan.inventory.app
    if wanted is not None:
        target = files.real(os.path.join(folder(plan.path), wanted))
        return apps.where("path", target) or apps.where("id", wanted.lower()) or apps.where("name", wanted)
    if plan.explicit and len(apps) == 1:
        return [0]
    beside = apps.where("folder", files.real(folder(plan.path)))
    if beside or not plan.explicit:
        return beside
    # Who says --calls means one of the apps, wherever it lies.
    return [index for index, app in enumerate(apps) if app.asked]


def unpaired(plan: Plan, found: Sequence[int], apps: Apps, refused: Collection[str]) -> Problem | None:
    """Why a calls file has no app or too many; None where that is fine or was said already.

    `refused` holds the real paths of files that could not be read.
    """
    wanted = plan.inventory.app
    names = list(dict.fromkeys(_described(app) for app in ([apps[index] for index in found] or apps)))
    more = f" and {len(names) - MOST_CANDIDATES} more" if len(names) > MOST_CANDIDATES else ""
    listed = ", ".join(names[:MOST_CANDIDATES] or ["none was read"]) + more
    if found:
        return _problem(plan, "app", f"may belong to more than one app: {listed}; say which with `app:`")
    if wanted is None or files.real(os.path.join(folder(plan.path), wanted)) in refused:
        return None
    message = f"`app: {wanted}` is no file, appId or displayName of an app here; apps: {listed}"
    return _problem(plan, "app", message)


def _described(app: App) -> str:
    name = app.application.display_name or app.application.app_id
    return f"{files.shown(app.path)} ({name})" if name else files.shown(app.path)


def merged(plans: Sequence[Plan]) -> tuple[Inventory | None, list[Problem]]:
    """All calls files of one app as one inventory, and where they contradict: there the first one holds."""
    if not plans:
        return None, []
    problems: list[Problem] = []
    inventory = plans[0].inventory
    for plan in plans[1:]:
        inventory = _joined(inventory, plan, problems)
    return inventory, problems


def _joined(first: Inventory, plan: Plan, problems: list[Problem]) -> Inventory:
    second = plan.inventory
    fields = {}
    for field in (
        "tenant", "cloud", "directory_roles", "consent", "api", "resource_specific_permissions",
    ):  # fmt: skip
        one, other = getattr(first, field), getattr(second, field)
        if one is None:
            fields[field] = other
        elif other is not None and _without_places(one) != _without_places(other):
            problems.append(_problem(plan, field, f"another calls file of this app has another `{field}`"))
    return first._replace(
        flows=first.flows + tuple(_further_flows(first, plan, problems)),
        complete=first.complete and second.complete,
        notes=first.notes + second.notes,
        places={**second.places, **first.places},
        **fields,
    )


def _further_flows(first: Inventory, plan: Plan, problems: list[Problem]) -> list[Flow]:
    """The flows of a further file under names of their own."""
    from linter.calls import defaults  # noqa: PLC0415  only where files are put together

    names = {flow.name for flow in first.flows}
    added: list[Flow] = []
    for flow in plan.inventory.flows:
        if flow.name in names and "name" in flow.places:
            message = f"another calls file of this app has a flow `{flow.name}`"
            problems.append(_problem_at(plan, flow.at, message))
            continue
        # One that the file does not name is called by its type, in the files together.
        name = defaults.name(flow.type, names) if flow.name in names else flow.name
        names.add(name)
        added.append(flow._replace(name=name))
    return added


def _without_places(value: object) -> object:
    """A record's values alone, to compare what two files say."""
    if isinstance(value, tuple):
        return tuple(_without_places(item) for item in value if not isinstance(item, At))
    return value


def _problem(plan: Plan, field: str, message: str) -> Problem:
    return _problem_at(plan, plan.inventory.places.get(field, plan.inventory.at), message)


def _problem_at(plan: Plan, at: At, message: str) -> Problem:
    line, column, *_ = at.source.place(at.pointer)
    return Problem(files.shown(plan.path), line, column, message)
