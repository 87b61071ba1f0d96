"""Conditional Access: what policies ask of a sign-in, and whether the client understands it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from linter import subject
from linter.access_controls import (
    Wanted,
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
from linter.access_policy import Met, Policies, told
from linter.authority import serves_customers
from linter.catalog.match import parse_url
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.consent import shows_page
from linter.destination import apis_called
from linter.entra import Entra
from linter.entra.records import CaeResource, Enforcement, ProtectedAction
from linter.entra.scopes import split_scope
from linter.finding import Confidence, Edit, Hit, Related, Unknown
from linter.holdings import asked_by_name, entries_of
from linter.ladder import is_graph_call, may_be_work_account, schemes
from linter.model import (
    Application,
    Call,
    Flow,
    Inventory,
    OptionalClaims,
    Text,
    place,
    written_properties,
)
from linter.placeholder import has_placeholder
from linter.policy_audience import asks_baseline_alone, is_confidential, policy_audiences
from linter.positions import At
from linter.typed import TYPE_CHECKING, Final
from linter.wording import listed

if TYPE_CHECKING:
    from linter.tenant import ConditionalAccessPolicy, Tenant

# Flows that live on a session, which a sign-in began; the others sign in anew each time.
_KEEP_SESSION: Final = ("authorization_code", "device_code", "refresh_token")


def claims_challenge_not_handled(
    flows: tuple[Flow, ...],
    entra: Entra,
    application: Application | None = None,
    policies: Policies | None = None,
) -> Iterator[Hit | Unknown]:
    """A client neither catches a claims challenge nor replays it (identity platform: claims challenge).

    Policies for users do not apply to an app by itself, nor to personal accounts. What acts for another's
    user is `conditional-access/obo-challenge-not-propagated`'s.
    """
    for flow in _of_users(flows, application, entra):
        if flow.type == "on_behalf_of":
            continue
        if flow.handles_claims_challenge is None:
            yield Unknown("flow.handles_claims_challenge")
        elif not flow.handles_claims_challenge and not _is_left_alone(flow, policies):
            yield Hit(
                subject.of_flow(flow, "handles_claims_challenge"),
                place(flow, "handles_claims_challenge"),
                f"`{flow.name}` does not answer a claims challenge",
            )


def obo_challenge_not_propagated(
    flows: tuple[Flow, ...],
    entra: Entra,
    application: Application | None = None,
    policies: Policies | None = None,
) -> Iterator[Hit | Unknown]:
    """An API keeps to itself what is asked of its caller's user (v2-oauth2-on-behalf-of-flow)."""
    for flow in _of_users(flows, application, entra):
        if flow.type != "on_behalf_of":
            continue
        if flow.handles_claims_challenge is None:
            yield Unknown("flow.handles_claims_challenge")
        elif not flow.handles_claims_challenge and not _is_left_alone(flow, policies):
            yield Hit(
                subject.of_flow(flow, "handles_claims_challenge"),
                place(flow, "handles_claims_challenge"),
                f"`{flow.name}` acts for its caller's user, and keeps from the caller what is asked of them",
                (Related(place(flow, "type"), "acts on behalf of a user"),),
            )


def cp1_declared_not_handled(flows: tuple[Flow, ...]) -> Iterator[Hit | Unknown]:
    """The client says that it handles claims challenges (cp1), and does not (identity platform: CAE)."""
    for flow in flows:
        declared, handled = _declares_cp1(flow), flow.handles_claims_challenge
        if flow.access is None or handled or declared is False:
            continue
        if declared is None:
            yield Unknown("flow.capabilities")
        if handled is None:
            yield Unknown("flow.handles_claims_challenge")
        if declared and handled is False:
            yield Hit(
                subject.of_flow(flow, "handles_claims_challenge"),
                place(flow, "handles_claims_challenge"),
                f"`{flow.name}` declares cp1, and does not handle the claims challenges that it so asks for",
                (Related(place(flow, "capabilities"), "declares cp1"),),
            )


