"""Permissions: whether the declared ones exist, and whether they cover the planned calls."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject, wording
from linter.amend import admits_roles, declare, declare_for_call, exchange, withdraw
from linter.authority import serves_customers
from linter.catalog.match import parse_url
from linter.catalog.records import GRAPH, GRAPH_NAME, Operation, Permission, PermissionType
from linter.catalog.store import Catalog
from linter.consent import shows_page
from linter.destination import apis_called
from linter.entra import Entra
from linter.entra.records import DirectoryRelation, ObjectReader
from linter.entra.scopes import split_scope
from linter.finding import CONFIDENCES, Edit, Hit, Related, Unknown
from linter.holdings import (
    Declared,
    api_of,
    asked_by_name,
    declared,
    declared_openly,
    directory_roles,
    granted,
    holdings,
    names_scopes,
    where_declared,
    where_requested,
)
from linter.ladder import Climb, find, may_be_work_account, stopped_at
from linter.mailboxes import opens_call
from linter.misplaced import Misplaced, misplaced
from linter.model import Application, Call, Flow, Grants, Inventory, place
from linter.narrowing import reads_only, too_much, too_wide, writes_for_reads
from linter.published import is_enabled, is_no_id, is_retired, published_types
from linter.rightsizing import Rightsizing
from linter.typed import TYPE_CHECKING
from linter.usage import is_unused, uses

if TYPE_CHECKING:
    from linter.tenant import Tenant

# --- calls ------------------------------------------------------------------------------------


def call_not_covered(
    application: Application,
    climbs: tuple[Climb, ...],
    rightsizing: dict[PermissionType, Rightsizing],
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
    inventory: Inventory | None = None,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """No permission of either type covers the call (rung `uncovered` of the ladder)."""
    numbers = {id(climb): number for number, climb in enumerate(climbs)}
    for found in stopped_at("uncovered", climbs):
        if isinstance(found, Unknown):
            yield found
            continue
        if opens_call(found, tenant, application, grants, entra):
            continue
        # A directory role of the app opens calls without a permission; which ones is not published.
        by_role = found.step.type == "Role" and directory_roles(inventory, grants)
        cover = rightsizing[found.step.type].covers.get(numbers[id(found)], ())
        missing = cover or found.step.missing
        edits, safe = declare_for_call(application, found, cover, catalog, entra)
        yield Hit(
            subject.of_call(found.flow, found.call),
            found.call.at,
            _not_covered(found, missing),
            (*_asked_for(found.flow), *_declared_blocks(application, catalog)),
            severity="warning" if by_role else found.severity,
            confidence=found.confidence,
            edits=edits,
            safe=safe and found.certain and not by_role,
        )


def _not_covered(found: Climb, missing: tuple[str, ...]) -> str:
    needed = wording.permissions(missing, found.step.type)
    account = "" if found.certain else " for a personal account"
    return (
        f"`{subject.of_request(found.call)}` needs {needed}{account}, "
        f"and `{found.flow.name}` holds none that covers it"
    )


def _asked_for(flow: Flow) -> tuple[Related, ...]:
    """The line of the scopes that a flow names: they, and not what is declared, are in its token."""
    if not names_scopes(flow):
        return ()
    scopes = [split_scope(text.value) for text in flow.scopes or ()]
    names = [scope.permission for scope in scopes if not scope.oidc and scope.permission]
    return (Related(place(flow, "scopes"), f"asks for {_listed(names) or 'sign-in only'}"),)


def _declared_blocks(application: Application, catalog: Catalog) -> tuple[Related, ...]:
    """The declared permissions of Microsoft Graph, one label a block."""
    blocks: dict[int, list[Declared]] = {}
    for entry in declared(application, catalog) or ():
        if entry.resource == GRAPH:
            blocks.setdefault(id(entry.block), []).append(entry)
    return tuple(
        Related(entries[0].block.at, f"declares {_listed([entry.written for entry in entries])}")
        for entries in blocks.values()
    )


def _listed(names: list[str], most: int = 4) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def taken_from_wrong_api(
    application: Application,
    climbs: tuple[Climb, ...],
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """Nothing covers the call, and what would is declared for another API, under the same name."""
    for found in stopped_at("uncovered", climbs):
        type_ = found.step.type if isinstance(found, Climb) else None
        foreign = misplaced(application, type_, catalog, entra, grants) if type_ is not None else {}
        if isinstance(found, Unknown):
            yield found
            continue
        accepted = found.step.support.accepted if found.step.support is not None else ()
        names = next((names for names in accepted if all(name in foreign for name in names)), ())
        if names:
            yield _taken(application, found, [foreign[name] for name in names], catalog, entra)


def _taken(
    application: Application, found: Climb, taken: list[Misplaced], catalog: Catalog, entra: Entra
) -> Hit:
    api = _api_name(taken[0].entry, catalog, entra)
    retired = any(is_retired(one.entry, entra) for one in taken)  # its own rule exchanges it
    names = [one.name for one in taken]
    edits, safe = ((), True) if retired else declare_for_call(application, found, names, catalog, entra)
    return Hit(
        subject.of_call(found.flow, found.call),
        found.call.at,
        f"`{subject.of_request(found.call)}` needs {wording.permissions(names, found.step.type)} of "
        f"{GRAPH_NAME}, and {'that' if len(names) == 1 else 'those'} of {api} "
        f"{'is' if len(names) == 1 else 'are'} declared",
        tuple(Related(one.entry.entry.at, f"declares {one.name} of {api}") for one in taken),
        severity=found.severity,
        confidence=found.confidence if all(one.sure for one in taken) else "medium",
        edits=edits,
        safe=safe and found.certain,
    )


def _api_name(entry: Declared, catalog: Catalog, entra: Entra) -> str:
    known = entra.resource(entry.resource) if entry.resource else None
    return known.name if known is not None else api_of(entry, catalog)


def call_needs_two(
    application: Application, climbs: tuple[Climb, ...], catalog: Catalog, entra: Entra
) -> Iterator[Hit | Unknown]:
    """Of two permissions that the call needs together one is missing (rung `half-covered`)."""
    for found in stopped_at("half-covered", climbs):
        if isinstance(found, Unknown):
            yield found
            continue
        step = found.step
        held = [name for name in step.alternative if name not in step.missing]
        edits, safe = declare_for_call(application, found, step.missing, catalog, entra)
        needed = wording.permissions(step.missing, step.type)
        yield Hit(
            subject.of_call(found.flow, found.call),
            found.call.at,
            f"`{subject.of_request(found.call)}` needs {needed} beside "
            f"{' and '.join(f'`{name}`' for name in held)}, and `{found.flow.name}` holds only the latter",
            (
                *where_requested(found.flow, held, catalog, entra),
                *where_declared(application, held, step.type, catalog),
            ),
            severity=found.severity,
            confidence=found.confidence,
            edits=edits,
            safe=safe,
        )


def unknown_call(flows: tuple[Flow, ...], catalog: Catalog, entra: Entra) -> Iterator[Hit | Unknown]:
    """A call of Microsoft Graph of which nobody publishes what it needs, so no other rule can speak."""
    for flow in flows:
        for call in flow.every_call():
            found = find(call, catalog, entra)
            if found.kind == "open":
                yield from map(Unknown, found.lacks)
            elif apis_called(call, entra) == ():
                yield Unknown("catalog.resources")
            elif found.kind == "unknown":
                yield Hit(subject.of_call(flow, call), call.at, _not_known(call, found.operation))


def _not_known(call: Call, operation: Operation | None) -> str:
    request = f"`{subject.of_request(call)}`"
    if operation is not None:
        return f"Microsoft publishes no permission that {request} accepts, so it was not checked"
    return f"{request} is no published operation of Microsoft Graph, so it was not checked"


def beta_endpoint(flows: tuple[Flow, ...], catalog: Catalog, entra: Entra) -> Iterator[Hit | Unknown]:
    """The call goes to beta, and v1.0 has the same operation."""
    for flow in flows:
        for call in flow.every_call():
            address = parse_url(call.url)
            if address.version != "beta" or find(call, catalog, entra).kind != "known":
                continue
            stable = catalog.find(call.method, f"/v1.0{address.path}")
            if stable is not None and stable.version == "v1.0":
                yield Hit(
                    subject.of_call(flow, call),
                    call.at,
                    f"`{subject.of_request(call)}` calls beta, and v1.0 has the same operation",
                )


def limited_member_data(
    application: Application,
    climbs: tuple[Climb, ...],
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """A relation mixes kinds of objects, and of some of them the app may read nothing but the id."""
    for one in climbs:
        relation = entra.directory_relation(one.step.label) if _reads_whole(one) else None
        if relation is None or (one.step.type == "Role" and directory_roles(inventory, grants)):
            continue
        held = holdings(application, one.flow, grants, catalog, entra)
        names = held.of(one.step.type) or frozenset()
        hidden = [row for row in entra.object_readers if row.kind in relation.kinds]
        hidden = [row for row in hidden if names.isdisjoint(row.permissions)]
        if hidden and held.lacks(one.step.type):
            yield from map(Unknown, held.lacks(one.step.type))
        elif hidden:
            yield _ids_only(application, one, hidden, relation, catalog, entra)


def _reads_whole(one: Climb) -> bool:
    """Whether a work account or the app itself reads objects, and not just their ids."""
    if one.call.method != "GET" or not one.step.covered or one.step.scheme == "DelegatedPersonal":
        return False
    parts = parse_url(one.call.url).query.lower().replace("%24", "$").split("&")
    return not any(part.strip() == "$select=id" for part in parts)


def _ids_only(
    application: Application,
    one: Climb,
    hidden: list[ObjectReader],
    relation: DirectoryRelation,
    catalog: Catalog,
    entra: Entra,
) -> Hit:
    kinds = wording.listed((row.plural for row in hidden), most=9, quote=str)
    least = dict.fromkeys(row.permissions[0] for row in hidden)
    return Hit(
        subject.of_call(one.flow, one.call),
        one.call.at,
        f"of the {kinds} that `{subject.of_request(one.call)}` returns, `{one.flow.name}` gets only the ids",
        (
            *where_requested(one.flow, one.step.alternative, catalog, entra),
            *where_declared(application, one.step.alternative, one.step.type, catalog),
        ),
        confidence=max(one.confidence, relation.confidence, key=CONFIDENCES.index),
        fix=f"Declare {wording.listed(least)}, too, if more than the ids is wanted; else select `id` alone.",
    )


# --- entries of the manifest --------------------------------------------------------------------


def unknown_id(
    application: Application, catalog: Catalog, entra: Entra, grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """An entry names a permission that its API does not publish.

    An id that cannot be one at all is certain; one that no list holds may be new or hidden. The API's
    own service principal, where it is given, knows better than the lists.
    """
    entries = declared(application, catalog)
    if entries is None:
        yield Unknown("application.required_resource_access")
    for entry in entries or ():
        if entry.state == "open" or is_retired(entry, entra):
            continue
        if is_no_id(entry.entry.id or ""):
            yield _unknown_entry(entry, f"`{entry.entry.id}` cannot be the id of a permission", catalog)
            continue
        published = published_types(entry, grants)
        if entry.state == "unknown" if published is None else not published:
            message = f"{api_of(entry, catalog)} publishes no permission `{entry.entry.id}`"
            yield _unknown_entry(entry, message + _elsewhere(entry, catalog), catalog)._replace(
                severity="warning"
            )


def _unknown_entry(entry: Declared, message: str, catalog: Catalog) -> Hit:
    api = api_of(entry, catalog)
    return Hit(
        subject.of_permission(api, entry.written, entry.entry.type or "?"),
        entry.entry.at,
        message,
        (Related(entry.block.at, f"a permission of {api}"),),
    )


def _elsewhere(entry: Declared, catalog: Catalog) -> str:
    """Whose permission the id is, if it is another API's."""
    for other in catalog.by_id(entry.entry.id or ""):
        name = catalog.resource_name(other.resource)
        if name and other.resource != entry.resource:
            return f", which is {other.value} of {name}"
    return ""


