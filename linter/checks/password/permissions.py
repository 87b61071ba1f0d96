"""Passwords: which ways of setting one work with which token."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.amend import declare_for_call
from linter.authorization.roles import password_ways
from linter.catalog.match import parse_url, tokens
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.records import PasswordOperation
from linter.finding import Hit, Predicts, Related, Unknown
from linter.holdings import declared, directory_roles, requested
from linter.ladder import Climb, Rung, is_graph_call
from linter.model import Access, Application, Call, Flow, Grants, Inventory, place, written_properties
from linter.request.destination import acts_on_self
from linter.sign_in.audience import may_be_for_graph
from linter.typed import Final

# The rungs of the ladder at which a permission is missing, whatever else the app holds.
_MISSING: Final[frozenset[Rung]] = frozenset({"uncovered", "half-covered", "other-type"})

# What Microsoft Graph answers to `/me` with an app-only token.
_NO_USER: Final = Predicts(400, "BadRequest")


# --- actions ------------------------------------------------------------------------------------


def reset_action_app_only(flows: tuple[Flow, ...], catalog: Catalog, entra: Entra) -> Iterator[Hit | Unknown]:
    """`resetPassword` is for delegated access only (reference: authenticationMethod: resetPassword)."""
    for flow in flows:
        if flow.access != "application" or not may_be_for_graph(flow, entra):
            continue
        for call in flow.every_call():
            if any(operation.kind == "reset" for operation in password_ways(call, catalog, entra)):
                yield Hit(
                    subject.of_call(flow, call),
                    call.at,
                    f"`{flow.name}` has an app-only token, and resetPassword needs a signed-in administrator",
                    (Related(place(flow, "type"), "an app-only token"),),
                )


def change_action_not_me(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """`changePassword` is the signed-in user's own (reference: user: changePassword)."""
    for flow in flows:
        if flow.access is None or not may_be_for_graph(flow, entra):
            continue
        for call in flow.every_call():
            owner = _changes_password_of(call, entra)
            if owner and flow.access == "application":
                yield Hit(
                    subject.of_call(flow, call),
                    call.at,
                    f"`{flow.name}` has an app-only token, and changePassword is for the signed-in user",
                    (Related(place(flow, "type"), "an app-only token"),),
                    predicts=_NO_USER if owner == "me" else None,
                )
            elif owner == "users" and not (own := acts_on_self(flow, call)):
                yield Hit(
                    subject.of_call(flow, call),
                    call.at,
                    f"`{subject.of_request(call)}` names a user, and changePassword is for the one signed in",
                    confidence="medium" if own is None else None,
                )


def own_account_reset(flows: tuple[Flow, ...], catalog: Catalog, entra: Entra) -> Iterator[Hit | Unknown]:
    """`resetPassword` refuses the account of the administrator who calls it (reference: resetPassword)."""
    for flow in flows:
        if flow.access != "delegated" or not may_be_for_graph(flow, entra):
            continue
        for call in flow.every_call():
            if not _resets_password(call, catalog, entra):
                continue
            # Whom it acts on is rarely one user: it is one's own account only where somebody says so.
            if acts_on_self(flow, call):
                yield Hit(
                    subject.of_call(flow, call),
                    call.at,
                    f"`{subject.of_request(call)}` acts on the user's own account, "
                    "and resetPassword is for other people's",
                    _own_half(flow, call),
                )


def _resets_password(call: Call, catalog: Catalog, entra: Entra) -> bool:
    """The reference knows resetPassword below `users` only."""
    if any(way.kind == "reset" for way in password_ways(call, catalog, entra)):
        return True
    if call.method != "POST" or not is_graph_call(call, entra):
        return False
    steps = [step.lstrip(".") for step in tokens(parse_url(call.url).path)]
    return steps[:2] == ["me", "authentication"] and steps[-1:] == ["resetpassword"]


def _own_half(flow: Flow, call: Call) -> tuple[Related, ...]:
    if call.target is not None:
        return (Related(call.target.at, "the signed-in user"),)
    return (Related(flow.user.at, f"signs in as {flow.user.id}"),) if flow.user and flow.user.id else ()


