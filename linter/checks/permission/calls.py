"""Whether permissions cover the planned calls, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject, wording
from linter.amend import declare_for_call
from linter.authorization.further import kinds_returned
from linter.authorization.mailboxes import opens_call
from linter.catalog.match import parse_url
from linter.catalog.records import GRAPH, Operation, PermissionType
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.records import DirectoryRelation, ObjectReader
from linter.entra.scopes import split_scope
from linter.finding import CONFIDENCES, Hit, Related, Unknown
from linter.holdings import (
    Declared,
    declared,
    directory_roles,
    holdings,
    names_scopes,
    where_declared,
    where_requested,
)
from linter.ladder import Climb, find, stopped_at
from linter.model import Application, Call, Flow, Grants, Inventory, place
from linter.request.destination import apis_called
from linter.rightsizing import Rightsizing
from linter.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from linter.tenant import Tenant


def call_not_covered(
    application: Application,
    climbs: tuple[Climb, ...],
    rightsizing: dict[PermissionType, Rightsizing],
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
    inventory: Inventory | None = None,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """No permission of either type covers the call (rung `uncovered` of the ladder)."""
    numbers = {id(climb): number for number, climb in enumerate(climbs)}
    for found in stopped_at("uncovered", climbs):
        if isinstance(found, Unknown):
            yield found
            continue
        if opens_call(found, tenant, application, grants, entra):
            continue
        # A directory role of the app opens calls without a permission; which ones is not published.
        by_role = found.step.type == "Role" and directory_roles(inventory, grants)
        cover = rightsizing[found.step.type].covers.get(numbers[id(found)], ())
        missing = cover or found.step.missing
        edits, safe = declare_for_call(application, found, cover, catalog, entra)
        yield Hit(
            subject.of_call(found.flow, found.call),
            found.call.at,
            _not_covered(found, missing),
            (*_asked_for(found.flow), *_declared_blocks(application, catalog)),
            fix=_joint_advice(found, missing),
            severity="warning" if by_role else found.severity,
            confidence=found.confidence,
            edits=edits,
            safe=safe and found.certain and not by_role,
        )


def _not_covered(found: Climb, missing: tuple[str, ...]) -> str:
    needed = wording.permissions(missing, found.step.type)
    if _is_for_others(found, missing):
        least = wording.permissions(found.step.missing, found.step.type)
        needed = f"{least} or, for all planned calls together, {wording.listed(missing)}"
    account = "" if found.certain else " for a personal account"
    return (
        f"`{subject.of_request(found.call)}` needs {needed}{account}, "
        f"and `{found.flow.name}` holds none that covers it"
    )


def _is_for_others(found: Climb, missing: tuple[str, ...]) -> bool:
    """Whether what is advised is not the least for this call, but for all calls together."""
    return found.step.support is not None and missing not in found.step.support.least


def _joint_advice(found: Climb, missing: tuple[str, ...]) -> str | None:
    if not _is_for_others(found, missing):
        return None
    names = wording.listed(missing, quote=str)
    return (
        f"Declare {names}, with which all planned calls together need least, ask for it if the flow names "
        "its scopes, and have it consented to."
    )


def _asked_for(flow: Flow) -> tuple[Related, ...]:
    """The line of the scopes that a flow names: they, and not what is declared, are in its token."""
    if not names_scopes(flow):
        return ()
    scopes = [split_scope(text.value) for text in flow.scopes or ()]
    names = [scope.permission for scope in scopes if not scope.oidc and scope.permission]
    return (Related(place(flow, "scopes"), f"asks for {_listed(names) or 'sign-in only'}"),)


def _declared_blocks(application: Application, catalog: Catalog) -> tuple[Related, ...]:
    """The declared permissions of Microsoft Graph, one label a block."""
    blocks: dict[int, list[Declared]] = {}
    for entry in declared(application, catalog) or ():
        if entry.resource == GRAPH:
            blocks.setdefault(id(entry.block), []).append(entry)
    return tuple(
        Related(entries[0].block.at, f"declares {_listed([entry.written for entry in entries])}")
        for entries in blocks.values()
    )


def _listed(names: list[str], most: int = 4) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def call_needs_two(
    application: Application, climbs: tuple[Climb, ...], catalog: Catalog, entra: Entra
) -> Iterator[Hit | Unknown]:
    """Of two permissions that the call needs together one is missing (rung `half-covered`)."""
    for found in stopped_at("half-covered", climbs):
        if isinstance(found, Unknown):
            yield found
            continue
        step = found.step
        held = [name for name in step.alternative if name not in step.missing]
        edits, safe = declare_for_call(application, found, step.missing, catalog, entra)
        needed = wording.permissions(step.missing, step.type)
        yield Hit(
            subject.of_call(found.flow, found.call),
            found.call.at,
            f"`{subject.of_request(found.call)}` needs {needed} beside "
            f"{' and '.join(f'`{name}`' for name in held)}, and `{found.flow.name}` holds only the latter",
            (
                *where_requested(found.flow, held, catalog, entra),
                *where_declared(application, held, step.type, catalog),
            ),
            severity=found.severity,
            confidence=found.confidence,
            edits=edits,
            safe=safe,
        )


def unknown_call(flows: tuple[Flow, ...], catalog: Catalog, entra: Entra) -> Iterator[Hit | Unknown]:
    """A call of Microsoft Graph of which nobody publishes what it needs, so no other rule can speak."""
    for flow in flows:
        for call in flow.every_call():
            found = find(call, catalog, entra)
            if found.kind == "open":
                yield from map(Unknown, found.lacks)
            elif apis_called(call, entra) == ():
                yield Unknown("catalog.resources")
            elif found.kind == "unknown":
                yield Hit(subject.of_call(flow, call), call.at, _not_known(call, found.operation))


def _not_known(call: Call, operation: Operation | None) -> str:
    request = f"`{subject.of_request(call)}`"
    if operation is not None:
        return f"Microsoft publishes no permission that {request} accepts, so it was not checked"
    return f"{request} is no published operation of Microsoft Graph, so it was not checked"


def beta_endpoint(flows: tuple[Flow, ...], catalog: Catalog, entra: Entra) -> Iterator[Hit | Unknown]:
    """The call goes to beta, and v1.0 has the same operation."""
    for flow in flows:
        for call in flow.every_call():
            address = parse_url(call.url)
            if address.version != "beta" or find(call, catalog, entra).kind != "known":
                continue
            stable = catalog.find(call.method, f"/v1.0{address.path}")
            if stable is not None and stable.version == "v1.0":
                yield Hit(
                    subject.of_call(flow, call),
                    call.at,
                    f"`{subject.of_request(call)}` calls beta, and v1.0 has the same operation",
                )


def limited_member_data(
    application: Application,
    climbs: tuple[Climb, ...],
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """A relation mixes kinds of objects, and of some of them the app may read nothing but the id."""
    for one in climbs:
        step = one.step
        if step.operation is None or not step.covered or step.scheme == "DelegatedPersonal":
            continue
        kinds = kinds_returned(one.call, step.operation, entra)
        relation = entra.directory_relation(step.label) if kinds else None
        if relation is None or (step.type == "Role" and directory_roles(inventory, grants)):
            continue
        held = holdings(application, one.flow, grants, catalog, entra)
        names = held.of(step.type) or frozenset()
        readers = [row for row in entra.object_readers if row.kind in kinds]
        hidden = [row for row in readers if names.isdisjoint(row.permissions)]
        if hidden and held.lacks(step.type):
            yield from map(Unknown, held.lacks(step.type))
        elif hidden:
            yield _ids_only(application, one, hidden, relation, catalog, entra)


def _ids_only(
    application: Application,
    one: Climb,
    hidden: list[ObjectReader],
    relation: DirectoryRelation,
    catalog: Catalog,
    entra: Entra,
) -> Hit:
    kinds = wording.listed((row.plural for row in hidden), most=9, quote=str)
    least = dict.fromkeys(row.permissions[0] for row in hidden)
    return Hit(
        subject.of_call(one.flow, one.call),
        one.call.at,
        f"of the {kinds} that `{subject.of_request(one.call)}` returns, `{one.flow.name}` gets only the ids",
        (
            *where_requested(one.flow, one.step.alternative, catalog, entra),
            *where_declared(application, one.step.alternative, one.step.type, catalog),
        ),
        confidence=max(one.confidence, relation.confidence, key=CONFIDENCES.index),
        fix=f"Declare {wording.listed(least)}, too, if more than the ids is wanted; else select `id` alone.",
    )
