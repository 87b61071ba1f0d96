"""Claims challenges: whether the client answers them, the API hands them on, and both know of each other."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.conditional_access.controls import NEVER_ASK
from linter.entra import Entra
from linter.entra.records import CaeResource
from linter.finding import Edit, Hit, Related, Unknown
from linter.ladder import of_users, schemes
from linter.model import Application, Call, Flow, Inventory, OptionalClaims, place
from linter.placeholder import has_placeholder
from linter.request.destination import apis_called
from linter.sign_in.authority import serves_customers
from linter.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from linter.conditional_access.policy import Policies

_XMS_CC: Final = "xms_cc"


def claims_challenge_not_handled(
    flows: tuple[Flow, ...],
    entra: Entra,
    application: Application | None = None,
    policies: Policies | None = None,
) -> Iterator[Hit | Unknown]:
    """A client neither catches a claims challenge nor replays it (identity platform: claims challenge).

    Policies for users do not apply to an app by itself, nor to personal accounts. What acts for another's
    user is `conditional-access/obo-challenge-not-propagated`'s, and flows that can ask nobody are
    `conditional-access/interactive-control-in-silent-flow`'s.
    """
    for flow in of_users(flows, application, entra):
        if flow.type == "on_behalf_of" or flow.type in NEVER_ASK or not _may_be_challenged(flow, policies):
            continue
        if flow.handles_claims_challenge is None:
            yield Unknown("flow.handles_claims_challenge")
        else:
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
    for flow in of_users(flows, application, entra):
        if flow.type != "on_behalf_of" or not _may_be_challenged(flow, policies):
            continue
        if flow.handles_claims_challenge is None:
            yield Unknown("flow.handles_claims_challenge")
        else:
            yield Hit(
                subject.of_flow(flow, "handles_claims_challenge"),
                place(flow, "handles_claims_challenge"),
                f"`{flow.name}` acts for its caller's user, and keeps from the caller what is asked of them",
                (Related(place(flow, "type"), "acts on behalf of a user"),),
            )


def cp1_declared_not_handled(
    flows: tuple[Flow, ...], entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """The client says that it handles claims challenges (cp1), and does not (identity platform: CAE)."""
    for flow in flows:
        declared, handled = _declares_cp1(flow), flow.handles_claims_challenge
        if handled or declared is False or not _may_be_evaluated(flow, application, entra):
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

    A client that does not handle challenges is right not to ask for them.
    """
    for flow in flows:
        declared = _declares_cp1(flow)
        if declared or flow.handles_claims_challenge is False:
            continue
        called = _evaluated_call(flow, entra) if _may_be_evaluated(flow, application, entra) else None
        if called is None:
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


def resource_without_xms_cc(application: Application, inventory: Inventory) -> Iterator[Hit | Unknown]:
    """An API sends claims challenges and cannot see which clients understand them (claims-challenge)."""
    api, claims = inventory.api, application.optional_claims
    if api is None or api.issues_claims_challenges is None:
        if not _is_no_api(application):
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


def _may_be_challenged(flow: Flow, policies: Policies | None) -> bool:
    """Whether a policy may apply to the flow that is not known to answer what is asked."""
    return not flow.handles_claims_challenge and (policies is None or not policies.leave_alone(flow))


def _is_no_api(application: Application) -> bool:
    """Whether the app is known to expose nothing that a client could ask a token for."""
    api = application.api
    return api is not None and api.oauth2_permission_scopes == () == application.app_roles


def _add_claim(claims: OptionalClaims) -> Edit:
    """The claim is added to a token only where the client asks for it."""
    if claims.access_token:
        return Edit("append", claims.at.child("accessToken"), {"name": _XMS_CC})
    return Edit("set", claims.at, [{"name": _XMS_CC}], "accessToken")


def _may_be_evaluated(flow: Flow, application: Application | None, entra: Entra) -> bool:
    """Whether access may be evaluated continuously: not for personal accounts, identities and customers."""
    if flow.access is None or flow.type == "managed_identity" or serves_customers(flow, entra):
        return False
    return ("DelegatedPersonal", True) not in schemes(flow, application)


def _evaluated_call(flow: Flow, entra: Entra) -> tuple[Call, CaeResource] | None:
    """The first call of an API with Continuous Access Evaluation."""
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
