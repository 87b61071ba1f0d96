"""The rights of the signed-in user: directory roles, what guests see, what a workload keeps to its own."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.amend import declare_for_call
from linter.authorization.roles import Needed, Target, acts, administrator, needed
from linter.catalog.records import GRAPH, Support
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.records import GuestAccess
from linter.finding import Edit, Hit, Related, Unknown
from linter.holdings import holdings, where_declared
from linter.ladder import Climb, Step, find, may_be_work_account
from linter.model import Application, Call, Flow, Grants, Person, place
from linter.request.destination import acts_on_self
from linter.sign_in.audience import may_be_for_graph
from linter.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from linter.tenant import AuthorizationPolicy, Tenant

# --- directory roles ----------------------------------------------------------------------------


def delegated_needs_directory_role(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """The signed-in user has none of the directory roles that the call asks for (reference pages)."""
    for flow in flows:
        if not (may_be_work_account(flow, application) and may_be_for_graph(flow, entra)):
            continue
        for call in flow.every_call():
            asked = needed(call, catalog, entra)
            if asked is None or (asked.on_self and acts_on_self(flow, call)):
                continue
            held = flow.user.roles if flow.user else None
            holds = None if held is None else entra.holds_one(held, asked.names)
            if holds is None:
                yield Unknown("user.roles")
            elif not holds:
                yield _without_role(flow, call, asked, held or ())


def _without_role(flow: Flow, call: Call, asked: Needed, held: tuple[str, ...]) -> Hit:
    at = flow.user.at if flow.user else flow.at
    return Hit(
        subject.of_call(flow, call),
        call.at,
        f"`{subject.of_request(call)}` needs a directory role such as `{asked.names[0]}`, "
        f"and the user of `{flow.name}` has none that allows it",
        (Related(at, f"roles: {', '.join(held) or 'none'}"),),
        # On one's own account no role is needed, and nobody says whose this one is.
        severity="warning" if asked.on_self and acts_on_self(flow, call) is None else None,
        confidence=asked.confidence,
    )


def eligible_not_active_role(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """The user is only eligible for the role that the call asks for (Privileged Identity Management).

    Where nobody says that the user is eligible for one, the rules on active roles speak.
    """
    for flow in flows:
        eligible = (flow.user.eligible_roles if flow.user else None) or ()
        if not (eligible and may_be_work_account(flow, application) and may_be_for_graph(flow, entra)):
            continue
        held = (flow.user.roles if flow.user else None) or ()
        for call in flow.every_call():
            wanted = _wanted(flow, call, catalog, entra)
            role = next((name for name in eligible if entra.holds_one((name,), wanted)), None)
            holds = None if role is None else entra.holds_one(held, wanted)
            if role is not None and holds is None:
                yield Unknown("user.roles")
            elif role is not None and not holds:
                yield _not_active(flow, call, role, entra)


def _not_active(flow: Flow, call: Call, role: str, entra: Entra) -> Hit:
    held = flow.user.roles if flow.user else None
    built_in = entra.directory_role(role)
    active = "not stated" if held is None else ", ".join(held) or "none"
    return Hit(
        subject.of_call(flow, call),
        call.at,
        f"`{subject.of_request(call)}` needs a directory role, and the user of `{flow.name}` "
        f"is only eligible for `{built_in.name if built_in else role}` until it is activated",
        (Related(flow.user.at if flow.user else flow.at, f"active roles: {active}"),),
        confidence="low" if held is None else None,
    )


def _wanted(flow: Flow, call: Call, catalog: Catalog, entra: Entra) -> tuple[str, ...]:
    """The roles of which a call needs one: on an administrator those that reach them."""
    for act in acts(call, catalog, entra):
        target = act if isinstance(act, Unknown) else administrator(flow, call, act, entra)
        if isinstance(target, Target):
            return target.allowed
    asked = needed(call, catalog, entra)
    return () if asked is None or (asked.on_self and acts_on_self(flow, call)) else asked.names


# --- guests -------------------------------------------------------------------------------------


def guest_cannot_list(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """A guest lists what the tenant shows its members only (default permissions of users and guests).

    A user whom nobody describes is taken for a member, as everywhere.
    """
    policy = tenant.authorization_policy if tenant else None
    level = entra.guest_access(policy.guest_user_role_id if policy else None)
    if level is None:
        return
    for flow in flows:
        user = flow.user if flow.access == "delegated" and may_be_for_graph(flow, entra) else None
        if user is None or user.account != "guest" or user.roles:
            continue
        for call in flow.every_call():
            operation = find(call, catalog, entra).operation if call.method == "GET" else None
            if operation is not None and level.refuses_to_list(operation.template):
                yield _guest(flow, user, call, level, policy)


def _guest(
    flow: Flow, user: Person, call: Call, level: GuestAccess, policy: AuthorizationPolicy | None
) -> Hit:
    related = [Related(user.at, "a guest")]
    stated = policy is not None and policy.guest_user_role_id is not None
    if policy is not None and stated:
        related.append(Related(place(policy, "guest_user_role_id"), f"guests are: {level.name}"))
    return Hit(
        subject.of_call(flow, call),
        call.at,
        f"`{subject.of_request(call)}` lists what guests of the tenant are not shown, "
        f"and the user of `{flow.name}` is a guest",
        tuple(related),
        # What the tenant shows its guests is not known: this is the setting of a new tenant.
        confidence=None if stated else "medium",
    )


# --- rights in the workload ---------------------------------------------------------------------


def other_users_content_needs_shared_scope(
    application: Application,
    climbs: tuple[Climb, ...],
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """Somebody else's mail, calendar or tasks by a scope for one's own (descriptions of the permissions)."""
    for climb in climbs:
        step = climb.step
        if step.scheme != "DelegatedWork" or step.support is None or not _in_users_data(step):
            continue
        if acts_on_self(climb.flow, climb.call):
            continue
        if step.covered:
            held = holdings(application, climb.flow, grants, catalog, entra).of("Scope") or frozenset()
            shared = _shared_twin(step, held, catalog)
            if shared is not None:
                edits, _ = declare_for_call(application, climb, (shared,), catalog, entra)
                yield _without_shared(climb, shared, application, edits, catalog)
        elif _has_shared_twin(step.support, catalog):
            yield from map(Unknown, step.lacks)


def _in_users_data(step: Step) -> bool:
    return step.label.startswith("/users/{id}/")


def _has_shared_twin(support: Support, catalog: Catalog) -> bool:
    names = _single(support.accepted)
    return any(catalog.permission(GRAPH, f"{name}.Shared", "Scope") is not None for name in names)


def _single(alternatives: tuple[tuple[str, ...], ...]) -> list[str]:
    return [names[0] for names in alternatives if len(names) == 1]


def _shared_twin(step: Step, held: frozenset[str], catalog: Catalog) -> str | None:
    """The scope for what others share beside the held one for one's own; None where such a one is held."""
    names = _single(step.support.accepted if step.support else ())
    if any(f"{name}.Shared" in held for name in names):
        return None
    for name in _single((step.alternative,)):
        if catalog.permission(GRAPH, f"{name}.Shared", "Scope") is not None:
            return f"{name}.Shared"
    return None