def wrong_type(
    application: Application,
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
    flows: tuple[Flow, ...] | None = None,
) -> Iterator[Hit | Unknown]:
    """An entry's id is published, but as the other type.

    Only what the API's own service principal publishes decides: the permission tables lack types.
    """
    entries = declared(application, catalog)
    if entries is None:
        yield Unknown("application.required_resource_access")
    for entry in entries or ():
        permission = entry.permission
        if entry.state != "other-type" or permission is None or is_retired(entry, entra):
            continue
        published = published_types(entry, grants)
        if permission.live if published is None else permission.type in published and len(published) == 1:
            written = entry.entry.type or "?"
            is_ = wording.permissions((permission.value,), permission.type)
            yield Hit(
                subject.of_permission(api_of(entry, catalog), permission.value, written),
                entry.entry.at,
                f"this is {is_} ({permission.type}), and it is declared as `{written}`",
                (Related(entry.block.at, f"a permission of {api_of(entry, catalog)}"),),
                edits=_corrected(entry, permission, flows, application, catalog, entra),
                safe=False,  # which of the two was meant, no file says
            )


def _corrected(
    entry: Declared,
    permission: Permission,
    flows: tuple[Flow, ...] | None,
    application: Application,
    catalog: Catalog,
    entra: Entra,
) -> tuple[Edit, ...]:
    """The edits that make id and type agree.

    The type that all flows need decides, else the one that is declared, which then takes the other id.
    """
    needed = {flow.access for flow in flows or () if flow.access is not None}
    wanted: PermissionType = "Role" if (entry.entry.type or "").strip().lower() == "role" else "Scope"
    if len(needed) == 1:
        wanted = "Role" if needed == {"application"} else "Scope"
    twin = catalog.permission(permission.resource, permission.value, wanted)
    right = twin if twin is not None and twin.live else permission
    return exchange(entry, right) if right.type == "Scope" or admits_roles(application, entra) else ()


