"""The privilege diff for people at a terminal or in a log."""

from __future__ import annotations

from collections.abc import Iterator

from linter.privilege_diff import AppDiff, Change, Declaration, Kind
from linter.report import counted
from linter.report.diff import (
    STATES,
    DiffReport,
    consent,
    consent_by,
    left_out,
    level,
    needs,
    settings,
    summary,
    type_of,
    unstated,
)
from linter.report.safe import leading, plain
from linter.report.text import Segment, cannot
from linter.typed import Final

_STYLES: Final[dict[Kind, str]] = {
    "added": "bold yellow",
    "raised": "bold yellow",
    "changed": "bold cyan",
    "lowered": "bold green",
    "removed": "bold green",
}
_TIER_ZERO: Final = "bold red"
_FAINT: Final = "dim"
_INDENT: Final = " " * 10


def render(report: DiffReport) -> str:
    """The whole report as plain text."""
    return "".join(segment.text for segment in segments(report))


def segments(report: DiffReport) -> Iterator[Segment]:
    """The whole report, piece by piece."""
    yield from cannot("check", report.problems)
    for app in report.diff.apps:
        yield from _app(app)
        yield Segment("\n")
    for sentence in left_out(report, _quote):
        yield Segment(f"{sentence}\n")
    problems = f", {counted(len(report.problems), 'input problem')}" if report.problems else ""
    yield Segment(f"{summary(report.diff)}{problems}\n")


def _app(app: AppDiff) -> Iterator[Segment]:
    word = {"came": "new app ", "went": "gone app ", "changed": ""}[app.status]
    yield Segment(f"{word}{leading(app.name)}", "bold")
    yield Segment(f" ({plain(app.app_id)})\n" if app.app_id else "\n")
    files = dict.fromkeys(plain(path) for path in (app.old_file, app.new_file) if path)
    yield Segment(f"  --> {' → '.join(files)}\n", _FAINT)
    for change in app.changes:
        yield from _change(change, app)
    for sentence in settings(app, _quote):
        yield Segment("  setting  ", "bold yellow")
        yield Segment(f"{sentence}\n")
    for sentence in unstated(app):
        yield Segment("  unknown  ", "bold cyan")
        yield Segment(f"{sentence}\n")
    for sentence in consent(app, _quote):
        yield Segment("  consent  ", "bold")
        yield Segment(f"{sentence}\n")


def _change(change: Change, app: AppDiff) -> Iterator[Segment]:
    shown = change.after or change.before
    assert shown is not None
    grave = shown.tier_zero and change.after is not None
    yield Segment(f"  {change.kind:8} ", _TIER_ZERO if grave else _STYLES[change.kind])
    names = [_quote(one.name) for one in (change.before, change.after) if one]
    yield Segment(f"{' → '.join(names)}\n", "bold")
    yield Segment(f"{_INDENT} {', '.join(_facts(change, shown))}\n")
    line = shown.at.source.place(shown.at.pointer).line
    where = f"{_INDENT} {plain(shown.at.source.path)}:{line}"
    yield Segment(
        f"{where}, id {plain(shown.id)}\n" if shown.id not in ("", shown.name) else f"{where}\n", _FAINT
    )
    for sentence in needs(change, app, _quote):
        yield Segment(f"{_INDENT} {sentence}\n")


def _facts(change: Change, shown: Declaration) -> Iterator[str]:
    yield f"{type_of(shown, _quote)} permission of {_quote(shown.api)}"
    if STATES[shown.state]:
        yield STATES[shown.state]
    yield f"level {level(change)}"
    if shown.tier_zero:
        yield "tier zero"
    yield f"consent {'not known' if shown.admin_consent is None else f'by {consent_by(shown)}'}"
    if shown.personal is not None and shown.type == "Scope":
        yield "personal accounts too" if shown.personal else "work accounts only"


def _quote(name: str) -> str:
    return f"`{plain(name)}`"
