"""Permissions of other APIs under the names of Microsoft Graph's: in a token for Graph they are not."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject, wording
from linter.amend import declare_for_call
from linter.catalog.records import GRAPH, GRAPH_NAME
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.scopes import is_guid
from linter.finding import Hit, Related, Unknown
from linter.holdings import (
    TYPES,
    Declared,
    api_of,
    declared,
)
from linter.ladder import Climb, stopped_at
from linter.model import Application, Grants
from linter.registration.published import is_retired
from linter.typed import NamedTuple


def taken_from_wrong_api(
    application: Application,
    climbs: tuple[Climb, ...],
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """Nothing covers the call, and what would is declared for another API, under the same name."""
    if application.required_resource_access is None:
        yield Unknown("application.required_resource_access")
    foreign = {type_: _misplaced(application, type_, catalog, entra, grants) for type_ in TYPES}
    for found in stopped_at("uncovered", climbs) if any(foreign.values()) else ():
        if isinstance(found, Unknown):
            yield found
            continue
        taken = foreign[found.step.type]
        accepted = found.step.support.accepted if found.step.support is not None else ()
        names = next((names for names in accepted if all(name in taken for name in names)), ())
        if names:
            yield _taken(application, found, [taken[name] for name in names], catalog, entra, grants)


def _taken(
    application: Application,
    found: Climb,
    taken: list[_Misplaced],
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None,
) -> Hit:
    api = _api_name(taken[0].entry, catalog, entra, grants)
    retired = any(is_retired(one.entry, entra) for one in taken)  # its own rule exchanges it
    names = [one.name for one in taken]
    edits, safe = ((), True) if retired else declare_for_call(application, found, names, catalog, entra)
    return Hit(
        subject.of_call(found.flow, found.call),
        found.call.at,
        f"`{subject.of_request(found.call)}` needs {wording.permissions(names, found.step.type)} of "
        f"{GRAPH_NAME}, and what is declared is {'that' if len(names) == 1 else 'those'} of {api}",
        tuple(Related(one.entry.entry.at, f"declares {one.name} of {api}") for one in taken),
        severity=found.severity,
        confidence=found.confidence if all(one.sure for one in taken) else "medium",
        edits=edits,
        safe=safe and found.certain,
    )


def _api_name(entry: Declared, catalog: Catalog, entra: Entra, grants: Grants | None) -> str:
    known = entra.resource(entry.resource) if entry.resource else None
    if known is not None:
        return known.name
    principals = grants.resources.values() if grants is not None else ()
    named = (one.display_name for one in principals if one.app_id == entry.resource and one.display_name)
    return next(named, api_of(entry, catalog))


class _Misplaced(NamedTuple):
    """A permission that is declared for another API than Microsoft Graph, and its name there.

    `sure`: the file or the directory itself names it; else a list of that API's permissions does.
    """

    entry: Declared
    name: str
    sure: bool


def _misplaced(
    application: Application, type_: str, catalog: Catalog, entra: Entra, grants: Grants | None
) -> dict[str, _Misplaced]:
    """The declared permissions of other APIs, of one type, by the name that Microsoft Graph has too."""
    found: dict[str, _Misplaced] = {}
    for entry in declared(application, catalog) or ():
        if entry.resource in (None, GRAPH) or (entry.entry.type or "").strip().lower() != type_.lower():
            continue
        named = _name(entry, type_, catalog, entra, grants)
        if named is not None:
            found.setdefault(named.name, named)
    return found


def _name(
    entry: Declared, type_: str, catalog: Catalog, entra: Entra, grants: Grants | None
) -> _Misplaced | None:
    written = (entry.entry.id or "").strip()
    if entry.permission is not None:
        return _Misplaced(entry, entry.permission.value, sure=True)
    if not is_guid(written):
        return _Misplaced(entry, written, sure=True)
    told = _told(entry, type_, grants) or entra.azure_ad_graph_permission(written, type_)
    if told is not None:
        return _Misplaced(entry, told, sure=True)
    # Some of Exchange's ids are Microsoft Graph's, for the same permission.
    same = [one.value for one in catalog.permissions(GRAPH, written) if one.type == type_]
    listed = entra.workload_permission(entry.resource or "", written, type_)
    if same or listed is None:
        return _Misplaced(entry, same[0], sure=True) if same else None
    return _Misplaced(entry, listed.name, sure=False)


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
