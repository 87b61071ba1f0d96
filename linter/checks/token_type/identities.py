"""Managed identities, which are principals of their own and have no user."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject, wording
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.scopes import split_scope
from linter.finding import Hit, Predicts, Related, Unknown
from linter.holdings import acting, directory_roles, where_declared
from linter.ladder import Climb, Rung, stopped_at
from linter.model import Application, Flow, Grants, Inventory, place
from linter.placeholder import has_placeholder
from linter.positions import At
from linter.sign_in.asked import asked_for
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


def managed_identity_delegated(
    flows: tuple[Flow, ...], climbs: tuple[Climb, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """A managed identity is asked for a permission by name, or calls what only users can."""
    for flow in flows:
        if flow.type != "managed_identity":
            continue
        field = "resource" if flow.scopes is None else "scopes"
        named = [(text, at) for text, at in _asked(flow) if _names_permission(text, entra)]
        if named:
            yield _named(flow, field, named)
        elif (flow.scopes is None and flow.resource is None) or any(one.open for one in asked_for(flow)):
            yield Unknown(f"flow.{field}")
    for found in stopped_at("unsupported", _of_identities(climbs)):
        if isinstance(found, Unknown):
            yield found
        else:
            yield _without_user(found)


def _asked(flow: Flow) -> Iterator[tuple[str, At]]:
    """What the identity is asked for, and where."""
    if flow.scopes is not None:
        for one in asked_for(flow):
            yield one.text.value, one.text.at
    elif flow.resource is not None:
        yield flow.resource, place(flow, "resource")


def _names_permission(text: str, entra: Entra) -> bool:
    """Whether a text is a permission, of a known API or of none; somebody's App ID URI may look like one."""
    scope = split_scope(text)
    if not scope.permission or scope.is_default or has_placeholder(scope.permission):
        return False
    if not scope.audience:
        return True
    return entra.resource_of_audience(text) is None and entra.resource_of_audience(scope.audience) is not None


def _named(flow: Flow, field: str, named: list[tuple[str, At]]) -> Hit:
    return Hit(
        subject.of_flow(flow, field),
        place(flow, field),
        f"`{flow.name}` asks for {wording.listed(text for text, _ in named)}, "
        "and a managed identity is asked for an API as a whole",
        (
            *(Related(at, "a permission by name") for _, at in named),
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