def _changes_password_of(call: Call, entra: Entra) -> str | None:
    """`me` or `users` for a call of changePassword; the reference knows it below `me` only."""
    if call.method != "POST" or not is_graph_call(call, entra):
        return None
    steps = [step.lstrip(".") for step in tokens(parse_url(call.url).path)]
    if steps[-1:] != ["changepassword"]:
        return None
    owner = (steps[0], len(steps))
    return steps[0] if owner in {("me", 2), ("users", 3)} else None


# --- writing passwordProfile --------------------------------------------------------------------


def app_only_write(
    application: Application,
    climbs: tuple[Climb, ...],
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """An app writes `passwordProfile` without the application permission for it (reference: update user)."""
    operation = entra.password_operation("write", "application")
    if operation is None or _has_role(operation, inventory, grants, entra):
        return
    for climb in _writes("application", climbs, entra):
        if isinstance(climb, Unknown):
            yield climb
            continue
        permission = operation.permissions[0]
        edits, safe = declare_for_call(application, climb, climb.step.missing, catalog, entra)
        yield Hit(
            subject.of_call(climb.flow, climb.call),
            climb.call.at,
            f"`{subject.of_request(climb.call)}` writes `passwordProfile`, "
            f"and `{climb.flow.name}` lacks the application permission `{permission}`",
            (
                Related(place(climb.flow, "type"), "an app-only token"),
                _manifest_half(application, operation, catalog),
            ),
            edits=edits,
            safe=safe,
        )


def _has_role(
    operation: PasswordOperation, inventory: Inventory | None, grants: Grants | None, entra: Entra
) -> bool:
    """Whether the app itself is known to have a directory role that sets passwords."""
    roles = map(entra.directory_role, directory_roles(inventory, grants))
    return any(role is not None and role.name in operation.roles for role in roles)


def delegated_write_scope_missing(
    application: Application, climbs: tuple[Climb, ...], catalog: Catalog, entra: Entra
) -> Iterator[Hit | Unknown]:
    """A signed-in user's `passwordProfile` write without the scope for it (reference: update user)."""
    operation = entra.password_operation("write", "delegated")
    if operation is None:
        return
    for climb in _writes("delegated", climbs, entra):
        if isinstance(climb, Unknown):
            yield climb
            continue
        asked = requested(climb.flow, catalog, entra)
        missing = " nor ".join(f"`{name}`" for name in operation.permissions)
        edits, safe = declare_for_call(application, climb, climb.step.missing, catalog, entra)
        yield Hit(
            subject.of_call(climb.flow, climb.call),
            climb.call.at,
            f"`{subject.of_request(climb.call)}` writes `passwordProfile`, "
            f"and `{climb.flow.name}` holds neither {missing}",
            (
                _manifest_half(application, operation, catalog)
                if asked is None or asked.default
                else Related(place(climb.flow, "scopes"), f"does not ask for {operation.permissions[0]}"),
            ),
            edits=edits,
            safe=safe,
        )


def _writes(access: Access, found: tuple[Climb, ...], entra: Entra) -> Iterator[Climb | Unknown]:
    """The calls that write a password and lack the permission for it, and what is unknown of others.

    Where the body's properties are not stated, it may or may not write one.
    """
    operation = entra.password_operation("write", access)
    for climb in found:
        step = climb.step
        if operation is None or step.operation is None or climb.flow.access != access:
            continue
        if step.support is None or not step.support.supported or step.scheme == "DelegatedPersonal":
            continue
        if operation not in entra.password_operations_of(step.operation.method, step.operation.template):
            continue
        if climb.call.writes is None:
            yield Unknown("call.writes")
        elif (operation.property or "").lower() not in written_properties(climb.call.writes):
            continue
        elif step.rung == "open":
            yield from map(Unknown, step.lacks)
        elif step.rung in _MISSING and not set(operation.permissions).isdisjoint(step.missing):
            yield climb


def _manifest_half(application: Application, operation: PasswordOperation, catalog: Catalog) -> Related:
    """The declared permission of the other type, or where one would be declared."""
    for entry in declared(application, catalog) or ():
        if entry.resource == GRAPH and entry.permission and entry.permission.value in operation.permissions:
            kind = "a delegated" if entry.permission.type == "Scope" else "an application"
            return Related(entry.entry.at, f"declares it as {kind} permission")
    name = operation.permissions[0]
    return Related(place(application, "required_resource_access"), f"does not declare {name}")
