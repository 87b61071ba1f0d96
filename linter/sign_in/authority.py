"""Where a flow signs in: whose directory it is, and whether two names of tenants mean the same one.

Customer directories (Azure AD B2C, External ID) and AD FS obey other rules than an organisation's tenant.
Sources: https://learn.microsoft.com/azure/active-directory-b2c/custom-domain and
https://learn.microsoft.com/entra/external-id/customers/concept-custom-url-domain
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.entra import Entra
from linter.entra.addresses import host_of
from linter.entra.scopes import is_guid
from linter.finding import Predicts
from linter.model import Flow
from linter.placeholder import has_placeholder
from linter.typed import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from linter.tenant import Tenant

Directory = Literal["organisation", "customers", "own-domain", "ad-fs"]

TENANTLESS: Final = ("common", "organizations", "consumers")
"""Tenant parts of an authority that name no tenant."""


PERSONAL_TENANTS: Final = frozenset({"consumers", "9188040d-6c67-4c5b-b112-36a304b66dad"})
"""Tenant parts of an authority that admit personal accounts alone; the GUID is the tenant they live in."""


def directory(flow: Flow, entra: Entra) -> Directory:
    """Whose directory the flow signs in at; an organisation's where nothing else is stated.

    `own-domain` is a host that is not Microsoft's, which only customer directories have.
    """
    if flow.authority is None:
        return "organisation"
    if is_ad_fs(flow):
        return "ad-fs"
    host = host_of(flow.authority)
    if not host or has_placeholder(host):
        return "organisation"
    # A policy of Azure AD B2C in the path or, as once at the clouds' own hosts, in the query.
    if _steps(flow)[:1] == ["tfp"] or "b2c_1" in flow.authority.lower().partition("://")[2].partition("/")[2]:
        of_cloud = bool(entra.clouds_of_authority(host)) or entra.other_authority(host) is not None
        return "customers" if of_cloud else "own-domain"
    other = entra.other_authority(host)
    if other is not None:
        return "customers" if other.kind == "customer" else "organisation"
    return "organisation" if entra.clouds_of_authority(host) else "own-domain"


def is_organisations(flow: Flow, entra: Entra) -> bool:
    """Whether the flow signs in at an organisation's tenant, for rules that hold only there."""
    return directory(flow, entra) == "organisation"


def serves_customers(flow: Flow, entra: Entra) -> bool:
    """Whether the flow signs customers in, at Azure AD B2C or Microsoft Entra External ID."""
    return directory(flow, entra) in ("customers", "own-domain")


def is_ad_fs(flow: Flow) -> bool:
    """Whether the flow signs in at a company's own AD FS, which has other rules."""
    return _steps(flow)[:1] == ["adfs"]


def at_entra(flows: Iterable[Flow]) -> Iterator[Flow]:
    """The flows that a registration in Entra is about: AD FS has registrations of its own."""
    return (flow for flow in flows if not is_ad_fs(flow))


def unnumbered(flows: Iterable[Flow], entra: Entra) -> Predicts | None:
    """What a hit on these flows predicts in place of its rule: no error, or None for the rule's own.

    A customer directory refuses likewise, and numbers its errors its own way (Azure AD B2C: AADB2C90079 …).
    """
    return None if any(is_organisations(flow, entra) for flow in flows) else Predicts()


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
