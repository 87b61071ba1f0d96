"""Needs that the permission tables leave out: by a call's body, query or target, or in the workload."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject, wording
from linter.amend import declare_for_call
from linter.authorization.further import Missing, further, missing, reading, searches, watched
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Hit, Predicts, Related, Unknown
from linter.holdings import directory_roles, holdings, names_scopes, where_declared, where_requested
from linter.ladder import Climb, Rung, find
from linter.model import Application, Call, Flow, Grants, Inventory, place
from linter.request.query import advanced, query
from linter.sign_in.audience import may_be_for_graph
from linter.typed import Final

# Where a call gets with a token of the right kind and for the right API.
_WITH_SUCH_A_TOKEN: Final[frozenset[Rung]] = frozenset(
    {"open", "uncovered", "half-covered", "ungranted", "reached"}
)


def further_permission_needed(
    application: Application,
    climbs: tuple[Climb, ...],
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """The body, query or target of a call asks for a permission more (reference pages, notes)."""
    for climb in climbs:
        for row in further(climb, entra):
            held = holdings(application, climb.flow, grants, catalog, entra)
            wanted = row.application if climb.step.type == "Role" else row.delegated
            lacking = missing(wanted, climb.step.scheme, held)
            if not isinstance(lacking, Missing):
                yield from lacking or ()
                continue
            hit = _asks_for_more(climb, row.what, lacking.advice, application, catalog, entra)
            by_role = climb.step.type == "Role" and directory_roles(inventory, grants)
            yield hit._replace(
                predicts=Predicts(403, row.code),
                # A directory role of the app opens calls without a permission; which ones is not published.
                severity="warning" if by_role else hit.severity,
                confidence=row.confidence,
                edits=() if by_role else hit.edits,
            )


def subscription_not_covered(
    application: Application,
    climbs: tuple[Climb, ...],
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """A subscription needs the permission of what it watches (reference: Create subscription)."""
    for climb in climbs:
        watching = watched(climb.call, catalog, entra)
        if watching is None or climb.step.support is None or climb.step.rung not in _WITH_SUCH_A_TOKEN:
            continue
        if isinstance(watching, Unknown):
            yield watching
            continue
        accepted = reading(watching, climb.step.support, climb.step.scheme, catalog, entra)
        if accepted is None:
            yield Unknown("catalog.operations")
            continue
        held = holdings(application, climb.flow, grants, catalog, entra)
        lacking = missing(accepted.accepted, climb.step.scheme, held)
        if not isinstance(lacking, Missing):
            yield from lacking or ()
            continue
        what = f"watches `{climb.call.resource}`"
        yield _asks_for_more(climb, what, accepted.accepted[0], application, catalog, entra)


def search_not_covered(
    application: Application,
    climbs: tuple[Climb, ...],
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """A search needs the permission of each kind of thing it looks for (reference: searchEntity: query)."""
    for climb in climbs:
        kinds = searches(climb.call, catalog, entra)
        if climb.step.rung not in _WITH_SUCH_A_TOKEN:
            continue
        if isinstance(kinds, Unknown):
            yield kinds
            continue
        for row in filter(None, map(entra.search_entity, kinds)):
            wanted = row.application if climb.step.type == "Role" else row.delegated
            if not wanted:
                yield Hit(
                    subject.of_call(climb.flow, climb.call),
                    climb.call.at,
                    f"`{subject.of_request(climb.call)}` looks for `{row.name}`, "
                    "which an app by itself cannot search",
                    (Related(place(climb.flow, "type"), "an app-only token"),),
                    confidence=row.confidence,
                )
                continue
            held = holdings(application, climb.flow, grants, catalog, entra)
            lacking = missing(tuple((name,) for name in wanted), climb.step.scheme, held)
            if isinstance(lacking, Missing):
                what = f"looks for `{row.name}`"
                hit = _asks_for_more(climb, what, wanted[:1], application, catalog, entra)
                yield hit._replace(confidence=row.confidence)
            else:
                yield from lacking or ()


def _held_for(climb: Climb, application: Application, catalog: Catalog, entra: Entra) -> tuple[Related, ...]:
    """Where what covers the call's operation comes from, else where more would be declared."""
    held = climb.step.alternative
    if names_scopes(climb.flow):
        found = where_requested(climb.flow, held, catalog, entra)
        return found or (Related(place(climb.flow, "scopes"), "the scopes it asks for"),)
    found = where_declared(application, held, climb.step.type, catalog)
    return found or (Related(place(application, "required_resource_access"), "what is declared"),)


def _asks_for_more(
    climb: Climb,
    what: str,
    names: tuple[str, ...],
    application: Application,
    catalog: Catalog,
    entra: Entra,
) -> Hit:
    edits, safe = declare_for_call(application, climb, names, catalog, entra)
    return Hit(
        subject.of_call(climb.flow, climb.call),
        climb.call.at,
        f"`{subject.of_request(climb.call)}` {what}, which needs "
        f"{wording.permissions(names, climb.step.type)}, and `{climb.flow.name}` does not hold "
        f"{'it' if len(names) == 1 else 'them'}",
        _held_for(climb, application, catalog, entra),
        severity=None if climb.certain else "warning",
        edits=edits,
        safe=safe,
    )


def advanced_query_without_header(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra
) -> Iterator[Hit | Unknown]:
    """A query that the directory answers from its second index only (advanced queries)."""
    for flow in flows:
        if flow.access is None or not may_be_for_graph(flow, entra):
            continue
        for call in flow.every_call():
            asked = query(call.url) if call.method == "GET" else None
            need = advanced(asked) if asked else None
            operation = find(call, catalog, entra).operation if need else None
            if asked is None or need is None or operation is None:
                continue
            if entra.advanced_collection(operation.template.removesuffix("/$count")) is None:
                continue
            what, with_count = need
            names = {name.partition(":")[0].strip().lower() for name in call.headers or ()}
            counted = asked.with_count or not with_count
            if call.headers is not None and "consistencylevel" not in names:
                yield _advanced(flow, call, what, "the header `ConsistencyLevel: eventual`", counted)
            elif not counted:
                yield _advanced(flow, call, what, "`$count=true` beside the header", True)
            elif call.headers is None:
                yield Unknown("call.headers")


def _advanced(flow: Flow, call: Call, what: str, lacks: str, only: bool) -> Hit:
    also = "" if only else " and `$count=true`"
    return Hit(
        subject.of_call(flow, call),
        call.at,
        f"`{subject.of_request(call)}` {what}, and the directory answers that only with {lacks}{also}",
        # Some properties can be compared so without it, and no list of them is complete.
        confidence="medium" if what.startswith(("filters with `n", "counts")) else None,
    )


def access_policy_needed(
    climbs: tuple[Climb, ...], entra: Entra, inventory: Inventory | None = None
) -> Iterator[Hit | Unknown]:
    """The workload keeps apps out until its administrator lets them in (application access policies)."""
    specific = inventory.resource_specific_permissions if inventory else None
    for climb in climbs:
        operation = climb.step.operation
        if operation is None or climb.flow.access != "application" or climb.step.rung == "other-token":
            continue
        policy = entra.access_policy(operation.template)
        held = (*climb.step.alternative, *(specific or ()))
        if policy is None or any(name.endswith(policy.unless) for name in held):
            continue
        yield Hit(
            subject.of_call(climb.flow, climb.call),
            climb.call.at,
            f"`{subject.of_request(climb.call)}` is made by an app itself, which also needs {policy.needs}",
            (Related(place(climb.flow, "type"), "an app-only token"),),
            confidence=policy.confidence,
        )
