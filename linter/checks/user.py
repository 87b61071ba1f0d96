"""The signed-in user: whether their directory roles and licences are enough for the planned calls."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.amend import declare_for_call
from linter.audience import may_be_for_graph
from linter.catalog.records import GRAPH, Support
from linter.catalog.store import Catalog
from linter.crossing import blocked
from linter.destination import acts_on_self
from linter.entra import Entra
from linter.entra.records import GuestAccess, LicenceNeed
from linter.finding import Edit, Hit, Predicts, Related, Unknown
from linter.holdings import holdings, where_declared
from linter.ladder import Climb, Step, find, may_be_work_account
from linter.licensing import Unlicensed, need_of, unlicensed
from linter.model import Application, AppRoleAssignment, Call, Flow, Grants, Person, ServicePrincipal, place
from linter.rights import Needed, Target, acts, administrator, holds_one, needed
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
            holds = None if held is None else holds_one(held, asked.names, entra)
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
    """The user is only eligible for the role that the call asks for (Privileged Identity Management)."""
    for flow in flows:
        if not (may_be_work_account(flow, application) and may_be_for_graph(flow, entra)):
            continue
        held = flow.user.roles if flow.user else None
        for call in flow.every_call():
            wanted = _wanted(flow, call, catalog, entra)
            holds = holds_one(held or (), wanted, entra) if wanted else True
            if holds:
                continue
            eligible = flow.user.eligible_roles if flow.user else None
            if holds is None:
                yield Unknown("user.roles")
            elif flow.user is None or eligible is None:
                yield Unknown("user.eligible_roles")
            elif role := next((name for name in eligible if holds_one((name,), wanted, entra)), None):
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


# --- licences -----------------------------------------------------------------------------------


def premium_p1_needed(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """The call needs Microsoft Entra ID P1 (reference: List signIns and others)."""
    return _unlicensed("entra-id-p1", flows, catalog, entra, tenant)


def premium_p2_needed(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """The call needs Microsoft Entra ID P2 or what contains it (Microsoft Entra ID Governance licensing)."""
    return _unlicensed("entra-id-p2", flows, catalog, entra, tenant)


def intune_licence_needed(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """The call needs a licence for Microsoft Intune (reference: Intune's pages, note on top)."""
    return _unlicensed("intune", flows, catalog, entra, tenant)


def copilot_licence_needed(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """The signed-in user needs a licence for Microsoft 365 Copilot (Microsoft 365 Copilot APIs)."""
    delegated = tuple(flow for flow in flows if flow.access == "delegated")
    return _unlicensed("m365-copilot", delegated, catalog, entra, tenant)


def mailbox_or_drive_not_provisioned(
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    application: Application | None = None,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """Whose mailbox, calendar or drive is called has no plan of it (resolve Microsoft Graph errors)."""
    working = tuple(
        flow for flow in flows if flow.access == "application" or may_be_work_account(flow, application)
    )
    for product in ("exchange", "sharepoint"):
        yield from _unlicensed(product, working, catalog, entra, tenant)


def _unlicensed(
    product: str, flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, tenant: Tenant | None
) -> Iterator[Hit | Unknown]:
    """The calls that need `product`, which whoever must have it is known not to have."""
    for flow in flows:
        if flow.access is None or not may_be_for_graph(flow, entra):
            continue
        for call in flow.every_call():
            need = need_of(product, call, catalog, entra)
            lack = None if need is None else unlicensed(flow, call, need, tenant, entra)
            if isinstance(lack, Unknown):
                yield lack
            elif need is not None and lack is not None:
                yield _without_licence(flow, call, need, lack, entra)


def _without_licence(flow: Flow, call: Call, need: LicenceNeed, lack: Unlicensed, entra: Entra) -> Hit:
    titles = {row.name: row.title for row in entra.licences}
    wanted = " or ".join(titles.get(name, name) for name in need.any_of)
    return Hit(
        subject.of_call(flow, call),
        call.at,
        f"`{subject.of_request(call)}` needs {wanted}, and {lack.why}",
        lack.related,
        predicts=Predicts(need.status, need.code),
        confidence=lack.confidence,
    )


# --- guests -------------------------------------------------------------------------------------


def guest_cannot_list(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """A guest lists what the tenant shows its members only (default permissions of users and guests)."""
    policy = tenant.authorization_policy if tenant else None
    level = entra.guest_access(policy.guest_user_role_id if policy else None)
    if level is None:
        return
    for flow in flows:
        if flow.access != "delegated" or not may_be_for_graph(flow, entra):
            continue
        for call in flow.every_call():
            operation = find(call, catalog, entra).operation if call.method == "GET" else None
            if operation is None or not level.refuses_to_list(operation.template):
                continue
            if flow.user is None or flow.user.account is None:
                yield Unknown("user.account")
            elif flow.user.account == "guest" and not flow.user.roles:
                yield _guest(flow, call, level, policy)


def _guest(flow: Flow, call: Call, level: GuestAccess, policy: AuthorizationPolicy | None) -> Hit:
    related = [Related(flow.user.at if flow.user else flow.at, "a guest")]
    if policy is not None:
        related.append(Related(place(policy, "guest_user_role_id"), f"guests are: {level.name}"))
    return Hit(
        subject.of_call(flow, call),
        call.at,
        f"`{subject.of_request(call)}` lists what guests of the tenant are not shown, "
        f"and the user of `{flow.name}` is a guest",
        tuple(related),
        # What the tenant shows its guests is not known: this is the setting of a new tenant.
        confidence="medium" if policy is None else None,
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
            if right is None or holds_one(roles, right.roles, entra) is not False:
                continue
            yield Hit(
                subject.of_call(flow, call),
                call.at,
                f"`{subject.of_request(call)}` works only for {right.who}, whatever the app may do",
                (Related(flow.user.at if flow.user else place(flow, "type"), "the signed-in user"),),
                confidence=right.confidence if right.confidence == "low" else None,
            )


# --- assignments and tenants --------------------------------------------------------------------


def assignment_nested_group(
    flows: tuple[Flow, ...], grants: Grants, tenant: Tenant
) -> Iterator[Hit | Unknown]:
    """Only a group within an assigned group holds the user (assign users and groups: nesting)."""
    principal = grants.service_principal
    if principal is not None and principal.app_role_assignment_required is False:
        return
    assigned = grants.app_role_assigned_to
    for flow in flows:
        if flow.access != "delegated" or flow.user is None or flow.user.account == "personal":
            continue
        if assigned is None or "appRoleAssignedTo" in grants.partial:
            yield Unknown("grants.app_role_assigned_to")
        elif flow.user.groups is None:
            yield Unknown("user.groups")
        else:
            found = _nested(flow.user, assigned, tenant)
            if isinstance(found, Unknown):
                yield found
            elif found is not None:
                yield _assigned_by_nesting(flow, flow.user, found, principal)


def _nested(
    user: Person, assigned: tuple[AppRoleAssignment, ...], tenant: Tenant
) -> AppRoleAssignment | Unknown | None:
    """The assignment of a group that one of the user's is in; None where the user has one without nesting."""
    groups = {name.strip().lower() for name in user.groups or ()}
    direct = groups | ({user.id.lower()} if user.id else set())
    if not groups or any((one.principal_id or "").lower() in direct for one in assigned):
        return None
    unread = False
    for one in assigned:
        members = tenant.group_members.get((one.principal_id or "").lower())
        if members is None:
            unread = unread or one.principal_type in (None, "Group")
        elif any(member.lower() in groups for member in members):
            return one
    return Unknown("tenant.group_members") if unread else None


def _assigned_by_nesting(
    flow: Flow, user: Person, found: AppRoleAssignment, principal: ServicePrincipal | None
) -> Hit:
    unsure = principal is None or principal.app_role_assignment_required is None
    return Hit(
        subject.of_flow(flow, "user"),
        user.at,
        f"The user of `{flow.name}` is assigned to the app only through a group within an assigned one, "
        "and assignments do not reach nested groups",
        (Related(found.at, f"assigned: {found.principal_id}"),),
        confidence="medium" if unsure else None,
    )


def sign_in_blocked_by_tenant_boundary(flows: tuple[Flow, ...], tenant: Tenant) -> Iterator[Hit | Unknown]:
    """Cross-tenant access keeps the user out of the tenant (cross-tenant access overview)."""
    for flow in flows:
        found = blocked(flow, tenant)
        if isinstance(found, Unknown):
            yield found
        elif found is not None and flow.user is not None:
            inbound = found.direction == "inbound"
            yield Hit(
                subject.of_flow(flow, "user"),
                flow.user.at,
                f"The {'app' if inbound else 'user'}'s tenant blocks {found.what} in cross-tenant access with "
                f"`{found.other}`, and the user of `{flow.name}` cannot sign in, whatever the other allows",
                (Related(found.at, f"blocks {found.direction} {found.what}"),),
                predicts=Predicts(aadsts=(500213,) if inbound else (500212,)),
            )
