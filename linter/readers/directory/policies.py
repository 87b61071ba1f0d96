"""Records about the tenant: a Graph object, or what Exchange's PowerShell writes, → the tenant's record.

Shapes: https://learn.microsoft.com/graph/api/resources/ (v1.0, resourceActions beta). Exchange's JSON is
what `ConvertTo-Json` makes of its cmdlets' output, in which enumerations may be numbers: those are unknown.
"""

from __future__ import annotations

import json

from linter import tenant as t
from linter.model import NULL
from linter.positions import At
from linter.readers.dates import days, utc
from linter.readers.directory.principals import guid
from linter.readers.node import Node
from linter.typed import Final, Literal, NamedTuple

_AUTHORIZATION_FIELDS: Final = (
    ("defaultUserRolePermissions", "permission_grant_policies"),
    ("allowUserConsentForRiskyApps", "allow_user_consent_for_risky_apps"),
    ("guestUserRoleId", "guest_user_role_id"),
)


class Subscription(NamedTuple):
    """A subscription of the tenant, with its service plans."""

    at: At
    plans: tuple[t.ServicePlan, ...]


class Settings(NamedTuple):
    """One object of the directory settings."""

    at: At
    values: tuple[t.GroupSetting, ...]


class SecurityDefaults(NamedTuple):
    """Whether security defaults are on."""

    at: At
    is_enabled: bool | None


class OpenIdConfiguration(NamedTuple):
    """What the login service says of a tenant."""

    at: At
    graph_host: str | None


def subscription(node: Node) -> Subscription:
    """One of `/subscribedSkus`."""
    # LockedOut, Suspended and Deleted subscriptions give nobody a right, Warning is about to end.
    # https://learn.microsoft.com/graph/api/resources/subscribedsku
    enabled = node.text("capabilityStatus") == "Enabled"
    plans = node.nodes("servicePlans") or []
    names = [(plan.at, plan.text("servicePlanName")) for plan in plans]
    return Subscription(
        node.at, tuple(t.ServicePlan(at, name, enabled) for at, name in names if name is not None)
    )


def organization(node: Node) -> t.Organization:
    """`/organization`."""
    domains = node.nodes("verifiedDomains")
    names = [domain.text("name") for domain in domains or ()]
    return t.Organization(
        node.at,
        guid(node, "id"),
        node.text("displayName"),
        node.text("tenantType"),
        None if domains is None else tuple(name.lower() for name in names if name is not None),
    )


def openid_configuration(node: Node) -> OpenIdConfiguration:
    """A tenant's `.well-known/openid-configuration`."""
    return OpenIdConfiguration(node.at, node.text("msgraph_host"))


def domain(node: Node) -> t.Domain:
    """One of `/domains`."""
    return t.Domain(node.at, guid(node, "id"), node.text("authenticationType"), node.flag("isVerified"))


def authorization_policy(node: Node) -> t.AuthorizationPolicy:
    """`/policies/authorizationPolicy`. Formerly the assigned policies stood at the top."""
    role = node.node("defaultUserRolePermissions")
    assigned = role.strings("permissionGrantPoliciesAssigned") if role is not None else None
    if assigned is None:
        assigned = node.strings("permissionGrantPolicyIdsAssignedToDefaultUserRole")
    return t.AuthorizationPolicy(
        node.at,
        node.places(_AUTHORIZATION_FIELDS),
        assigned,
        role.flag("allowedToCreateApps") if role is not None else None,
        node.flag("allowUserConsentForRiskyApps"),
        guid(node, "guestUserRoleId"),
        node.text("allowInvitesFrom"),
    )


def permission_grant_policy(node: Node) -> t.PermissionGrantPolicy:
    """One of `/policies/permissionGrantPolicies`."""
    return t.PermissionGrantPolicy(
        node.at, node.text("id"), _conditions(node, "includes"), _conditions(node, "excludes")
    )


def _conditions(node: Node, name: str) -> tuple[t.PermissionGrantCondition, ...] | None:
    sets = node.nodes(name)
    if sets is None:
        return None
    return tuple(
        t.PermissionGrantCondition(
            one.at,
            one.text("permissionType"),
            one.text("permissionClassification"),
            _lower(one, "permissions"),
            guid(one, "resourceApplication"),
            _lower(one, "clientApplicationIds"),
            _lower(one, "clientApplicationTenantIds"),
            _lower(one, "clientApplicationPublisherIds"),
            one.flag("clientApplicationsFromVerifiedPublisherOnly"),
        )
        for one in sets
    )


