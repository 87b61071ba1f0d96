"""What the planned calls use of what an app declares, whatever token they are made with."""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalog.records import GRAPH, SCHEMES, Operation, PermissionType, Scheme
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.holdings import TYPES, Declared
from linter.ladder import TYPE_OF, Climb, find
from linter.model import Call, Flow
from linter.typed import NamedTuple


class Uses(NamedTuple):
    """The names that planned calls accept, by type, and what is not known of further calls."""

    names: dict[PermissionType, set[str]]
    lacks: dict[str, None]


def is_unused(entry: Declared, used: Uses, catalog: Catalog, entra: Entra) -> bool:
    """Whether nothing that is known to be called accepts a declared permission of Microsoft Graph."""
    permission = entry.permission
    if entry.state != "known" or permission is None or permission.resource != GRAPH:
        return False
    names = used.names[permission.type]
    return (
        not signs_in(permission.value, entra)
        and permission.value not in names
        and permission.value.removesuffix(".Shared") not in names
        # What no known operation accepts (IMAP.AccessAsUser.All …) is for something else.
        and catalog.opens(permission)
    )


def signs_in(name: str, entra: Entra) -> bool:
    """Whether a permission is there for signing in, whatever is called afterwards."""
    return name == "User.Read" or any(name == scope.name for scope in entra.oidc_scopes)


def uses(climbs: tuple[Climb, ...], flows: tuple[Flow, ...], catalog: Catalog, entra: Entra) -> Uses:
    """What the planned calls accept.

    A call that is not covered needs its permissions all the same, of whichever type: that its token
    is of the wrong kind, or that it has none, is the fault, and not the permission.
    """
    found = Uses({"Scope": set(), "Role": set()}, {})
    for one in climbs:
        _use(found, one.call, (one.step.type,) if one.step.covered else TYPES, catalog, entra)
    for flow in flows:
        if flow.access is None:
            for call in flow.every_call():
                _use(found, call, TYPES, catalog, entra)
    return found


def _use(used: Uses, call: Call, types: tuple[PermissionType, ...], catalog: Catalog, entra: Entra) -> None:
    found = find(call, catalog, entra)
    used.lacks.update(dict.fromkeys(found.lacks))
    if found.operation is None:
        return
    names = {scope.name for scope in entra.selected_scopes_for(found.operation.template)}
    for scheme in SCHEMES:
        if TYPE_OF[scheme] in types:
            names.update(_accepted(found.operation, scheme, call, catalog))
    for type_ in types:
        used.names[type_].update(names)


def _accepted(operation: Operation, scheme: Scheme, call: Call, catalog: Catalog) -> Iterator[str]:
    for support in (operation.support(scheme), catalog.support(operation, scheme, call.writes)):
        for alternative in support.accepted:
            yield from alternative
