"""The records of a tenant: its policies, licences, domains and other principals, in Microsoft Graph's names.

As in `model`: None is unknown, `()` is known to be empty. Ids and appIds are in lower case, so that
records join however a tool wrote them; names are as written. Every record knows its place.
"""

from __future__ import annotations

from collections.abc import Mapping

from linter.model import Null, ServicePrincipal
from linter.positions import At
from linter.typed import Literal, NamedTuple


class ServicePlan(NamedTuple):
    """One service plan of a subscription that the tenant holds."""

    at: At
    name: str
    enabled: bool


class Organization(NamedTuple):
    """The tenant itself. `verified_domains` are host names in lower case."""

    at: At
    id: str | None
    display_name: str | None
    tenant_type: str | None
    verified_domains: tuple[str, ...] | None


class Domain(NamedTuple):
    """A domain of the tenant and who signs its users in (`Managed`, `Federated`)."""

    at: At
    id: str | None
    authentication_type: str | None
    is_verified: bool | None


class AuthorizationPolicy(NamedTuple):
    """What ordinary users and guests may do.

    `permission_grant_policies` are the assigned policies, as written (`ManagePermissionGrantsForSelf.…`).
    """

    at: At
    places: Mapping[str, At]
    permission_grant_policies: tuple[str, ...] | None
    allowed_to_create_apps: bool | None
    allow_user_consent_for_risky_apps: bool | None
    guest_user_role_id: str | None
    allow_invites_from: str | None


class PermissionGrantCondition(NamedTuple):
    """One condition set of a permission grant policy: `includes` allow, `excludes` take back.

    `permissions` are ids, or `all`; `resource_application` is an appId or `any`.
    """

    at: At
    permission_type: str | None
    permission_classification: str | None
    permissions: tuple[str, ...] | None
    resource_application: str | None
    client_application_ids: tuple[str, ...] | None
    client_application_tenant_ids: tuple[str, ...] | None
    client_application_publisher_ids: tuple[str, ...] | None
    client_applications_from_verified_publisher_only: bool | None


class PermissionGrantPolicy(NamedTuple):
    """Which consents whoever is assigned the policy may give."""

    at: At
    id: str | None
    includes: tuple[PermissionGrantCondition, ...] | None
    excludes: tuple[PermissionGrantCondition, ...] | None


class PermissionClassification(NamedTuple):
    """A delegated permission of one API that an administrator has classified, as `low` for example."""

    at: At
    permission_id: str | None
    permission_name: str | None
    classification: str | None


class GroupSetting(NamedTuple):
    """One value of the directory settings (`/groupSettings`)."""

    at: At
    template_id: str | None
    name: str | None
    value: str | None


class AdminConsentRequestPolicy(NamedTuple):
    """Whether users may ask an administrator for consent."""

    at: At
    is_enabled: bool | None


class ConditionalAccessPolicy(NamedTuple):
    """A Conditional Access policy: whom and what it is about, and what it asks.

    Ids are in lower case; `All`, `None`, `GuestsOrExternalUsers`, `Office365` … are as Graph writes
    them, in lower case too. None where the member is missing or null: then the condition is not set.
    `controls` are the built-in ones, `other_controls` authentication strengths, terms of use and custom
    factors by their id. `session` names the session controls that are on.
    """

    at: At
    id: str | None
    display_name: str | None
    state: str | None
    include_users: tuple[str, ...] = ()
    exclude_users: tuple[str, ...] = ()
    include_groups: tuple[str, ...] = ()
    exclude_groups: tuple[str, ...] = ()
    include_roles: tuple[str, ...] = ()
    exclude_roles: tuple[str, ...] = ()
    include_guests: bool = False
    exclude_guests: bool = False
    include_service_principals: tuple[str, ...] = ()
    exclude_service_principals: tuple[str, ...] = ()
    service_principal_filter: str | None = None
    include_applications: tuple[str, ...] = ()
    exclude_applications: tuple[str, ...] = ()
    application_filter: str | None = None
    include_user_actions: tuple[str, ...] = ()
    include_authentication_contexts: tuple[str, ...] = ()
    include_platforms: tuple[str, ...] | None = None
    exclude_platforms: tuple[str, ...] = ()
    include_locations: tuple[str, ...] | None = None
    exclude_locations: tuple[str, ...] = ()
    client_app_types: tuple[str, ...] | None = None
    sign_in_risk_levels: tuple[str, ...] = ()
    user_risk_levels: tuple[str, ...] = ()
    insider_risk_levels: tuple[str, ...] = ()
    service_principal_risk_levels: tuple[str, ...] = ()
    authentication_flows: tuple[str, ...] = ()
    device_filter: str | None = None
    operator: str | None = None
    controls: tuple[str, ...] = ()
    other_controls: tuple[str, ...] = ()
    session: tuple[str, ...] = ()
    sign_in_frequency_hours: float | None = None
    sign_in_frequency_every_time: bool = False


class NamedLocation(NamedTuple):
    """A named location: address ranges in CIDR, or countries; `is_trusted` for ranges."""

    at: At
    id: str | None
    display_name: str | None
    ip_ranges: tuple[str, ...] | None
    countries: tuple[str, ...] | None
    is_trusted: bool | None


