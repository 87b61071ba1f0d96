"""Whose the collections are: what the directory holds for one app, and the facts of the tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from linter.memory import cached_property
from linter.model import (
    AppRoleAssignment,
    FederatedIdentityCredential,
    Grants,
    ManagedIdentity,
    OAuth2PermissionGrant,
    Owner,
    ServicePrincipal,
)
from linter.positions import At
from linter.readers.directory.answers import Collections
from linter.readers.directory.collections import COLLECTIONS, GRAPH
from linter.readers.directory.policies import Settings, Subscription
from linter.readers.directory.principals import Registration
from linter.tenant import Tenant
from linter.typed import Any, Final, NamedTuple

_OF_TENANT: Final = frozenset(row.name for row in COLLECTIONS if row.about == "tenant")


class _Client(NamedTuple):
    """Who the app is in the tenant: its service principal where one was given, and its object id."""

    principal: ServicePrincipal | None
    id: str | None
    assumptions: tuple[str, ...] = ()


class Directory:
    """The collections of a run, asked app by app.

    `sole_app` says that no other app is checked in this run: an answer that names no app can then only
    mean this one. `is_graph_scope` knows Microsoft Graph's delegated permissions.
    """

    def __init__(
        self, collections: Collections, *, sole_app: bool, is_graph_scope: Callable[[str], bool]
    ) -> None:
        self._collections = collections
        self._sole_app = sole_app
        self._is_graph_scope = is_graph_scope
        self._indexes: dict[tuple[str, str], dict[str, list[Any]]] = {}
        principals: tuple[ServicePrincipal, ...] = collections.of("servicePrincipals")
        self._principals = {one.id: one for one in principals if one.id is not None}
        self.tenant = _tenant(collections)

    def grants(self, app_id: str | None) -> Grants | None:
        """What the directory holds for the app `app_id`; None where the collections say nothing of it."""
        collections = self._collections
        client = self._client(app_id)
        if client is None:
            return self._identities_alone()
        delegated = self._mine("oauth2PermissionGrants", "client_id", client.id)
        application = self._assigned("principal_id", client.id, "appRoleAssignments")
        assigned_to = self._assigned("resource_id", client.id, "appRoleAssignedTo")
        roles = self._mine("roleAssignments", "principal_id", client.id)
        registration = self._registration(app_id)
        federated = self._federated(registration)
        owners = self._owners(registration)
        taken = dict(
            _taken_for_graph(
                self._principals,
                self._by_app_id(GRAPH) is not None,
                delegated or (),
                application or (),
                self._is_graph_scope,
            )
        )
        absent = client.principal is None and self._is_absent()
        sites = self._children("permissions", "sites/")
        specific = self._children("permissionGrants", "")
        known = (client.principal, delegated, application, assigned_to, roles, federated, owners)
        others = absent or collections.denied or sites or specific or self._identities
        if not others and all(found is None for found in known):
            return None
        return Grants(
            at=collections.at,
            service_principal=client.principal,
            service_principal_absent=absent,
            resources=self._principals
            if not taken  # the same object for all apps, so that what is worked out of it is, too
            else {**self._principals, **{identity: graph for identity, (graph, _) in taken.items()}},
            oauth2_permission_grants=delegated,
            app_role_assignments=application,
            directory_roles=_roles(roles),
            federated_identity_credentials=federated,
            app_role_assigned_to=assigned_to,
            owners=owners,
            site_permissions=sites,
            resource_specific_grants=specific,
            managed_identities=self._identities,
            partial=collections.partial - _OF_TENANT,
            denied={name: why for name, why in collections.denied.items() if name not in _OF_TENANT},
            assumptions=(*client.assumptions, *(why for _, why in taken.values()), *collections.remarks),
        )

    def _identities_alone(self) -> Grants | None:
        """What is known of no app, but of the managed identities that it may run as."""
        if not self._identities:
            return None
        return Grants(
            at=self._collections.at,
            resources=self._principals,
            managed_identities=self._identities,
            partial=self._collections.partial - _OF_TENANT,
        )

    @cached_property
    def _identities(self) -> tuple[ManagedIdentity, ...]:
        return tuple(
            ManagedIdentity(
                principal,
                self._assigned("principal_id", principal.id, "appRoleAssignments"),
                _roles(self._mine("roleAssignments", "principal_id", principal.id)),
            )
            for principal in self._principals.values()
            if principal.service_principal_type == "ManagedIdentity"
        )

    # --- who the app is -----------------------------------------------------------------------

    def _by_app_id(self, app_id: str) -> ServicePrincipal | None:
        found = self._index("servicePrincipals", "app_id").get(app_id.lower())
        return found[0] if found else None

    def _client(self, app_id: str | None) -> _Client | None:
        """The app in the tenant; None where the records are somebody else's or could be."""
        stated = self._by_app_id(app_id) if app_id is not None else None
        if stated is not None:
            return _Client(stated, stated.id)
        if app_id is not None and "servicePrincipals" in self._collections.whole:
            return _Client(None, None)
        if not self._sole_app:
            return None
        clients = set(self._clients())
        if not clients:
            return _Client(None, None)
        if len(clients) > 1:
            return None
        [client] = clients
        stated = self._principals.get(client)
        if stated is not None and stated.app_id is not None and app_id is not None:
            return None  # of another app, as the lookup above has seen
        assumption = f"all grants are of the one client {client}; they are taken for this app's"
        return _Client(stated, client, (assumption,))

    def _clients(self) -> Iterator[str]:
        """Who holds something, by object id."""
        for name, field in (
            ("oauth2PermissionGrants", "client_id"),
            ("appRoleAssignments", "principal_id"),
            ("roleAssignments", "principal_id"),
        ):
            yield from self._index(name, field)

    def _is_absent(self) -> bool:
        """Whether the collections say that the app, which is none of their principals, has none."""
        collections = self._collections
        if "servicePrincipals" in collections.whole:
            return True
        not_found = {"servicePrincipals", "oauth2PermissionGrants", "appRoleAssignments"} & collections.absent
        return self._sole_app and (bool(not_found) or "servicePrincipals" in collections.empty)

    # --- what is the app's --------------------------------------------------------------------

    def _index(self, name: str, field: str) -> dict[str, list[Any]]:
        """The records of a collection by one of their fields."""
        if (name, field) not in self._indexes:
            index: dict[str, list[Any]] = {}
            for record in self._collections.of(name):
                value = getattr(record, field)
                if value is not None:
                    index.setdefault(value, []).append(record)
            self._indexes[name, field] = index
        return self._indexes[name, field]

    def _mine(self, name: str, field: str, identity: str | None) -> tuple[Any, ...] | None:
        """The records of a collection that are the client's.

        Records of others alone do not say that it has none, unless they are all: they may be answers
        about those others.
        """
        found = self._index(name, field).get(identity, ()) if identity is not None else ()
        if found or name in self._collections.whole:
            return tuple(found)
        empty = self._sole_app and name in self._collections.empty
        return () if empty and self._can_only_mean(identity) else None

    def _can_only_mean(self, identity: str | None) -> bool:
        """Whether an empty answer, which names nobody, is about this principal, the app or an identity."""
        kinds = {one.id: one.service_principal_type for one in self._principals.values()}
        if kinds.get(identity) == "ManagedIdentity":
            return all(kind is None for other, kind in kinds.items() if other != identity)
        return "ManagedIdentity" not in kinds.values()

    def _assigned(self, field: str, identity: str | None, asked: str) -> tuple[AppRoleAssignment, ...] | None:
        """App role assignments of a principal or to an API; the directory shows each from both ends."""
        other = "appRoleAssignedTo" if asked == "appRoleAssignments" else "appRoleAssignments"
        from_here = self._mine(asked, field, identity)
        from_there = tuple(self._index(other, field).get(identity, ())) if identity is not None else ()
        if not from_there:
            return from_here
        known = {one._replace(at=None) for one in from_here or ()}
        return (*(from_here or ()), *(one for one in from_there if one._replace(at=None) not in known))

    def _registration(self, app_id: str | None) -> Registration | None:
        if app_id is None:
            return None
        registrations: tuple[Registration, ...] = self._collections.of("applications")
        return next((one for one in registrations if _same(one.app_id, app_id)), None)

    def _federated(self, registration: Registration | None) -> tuple[FederatedIdentityCredential, ...] | None:
        if registration is None:
            return None
        expanded = registration.federated_identity_credentials
        asked = self._below("federatedIdentityCredentials", registration)
        return expanded if asked is None else asked

    def _owners(self, registration: Registration | None) -> tuple[Owner, ...] | None:
        if registration is None:
            return None
        asked = self._below("owners", registration)
        return registration.owners if asked is None else asked

    def _below(self, name: str, registration: Registration) -> tuple[Any, ...] | None:
        """The records of a child collection of the registration; None where it was not asked for."""
        parents = {f"applications/{registration.id}", f"applications/{(registration.app_id or '').lower()}"}
        found = tuple(one.record for one in self._collections.records.get(name, ()) if one.parent in parents)
        asked = parents & self._collections.asked_of.get(name, frozenset())
        return found if found or asked or name in self._collections.whole else None

    def _children(self, name: str, before: str) -> Mapping[str, tuple[Any, ...]]:
        """The records of a child collection by what they were asked of."""
        found: dict[str, list[Any]] = {
            parent.removeprefix(before): [] for parent in self._collections.asked_of.get(name, ())
        }
        for one in self._collections.records.get(name, ()):
            if one.parent is not None:
                found[one.parent.removeprefix(before)].append(one.record)
        return {parent: tuple(records) for parent, records in found.items()}


