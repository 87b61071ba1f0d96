"""Hit, what a check yields; Finding, what a report shows.

Severity says how bad the consequence is, confidence how sure we are of it;
neither is ever folded into the other.
"""

from __future__ import annotations

from linter.positions import At
from linter.typed import Any, Final, Literal, NamedTuple

Severity = Literal["error", "warning", "note"]
Confidence = Literal["high", "medium", "low"]
Fixable = Literal["safe", "unsafe"]

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")
CONFIDENCES: Final[tuple[Confidence, ...]] = ("high", "medium", "low")

#: Who reads a report; a later one is shown what is too fussy for an earlier one.
PERSONAS: Final = ("regular", "pedantic", "auditor")


def persona_of(severity: Severity, confidence: Confidence) -> str:
    """Whom a finding is for, unless its rule says otherwise: the surer and the worse, the more readers.

    An error is for everybody, however sure.
    """
    if severity == "error":
        return "regular"
    if severity == "note" or confidence == "low":
        return "auditor"
    return "pedantic" if confidence == "medium" else "regular"


class Related(NamedTuple):
    """A second place that explains the first, with a label of a few words."""

    at: At
    label: str


class Predicts(NamedTuple):
    """The run-time error the user would have met: HTTP status and code, or AADSTS numbers."""

    status: int | None = None
    code: str | None = None
    aadsts: tuple[int, ...] = ()


class Edit(NamedTuple):
    """One change of a source in terms of its values; `linter.fix` turns it into text.

    `remove` takes the item or member at the place away; `replace` puts the plain value `value` in its
    place; `append` adds `value` as the last item of the list at the place; `set` gives the object at the
    place the member `key`, in place of the one it may have; `convert` writes the registration at the place
    as Microsoft Graph names its members. A null that is appended to or set in becomes a list or an object.
    `value` is plain JSON in Microsoft Graph's spelling: the file's own style (order and case of keys,
    layout) is the fix's business.
    """

    action: Literal["remove", "replace", "append", "set", "convert"]
    at: At
    value: Any = None
    key: str = ""


class Hit(NamedTuple):
    """One fault that a check saw.

    `subject` names the faulty thing and is stable when lines move or arrays are reordered:
    `<resource>/<permission>/<type>`, `<flow> METHOD template`, `redirect <uri>`,
    `credential <keyId>`, or a property path. `severity` and `confidence` may only lower what the
    rule says; `predicts` and `fix` are more precise than the rule's where they are given, and an empty
    `Predicts` says that the error is not known. `edits`
    together are the fix, made all or not at all; they are `safe` where nothing that works can stop
    working and no access is added that no planned call needs.
    """

    subject: str
    at: At
    message: str
    related: tuple[Related, ...] = ()
    predicts: Predicts | None = None
    severity: Severity | None = None
    confidence: Confidence | None = None
    fix: str | None = None
    edits: tuple[Edit, ...] = ()
    safe: bool = True


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
    edits: tuple[Edit, ...] = ()
    safe: bool = True

    @property
    def fixable(self) -> Fixable | None:
        """How far one must go to have it fixed; None where nothing here can."""
        if not self.edits:
            return None
        return "safe" if self.safe else "unsafe"
