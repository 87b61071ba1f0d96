"""What the directory holds, from saved answers of Microsoft Graph.

Forms: one answer, several one after another (what a shell group of `az rest` writes), a list of
records, NDJSON, the answers of one `$batch`, or an object keyed by collection. Two steps: `read`
gives the collections of one file and `merge` those of several; `join` says what of them is one
app's. States are Graph's own: a page with a next link is partial, an error body is denied.

Collections and requests: https://learn.microsoft.com/graph/api/overview (v1.0).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from linter.model import (
    AppRoleAssignment,
    FederatedIdentityCredential,
    Grants,
    OAuth2PermissionGrant,
    ServicePrincipal,
)
from linter.positions import At, Source
from linter.readers import parts
from linter.readers.node import Node, wrong
from linter.syntax import json_text
from linter.tenant import ServicePlan, Tenant
from linter.typed import Any, Final, NamedTuple

GRAPH: Final = "00000003-0000-0000-c000-000000000000"


# --- records ----------------------------------------------------------------------------------


class RoleAssignment(NamedTuple):
    """A directory role of one principal: its display name, or its id where it was not expanded."""

    at: At
    principal_id: str | None
    role: str | None


class Registration(NamedTuple):
    """What answers about the app registration itself add to its manifest."""

    at: At
    app_id: str | None
    federated_identity_credentials: tuple[FederatedIdentityCredential, ...] | None


class Subscription(NamedTuple):
    """A subscription of the tenant, with its service plans."""

    at: At
    plans: tuple[ServicePlan, ...]


class Kept(NamedTuple):
    """A record of a collection that no rule reads yet."""

    at: At


def _guid(node: Node, name: str) -> str | None:
    """An object id or appId in lower case, so that records join however a tool wrote them."""
    written = node.text(name)
    return None if written is None else written.lower()


def _service_principal(node: Node) -> ServicePrincipal:
    return ServicePrincipal(
        node.at,
        _guid(node, "id"),
        _guid(node, "appId"),
        node.text("displayName"),
        node.text("servicePrincipalType"),
        node.flag("appRoleAssignmentRequired"),
        parts.app_roles(node),
        parts.permission_scopes(node, "oauth2PermissionScopes"),
        parts.credentials(node, "passwordCredentials", "secret"),
        parts.credentials(node, "keyCredentials", "certificate"),
    )


def _oauth2_permission_grant(node: Node) -> OAuth2PermissionGrant:
    return OAuth2PermissionGrant(
        node.at,
        _guid(node, "clientId"),
        node.text("consentType"),
        _guid(node, "principalId"),
        _guid(node, "resourceId"),
        # The directory keeps what the client once sent, often with spaces around it.
        tuple((node.text("scope") or "").split()),
    )


def _app_role_assignment(node: Node) -> AppRoleAssignment:
    return AppRoleAssignment(
        node.at,
        _guid(node, "principalId"),
        _guid(node, "resourceId"),
        node.text("appRoleId"),
        node.text("resourceDisplayName"),
    )


def _role_assignment(node: Node) -> RoleAssignment:
    definition = node.node("roleDefinition")
    name = definition.text("displayName") if definition is not None else None
    return RoleAssignment(node.at, _guid(node, "principalId"), name or node.text("roleDefinitionId"))


def _registration(node: Node) -> Registration:
    return Registration(node.at, node.text("appId"), parts.federated_identity_credentials(node))


def _subscription(node: Node) -> Subscription:
    # LockedOut, Suspended and Deleted subscriptions give nobody a right, Warning is about to end.
    # https://learn.microsoft.com/graph/api/resources/subscribedsku
    enabled = node.text("capabilityStatus") == "Enabled"
    plans = node.nodes("servicePlans") or []
    names = [(plan.at, plan.text("servicePlanName")) for plan in plans]
    return Subscription(
        node.at, tuple(ServicePlan(at, name, enabled) for at, name in names if name is not None)
    )


def _kept(node: Node) -> Kept:
    return Kept(node.at)


# --- the collections --------------------------------------------------------------------------


class Collection(NamedTuple):
    """One collection: its name, the request that answers it, and what its records look like.

    A record belongs to it if it has all keys of one of `keys` (lower case) and none of `never`.
    """

    name: str
    request: str
    keys: tuple[frozenset[str], ...] = ()
    never: frozenset[str] = frozenset()
    read: Callable[[Node], Any] = _kept


def _keys(*alternatives: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(keys.lower().split()) for keys in alternatives)


COLLECTIONS: Final = (
    Collection(
        "servicePrincipals",
        "/servicePrincipals?$filter=appId eq '{appId}'",
        _keys(
            "appId servicePrincipalType",
            "appId appRoleAssignmentRequired",
            "appId servicePrincipalNames",
            "appId oauth2PermissionScopes",
            "appId appOwnerOrganizationId",
        ),
        frozenset({"web", "spa", "requiredresourceaccess"}),
        _service_principal,
    ),
    Collection(
        "oauth2PermissionGrants",
        "/servicePrincipals(appId='{appId}')/oauth2PermissionGrants",
        _keys("clientId consentType scope"),
        read=_oauth2_permission_grant,
    ),
    Collection(
        "appRoleAssignments",
        "/servicePrincipals(appId='{appId}')/appRoleAssignments",
        _keys("appRoleId principalId resourceId"),
        read=_app_role_assignment,
    ),
    # The same record as the one above, seen from the API; only its request or name tells.
    Collection("appRoleAssignedTo", "/servicePrincipals(appId='{appId}')/appRoleAssignedTo"),
    Collection(
        "roleAssignments",
        "/roleManagement/directory/roleAssignments?$filter=principalId eq '{spId}'&$expand=roleDefinition",
        _keys("principalId roleDefinitionId"),
        read=_role_assignment,
    ),
    Collection(
        "applications",
        "/applications(appId='{appId}')?$select=id,appId&$expand=federatedIdentityCredentials",
        _keys("appId federatedIdentityCredentials", "appId owners", "appId signInAudience", "appId web"),
        read=_registration,
    ),
    Collection("subscribedSkus", "/subscribedSkus", _keys("skuPartNumber servicePlans"), read=_subscription),
    Collection("permissionGrants", "/teams/{id}/permissionGrants", _keys("clientAppId permissionType")),
    Collection("permissions", "/sites/{id}/permissions"),
    Collection("organization", "/organization", _keys("verifiedDomains tenantType")),
    Collection(
        "openid-configuration",
        "https://login.microsoftonline.com/{tenant}/v2.0/.well-known/openid-configuration",
        _keys("msgraph_host"),
    ),
    Collection("authorizationPolicy", "/policies/authorizationPolicy", _keys("defaultUserRolePermissions")),
    Collection("permissionGrantPolicies", "/policies/permissionGrantPolicies", _keys("includes excludes")),
    Collection(
        "delegatedPermissionClassifications",
        f"/servicePrincipals(appId='{GRAPH}')/delegatedPermissionClassifications",
        _keys("classification permissionId"),
    ),
    Collection("groupSettings", "/groupSettings", _keys("templateId values")),
    Collection(
        "adminConsentRequestPolicy", "/policies/adminConsentRequestPolicy", _keys("requestDurationInDays")
    ),
    Collection(
        "conditionalAccessPolicies", "/identity/conditionalAccess/policies", _keys("conditions grantControls")
    ),
    Collection(
        "namedLocations",
        "/identity/conditionalAccess/namedLocations",
        _keys("ipRanges", "countriesAndRegions"),
    ),
    Collection(
        "identitySecurityDefaultsEnforcementPolicy", "/policies/identitySecurityDefaultsEnforcementPolicy"
    ),
    Collection(
        "defaultAppManagementPolicy", "/policies/defaultAppManagementPolicy", _keys("applicationRestrictions")
    ),
    Collection(
        "appManagementPolicies",
        "/policies/appManagementPolicies?$expand=appliesTo",
        _keys("restrictions appliesTo"),
    ),
    Collection(
        "crossTenantAccessPolicyDefault",
        "/policies/crossTenantAccessPolicy/default",
        _keys("b2bCollaborationInbound isServiceDefault"),
    ),
    Collection(
        "crossTenantAccessPolicyPartners",
        "/policies/crossTenantAccessPolicy/partners",
        _keys("b2bCollaborationInbound tenantId"),
    ),
    Collection("domains", "/domains", _keys("authenticationType isVerified")),
    Collection("homeRealmDiscoveryPolicies", "/policies/homeRealmDiscoveryPolicies"),
    Collection(
        "resourceActions",
        "/roleManagement/directory/resourceNamespaces/microsoft.directory/resourceActions",
        _keys("authenticationContextId"),
    ),
)

_BY_NAME: Final = {row.name.lower(): row for row in COLLECTIONS}

# How `@odata.context` names a collection where that is not the name here.
_CONTEXT_NAMES: Final = {
    "conditionalaccess/policies": "conditionalaccesspolicies",
    "crosstenantaccesspolicy/default": "crosstenantaccesspolicydefault",
    "crosstenantaccesspolicy/partners": "crosstenantaccesspolicypartners",
}


class Identified(NamedTuple):
    """A record of any collection under its own id, if it has one."""

    id: str | None
    record: Any


class Collections(NamedTuple):
    """What was read, by collection. A collection that no answer is about is in none of these.

    `records` are in the order read, each id once; `empty` names collections for which one answer
    held nothing, `partial` those of which there may be more, `absent` those whose parent does not
    exist (404). `denied` maps to the reason the service gave. `remarks` are sentences about
    answers that could not be used.
    """

    at: At
    records: Mapping[str, tuple[Identified, ...]]
    empty: frozenset[str] = frozenset()
    partial: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    denied: Mapping[str, str] = {}
    remarks: tuple[str, ...] = ()

    def answered(self, name: str) -> bool:
        """Whether an answer tells this collection, be it empty."""
        return name in self.records or name in self.empty

    def of(self, name: str) -> tuple[Any, ...]:
        """The records of a collection, none if it is not told."""
        return tuple(identified.record for identified in self.records.get(name, ()))


# --- reading ----------------------------------------------------------------------------------


def read(path: str, text: str) -> Collections:
    """The collections of one file.

    Raises `Unreadable` for text that is not JSON, for a record of no known collection, for a
    member of a wrong type, and for two records of one id that differ.
    """
    source = Source(path, text, json_text.spans)
    answers = _Answers()
    for pointer, value in json_text.documents(text, path):
        answers.take(value, At(source, pointer), None)
    return merge([answers.collections(At(source, ""))])


def merge(several: Iterable[Collections]) -> Collections:
    """All of them as one; `at` is the first one's. Raises `Unreadable` as `read` does."""
    several = list(several)
    records: dict[str, tuple[Identified, ...]] = {}
    for name in dict.fromkeys(name for one in several for name in one.records):
        records[name] = _each_once(record for one in several for record in one.records.get(name, ()))
    return Collections(
        several[0].at,
        records,
        frozenset().union(*(one.empty for one in several)),
        frozenset().union(*(one.partial for one in several)),
        frozenset().union(*(one.absent for one in several)),
        {name: reason for one in several for name, reason in one.denied.items()},
        tuple(dict.fromkeys(remark for one in several for remark in one.remarks)),
    )