def _without_shared(
    climb: Climb, shared: str, application: Application, edits: tuple[Edit, ...], catalog: Catalog
) -> Hit:
    own = climb.step.alternative[0]
    certain = acts_on_self(climb.flow, climb.call) is False
    return Hit(
        subject.of_call(climb.flow, climb.call),
        climb.call.at,
        f"`{subject.of_request(climb.call)}` {'is' if certain else 'may be'} about what is somebody else's, "
        f"and `{climb.flow.name}` holds `{own}` for the user's own; `{shared}` is for both",
        where_declared(application, (own,), "Scope", catalog),
        severity=None if certain else "note",
        edits=edits,
        safe=False,
    )


def lacks_workload_rights(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """The user needs a right in the workload besides the permission (reference pages)."""
    for flow in flows:
        if not (may_be_work_account(flow, application) and may_be_for_graph(flow, entra)):
            continue
        roles = (flow.user.roles if flow.user else None) or ()
        for call in flow.every_call():
            operation = find(call, catalog, entra).operation
            right = entra.workload_right(operation.method, operation.template) if operation else None
            if right is None or entra.holds_one(roles, right.roles) is not False:
                continue
            yield Hit(
                subject.of_call(flow, call),
                call.at,
                f"`{subject.of_request(call)}` works only for {right.who}, whatever the app may do",
                (Related(flow.user.at if flow.user else place(flow, "type"), "the signed-in user"),),
                confidence=right.confidence if right.confidence == "low" else None,
            )
