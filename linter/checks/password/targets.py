"""Whose password or account it is: administrators, synchronised and federated users."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.authorization.roles import Act, Target, acts, administrator
from linter.catalog.match import parse_url
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Hit, Related, Unknown
from linter.holdings import directory_roles, where_declared
from linter.ladder import Climb, Rung, may_be_work_account
from linter.model import Access, Application, Call, Flow, Grants, Inventory, place
from linter.placeholder import has_placeholder
from linter.request.destination import acts_on_self
from linter.sign_in.audience import may_be_for_graph
from linter.typed import TYPE_CHECKING, Final, NamedTuple
from linter.wording import listed

if TYPE_CHECKING:
    from linter.tenant import Domain, Tenant

# The rungs of the ladder at which a permission is missing, whatever else the app holds.
_MISSING: Final[frozenset[Rung]] = frozenset({"uncovered", "half-covered", "other-type"})


# --- administrators as targets ------------------------------------------------------------------


def admin_role_cannot_reset_target(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """The signed-in administrator may not reset this administrator's password (Who can reset passwords)."""
    return _refused_to_user(True, flows, catalog, entra, application)


def sensitive_property_update(
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    application: Application | None = None,
    inventory: Inventory | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """Whoever calls may not do this to an administrator's account (Who can perform sensitive actions)."""
    yield from _refused_to_user(False, flows, catalog, entra, application)
    for found in _on_administrators("application", False, flows, catalog, entra):
        if isinstance(found, Unknown):
            # An app acts on everybody, and that administrators are beyond it would be a guess at most.
            if found.field != "call.target":
                yield found
        elif not _app_holds(found.target, inventory, grants, entra):
            yield _refused_to_app(found, inventory, grants)


def app_only_write_for_admin(
    climbs: tuple[Climb, ...],
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """An app by itself sets an administrator's password (Who can reset passwords; Update user, note)."""
    uncovered = {climb.call.at for climb in climbs if climb.step.rung in _MISSING}
    for found in _on_administrators("application", True, flows, catalog, entra):
        if isinstance(found, Unknown):
            yield found
        elif found.acts[0].writes is None or found.call.at in uncovered:
            continue  # the action or the permission is the fault
        elif not _app_holds(found.target, inventory, grants, entra):
            yield _refused_to_app(found, inventory, grants)


class _Found(NamedTuple):
    """What a call does to an administrator's account."""

    flow: Flow
    call: Call
    acts: tuple[Act, ...]
    target: Target


def _on_administrators(
    access: Access, on_password: bool, flows: tuple[Flow, ...], catalog: Catalog, entra: Entra
) -> Iterator[_Found | Unknown]:
    """What calls do to administrators' passwords, or to all else of their accounts."""
    for flow in flows:
        if flow.access != access or not may_be_for_graph(flow, entra):
            continue
        for call in flow.every_call():
            known: list[tuple[Act, Target]] = []
            for act in acts(call, catalog, entra):
                if isinstance(act, Unknown):
                    yield act
                elif act.on_password == on_password:
                    target = administrator(flow, call, act, entra)
                    if isinstance(target, Target):
                        known.append((act, target))
                    elif target is not None:
                        yield target
            if known:
                yield _together(flow, call, known)


def _together(flow: Flow, call: Call, known: list[tuple[Act, Target]]) -> _Found:
    """Acts on one account as one: whoever may do each may do all."""
    (_, first), *others = known
    allowed = tuple(name for name in first.allowed if all(name in target.allowed for _, target in others))
    return _Found(flow, call, tuple(act for act, _ in known), first._replace(allowed=allowed))


def _refused_to_user(
    on_password: bool,
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    application: Application | None,
) -> Iterator[Hit | Unknown]:
    working = tuple(flow for flow in flows if may_be_work_account(flow, application))
    for found in _on_administrators("delegated", on_password, working, catalog, entra):
        if isinstance(found, Unknown):
            yield found
            continue
        user = found.flow.user
        held = user.roles if user else None
        may = None if held is None else entra.holds_one(held, found.target.allowed)
        if user is None or may is None:
            yield Unknown("user.roles")
        elif not may:
            who = f"the user of `{found.flow.name}` has no role that may"
            yield _refused(found, who, Related(user.at, f"roles: {', '.join(held or ()) or 'none'}"))


def _refused_to_app(found: _Found, inventory: Inventory | None, grants: Grants | None) -> Hit:
    roles = directory_roles(inventory, grants)
    if inventory is not None and inventory.directory_roles:
        half = Related(place(inventory, "directory_roles"), f"the app's roles: {', '.join(roles)}")
    else:
        half = Related(place(found.flow, "type"), "an app-only token")
    hit = _refused(found, "the app is not known to have a role that may", half)
    # That an app's permission does not reach administrators is documented for some properties only.
    return hit._replace(severity="warning", confidence="low")


def _refused(found: _Found, who: str, half: Related) -> Hit:
    at = found.call.target.at if found.call.target else found.call.at
    return Hit(
        subject.of_call(found.flow, found.call),
        found.call.at,
        f"`{subject.of_request(found.call)}` {_done(found)} of an administrator, "
        f"and {who}, such as `{found.target.allowed[0]}`",
        (half, Related(at, f"the target: {found.target.label}")),
        confidence=min((act.confidence for act in found.acts), key=("low", "medium", "high").index),
    )


def _done(found: _Found) -> str:
    written = [act.writes for act in found.acts if act.writes]
    if written:
        return f"writes {listed(written)}"
    return "resets the password" if found.acts[0].on_password else "deletes the account"


def _app_holds(target: Target, inventory: Inventory | None, grants: Grants | None, entra: Entra) -> bool:
    """Whether the app has, or with a role of the tenant's own may have, a right to act on the target."""
    return entra.holds_one(directory_roles(inventory, grants), target.allowed) is not False


# --- accounts whose password is set elsewhere ---------------------------------------------------


def federated_user_write(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """`passwordProfile` of a user whose password is not Entra's (reference: resetPassword, writeback)."""
    for flow in flows:
        if flow.access is None or not may_be_for_graph(flow, entra):
            continue
        for call in flow.every_call():
            for act in acts(call, catalog, entra):
                if isinstance(act, Unknown):
                    yield act
                elif act.on_password and act.writes is not None:
                    yield from _set_elsewhere(flow, call, tenant)


def _set_elsewhere(flow: Flow, call: Call, tenant: Tenant | None) -> Iterator[Hit | Unknown]:
    person = flow.user if acts_on_self(flow, call) else call.target
    domain = _domain(call, tenant)
    if person is not None and person.synced:
        why, related = "is synchronised from on-premises", Related(person.at, "synchronised")
    elif person is not None and person.federated:
        why, related = "signs in at a federated identity provider", Related(person.at, "federated")
    elif domain is not None and domain.authentication_type == "Federated":
        why, related = f"signs in where `{domain.id}` is federated", Related(domain.at, "a federated domain")
    else:
        if person is None or person.synced is None:
            yield Unknown("call.target")
        return
    yield Hit(
        subject.of_call(flow, call),
        call.at,
        f"`{subject.of_request(call)}` writes `passwordProfile` of a user who {why}, "
        "and whose password is kept there",
        (related,),
    )


def _domain(call: Call, tenant: Tenant | None) -> Domain | None:
    """The tenant's domain that the target's sign-in name ends in."""
    written = (
        call.target.id
        if call.target and call.target.id
        else parse_url(call.url).path.strip("/").partition("/")[2]
    )
    name = written.partition("/")[0].rpartition("@")[2].lower()
    if "@" not in written or has_placeholder(name) or tenant is None:
        return None
    return next((domain for domain in tenant.domains or () if domain.id == name), None)


# --- properties with permissions of their own ---------------------------------------------------


def sensitive_permission_split(
    application: Application, climbs: tuple[Climb, ...], catalog: Catalog, entra: Entra
) -> Iterator[Hit | Unknown]:
    """A general permission is relied on for a property that has its own (reference: Update user, notes)."""
    for climb in climbs:
        step = climb.step
        if step.operation is None or step.scheme == "DelegatedPersonal":
            continue
        if acts_on_self(climb.flow, climb.call) or _is_ordinary(climb.call):
            continue
        for act in acts(climb.call, catalog, entra):
            if isinstance(act, Unknown):
                yield act
                continue
            own = _permissions_of_its_own(act, entra)
            if step.support is not None and not set(own).isdisjoint(step.support.accepted):
                continue  # it would do for all of the body: permission/broader-than-least says it better
            if own and step.rung == "open" and not step.alternative:
                yield from map(Unknown, step.lacks)
            elif own and step.covered and step.alternative not in own:
                yield _by_a_general_one(climb, act, own[0], application, catalog)


def _is_ordinary(call: Call) -> bool:
    return call.target is not None and call.target.roles == () and not call.target.role_assignable_group


def _permissions_of_its_own(act: Act, entra: Entra) -> tuple[tuple[str, ...], ...]:
    row = None if act.on_password or act.writes is None else entra.sensitive_property(act.writes)
    return row.application if row else ()


def _by_a_general_one(
    climb: Climb, act: Act, own: tuple[str, ...], application: Application, catalog: Catalog
) -> Hit:
    general = climb.step.alternative
    return Hit(
        subject.of_call(climb.flow, climb.call),
        climb.call.at,
        f"`{subject.of_request(climb.call)}` writes `{act.writes}` by {listed(general)}, which may not reach "
        f"administrators; {listed(own)} {'is' if len(own) == 1 else 'are'} made for it",
        where_declared(application, general, climb.step.type, catalog),
        confidence=climb.confidence if climb.confidence != "high" else None,
    )
