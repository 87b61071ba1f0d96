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

PERSONAL_TENANTS: Final = frozenset({"consumers", "9188040d-6c67-4c5b-b112-36a304b66dad"})
"""Tenant parts of an authority that admit personal accounts alone; the GUID is the tenant they live in."""


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


def is_tenant_of(flow: Flow, tenant: Tenant) -> bool:
    """Whether the flow signs in at `tenant`, or may: ids compare with ids, domains with domains."""
    here, there = tenant.organization, (flow.tenant or "").strip().lower()
    if here is None or not there or has_placeholder(there) or there in ("common", "organizations"):
        return True
    if is_guid(there):
        return here.id is None or here.id == there
    return here.verified_domains is None or there in here.verified_domains


def _steps(flow: Flow) -> list[str]:
    """The path of the flow's authority, in lower case."""
    path = (flow.authority or "").partition("://")[2].partition("?")[0].partition("#")[0]
    return [step for step in path.lower().split("/")[1:] if step]
