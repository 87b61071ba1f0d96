"""What the catalogue answers with."""

from __future__ import annotations

from linter.finding import Confidence
from linter.typed import Final, Literal, NamedTuple

Scheme = Literal["DelegatedWork", "DelegatedPersonal", "Application"]
PermissionType = Literal["Scope", "Role"]

GRAPH = "00000003-0000-0000-c000-000000000000"
"""The appId of Microsoft Graph."""

GRAPH_NAME = "Microsoft Graph"

SCHEMES: tuple[Scheme, ...] = ("DelegatedWork", "DelegatedPersonal", "Application")


class Permission(NamedTuple):
    """One published permission of one API in one type.

    `resource` is the API's appId. `admin_consent` and `level` (1 to 4) are None where nothing
    says so; `live` is whether the API's own service principal publishes it today; `personal`
    whether it is offered to personal Microsoft accounts (delegated only).
    """

    resource: str
    id: str
    value: str
    type: PermissionType
    admin_consent: bool | None
    level: int | None
    live: bool
    hidden: bool
    enabled: bool
    personal: bool


class Support(NamedTuple):
    """What one operation accepts under one scheme.

    Each alternative is one permission, or a pair that is needed together. `least` holds the
    least privileged alternatives, the best first. `confidence` is the guard's. `eligible` are the
    alternatives that a recommendation may choose from: published today, for all of the operation's
    objects, and named by both witnesses where both know the operation.
    """

    supported: bool
    accepted: tuple[tuple[str, ...], ...]
    least: tuple[tuple[str, ...], ...]
    confidence: Confidence
    eligible: tuple[tuple[str, ...], ...] = ()


UNSUPPORTED: Final = Support(supported=False, accepted=(), least=(), confidence="high")


class Removed(NamedTuple):
    """An alternative that the guard took out of an operation, and the known defect that put it there."""

    defect: str
    alternative: tuple[str, ...]


class Evidence(NamedTuple):
    """What each witness says of one operation under one scheme, and what the guard removed of it.

    `listed` are the alternatives of permissions.json, of which `tagged` are marked as least;
    `documented` are those of the reference pages' tables. Either is None where that witness does not
    know the operation (the pages have no column for personal accounts), and empty where it knows the
    operation and names nothing for this scheme. A witness may know the operation under another
    template: `listed_as` and `documented_as` then name it, else they are empty.
    """

    listed: tuple[tuple[str, ...], ...] | None
    tagged: tuple[tuple[str, ...], ...]
    documented: tuple[tuple[str, ...], ...] | None
    removed: tuple[Removed, ...]
    listed_as: str = ""
    documented_as: str = ""


class Operation(NamedTuple):
    """A method and path template of Microsoft Graph, `version` being `v1.0` or `beta`."""

    method: str
    template: str
    version: str
    work: Support
    personal: Support
    application: Support

    def support(self, scheme: Scheme) -> Support:
        """What the operation accepts under `scheme`."""
        if scheme == "Application":
            return self.application
        return self.work if scheme == "DelegatedWork" else self.personal
