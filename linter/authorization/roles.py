"""What a call asks of the directory roles of whoever makes it: of any caller, and for one target.

Roles that an operation asks for are documented page by page. On an administrator's account the
target's own roles decide, too: who may reset a password, and who may act on it otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.records import PasswordOperation
from linter.finding import Confidence, Unknown
from linter.ladder import find
from linter.model import Call, Flow, Person, written_properties
from linter.placeholder import has_placeholder
from linter.request.destination import acts_on_self
from linter.typed import Final, Literal, NamedTuple

# --- roles that an operation asks for ---------------------------------------------------------


class Needed(NamedTuple):
    """The roles of which a call needs one; `on_self` is whether it needs none on one's own account."""

    names: tuple[str, ...]
    on_self: bool
    confidence: Confidence


def needed(call: Call, catalog: Catalog, entra: Entra) -> Needed | None:
    """What a call asks of its user, whomever it acts on; None where everybody may make it."""
    operation = find(call, catalog, entra).operation
    if operation is None:
        return None
    listed = entra.roles_for(operation.method, operation.template)
    if listed is not None:
        if not listed.required:
            return None
        return Needed(listed.roles, "self" in listed.open_to, listed.confidence)
    written = written_properties(call.writes or ())
    for way in entra.password_operations_of(operation.method, operation.template):
        if way.access == "delegated" and way.roles_needed and (way.property or "").lower() in written:
            return Needed(way.roles, False, way.confidence)
    return None


# --- acts on somebody's account ---------------------------------------------------------------


class Act(NamedTuple):
    """Something that a call does to a user's account and that not everybody may do to everybody.

    `writes` is the property that it writes; None where it deletes the account or resets the password.
    `matrix` says whose right decides: who may `reset` a password, act on the `sensitive`, or `either`.
    """

    writes: str | None
    matrix: Literal["reset", "sensitive", "either"]
    confidence: Confidence

    @property
    def on_password(self) -> bool:
        """Whether it gives the user another password."""
        return self.matrix == "reset" or self.writes == _PASSWORD


_PASSWORD: Final = "passwordProfile"
_UPDATES: Final = ("PATCH", "/users/{id}")
_DELETES: Final = ("DELETE", "/users/{id}")


def acts(call: Call, catalog: Catalog, entra: Entra) -> Iterator[Act | Unknown]:
    """What a call does to a user's account, by the operation that it is and the properties it writes."""
    if call.method not in ("PATCH", "POST", "DELETE"):
        return
    operation = find(call, catalog, entra).operation
    if operation is None:
        return
    if (operation.method, operation.template) == _DELETES:
        yield Act(None, "sensitive", "high")
    elif (operation.method, operation.template) == _UPDATES:
        if call.writes is None:
            yield Unknown("call.writes")
            return
        written = written_properties(call.writes)
        for row in entra.sensitive_properties:
            if row.name.lower() in written:
                yield Act(row.name, row.matrix, row.confidence)
    elif any(way.kind == "reset" for way in password_ways(call, catalog, entra)):
        yield Act(None, "reset", "high")


def password_ways(call: Call, catalog: Catalog, entra: Entra) -> tuple[PasswordOperation, ...]:
    """The ways to change a password that the call is."""
    operation = find(call, catalog, entra).operation
    return entra.password_operations_of(operation.method, operation.template) if operation else ()


class Target(NamedTuple):
    """The administrator whom a call acts on: who may, the least first, and who it is in a few words."""

    allowed: tuple[str, ...]
    label: str


def administrator(flow: Flow, call: Call, act: Act, entra: Entra) -> Target | Unknown | None:
    """The administrator whom the call acts on; None for an ordinary user and for one's own account.

    None too where the signed-in user may act on everybody, whoever it is.
    """
    if acts_on_self(flow, call) or (flow.access == "delegated" and _reaches_everybody(flow.user, act, entra)):
        return None
    target = call.target
    in_group = bool(target and target.role_assignable_group)
    if (
        target is None
        or (target.roles is None and not in_group)
        or any(map(has_placeholder, target.roles or ()))
    ):
        return Unknown("call.target")
    roles = target.roles or ()
    if not roles and not in_group:
        return None
    callers = _callers(act, roles, in_group, entra)
    ordinary = next(row for row in entra.password_matrix if row.target == "none")
    return Target(tuple(name for name in ordinary.reset if name in callers), _label(target, entra))


def _reaches_everybody(user: Person | None, act: Act, entra: Entra) -> bool:
    """Whether a user has a role that may do this to whoever has the highest one."""
    highest = _callers(act, ("Global Administrator",), True, entra)
    return user is not None and entra.holds_one(user.roles or (), highest) is True


def _callers(act: Act, roles: tuple[str, ...], in_group: bool, entra: Entra) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    if act.matrix != "sensitive":
        found |= entra.reset_callers(roles, role_assignable_group=in_group)
    if act.matrix != "reset":
        found |= entra.sensitive_callers(roles, role_assignable_group=in_group)
    return found


def _label(target: Person, entra: Entra) -> str:
    known = [(name, entra.directory_role(name)) for name in target.roles or ()]
    names = [role.name if role else name for name, role in known]
    if target.role_assignable_group:
        names.append("role-assignable group")
    return ", ".join(names)
