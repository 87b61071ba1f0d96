"""Licences that calls need: the tenant's, the signed-in user's, or those of whomever the call acts on."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.authorization.licences import Unlicensed, need_of, unlicensed
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.records import LicenceNeed
from linter.finding import Hit, Predicts, Unknown
from linter.ladder import may_be_work_account
from linter.model import Application, Call, Flow
from linter.sign_in.audience import may_be_for_graph
from linter.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from linter.tenant import Tenant


def premium_p1_needed(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """The call needs Microsoft Entra ID P1 (reference: List signIns and others)."""
    return _unlicensed("entra-id-p1", flows, catalog, entra, tenant)


def premium_p2_needed(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """The call needs Microsoft Entra ID P2 or what contains it (Microsoft Entra ID Governance licensing)."""
    return _unlicensed("entra-id-p2", flows, catalog, entra, tenant)


def intune_licence_needed(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """The call needs a licence for Microsoft Intune (reference: Intune's pages, note on top)."""
    return _unlicensed("intune", flows, catalog, entra, tenant)


def copilot_licence_needed(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """The signed-in user needs a licence for Microsoft 365 Copilot (Microsoft 365 Copilot APIs)."""
    delegated = tuple(flow for flow in flows if flow.access == "delegated")
    return _unlicensed("m365-copilot", delegated, catalog, entra, tenant)


def mailbox_or_drive_not_provisioned(
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    application: Application | None = None,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """Whose mailbox, calendar or drive is called has no plan of it (resolve Microsoft Graph errors)."""
    working = tuple(
        flow for flow in flows if flow.access == "application" or may_be_work_account(flow, application)
    )
    for product in ("exchange", "sharepoint"):
        yield from _unlicensed(product, working, catalog, entra, tenant)


def _unlicensed(
    product: str, flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, tenant: Tenant | None
) -> Iterator[Hit | Unknown]:
    """The calls that need `product`, which whoever must have it is known not to have."""
    for flow in flows:
        if flow.access is None or not may_be_for_graph(flow, entra):
            continue
        for call in flow.every_call():
            need = need_of(product, call, catalog, entra)
            lack = None if need is None else unlicensed(flow, call, need, tenant, entra)
            if isinstance(lack, Unknown):
                yield lack
            elif need is not None and lack is not None:
                yield _without_licence(flow, call, need, lack, entra)


def _without_licence(flow: Flow, call: Call, need: LicenceNeed, lack: Unlicensed, entra: Entra) -> Hit:
    titles = {row.name: row.title for row in entra.licences}
    wanted = " or ".join(titles.get(name, name) for name in need.any_of)
    return Hit(
        subject.of_call(flow, call),
        call.at,
        f"`{subject.of_request(call)}` needs {wanted}, and {lack.why}",
        lack.related,
        predicts=Predicts(need.status, need.code),
        confidence=lack.confidence,
    )