def _each_once(several: Iterable[Identified]) -> tuple[Identified, ...]:
    """Every record once, those of one id joined: what one answer left out, another may hold."""
    known: dict[str, Identified] = {}
    for number, one in enumerate(several):
        key = f"id {one.id}" if one.id else f"number {number}"
        known[key] = _joined(known[key], one) if key in known else one
    return tuple(known.values())


def _joined(one: Identified, other: Identified) -> Identified:
    missing: dict[str, Any] = {}
    for field, value in other.record._asdict().items():
        present = getattr(one.record, field)
        if present is None:
            missing[field] = value
        elif value is not None and _comparable(present) != _comparable(value):
            raise wrong(other.record.at, f"two records of the id {other.id} differ in {field}")
    return Identified(one.id, one.record._replace(**missing))


def _comparable(value: Any) -> Any:
    """The value without the places in it."""
    if isinstance(value, At):
        return None
    if isinstance(value, tuple):
        return tuple(map(_comparable, value))
    return value


class _Answers:
    """The answers of one file, taken one by one."""

    def __init__(self) -> None:
        self.records: dict[str, list[Identified]] = {}
        self.empty: set[str] = set()
        self.partial: set[str] = set()
        self.absent: set[str] = set()
        self.denied: dict[str, str] = {}
        self.remarks: list[str] = []

    def collections(self, at: At) -> Collections:
        return Collections(
            at,
            {name: tuple(records) for name, records in self.records.items()},
            frozenset(self.empty),
            frozenset(self.partial),
            frozenset(self.absent),
            self.denied,
            tuple(self.remarks),
        )

    def take(self, value: Any, at: At, named: Collection | None) -> None:
        """One answer, record or list of them; `named` is the collection that its request names."""
        if type(value) is list:
            self.side_by_side(value, at, named)
        elif type(value) is not dict:
            raise wrong(at, "an answer of Microsoft Graph is expected here, an object or a list")
        elif type(value.get("responses")) is list:
            self.batch(value["responses"], at.child("responses"))
        elif type(value.get("error")) is dict:
            self.error(value["error"], named, None)
        elif type(value.get("value")) is list:
            self.page(value, at, _by_context(value) or named)
        elif (names := _names(value)) is not None:
            for key, collection in names:
                self.take(value[key], at.child(key), collection)
        else:
            self.record(value, at, _by_context(value) or named)

    def side_by_side(self, items: list[Any], at: At, named: Collection | None) -> None:
        """Records or answers, side by side."""
        if not items:
            self.nothing(named)
        for number, item in enumerate(items):
            self.take(item, at.child(number), named)

    def page(self, page: dict[str, Any], at: At, named: Collection | None) -> None:
        """One answer with a list of records, which may be a page of a longer list."""
        items = page["value"]
        if not items:
            self.nothing(named)
        collections = {
            self.record(item, at.child("value", number), named) for number, item in enumerate(items)
        }
        if named is not None:
            collections.add(named.name)
        count = page.get("@odata.count")
        if "@odata.nextLink" in page or (type(count) is int and count > len(items)):
            self.partial |= collections
            self.empty -= collections

    def batch(self, responses: list[Any], at: At) -> None:
        """The answers to one `$batch`; a request's id may be the name of its collection."""
        for number, response in enumerate(responses):
            if type(response) is not dict:
                raise wrong(at.child(number), "a response of a $batch is expected here, an object")
            named = _BY_NAME.get(str(response.get("id")).lower())
            body, status = response.get("body"), response.get("status")
            if type(body) is dict and type(body.get("error")) is dict:
                self.error(body["error"], named, status)
            elif type(status) is int and status >= 400:
                self.error({}, named, status)
            else:
                self.take(body, at.child(number, "body"), named)

    def error(self, error: dict[str, Any], named: Collection | None, status: Any) -> None:
        """An answer that is a refusal."""
        said = [str(part) for part in (status, error.get("code"), error.get("message")) if part]
        reason = ": ".join(said) or "an error without a reason"
        if named is None:
            self.remarks.append(f"one answer is an error and does not say of which request ({reason})")
        elif status == 404 or error.get("code") in ("Request_ResourceNotFound", "ResourceNotFound"):
            self.absent.add(named.name)
        else:
            self.denied[named.name] = reason

    def nothing(self, named: Collection | None) -> None:
        """An answer without records."""
        if named is None:
            self.remarks.append("one answer is empty and does not say of which collection")
        else:
            self.empty.add(named.name)

    def record(self, members: Any, at: At, named: Collection | None) -> str:
        """One record; its collection's name."""
        if type(members) is not dict:
            raise wrong(at, "each record must be an object")
        collection = named or _by_keys(members)
        if collection is None:
            raise wrong(at, f"no known collection has such a record ({_some(members)})")
        if collection.name == "appRoleAssignments" and members.get("principalType") in {"User", "Group"}:
            # The same record, and Graph names both requests alike: seen from the API, not the client.
            collection = _BY_NAME["approleassignedto"]
        node = Node(members, at, "full")
        identified = Identified(_guid(node, "id"), collection.read(node))
        self.records.setdefault(collection.name, []).append(identified)
        if collection.name == "oauth2PermissionGrants" and type(members.get("scope")) is not str:
            self.partial.add(collection.name)  # `$select` left out what was granted
        return collection.name


