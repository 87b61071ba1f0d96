"""The collections of the directory: name, what tells their records, and how one is read.

The requests that answer them are in the table `directory_requests` of `linter.entra`.
"""

from __future__ import annotations

from collections.abc import Callable

from linter.readers.directory import policies, principals
from linter.readers.node import Node
from linter.typed import Any, Final, Literal, NamedTuple

GRAPH: Final = "00000003-0000-0000-c000-000000000000"


class Collection(NamedTuple):
    """One collection: its name and what its records look like.

    A record belongs to it if it has all keys of one of `keys` (lower case) and none of `never`. `about`
    is one app or the whole tenant. Records of a `child` collection belong to whatever they were asked of.
    """

    name: str
    about: Literal["app", "tenant"]
    read: Callable[[Node], Any]
    keys: tuple[frozenset[str], ...] = ()
    never: frozenset[str] = frozenset()
    child: bool = False


class Named(NamedTuple):
    """A collection and what its records were asked of, in lower case (`sites/<id>`), if that is told."""

    collection: Collection
    parent: str | None = None


def _keys(*alternatives: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(keys.lower().split()) for keys in alternatives)


COLLECTIONS: Final = (
    Collection(
        "servicePrincipals",
        "app",
        principals.service_principal,
        _keys(
            "appId servicePrincipalType",
            "appId appRoleAssignmentRequired",
            "appId servicePrincipalNames",
            "appId oauth2PermissionScopes",
            "appId appOwnerOrganizationId",
        ),
        frozenset({"web", "spa", "requiredresourceaccess"}),
    ),
    Collection(
        "oauth2PermissionGrants",
        "app",
        principals.oauth2_permission_grant,
        _keys("clientId consentType scope"),
    ),
    Collection(
        "appRoleAssignments",
        "app",
        principals.app_role_assignment,
        _keys("appRoleId principalId resourceId"),
    ),
    # The same record as the one above, seen from the API; only its request or name tells.
    Collection(
        "appRoleAssignedTo",
        "app",
        principals.app_role_assignment,
    ),
    Collection(
        "roleAssignments",
        "app",
        principals.role_assignment,
        _keys("principalId roleDefinitionId"),
    ),
    Collection(
        "applications",
        "app",
        principals.registration,
        _keys("appId federatedIdentityCredentials", "appId owners", "appId signInAudience", "appId web"),
    ),
    Collection("owners", "app", principals.owner, child=True),
    Collection(
        "federatedIdentityCredentials",
        "app",
        principals.federated_identity_credential,
        _keys("issuer audiences"),
        child=True,
    ),
    Collection("permissions", "app", principals.site_permission, child=True),
    Collection(
        "permissionGrants",
        "app",
        principals.resource_specific_grant,
        _keys("clientAppId permissionType"),
        child=True,
    ),
    Collection(
        "subscribedSkus",
        "tenant",
        policies.subscription,
        _keys("skuPartNumber servicePlans"),
    ),
    Collection("organization", "tenant", policies.organization, _keys("verifiedDomains tenantType")),
    Collection(
        "openid-configuration",
        "tenant",
        policies.openid_configuration,
        _keys("msgraph_host"),
    ),
    Collection("domains", "tenant", policies.domain, _keys("authenticationType isVerified")),
    Collection(
        "authorizationPolicy",
        "tenant",
        policies.authorization_policy,
        _keys("defaultUserRolePermissions"),
    ),
    Collection(
        "permissionGrantPolicies",
        "tenant",
        policies.permission_grant_policy,
        _keys("includes excludes"),
    ),
    Collection(
        "delegatedPermissionClassifications",
        "tenant",
        policies.permission_classification,
        _keys("classification permissionId"),
    ),
    Collection("groupSettings", "tenant", policies.settings, _keys("templateId values")),
    Collection(
        "adminConsentRequestPolicy",
        "tenant",
        policies.admin_consent_request_policy,
        _keys("requestDurationInDays"),
    ),
    Collection(
        "conditionalAccessPolicies",
        "tenant",
        policies.conditional_access_policy,
        _keys("conditions grantControls"),
    ),
    Collection(
        "namedLocations",
        "tenant",
        policies.named_location,
        _keys("ipRanges", "countriesAndRegions"),
    ),
    Collection(
        "identitySecurityDefaultsEnforcementPolicy",
        "tenant",
        policies.security_defaults,
    ),
    Collection(
        "defaultAppManagementPolicy",
        "tenant",
        policies.app_management_policy,
        _keys("applicationRestrictions"),
    ),
    Collection(
        "appManagementPolicies",
        "tenant",
        policies.app_management_policy,
        _keys("restrictions appliesTo"),
    ),
    Collection(
        "crossTenantAccessPolicyDefault",
        "tenant",
        policies.cross_tenant_access,
        _keys("b2bCollaborationInbound isServiceDefault"),
    ),
    Collection(
        "crossTenantAccessPolicyPartners",
        "tenant",
        policies.cross_tenant_access,
        _keys("b2bCollaborationInbound tenantId"),
    ),
    Collection(
        "homeRealmDiscoveryPolicies",
        "tenant",
        policies.home_realm_discovery_policy,
    ),
    Collection(
        "resourceActions",
        "tenant",
        policies.resource_action,
        _keys("authenticationContextId"),
    ),
    Collection("members", "tenant", principals.member, child=True),
    Collection(
        "exchange/applicationAccessPolicies",
        "tenant",
        policies.application_access_policy,
    ),
    Collection(
        "exchange/managementRoleAssignments",
        "tenant",
        policies.exchange_role_assignment,
    ),
    Collection(
        "exchange/servicePrincipalAuthorization",
        "tenant",
        policies.exchange_authorization,
        child=True,
    ),
    Collection("exchange/organizationConfig", "tenant", policies.exchange_organization),
)

