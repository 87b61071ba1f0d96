"""The signed-in user: whether their directory roles and licences are enough for the planned calls."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.audience import may_be_for_graph
from linter.catalog.store import Catalog
from linter.destination import acts_on_self
from linter.entra import Entra
from linter.entra.records import LicenceNeed
from linter.finding import Hit, Predicts, Related, Unknown
from linter.ladder import find, may_be_work_account
from linter.model import Application, Call, Flow
from linter.rights import Needed, holds_one, needed
from linter.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from linter.tenant import Tenant

# --- directory roles ----------------------------------------------------------------------------


def delegated_needs_directory_role(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """The signed-in user has none of the directory roles that the call asks for (reference pages)."""
    for flow in flows:
        if not (may_be_work_account(flow, application) and may_be_for_graph(flow, entra)):
            continue
        for call in flow.every_call():
            asked = needed(call, catalog, entra)
            if asked is None or (asked.on_self and acts_on_self(flow, call)):
                continue
            held = flow.user.roles if flow.user else None
            holds = None if held is None else holds_one(held, asked.names, entra)
            if holds is None:
                yield Unknown("user.roles")
            elif not holds:
                yield _without_role(flow, call, asked, held or ())


def _without_role(flow: Flow, call: Call, asked: Needed, held: tuple[str, ...]) -> Hit:
    at = flow.user.at if flow.user else flow.at
    return Hit(
        subject.of_call(flow, call),
        call.at,
        f"`{subject.of_request(call)}` needs a directory role such as `{asked.names[0]}`, "
        f"and the user of `{flow.name}` has none that allows it",
        (Related(at, f"roles: {', '.join(held) or 'none'}"),),
        # On one's own account no role is needed, and nobody says whose this one is.
        severity="warning" if asked.on_self and acts_on_self(flow, call) is None else None,
        confidence=asked.confidence,
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