def _by_context(answer: dict[str, Any]) -> Collection | None:
    """The collection that `@odata.context` names: `…$metadata#applications('1')/owners(id)/$entity`."""
    context = answer.get("@odata.context")
    if type(context) is not str:
        return None
    named, depth = "", 0
    for sign in context.partition("#")[2].lower():
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and sign != ")":
            named += sign
    steps = [step for step in named.split("/") if step and not step.startswith("$")]
    last_two = "/".join(steps[-2:])
    return _BY_NAME.get(_CONTEXT_NAMES.get(last_two, steps[-1] if steps else ""))


def _by_keys(record: dict[str, Any]) -> Collection | None:
    written = {key.lower() for key in record}
    for row in COLLECTIONS:
        if any(keys <= written for keys in row.keys) and not row.never & written:
            return row
    return None


def _names(value: dict[str, Any]) -> list[tuple[str, Collection]] | None:
    """The members of an object keyed by collection; None for any other object."""
    keys = [key for key in value if not key.startswith(("@", "$"))]
    found = [(key, _BY_NAME[key.lower()]) for key in keys if key.lower() in _BY_NAME]
    return found if keys and len(found) == len(keys) else None


def _some(members: dict[str, Any]) -> str:
    keys = ", ".join(key[:40] for key in list(members)[:5])
    return f"keys: {keys}" if keys else "no keys"


