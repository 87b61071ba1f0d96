"""Whether a call is licensed: by the tenant, its user, or whomever it acts on.

An enabled plan of the tenant or a licence of the person is proof; their absence is one only where all
of them are known.
"""

from __future__ import annotations

from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.records import LicenceNeed
from linter.finding import Confidence, Related, Unknown
from linter.ladder import find
from linter.model import Call, Flow, Person
from linter.request.destination import acts_on_self
from linter.request.query import query
from linter.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from linter.tenant import Tenant


class Unlicensed(NamedTuple):
    """A licence that nobody has who would have to: `why` completes "the call needs it, and …"."""

    why: str
    related: tuple[Related, ...]
    confidence: Confidence


def need_of(product: str, call: Call, catalog: Catalog, entra: Entra) -> LicenceNeed | None:
    """The need of a call for `product` or something that does as well."""
    operation = find(call, catalog, entra).operation
    if operation is None:
        return None
    needs = entra.licence_for(operation.method, operation.template, query(call.url).properties)
    return next((need for need in needs if product in need.any_of), None)


def unlicensed(
    flow: Flow, call: Call, need: LicenceNeed, tenant: Tenant | None, entra: Entra
) -> Unlicensed | Unknown | None:
    """Who lacks the licence that a call needs; None where it is there."""
    if need.whose == "tenant":
        found = _of_tenant(need, tenant, entra)
        if not isinstance(found, Unknown) or flow.access == "application" or _is_known(tenant):
            return found
        lacking = _of_person(flow.user, f"the user of `{flow.name}`", "user.licences", need, entra)
        if isinstance(lacking, Unlicensed) and lacking.confidence == "high":
            # Others in the tenant may have one, which is what these calls ask for.
            return lacking._replace(confidence="medium")
        return lacking
    if need.whose == "user":
        found = _of_person(flow.user, f"the user of `{flow.name}`", "user.licences", need, entra)
    elif acts_on_self(flow, call) and flow.access == "application":
        return None  # it has no user: token-type/me-alias-with-app-token
    elif acts_on_self(flow, call):
        found = _of_person(flow.user, "its user", "user.licences", need, entra)
    else:
        found = _of_person(call.target, "the one it acts on", "call.target", need, entra)
    if isinstance(found, Unknown) and _is_known(tenant):
        # Nobody has what the tenant does not have.
        lacking = _of_tenant(need, tenant, entra)
        return lacking if isinstance(lacking, Unlicensed) else found
    return found


def _is_known(tenant: Tenant | None) -> bool:
    return tenant is not None and tenant.service_plans is not None


def _of_tenant(need: LicenceNeed, tenant: Tenant | None, entra: Entra) -> Unlicensed | Unknown | None:
    if tenant is None or tenant.service_plans is None:
        return Unknown("tenant.service_plans")
    enabled = (plan.name for plan in tenant.service_plans if plan.enabled)
    if not entra.licences_of(enabled).products.isdisjoint(need.any_of):
        return None
    if "subscribedSkus" in tenant.partial:
        return Unknown("tenant.service_plans")
    disabled = [plan for plan in tenant.service_plans if entra.licence(plan.name) in need.any_of]
    related = tuple(Related(plan.at, f"{plan.name} is not enabled") for plan in disabled[:1])
    return Unlicensed("the tenant has no enabled plan of it", related, need.confidence)


def _of_person(
    person: Person | None, who: str, field: str, need: LicenceNeed, entra: Entra
) -> Unlicensed | Unknown | None:
    if person is None or person.licences is None:
        return Unknown(field)
    held = entra.licences_of(person.licences)
    if not held.products.isdisjoint(need.any_of):
        return None
    if held.unknown:
        # A name that no table has, such as a bundle's, may contain it.
        return Unknown(field)
    related = (Related(person.at, f"licences: {', '.join(person.licences) or 'none'}"),)
    return Unlicensed(f"{who} has no licence of it", related, need.confidence)
