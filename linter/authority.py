"""Where a flow signs in, so far as other rules hold there: AD FS, and the directories of customers.

Sources: https://learn.microsoft.com/azure/active-directory-b2c/custom-domain and
https://learn.microsoft.com/entra/external-id/customers/concept-custom-url-domain
"""

from __future__ import annotations

from linter.entra import Entra
from linter.entra.addresses import host_of
from linter.entra.scopes import is_guid
from linter.model import Flow
from linter.placeholder import has_placeholder
from linter.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from linter.tenant import Tenant

TENANTLESS: Final = ("common", "organizations", "consumers")
"""Tenant parts of an authority that name no tenant."""


def is_ad_fs(flow: Flow) -> bool:
    """Whether the flow signs in at a company's own AD FS, which has other rules."""
    return _steps(flow)[:1] == ["adfs"]


def serves_customers(flow: Flow, entra: Entra) -> bool:
    """Whether the flow signs customers in, at Azure AD B2C or Microsoft Entra External ID.

    A host that is no cloud's is taken for a directory's own domain, which only such directories have. An
    authority that is not stated is the cloud's.
    """
    if flow.authority is None or is_ad_fs(flow):
        return False
    host = host_of(flow.authority)
    if not host or has_placeholder(host):
        return False
    # A policy of Azure AD B2C in the path or, as once at the clouds' own hosts, in the query.
    if _steps(flow)[:1] == ["tfp"] or "b2c_1" in flow.authority.lower().partition("://")[2].partition("/")[2]:
        return True
    known = entra.other_authority(host)
    if known is not None:
        return known.kind == "customer"
    return not entra.clouds_of_authority(host)


def is_tenantless(name: str) -> bool:
    """Whether the tenant part of an authority names no tenant, but whose accounts may sign in."""
    return name.lower() in TENANTLESS


def is_same_tenant(one: str, other: str, tenant: Tenant | None) -> bool | None:
    """Whether two names, each an id or a domain, mean one tenant; None where nobody can tell.

    A tenant has one id and many domains, which only its own record lists.
    """
    one, other = one.strip().lower(), other.strip().lower()
    if one == other:
        return True
    if has_placeholder(one) or has_placeholder(other):
        return None
    if is_guid(one) and is_guid(other):
        return False
    organization = tenant.organization if tenant else None
    if organization is None or organization.id is None or organization.verified_domains is None:
        return None
    names = {organization.id.lower(), *organization.verified_domains}
    if one in names and other in names:
        return True
    return False if one in names or other in names else None


def _steps(flow: Flow) -> list[str]:
    """The path of the flow's authority, in lower case."""
    path = (flow.authority or "").partition("://")[2].partition("?")[0].partition("#")[0]
    return [step for step in path.lower().split("/")[1:] if step]
