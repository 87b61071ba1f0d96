"""Whether more or less is declared than the planned calls need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from linter import subject, wording
from linter.amend import declare, exchange, withdraw
from linter.authorization.further import further_names
from linter.catalog.names import writes
from linter.catalog.records import GRAPH, GRAPH_NAME, SCHEMES, Operation, Permission, PermissionType, Scheme
from linter.catalog.store import Catalog
from linter.consent import shows_page
from linter.entra import Entra
from linter.finding import Edit, Hit, Related, Unknown
from linter.holdings import (
    TYPES,
    Declared,
    api_of,
    asked_by_name,
    declared,
    declared_openly,
    granted,
    where_requested,
)
from linter.ladder import TYPE_OF, Climb, find, may_be_work_account
from linter.model import Application, Call, Flow, Grants, Inventory, place
from linter.rightsizing import Replacement, Rightsizing
from linter.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from linter.tenant import Tenant


def unused(
    application: Application,
    climbs: tuple[Climb, ...],
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory,
) -> Iterator[Hit | Unknown]:
    """No planned call accepts a declared permission, in whatever combination.

    Only Microsoft Graph's can be judged: of other APIs nobody publishes which call needs what.
    """
    entries = declared(application, catalog)
    if entries is None:
        yield Unknown("application.required_resource_access")
        return
    uses = _uses(climbs, flows, catalog, entra)
    found = [entry for entry in entries if _is_unused(entry, uses, catalog, entra)]
    if found and uses.lacks:
        yield from map(Unknown, uses.lacks)
        return
    for entry in found:
        name = wording.permissions((entry.written,), entry.entry.type or "")
        asked = tuple(related for flow in flows for related in _asked_by(flow, entry, catalog, entra))
        yield Hit(
            subject.of_permission(api_of(entry, catalog), entry.written, entry.entry.type or "?"),
            entry.entry.at,
            f"no planned call needs {name}"
            if inventory.complete
            else f"by the calls listed, nothing needs {name}",
            asked,
            severity="warning" if inventory.complete else "note",
            # What the code asks for by name must go from the code first.
            edits=withdraw(entry) if inventory.complete and not asked else (),
        )


def _asked_by(flow: Flow, entry: Declared, catalog: Catalog, entra: Entra) -> tuple[Related, ...]:
    """Where a flow asks for the unused permission: that goes with it."""
    if entry.permission is None or entry.permission.type == "Role":
        return ()
    return where_requested(flow, (entry.written,), catalog, entra)


class _Uses(NamedTuple):
    """The names that planned calls accept, by type, and what is not known of further calls."""

    names: dict[PermissionType, set[str]]
    lacks: dict[str, None]


def _is_unused(entry: Declared, uses: _Uses, catalog: Catalog, entra: Entra) -> bool:
    permission = entry.permission
    if entry.state != "known" or permission is None or permission.resource != GRAPH:
        return False
    names = uses.names[permission.type]
    return (
        not _signs_in(permission.value, entra)
        and permission.value not in names
        and permission.value.removesuffix(".Shared") not in names
        # What no known operation accepts (IMAP.AccessAsUser.All …) is for something else.
        and catalog.opens(permission)
    )


def _signs_in(name: str, entra: Entra) -> bool:
    """Whether a permission is there for signing in, whatever is called afterwards."""
    return name == "User.Read" or any(name == scope.name for scope in entra.oidc_scopes)


def _uses(climbs: tuple[Climb, ...], flows: tuple[Flow, ...], catalog: Catalog, entra: Entra) -> _Uses:
    """What the planned calls accept.

    A call that is not covered needs its permissions all the same, of whichever type: that its token
    is of the wrong kind, or that it has none, is the fault, and not the permission.
    """
    uses = _Uses({"Scope": set(), "Role": set()}, {})
    for one in climbs:
        _use(uses, one.call, (one.step.type,) if one.step.covered else TYPES, catalog, entra)
        if one.step.covered:
            uses.names[one.step.type].update(one.step.alternative)
    for flow in flows:
        if flow.access is None:
            for call in flow.every_call():
                _use(uses, call, TYPES, catalog, entra)
    return uses


def _use(uses: _Uses, call: Call, types: tuple[PermissionType, ...], catalog: Catalog, entra: Entra) -> None:
    found = find(call, catalog, entra)
    uses.lacks.update(dict.fromkeys(found.lacks))
    if found.operation is None:
        return
    names = {scope.name for scope in entra.selected_scopes_for(found.operation.template)}
    names.update(further_names(call, found.operation, entra))
    for scheme in SCHEMES:
        if TYPE_OF[scheme] in types:
            names.update(_accepted(found.operation, scheme, call, catalog))
    for type_ in types:
        uses.names[type_].update(names)


def _accepted(operation: Operation, scheme: Scheme, call: Call, catalog: Catalog) -> Iterator[str]:
    for support in (operation.support(scheme), catalog.support(operation, scheme, call.writes)):
        for alternative in support.accepted:
            yield from alternative


def broader_than_least(
    application: Application,
    rightsizing: dict[PermissionType, Rightsizing],
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory,
) -> Iterator[Hit | Unknown]:
    """Something narrower than what is declared covers the same planned calls."""
    yield from _too_wide(application, rightsizing, flows, catalog, entra, inventory, _too_much)


def write_for_read_only_calls(
    application: Application,
    rightsizing: dict[PermissionType, Rightsizing],
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory,
) -> Iterator[Hit | Unknown]:
    """A permission to write is declared, and something that only reads covers the same planned calls."""
    yield from _too_wide(
        application, rightsizing, flows, catalog, entra, inventory, _reads_only, _writes_for_reads
    )


def _reads_only(found: Replacement, complete: bool) -> str:
    old = dict.fromkeys(entry.written for entry in found.old if writes(entry.written))
    gives = f"{wording.permissions(old, found.old[0].entry.type or '')} {_verb('give', old)}"
    return (
        f"{_by_the_calls(complete)}{gives} a right to write, and the planned calls read: {_coverage(found)}"
    )


def _writes_for_reads(found: Replacement) -> bool:
    new = (*(permission.value for permission in found.new), *found.kept)
    return any(writes(entry.written) for entry in found.old) and not any(map(writes, new))


def _too_wide(
    application: Application,
    rightsizing: dict[PermissionType, Rightsizing],
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory,
    message: Callable[[Replacement, bool], str],
    wanted: Callable[[Replacement], bool] = lambda _: True,
) -> Iterator[Hit | Unknown]:
    """Each set of permissions that can be replaced; unknown where a call may need more than is known."""
    if application.required_resource_access is None:
        yield Unknown("application.required_resource_access")
    for sizing in rightsizing.values():
        replacements = list(filter(wanted, sizing.replacements))
        if replacements and sizing.lacks:
            yield from map(Unknown, sizing.lacks)
            continue
        for found in replacements:
            said = message(found, inventory.complete)
            yield _replace(application, found, flows, catalog, entra, said, complete=inventory.complete)


def _replace(
    application: Application,
    found: Replacement,
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    message: str,
    *,
    complete: bool,
) -> Hit:
    first = found.old[0]
    old = list(dict.fromkeys(entry.written for entry in found.old))
    new = [permission.value for permission in found.new]
    type_ = first.entry.type or ""
    asked = tuple(related for flow in flows for related in where_requested(flow, old, catalog, entra))
    entries = tuple(Related(entry.entry.at, f"and {entry.written}") for entry in found.old[1:])
    edits = _exchanged(application, found, catalog) if complete and not asked else ()
    return Hit(
        subject.of_permission(api_of(first, catalog), first.written, type_),
        first.entry.at,
        message,
        (*entries, *(Related(climb.call.at, "needs it") for climb in _each_call(found.climbs)), *asked),
        severity="warning" if complete else "note",
        confidence=found.confidence,
        fix=_swap_advice(old, new, found),
        edits=edits,
        safe=found.confidence != "low" and not found.leaves_part,
    )


def _too_much(found: Replacement, complete: bool) -> str:
    old = dict.fromkeys(entry.written for entry in found.old)
    names = wording.permissions(old, found.old[0].entry.type or "")
    if found.new:
        gives = f"{_by_the_calls(complete)}{names} {_verb('give', old)}"
        return f"{gives} more than the planned calls need: {_coverage(found)}"
    # What takes over may be broader: another call needs it.
    needs = f"{'no planned call' if complete else 'by the calls listed, nothing'} needs {names}"
    return f"{needs} beside {wording.listed(found.kept)}, which {_verb('cover', found.kept)} {_calls(found)}"


def _by_the_calls(complete: bool) -> str:
    return "" if complete else "by the calls listed, "


def _coverage(found: Replacement) -> str:
    """What covers the calls in the end."""
    names = [*(permission.value for permission in found.new), *found.kept]
    return f"{wording.listed(names)} {_verb('cover', names)} {_calls(found)}"


def _calls(found: Replacement) -> str:
    return wording.listed(sorted({subject.of_request(climb.call) for climb in found.climbs}), 2)


def _verb(verb: str, subjects: Collection[str]) -> str:
    return verb + "s" if len(subjects) == 1 else verb


def _each_call(climbs: tuple[Climb, ...], most: int = 3) -> list[Climb]:
    """The first few calls, each once."""
    return list({id(climb.call): climb for climb in climbs}.values())[:most]


def _swap_advice(old: list[str], new: list[str], found: Replacement) -> str:
    """What to replace by what, and what is given up by it."""
    if new:
        advice = f"Replace {wording.listed(old)} by {wording.listed(new)}"
    else:
        kept = list(found.kept)
        advice = f"Remove {wording.listed(old)}; {wording.listed(kept)} {_verb('cover', kept)} its calls"
    if not found.lost:
        return advice + "; every planned call stays covered."
    few = [f"{operation.method} {operation.template}" for operation in found.lost[:3]]
    number = len(found.lost)
    given_up = "one operation is" if number == 1 else f"{number} operations are"
    like = ": " if number <= len(few) else ", like "
    return f"{advice}; every planned call stays covered, and {given_up} given up{like}{', '.join(few)}."


def _exchanged(application: Application, found: Replacement, catalog: Catalog) -> tuple[Edit, ...]:
    """Old entries turned into new ones, one for one; what is left over goes, or is added."""
    edits: list[Edit] = []
    for entry, permission in zip(found.old, found.new, strict=False):
        edits += exchange(entry, permission) or (*withdraw(entry), *declare(application, permission, catalog))
    for entry in found.old[len(found.new) :]:
        edits += withdraw(entry)
    for permission in found.new[len(found.old) :]:
        edits += declare(application, permission, catalog)
    return tuple(edits)


def dynamic_scope_not_declared(
    application: Application,
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory | None = None,
    grants: Grants | None = None,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """A scope asked for at run time is not declared, and consent is to come from an administrator beforehand.

    The tenant-wide consent page and `.default` offer what is declared. So it is where consent is planned
    to be an administrator's, and for permissions that only one can give where the flow shows no page. At
    a page, who can pass it is `consent/admin-consent-needed-user-flow`, and else it is incremental
    consent as it is meant.
    """
    from linter.consent.decision import Setting, decide  # noqa: PLC0415  only flows ask who can consent

    plan = inventory.consent if inventory else None
    planned = plan is not None and plan.by == "admin"
    setting = Setting(application, grants, tenant, inventory.tenant if inventory else None)
    asked: dict[Permission, list[Related]] = {}
    for flow in flows:
        if not may_be_work_account(flow, application) or (shows_page(flow) and not planned):
            continue
        if flow.scopes is None and flow.resource is None and flow.audience is None:
            yield Unknown("flow.scopes")
        consented = granted(grants, flow, catalog)
        for text, permission in asked_by_name(flow, catalog, entra):
            if permission.value in (consented.scopes or ()):
                continue
            if not planned and decide(permission, setting.of(flow), entra).least == "user":
                continue
            yield from map(Unknown, consented.open_scopes)
            if not consented.open_scopes:
                related = Related(text.at, f"`{flow.name}` asks for {permission.value}")
                asked.setdefault(permission, []).append(related)
    if not asked:
        return
    entries = declared(application, catalog) or ()
    known = {entry.permission for entry in entries if entry.state == "known"}
    if declared_openly(application, GRAPH, catalog):
        if not known.issuperset(asked):
            yield Unknown("application.required_resource_access")
        return
    blocks = [entry.block.at for entry in entries if entry.resource == GRAPH]
    for permission, places in asked.items():
        if permission not in known:
            yield Hit(
                subject.of_permission(GRAPH_NAME, permission.value, "Scope"),
                blocks[0] if blocks else place(application, "required_resource_access"),
                f"{wording.permissions((permission.value,), 'Scope')} is asked for at run time and not "
                "declared, so tenant-wide admin consent leaves it out",
                tuple(places),
                edits=declare(application, permission, catalog),
            )
