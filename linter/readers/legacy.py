"""Applications in the older manifest of Azure AD Graph.

The portal's manifest editor wrote it until 2024, `az ad app show` before 2.37. The
mapping is Microsoft's: https://learn.microsoft.com/entra/identity-platform/
azure-active-directory-graph-app-manifest-deprecation. Places are those of the older keys.
A file that mixes both forms is read by both: the older key wins.
"""

from __future__ import annotations

from linter.model import Api, Application, Completeness, Null, Platform, Text
from linter.positions import At, Source
from linter.readers import graph, parts, shape
from linter.readers.dates import utc
from linter.readers.node import Node, wrong
from linter.typed import Any, Final, TypeVar

T = TypeVar("T")

# Member and field, for the places; of two members for one field the later one wins.
_FIELDS: Final = (
    *graph.FIELDS,
    ("objectId", "id"),
    ("name", "display_name"),
    ("availableToOtherTenants", "sign_in_audience"),
    ("signInAudience", "sign_in_audience"),
    ("publicClient", "is_fallback_public_client"),
    ("isFallbackPublicClient", "is_fallback_public_client"),
    ("allowPublicClient", "is_fallback_public_client"),
)
_API_FIELDS: Final = (
    ("accessTokenAcceptedVersion", "requested_access_token_version"),
    ("acceptMappedClaims", "accept_mapped_claims"),
    ("knownClientApplications", "known_client_applications"),
    ("oauth2Permissions", "oauth2_permission_scopes"),
    ("preAuthorizedApplications", "pre_authorized_applications"),
)
_IMPLICIT_FIELDS: Final = (
    ("oauth2AllowIdTokenImplicitFlow", "enable_id_token_issuance"),
    ("oauth2AllowImplicitFlow", "enable_access_token_issuance"),
)
_PLATFORMS: Final = {"web": "web", "spa": "spa", "installedclient": "public_client"}


def read(source: Source) -> tuple[Application, ...] | None:
    """Every application in the file; None if there is no place for one. Raises `Unreadable`."""
    found = tuple(
        application(members, at) if shape.is_legacy(members) else graph.application(members, at)
        for members, at in shape.applications(source)
    )
    return found or None