def permission_classification(node: Node) -> t.PermissionClassification:
    """One of `delegatedPermissionClassifications`."""
    return t.PermissionClassification(
        node.at, guid(node, "permissionId"), node.text("permissionName"), node.text("classification")
    )


def settings(node: Node) -> Settings:
    """One of `/groupSettings`."""
    template = guid(node, "templateId")
    return Settings(
        node.at,
        tuple(
            t.GroupSetting(one.at, template, one.text("name"), one.text("value"))
            for one in node.nodes("values") or ()
        ),
    )


def admin_consent_request_policy(node: Node) -> t.AdminConsentRequestPolicy:
    """`/policies/adminConsentRequestPolicy`."""
    return t.AdminConsentRequestPolicy(node.at, node.flag("isEnabled"))


def security_defaults(node: Node) -> SecurityDefaults:
    """`/policies/identitySecurityDefaultsEnforcementPolicy`."""
    return SecurityDefaults(node.at, node.flag("isEnabled"))


# --- Conditional Access -----------------------------------------------------------------------


def conditional_access_policy(node: Node) -> t.ConditionalAccessPolicy:
    """One of `/identity/conditionalAccess/policies`."""
    empty = Node({}, node.at, node.completeness)
    conditions = node.node("conditions") or empty
    users = conditions.node("users") or empty
    applications = conditions.node("applications") or empty
    clients = conditions.node("clientApplications") or empty
    platforms = conditions.node("platforms")
    locations = conditions.node("locations")
    transfer = (conditions.node("authenticationFlows") or empty).text("transferMethods")
    grant = node.node("grantControls") or empty
    frequency = (node.node("sessionControls") or empty).node("signInFrequency") or empty
    return t.ConditionalAccessPolicy(
        at=node.at,
        id=guid(node, "id"),
        display_name=node.text("displayName"),
        state=node.text("state"),
        include_users=_lower(users, "includeUsers") or (),
        exclude_users=_lower(users, "excludeUsers") or (),
        include_groups=_lower(users, "includeGroups") or (),
        exclude_groups=_lower(users, "excludeGroups") or (),
        include_roles=_lower(users, "includeRoles") or (),
        exclude_roles=_lower(users, "excludeRoles") or (),
        include_guests=users.node("includeGuestsOrExternalUsers") is not None,
        exclude_guests=users.node("excludeGuestsOrExternalUsers") is not None,
        include_service_principals=_lower(clients, "includeServicePrincipals") or (),
        exclude_service_principals=_lower(clients, "excludeServicePrincipals") or (),
        service_principal_filter=_filter(clients, "servicePrincipalFilter"),
        include_applications=_lower(applications, "includeApplications") or (),
        exclude_applications=_lower(applications, "excludeApplications") or (),
        application_filter=_filter(applications, "applicationFilter"),
        include_user_actions=_lower(applications, "includeUserActions") or (),
        include_authentication_contexts=_lower(applications, "includeAuthenticationContextClassReferences")
        or (),
        include_platforms=None if platforms is None else _lower(platforms, "includePlatforms") or (),
        exclude_platforms=() if platforms is None else _lower(platforms, "excludePlatforms") or (),
        include_locations=None if locations is None else _lower(locations, "includeLocations") or (),
        exclude_locations=() if locations is None else _lower(locations, "excludeLocations") or (),
        client_app_types=_lower(conditions, "clientAppTypes"),
        sign_in_risk_levels=_lower(conditions, "signInRiskLevels") or (),
        user_risk_levels=_lower(conditions, "userRiskLevels") or (),
        insider_risk_levels=_flags(conditions.text("insiderRiskLevels")),
        service_principal_risk_levels=_lower(conditions, "servicePrincipalRiskLevels") or (),
        authentication_flows=_flags(transfer),
        device_filter=_filter(conditions.node("devices") or empty, "deviceFilter"),
        operator=grant.text("operator"),
        controls=_lower(grant, "builtInControls") or (),
        other_controls=_other_controls(grant),
        session=_session(node),
        sign_in_frequency_hours=_frequency_hours(frequency),
        sign_in_frequency_every_time=frequency.flag("isEnabled") is True
        and (frequency.text("frequencyInterval") or "").lower() == "everytime",
    )


def _lower(node: Node, name: str) -> tuple[str, ...] | None:
    found = node.strings(name)
    return None if found is None else tuple(one.lower() for one in found)