def cp1_not_declared(
    flows: tuple[Flow, ...], entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """An API with Continuous Access Evaluation is called without cp1 (Conditional Access: CAE).

    A client that does not handle challenges is right not to ask for them. Personal accounts, managed
    identities and customers are not evaluated.
    """
    for flow in flows:
        declared, called = _declares_cp1(flow), _evaluated_call(flow, entra)
        if called is None or declared or flow.handles_claims_challenge is False:
            continue
        if flow.type == "managed_identity" or ("DelegatedPersonal", True) in schemes(flow, application):
            continue
        if serves_customers(flow, entra):
            continue
        if declared is None:
            yield Unknown("flow.capabilities")
            continue
        call, api = called
        yield Hit(
            subject.of_flow(flow, "capabilities"),
            place(flow, "capabilities"),
            f"`{flow.name}` calls {api.name}, which can end a session at once, and does not declare cp1",
            (Related(call.at, f"calls {api.name}"),),
            confidence=api.confidence,
        )


def interactive_control_in_silent_flow(
    flows: tuple[Flow, ...], policies: Policies
) -> Iterator[Hit | Unknown]:
    """A policy asks for what the flow can never give (v2-conditional-access-dev-guide).

    What a session may hold already, and what a client can ask its user for, is no fault.
    """
    for flow in flows:
        if flow.access == "delegated" and (flow.type == "device_code" or not shows_page(flow)):
            yield from told(policies.met(flow, _keeps_out(flow)), _kept_out(flow))


def device_code_blocked(flows: tuple[Flow, ...], policies: Policies) -> Iterator[Hit | Unknown]:
    """A policy blocks the device code flow (concept-authentication-flows)."""
    for flow in flows:
        if flow.type == "device_code":
            yield from told(policies.met(flow, blocks_device_code), _blocked_device_code(flow))


def workload_identity_ca_block(flows: tuple[Flow, ...], policies: Policies) -> Iterator[Hit | Unknown]:
    """A policy blocks the app's service principal, or where it signs in from (workload-identity)."""
    for flow in flows:
        if flow.access == "application":
            yield from told(policies.met(flow, blocks), _blocked_workload(flow))


def protected_action_step_up(
    flows: tuple[Flow, ...], policies: Policies, catalog: Catalog
) -> Iterator[Hit | Unknown]:
    """A call is an action that asks the user for more than the sign-in did (protected-actions-overview).

    Apps by themselves are asked for nothing.
    """
    for flow in _of_users(flows, policies.application, policies.entra):
        if flow.handles_claims_challenge:
            continue
        for call in flow.every_call():
            actions = _protected_actions(call, catalog, policies.entra)
            if actions and policies.tenant.resource_actions is None:
                yield Unknown("tenant.resource_actions")
            elif actions:
                yield from _stepped_up(flow, call, actions, policies)


def token_protection_unsupported_client(
    flows: tuple[Flow, ...], policies: Policies
) -> Iterator[Hit | Unknown]:
    """A policy asks for tokens bound to the device, which only a broker gets (concept-token-protection)."""
    for flow in flows:
        if not _is_native(flow) or flow.broker:
            continue
        reached = {one.app_id for one in policy_audiences(flow, policies.application, policies.entra)}
        bound = next((one for one in policies.entra.token_protection if one.app_id in reached), None)
        if bound is None:
            continue
        found = policies.met(flow, binds_tokens)
        if found.policies and flow.broker is None and flow.type != "device_code":
            yield Unknown("flow.broker")
        else:
            yield from told(found, _unbound(flow, bound.name))


def device_policy_without_broker(flows: tuple[Flow, ...], policies: Policies) -> Iterator[Hit | Unknown]:
    """A policy asks for a managed device or app, as a broker vouches for (concept-conditional-access-grant).

    On a desktop the system's browser may tell of the device instead.
    """
    for flow in flows:
        if not _is_native(flow) or not shows_page(flow) or flow.type == "device_code" or flow.broker:
            continue
        found = policies.met(flow, needs_broker(flow))
        if found.policies and flow.broker is None:
            yield Unknown("flow.broker")
        else:
            yield from told(found, _unvouched(flow))


def baseline_scope_now_enforced(flows: tuple[Flow, ...], policies: Policies) -> Iterator[Hit | Unknown]:
    """A policy with exceptions did not see these scopes before (concept-enforcement-resource-exclusions)."""
    rule = policies.entra.enforcement("baseline-scopes")
    later = policies._replace(today=max(policies.today, rule.starts))
    for flow in _of_users(flows, policies.application, policies.entra):
        if flow.handles_claims_challenge or not shows_page(flow):
            continue
        if flow.scopes is None:
            yield Unknown("flow.scopes")
        elif asks_baseline_alone(flow, policies.entra):
            found = later.met(flow, covers_all_but_some)
            yield from told(found, _no_longer_spared(flow, rule, policies.today))


def graph_scope_pulls_workload_policy(
    flows: tuple[Flow, ...], policies: Policies, catalog: Catalog
) -> Iterator[Hit | Unknown]:
    """A permission of Microsoft Graph brings in another API's policies (v2-conditional-access-dev-guide)."""
    entra = policies.entra
    for flow in _of_users(flows, policies.application, policies.entra):
        if flow.scopes is None:
            yield Unknown("flow.scopes")
        for at, name in _graph_permissions(flow, policies, catalog):
            family = None if entra.is_baseline_scope(name) else entra.scope_family(name)
            api = entra.resource(family.app_id) if family else None
            if family is None or api is None:
                continue
            found = policies.met(flow._replace(scopes=(Text(name, at),)), _is_for(api.app_id, entra))
            yield from told(found, _brought_in(flow, at, name, api.name, family.confidence))


def sign_in_frequency_vs_unattended(flows: tuple[Flow, ...], policies: Policies) -> Iterator[Hit | Unknown]:
    """A user must sign in again sooner than the flow is left alone (concept-session-lifetime).

    Confidential clients and browsers are asked when somebody is there again.
    """
    for flow in _of_users(flows, policies.application, policies.entra):
        if flow.type not in _KEEP_SESSION or flow.unattended_hours == 0 or _defers_sign_in(flow):
            continue
        found = policies.met(flow, asks_again_within(flow.unattended_hours))
        missing = _unstated(flow)
        if found.policies and missing:
            yield from map(Unknown, missing)
        else:
            yield from told(found, _signed_out(flow))


def user_account_as_service_account(
    flows: tuple[Flow, ...], entra: Entra, today: str, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """Automation changes Azure as a user, who needs a second factor there.

    Since October 2025, reading excepted (concept-mandatory-multifactor-authentication).
    """
    for flow in _of_users(flows, application, entra):
        call = _azure_change(flow, entra, today)
        if call is None:
            continue
        if flow.type != "password" and flow.unattended_hours is None:
            yield Unknown("flow.unattended_hours")
        elif flow.type == "password" or flow.unattended_hours:
            yield Hit(
                subject.of_flow(flow, "type"),
                place(flow, "type"),
                f"`{flow.name}` changes Azure resources as a user, and nobody is there to give the second "
                "factor that Azure asks of every user",
                (Related(call.at, "changes Azure resources"),),
            )


def resource_without_xms_cc(application: Application, inventory: Inventory) -> Iterator[Hit | Unknown]:
    """An API sends claims challenges and cannot see which clients understand them (claims-challenge)."""
    api, claims = inventory.api, application.optional_claims
    if api is None or api.issues_claims_challenges is None:
        yield Unknown("inventory.api")
    elif not api.issues_claims_challenges:
        return
    elif claims is None or claims.access_token is None:
        yield Unknown("application.optional_claims")
    elif all(claim.value != _XMS_CC for claim in claims.access_token):
        yield Hit(
            "optionalClaims.accessToken",
            claims.at,
            f"the API sends claims challenges, and does not ask for `{_XMS_CC}`, by which clients show that "
            "they understand them",
            (Related(api.at, "sends claims challenges"),),
            edits=(_add_claim(claims),),
        )


def security_defaults_block(
    flows: tuple[Flow, ...], tenant: Tenant, entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """Security defaults ask every user for a second factor, which a password is not (security-defaults)."""
    for flow in _of_users(flows, application, entra):
        if flow.type != "password":
            continue
        if tenant.security_defaults_enabled is None:
            yield Unknown("tenant.security_defaults_enabled")
        elif tenant.security_defaults_enabled:
            yield Hit(
                subject.of_flow(flow, "type"),
                place(flow, "type"),
                f"`{flow.name}` signs in with a password alone, and the tenant's security defaults are on",
                (Related(tenant.at, "security defaults are on"),),
            )


# --- who signs in -----------------------------------------------------------------------------


def _of_users(flows: tuple[Flow, ...], application: Application | None, entra: Entra) -> Iterator[Flow]:
    """The flows for a user of a tenant: no personal account, and nobody's customer."""
    for flow in flows:
        if may_be_work_account(flow, application) and not serves_customers(flow, entra):
            yield flow


def _is_left_alone(flow: Flow, policies: Policies | None) -> bool:
    """Whether the tenant's policies are known, and none of them applies to the flow."""
    return policies is not None and policies.leave_alone(flow)


def _is_native(flow: Flow) -> bool:
    """Whether the flow is a public client's on a person's device."""
    return flow.access == "delegated" and flow.platform in ("desktop", "mobile") and not is_confidential(flow)


def _defers_sign_in(flow: Flow) -> bool:
    """Whether a new sign-in waits until somebody is there: of confidential clients and in browsers."""
    return is_confidential(flow) or flow.platform in ("spa", "api")


def _unstated(flow: Flow) -> tuple[str, ...]:
    """What must be known of a flow that a policy signs out."""
    client = flow.type == "device_code" or flow.credential == "none" or flow.platform in ("desktop", "mobile")
    return (
        *(() if client else ("flow.platform",)),
        *(("flow.unattended_hours",) if flow.unattended_hours is None else ()),
    )


# --- hits, each about the surest policy -------------------------------------------------------


Made = Callable[[Met], Hit]


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
        severity="note" if today < rule.starts else None,
    )


def _is_for(app_id: str, entra: Entra) -> Wanted:
    """Policies that name the API, by itself or in a group of APIs."""
    return lambda policy: any(entra.is_meant(target, app_id) for target in policy.include_applications)


def _brought_in(flow: Flow, at: At, name: str, api: str, confidence: Confidence) -> Made:
    return lambda one: Hit(
        subject.of_flow(flow, f"scope {name}"),
        at,
        f"`{name}`, which `{flow.name}` asks for, {one.does('bring')} in the policy `{one.name}` of {api}",
        (Related(one.policy.at, f"is for {api}"),),
        confidence=confidence,
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


# --- calls ------------------------------------------------------------------------------------


def _protected_actions(call: Call, catalog: Catalog, entra: Entra) -> tuple[ProtectedAction, ...]:
    """The protected actions that a call of Microsoft Graph is, or may be, by what it writes."""
    if call.method in ("GET", "HEAD") or not is_graph_call(call, entra):
        return ()
    operation = catalog.find(call.method, call.url)
    if operation is None:
        return ()
    actions = entra.protected_actions_of(call.method, operation.template)
    written = None if call.writes is None else written_properties(call.writes)
    return tuple(
        one
        for one in actions
        if written is None or not one.properties or written.intersection(map(str.lower, one.properties))
    )


def _stepped_up(
    flow: Flow, call: Call, actions: tuple[ProtectedAction, ...], policies: Policies
) -> Iterator[Hit | Unknown]:
    """One of the actions, where the tenant asks more of the user who does it."""
    wanted = {one.action.lower(): one for one in actions}
    for action in policies.tenant.resource_actions or ():
        one, context = wanted.get((action.name or "").lower()), action.authentication_context_id
        if one is None or not context or policies.spare(flow, context):
            continue
        if one.properties and call.writes is None:
            yield Unknown("call.writes")
            continue
        yield Hit(
            subject.of_call(flow, call),
            call.at,
            f"`{subject.of_request(call)}` is a protected action, for which the tenant asks more of the user "
            "than a sign-in",
            (Related(action.at, f"asks for the authentication context {context}"),),
        )
        return


def _graph_permissions(flow: Flow, policies: Policies, catalog: Catalog) -> Iterator[tuple[At, str]]:
    """Microsoft Graph's permissions that the flow asks for; of `.default` those that are declared."""
    for text, permission in asked_by_name(flow, catalog, policies.entra):
        yield text.at, permission.value
    for text in flow.scopes or ():
        application, api = policies.application, policies.entra.resource_of_scope(text.value)
        if application and split_scope(text.value).is_default and api and api.app_id == GRAPH:
            for entry in entries_of(application, GRAPH, "Scope", catalog):
                yield entry.entry.at, entry.written


def _azure_change(flow: Flow, entra: Entra, today: str) -> Call | None:
    """The first call that changes Azure's resources, since that asks every user for a second factor."""
    for call in flow.every_call():
        if call.method in ("GET", "HEAD"):
            continue
        rule = entra.enforcement("azure-multifactor")
        api, host = entra.resource(rule.app_id), parse_url(call.url).host
        hosts = [name for cloud in rule.clouds for name in (api.hosts.get(cloud, ()) if api else ())]
        if host in hosts and call.method in rule.methods and today >= rule.starts:
            return call
    return None


# --- challenges -------------------------------------------------------------------------------


_XMS_CC: Final = "xms_cc"


def _add_claim(claims: OptionalClaims) -> Edit:
    """The claim is added to a token only where the client asks for it."""
    if claims.access_token:
        return Edit("append", claims.at.child("accessToken"), {"name": _XMS_CC})
    return Edit("set", claims.at, [{"name": _XMS_CC}], "accessToken")


def _evaluated_call(flow: Flow, entra: Entra) -> tuple[Call, CaeResource] | None:
    """The first call of an API with Continuous Access Evaluation."""
    if flow.access is None:
        return None
    for call in flow.every_call():
        for api in apis_called(call, entra) or ():
            evaluated = entra.cae_resource(api.app_id)
            if evaluated is not None:
                return call, evaluated
    return None


def _declares_cp1(flow: Flow) -> bool | None:
    """Whether the client declares the capability cp1; None where nobody says."""
    if flow.capabilities is None:
        return None
    if any(name.strip().lower() == "cp1" for name in flow.capabilities):
        return True
    return None if any(map(has_placeholder, flow.capabilities)) else False
