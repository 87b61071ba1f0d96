"""Policies of the tenant that ask of a flow what it cannot give, or more than its makers may expect."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from linter import subject
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.conditional_access.audience import (
    PolicyAudience,
    asks_baseline_alone,
    graph_scopes,
    is_confidential,
    policy_audiences,
)
from linter.conditional_access.controls import (
    asks_again_within,
    asks_for,
    binds_tokens,
    blocks,
    blocks_device_code,
    can_without_broker,
    covers_all_but_some,
    is_multifactor,
    needs_broker,
    never_given,
    predicted,
    words,
)
from linter.consent import shows_page
from linter.entra import Entra
from linter.entra.records import Enforcement
from linter.entra.scopes import split_scope
from linter.finding import CONFIDENCES, Confidence, Hit, Related, Unknown
from linter.ladder import of_users
from linter.model import Flow, place
from linter.positions import At
from linter.registration.clients import NATIVE
from linter.typed import TYPE_CHECKING, Final, NamedTuple
from linter.wording import listed

if TYPE_CHECKING:
    from linter.conditional_access.controls import Wanted
    from linter.conditional_access.policy import Met, Policies
    from linter.tenant import ConditionalAccessPolicy

    Made = Callable[[Met], Hit]

# Flows that live on a session, which a sign-in began; the others sign in anew each time.
_KEEP_SESSION: Final = ("authorization_code", "device_code", "refresh_token")


def interactive_control_in_silent_flow(
    flows: tuple[Flow, ...], policies: Policies
) -> Iterator[Hit | Unknown]:
    """A policy asks for what the flow can never give (v2-conditional-access-dev-guide).

    What a session may hold already, and what a client can ask its user for, is no fault.
    """
    for flow in flows:
        if flow.access == "delegated" and (flow.type == "device_code" or not shows_page(flow)):
            yield from policies.met(flow, _keeps_out(flow)).told(_kept_out(flow))


def device_code_blocked(flows: tuple[Flow, ...], policies: Policies) -> Iterator[Hit | Unknown]:
    """A policy blocks the device code flow (concept-authentication-flows)."""
    for flow in flows:
        if flow.type == "device_code":
            yield from policies.met(flow, blocks_device_code).told(_blocked_device_code(flow))


def workload_identity_ca_block(flows: tuple[Flow, ...], policies: Policies) -> Iterator[Hit | Unknown]:
    """A policy blocks the app's service principal, or where it signs in from (workload-identity)."""
    for flow in flows:
        if flow.access == "application":
            yield from policies.met(flow, blocks).told(_blocked_workload(flow))


def token_protection_unsupported_client(
    flows: tuple[Flow, ...], policies: Policies
) -> Iterator[Hit | Unknown]:
    """A policy asks for tokens bound to the device, which only a broker gets (concept-token-protection)."""
    for flow in flows:
        if not _is_native(flow, policies) or flow.broker:
            continue
        for audience, name in _with_bound_tokens(flow, policies):
            found = policies.met(flow, binds_tokens, audience)
            lacks = (
                [] if not found.policies else [*([] if name else ["flow.scopes"]), *_unstated_broker(flow)]
            )
            yield from map(Unknown, lacks)
            if not lacks:
                yield from found.told(_unbound(flow, name))
            if found.policies:
                break


def device_policy_without_broker(flows: tuple[Flow, ...], policies: Policies) -> Iterator[Hit | Unknown]:
    """A policy asks for a managed device or app, as a broker vouches for (concept-conditional-access-grant).

    On a desktop the system's browser may tell of the device instead.
    """
    for flow in flows:
        if (
            not _is_native(flow, policies)
            or not shows_page(flow)
            or flow.type == "device_code"
            or flow.broker
        ):
            continue
        found = policies.met(flow, needs_broker(flow))
        if found.policies and flow.broker is None:
            yield Unknown("flow.broker")
        else:
            yield from found.told(_unvouched(flow))


def baseline_scope_now_enforced(flows: tuple[Flow, ...], policies: Policies) -> Iterator[Hit | Unknown]:
    """A policy with exceptions did not see these scopes before (concept-enforcement-resource-exclusions)."""
    rule = policies.entra.enforcement("baseline-scopes")
    later = policies._replace(today=max(policies.today, rule.starts))
    for flow in of_users(flows, policies.application, policies.entra):
        if flow.handles_claims_challenge or not shows_page(flow):
            continue
        if flow.scopes is None:
            yield Unknown("flow.scopes")
        elif asks_baseline_alone(flow, policies.entra):
            found = later.met(flow, covers_all_but_some)
            yield from found.told(_no_longer_spared(flow, rule, policies.today))


