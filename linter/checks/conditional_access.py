"""Conditional Access: whether the client understands when an API or the login service asks for more."""

from collections.abc import Iterator

from linter import subject
from linter.destination import apis_called
from linter.entra import Entra
from linter.entra.records import CaeResource
from linter.finding import Hit, Related, Unknown
from linter.ladder import may_be_work_account, schemes
from linter.model import Application, Call, Flow, place
from linter.placeholder import has_placeholder


def claims_challenge_not_handled(
    flows: tuple[Flow, ...], application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """A client neither catches a claims challenge nor replays it (identity platform: claims challenge).

    Policies for users do not apply to an app by itself, nor to personal accounts.
    """
    for flow in flows:
        if not may_be_work_account(flow, application):
            continue
        if flow.handles_claims_challenge is None:
            yield Unknown("flow.handles_claims_challenge")
        elif not flow.handles_claims_challenge:
            relays = flow.type == "on_behalf_of"
            duty = "pass a claims challenge on to its caller" if relays else "answer a claims challenge"
            yield Hit(
                subject.of_flow(flow, "handles_claims_challenge"),
                place(flow, "handles_claims_challenge"),
                f"`{flow.name}` does not {duty}",
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

    A client that does not handle challenges is right not to ask for them. Personal accounts and
    managed identities are not evaluated.
    """
    for flow in flows:
        declared, called = _declares_cp1(flow), _evaluated_call(flow, entra)
        if called is None or declared or flow.handles_claims_challenge is False:
            continue
        if flow.type == "managed_identity" or ("DelegatedPersonal", True) in schemes(flow, application):
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