# --- joining ----------------------------------------------------------------------------------


class _Client(NamedTuple):
    """Who the app is in the tenant: its service principal where one was given, and its object id."""

    principal: ServicePrincipal | None
    id: str | None
    assumptions: tuple[str, ...] = ()


def join(
    collections: Collections,
    app_id: str | None,
    sole_app: bool,
    is_graph_scope: Callable[[str], bool],
) -> tuple[Grants | None, Tenant | None]:
    """What the collections say of the app `app_id`, and of the tenant; None where they say nothing.

    `sole_app` says that no other app is checked in this run: an answer that names no app can
    then only mean this one. `is_graph_scope` knows Microsoft Graph's delegated permissions.
    """
    return _grants(collections, app_id, sole_app, is_graph_scope), _tenant(collections)


def _tenant(collections: Collections) -> Tenant | None:
    if not collections.answered("subscribedSkus"):
        return None
    subscriptions: tuple[Subscription, ...] = collections.of("subscribedSkus")
    return Tenant(collections.at, tuple(plan for one in subscriptions for plan in one.plans))


def _grants(
    collections: Collections, app_id: str | None, sole_app: bool, is_graph_scope: Callable[[str], bool]
) -> Grants | None:
    client = _client(collections, app_id, sole_app)
    if client is None:
        return None
    delegated = _mine(collections, "oauth2PermissionGrants", "client_id", client, sole_app)
    application = _mine(collections, "appRoleAssignments", "principal_id", client, sole_app)
    roles = _mine(collections, "roleAssignments", "principal_id", client, sole_app)
    federated = _federated(collections, app_id)
    principals: tuple[ServicePrincipal, ...] = collections.of("servicePrincipals")
    resources = {principal.id: principal for principal in principals if principal.id is not None}
    taken = dict(_taken_for_graph(resources, delegated or (), application or (), is_graph_scope))
    absent = client.principal is None and sole_app and _is_absent(collections)
    known = (client.principal, delegated, application, roles, federated)
    if not (absent or collections.denied or any(found is not None for found in known)):
        return None
    return Grants(
        at=collections.at,
        service_principal=client.principal,
        service_principal_absent=absent,
        resources={**resources, **{identity: graph for identity, (graph, _) in taken.items()}},
        oauth2_permission_grants=delegated,
        app_role_assignments=application,
        directory_roles=None
        if roles is None
        else tuple(held.role for held in roles if held.role is not None),
        federated_identity_credentials=federated,
        partial=collections.partial,
        denied=collections.denied,
        assumptions=(*client.assumptions, *(why for _, why in taken.values()), *collections.remarks),
    )


