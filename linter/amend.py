"""Edits of what a registration declares: which entries come, go and change, in the file's own words.

GUIDs and names are both right in some files; a file is answered in the one that it uses.
"""

from __future__ import annotations

from linter.catalog.records import GRAPH, GRAPH_NAME, Permission
from linter.catalog.store import Catalog
from linter.entra.scopes import is_guid
from linter.finding import Edit
from linter.holdings import Declared, resource_of
from linter.model import Application, RequiredResourceAccess, place
from linter.placeholder import is_placeholder


def declare(application: Application, permission: Permission, catalog: Catalog) -> tuple[Edit, ...]:
    """The edits that declare a permission; none where the file does not say what is declared.

    None either where its id is not known and the file does not write names.
    """
    blocks = application.required_resource_access
    if blocks is None:
        return ()
    entry = _entry(permission, blocks)
    if entry is None:
        return ()
    for block in blocks:
        if resource_of(block, catalog) == permission.resource and block.resource_access is not None:
            return (Edit("append", block.at.child("resourceAccess"), entry),)
    resource = _resource(permission, blocks, catalog)
    new = {"resourceAppId": resource, "resourceAccess": [entry]}
    return (Edit("append", place(application, "required_resource_access"), new),)


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
