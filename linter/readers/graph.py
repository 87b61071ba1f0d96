"""Applications as Microsoft Graph writes them.

Form: https://learn.microsoft.com/graph/api/resources/application, as `az ad app show`,
`az rest`, Graph Explorer, the portal's manifest editor and `Get-MgApplication |
ConvertTo-Json` (which writes `AppId`) save it, and as a request body holds it.
"""

from __future__ import annotations

from linter.model import NULL, Api, Application, Completeness
from linter.positions import At, Source
from linter.readers import parts, shape
from linter.readers.dates import utc
from linter.readers.node import Node
from linter.typed import Any, Final

# Member and field, for the places.
FIELDS: Final = (
    ("id", "id"),
    ("appId", "app_id"),
    ("displayName", "display_name"),
    ("createdDateTime", "created_date_time"),
    ("publisherDomain", "publisher_domain"),
    ("signInAudience", "sign_in_audience"),
    ("identifierUris", "identifier_uris"),
    ("requiredResourceAccess", "required_resource_access"),
    ("web", "web"),
    ("spa", "spa"),
    ("publicClient", "public_client"),
    ("isFallbackPublicClient", "is_fallback_public_client"),
    ("api", "api"),
    ("appRoles", "app_roles"),
    ("passwordCredentials", "password_credentials"),
    ("keyCredentials", "key_credentials"),
    ("federatedIdentityCredentials", "federated_identity_credentials"),
    ("verifiedPublisher", "verified_publisher_id"),
    ("optionalClaims", "optional_claims"),
    ("groupMembershipClaims", "group_membership_claims"),
    ("servicePrincipalLockConfiguration", "service_principal_lock"),
    ("authenticationBehaviors", "authentication_behaviors"),
    ("disabledByMicrosoftStatus", "disabled_by_microsoft_status"),
    ("isDisabled", "is_disabled"),
    ("tags", "tags"),
)
_API_FIELDS: Final = (
    ("requestedAccessTokenVersion", "requested_access_token_version"),
    ("acceptMappedClaims", "accept_mapped_claims"),
    ("knownClientApplications", "known_client_applications"),
    ("oauth2PermissionScopes", "oauth2_permission_scopes"),
    ("preAuthorizedApplications", "pre_authorized_applications"),
)


def read(source: Source) -> tuple[Application, ...] | None:
    """Every application in the file; None if there is no place for one. Raises `Unreadable`."""
    found = tuple(application(members, at) for members, at in shape.applications(source))
    if not found and '#applications"' in source.text:
        return ()  # an answer that says it holds applications, and holds none
    return found or None


def application(
    data: dict[str, Any], at: At, form: str = "graph", completeness: Completeness | None = None
) -> Application:
    """The application in already parsed data; raises `Unreadable` for a member of a wrong type."""
    node = Node(data, at, completeness or shape.completeness(data))
    return Application(
        at=at,
        places=node.places(FIELDS),
        form=form,
        completeness=node.completeness,
        id=node.text("id"),
        app_id=node.text("appId"),
        display_name=node.text("displayName"),
        created_date_time=utc(node.text("createdDateTime")),
        publisher_domain=node.text("publisherDomain"),
        sign_in_audience=node.text_or_null("signInAudience"),
        identifier_uris=node.texts("identifierUris"),
        required_resource_access=parts.required_resource_access(node),
        web=parts.platform(node, "web"),
        spa=parts.platform(node, "spa"),
        public_client=parts.platform(node, "publicClient"),
        is_fallback_public_client=node.flag_or_null("isFallbackPublicClient"),
        api=api(node),
        app_roles=parts.app_roles(node),
        password_credentials=parts.credentials(node, "passwordCredentials", "secret"),
        key_credentials=parts.credentials(node, "keyCredentials", "certificate"),
        federated_identity_credentials=parts.federated_identity_credentials(node),
        verified_publisher_id=parts.verified_publisher_id(node),
        optional_claims=parts.optional_claims(node),
        group_membership_claims=node.text_or_null("groupMembershipClaims"),
        service_principal_lock=parts.service_principal_lock(node),
        authentication_behaviors=parts.authentication_behaviors(node),
        disabled_by_microsoft_status=node.text("disabledByMicrosoftStatus"),
        is_disabled=node.flag("isDisabled"),
        tags=node.strings("tags"),
    )


def api(node: Node) -> Api | None:
    """`api`."""
    inner = node.node("api")
    if inner is None:
        # The directory's null: the app publishes nothing.
        return Api(node.place("api"), {}, NULL, None, (), (), ()) if node.is_null("api") else None
    return Api(
        at=inner.at,
        places=inner.places(_API_FIELDS),
        requested_access_token_version=inner.number_or_null("requestedAccessTokenVersion"),
        accept_mapped_claims=inner.flag("acceptMappedClaims"),
        known_client_applications=inner.strings("knownClientApplications"),
        oauth2_permission_scopes=parts.permission_scopes(inner, "oauth2PermissionScopes"),
        pre_authorized_applications=parts.pre_authorized_applications(inner),
    )
