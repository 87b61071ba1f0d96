"""Where a flow signs in: whose directory it is, and whether two names of tenants mean the same one.

Customer directories (Azure AD B2C, External ID) and AD FS obey other rules than an organisation's tenant.
"""

from __future__ import annotations

from collections.abc import Iterable

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


def directory(flow: Flow, entra: Entra) -> Directory:
    """Whose directory the flow signs in at; an organisation's where nothing else is stated.

    `own-domain` is a host that is not Microsoft's: the custom domain of a customer directory.
    """
    if flow.authority is None or has_placeholder(flow.authority):
        return "organisation"
    host = host_of(flow.authority)
    if entra.clouds_of_authority(host):
        return "organisation"
    other = entra.other_authority(host)
    if other is not None:
        return "customers" if other.kind == "customer" else "organisation"
    path = flow.authority.partition("://")[2].partition("/")[2].lower()
    return "ad-fs" if path.split("/")[0] == "adfs" else "own-domain"


def is_organisations(flow: Flow, entra: Entra) -> bool:
    """Whether the flow signs in at an organisation's tenant, for rules that hold only there."""
    return directory(flow, entra) == "organisation"


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
