"""The signed-in user: whether their directory roles and licences are enough for the planned calls."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.audience import may_be_for_graph
from linter.catalog.store import Catalog
from linter.destination import acts_on_self
from linter.entra import Entra
from linter.entra.records import LicenceNeed
from linter.finding import Confidence, Hit, Predicts, Related, Unknown
from linter.ladder import find, may_be_work_account
from linter.model import Application, Call, Flow, written_properties
from linter.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from linter.tenant import Tenant

# --- directory roles ----------------------------------------------------------------------------


class _Roles(NamedTuple):
    """The roles of which a call needs one; `on_self` is whether it needs none on one's own account."""

    names: tuple[str, ...]
    on_self: bool
    confidence: Confidence


def delegated_needs_directory_role(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """The signed-in user has none of the directory roles that the call asks for (reference pages)."""
    for flow in flows:
        if not (may_be_work_account(flow, application) and may_be_for_graph(flow, entra)):
            continue
        for call in flow.every_call():
            needed = _needed(call, catalog, entra)
            if needed is None or (needed.on_self and acts_on_self(flow, call)):
                continue
            held = flow.user.roles if flow.user else None
            known = None if held is None else [entra.directory_role(name) for name in held]
            if known is None:
                yield Unknown("user.roles")
            elif any(role is not None and role.name in needed.names for role in known):
                continue
            elif None in known:
                # A role of the tenant's own may carry the right.
                yield Unknown("user.roles")
            else:
                yield _without_role(flow, call, needed, held or ())


def _needed(call: Call, catalog: Catalog, entra: Entra) -> _Roles | None:
    operation = find(call, catalog, entra).operation
    if operation is None:
        return None
    listed = entra.roles_for(operation.method, operation.template)
    if listed is not None:
        return _Roles(listed.roles, "self" in listed.open_to, listed.confidence) if listed.required else None
    written = written_properties(call.writes or ())
    for way in entra.password_operations_of(operation.method, operation.template):
        if way.access == "delegated" and way.roles_needed and (way.property or "").lower() in written:
            return _Roles(way.roles, False, way.confidence)
    return None


def _without_role(flow: Flow, call: Call, needed: _Roles, held: tuple[str, ...]) -> Hit:
    at = flow.user.at if flow.user else flow.at
    return Hit(
        subject.of_call(flow, call),
        call.at,
        f"`{subject.of_request(call)}` needs a directory role such as `{needed.names[0]}`, "
        f"and the user of `{flow.name}` has none that allows it",
        (Related(at, f"roles: {', '.join(held) or 'none'}"),),
        # On one's own account no role is needed, and nobody says whose this one is.
        severity="warning" if needed.on_self and acts_on_self(flow, call) is None else None,
        confidence=needed.confidence,
    )


# --- licences -----------------------------------------------------------------------------------


def premium_p1_needed(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """The call needs Microsoft Entra ID P1 (reference: List signIns and others)."""
    return _unlicensed("entra-id-p1", flows, catalog, entra, tenant)


def intune_licence_needed(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """The call needs a licence for Microsoft Intune (reference: Intune's pages, note on top)."""
    return _unlicensed("intune", flows, catalog, entra, tenant)


def _unlicensed(
    product: str, flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, tenant: Tenant | None
) -> Iterator[Hit | Unknown]:
    """The calls that need `product`, which neither the tenant nor the user is known to have.

    The tenant's subscriptions decide where they are known, else the user's licences: a user who has
    one has it from the tenant.
    """
    for flow in flows:
        if flow.access is None or not may_be_for_graph(flow, entra):
            continue
        for call in flow.every_call():
            need = _need_of(product, call, catalog, entra)
            if need is None:
                continue
            if tenant is not None and tenant.service_plans is not None:
                enabled = (plan.name for plan in tenant.service_plans if plan.enabled)
                if entra.licences_of(enabled).products.isdisjoint(need.any_of):
                    yield _tenant_without(product, flow, call, need, tenant, entra)
            else:
                yield from _judged_by_user(product, flow, call, need, entra)


def _need_of(product: str, call: Call, catalog: Catalog, entra: Entra) -> LicenceNeed | None:
    operation = find(call, catalog, entra).operation
    if operation is None:
        return None
    needs = entra.licence_for(operation.method, operation.template)
    return next((need for need in needs if product in need.any_of), None)


def _tenant_without(
    product: str, flow: Flow, call: Call, need: LicenceNeed, tenant: Tenant, entra: Entra
) -> Hit:
    disabled = [plan for plan in tenant.service_plans or () if entra.licence(plan.name) == product]
    related = tuple(Related(plan.at, f"{plan.name} is not enabled") for plan in disabled[:1])
    why = "the tenant has no enabled plan of it"
    return _hit(product, flow, call, need, why, related, entra)


def _judged_by_user(
    product: str, flow: Flow, call: Call, need: LicenceNeed, entra: Entra
) -> Iterator[Hit | Unknown]:
    if flow.access == "application":
        yield Unknown("tenant.service_plans")
        return
    if flow.user is None or flow.user.licences is None:
        yield Unknown("user.licences")
        return
    held = entra.licences_of(flow.user.licences)
    if not held.products.isdisjoint(need.any_of):
        return
    if held.unknown:
        # A name that no table has, such as a bundle's, may contain it.
        yield Unknown("user.licences")
        return
    related = (Related(flow.user.at, f"licences: {', '.join(flow.user.licences) or 'none'}"),)
    hit = _hit(product, flow, call, need, f"the user of `{flow.name}` has no licence of it", related, entra)
    # Others in the tenant may have one, which is what some of these calls ask for.
    yield hit._replace(confidence="low" if need.confidence == "low" else "medium")


def _hit(
    product: str,
    flow: Flow,
    call: Call,
    need: LicenceNeed,
    why: str,
    related: tuple[Related, ...],
    entra: Entra,
) -> Hit:
    title = next((row.title for row in entra.licences if row.name == product), product)
    return Hit(
        subject.of_call(flow, call),
        call.at,
        f"`{subject.of_request(call)}` needs {title}, and {why}",
        related,
        predicts=Predicts(need.status, need.code),
        confidence=need.confidence,
    )