BY_NAME: Final = {row.name.lower(): row for row in COLLECTIONS}

# How `@odata.context` names a collection where that is not the name here.
_CONTEXT_NAMES: Final = {
    "conditionalaccess/policies": "conditionalaccesspolicies",
    "crosstenantaccesspolicy/default": "crosstenantaccesspolicydefault",
    "crosstenantaccesspolicy/partners": "crosstenantaccesspolicypartners",
}


def by_path(path: str) -> Named | None:
    """The collection that a name or path means: `sites/<id>/permissions`, `exchange/organizationConfig`."""
    plain = path.lower().strip("/")
    if plain in BY_NAME:
        return Named(BY_NAME[plain])
    parent, _, last = plain.rpartition("/")
    if parent in BY_NAME and BY_NAME[parent].child:  # Exchange's answer about one mailbox
        return Named(BY_NAME[parent], last)
    found = BY_NAME.get(last)
    return Named(found, parent) if found is not None and found.child else None


def by_context(answer: dict[str, Any]) -> Named | None:
    """The collection that `@odata.context` names: `…$metadata#applications('1')/owners(id)/$entity`."""
    context = answer.get("@odata.context")
    if type(context) is not str:
        return None
    steps: list[tuple[str, str]] = []
    for step in _steps(context.partition("#")[2]):
        name, _, rest = step.partition("(")
        if name and not name.startswith("$"):
            steps.append((name.lower(), rest.removesuffix(")").strip("'")))
    if not steps:
        return None
    last_two = "/".join(name for name, _ in steps[-2:])
    found = BY_NAME.get(_CONTEXT_NAMES.get(last_two, steps[-1][0]))
    if found is None:
        return None
    asked_of = steps[-2] if found.child and len(steps) > 1 else ("", "")
    return Named(found, f"{asked_of[0]}/{asked_of[1].lower()}" if asked_of[1] else None)


def _steps(path: str) -> list[str]:
    """The steps of a path whose slashes in parentheses separate nothing."""
    steps, depth = [""], 0
    for sign in path:
        depth += (sign == "(") - (sign == ")")
        if sign == "/" and depth == 0:
            steps.append("")
        else:
            steps[-1] += sign
    return steps


def by_keys(record: dict[str, Any]) -> Collection | None:
    """The collection whose records have such keys."""
    written = {key.lower() for key in record}
    for row in COLLECTIONS:
        if any(keys <= written for keys in row.keys) and not row.never & written:
            return row
    return None