def disabled_or_hidden(
    application: Application, catalog: Catalog, grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """A declared permission of Microsoft Graph exists, and is switched off or kept from view.

    Microsoft Graph's own service principal, of the tenant or as it was published, knows better than the
    deployment data.
    """
    entries = declared(application, catalog)
    if entries is None:
        yield Unknown("application.required_resource_access")
    for entry in entries or ():
        permission = entry.permission
        if entry.state != "known" or permission is None or permission.resource != GRAPH:
            continue
        enabled = is_enabled(entry, grants)
        if enabled is None and permission.live:
            continue
        off = enabled is False or (enabled is None and not permission.enabled)
        if off or (enabled is None and permission.hidden):
            name = wording.permissions((permission.value,), permission.type)
            yield Hit(
                subject.of_permission(api_of(entry, catalog), permission.value, permission.type),
                entry.entry.at,
                f"Microsoft Graph has {name} {'disabled' if off else 'hidden'}",
                (Related(entry.block.at, f"a permission of {api_of(entry, catalog)}"),),
                severity=None if off else "note",
            )


def sign_in_missing(
    application: Application,
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """Users sign in at the older endpoint, and the app declares nothing that lets them.

    At the current one the libraries ask for the sign-in by themselves.
    """
    signing = [flow for flow in flows if _signs_in_at_v1(flow, application, entra)]
    if not signing or any(_is_for_sign_in(entry, entra) for entry in declared(application, catalog) or ()):
        return
    if declared_openly(application, GRAPH, catalog):
        yield Unknown("application.required_resource_access")
        return
    consented = [granted(grants, flow, catalog) for flow in signing]
    open_ = [flow for flow, held in zip(signing, consented, strict=True) if not _may_sign_in(held.scopes)]
    if not open_:
        return
    user_read = catalog.permission(GRAPH, "User.Read", "Scope")
    yield Hit(
        subject.of_permission(GRAPH_NAME, "User.Read", "Scope"),
        place(application, "required_resource_access"),
        "users sign in at the v1 endpoint, and the app declares neither `User.Read` nor `openid`",
        tuple(Related(place(flow, "endpoint"), f"`{flow.name}` signs users in") for flow in open_),
        edits=declare(application, user_read, catalog) if user_read is not None else (),
        safe=False,  # no planned call need it
    )


def _signs_in_at_v1(flow: Flow, application: Application, entra: Entra) -> bool:
    if not shows_page(flow) or not may_be_work_account(flow, application) or serves_customers(flow, entra):
        return False
    if any(split_scope(text.value).permission in ("openid", "User.Read") for text in flow.scopes or ()):
        return False
    if flow.endpoint is not None:
        return flow.endpoint == "v1"
    return flow.library is not None and entra.library_kind(flow.library) == "adal"


def _is_for_sign_in(entry: Declared, entra: Entra) -> bool:
    """Whether an entry lets users sign in; Azure AD Graph's `User.Read` did so, too."""
    if (entry.entry.type or "").strip().lower() != "scope":
        return False
    if is_retired(entry, entra):
        return entra.azure_ad_graph_permission(entry.entry.id or "", "Scope") == "User.Read"
    return entry.resource == GRAPH and _may_sign_in(frozenset({entry.written}))


def _may_sign_in(names: frozenset[str] | None) -> bool:
    return names is not None and not names.isdisjoint(("User.Read", "openid"))


# --- too much, too little ---------------------------------------------------------------------


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
    used = uses(climbs, flows, catalog, entra)
    found = [entry for entry in entries if is_unused(entry, used, catalog, entra)]
    if found and used.lacks:
        yield from map(Unknown, used.lacks)
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


def broader_than_least(
    application: Application,
    rightsizing: dict[PermissionType, Rightsizing],
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory,
) -> Iterator[Hit | Unknown]:
    """Something narrower than what is declared covers the same planned calls."""
    yield from too_wide(application, rightsizing, flows, catalog, entra, inventory, too_much)


def write_for_read_only_calls(
    application: Application,
    rightsizing: dict[PermissionType, Rightsizing],
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory,
) -> Iterator[Hit | Unknown]:
    """A permission to write is declared, and something that only reads covers the same planned calls."""
    yield from too_wide(
        application, rightsizing, flows, catalog, entra, inventory, reads_only, writes_for_reads
    )


def dynamic_scope_not_declared(
    application: Application,
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """A scope asked for at run time is not declared, and consent is to come from an administrator beforehand.

    The tenant-wide consent page and `.default` offer what is declared. So it is where consent is planned
    to be an administrator's, and for permissions that only one can give where the flow shows no page. At
    a page, who can pass it is `consent/admin-consent-needed-user-flow`, and else it is incremental
    consent as it is meant.
    """
    plan = inventory.consent if inventory else None
    planned = plan is not None and plan.by == "admin"
    asked: dict[Permission, list[Related]] = {}
    for flow in flows:
        if not may_be_work_account(flow, application) or (shows_page(flow) and not planned):
            continue
        if flow.scopes is None and flow.resource is None and flow.audience is None:
            yield Unknown("flow.scopes")
        consented = granted(grants, flow, catalog)
        for text, permission in asked_by_name(flow, catalog, entra):
            if permission.value in (consented.scopes or ()) or not (planned or permission.admin_consent):
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
