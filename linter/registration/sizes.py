"""How much a registration holds, as the directory counts it: what `limits` compares with what it may hold."""

from __future__ import annotations

from collections.abc import Iterator, Sized

from linter import subject
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Unknown
from linter.holdings import block_name
from linter.model import Application, Text, place
from linter.placeholder import has_placeholder
from linter.positions import At
from linter.registration import redirects
from linter.registration.limits import Measure
from linter.typed import Final

# --- of one kind ------------------------------------------------------------------------------

# A measure is made only of what some audience refuses: that costs an ordinary app next to nothing.


def permissions(application: Application, entra: Entra) -> Iterator[Measure | Unknown]:
    """The permissions that are declared, of all APIs together."""
    yield from _unstated_permissions(application)
    field = "max_permissions"
    size = sum([_size(block.resource_access) for block in application.required_resource_access or ()])
    if size > entra.least_limits[field]:
        at = place(application, "required_resource_access")
        yield Measure(field, size, _REQUIRED, at, f"{size} permissions are declared")


def permissions_of_each(
    application: Application, entra: Entra, catalog: Catalog
) -> Iterator[Measure | Unknown]:
    """The permissions that are declared of each API."""
    yield from _unstated_permissions(application)
    field = "max_permissions_per_api"
    for block in application.required_resource_access or ():
        size = _size(block.resource_access)
        if size > entra.least_limits[field]:
            name = block_name(block, catalog)
            counted = f"{size} permissions of `{name}` are declared"
            yield Measure(field, size, f"{_REQUIRED} {name}", block.at, counted)


def apis(application: Application, entra: Entra) -> Iterator[Measure | Unknown]:
    """The APIs of which permissions are declared."""
    blocks = application.required_resource_access
    if blocks is None:
        yield Unknown("application.required_resource_access")
    elif len(blocks) > entra.least_limits["max_apis"]:
        at = place(application, "required_resource_access")
        yield Measure(
            "max_apis", len(blocks), _REQUIRED, at, f"permissions of {len(blocks)} APIs are declared"
        )


def apis_of_others(application: Application, foreign: Sized) -> Iterator[Measure]:
    """Those of them that other tenants publish."""
    at = place(application, "required_resource_access")
    counted = f"permissions of {len(foreign)} APIs of other tenants are declared"
    yield Measure("max_foreign_apis", len(foreign), _REQUIRED, at, counted)


def app_id_uris(application: Application, entra: Entra) -> Iterator[Measure]:
    """The App ID URIs, and the length of each."""
    uris = application.identifier_uris or ()
    if len(uris) > entra.least_limits["max_identifier_uris"]:
        at, counted = place(application, "identifier_uris"), f"{len(uris)} App ID URIs are registered"
        yield Measure("max_identifier_uris", len(uris), "identifierUris", at, counted)
    for uri in uris:
        yield from _length("max_identifier_uri_length", uri, f"identifierUris {uri.value}", entra)


def redirect_uris(application: Application, entra: Entra) -> Iterator[Measure]:
    """The redirect URIs of all platforms; the place is that of the longest list."""
    size = len(redirects.registered(application))
    if size > entra.least_limits["max_redirect_uris"]:
        lists = {
            field: redirects.listed(application, name) or () for name, field in redirects.PLATFORMS.items()
        }
        at = place(application, max(lists, key=lambda field: len(lists[field])))
        counted = f"{size} redirect URIs are registered"
        yield Measure("max_redirect_uris", size, "redirectUris", at, counted)


def redirect_uri_lengths(application: Application, entra: Entra) -> Iterator[Measure]:
    """The length of each redirect URI."""
    for _, uri in redirects.registered(application):
        yield from _length("max_redirect_uri_length", uri, subject.of_redirect(uri.value), entra)


def scopes(application: Application, entra: Entra) -> Iterator[Measure | Unknown]:
    """The scopes that the app publishes, and the length of each name."""
    api = application.api
    if api is None or api.oauth2_permission_scopes is None:
        yield Unknown("application.api.oauth2_permission_scopes")
        return
    published, name = api.oauth2_permission_scopes, _API["oauth2_permission_scopes"]
    if len(published) > entra.least_limits["max_scopes"]:
        at = place(api, "oauth2_permission_scopes")
        yield Measure("max_scopes", len(published), name, at, f"{len(published)} scopes are published")
    longest = entra.least_limits["max_scope_name_length"]
    for scope in published:
        value = scope.value or ""
        if len(value) > longest and not has_placeholder(value):
            counted = f"the scope `{value}` has a name of {len(value)} characters"
            yield Measure("max_scope_name_length", len(value), f"{name} {value}", scope.at, counted)


def authorized_clients(application: Application, entra: Entra) -> Iterator[Measure | Unknown]:
    """The clients that are authorized ahead, and the scopes of each and of all."""
    api = application.api
    if api is None or api.pre_authorized_applications is None:
        yield Unknown("application.api.pre_authorized_applications")
        return
    clients, name = api.pre_authorized_applications, _API["pre_authorized_applications"]
    at, least = place(api, "pre_authorized_applications"), entra.least_limits
    if len(clients) > least["max_pre_authorized_clients"]:
        counted = f"{len(clients)} clients are authorized ahead"
        yield Measure("max_pre_authorized_clients", len(clients), name, at, counted)
    size = sum([_size(client.delegated_permission_ids) for client in clients])
    if size > least["max_pre_authorized_scopes"]:
        counted = f"{size} scopes are authorized ahead for all clients together"
        yield Measure("max_pre_authorized_scopes", size, name, at, counted)
    for client in clients:
        size, field = _size(client.delegated_permission_ids), "max_pre_authorized_scopes_per_client"
        if size > least[field]:
            counted = f"{size} scopes are authorized ahead for `{client.app_id}`"
            yield Measure(field, size, f"{name} {client.app_id}", client.at, counted)


def _length(field: str, text: Text, subject_: str, entra: Entra) -> Iterator[Measure]:
    """How long a text is; what a placeholder in it becomes is not known."""
    size = len(text.value)
    if size > entra.least_limits[field] and not has_placeholder(text.value):
        counted = f"`{shortened(text.value)}` has {size} characters"
        yield Measure(field, size, subject_, text.at, counted)


def shortened(text: str) -> str:
    """The beginning of a long text, for a message about its length."""
    return text if len(text) <= 80 else text[:60] + "…"


def _unstated_permissions(application: Application) -> Iterator[Unknown]:
    blocks = application.required_resource_access
    if blocks is None or any(block.resource_access is None for block in blocks):
        yield Unknown("application.required_resource_access")


# --- of all collections together --------------------------------------------------------------

# Which collections count is not documented one by one; these are the ones that Microsoft's pages name.

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


def entries(application: Application) -> dict[str, int]:
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
