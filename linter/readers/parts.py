"""The parts of an application that all forms share: permissions, roles, scopes, credentials."""

from __future__ import annotations

from linter.model import (
    NULL,
    AppRole,
    AuthenticationBehaviors,
    Credential,
    FederatedIdentityCredential,
    Null,
    OptionalClaims,
    PermissionScope,
    Platform,
    PreAuthorizedApplication,
    RequiredResourceAccess,
    ResourceAccess,
    ServicePrincipalLock,
    Text,
)
from linter.readers.dates import utc
from linter.readers.node import Node
from linter.typed import Final, Literal


def required_resource_access(node: Node) -> tuple[RequiredResourceAccess, ...] | None:
    """`requiredResourceAccess`."""
    entries = node.nodes("requiredResourceAccess")
    return None if entries is None else tuple(map(required_resource, entries))


def required_resource(node: Node) -> RequiredResourceAccess:
    """One entry of `requiredResourceAccess`."""
    accesses = node.nodes("resourceAccess")
    return RequiredResourceAccess(
        node.at,
        node.text("resourceAppId"),
        None
        if accesses is None
        else tuple(ResourceAccess(access.at, access.text("id"), access.text("type")) for access in accesses),
    )


def app_roles(node: Node) -> tuple[AppRole, ...] | None:
    """`appRoles`."""
    roles = node.nodes("appRoles")
    if roles is None:
        return None
    return tuple(
        AppRole(
            role.at,
            role.text("id"),
            role.text("value"),
            role.strings("allowedMemberTypes"),
            role.flag("isEnabled"),
        )
        for role in roles
    )


def permission_scopes(node: Node, name: str) -> tuple[PermissionScope, ...] | None:
    """`oauth2PermissionScopes`, in the older manifest `oauth2Permissions`."""
    scopes = node.nodes(name)
    if scopes is None:
        return None
    return tuple(
        PermissionScope(
            scope.at,
            scope.text("id"),
            scope.text("value"),
            scope.text("type"),
            scope.flag("isEnabled"),
        )
        for scope in scopes
    )


_PRE_AUTHORIZED_FIELDS: Final = (
    ("permissionIds", "delegated_permission_ids"),
    ("delegatedPermissionIds", "delegated_permission_ids"),
)


def pre_authorized_applications(node: Node) -> tuple[PreAuthorizedApplication, ...] | None:
    """`preAuthorizedApplications`: `delegatedPermissionIds`, in the older manifest `permissionIds`."""
    clients = node.nodes("preAuthorizedApplications")
    if clients is None:
        return None
    return tuple(
        PreAuthorizedApplication(
            client.at,
            client.text("appId"),
            client.strings(
                "delegatedPermissionIds" if client.key("delegatedPermissionIds") else "permissionIds"
            ),
            client.places(_PRE_AUTHORIZED_FIELDS),
        )
        for client in clients
    )


def credentials(
    node: Node, name: str, kind: Literal["secret", "certificate"]
) -> tuple[Credential, ...] | None:
    """`passwordCredentials` or `keyCredentials`, never their values.

    The older manifest writes `startDate` and `endDate`.
    """
    entries = node.nodes(name)
    if entries is None:
        return None
    return tuple(
        Credential(
            entry.at,
            kind,
            entry.text("keyId"),
            entry.text("displayName"),
            utc(entry.text("startDateTime" if entry.key("startDateTime") else "startDate")),
            utc(entry.text("endDateTime" if entry.key("endDateTime") else "endDate")),
            entry.text("usage"),
            entry.text("type"),
            entry.text("hint"),
        )
        for entry in entries
    )


def federated_identity_credentials(node: Node) -> tuple[FederatedIdentityCredential, ...] | None:
    """`federatedIdentityCredentials`, which an export holds only if it was asked to expand them."""
    entries = node.nodes("federatedIdentityCredentials")
    return None if entries is None else tuple(map(federated_identity_credential, entries))


