"""Edits of what a registration declares: which entries come, go and change, in the file's own words.

GUIDs and names are both right in some files; a file is answered in the one that it uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from linter.catalog.records import GRAPH, GRAPH_NAME, Permission
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.scopes import is_guid
from linter.finding import Confidence, Edit
from linter.holdings import Declared, declared, requested, resource_of
from linter.ladder import Climb
from linter.model import Application, Inventory, RequiredResourceAccess, place
from linter.placeholder import is_placeholder


def declare(application: Application, permission: Permission, catalog: Catalog) -> tuple[Edit, ...]:
    """The edits that declare a permission; none where the file does not say what is declared.

    None either where its id is not known and the file does not write names.
    """
    return declare_all(application, (permission,), catalog)


def declare_all(
    application: Application, permissions: Sequence[Permission], catalog: Catalog
) -> tuple[Edit, ...]:
    """The edits that declare permissions of one API, those that are not declared yet.

    None where the file does not say what is declared, or where one of them cannot be written.
    """
    blocks = application.required_resource_access
    entries = declared(application, catalog)
    if blocks is None or entries is None:
        return ()
    known = {entry.permission for entry in entries if entry.state == "known"}
    missing = [permission for permission in dict.fromkeys(permissions) if permission not in known]
    new = [entry for permission in missing if (entry := _entry(permission, blocks))]
    if not new or len(new) < len(missing):
        return ()
    for block in blocks:
        if resource_of(block, catalog) == missing[0].resource:
            if block.resource_access is None:
                return ()  # it does not say what it holds
            return tuple(Edit("append", block.at.child("resourceAccess"), entry) for entry in new)
    resource = _resource(missing[0], blocks, catalog)
    block_of_all = {"resourceAppId": resource, "resourceAccess": new}
    return (Edit("append", place(application, "required_resource_access"), block_of_all),)


def admits_roles(application: Application, entra: Entra) -> bool:
    """Whether application permissions can be of use: not where only personal accounts sign in."""
    audience = application.sign_in_audience
    row = entra.sign_in_audience(audience) if isinstance(audience, str) else None
    return row is None or row.application_permissions


def is_safe(added: Iterable[Permission], confidence: Confidence, entra: Entra) -> bool:
    """Whether permissions that a planned call needs may be declared without somebody looking.

    Not where the facts are unsure, and not where one leads to Global Administrator.
    """
    return confidence != "low" and not any(
        permission.resource == GRAPH and permission.type == "Role" and permission.value in entra.tier_zero
        for permission in added
    )


def declare_for_call(
    application: Application, found: Climb, names: Iterable[str], catalog: Catalog, entra: Entra
) -> tuple[tuple[Edit, ...], bool]:
    """The edits that declare permissions of Microsoft Graph for a call, and whether they are safe.

    None where declaring alone does not help: named scopes are in the token only if they are asked for, and
    an app for personal accounts alone has no use of application permissions.
    """
    if found.step.type == "Role" and not admits_roles(application, entra):
        return (), True
    asked = requested(found.flow, catalog, entra)
    if found.step.type == "Scope" and asked is not None and not asked.default:
        return (), True
    permissions = [catalog.permission(GRAPH, name, found.step.type) for name in names]
    known = [permission for permission in permissions if permission is not None]
    if len(known) < len(permissions):
        return (), True
    return declare_all(application, known, catalog), is_safe(known, found.confidence, entra)


def can_lose_roles(inventory: Inventory | None) -> bool:
    """Whether application permissions can go: all calls are known, and none is made without a user."""
    return (
        inventory is not None
        and inventory.complete
        and all(flow.access != "application" for flow in inventory.flows)
    )


def withdraw(entry: Declared) -> tuple[Edit, ...]:
    """The edit that takes one declared permission away."""
    return (Edit("remove", entry.entry.at),)


def exchange(entry: Declared, permission: Permission) -> tuple[Edit, ...]:
    """The edits that put another permission of the same API in the place of a declared one.

    None where its id is not known and the entry is not written by name.
    """
    written = permission.value if _is_name(entry.entry.id) else permission.id
    if not written:
        return ()
    edits = [Edit("replace", entry.entry.at.child("id"), written)]
    if (entry.entry.type or "").lower() != permission.type.lower():
        edits.append(Edit("replace", entry.entry.at.child("type"), permission.type))
    return tuple(edits)


def _entry(permission: Permission, blocks: tuple[RequiredResourceAccess, ...]) -> dict[str, str] | None:
    by_name = any(_is_name(access.id) for block in blocks for access in block.resource_access or ())
    written = permission.value if by_name else permission.id
    return {"id": written, "type": permission.type} if written else None


def _resource(permission: Permission, blocks: tuple[RequiredResourceAccess, ...], catalog: Catalog) -> str:
    if any(_is_name(block.resource_app_id) for block in blocks):
        if permission.resource == GRAPH:
            return GRAPH_NAME
        return catalog.resource_name(permission.resource) or permission.resource
    return permission.resource


def _is_name(written: str | None) -> bool:
    """Whether an id is written as a name: neither a GUID nor a placeholder."""
    return bool(written) and not is_guid((written or "").strip()) and not is_placeholder(written or "")