def _client(collections: Collections, app_id: str | None, sole_app: bool) -> _Client | None:
    """The app in the tenant; None where the records are somebody else's or could be."""
    principals: tuple[ServicePrincipal, ...] = collections.of("servicePrincipals")
    for principal in principals:
        if app_id is not None and _same(principal.app_id, app_id):
            return _Client(principal, principal.id)
    if not sole_app:
        return None
    clients = set(_clients(collections))
    if not clients:
        return _Client(None, None)
    if len(clients) > 1:
        return None
    [client] = clients
    principal_of = {principal.id: principal for principal in principals if principal.id is not None}
    stated = principal_of.get(client)
    if stated is not None and stated.app_id is not None and app_id is not None:
        return None  # of another app, as the loop above has seen
    assumption = f"all grants are of the one client {client}; they are taken for this app's"
    return _Client(stated, client, (assumption,))


def _clients(collections: Collections) -> Iterator[str]:
    """Who holds something, by object id."""
    for name, field in (
        ("oauth2PermissionGrants", "client_id"),
        ("appRoleAssignments", "principal_id"),
        ("roleAssignments", "principal_id"),
    ):
        for record in collections.of(name):
            if getattr(record, field) is not None:
                yield getattr(record, field)


def _mine(
    collections: Collections, name: str, field: str, client: _Client, sole_app: bool
) -> tuple[Any, ...] | None:
    """The records of a collection that are the client's.

    Records of others alone do not say that it has none: they may be answers about those others.
    """
    found = tuple(record for record in collections.of(name) if _same(getattr(record, field), client.id))
    return found if found or (sole_app and name in collections.empty) else None


