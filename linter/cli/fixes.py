"""What `check --fix` and `check --diff` do with fixed texts: write them, or show what would change."""

from __future__ import annotations

import sys

from linter import files
from linter.cases import Gathered, gather
from linter.cli import output
from linter.engine import Outcome
from linter.errors import Problem, Unreadable
from linter.passes import Changed, Passes, Run
from linter.report import Fixed, counted
from linter.report.safe import leading, plain
from linter.syntax.decode import decode, encode


def write(passes: Passes, run: Run) -> tuple[Gathered, Outcome, tuple[Fixed, ...], tuple[Problem, ...]]:
    """Write the fixed texts, each whole or not at all.

    Returns what is left to find, what was fixed where, and what could not be.
    """
    done: list[Fixed] = []
    unfixed = list(passes.refused)
    gathered, outcome = passes.gathered, passes.outcome
    failed = False
    for change in passes.changed:
        try:
            before = _as_it_was_read(change, passes.request.max_bytes)
            output.replace_file(change.path, encode(change.after, before))
        except Unreadable as error:
            unfixed.append(error.problem._replace(path=change.shown))
            failed = True
        else:
            done.append(Fixed(change.shown, change.findings))
    if failed:
        # What is left is more than the passes saw.
        gathered = gather(passes.request)
        outcome = run(gathered)
    return gathered, outcome, tuple(done), tuple(sorted(unfixed))


def _as_it_was_read(change: Changed, max_bytes: int) -> bytes:
    """The file's bytes; raises `Unreadable` if they are no longer those that were checked."""
    data = files.read(change.path, max_bytes)
    try:
        same = decode(data, change.shown) == change.before
    except Unreadable:
        same = False
    if not same:
        raise Unreadable(change.shown, "it changed while it was being fixed; nothing was written to it")
    return data


def show(passes: Passes, target: str | None, *, fail: bool) -> int:
    """Print the fixes as a unified diff, and on standard error what else is to say.

    Returns the exit code: 2 where something could not be checked or fixed, 1 where there is a difference and
    that is to `fail`, else 0.
    """
    from linter.report import unified_diff

    text = ""
    troubles = [("check", problem) for problem in passes.gathered.problems]
    troubles += [("fix", problem) for problem in passes.refused]
    for change in passes.changed:
        try:
            data = _as_it_was_read(change, passes.request.max_bytes)
        except Unreadable as error:
            troubles.append(("fix", error.problem._replace(path=change.shown)))
            continue
        mark = "\ufeff" if data.startswith(b"\xef\xbb\xbf") else ""
        made = unified_diff.render(change.shown, change.before, change.after, change.kept, mark)
        text += made.text
        note = ""
        if not made.exact:
            note = "; what is masked or escaped keeps the diff from applying"
        elif (mark + change.before).encode() != data:
            note = "; the file is UTF-16, and the diff does not apply to it"
        print(
            f"{leading(change.shown)}: would fix {counted(change.findings, 'finding')}{note}", file=sys.stderr
        )
    for verb, problem in troubles:
        place = f":{problem.line}:{problem.column}" if problem.line else ""
        print(f"{leading(problem.path)}{place}: cannot {verb}: {plain(problem.message)}", file=sys.stderr)
    if target is None:
        output.write(text)
    else:
        output.replace_file(target, text.encode("utf-8", "backslashreplace"))
    if troubles:
        return 2
    return 1 if text and fail else 0