def _flags(text: str | None) -> tuple[str, ...]:
    """The members of an enumeration of flags, which Microsoft Graph writes as `one, two`."""
    return tuple(one for one in (text or "").lower().replace(" ", "").split(",") if one)


def _filter(node: Node, name: str) -> str | None:
    """A filter's mode and rule: `include device.isCompliant -eq True`."""
    inner = node.node(name)
    if inner is None:
        return None
    return " ".join(part for part in (inner.text("mode"), inner.text("rule")) if part)


def _other_controls(grant: Node) -> tuple[str, ...]:
    """Authentication strength, terms of use and custom factors, each with its kind before its id."""
    strength = grant.node("authenticationStrength")
    return (
        *([f"authenticationStrength {guid(strength, 'id') or ''}".strip()] if strength is not None else ()),
        *(f"termsOfUse {one}" for one in _lower(grant, "termsOfUse") or ()),
        *(f"customAuthenticationFactors {one}" for one in _lower(grant, "customAuthenticationFactors") or ()),
    )


def _session(node: Node) -> tuple[str, ...]:
    """The session controls that are on, by Graph's name."""
    session = node.node("sessionControls")
    if session is None:
        return ()
    found = []
    for name in (
        "signInFrequency",
        "persistentBrowser",
        "applicationEnforcedRestrictions",
        "cloudAppSecurity",
        "secureSignInSession",
    ):
        control = session.node(name)
        if control is not None and control.flag("isEnabled") is True:
            found.append(name)
    evaluation = session.node("continuousAccessEvaluation")
    if evaluation is not None and evaluation.text("mode"):
        found.append(f"continuousAccessEvaluation {evaluation.text('mode')}")
    return tuple(found)


def _frequency_hours(frequency: Node) -> float | None:
    value = frequency.number_or_null("value")
    if frequency.flag("isEnabled") is not True or not isinstance(value, int):
        return None
    return float(value * 24 if (frequency.text("type") or "").lower() == "days" else value)


def named_location(node: Node) -> t.NamedLocation:
    """One of `/identity/conditionalAccess/namedLocations`."""
    ranges = node.nodes("ipRanges")
    cidr = [one.text("cidrAddress") for one in ranges or ()]
    return t.NamedLocation(
        node.at,
        guid(node, "id"),
        node.text("displayName"),
        None if ranges is None else tuple(one for one in cidr if one is not None),
        node.strings("countriesAndRegions"),
        node.flag("isTrusted"),
    )


def resource_action(node: Node) -> t.ResourceAction:
    """One of the directory's `resourceActions` (beta)."""
    return t.ResourceAction(
        node.at, node.text("name"), node.text("actionVerb"), guid(node, "authenticationContextId")
    )


# --- app management and cross-tenant access -----------------------------------------------------


def app_management_policy(node: Node) -> t.AppManagementPolicy:
    """The tenant's default policy (`applicationRestrictions`), or one for some apps (`restrictions`)."""
    empty = Node({}, node.at, node.completeness)
    rules = node.node("applicationRestrictions") or node.node("restrictions") or empty
    # A policy for some apps says below `restrictions` what is about registrations alone.
    own = rules.node("applicationRestrictions") or rules
    uris = (own.node("identifierUris") or empty).node("nonDefaultUriAddition")
    audiences = own.node("audiences") or empty
    blocked = {name: audiences.node(name) for name in ("azureAdMultipleOrgs", "personalMicrosoftAccount")}
    applies_to = node.nodes("appliesTo")
    ids = [guid(one, "id") for one in applies_to or ()]
    return t.AppManagementPolicy(
        node.at,
        guid(node, "id"),
        node.flag("isEnabled"),
        _restrictions(rules, "passwordCredentials"),
        _restrictions(rules, "keyCredentials"),
        uris.text("state") if uris is not None else None,
        {name: _audience(one) for name, one in blocked.items() if one is not None},
        None if applies_to is None else tuple(one for one in ids if one is not None),
    )


def _audience(node: Node) -> t.AudienceRestriction:
    return t.AudienceRestriction(
        node.at, node.text("state"), utc(node.text("restrictForAppsCreatedAfterDateTime"))
    )


def _restrictions(node: Node, name: str) -> tuple[t.CredentialRestriction, ...]:
    return tuple(
        t.CredentialRestriction(
            one.at,
            one.text("restrictionType"),
            one.text("state"),
            days(one.text("maxLifetime")),
            utc(one.text("restrictForAppsCreatedAfterDateTime")),
        )
        for one in node.nodes(name) or ()
    )


