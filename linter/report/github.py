"""Workflow commands for GitHub Actions: one annotation per finding and per input problem."""

from __future__ import annotations

from collections.abc import Iterator

from linter.errors import Problem
from linter.finding import Finding
from linter.report import Report
from linter.report.safe import one_line, plain
from linter.report.text import predicted
from linter.typed import Final

_COMMANDS: Final = {"error": "error", "warning": "warning", "note": "notice"}


def render(report: Report) -> str:
    """One line per annotation."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    for problem in report.troubles():
        yield _problem(problem)
    for finding in report.outcome.findings:
        yield _finding(finding)
    for sentence in report.notes():
        yield _command("notice", {"title": "entralint: note"}, plain(sentence))


def _problem(problem: Problem) -> str:
    properties = {"file": plain(problem.path), "title": "entralint: cannot check"}
    if problem.line:
        properties |= {"line": str(problem.line), "col": str(problem.column)}
    return _command("error", properties, plain(problem.message))


def _finding(finding: Finding) -> str:
    place = finding.at.source.place(finding.at.pointer)
    properties = {
        "file": plain(finding.at.source.path),
        "line": str(place.line),
        "endLine": str(place.end_line),
        "col": str(place.column),
        "endColumn": str(place.end_column),
        "title": finding.rule,
    }
    if place.line != place.end_line:
        # GitHub refuses columns on an annotation of several lines.
        del properties["col"], properties["endColumn"]
    text = plain(finding.message)
    if finding.predicts is not None:
        text += f"\npredicts: {plain(predicted(finding.predicts))}"
    text += f"\nfix: {one_line(finding.fix)}"
    return _command(_COMMANDS[finding.severity], properties, text)


def _command(name: str, properties: dict[str, str], message: str) -> str:
    stated = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {stated}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
