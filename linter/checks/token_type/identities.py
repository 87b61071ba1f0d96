"""Managed identities, which are principals of their own and have no user."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject, wording
from linter.catalog.store import Catalog
from linter.finding import Hit, Predicts, Related, Unknown
from linter.holdings import (
    acting,
    directory_roles,
    where_declared,
)
from linter.ladder import Climb, Rung, stopped_at
from linter.model import Application, Flow, Grants, Inventory, place
from linter.sign_in.asked import Asked, asked_for
from linter.typed import Final


def managed_identity_needs_direct_assignment(
    climbs: tuple[Climb, ...],
    grants: Grants,
    catalog: Catalog,
    application: Application | None = None,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """A managed identity was not assigned what its calls need.

    It is a principal of its own: what a registration declares, or was granted, does not reach it.
    """
    for rung in _NOT_HELD:
        for found in stopped_at(rung, _of_identities(climbs)):
            if isinstance(found, Unknown):
                yield found
            else:
                by_role = bool(directory_roles(inventory, acting(found.flow, grants)))
                yield _unassigned(found, application, catalog, by_role=by_role)


_NOT_HELD: Final[tuple[Rung, ...]] = ("uncovered", "half-covered")


def _unassigned(found: Climb, application: Application | None, catalog: Catalog, *, by_role: bool) -> Hit:
    names = found.step.missing
    return Hit(
        subject.of_call(found.flow, found.call),
        found.call.at,
        f"`{subject.of_request(found.call)}` needs {wording.permissions(names, 'Role')}, "
        f"which nobody assigned to the managed identity of `{found.flow.name}`",
        (
            Related(place(found.flow, "type"), "a managed identity"),
            *where_declared(application, names, "Role", catalog),
        ),
        # A directory role opens calls without a permission; which ones is not published.
        severity="warning" if by_role else found.severity,
        confidence=found.confidence,
    )


def managed_identity_delegated(flows: tuple[Flow, ...], climbs: tuple[Climb, ...]) -> Iterator[Hit | Unknown]:
    """A managed identity is asked for a permission by name, or calls what only users can."""
    for flow in flows:
        if flow.type != "managed_identity" or (flow.scopes is None and flow.resource is not None):
            continue
        asked = asked_for(flow)
        named = [one for one in asked if one.is_named]
        if named:
            yield _named(flow, named)
        elif flow.scopes is None or any(one.open for one in asked):
            yield Unknown("flow.resource" if flow.scopes is None else "flow.scopes")
    for found in stopped_at("unsupported", _of_identities(climbs)):
        if isinstance(found, Unknown):
            yield found
        else:
            yield _without_user(found)


def _named(flow: Flow, named: list[Asked]) -> Hit:
    return Hit(
        subject.of_flow(flow, "scopes"),
        place(flow, "scopes"),
        f"`{flow.name}` asks for {wording.listed(one.text.value for one in named)}, "
        "and a managed identity is asked for an API as a whole",
        (
            *(Related(one.text.at, "a permission by name") for one in named),
            Related(place(flow, "type"), "a managed identity"),
        ),
        Predicts(400, "invalid_resource", (500011,)),
        confidence="medium",
    )


def _without_user(found: Climb) -> Hit:
    return Hit(
        subject.of_call(found.flow, found.call),
        found.call.at,
        f"`{subject.of_request(found.call)}` works for a signed-in user only, "
        f"and `{found.flow.name}` is a managed identity, which has none",
        (Related(place(found.flow, "type"), "a managed identity"),),
        severity=found.severity,
        confidence=found.confidence,
    )


def _of_identities(climbs: tuple[Climb, ...]) -> Iterator[Climb]:
    return (climb for climb in climbs if climb.flow.type == "managed_identity")