def _roles(assignments: tuple[Any, ...] | None) -> tuple[str, ...] | None:
    """The directory roles of role assignments."""
    if assignments is None:
        return None
    return tuple(held.role for held in assignments if held.role is not None)


# --- the tenant -------------------------------------------------------------------------------


def _tenant(collections: Collections) -> Tenant | None:
    """The tenant's facts; None where no answer is about it."""
    told = {name for name in _OF_TENANT if collections.answered(name) or name in collections.denied}
    whole_principals = "servicePrincipals" in collections.whole
    if not told and not whole_principals:
        return None
    settings: tuple[Settings, ...] | None = _all(collections, "groupSettings")
    subscriptions: tuple[Subscription, ...] | None = _all(collections, "subscribedSkus")
    defaults = _one(collections, "identitySecurityDefaultsEnforcementPolicy")
    configuration = _one(collections, "openid-configuration")
    return Tenant(
        at=collections.at,
        service_plans=None
        if subscriptions is None
        else tuple(plan for one in subscriptions for plan in one.plans),
        organization=_one(collections, "organization"),
        graph_host=configuration.graph_host if configuration is not None else None,
        domains=_all(collections, "domains"),
        authorization_policy=_one(collections, "authorizationPolicy"),
        permission_grant_policies=_all(collections, "permissionGrantPolicies"),
        permission_classifications=_all(collections, "delegatedPermissionClassifications"),
        group_settings=None if settings is None else tuple(value for one in settings for value in one.values),
        admin_consent_request_policy=_one(collections, "adminConsentRequestPolicy"),
        conditional_access_policies=_all(collections, "conditionalAccessPolicies"),
        named_locations=_all(collections, "namedLocations"),
        security_defaults_enabled=defaults.is_enabled if defaults is not None else None,
        default_app_management_policy=_one(collections, "defaultAppManagementPolicy"),
        app_management_policies=_all(collections, "appManagementPolicies"),
        cross_tenant_default=_one(collections, "crossTenantAccessPolicyDefault"),
        cross_tenant_partners=_all(collections, "crossTenantAccessPolicyPartners"),
        home_realm_discovery_policies=_all(collections, "homeRealmDiscoveryPolicies"),
        resource_actions=_all(collections, "resourceActions"),
        service_principals=_all(collections, "servicePrincipals") if whole_principals else None,
        group_members=_members(collections),
        application_access_policies=_all(collections, "exchange/applicationAccessPolicies"),
        exchange_role_assignments=_all(collections, "exchange/managementRoleAssignments"),
        exchange_authorizations=_by_mailbox(collections),
        exchange_organization=_one(collections, "exchange/organizationConfig"),
        partial=collections.partial & _OF_TENANT,
        denied={name: why for name, why in collections.denied.items() if name in _OF_TENANT},
    )


