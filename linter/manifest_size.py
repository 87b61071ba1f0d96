"""How many entries the collections of a registration have: one object holds only so many.

Which collections count is not documented one by one; these are the ones that Microsoft's pages name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sized

from linter.finding import Unknown
from linter.model import Application, place
from linter.positions import At
from linter.typed import Final

PLENTY: Final = 500
"""So few entries are far from any limit: the table need not be asked."""

# Field of the application and its name in the registration.
_OWN: Final = {
    "identifier_uris": "identifierUris",
    "app_roles": "appRoles",
    "password_credentials": "passwordCredentials",
    "key_credentials": "keyCredentials",
    "tags": "tags",
}
_PLATFORMS: Final = {
    "web": "web.redirectUris",
    "spa": "spa.redirectUris",
    "public_client": "publicClient.redirectUris",
}
_API: Final = {
    "known_client_applications": "api.knownClientApplications",
    "oauth2_permission_scopes": "api.oauth2PermissionScopes",
    "pre_authorized_applications": "api.preAuthorizedApplications",
}
_REQUIRED: Final = "requiredResourceAccess"
_CLAIMS: Final = "optionalClaims"


def sizes(application: Application) -> dict[str, int]:
    """The entries of each collection, by its name; what is not stated counts nothing."""
    found = {name: _size(getattr(application, field)) for field, name in _OWN.items()}
    for field, name in _PLATFORMS.items():
        platform = getattr(application, field)
        found[name] = _size(platform.redirect_uris) if platform is not None else 0
    for field, name in _API.items():
        found[name] = _size(getattr(application.api, field)) if application.api is not None else 0
    blocks = application.required_resource_access or ()
    found[_REQUIRED] = sum([_size(block.resource_access) for block in blocks])
    claims = application.optional_claims
    if claims is not None:
        found[_CLAIMS] = _size(claims.id_token) + _size(claims.access_token) + _size(claims.saml2_token)
    return found


def unstated(application: Application) -> Iterator[Unknown]:
    """The collections of which nobody says what they hold, but for those of an API that the app is not."""
    for field in (*_OWN, "required_resource_access"):
        if getattr(application, field) is None:
            yield Unknown(f"application.{field}")
    for field in _PLATFORMS:
        platform = getattr(application, field)
        if platform is None or platform.redirect_uris is None:
            yield Unknown(f"application.{field}")
    if application.api is None:
        yield Unknown("application.api")


def where(application: Application, name: str) -> At:
    """The place of a collection."""
    for field, one in (*_OWN.items(), *_PLATFORMS.items()):
        if one == name:
            return place(application, field)
    for field, one in _API.items():
        if one == name and application.api is not None:
            return place(application.api, field)
    return place(application, "optional_claims" if name == _CLAIMS else "required_resource_access")


def _size(collection: Sized | None) -> int:
    return 0 if collection is None else len(collection)
