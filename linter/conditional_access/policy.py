"""Whether a Conditional Access policy applies to a flow: one decision, asked by every rule about policies.

A policy applies where all of its conditions are met and none takes the sign-in out again. What the calls file
does not say, and what only the sign-in itself shows (risk, the device), leaves it open: the policy may apply.
Source: https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-policies
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from linter.catalog.store import Catalog
from linter.conditional_access import conditions as policy_conditions
from linter.conditional_access.audience import PolicyAudience, policy_audiences
from linter.conditional_access.conditions import Part, SignIn
from linter.entra import Entra
from linter.finding import CONFIDENCES, SEVERITIES, Confidence, Hit, Severity, Unknown
from linter.ladder import may_be_work_account
from linter.model import Application, Flow, Grants
from linter.sign_in.authority import is_tenant_of, serves_customers
from linter.typed import TYPE_CHECKING, Final, Literal, NamedTuple, TypeVar

if TYPE_CHECKING:
    from linter.tenant import ConditionalAccessPolicy, Tenant

Level = TypeVar("Level", Severity, Confidence)

_COLLECTION: Final = "conditionalAccessPolicies"
_FIELD: Final = "tenant.conditional_access_policies"


class Verdict(NamedTuple):
    """Whether a policy applies.

    `by_exception`: it does unless one of its exceptions is met. `lacks` are the fields that would decide.
    """

    answer: Literal["applies", "may apply", "does not apply"]
    by_exception: bool = False
    lacks: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity | None:
        """How far a finding's severity falls because the policy only may apply."""
        return None if self.answer == "applies" else "warning"

    @property
    def confidence(self) -> Confidence | None:
        """How far its confidence falls."""
        if self.answer == "applies":
            return None
        return "medium" if self.by_exception else "low"


_DOES_NOT: Final = Verdict("does not apply")


class Met(NamedTuple):
    """A policy that applies to a flow, or may."""

    policy: ConditionalAccessPolicy
    verdict: Verdict

    @property
    def name(self) -> str:
        """What people call it."""
        return self.policy.display_name or self.policy.id or "without a name"

    def does(self, what: str) -> str:
        """`blocks` where it is sure, `may block` where it is not."""
        return f"{what}s" if self.verdict.answer == "applies" else f"may {what}"


class Found(NamedTuple):
    """The policies of one kind that a flow meets, the surest first, and what would have to be known.

    `lacks` is empty where a policy is sure to apply.
    """

    policies: tuple[Met, ...]
    lacks: tuple[str, ...] = ()

    def told(self, hit: Callable[[Met], Hit]) -> Iterator[Hit | Unknown]:
        """What a check yields of them: what would have to be known, and one hit.

        `hit` makes it of the surest policy; it is as sure as it is that this one applies.
        """
        yield from map(Unknown, self.lacks)
        if self.policies:
            made, surest = hit(self.policies[0]), self.policies[0].verdict
            yield made._replace(
                severity=_lesser(made.severity, surest.severity, SEVERITIES),
                confidence=_lesser(made.confidence, surest.confidence, CONFIDENCES),
            )