class CredentialRestriction(NamedTuple):
    """One restriction of an app management policy. `max_lifetime_days` where it limits a lifetime."""

    at: At
    restriction_type: str | None
    state: str | None
    max_lifetime_days: float | None
    created_after: str | None


class AudienceRestriction(NamedTuple):
    """A restriction of an app management policy on one value of signInAudience."""

    at: At
    state: str | None
    created_after: str | None


class AppManagementPolicy(NamedTuple):
    """What the tenant allows of credentials, identifier URIs and audiences.

    `passwords` and `keys` are about registrations; `identifier_uri_state` is the state of that
    restriction, None where there is none. `audiences` are keyed as Microsoft Graph names them
    (`azureAdMultipleOrgs`, `personalMicrosoftAccount`). `applies_to` are object ids of apps and
    service principals, None where the answer does not tell.
    """

    at: At
    id: str | None
    is_enabled: bool | None
    passwords: tuple[CredentialRestriction, ...] = ()
    keys: tuple[CredentialRestriction, ...] = ()
    identifier_uri_state: str | None = None
    audiences: Mapping[str, AudienceRestriction] = {}
    applies_to: tuple[str, ...] | None = None


class CrossTenantAccess(NamedTuple):
    """Cross-tenant access with one other tenant, or the default (`tenant_id` None).

    Each direction says whether users and apps are `allowed` or `blocked`; None is inherited or unknown.
    """

    at: At
    tenant_id: str | None
    inbound_users: Literal["allowed", "blocked"] | None
    inbound_applications: Literal["allowed", "blocked"] | None
    outbound_users: Literal["allowed", "blocked"] | None
    outbound_applications: Literal["allowed", "blocked"] | None


class HomeRealmDiscoveryPolicy(NamedTuple):
    """Where users are sent to sign in; `allow_cloud_password` lets federated users use a cloud password."""

    at: At
    id: str | None
    is_organization_default: bool | None
    allow_cloud_password: bool | None


class ResourceAction(NamedTuple):
    """A protected action of the directory and the authentication context it asks for."""

    at: At
    name: str | None
    method: str | None
    authentication_context_id: str | None


class ApplicationAccessPolicy(NamedTuple):
    """Exchange's older limit of an app to some mailboxes."""

    at: At
    app_id: str | None
    access_right: str | None
    scope: str | None


class ExchangeRoleAssignment(NamedTuple):
    """A role of Exchange's own access control, held by an app, over some mailboxes.

    `app` is the assignee as Exchange writes it, an object id or a name.
    """

    at: At
    role: str | None
    app: str | None
    scope: str | None


class ExchangeAuthorization(NamedTuple):
    """Exchange's own answer whether a role of an app reaches one mailbox."""

    at: At
    role: str | None
    granted: tuple[str, ...]
    in_scope: bool | None


class ExchangeOrganization(NamedTuple):
    """Exchange's switches for EWS; `ews_allowed_app_ids`, unless empty, are the only apps it admits.

    `ews_enabled` is NULL where the tenant never decided.
    """

    at: At
    ews_enabled: bool | Null | None
    ews_application_access_policy: str | None
    ews_allowed_app_ids: tuple[str, ...] | None = None


class Tenant(NamedTuple):
    """Facts about the tenant; a collection that was not given is None.

    `partial` and `denied` as in `model.Grants`. `graph_host` is where the tenant's Microsoft Graph answers.
    `service_principals` is every principal of the tenant, only where the list is known to be whole.
    `group_members` maps a group's object id to its direct members' ids, `exchange_authorizations` a
    mailbox to what Exchange says of it; keys are in lower case.
    """

    at: At
    service_plans: tuple[ServicePlan, ...] | None = None
    organization: Organization | None = None
    graph_host: str | None = None
    domains: tuple[Domain, ...] | None = None
    authorization_policy: AuthorizationPolicy | None = None
    permission_grant_policies: tuple[PermissionGrantPolicy, ...] | None = None
    permission_classifications: tuple[PermissionClassification, ...] | None = None
    group_settings: tuple[GroupSetting, ...] | None = None
    admin_consent_request_policy: AdminConsentRequestPolicy | None = None
    conditional_access_policies: tuple[ConditionalAccessPolicy, ...] | None = None
    named_locations: tuple[NamedLocation, ...] | None = None
    security_defaults_enabled: bool | None = None
    default_app_management_policy: AppManagementPolicy | None = None
    app_management_policies: tuple[AppManagementPolicy, ...] | None = None
    cross_tenant_default: CrossTenantAccess | None = None
    cross_tenant_partners: tuple[CrossTenantAccess, ...] | None = None
    home_realm_discovery_policies: tuple[HomeRealmDiscoveryPolicy, ...] | None = None
    resource_actions: tuple[ResourceAction, ...] | None = None
    service_principals: tuple[ServicePrincipal, ...] | None = None
    group_members: Mapping[str, tuple[str, ...]] = {}
    application_access_policies: tuple[ApplicationAccessPolicy, ...] | None = None
    exchange_role_assignments: tuple[ExchangeRoleAssignment, ...] | None = None
    exchange_authorizations: Mapping[str, tuple[ExchangeAuthorization, ...]] = {}
    exchange_organization: ExchangeOrganization | None = None
    partial: frozenset[str] = frozenset()
    denied: Mapping[str, str] = {}
