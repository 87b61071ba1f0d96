"""The report for machines, version 1; `entralint schema findings` is its JSON Schema."""

from __future__ import annotations

import json

from linter import __version__
from linter.engine import AppReport, Ignore, NotEvaluated
from linter.entra import Entra
from linter.errors import Problem
from linter.finding import Finding, Predicts
from linter.obtaining import how_to_get
from linter.positions import At
from linter.report import Asked, Report
from linter.report.safe import one_line, plain
from linter.typed import Any, Final

VERSION: Final = 1

#: What rules lack, and the rules.
Gap = tuple[tuple[str, ...], tuple[str, ...]]


def render(report: Report) -> str:
    """The whole report as one JSON object: a line for each finding, app and problem.

    Laid out here and not by `indent`, for which json leaves its fast encoder.
    """
    return laid_out(document(report))


def laid_out(report: dict[str, Any]) -> str:
    """A report's object as text: every member on a line, and every item of its lists."""
    members = [f'"{name}": {_member(value)}' for name, value in report.items()]
    return "{\n" + ",\n".join(members) + "\n}\n"


def _member(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n  " + ",\n  ".join(map(_encode, value)) + "\n]"
    return _encode(value)


_encode: Final = json.JSONEncoder(ensure_ascii=False).encode


def document(report: Report) -> dict[str, Any]:
    """The report as plain values."""
    outcome = report.outcome
    gaps: dict[Gap, int] = {}
    alike: dict[tuple[NotEvaluated, ...], list[int]] = {}
    for app in outcome.apps:
        if app.not_evaluated not in alike:
            alike[app.not_evaluated] = _gaps(app.not_evaluated, gaps)
    apps = [_app(app, alike[app.not_evaluated]) for app in outcome.apps]
    entra = Entra()
    return {
        "version": VERSION,
        "tool": tool(report.catalog),
        "findings": [_finding(finding) for finding in outcome.findings],
        "apps": apps,
        "not_evaluated": [_gap(gap, entra) for gap in gaps],
        "errors": list(map(problem, report.troubles())),
        "fixed": [{"file": plain(found.path), "findings": found.findings} for found in report.fixed],
        "ignores": {
            "expired": [_ignore(ignore) for ignore in outcome.expired_ignores],
            "unused": [_ignore(ignore) for ignore in outcome.unused_ignores],
        },
        "summary": {
            **outcome.counts(),
            "ignored": outcome.ignored,
            "hidden_by_persona": outcome.fussy,
            "skipped": report.skipped,
        },
    }


def tool(catalog: Asked | None) -> dict[str, Any]:
    """What made a report: the catalogue by its date and hash, None where it was not asked."""
    asked = None
    if catalog:
        asked = {"date": catalog.date, "hash": catalog.hash, "age_note": catalog.age_note or None}
    return {"name": "entralint", "version": __version__, "catalog": asked}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": plain(finding.message),
        "subject": plain(finding.subject),
        "app": plain(finding.app),
        **place(finding.at),
        "related": [{"label": plain(related.label), **place(related.at)} for related in finding.related],
        "predicts": _predicts(finding.predicts),
        "fix": one_line(finding.fix),
        "fixable": finding.fixable,
        "fingerprint": plain(finding.fingerprint),
    }


def place(at: At) -> dict[str, Any]:
    """Where something stands: file, pointer, lines and columns."""
    place = at.source.place(at.pointer)
    return {
        "file": plain(at.source.path),
        "pointer": plain(at.pointer),
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


def _predicts(predicts: Predicts | None) -> dict[str, Any] | None:
    if predicts is None:
        return None
    return {"status": predicts.status, "code": predicts.code, "aadsts": list(predicts.aadsts)}


def _app(app: AppReport, gaps: list[int]) -> dict[str, Any]:
    return {
        "name": plain(app.name),
        "app_id": plain(app.app_id) if app.app_id else None,
        "files": [plain(path) for path in app.files],
        "completeness": app.completeness,
        "flows": app.flows,
        "calls": app.calls,
        "evaluated": app.evaluated,
        "not_evaluated": gaps,
        "assumptions": [plain(assumption) for assumption in app.assumptions],
        "refused": [{"collection": plain(name), "reason": plain(reason)} for name, reason in app.refused],
    }


def _gaps(not_evaluated: tuple[NotEvaluated, ...], numbers: dict[Gap, int]) -> list[int]:
    """The numbers of what stopped rules; `numbers` gains those that are new."""
    rules: dict[tuple[str, ...], list[str]] = {}
    for entry in not_evaluated:
        rules.setdefault(entry.missing, []).append(entry.rule)
    return [numbers.setdefault((missing, tuple(names)), len(numbers)) for missing, names in rules.items()]


def _gap(gap: Gap, entra: Entra) -> dict[str, Any]:
    """What rules lack and, in the same order, how to get each of it."""
    missing, rules = gap
    return {
        "missing": list(missing),
        "to_get": [plain(how_to_get(field, None, entra)) for field in missing],
        "rules": list(rules),
    }


def problem(problem: Problem) -> dict[str, Any]:
    """What could not be read, and where."""
    return {
        "file": plain(problem.path),
        "line": problem.line,
        "column": problem.column,
        "message": plain(problem.message),
    }


def _ignore(ignore: Ignore) -> dict[str, Any]:
    return {"rule": ignore.rule, "at": plain(ignore.label), "reason": plain(ignore.reason)}
