"""What a flow asks for at a consent page that whoever is in front of it cannot grant.

Who can is one decision with one reason (`linter.consent.decision`), and each reason is one rule's.
Flows without a page are left to `delegated_permission_not_granted`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter import subject
from linter.catalog.records import GRAPH, GRAPH_NAME
from linter.catalog.store import Catalog
from linter.consent.decision import Decision, Reason, Setting, decide, who_consents
from linter.consent.page import (
    Wanted,
    administrator_at,
    asks_by_name_only,
    asks_for_graph,
    wanted,
    where_stated,
)
from linter.consent.policies import assigned
from linter.entra import Entra
from linter.finding import Hit, Related, Unknown
from linter.holdings import declared_openly, granted
from linter.ladder import may_be_work_account
from linter.model import Application, Consent, Flow, Grants, Inventory, place
from linter.positions import At
from linter.typed import TYPE_CHECKING, NamedTuple
from linter.wording import listed

if TYPE_CHECKING:
    from linter.tenant import Tenant

# Flows beyond these are named in the message, not shown.
_MOST_FLOWS = 3


class _Refused(NamedTuple):
    """A permission on a page that cannot be granted there; `sure`: not by whoever is known to be there."""

    wanted: Wanted
    decision: Decision
    sure: bool


class _Question(NamedTuple):
    """All that decides about the pages of one app."""

    application: Application
    flows: tuple[Flow, ...]
    catalog: Catalog
    entra: Entra
    plan: Consent | None
    setting: Setting

    @property
    def pages(self) -> Iterator[Flow]:
        """The flows that show Microsoft Graph's permissions on a page to whoever may be no administrator."""
        for flow in self.flows:
            if not may_be_work_account(flow, self.application) or not asks_for_graph(flow, self.entra):
                continue
            if not administrator_at(flow, self.plan, self.entra):
                yield flow

    def left(self, flow: Flow) -> list[Wanted]:
        """What the page of `flow` asks for beyond what was consented to."""
        scopes = granted(self.setting.of(flow).grants, flow, self.catalog).scopes or ()
        asked = wanted(flow, self.application, self.catalog, self.entra)
        return [one for one in asked if one.permission.value not in scopes]


def _question(
    application: Application,
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory | None,
    grants: Grants | None,
    tenant: Tenant | None,
) -> _Question:
    plan, home = (inventory.consent, inventory.tenant) if inventory else (None, None)
    return _Question(application, flows, catalog, entra, plan, Setting(application, grants, tenant, home))


def _refused(
    question: _Question, reason: Reason | None, *, by_policy: bool = False
) -> Iterator[_Refused | Unknown]:
    """What pages ask for and cannot be given there for one reason (None: for any), and what is unknown.

    `by_policy`: nothing can be said without the tenant's policies.
    """
    application, _, catalog, entra, plan, _ = question
    for flow in question.pages:
        setting = question.setting.of(flow)
        consented = granted(setting.grants, flow, catalog)
        left = question.left(flow)
        open_ = not asks_by_name_only(flow) and declared_openly(application, GRAPH, catalog)
        if by_policy and (left or open_) and assigned(setting.tenant) is None:
            yield Unknown("tenant.authorization_policy")
            continue
        if open_:
            yield Unknown("application.required_resource_access")
        for one in left:
            decision = decide(one.permission, setting, entra)
            if decision.reason is None or reason not in (None, decision.reason):
                continue
            who = who_consents(decision._replace(least="administrator"), flow, plan, entra)
            if who == "user":
                continue
            lacks = (*decision.lacks, *consented.open_scopes)
            if decision.reason != "permission" and setting.grants is not None and consented.scopes is None:
                lacks = (*lacks, "grants.oauth2_permission_grants")
            if lacks:
                yield from map(Unknown, lacks)
            else:
                yield _Refused(one, decision, who == "administrator")


def _by_place(found: Iterable[_Refused]) -> Iterator[list[_Refused]]:
    """What was refused, by the place that asks for it; the unsure only where nobody is sure."""
    places: dict[At, list[_Refused]] = {}
    for one in sorted(found, key=lambda one: not one.sure):
        places.setdefault(one.wanted.at, []).append(one)
    for refused in places.values():
        yield [one for one in refused if one.sure] or refused


