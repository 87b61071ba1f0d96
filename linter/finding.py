"""Hit, what a check yields; Finding, what a report shows.

Severity says how bad the consequence is, confidence how sure we are of it;
neither is ever folded into the other.
"""

from __future__ import annotations

from linter.positions import At
from linter.typed import Final, Literal, NamedTuple

Severity = Literal["error", "warning", "note"]
Confidence = Literal["high", "medium", "low"]

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")
CONFIDENCES: Final[tuple[Confidence, ...]] = ("high", "medium", "low")


class Related(NamedTuple):
    """A second place that explains the first, with a label of a few words."""

    at: At
    label: str


class Predicts(NamedTuple):
    """The run-time error the user would have met: HTTP status and code, or AADSTS numbers."""

    status: int | None = None
    code: str | None = None
    aadsts: tuple[int, ...] = ()


class Hit(NamedTuple):
    """One fault that a check saw.

    `subject` names the faulty thing and is stable when lines move or arrays are reordered:
    `<resource>/<permission>/<type>`, `<flow> METHOD template`, `redirect <uri>`,
    `credential <keyId>`, or a property path. `severity` and `confidence` may only lower what the
    rule says; `predicts` and `fix` are more precise than the rule's where they are given.
    """

    subject: str
    at: At
    message: str
    related: tuple[Related, ...] = ()
    predicts: Predicts | None = None
    severity: Severity | None = None
    confidence: Confidence | None = None
    fix: str | None = None


class Unknown(NamedTuple):
    """A field that a check needed and nobody stated: `application.x`, `flow.x`, `user.x`, …"""

    field: str


class Finding(NamedTuple):
    """A hit with its rule's metadata, ready for a report. `app` is the app's name as shown."""

    rule: str
    severity: Severity
    confidence: Confidence
    message: str
    subject: str
    app: str
    at: At
    related: tuple[Related, ...]
    predicts: Predicts | None
    fix: str
    fingerprint: str
