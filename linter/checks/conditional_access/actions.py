"""Protected actions: calls for which more is asked of the user than the sign-in did."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.records import ProtectedAction
from linter.finding import Hit, Related, Unknown
from linter.ladder import is_graph_call, of_users
from linter.model import Call, Flow, written_properties
from linter.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from linter.conditional_access.policy import Policies


def protected_action_step_up(
    flows: tuple[Flow, ...], policies: Policies, catalog: Catalog
) -> Iterator[Hit | Unknown]:
    """A call is an action that asks the user for more than the sign-in did (protected-actions-overview).

    Apps by themselves are asked for nothing.
    """
    for flow in of_users(flows, policies.application, policies.entra):
        if flow.handles_claims_challenge:
            continue
        for call in flow.every_call():
            actions = _protected_actions(call, catalog, policies.entra)
            if actions and policies.tenant.resource_actions is None:
                yield Unknown("tenant.resource_actions")
            elif actions:
                yield from _stepped_up(flow, call, actions, policies)


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
