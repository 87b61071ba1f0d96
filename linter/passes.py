"""Fixing in passes: gather, run, fix in memory, and again, until nothing fixable is left.

A fix may show the next fault, and fixes that do not go together are made one after the other. Nothing is
written here: a pass reads the texts that the one before it made in place of the files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from linter import files
from linter.cases import Case, Gathered, Request, closed, gather
from linter.engine import Outcome
from linter.errors import Problem, Unreadable
from linter.finding import Edit, Finding
from linter.fix import fix, sources
from linter.kept import Kept, kept_between, through
from linter.typed import Final, Literal, NamedTuple

Extent = Literal["safe", "all"]
Run = Callable[[Gathered], Outcome]

#: Passes of one run: each one makes what the one before could not.
MOST_PASSES: Final = 10


class Changed(NamedTuple):
    """One file with findings fixed in it.

    `path` is how it is opened, `shown` how reports show it; `before` and `after` are its texts, without
    byte order mark, and `kept` what they have in common; `findings` counts what was fixed.
    """

    path: str
    shown: str
    before: str
    after: str
    kept: tuple[Kept, ...]
    findings: int


class Passes(NamedTuple):
    """What the passes came to.

    `gathered` and `outcome` are those of the last pass, which read the fixed texts; `refused` says of which
    files something could not be fixed, and why. `request` is the one that was made, with what standard input
    held.
    """

    changed: tuple[Changed, ...]
    refused: tuple[Problem, ...]
    gathered: Gathered
    outcome: Outcome
    request: Request


def fix_all(request: Request, run: Run, extent: Extent) -> Passes:
    """Fix what can be fixed of everything that `request` names."""
    if files.STDIN in (*request.paths, *request.calls, *request.grants):
        # It can be read once only, and every pass reads it.
        request = request._replace(instead={**request.instead, files.STDIN: _standard_input(request)})
    first = request
    changed: dict[str, Changed] = {}
    refused: dict[Problem, None] = {}
    for _ in range(MOST_PASSES):
        gathered = gather(request)
        outcome = run(gathered)
        refused.update(dict.fromkeys(_closed(gathered.cases)))
        moved = False
        wanted = [finding for finding in outcome.findings if _is_wanted(finding, extent, gathered)]
        paths = {files.shown(case.path): case.path for case in gathered.cases if case.path}
        for source, findings in sources(wanted):
            done = fix(source, findings)
            refused.update((_not_fixed(finding, why), None) for finding, why in done.refused)
            if done.text != source.text:
                path, kept = paths[source.path], kept_between(done.parts, len(source.text))
                before, count = source.text, 0
                if earlier := changed.get(source.path):
                    before, count, kept = earlier.before, earlier.findings, through(earlier.kept, kept)
                changed[source.path] = Changed(
                    path, source.path, before, done.text, tuple(kept), count + len(done.made)
                )
                instead = {**request.instead, files.real(path): done.text.encode()}
                request = request._replace(instead=instead)
                moved = True
        if not moved:
            break
    else:
        gathered = gather(request)
        outcome = run(gathered)
    different = tuple(change for change in changed.values() if change.before != change.after)
    return Passes(different, tuple(refused), gathered, outcome, first)


def _standard_input(request: Request) -> bytes:
    try:
        return files.read(files.STDIN, request.max_bytes)
    except Unreadable:
        return b""


def _closed(cases: Iterable[Case]) -> Iterator[Problem]:
    """The files that no fix may touch, and why."""
    for case in cases:
        why = closed(case)
        if why is not None and case.application is not None:
            yield Problem(case.application.at.source.path, 0, 0, why)


def _is_wanted(finding: Finding, extent: Extent, gathered: Gathered) -> bool:
    if not finding.edits or (extent == "safe" and not finding.safe):
        return False
    # Of calls that could not be read nobody knows what they need.
    return not (gathered.unread_calls and any(map(_narrows, finding.edits)))


def _narrows(edit: Edit) -> bool:
    """Whether an edit may take a permission away."""
    return edit.action in ("remove", "replace") and "/resourceaccess" in edit.at.pointer.lower()


def _not_fixed(finding: Finding, why: str) -> Problem:
    source, pointer = finding.edits[0].at
    line, column, *_ = source.place(pointer)
    return Problem(source.path, line, column, f"{finding.rule}: {why}")
