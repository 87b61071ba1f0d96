"""Permissions of other APIs under the names of Microsoft Graph's: in a token for Graph they are not."""

from __future__ import annotations

from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.scopes import is_guid
from linter.holdings import Declared, declared
from linter.model import Application, Grants
from linter.typed import NamedTuple


class Misplaced(NamedTuple):
    """A permission that is declared for another API than Microsoft Graph, and its name there.

    `sure`: the file or the directory itself names it; else a list of that API's permissions does.
    """

    entry: Declared
    name: str
    sure: bool


def misplaced(
    application: Application, type_: str, catalog: Catalog, entra: Entra, grants: Grants | None
) -> dict[str, Misplaced]:
    """The declared permissions of other APIs, of one type, by the name that Microsoft Graph has too."""
    found: dict[str, Misplaced] = {}
    for entry in declared(application, catalog) or ():
        if entry.resource in (None, GRAPH) or (entry.entry.type or "").strip().lower() != type_.lower():
            continue
        named = _name(entry, type_, catalog, entra, grants)
        if named is not None:
            found.setdefault(named.name, named)
    return found


def _name(
    entry: Declared, type_: str, catalog: Catalog, entra: Entra, grants: Grants | None
) -> Misplaced | None:
    written = (entry.entry.id or "").strip()
    if entry.permission is not None:
        return Misplaced(entry, entry.permission.value, sure=True)
    if not is_guid(written):
        return Misplaced(entry, written, sure=True)
    told = _told(entry, type_, grants) or entra.azure_ad_graph_permission(written, type_)
    if told is not None:
        return Misplaced(entry, told, sure=True)
    # Some of Exchange's ids are Microsoft Graph's, for the same permission.
    same = [one.value for one in catalog.permissions(GRAPH, written) if one.type == type_]
    listed = entra.workload_permission(entry.resource or "", written, type_)
    if same or listed is None:
        return Misplaced(entry, same[0], sure=True) if same else None
    return Misplaced(entry, listed.name, sure=False)


def _told(entry: Declared, type_: str, grants: Grants | None) -> str | None:
    """The permission's name as the API's service principal publishes it."""
    wanted = (entry.entry.id or "").strip().lower()
    for principal in grants.resources.values() if grants is not None else ():
        if principal.app_id == entry.resource:
            published = principal.app_roles if type_ == "Role" else principal.oauth2_permission_scopes
            for one in published or ():
                if (one.id or "").lower() == wanted:
                    return one.value
    return None
