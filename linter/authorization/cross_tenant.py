"""Sign-ins from one tenant to another: what the cross-tenant access of the tenant that was read says of them.

Of the two tenants usually one is read: each side decides for itself, and the other may still refuse.
"""

from __future__ import annotations

from linter.entra.scopes import is_guid
from linter.finding import Unknown
from linter.model import Flow
from linter.positions import At
from linter.sign_in.authority import is_same_tenant, is_tenantless
from linter.typed import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from linter.tenant import CrossTenantAccess, Tenant


class Blocked(NamedTuple):
    """A setting that keeps a user out: which direction it is about, and for whom it says so."""

    at: At
    direction: Literal["inbound", "outbound"]
    what: Literal["users", "apps"]
    other: str


def blocked(flow: Flow, tenant: Tenant) -> Blocked | Unknown | None:
    """What blocks the flow's user on the way into its tenant; None where nothing that was read does."""
    user = flow.user
    if flow.access != "delegated" or user is None or user.account == "personal":
        return None
    if user.tenant is None:
        return Unknown("user.tenant") if user.account == "guest" else None
    if flow.tenant is None:
        return Unknown("flow.tenant")
    if is_tenantless(flow.tenant):
        return None
    here = tenant.organization.id if tenant.organization else None
    if here is None:
        return Unknown("tenant.organization")
    into = is_same_tenant(flow.tenant, here, tenant)
    from_ = is_same_tenant(user.tenant, here, tenant)
    if into and from_:
        return None
    if into:
        return _setting(tenant, "inbound", user.tenant, "user.tenant")
    if from_:
        return _setting(tenant, "outbound", flow.tenant, "flow.tenant")
    return Unknown("tenant.organization") if into is None or from_ is None else None


def _setting(
    tenant: Tenant, direction: Literal["inbound", "outbound"], other: str, field: str
) -> Blocked | Unknown | None:
    """What holds between the tenant and `other`: the partner's own setting, else the default."""
    partner = None
    if tenant.cross_tenant_partners and not is_guid(other):
        return Unknown(field)  # partners are listed by id
    for one in tenant.cross_tenant_partners or ():
        if one.tenant_id == other.strip().lower():
            partner = one
    if partner is None and (
        tenant.cross_tenant_partners is None or "crossTenantAccessPolicyPartners" in tenant.partial
    ):
        return Unknown("tenant.cross_tenant_partners")
    return _of(direction, other, partner, tenant.cross_tenant_default)


def _of(
    direction: Literal["inbound", "outbound"],
    other: str,
    partner: CrossTenantAccess | None,
    default: CrossTenantAccess | None,
) -> Blocked | Unknown | None:
    open_ = False
    for what in ("users", "apps"):
        found = _said(partner, direction, what) or _said(default, direction, what)
        if found == "blocked":
            record = partner if partner is not None and _said(partner, direction, what) else default
            if record is not None:
                return Blocked(record.at, direction, what, other)
        open_ = open_ or found is None
    return Unknown("tenant.cross_tenant_default") if open_ else None


def _said(
    record: CrossTenantAccess | None, direction: Literal["inbound", "outbound"], what: str
) -> Literal["allowed", "blocked"] | None:
    if record is None:
        return None
    if direction == "inbound":
        return record.inbound_users if what == "users" else record.inbound_applications
    return record.outbound_users if what == "users" else record.outbound_applications