def graph_scope_pulls_workload_policy(
    flows: tuple[Flow, ...], policies: Policies, catalog: Catalog
) -> Iterator[Hit | Unknown]:
    """A permission of Microsoft Graph brings in another API's policies (v2-conditional-access-dev-guide).

    A client that handles claims challenges is ready for them.
    """
    for flow in of_users(flows, policies.application, policies.entra):
        if flow.handles_claims_challenge:
            continue
        if flow.scopes is None:
            yield Unknown("flow.scopes")
        for app_id, asked in _by_service(flow, policies, catalog).items():
            found = policies.met(flow, _is_for(app_id, policies.entra), PolicyAudience(app_id))
            yield from found.told(_brought_in(flow, asked))


def sign_in_frequency_vs_unattended(flows: tuple[Flow, ...], policies: Policies) -> Iterator[Hit | Unknown]:
    """A user must sign in again sooner than the flow is left alone (concept-session-lifetime).

    Confidential clients and browsers are asked when somebody is there again.
    """
    for flow in of_users(flows, policies.application, policies.entra):
        if flow.type not in _KEEP_SESSION or flow.unattended_hours == 0 or _defers_sign_in(flow, policies):
            continue
        found = policies.met(flow, asks_again_within(flow.unattended_hours))
        missing = _unstated(flow)
        if found.policies and missing:
            yield from map(Unknown, missing)
        else:
            yield from found.told(_signed_out(flow))


# --- flows ------------------------------------------------------------------------------------


def _is_native(flow: Flow, policies: Policies) -> bool:
    """Whether the flow is a public client's on a person's device."""
    if flow.access != "delegated" or flow.platform not in NATIVE:
        return False
    return not is_confidential(flow, policies.application, policies.entra)


def _with_bound_tokens(flow: Flow, policies: Policies) -> Iterator[tuple[PolicyAudience, str]]:
    """What the flow asks for and can have bound to a device, with its name; the unknown one last."""
    names = {one.app_id: one.name for one in policies.entra.token_protection}
    asked = policy_audiences(flow, policies.application, policies.entra, policies.catalog)
    for audience in sorted(asked, key=lambda one: one.app_id is None):
        if audience.app_id is None or audience.app_id in names:
            yield audience, names.get(audience.app_id or "", "")


def _unstated_broker(flow: Flow) -> tuple[str, ...]:
    """A device code flow has no broker."""
    return ("flow.broker",) if flow.broker is None and flow.type != "device_code" else ()


def _defers_sign_in(flow: Flow, policies: Policies) -> bool:
    """Whether a new sign-in waits until somebody is there: of confidential clients and in browsers."""
    if flow.platform in ("spa", "api"):
        return True
    return is_confidential(flow, policies.application, policies.entra)


def _unstated(flow: Flow) -> tuple[str, ...]:
    """What must be known of a flow that a policy signs out."""
    client = flow.type == "device_code" or flow.credential == "none" or flow.platform in NATIVE
    return (
        *(() if client else ("flow.platform",)),
        *(("flow.unattended_hours",) if flow.unattended_hours is None else ()),
    )


class _Asked(NamedTuple):
    """A permission of Microsoft Graph that opens another service's data."""

    at: At
    name: str
    service: str
    confidence: Confidence


def _by_service(flow: Flow, policies: Policies, catalog: Catalog) -> dict[str, list[_Asked]]:
    """What the flow asks Microsoft Graph for, by the appId of the service whose data it opens."""
    found: dict[str, list[_Asked]] = {}
    for text in graph_scopes(flow, policies.application, policies.entra, catalog):
        permission = catalog.permission(GRAPH, split_scope(text.value).permission, "Scope")
        if permission is None:
            continue
        at, name = text.at, permission.value
        family = None if policies.entra.is_baseline_scope(name) else policies.entra.scope_family(name)
        api = policies.entra.resource(family.app_id) if family else None
        if family is not None and api is not None:
            found.setdefault(api.app_id, []).append(_Asked(at, name, api.name, family.confidence))
    return found


# --- hits, each about one policy ----------------------------------------------------------------


def _keeps_out(flow: Flow) -> Wanted:
    return lambda policy: bool(_out_of_reach(policy, flow))


def _out_of_reach(policy: ConditionalAccessPolicy, flow: Flow) -> tuple[str, ...]:
    """What the flow can never give.

    A second factor that a password flow lacks is `flow/ropc-blocked-by-mfa`'s, and blocked device codes are
    `conditional-access/device-code-blocked`'s.
    """
    controls = never_given(policy, flow)
    if flow.type == "device_code":
        return () if blocks(policy) else controls
    return () if flow.type == "password" and is_multifactor(controls) else controls


