"""Records about one app's principals and consent: a Graph object → the model's record."""

from __future__ import annotations

from linter.model import (
    AppRoleAssignment,
    FederatedIdentityCredential,
    OAuth2PermissionGrant,
    Owner,
    ResourceSpecificGrant,
    ServicePrincipal,
    SitePermission,
)
from linter.positions import At
from linter.readers import parts
from linter.readers.node import Node
from linter.typed import Final, NamedTuple

_PRINCIPAL_FIELDS: Final = (
    ("appRoleAssignmentRequired", "app_role_assignment_required"),
    ("accountEnabled", "account_enabled"),
    ("disabledByMicrosoftStatus", "disabled_by_microsoft_status"),
    ("isDisabled", "is_disabled"),
    ("passwordCredentials", "password_credentials"),
    ("keyCredentials", "key_credentials"),
    ("preferredTokenSigningKeyThumbprint", "preferred_token_signing_key_thumbprint"),
    ("replyUrls", "reply_urls"),
)


class RoleAssignment(NamedTuple):
    """A directory role of one principal: its display name, or its id where it was not expanded."""

    at: At
    principal_id: str | None
    role: str | None


class Registration(NamedTuple):
    """What answers about the app registration itself add to its manifest."""

    at: At
    id: str | None
    app_id: str | None
    federated_identity_credentials: tuple[FederatedIdentityCredential, ...] | None
    owners: tuple[Owner, ...] | None


def guid(node: Node, name: str) -> str | None:
    """An object id or appId in lower case, so that records join however a tool wrote them."""
    written = node.text(name)
    return None if written is None else written.lower()


def service_principal(node: Node) -> ServicePrincipal:
    """One of `/servicePrincipals`."""
    return ServicePrincipal(
        node.at,
        guid(node, "id"),
        guid(node, "appId"),
        node.text("displayName"),
        node.text("servicePrincipalType"),
        node.flag("appRoleAssignmentRequired"),
        parts.app_roles(node),
        parts.permission_scopes(node, "oauth2PermissionScopes"),
        parts.credentials(node, "passwordCredentials", "secret"),
        parts.credentials(node, "keyCredentials", "certificate"),
        node.flag("accountEnabled"),
        guid(node, "appOwnerOrganizationId"),
        node.text("disabledByMicrosoftStatus"),
        node.flag("isDisabled"),
        node.text("preferredTokenSigningKeyThumbprint"),
        node.texts("replyUrls"),
        node.strings("tags"),
        node.text("preferredSingleSignOnMode"),
        node.places(_PRINCIPAL_FIELDS),
    )


def oauth2_permission_grant(node: Node) -> OAuth2PermissionGrant:
    """One of `/oauth2PermissionGrants`."""
    return OAuth2PermissionGrant(
        node.at,
        guid(node, "clientId"),
        node.text("consentType"),
        guid(node, "principalId"),
        guid(node, "resourceId"),
        # The directory keeps what the client once sent, often with spaces around it.
        tuple((node.text("scope") or "").split()),
    )


def app_role_assignment(node: Node) -> AppRoleAssignment:
    """One of `appRoleAssignments`, or of `appRoleAssignedTo`."""
    return AppRoleAssignment(
        node.at,
        guid(node, "principalId"),
        guid(node, "resourceId"),
        node.text("appRoleId"),
        node.text("resourceDisplayName"),
        node.text("principalType"),
    )


def role_assignment(node: Node) -> RoleAssignment:
    """One of `/roleManagement/directory/roleAssignments`."""
    definition = node.node("roleDefinition")
    name = definition.text("displayName") if definition is not None else None
    return RoleAssignment(node.at, guid(node, "principalId"), name or node.text("roleDefinitionId"))


def registration(node: Node) -> Registration:
    """One of `/applications`, with whatever was expanded."""
    owners = node.nodes("owners")
    return Registration(
        node.at,
        guid(node, "id"),
        node.text("appId"),
        parts.federated_identity_credentials(node),
        None if owners is None else tuple(map(owner, owners)),
    )


def owner(node: Node) -> Owner:
    """One of `owners`."""
    kind = node.text("@odata.type")
    return Owner(
        node.at,
        guid(node, "id"),
        node.text("displayName"),
        None if kind is None else kind.removeprefix("#microsoft.graph."),
    )


def federated_identity_credential(node: Node) -> FederatedIdentityCredential:
    """One of `federatedIdentityCredentials`."""
    return parts.federated_identity_credential(node)


def site_permission(node: Node) -> SitePermission:
    """One of `/sites/{id}/permissions`: the apps stand in `grantedToIdentitiesV2`, formerly without V2."""
    identities = (
        node.nodes("grantedToIdentitiesV2")
        or node.nodes("grantedToIdentities")
        or [one for one in (node.node("grantedToV2"), node.node("grantedTo")) if one is not None]
    )
    apps = [app for app in (identity.node("application") for identity in identities) if app is not None]
    ids = [identity for identity in (guid(app, "id") for app in apps) if identity is not None]
    return SitePermission(node.at, tuple(ids), node.strings("roles") or ())


def resource_specific_grant(node: Node) -> ResourceSpecificGrant:
    """One of `permissionGrants` of a team or chat."""
    return ResourceSpecificGrant(
        node.at, guid(node, "clientAppId"), node.text("permission"), node.text("permissionType")
    )


def member(node: Node) -> Member:
    """One of a group's `members`."""
    return Member(node.at, guid(node, "id"))


class Member(NamedTuple):
    """A member of a group."""

    at: At
    id: str | None