def federated_identity_credential(node: Node) -> FederatedIdentityCredential:
    """One of `federatedIdentityCredentials`."""
    return FederatedIdentityCredential(
        node.at,
        node.text("name"),
        node.text("issuer"),
        node.text("subject"),
        node.strings("audiences"),
        _expression(node),
    )


def _expression(entry: Node) -> str | None:
    expression = entry.node("claimsMatchingExpression")
    return expression.text("value") if expression is not None else None


def verified_publisher_id(node: Node) -> str | Null | None:
    """The id in `verifiedPublisher`; an app that is not verified has the object without it, or none."""
    if node.is_null("verifiedPublisher"):
        return NULL
    inner = node.node("verifiedPublisher")
    if inner is None:
        return None
    publisher = inner.text_or_null("verifiedPublisherId")
    return NULL if publisher is None and node.completeness == "full" else publisher


def optional_claims(node: Node) -> OptionalClaims | None:
    """`optionalClaims`."""
    inner = node.node("optionalClaims")
    if inner is None:
        return (
            OptionalClaims(node.place("optionalClaims"), (), (), ())
            if node.is_null("optionalClaims")
            else None
        )
    return OptionalClaims(
        inner.at,
        _claim_names(inner, "idToken"),
        _claim_names(inner, "accessToken"),
        _claim_names(inner, "saml2Token"),
    )


def _claim_names(node: Node, token: str) -> tuple[Text, ...] | None:
    claims = node.nodes(token)
    if claims is None:
        return None
    names = [(claim, claim.text("name")) for claim in claims]
    return tuple(Text(name, claim.place("name")) for claim, name in names if name is not None)


def service_principal_lock(node: Node) -> ServicePrincipalLock | Null | None:
    """`servicePrincipalLockConfiguration`."""
    inner = node.node("servicePrincipalLockConfiguration")
    if inner is None:
        return NULL if node.is_null("servicePrincipalLockConfiguration") else None
    return ServicePrincipalLock(
        inner.at,
        inner.flag("isEnabled"),
        inner.flag("allProperties"),
        inner.flag("credentialsWithUsageVerify"),
        inner.flag("credentialsWithUsageSign"),
        inner.flag("tokenEncryptionKeyId"),
    )


_BEHAVIOURS: Final = (
    ("blockAzureADGraphAccess", "block_azure_ad_graph_access"),
    ("removeUnverifiedEmailClaim", "remove_unverified_email_claim"),
    ("requireClientServicePrincipal", "require_client_service_principal"),
)


def authentication_behaviors(node: Node) -> AuthenticationBehaviors | None:
    """`authenticationBehaviors`, which is returned only where it is asked for."""
    inner = node.node("authenticationBehaviors")
    if inner is None:
        return None
    flags = [inner.flag(name) for name, _ in _BEHAVIOURS]
    return AuthenticationBehaviors(inner.at, inner.places(_BEHAVIOURS), *flags)


def platform(node: Node, name: str) -> Platform | None:
    """`web`, `spa` or `publicClient` of the Graph form."""
    inner = node.node(name)
    if inner is None:
        # The directory's null: no redirect URI is registered for the platform.
        return Platform(node.place(name), ()) if node.is_null(name) else None
    if name != "web":
        return Platform(inner.at, inner.texts("redirectUris"))
    implicit = inner.node("implicitGrantSettings")
    return Platform(
        inner.at,
        inner.texts("redirectUris"),
        inner.placed_text("logoutUrl"),
        None if implicit is None else implicit.flag("enableIdTokenIssuance"),
        None if implicit is None else implicit.flag("enableAccessTokenIssuance"),
        {} if implicit is None else implicit.places(_IMPLICIT_FIELDS),
    )


_IMPLICIT_FIELDS: Final = (
    ("enableIdTokenIssuance", "enable_id_token_issuance"),
    ("enableAccessTokenIssuance", "enable_access_token_issuance"),
)
