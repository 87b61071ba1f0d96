"""The parts of an application that all forms share: permissions, roles, scopes, credentials."""

from __future__ import annotations

from linter.model import (
    AppRole,
    Credential,
    FederatedIdentityCredential,
    PermissionScope,
    Platform,
    PreAuthorizedApplication,
    RequiredResourceAccess,
    ResourceAccess,
)
from linter.readers.dates import utc
from linter.readers.node import Node
from linter.typed import Literal


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
        )
        for entry in entries
    )


def federated_identity_credentials(node: Node) -> tuple[FederatedIdentityCredential, ...] | None:
    """`federatedIdentityCredentials`, which an export holds only if it was asked to expand them."""
    entries = node.nodes("federatedIdentityCredentials")
    if entries is None:
        return None
    return tuple(
        FederatedIdentityCredential(
            entry.at,
            entry.text("name"),
            entry.text("issuer"),
            entry.text("subject"),
            entry.strings("audiences"),
        )
        for entry in entries
    )


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
        inner.text("logoutUrl"),
        None if implicit is None else implicit.flag("enableIdTokenIssuance"),
        None if implicit is None else implicit.flag("enableAccessTokenIssuance"),
    )