def _for_permission(refused: list[_Refused], plan: Consent | None, why: str, cause: Related | None) -> Hit:
    """One permission that several flows may ask for. `why` begins the message."""
    at_page = "is none" if refused[0].sure else "is not known to be one"
    flows = listed(dict.fromkeys(one.wanted.flow.name for one in refused))
    related = tuple(Related(*where_stated(one.wanted.flow, plan)) for one in refused[:_MOST_FLOWS])
    return Hit(
        subject.of_permission(GRAPH_NAME, refused[0].wanted.permission.value, "Scope"),
        refused[0].wanted.at,
        f"{why}, and the user of {flows} {at_page}",
        (*related, *((cause,) if cause else ())),
        severity="error" if refused[0].sure else "warning",
        confidence=None if any(one.wanted.stated for one in refused) else "medium",
    )


def _for_flows(refused: Iterable[_Refused], plan: Consent | None, why: str, cause: Related) -> Iterator[Hit]:
    """What keeps users from consenting to anything, once for each flow."""
    flows: dict[At, list[_Refused]] = {}
    for one in refused:
        flows.setdefault(one.wanted.flow.at, []).append(one)
    for found in flows.values():
        flow = found[0].wanted.flow
        field = "type" if flow.scopes is None else "scopes"
        names = listed(dict.fromkeys(one.wanted.permission.value for one in found))
        yield Hit(
            subject.of_flow(flow, field),
            place(flow, field),
            f"{why}, and `{flow.name}` asks its users for {names}, which nobody granted",
            (Related(*where_stated(flow, plan)), cause),
            severity="error" if found[0].sure else "warning",
            confidence=None if any(one.wanted.stated for one in found) else "medium",
        )


# --- the permission ---------------------------------------------------------------------------


