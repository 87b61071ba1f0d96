"""Which tenant a token is asked of: whether it can issue it, and to this user.

Source: https://learn.microsoft.com/entra/identity-platform/v2-protocols
"""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.entra import Entra
from linter.finding import Edit, Hit, Predicts, Related, Unknown
from linter.ladder import is_graph_call, may_be_work_account
from linter.model import NULL, Application, Flow, Inventory, place
from linter.placeholder import has_placeholder
from linter.positions import At
from linter.sign_in.audience import admitted
from linter.sign_in.authority import is_organisations, is_same_tenant, is_tenantless
from linter.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from linter.tenant import Tenant


def client_credentials_tenantless_authority(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """An app-only token is asked for without a tenant (AADSTS50059; v2-oauth2-client-creds-grant-flow)."""
    for flow in flows:
        if flow.type not in ("client_credentials", "workload_identity") or not is_organisations(flow, entra):
            continue
        if flow.tenant is None:
            yield Unknown("flow.tenant")
            continue
        if flow.tenant.lower() == "consumers" and not any(is_graph_call(call, entra) for call in flow.calls):
            continue  # some services of personal accounts trust an app by its id alone
        if is_tenantless(flow.tenant):
            yield Hit(
                subject.of_flow(flow, "tenant"),
                place(flow, "tenant"),
                f"`{flow.name}` asks `{flow.tenant}` for an app-only token, which only a tenant can issue",
                (Related(place(flow, "type"), "an app-only token"),),
            )


def guest_on_tenantless_authority(
    flows: tuple[Flow, ...], entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """A guest signs in where no tenant is named, and so at home, not where the guest is invited.

    An app for one tenant signs in nowhere but there.
    """
    audience = admitted(application, entra)
    single = audience is not None and not audience.multi_tenant and audience.work
    for flow in flows:
        account = flow.user.account if flow.user else None
        if account in ("work", "personal") or not may_be_work_account(flow, application):
            continue
        if single if flow.tenant is None else not is_tenantless(flow.tenant):
            continue
        if not is_organisations(flow, entra):
            continue
        if flow.user is None or account is None:
            yield Unknown("user.account")
        elif flow.tenant is None:
            yield Unknown("flow.tenant")
        else:
            yield Hit(
                subject.of_flow(flow, "tenant"),
                place(flow, "tenant"),
                f"`{flow.name}` signs a guest in at `{flow.tenant}`, which leads to the guest's home tenant",
                (Related(flow.user.at.child("account"), "a guest"),),
            )


def single_tenant_cross_tenant_call(
    application: Application,
    flows: tuple[Flow, ...],
    entra: Entra,
    inventory: Inventory | None = None,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """An app of one tenant asks another tenant for a token (AADSTS700016)."""
    audience = application.sign_in_audience
    if audience is not None and audience is not NULL and audience != "AzureADMyOrg":
        return
    home = _home(application, inventory, tenant)
    for flow in flows:
        if flow.type in ("none", "managed_identity") or not is_organisations(flow, entra):
            continue
        if flow.tenant is None or is_tenantless(flow.tenant):
            continue  # the home tenant's, or another fault
        same = None if home is None else is_same_tenant(flow.tenant, home.name, tenant)
        if same or _is_publisher(flow.tenant, application):
            continue
        if audience is None:
            yield Unknown("application.sign_in_audience")
        elif home is None:
            yield Unknown("inventory.tenant")
        elif same is None:
            unsure = has_placeholder(flow.tenant) or has_placeholder(home.name)
            yield Unknown("flow.tenant" if unsure else "tenant.organization")
        else:
            yield _elsewhere(flow, flow.tenant, application, home)


class _Home(NamedTuple):
    """The tenant that the registration lies in, by id or domain, and where that is written."""

    name: str
    at: At


def _home(application: Application, inventory: Inventory | None, tenant: Tenant | None) -> _Home | None:
    organization = tenant.organization if tenant else None
    if organization is not None and organization.id is not None:
        return _Home(organization.id, organization.at)
    if inventory is not None and inventory.tenant is not None and not is_tenantless(inventory.tenant):
        return _Home(inventory.tenant, place(inventory, "tenant"))
    return None


def _is_publisher(name: str, application: Application) -> bool:
    """Whether a domain is the one of the registration's own tenant that it shows as its publisher's."""
    return (application.publisher_domain or "").lower() == name.lower()


def _elsewhere(flow: Flow, name: str, application: Application, home: _Home) -> Hit:
    at = place(application, "sign_in_audience")
    edits = (
        (Edit("replace", at, "AzureADMultipleOrgs"),)
        if at.pointer.lower().endswith("/signinaudience")
        else ()
    )
    return Hit(
        subject.of_flow(flow, "tenant"),
        place(flow, "tenant"),
        f"`{flow.name}` asks `{name}` for a token, and the app is for the accounts of its home tenant only",
        (Related(at, "one tenant only"), Related(home.at, "the home tenant")),
        Predicts(400, None, (700016, 7000229)) if flow.access == "application" else None,
        edits=edits,
        safe=False,  # who may use the app is a decision
    )