def cross_tenant_access(node: Node) -> t.CrossTenantAccess:
    """`/policies/crossTenantAccessPolicy/default`, or one of `partners`."""
    inbound = node.node("b2bCollaborationInbound")
    outbound = node.node("b2bCollaborationOutbound")
    return t.CrossTenantAccess(
        node.at,
        guid(node, "tenantId"),
        _access(inbound, "usersAndGroups"),
        _access(inbound, "applications"),
        _access(outbound, "usersAndGroups"),
        _access(outbound, "applications"),
    )


def _access(direction: Node | None, name: str) -> Literal["allowed", "blocked"] | None:
    """What holds for all users or apps; a list of single ones says nothing of the others."""
    setting = direction.node(name) if direction is not None else None
    if setting is None:
        return None
    targets = {(target.text("target") or "").lower() for target in setting.nodes("targets") or ()}
    if not targets & {"allusers", "allapplications"}:
        return None
    written = setting.text("accessType")
    return "allowed" if written == "allowed" else "blocked" if written == "blocked" else None


def home_realm_discovery_policy(node: Node) -> t.HomeRealmDiscoveryPolicy:
    """One of `/policies/homeRealmDiscoveryPolicies`; its definition is JSON inside of a string."""
    allowed = None
    for definition in node.strings("definition") or ():
        try:
            inner = json.loads(definition)["HomeRealmDiscoveryPolicy"]
            allowed = inner.get("AllowCloudPasswordValidation", False) is True
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
    return t.HomeRealmDiscoveryPolicy(node.at, guid(node, "id"), node.flag("isOrganizationDefault"), allowed)


# --- Exchange ---------------------------------------------------------------------------------


def application_access_policy(node: Node) -> t.ApplicationAccessPolicy:
    """`Get-ApplicationAccessPolicy`."""
    app_id = _written(node, "AppId")
    return t.ApplicationAccessPolicy(
        node.at,
        app_id.lower() if app_id is not None else None,
        _written(node, "AccessRight"),
        _written(node, "ScopeName") or _written(node, "ScopeIdentity"),
    )


def exchange_role_assignment(node: Node) -> t.ExchangeRoleAssignment:
    """`Get-ManagementRoleAssignment`, or Graph's (beta) roleAssignments of Exchange."""
    app = (
        _written(node, "App")
        or _written(node, "RoleAssignee")
        or _written(node, "RoleAssigneeName")
        or (_written(node, "principalId") or "").rpartition("/")[2]
        or None
    )
    return t.ExchangeRoleAssignment(
        node.at,
        _written(node, "Role") or _written(node, "roleDefinitionId"),
        app.lower() if app is not None else None,
        _written(node, "CustomResourceScope")
        or _written(node, "CustomRecipientWriteScope")
        or _written(node, "RecipientWriteScope")
        or _written(node, "appScopeId")
        or _written(node, "directoryScopeId"),
    )


def exchange_authorization(node: Node) -> t.ExchangeAuthorization:
    """`Test-ServicePrincipalAuthorization` for one mailbox."""
    granted = (_written(node, "GrantedPermissions") or "").replace(",", " ").split()
    in_scope = node.value("InScope")
    if isinstance(in_scope, str):
        in_scope = {"true": True, "false": False}.get(in_scope.lower())
    return t.ExchangeAuthorization(
        node.at, _written(node, "RoleName"), tuple(granted), in_scope if type(in_scope) is bool else None
    )


def exchange_organization(node: Node) -> t.ExchangeOrganization:
    """`Get-OrganizationConfig`: EWS."""
    enabled = node.value("EwsEnabled")
    undecided = enabled is None and node.key("EwsEnabled") is not None
    return t.ExchangeOrganization(
        node.at,
        NULL if undecided else enabled if type(enabled) is bool else None,
        _written(node, "EwsApplicationAccessPolicy"),
        _app_ids(node, "EwsAllowedAppIDs"),
    )


def _app_ids(node: Node, name: str) -> tuple[str, ...] | None:
    """A list of appIds, which PowerShell writes as a list or as one text."""
    value = node.value(name)
    if isinstance(value, str):
        value = value.replace(",", " ").replace(";", " ").split()
    if type(value) is not list:
        return None
    return tuple(item.strip().lower() for item in value if isinstance(item, str))


def _written(node: Node, name: str) -> str | None:
    """A string; numbers of PowerShell's enumerations and nested objects are unknown."""
    value = node.value(name)
    return value if isinstance(value, str) and value else None