def _all(collections: Collections, name: str) -> tuple[Any, ...] | None:
    return collections.of(name) if collections.answered(name) else None


def _one(collections: Collections, name: str) -> Any:
    found = collections.of(name)
    return found[0] if found else None


def _members(collections: Collections) -> Mapping[str, tuple[str, ...]]:
    """The members of each group that was asked, by the group's id; a list that goes on says nothing."""
    if "members" in collections.partial:
        return {}
    found: dict[str, list[str]] = {
        parent.removeprefix("groups/"): [] for parent in collections.asked_of.get("members", ())
    }
    for one in collections.records.get("members", ()):
        if one.parent is not None and one.record.id is not None:
            found[one.parent.removeprefix("groups/")].append(one.record.id)
    return {group: tuple(ids) for group, ids in found.items()}


def _by_mailbox(collections: Collections) -> Mapping[str, tuple[Any, ...]]:
    found: dict[str, list[Any]] = {}
    for one in collections.records.get("exchange/servicePrincipalAuthorization", ()):
        if one.parent is not None:
            found.setdefault(one.parent, []).append(one.record)
    return {mailbox: tuple(records) for mailbox, records in found.items()}


# --- Microsoft Graph, where no record names it ------------------------------------------------


def _taken_for_graph(
    resources: Mapping[str, ServicePrincipal],
    known: bool,
    delegated: Iterable[OAuth2PermissionGrant],
    application: Iterable[AppRoleAssignment],
    is_graph_scope: Callable[[str], bool],
) -> Iterator[tuple[str, tuple[ServicePrincipal, str]]]:
    """APIs that no record explains but that show themselves to be Microsoft Graph, and why."""
    if known:
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
