"""SARIF 2.1.0 for code scanning (OASIS standard; fields as GitHub's code scanning reads them)."""

from __future__ import annotations

import json

from linter import __version__
from linter.errors import Problem
from linter.finding import Finding, Severity
from linter.positions import At, Source
from linter.report import Report
from linter.report.safe import line_at, masked, one_line, plain
from linter.report.text import predicted
from linter.ruleset import Rule
from linter.typed import Any, Final

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final[dict[Severity, str]] = {"error": "error", "warning": "warning", "note": "note"}


def render(report: Report) -> str:
    """The whole run as one SARIF log."""
    return json.dumps(document(report), indent=2, ensure_ascii=False) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The log as plain values."""
    identifiers = list(dict.fromkeys(finding.rule for finding in report.outcome.findings))
    run = {
        "tool": {
            "driver": {
                "name": "entralint",
                "semanticVersion": __version__,
                "rules": [_rule(report.rules[identifier]) for identifier in identifiers],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The working directory of the run."}}},
        "invocations": [
            {
                "executionSuccessful": not report.troubles(),
                "toolExecutionNotifications": [_notification(problem) for problem in report.troubles()],
                "toolConfigurationNotifications": [
                    {"level": "note", "message": {"text": plain(sentence)}} for sentence in report.notes()
                ],
            }
        ],
        "results": [_result(finding, identifiers) for finding in report.outcome.findings],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "help": {"text": " ".join(rule.fix.split())},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.family], "precision": rule.confidence},
    }


def _result(finding: Finding, identifiers: list[str]) -> dict[str, Any]:
    text = plain(finding.message)
    if finding.predicts is not None:
        text += f" (predicts {plain(predicted(finding.predicts))})"
    return {
        "ruleId": finding.rule,
        "ruleIndex": identifiers.index(finding.rule),
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": _physical(finding.at)}],
        "relatedLocations": [
            {
                "id": number,
                "physicalLocation": _physical(related.at),
                "message": {"text": plain(related.label)},
            }
            for number, related in enumerate(finding.related, 1)
        ],
        **_fixes(finding),
        "partialFingerprints": {"primaryLocationLineHash": plain(finding.fingerprint)},
        "properties": {
            "confidence": finding.confidence,
            "subject": plain(finding.subject),
            "app": plain(finding.app),
            "fix": one_line(finding.fix),
        },
    }


def _fixes(finding: Finding) -> dict[str, Any]:
    """The finding's fix as changes of the text, where it can be made and shows nothing that is masked."""
    if not finding.edits:
        return {}
    from linter.fix import parts_of  # noqa: PLC0415  only for findings that can be fixed

    source = finding.edits[0].at.source
    parts = parts_of(source, finding)
    if not parts or not all(_is_plain(part.text) for part in parts):
        return {}
    changes = [
        {"deletedRegion": _region(source, part.start, part.end), "insertedContent": {"text": part.text}}
        for part in parts
    ]
    description = one_line(finding.fix) + (
        "" if finding.safe else " (Look at the result: it may not be meant.)"
    )
    change = {"artifactLocation": _artifact(source.path), "replacements": changes}
    return {"fixes": [{"description": {"text": description}, "artifactChanges": [change]}]}


def _is_plain(text: str) -> bool:
    """Whether a text may be shown as it is; line ends and tabs are escaped by JSON."""
    text = text.translate(dict.fromkeys(map(ord, "\r\n\t")))
    return plain(text) == text


def _region(source: Source, start: int, end: int) -> dict[str, int]:
    """A part of a text; one that is empty is a place between two characters."""
    (line, column), (end_line, end_column) = source.line_column(start), source.line_column(end)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _physical(at: At) -> dict[str, Any]:
    place = at.source.place(at.pointer)
    physical: dict[str, Any] = {
        "artifactLocation": _artifact(at.source.path),
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        },
    }
    if place.line == place.end_line:
        # A context must hold its whole region (section 3.29.5); viewers open the file for longer ones.
        span = at.source.span(at.pointer)
        line, _, _ = line_at(at.source.text, span.start, span.end)
        physical["contextRegion"] = {"startLine": place.line, "snippet": {"text": line}}
    return physical


def _artifact(path: str) -> dict[str, str]:
    """Where a file is: below the working directory, else by its absolute URI."""
    if path.startswith("/"):
        return {"uri": f"file://{_uri(path)}"}
    if path[1:3] == ":/":
        return {"uri": f"file:///{path[0]}:{_uri(path[2:])}"}
    return {"uri": _uri(path), "uriBaseId": "%SRCROOT%"}


def _uri(path: str) -> str:
    """A path as a URI reference (RFC 3986): what is not plainly legal is percent-encoded."""
    legal = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"
    data = masked(path).encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if byte in legal else f"%{byte:02X}" for byte in data)


def _notification(problem: Problem) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(problem.path)}
    if problem.line:
        physical["region"] = {"startLine": problem.line, "startColumn": max(1, problem.column)}
    return {
        "level": "error",
        "message": {"text": plain(problem.message)},
        "locations": [{"physicalLocation": physical}],
    }
