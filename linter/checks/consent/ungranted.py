"""What is needed or declared and was not granted, or was granted where it is of no use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter import subject
from linter.catalog.records import GRAPH, GRAPH_NAME, PermissionType
from linter.catalog.store import Catalog
from linter.consent.decision import Setting, decide, who_consents
from linter.consent.held import Held, held
from linter.consent.page import asked_on_other_page, asks_for_graph, shows_page, wanted
from linter.entra import Entra
from linter.entra.scopes import is_guid, split_scope
from linter.finding import CONFIDENCES, Confidence, Hit, Related, Unknown
from linter.holdings import Declared, api_of, asked_by_name, declared, directory_roles, is_graph, where_wanted
from linter.ladder import Climb, may_be_work_account, stopped_at
from linter.model import Application, Consent, Flow, Grants, Inventory, OAuth2PermissionGrant, place
from linter.positions import At
from linter.sign_in.audience import admitted
from linter.sign_in.authority import is_organisations
from linter.typed import TYPE_CHECKING, Final
from linter.wording import listed, permissions

if TYPE_CHECKING:
    from linter.tenant import Tenant

# Calls beyond these are counted in the message, not shown.
_MOST_CALLS = 3

# Which collection of the directory shows consent of a type.
_FIELDS: Final[dict[PermissionType, tuple[str, str]]] = {
    "Role": ("app_role_assignments", "appRoleAssignments"),
    "Scope": ("oauth2_permission_grants", "oauth2PermissionGrants"),
}


# --- needed and not granted -------------------------------------------------------------------


def application_permission_not_granted(
    application: Application,
    climbs: tuple[Climb, ...],
    flows: tuple[Flow, ...],
    grants: Grants,
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """Application permissions that calls need, declared but assigned to nobody (rung `ungranted`).

    Where the app has no service principal nothing can be assigned: that is `service_principal_missing`.
    """
    if grants.service_principal_absent or not any(_is_apps_own(flow) and flow.calls for flow in flows):
        return
    if grants.app_role_assignments is None:
        yield Unknown("grants.app_role_assignments")
        return
    stopped: dict[str, list[Climb]] = {}
    for climb in stopped_at("ungranted", (climb for climb in climbs if _is_apps_own(climb.flow))):
        if isinstance(climb, Unknown):
            yield climb
            continue
        for name in climb.step.missing:
            stopped.setdefault(name, []).append(climb)
    # A directory role of the app opens calls without a permission; which ones is not published.
    by_role = directory_roles(inventory, grants)
    for name, needing in stopped.items():
        sure = _surest(needing)
        yield Hit(
            subject.of_permission(GRAPH_NAME, name, "Role"),
            where_wanted(name, "Role", application, needing[0].flow, catalog, entra),
            f"{permissions((name,), 'Role')} was never granted, and {_calls(needing)} it",
            _needed_by(needing),
            severity="error" if sure == "high" and not by_role else "warning",
            confidence=sure,
        )


def delegated_permission_not_granted(
    climbs: tuple[Climb, ...],
    grants: Grants,
    catalog: Catalog,
    entra: Entra,
    application: Application | None = None,
    inventory: Inventory | None = None,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """Delegated permissions that calls need and that were not granted (rung `ungranted`).

    Where the flow can ask it is a note: that is what consent pages are for. What only an administrator
    could grant at the flow's own consent page belongs to the rules of `asked`, each of which tells one
    reason, a flow that cannot ask for an app without a service principal to `service_principal_missing`,
    and an API whose clients' pages can show what it needs to `flow/obo-no-combined-consent`.
    """
    plan, home = (inventory.consent, inventory.tenant) if inventory else (None, None)
    flows = inventory.flows if inventory else ()
    setting = Setting(application, grants, tenant, home)
    found = [climb for climb in climbs if climb.step.scheme == "DelegatedWork"]
    if found and grants.oauth2_permission_grants is None and not grants.service_principal_absent:
        yield Unknown("grants.oauth2_permission_grants")
        return
    stopped: dict[tuple[At, str], list[Climb]] = {}
    for climb in stopped_at("ungranted", found):
        if isinstance(climb, Unknown):
            yield climb
            continue
        if grants.service_principal_absent and not shows_page(climb.flow):
            continue
        if _is_left_to_clients(climb.flow, application, plan, entra):
            continue
        for name in climb.step.missing:
            permission = catalog.permission(GRAPH, name, "Scope")
            if permission is None or asked_on_other_page(
                climb.flow, name, flows, application, catalog, entra
            ):
                continue
            who = who_consents(decide(permission, setting.of(climb.flow), entra), climb.flow, plan, entra)
            if who in ("user", "nobody"):
                at = where_wanted(name, "Scope", application, climb.flow, catalog, entra)
                stopped.setdefault((at, name), []).append(climb)
    for (at, name), needing in stopped.items():
        yield _delegated(name, at, needing)


def _is_left_to_clients(
    flow: Flow, application: Application | None, plan: Consent | None, entra: Entra
) -> bool:
    """Whether an API says whose pages ask for what it needs, and no administrator is to consent to it."""
    api = application.api if application is not None else None
    if flow.type != "on_behalf_of" or api is None or api.known_client_applications is None:
        return False
    return is_organisations(flow, entra) and (plan is None or plan.by != "admin")


def _delegated(name: str, at: At, needing: list[Climb]) -> Hit:
    silent = [climb for climb in needing if not shows_page(climb.flow)]
    flows = listed(dict.fromkeys(climb.flow.name for climb in silent or needing))
    consequence = f"{flows} cannot ask for it" if silent else f"{flows} will ask the user for it"
    sure = _surest(silent or needing)
    return Hit(
        subject.of_permission(GRAPH_NAME, name, "Scope"),
        at,
        f"{permissions((name,), 'Scope')} is not granted, and {consequence}",
        _needed_by(silent or needing),
        severity="note" if not silent else None if sure == "high" else "warning",
        confidence=sure,
    )


def _is_apps_own(flow: Flow) -> bool:
    """Whether the flow's token is the app's own; a managed identity is another principal."""
    return flow.access == "application" and flow.type != "managed_identity"


def _surest(needing: Iterable[Climb]) -> Confidence:
    """How sure it is that at least one of the calls needs the permission."""
    return min((climb.confidence for climb in needing), key=CONFIDENCES.index)


def _calls(needing: list[Climb]) -> str:
    requests = list(dict.fromkeys(subject.of_request(climb.call) for climb in needing))
    return f"`{requests[0]}` needs" if len(requests) == 1 else f"{len(requests)} planned calls need"


def _needed_by(needing: list[Climb]) -> tuple[Related, ...]:
    return tuple(Related(climb.call.at, "needs it") for climb in needing[:_MOST_CALLS])


# --- granted on another API -------------------------------------------------------------------


def grant_on_wrong_resource(
    climbs: tuple[Climb, ...],
    grants: Grants,
    catalog: Catalog,
    entra: Entra,
    application: Application | None = None,
) -> Iterator[Hit | Unknown]:
    """What calls of Microsoft Graph need was granted under the same name, but of another API."""
    of_tenant = [
        climb for climb in climbs if climb.step.scheme == "DelegatedWork" or _is_apps_own(climb.flow)
    ]
    for type_, (field, _) in _FIELDS.items():
        needed = any(climb.step.type == type_ for climb in of_tenant)
        if needed and getattr(grants, field) is None and not grants.service_principal_absent:
            yield Unknown(f"grants.{field}")
    elsewhere = {
        (one.type, one.value.lower()): one
        for one in held(grants, catalog)
        if isinstance(one, Held) and one.api != GRAPH
    }
    stopped: dict[tuple[At, str, PermissionType], list[Climb]] = {}
    for climb in stopped_at("ungranted", of_tenant):
        if isinstance(climb, Unknown):
            yield climb
            continue
        type_ = climb.step.type
        for name in climb.step.missing:
            if (type_, name.lower()) in elsewhere:
                at = where_wanted(name, type_, application, climb.flow, catalog, entra)
                stopped.setdefault((at, name, type_), []).append(climb)
    for (at, name, type_), needing in stopped.items():
        one = elsewhere[type_, name.lower()]
        sure = _surest(needing)
        yield Hit(
            subject.of_permission(GRAPH_NAME, name, type_),
            at,
            f"{permissions((name,), type_)} is granted of {one.api_name} and not of {GRAPH_NAME}, "
            f"where {_calls(needing)} it",
            (Related(one.at, f"granted of {one.api_name}"), *_needed_by(needing)),
            severity="error" if sure == "high" else "warning",
            confidence=sure,
        )


# --- granted to single users ------------------------------------------------------------------


def principal_consent_for_shared_workload(
    flows: tuple[Flow, ...],
    grants: Grants,
    catalog: Catalog,
    entra: Entra,
    application: Application | None = None,
    inventory: Inventory | None = None,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """Only single users consented for themselves, and a flow serves others, who cannot.

    That is where no page is shown, and where only an administrator can pass it. A flow whose user is
    named is left to the rules about what that user lacks.
    """
    plan, home = (inventory.consent, inventory.tenant) if inventory else (None, None)
    setting = Setting(application, grants, tenant, home)
    shared = [flow for flow in flows if _serves_many(flow, application)]
    if shared and grants.oauth2_permission_grants is None and not grants.service_principal_absent:
        yield Unknown("grants.oauth2_permission_grants")
        return
    single = _single_users(grants)
    if single is None:
        return
    for flow in shared:
        if "oauth2PermissionGrants" in grants.partial:
            yield Unknown("grants.oauth2_permission_grants")
            continue
        names = {name for grant in single for name in grant.scopes}
        asked = [
            one
            for name in sorted(names)
            if (one := catalog.permission(GRAPH, name, "Scope"))
            and not asked_on_other_page(flow, one.value, flows, application, catalog, entra)
        ]
        whos = {who_consents(decide(one, setting.of(flow), entra), flow, plan, entra) for one in asked}
        if not whos - {"user"}:
            continue
        users = len({grant.principal_id for grant in single})
        count = (
            "1 user has consented, for one account"
            if users == 1
            else f"{users} users have consented, each for one account"
        )
        sure = "nobody" in whos or "administrator" in whos
        cannot = "cannot ask the others" if "nobody" in whos else "asks the others for what they cannot grant"
        yield Hit(
            subject.of_flow(flow, "user"),
            place(flow, "type"),
            f"only {count}, and `{flow.name}` {cannot}",
            tuple(Related(grant.at, "consent of one user") for grant in single[:_MOST_CALLS]),
            confidence=None if sure else "medium",
        )


def _serves_many(flow: Flow, application: Application | None) -> bool:
    """Whether a flow acts for users whom nobody names by object id."""
    if flow.access != "delegated" or not may_be_work_account(flow, application):
        return False
    return flow.user is None or flow.user.id is None or not is_guid(flow.user.id)


def _single_users(grants: Grants) -> list[OAuth2PermissionGrant] | None:
    """The consents of single users to Microsoft Graph; None where there are none, or any for everybody."""
    of_graph = [
        grant
        for grant in grants.oauth2_permission_grants or ()
        if is_graph(grants, grant.resource_id) is not False
    ]
    if not of_graph or any(grant.consent_type == "AllPrincipals" for grant in of_graph):
        return None
    return of_graph


# --- declared and not granted -----------------------------------------------------------------


def declared_not_granted(
    application: Application,
    grants: Grants,
    catalog: Catalog,
    entra: Entra,
    flows: tuple[Flow, ...] | None = None,
    climbs: tuple[Climb, ...] | None = None,
) -> Iterator[Hit | Unknown]:
    """What the registration declares beyond what was consented to and what calls are known to miss.

    Permissions that calls miss, and those that a flow asks for by name or at a page, are other rules'.
    """
    entries = declared(application, catalog)
    if entries is None:
        yield Unknown("application.required_resource_access")
        return
    audience = admitted(application, entra)
    if not entries or grants.service_principal_absent or (audience is not None and not audience.work):
        return
    consented = held(grants, catalog)
    of_apis: dict[tuple[str | None, PermissionType], list[Held]] = {}
    for one in consented:
        if isinstance(one, Held):
            of_apis.setdefault((one.api, one.type), []).append(one)
    unexplained = Unknown("grants.resources") in consented
    left_out = set(_missed(application, climbs or (), flows or (), catalog, entra))
    for entry in dict.fromkeys(entries):
        type_: PermissionType = "Role" if (entry.entry.type or "").strip().lower() == "role" else "Scope"
        if entry.state not in ("known", "unverifiable") or split_scope(entry.written).oidc:
            continue
        if entry.resource == GRAPH and (entry.written, type_) in left_out:
            continue
        of_api = of_apis.get((entry.resource, type_), [])
        if not _is_among(entry, of_api):
            yield _not_granted(entry, type_, grants, catalog, sure=_all_named(of_api) and not unexplained)


def _is_among(entry: Declared, consented: Iterable[Held]) -> bool:
    names = {entry.written.lower(), (entry.entry.id or "").strip().lower()}
    return any(one.value.lower() in names or (one.id or "").lower() in names for one in consented)


def _all_named(consented: Iterable[Held]) -> bool:
    return all(one.id is not None for one in consented)


def _not_granted(
    entry: Declared, type_: PermissionType, grants: Grants, catalog: Catalog, *, sure: bool
) -> Hit | Unknown:
    """`sure`: it is known of which permissions of which APIs the records are."""
    field, collection = _FIELDS[type_]
    if getattr(grants, field) is None or collection in grants.partial:
        return Unknown(f"grants.{field}")
    if entry.resource is None or not sure:
        return Unknown("grants.resources")
    name, api = entry.written, api_of(entry, catalog)
    return Hit(
        subject.of_permission(api, name, type_),
        entry.entry.at,
        f"{permissions((name,), type_)} of {api} is declared, and nobody has granted it",
    )


def _missed(
    application: Application,
    climbs: Iterable[Climb],
    flows: Iterable[Flow],
    catalog: Catalog,
    entra: Entra,
) -> Iterator[tuple[str, PermissionType]]:
    """Permissions of Microsoft Graph of which another rule speaks."""
    for climb in climbs:
        if climb.step.rung == "ungranted":
            for name in climb.step.missing:
                yield name, climb.step.type
    for flow in flows:
        for _, permission in asked_by_name(flow, catalog, entra):
            yield permission.value, "Scope"
        for one in wanted(flow, application, catalog, entra) if asks_for_graph(flow, entra) else ():
            yield one.permission.value, "Scope"