def admin_consent_needed_user_flow(
    application: Application,
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory | None = None,
    grants: Grants | None = None,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """Delegated permissions for which a flow will show users a page that only an administrator can pass."""
    question = _question(application, flows, catalog, entra, inventory, grants, tenant)
    found = list(_refused(question, "permission"))
    yield from (one for one in found if isinstance(one, Unknown))
    for refused in _by_place(one for one in found if isinstance(one, _Refused)):
        name = refused[0].wanted.permission.value
        yield _for_permission(refused, question.plan, f"`{name}` needs the consent of an administrator", None)


# --- the tenant's policies --------------------------------------------------------------------


def user_consent_disabled(
    application: Application,
    flows: tuple[Flow, ...],
    grants: Grants,
    tenant: Tenant,
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """The tenant assigns no consent policy to users, and a flow relies on their consent."""
    question = _question(application, flows, catalog, entra, inventory, grants, tenant)
    found = list(_refused(question, "off", by_policy=True))
    yield from (one for one in found if isinstance(one, Unknown))
    yield from _for_flows(
        (one for one in found if isinstance(one, _Refused)),
        question.plan,
        "the tenant lets users consent to nothing",
        Related(_where_assigned(tenant), "no consent policy for users"),
    )


def user_consent_low_impact_only(
    application: Application,
    flows: tuple[Flow, ...],
    grants: Grants,
    tenant: Tenant,
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """A consent policy of the tenant's does not let users grant what a flow asks them for.

    It is the one for low-impact permissions, or one that the tenant has made itself.
    """
    question = _question(application, flows, catalog, entra, inventory, grants, tenant)
    found = list(_refused(question, "limited", by_policy=True))
    yield from (one for one in found if isinstance(one, Unknown))
    for refused in _by_place(one for one in found if isinstance(one, _Refused)):
        name, policies = refused[0].wanted.permission.value, refused[0].decision.policies
        keep = "policy {} keeps" if len(policies) == 1 else "policies {} keep"
        yield _for_permission(
            refused,
            question.plan,
            f"the consent {keep.format(listed(policies))} `{name}` for administrators",
            Related(_where_assigned(tenant), "what users may consent to"),
        )


def microsoft_managed_consent_blocks(
    application: Application,
    flows: tuple[Flow, ...],
    grants: Grants,
    tenant: Tenant,
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """Microsoft's managed consent policy, the default of new tenants, excludes what a flow asks users for."""
    question = _question(application, flows, catalog, entra, inventory, grants, tenant)
    found = list(_refused(question, "managed", by_policy=True))
    yield from (one for one in found if isinstance(one, Unknown))
    for refused in _by_place(one for one in found if isinstance(one, _Refused)):
        name = refused[0].wanted.permission.value
        yield _for_permission(
            refused,
            question.plan,
            f"Microsoft's managed consent policy keeps `{name}` for administrators",
            Related(_where_assigned(tenant), "what users may consent to"),
        )


def unverified_multitenant_consent(
    application: Application,
    flows: tuple[Flow, ...],
    grants: Grants,
    tenant: Tenant,
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """An app of another tenant without a verified publisher asks users for more than to sign in."""
    question = _question(application, flows, catalog, entra, inventory, grants, tenant)
    found = list(_refused(question, "risky", by_policy=True))
    yield from (one for one in found if isinstance(one, Unknown))
    refused = [one for one in found if isinstance(one, _Refused)]
    if refused:
        names = listed(dict.fromkeys(one.wanted.permission.value for one in refused))
        asking = dict.fromkeys(one.wanted.at for one in refused)
        yield Hit(
            "verifiedPublisher",
            place(application, "verified_publisher_id"),
            f"the app has no verified publisher, so users of other tenants cannot consent to {names}",
            tuple(Related(at, "asks users for it") for at in list(asking)[:_MOST_FLOWS]),
        )


def _where_assigned(tenant: Tenant) -> At:
    policy = tenant.authorization_policy
    return tenant.at if policy is None else place(policy, "permission_grant_policies")


def admin_workflow_off(
    application: Application,
    flows: tuple[Flow, ...],
    tenant: Tenant,
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """Users will be refused at a page, and the tenant does not let them request consent there."""
    question = _question(application, flows, catalog, entra, inventory, grants, tenant)
    policy = tenant.admin_consent_request_policy
    if policy is not None and policy.is_enabled:
        return
    found = list(_refused(question, None))
    yield from (one for one in found if isinstance(one, Unknown))
    refused = [one for one in found if isinstance(one, _Refused)]
    if assigned(tenant) is None and not refused and any(map(question.left, question.pages)):
        yield Unknown("tenant.authorization_policy")
    if not refused:
        return
    if policy is None or policy.is_enabled is None:
        yield Unknown("tenant.admin_consent_request_policy")
        return
    names = listed(dict.fromkeys(one.wanted.flow.name for one in refused))
    yield Hit(
        "adminConsentRequestPolicy.isEnabled",
        policy.at,
        f"users of {names} cannot consent, and the tenant does not let them ask an administrator for it",
        tuple(Related(at, "asks for what users cannot grant") for at in _asking(refused)),
    )


def _asking(refused: Iterable[_Refused]) -> tuple[At, ...]:
    return tuple(dict.fromkeys(one.wanted.at for one in refused))[:_MOST_FLOWS]


# --- the app's principal ----------------------------------------------------------------------


def assignment_required_blocks_user_consent(
    application: Application,
    flows: tuple[Flow, ...],
    grants: Grants,
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory | None = None,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """Only assigned users may use the app: then users can consent to nothing, and a flow relies on it."""
    question = _question(application, flows, catalog, entra, inventory, grants, tenant)
    principal = grants.service_principal
    if principal is None or principal.app_role_assignment_required is None:
        if not grants.service_principal_absent and any(True for _ in question.pages):
            yield Unknown("grants.service_principal")
        return
    found = list(_refused(question, "assignment"))
    yield from (one for one in found if isinstance(one, Unknown))
    yield from _for_flows(
        (one for one in found if isinstance(one, _Refused)),
        question.plan,
        "only assigned users may use the app, so users can consent to nothing",
        Related(principal.places.get("app_role_assignment_required", principal.at), "requires assignment"),
    )
