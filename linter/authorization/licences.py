"""Whether a call is licensed: by the tenant, its user, or whomever it acts on.

An enabled plan of the tenant or a licence of the person is proof; their absence is one only where all
of them are known. That a plan is there says nothing against a call whose person nobody describes.
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
from linter.typed import TYPE_CHECKING, Literal, NamedTuple

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
    """Who lacks the licence that a call needs; None where it is there.

    Where nobody describes the person, who may be anybody, the tenant's plans decide.
    """
    if flow.access == "application" and need.whose != "tenant" and acts_on_self(flow, call):
        return None  # it has no user: token-type/me-alias-with-app-token
    of_tenant = _of_tenant(need, tenant, entra)
    if need.whose == "tenant" and (flow.access == "application" or not isinstance(of_tenant, Unknown)):
        return of_tenant
    person, who, field = _whose(flow, call, need)
    found = _of_person(person, who, field, need, entra)
    if found == "not stated" or (isinstance(found, Unknown) and isinstance(of_tenant, Unlicensed)):
        return of_tenant  # nobody has what the tenant does not have
    if need.whose == "tenant" and isinstance(found, Unlicensed) and found.confidence == "high":
        # Others in the tenant may have one, which is what these calls ask for.
        return found._replace(confidence="medium")
    return found


def _whose(flow: Flow, call: Call, need: LicenceNeed) -> tuple[Person | None, str, str]:
    """The person whose licence decides or shows what there is, as in messages, and where it is written."""
    if need.whose != "owner":
        return flow.user, f"the user of `{flow.name}`", "user.licences"
    if acts_on_self(flow, call):
        return flow.user, "its user", "user.licences"
    return call.target, "the one it acts on", "call.target"


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
) -> Unlicensed | Unknown | Literal["not stated"] | None:
    if person is None or person.licences is None:
        return "not stated"
    held = entra.licences_of(person.licences)
    if not held.products.isdisjoint(need.any_of):
        return None
    if held.unknown:
        # A name that no table has, such as a bundle's, may contain it.
        return Unknown(field)
    related = (Related(person.at, f"licences: {', '.join(person.licences) or 'none'}"),)
    return Unlicensed(f"{who} has no licence of it", related, need.confidence)
