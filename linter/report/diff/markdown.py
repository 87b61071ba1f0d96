"""The privilege diff as GitHub-flavoured Markdown, for a comment on a pull request.

Everything that a file controls stands in code, where nothing is a table's edge, HTML, a link, or a person
who would be notified.
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.errors import Problem
from linter.privilege_diff import AppDiff, Change
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
from linter.report.safe import plain
from linter.typed import Final

_TITLES: Final = {"came": "New app", "went": "Gone app", "changed": "App"}
_BRINGS: Final = ("added", "raised")


def render(report: DiffReport) -> str:
    """The whole report."""
    return "\n".join(_lines(report)) + "\n"


def code(text: str) -> str:
    """A text as code in a table's cell, whatever it holds.

    A pipe, a backtick and a backslash cannot be written safely between backticks: then every sign that
    Markdown could read becomes a character reference.
    """
    shown = plain(text) or "?"
    if not any(sign in shown for sign in "`|\\") and shown == shown.strip():
        return f"`{shown}`"
    signs = (sign if sign.isalnum() else f"&#{ord(sign)};" for sign in shown)
    return f"<code>{''.join(signs)}</code>"


def _lines(report: DiffReport) -> Iterator[str]:
    yield f"### Permissions: {summary(report.diff)}"
    yield ""
    yield f"From {code(report.sides[0])} to {code(report.sides[1])}, by what the registrations declare."
    if report.problems:
        yield ""
        yield from map(_problem, report.problems)
    notes = [f"* {sentence}" for sentence in left_out(report, code)]
    yield from (["", *notes] if notes else ())
    for app in report.diff.apps:
        yield ""
        yield from _app(app)


def _problem(problem: Problem) -> str:
    place = f":{problem.line}:{problem.column}" if problem.line else ""
    return f"* **cannot check** {code(problem.path + place)}: {code(problem.message)}"


def _app(app: AppDiff) -> Iterator[str]:
    yield f"#### {_TITLES[app.status]} {code(app.name)}"
    yield ""
    files = dict.fromkeys(code(path) for path in (app.old_file, app.new_file) if path)
    yield " → ".join(files) + (f", appId {code(app.app_id)}" if app.app_id else "")
    yield ""
    if app.changes:
        yield "| | permission | type and API | level | consent by | planned calls |"
        yield "|---|---|---|---|---|---|"
        for change in app.changes:
            yield f"| {' | '.join(_cells(change, app))} |"
        yield ""
    for label, sentences in (
        ("Setting", settings(app, code)),
        ("Unknown", unstated(app)),
        ("Consent", consent(app, code)),
    ):
        for sentence in sentences:
            yield f"* **{label}**: {sentence}"


def _cells(change: Change, app: AppDiff) -> Iterator[str]:
    shown = change.after or change.before
    assert shown is not None
    yield f"**{change.kind}**" if change.kind in _BRINGS else change.kind
    name = " → ".join(code(one.name) for one in (change.before, change.after) if one)
    name += " **tier zero**" if shown.tier_zero else ""
    yield f"{name}<br>{code(shown.id)}" if shown.id not in ("", shown.name) else name
    kind = [type_of(shown, code), code(shown.api), STATES[shown.state]]
    if shown.personal is False and shown.type == "Scope":
        kind.append("work accounts only")
    yield ", ".join(filter(None, kind))
    yield level(change)
    yield consent_by(shown)
    yield "<br>".join(needs(change, app, code))