def _federated(
    collections: Collections, app_id: str | None
) -> tuple[FederatedIdentityCredential, ...] | None:
    registrations: tuple[Registration, ...] = collections.of("applications")
    for registration in registrations:
        credentials = registration.federated_identity_credentials
        if app_id is not None and _same(registration.app_id, app_id) and credentials is not None:
            return credentials
    return None


def _is_absent(collections: Collections) -> bool:
    """Whether an answer says that the app has no service principal in the tenant."""
    not_found = {"servicePrincipals", "oauth2PermissionGrants", "appRoleAssignments"} & collections.absent
    return bool(not_found) or "servicePrincipals" in collections.empty


def _taken_for_graph(
    resources: Mapping[str, ServicePrincipal],
    delegated: Iterable[OAuth2PermissionGrant],
    application: Iterable[AppRoleAssignment],
    is_graph_scope: Callable[[str], bool],
) -> Iterator[tuple[str, tuple[ServicePrincipal, str]]]:
    """APIs that no record explains but that show themselves to be Microsoft Graph, and why."""
    if any(_same(principal.app_id, GRAPH) for principal in resources.values()):
        return  # a tenant has one principal of it
    for assignment in application:
        identity = assignment.resource_id
        if identity and identity not in resources and assignment.resource_display_name == "Microsoft Graph":
            why = f"the API {identity} is taken for Microsoft Graph by its display name"
            yield identity, (ServicePrincipal(assignment.at, identity, GRAPH, "Microsoft Graph"), why)
            return
    scopes: dict[str, set[str]] = {}
    places: dict[str, At] = {}
    for grant in delegated:
        if grant.resource_id and grant.resource_id not in resources:
            scopes.setdefault(grant.resource_id, set()).update(grant.scopes)
            places.setdefault(grant.resource_id, grant.at)
    for identity, names in scopes.items():
        if names and all(map(is_graph_scope, names)):
            why = f"the API {identity} is taken for Microsoft Graph: every scope granted there is one of its"
            yield identity, (ServicePrincipal(places[identity], identity, GRAPH, "Microsoft Graph"), why)


def _same(one: str | None, other: str | None) -> bool:
    """Whether two GUIDs are the same; they are written in either case."""
    return one is not None and other is not None and one.lower() == other.lower()