class Policies(NamedTuple):
    """A tenant's policies, and what is known beside the flows that they are asked about."""

    tenant: Tenant
    entra: Entra
    today: str
    application: Application | None = None
    grants: Grants | None = None
    catalog: Catalog | None = None

    def met(
        self,
        flow: Flow,
        wanted: Callable[[ConditionalAccessPolicy], bool],
        audience: PolicyAudience | None = None,
    ) -> Found:
        """The policies for which `wanted` holds and that apply to `flow`, or may.

        With an `audience` those that do for what the flow asks of this API, else of any. Policies about users
        at risk are left out: they keep out whom they are to keep out.
        """
        if self.is_exempt(flow):
            return Found(())
        policies = self.tenant.conditional_access_policies
        if policies is None:
            return Found((), (_FIELD,))
        lacks = [_FIELD] if self.are_partial else []
        chosen = [one for one in policies if is_enforced(one) and not _is_for_risk(one) and wanted(one)]
        if not chosen:
            return Found((), tuple(lacks))
        sign_in = self.sign_in(flow)
        if audience is not None:
            sign_in = sign_in._replace(audiences=(audience,))
        judged = (Met(one, verdict(one, sign_in)) for one in chosen)
        met = sorted((one for one in judged if one.verdict.answer != "does not apply"), key=_doubt)
        if met and met[0].verdict.answer == "applies":
            return Found(tuple(met))
        lacks += (field for one in met for field in one.verdict.lacks)
        return Found(tuple(met), tuple(dict.fromkeys(lacks)))

    def leave_alone(self, flow: Flow) -> bool:
        """Whether it is known that no policy applies to the flow."""
        policies = self.tenant.conditional_access_policies
        if self.is_exempt(flow):
            return True
        if policies is None or self.are_partial:
            return False
        sign_in = self.sign_in(flow)
        return all(verdict(one, sign_in) == _DOES_NOT for one in policies if is_enforced(one))

    def spare(self, flow: Flow, context: str) -> bool:
        """Whether policies ask something for an authentication context, and none of the flow's user."""
        policies = self.tenant.conditional_access_policies
        if not policies or self.are_partial:
            return False
        about = [
            one for one in policies if is_enforced(one) and context in one.include_authentication_contexts
        ]
        sign_in = self.sign_in(flow)
        return bool(about) and all(policy_conditions.who(one, sign_in).is_out for one in about)

    def is_exempt(self, flow: Flow) -> bool:
        """Whether no policy of the tenant is about the flow.

        Managed identities, personal accounts, the directories of customers, and sign-ins at other tenants.
        """
        if flow.access is None or flow.type == "managed_identity" or serves_customers(flow, self.entra):
            return True
        if flow.access == "delegated" and not may_be_work_account(flow, self.application):
            return True
        return not is_tenant_of(flow, self.tenant)

    @property
    def are_partial(self) -> bool:
        """Whether there may be more policies than were read."""
        return _COLLECTION in self.tenant.partial

    def sign_in(self, flow: Flow) -> SignIn:
        """The flow as policies see it."""
        audiences = policy_audiences(flow, self.application, self.entra, self.catalog)
        return SignIn(flow, self.application, self.grants, self.tenant, self.entra, audiences, self.today)


def _lesser(one: Level | None, other: Level | None, order: tuple[Level, ...]) -> Level | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=order.index)


def is_enforced(policy: ConditionalAccessPolicy) -> bool:
    """Whether the policy is on; report-only ones ask nothing."""
    return policy.state == "enabled"


def _is_for_risk(policy: ConditionalAccessPolicy) -> bool:
    """Whether the policy asks something only of users, or of their sign-ins, that count as risky."""
    return bool(policy.sign_in_risk_levels or policy.user_risk_levels or policy.insider_risk_levels)


def verdict(policy: ConditionalAccessPolicy, sign_in: SignIn) -> Verdict:
    """Whether the policy applies to the sign-in. Whether it is enforced at all is not asked here."""
    parts = []
    for condition in policy_conditions.ALL:
        part = condition(policy, sign_in)
        if part.is_out:
            return _DOES_NOT
        parts.append(part)
    return judge(parts)


def judge(parts: Iterable[Part]) -> Verdict:
    """The verdict on a policy from its conditions."""
    seen = tuple(parts)
    if any(part.is_out for part in seen):
        return _DOES_NOT
    if all(part.is_in for part in seen):
        return Verdict("applies")
    lacks = dict.fromkeys(field for part in seen if not part.is_in for field in part.lacks)
    return Verdict("may apply", all(part.included is True for part in seen), tuple(lacks))


def _doubt(met: Met) -> int:
    """How unsure it is that the policy applies, for the order; policies alike keep the directory's."""
    if met.verdict.answer == "applies":
        return 0
    return 1 if met.verdict.by_exception else 2