def _kept_out(flow: Flow) -> Made:
    field = "prompt" if flow.prompt == "none" else "type"
    how = "can show the service no device" if flow.type == "device_code" else "shows no sign-in page"

    def hit(one: Met) -> Hit:
        controls = _out_of_reach(one.policy, flow)
        what = (
            f"{one.does('block')} it"
            if blocks(one.policy)
            else f"{one.does('ask')} for {words(one.policy, controls)}"
        )
        return Hit(
            subject.of_flow(flow, field),
            place(flow, field),
            f"`{flow.name}` {how}, and the policy `{one.name}` {what}",
            (Related(one.policy.at, asks_for(one.policy, controls)),),
            predicted(controls),
        )

    return hit


def _blocked_device_code(flow: Flow) -> Made:
    return lambda one: Hit(
        subject.of_flow(flow, "type"),
        place(flow, "type"),
        f"`{flow.name}` uses the device code flow, which the policy `{one.name}` {one.does('block')}",
        (Related(one.policy.at, "blocks the device code flow"),),
    )


def _blocked_workload(flow: Flow) -> Made:
    def hit(one: Met) -> Hit:
        by_place = one.policy.include_locations or one.policy.exclude_locations
        ranges = flow.ip_ranges if by_place else None
        field = "ip_ranges" if ranges else "type"
        where = f" from {listed(ranges)}" if ranges else ""
        return Hit(
            subject.of_flow(flow, field),
            place(flow, field),
            f"`{flow.name}` signs in by itself{where}, which the policy `{one.name}` {one.does('block')}",
            (Related(one.policy.at, "blocks service principals"),),
        )

    return hit


def _unbound(flow: Flow, api: str) -> Made:
    return lambda one: Hit(
        subject.of_flow(flow, "broker"),
        place(flow, "broker"),
        f"`{flow.name}` signs in without a broker, and the policy `{one.name}` {one.does('ask')} for tokens "
        f"of {api} that are bound to the device",
        (Related(one.policy.at, "asks for bound tokens"),),
    )


def _unvouched(flow: Flow) -> Made:
    def hit(one: Met) -> Hit:
        controls = never_given(one.policy, flow, can_without_broker)
        return Hit(
            subject.of_flow(flow, "broker"),
            place(flow, "broker"),
            f"`{flow.name}` signs in without a broker, and the policy `{one.name}` {one.does('ask')} for "
            f"{words(one.policy, controls)}",
            (Related(one.policy.at, asks_for(one.policy, controls)),),
            confidence=None if flow.platform == "mobile" else "low",
        )

    return hit


def _no_longer_spared(flow: Flow, rule: Enforcement, today: str) -> Made:
    return lambda one: Hit(
        subject.of_flow(flow, "scopes"),
        place(flow, "scopes"),
        f"`{flow.name}` asks for baseline scopes alone, which the policy `{one.name}` {one.does('cover')} "
        f"from {rule.starts} on",
        (Related(one.policy.at, "is for all resources but some"),),
        severity="note" if today < rule.starts or flow.handles_claims_challenge is None else None,
    )


def _is_for(app_id: str, entra: Entra) -> Wanted:
    """Policies that name the API, by itself or in a group of APIs."""
    names = entra.names_in_policies(app_id)
    return lambda policy: not names.isdisjoint(policy.include_applications)


def _brought_in(flow: Flow, asked: list[_Asked]) -> Made:
    """One fault for each service, at the first permission that opens it."""
    at, _, service, _ = asked[0]
    names = listed(dict.fromkeys(one.name for one in asked))
    return lambda one: Hit(
        subject.of_flow(flow, f"policies of {service}"),
        at,
        f"`{flow.name}` {one.does('meet')} the policy `{one.name}` of {service}, since it asks for {names}",
        (Related(one.policy.at, f"is for {service}"),),
        confidence=min((one.confidence for one in asked), key=CONFIDENCES.index),
    )


def _signed_out(flow: Flow) -> Made:
    def hit(one: Met) -> Hit:
        hours = one.policy.sign_in_frequency_hours
        often = "every time" if hours is None else "every hour" if hours == 1 else f"every {hours:g} hours"
        return Hit(
            subject.of_flow(flow, "unattended_hours"),
            place(flow, "unattended_hours"),
            f"`{flow.name}` works for {flow.unattended_hours or 0:g} hours with nobody to sign in, and the "
            f"policy `{one.name}` {one.does('ask')} for a new sign-in {often}",
            (Related(one.policy.at, "asks for a new sign-in"),),
        )

    return hit
