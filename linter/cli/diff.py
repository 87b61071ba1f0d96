"""`entralint diff`: what changed in what registrations declare, for a pull request.

Exit codes: 0, 1 a permission came that `--fail-on` names, 2 something could not be read.
"""

from __future__ import annotations

import os
import sys

from linter import files, privilege_diff
from linter.cases import NOTHING, Gathered, Request, gather
from linter.cli import choice, parser
from linter.cli.output import deliver, target
from linter.entra import Entra
from linter.errors import Problem, Unreadable
from linter.loading import Kind
from linter.privilege_diff import UNKNOWN_LEVEL, Declaration, Diff, Located, Side
from linter.report import Asked
from linter.report.diff import DiffReport
from linter.typed import Any, Final, NamedTuple

_NO_APP: Final = "holds no app registration"
# Of the old side only what it declares matters; a fault in a calls file that is gone is nobody's question.
_OLD: Final[tuple[Kind, ...]] = ("application",)
_NEW: Final[tuple[Kind, ...]] = ("application", "calls")


class _Sides(NamedTuple):
    """Both sides as read, and what the user calls them; `left_out` are files outside of the repository."""

    names: tuple[str, str]
    old: Side
    new: Side
    problems: tuple[Problem, ...]
    left_out: tuple[str, ...] = ()


def main(arguments: list[str]) -> int:
    """Run the command."""
    options = parser.diff().parse_intermixed_args(arguments)
    output = target(options.output, (*options.paths, *options.calls, options.catalog))
    sides = _two(options) if options.base is None else _since(options.base, options)
    catalog, today = choice.catalog(options.catalog), choice.today(options.today)
    found = privilege_diff.diff(sides.old, sides.new, catalog, Entra())
    problems = tuple(sorted(set(sides.problems)))
    asked = Asked(catalog.date, catalog.hash, catalog.age_note(today))
    if asked.age_note:
        print(f"note: {asked.age_note}", file=sys.stderr)
    report = DiffReport(found, problems, sides.names, sides.left_out, asked)
    deliver(__import__(f"linter.report.diff.{options.format}", fromlist=["render"]), report, output)
    return 2 if problems else int(fails(found, options.fail_on))


def fails(found: Diff, threshold: str | None) -> bool:
    """Whether a permission came that `threshold` names: `any`, `tier-zero`, `level:N`, None for never."""
    if threshold is None:
        return False
    return any(_reaches(one, threshold) for one in found.arrivals())


def _reaches(one: Declaration, threshold: str) -> bool:
    if threshold == "tier-zero":
        return one.tier_zero
    level = threshold.removeprefix("level:")
    return level == "any" or (one.level or UNKNOWN_LEVEL) >= int(level)


# --- two paths --------------------------------------------------------------------------------


def _two(options: Any) -> _Sides:
    """OLD and NEW, each a file or a folder."""
    if len(options.paths) != 2:
        raise Unreadable("diff", "name OLD and NEW, or --base REV and what to compare with it")
    old, new = options.paths
    if old == new == files.STDIN:
        raise Unreadable("diff", "standard input can be one side, not both")
    # Two files are compared whatever they are called.
    alone = not (os.path.isdir(old) or os.path.isdir(new))
    limits = options.max_bytes, options.skip_unrecognized
    before, faults = _side(Request((old,), (), (), *limits, kinds=_OLD), alone=alone)
    after, further = _side(Request((new,), tuple(options.calls), (), *limits, kinds=_NEW), alone=alone)
    return _Sides((files.shown(old), files.shown(new)), before, after, (*faults, *further))


def _side(request: Request, *, alone: bool) -> tuple[Side, tuple[Problem, ...]]:
    """What one path holds, by paths below it, or `alone`; nothing at all is a fault."""
    (path,) = request.paths
    gathered, problems = _gather(request)
    located = _located(gathered)
    if not (located or problems or gathered.skipped):
        problems = (Problem(files.shown(path), 0, 0, _NO_APP),)

    def below(shown: str) -> str:
        return "" if alone else _below(path, shown)

    unread = frozenset(below(problem.path) for problem in problems)
    return Side(tuple(app._replace(path=below(app.path)) for app in located), unread), problems


def _gather(request: Request) -> tuple[Gathered, tuple[Problem, ...]]:
    """What is there, and what is wrong with it but that nothing is there: two sides are two runs."""
    gathered = gather(request)
    return gathered, tuple(problem for problem in gathered.problems if problem.message != NOTHING)


def _below(path: str, shown: str) -> str:
    """Where a file lies below the folder that was named; of a named file its name."""
    top = files.shown(path)
    return os.path.relpath(shown, top) if os.path.isdir(path) else os.path.basename(shown)


# --- a revision and now -----------------------------------------------------------------------


def _since(base: str, options: Any) -> _Sides:
    """What Git has at `base`, and the working tree."""
    from linter.revision import Layout, Repository

    if files.STDIN in options.paths:
        raise Unreadable("diff", "standard input has no revision to compare with")
    repository = Repository(base, tuple(options.paths))
    named = {path: repository.beside(path) for path in map(repository.inside, options.paths)}
    present = tuple(path for path in named.values() if os.path.lexists(path))
    limits = options.max_bytes, options.skip_unrecognized
    found, problems = _gather(Request(present, tuple(options.calls), (), *limits, kinds=_NEW))
    new = _located(found)
    left_out = tuple(app.path for app in new if not repository.holds(app.path))
    new = tuple(app for app in new if app.path not in left_out)
    # A calls file that was named leads to its app, whose file then has an old side too.
    apps = map(repository.inside, (app.path for app in new))
    layout = Layout(repository, tuple(dict.fromkeys((*named, *apps))), options.max_bytes)
    past = tuple(map(repository.beside, layout.found))
    with layout:
        # A file that was no registration yet is no fault.
        request = Request(past, (), (), options.max_bytes, skip_unrecognized=True, kinds=_OLD)
        was, faults = _gather(request)
    old = _located(was)
    faults = tuple(problem._replace(message=f"{problem.message} (at {base})") for problem in faults)
    problems += tuple(
        Problem(files.shown(path), 0, 0, f"no such file or folder, now or at {base}")
        for name, path in named.items()
        if path not in present and name not in layout.found
    )
    if not (old or new or faults or problems or found.skipped):
        sentence = f"{_NO_APP} of this repository" if left_out else _NO_APP
        problems = tuple(Problem(files.shown(path), 0, 0, sentence) for path in present)
    return _Sides(
        (base, "the working tree"),
        _as_shown(old, faults),
        _as_shown(new, problems),
        faults + problems,
        left_out,
    )


def _as_shown(located: tuple[Located, ...], problems: tuple[Problem, ...]) -> Side:
    return Side(located, frozenset(problem.path for problem in problems))


def _located(gathered: Gathered) -> tuple[Located, ...]:
    """The registrations of a run by their files' paths; calls that have none are left out."""
    return tuple(
        Located(case.files[0], case.application, case)
        for case in gathered.cases
        if case.application is not None
    )