def application(
    data: dict[str, Any], at: At, form: str = "legacy", completeness: Completeness | None = None
) -> Application:
    """The application in already parsed data; raises `Unreadable` for a member of a wrong type."""
    node = Node(data, at, completeness or shape.completeness(data))
    platforms = _platforms(node)
    return Application(
        at=at,
        places=_places(node, platforms),
        form=form,
        completeness=node.completeness,
        id=node.text(_of(node, "objectId", "id")),
        app_id=node.text("appId"),
        display_name=node.text(_of(node, "name", "displayName")),
        created_date_time=utc(node.text("createdDateTime")),
        publisher_domain=node.text("publisherDomain"),
        sign_in_audience=_audience(node),
        identifier_uris=node.texts("identifierUris"),
        required_resource_access=parts.required_resource_access(node),
        web=platforms["web"],
        spa=platforms["spa"],
        public_client=platforms["public_client"],
        is_fallback_public_client=_fallback(node),
        api=_api(node),
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


def _of(node: Node, older: str, newer: str) -> str:
    """The one of two names that is written, the older one if both are."""
    return older if node.key(older) is not None or node.key(newer) is None else newer


def _audience(node: Node) -> str | Null | None:
    if node.key("signInAudience") is None:
        several = node.flag("availableToOtherTenants")
        if several is not None:
            return "AzureADMultipleOrgs" if several else "AzureADMyOrg"
    return node.text_or_null("signInAudience")


def _fallback(node: Node) -> bool | Null | None:
    """`allowPublicClient`, and what it was called before: `publicClient`, which in Graph is an object."""
    if node.key("allowPublicClient") is not None:
        return node.flag_or_null("allowPublicClient")
    if node.key("publicClient") is not None and type(node.value("publicClient")) is not dict:
        return node.flag_or_null("publicClient")
    return node.flag_or_null("isFallbackPublicClient")


def _platforms(node: Node) -> dict[str, Platform | None]:
    """`web`, `spa` and `public_client` out of one list of redirect URIs with types."""
    uris = _redirect_uris(node)
    platforms: dict[str, Platform | None] = {}
    for field, name in (("web", "web"), ("spa", "spa"), ("public_client", "publicClient")):
        platforms[field] = parts.platform(node, name) if type(node.value(name)) is dict else None
        listed = uris.get(field)
        if listed is not None:
            platforms[field] = _join(platforms[field], Platform(node.place(_redirect_key(node)), listed))
    web_only = Platform(
        _first_place(node, ("oauth2AllowIdTokenImplicitFlow", "oauth2AllowImplicitFlow", "logoutUrl")),
        None,
        node.placed_text("logoutUrl"),
        node.flag("oauth2AllowIdTokenImplicitFlow"),
        node.flag("oauth2AllowImplicitFlow"),
        node.places(_IMPLICIT_FIELDS),
    )
    if any(value is not None for value in web_only[1:5]):
        platforms["web"] = _join(platforms["web"], web_only)
    return platforms


def _join(one: Platform | None, other: Platform) -> Platform:
    """One platform of what two places say of it."""
    if one is None:
        return other
    return Platform(
        at=one.at,
        redirect_uris=_joined(one.redirect_uris, other.redirect_uris),
        logout_url=_either(other.logout_url, one.logout_url),
        enable_id_token_issuance=_either(other.enable_id_token_issuance, one.enable_id_token_issuance),
        enable_access_token_issuance=_either(
            other.enable_access_token_issuance, one.enable_access_token_issuance
        ),
        places={**one.places, **other.places},
    )


def _joined(one: tuple[Text, ...] | None, other: tuple[Text, ...] | None) -> tuple[Text, ...] | None:
    if one is None or other is None:
        return _either(one, other)
    return one + other


def _either(first: T | None, second: T | None) -> T | None:
    return second if first is None else first


def _redirect_key(node: Node) -> str:
    return _of(node, "replyUrlsWithType", "replyUrls")


def _redirect_uris(node: Node) -> dict[str, tuple[Text, ...]]:
    """The redirect URIs by platform; a platform that the source leaves open is left out."""
    entries = node.nodes("replyUrlsWithType")
    if entries is not None:
        found: dict[str, list[Text]] = {"web": [], "spa": [], "public_client": []}
        for entry in entries:
            url, kind = entry.text("url"), entry.text("type")
            # Without a type it is a web URI, as all were before types came.
            field = "web" if kind is None else _PLATFORMS.get(kind.lower())
            if field is None:
                raise wrong(
                    entry.place("type"), "the type of a reply URL must be Web, Spa or InstalledClient"
                )
            if url is not None:
                found[field].append(Text(url, entry.place("url")))
        return {field: tuple(uris) for field, uris in found.items()}
    untyped = node.texts("replyUrls")
    if untyped is None:
        return {}
    return {"public_client" if _fallback(node) is True else "web": untyped}


def _api(node: Node) -> Api | None:
    """What the older form writes at the top; what the newer form nests where the older leaves it open."""
    nested = graph.api(node)
    places = node.places(_API_FIELDS)
    if not places:
        return nested
    older = Api(
        at=node.at,
        places=places,
        requested_access_token_version=node.number_or_null("accessTokenAcceptedVersion"),
        accept_mapped_claims=node.flag("acceptMappedClaims"),
        known_client_applications=node.strings("knownClientApplications"),
        oauth2_permission_scopes=parts.permission_scopes(node, "oauth2Permissions"),
        pre_authorized_applications=parts.pre_authorized_applications(node),
    )
    if nested is None:
        return older
    version = older.requested_access_token_version
    if version is None:
        version = nested.requested_access_token_version
    return Api(
        at=node.at,
        places={**nested.places, **places},
        requested_access_token_version=version,
        accept_mapped_claims=_either(older.accept_mapped_claims, nested.accept_mapped_claims),
        known_client_applications=_either(older.known_client_applications, nested.known_client_applications),
        oauth2_permission_scopes=_either(older.oauth2_permission_scopes, nested.oauth2_permission_scopes),
        pre_authorized_applications=_either(
            older.pre_authorized_applications, nested.pre_authorized_applications
        ),
    )


def _places(node: Node, platforms: dict[str, Platform | None]) -> dict[str, At]:
    places = node.places(_FIELDS)
    for field, platform in platforms.items():
        # `publicClient` may be the older form's flag, so the key alone says nothing.
        if platform is None:
            places.pop(field, None)
        else:
            places[field] = platform.at
    return places


def _first_place(node: Node, names: tuple[str, ...]) -> At:
    """The place of the first member that is written; the object's own if none is."""
    for name in names:
        if node.key(name) is not None:
            return node.place(name)
    return node.at
