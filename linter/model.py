"""The records that everything is about, in Microsoft Graph's and OAuth's names.

Three states are kept apart in every field that a source may leave open:
`None` is unknown, `()` is known to be empty, and `NULL` is a scalar that the
directory itself holds as null, so that the service's default applies. Only a
full export can hold `NULL`; in a template or a request body null says nothing.

Records carry their place in `at` and, where fields can be asked for one by
one, the places of the written fields in `places` (see `place`). Places are not
part of what is compared: compare the fields that matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from linter.positions import At
from linter.typed import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from enum import Enum

    class Null(Enum):
        """The type of `NULL`, a member that the directory holds as null."""

        NULL = "null"

else:  # `enum` costs more than this whole module

    class Null:
        """The type of `NULL`, of which there is one."""

        def __repr__(self) -> str:
            return "NULL"

    Null.NULL = Null()

NULL: Final = Null.NULL

Access = Literal["delegated", "application"]
Completeness = Literal["full", "partial", "fragment", "template", "truncated"]


class Text(NamedTuple):
    """A string and the place where it is written."""

    value: str
    at: At


# --- the registration -------------------------------------------------------------------------


class ResourceAccess(NamedTuple):
    """One entry of `resourceAccess`: a permission by GUID, name or placeholder, and its type.

    `type` is as written (`Scope` or `Role` where it is right).
    """

    at: At
    id: str | None
    type: str | None


class RequiredResourceAccess(NamedTuple):
    """The permissions declared for one API, named by appId, name or placeholder."""

    at: At
    resource_app_id: str | None
    resource_access: tuple[ResourceAccess, ...] | None


class Platform(NamedTuple):
    """`web`, `spa` or `publicClient`. The fields after the redirect URIs are the web platform's.

    `places` are those of the two switches.
    """

    at: At
    redirect_uris: tuple[Text, ...] | None
    logout_url: Text | None = None
    enable_id_token_issuance: bool | None = None
    enable_access_token_issuance: bool | None = None
    places: Mapping[str, At] = {}


class PermissionScope(NamedTuple):
    """One delegated permission (`oauth2PermissionScopes`) that an API publishes."""

    at: At
    id: str | None
    value: str | None
    type: str | None
    is_enabled: bool | None


class AppRole(NamedTuple):
    """One application role that an API publishes."""

    at: At
    id: str | None
    value: str | None
    allowed_member_types: tuple[str, ...] | None
    is_enabled: bool | None


class PreAuthorizedApplication(NamedTuple):
    """A client that needs no consent for these scopes of the app."""

    at: At
    app_id: str | None
    delegated_permission_ids: tuple[str, ...] | None
    places: Mapping[str, At] = {}


class Api(NamedTuple):
    """The app as an API. `requested_access_token_version` is 1, 2 or null."""

    at: At
    places: Mapping[str, At]
    requested_access_token_version: int | Null | None = None
    accept_mapped_claims: bool | None = None
    known_client_applications: tuple[str, ...] | None = None
    oauth2_permission_scopes: tuple[PermissionScope, ...] | None = None
    pre_authorized_applications: tuple[PreAuthorizedApplication, ...] | None = None


class Credential(NamedTuple):
    """A password credential (`secret`) or key credential (`certificate`). Its value is never kept.

    Dates are ISO 8601 in UTC, to the second, or None. `hint` is the beginning of a secret, as the
    directory shows it.
    """

    at: At
    kind: Literal["secret", "certificate"]
    key_id: str | None
    display_name: str | None
    start_date_time: str | None
    end_date_time: str | None
    usage: str | None = None
    type: str | None = None
    hint: str | None = None


class FederatedIdentityCredential(NamedTuple):
    """Trust in an external issuer's token, by `subject` or by an expression over its claims (beta)."""

    at: At
    name: str | None
    issuer: str | None
    subject: str | None
    audiences: tuple[str, ...] | None
    claims_matching_expression: str | None = None


class OptionalClaims(NamedTuple):
    """The names of the claims that tokens are to carry beyond the usual ones."""

    at: At
    id_token: tuple[Text, ...] | None
    access_token: tuple[Text, ...] | None
    saml2_token: tuple[Text, ...] | None


class ServicePrincipalLock(NamedTuple):
    """`servicePrincipalLockConfiguration`: what other tenants cannot change on their instance of the app."""

    at: At
    is_enabled: bool | None
    all_properties: bool | None
    credentials_with_usage_verify: bool | None
    credentials_with_usage_sign: bool | None
    token_encryption_key_id: bool | None


class AuthenticationBehaviors(NamedTuple):
    """Switches against changes of the service that would break the app."""

    at: At
    places: Mapping[str, At]
    block_azure_ad_graph_access: bool | None
    remove_unverified_email_claim: bool | None
    require_client_service_principal: bool | None


class Application(NamedTuple):
    """An app registration, from any source form (`form` names the reader)."""

    at: At
    places: Mapping[str, At]
    form: str
    completeness: Completeness
    id: str | None = None
    app_id: str | None = None
    display_name: str | None = None
    created_date_time: str | None = None
    publisher_domain: str | None = None
    sign_in_audience: str | Null | None = None
    identifier_uris: tuple[Text, ...] | None = None
    required_resource_access: tuple[RequiredResourceAccess, ...] | None = None
    web: Platform | None = None
    spa: Platform | None = None
    public_client: Platform | None = None
    is_fallback_public_client: bool | Null | None = None
    api: Api | None = None
    app_roles: tuple[AppRole, ...] | None = None
    password_credentials: tuple[Credential, ...] | None = None
    key_credentials: tuple[Credential, ...] | None = None
    federated_identity_credentials: tuple[FederatedIdentityCredential, ...] | None = None
    verified_publisher_id: str | Null | None = None
    optional_claims: OptionalClaims | None = None
    group_membership_claims: str | Null | None = None
    service_principal_lock: ServicePrincipalLock | Null | None = None
    authentication_behaviors: AuthenticationBehaviors | None = None
    disabled_by_microsoft_status: str | None = None
    is_disabled: bool | None = None
    tags: tuple[str, ...] | None = None

    def redirect_uris(self) -> Iterator[Text]:
        """Every redirect URI that is known, of all three platforms."""
        for platform in (self.web, self.spa, self.public_client):
            if platform is not None and platform.redirect_uris is not None:
                yield from platform.redirect_uris


# --- the planned calls ------------------------------------------------------------------------


class Person(NamedTuple):
    """A signed-in user, or whom a call acts on. `()` means none, None means not known."""

    at: At
    account: Literal["work", "personal", "guest"] | None = None
    id: str | None = None
    tenant: str | None = None
    roles: tuple[str, ...] | None = None
    eligible_roles: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = None
    licences: tuple[str, ...] | None = None
    synced: bool | None = None
    federated: bool | None = None
    passwordless: bool | None = None
    mfa: bool | None = None
    role_assignable_group: bool | None = None


class Assertion(NamedTuple):
    """A token that a flow hands in: the incoming one (on_behalf_of) or an external one.

    `renewed`: a fresh one is fetched for every token request.
    """

    at: At
    issuer: str | None = None
    subject: str | None = None
    audience: str | None = None
    access: str | None = None
    use: str | None = None
    renewed: bool | None = None


class TokenRequest(NamedTuple):
    """What a code flow sends to the token endpoint where it differs from what it sent to sign in."""

    at: At
    redirect_uri: str | None = None
    tenant: str | None = None


class Device(NamedTuple):
    """The device that a flow runs on."""

    at: At
    os: str | None = None
    join: str | None = None
    compliant: bool | None = None


class Call(NamedTuple):
    """One planned API call. `url` is as written; `requests` are those of a `$batch` body.

    `headers` are the names of the headers it sends that decide something, such as ConsistencyLevel.
    `resource` is what a new subscription watches, `entity_types` are what a search looks for.
    """

    at: At
    method: str
    url: str
    writes: tuple[str, ...] | None = None
    target: Person | None = None
    requests: tuple[Call, ...] | None = None
    note: str | None = None
    headers: tuple[str, ...] | None = None
    resource: str | None = None
    entity_types: tuple[str, ...] | None = None


def written_properties(writes: Iterable[str]) -> frozenset[str]:
    """The properties that a body writes, in lower case; `manager/id` writes `manager`."""
    return frozenset(path.partition("/")[0].partition(".")[0].strip().lower() for path in writes)


class Flow(NamedTuple):
    """One way of getting one access token, and the calls made with it.

    `type` is OAuth's name (`authorization_code`, `client_credentials`, …; `none` is no token).
    `client_id` is what the client is configured with, `secret_hint` the first three characters of its
    secret, as the directory shows them. Places of fields that `like:` inherited are those of the flow
    that wrote them.
    """

    at: At
    places: Mapping[str, At]
    name: str
    type: str
    calls: tuple[Call, ...]
    platform: str | None = None
    tenant: str | None = None
    authority: str | None = None
    endpoint: Literal["v1", "v2"] | None = None
    scopes: tuple[Text, ...] | None = None
    resource: str | None = None
    audience: str | None = None
    redirect_uri: str | None = None
    response_type: str | None = None
    prompt: str | None = None
    pkce: bool | None = None
    credential: str | None = None
    assertion: Assertion | None = None
    client_assertion: Assertion | None = None
    token: Literal["access_token", "id_token", "static"] | None = None
    library: str | None = None
    broker: bool | None = None
    capabilities: tuple[str, ...] | None = None
    handles_claims_challenge: bool | None = None
    parses_aadsts: bool | None = None
    unattended_hours: float | None = None
    device: Device | None = None
    ip_ranges: tuple[str, ...] | None = None
    user: Person | None = None
    note: str | None = None
    client_id: str | None = None
    secret_hint: str | None = None
    token_request: TokenRequest | None = None

    @property
    def access(self) -> Access | None:
        """What kind of token the flow yields; None for the flow type `none`."""
        if self.type == "none":
            return None
        return "application" if self.type in APPLICATION_FLOWS else "delegated"

    def every_call(self) -> Iterator[Call]:
        """The calls and, in place of a `$batch` whose body is known, its requests."""
        for call in self.calls:
            if call.requests is None:
                yield call
            else:
                yield from call.requests


SELF: Final = "self"
"""The `id` of a call's target that is the flow's own user."""

APPLICATION_FLOWS: Final = frozenset({"client_credentials", "managed_identity", "workload_identity"})


class Consent(NamedTuple):
    """How consent is planned to be given."""

    at: At
    by: Literal["user", "admin"] | None = None
    roles: tuple[str, ...] | None = None
    url: str | None = None
    note: str | None = None


class ApiClient(NamedTuple):
    """A client of the app's own API and the scopes it asks for."""

    at: At
    app: str | None
    scopes: tuple[str, ...] | None


class OwnApi(NamedTuple):
    """What the app does as an API: the `aud` and `iss` that its validation accepts, its clients."""

    at: At
    audiences: tuple[str, ...] | None = None
    issues_claims_challenges: bool | None = None
    clients: tuple[ApiClient, ...] | None = None
    issuers: tuple[str, ...] | None = None


class Inventory(NamedTuple):
    """Everything that the calls files of one app say, but the flows' own fields.

    `complete` promises that all calls are listed. `notes` are all note texts.
    `resource_specific_permissions` are those that the app's Teams manifest asks for.
    """

    at: At
    places: Mapping[str, At]
    flows: tuple[Flow, ...]
    app: str | None = None
    tenant: str | None = None
    cloud: str | None = None
    complete: bool = False
    directory_roles: tuple[str, ...] | None = None
    consent: Consent | None = None
    api: OwnApi | None = None
    notes: tuple[Text, ...] = ()
    resource_specific_permissions: tuple[str, ...] | None = None


# --- what the directory holds -----------------------------------------------------------------


class ServicePrincipal(NamedTuple):
    """A client's or an API's service principal, as Microsoft Graph returns it."""

    at: At
    id: str | None
    app_id: str | None
    display_name: str | None = None
    service_principal_type: str | None = None
    app_role_assignment_required: bool | None = None
    app_roles: tuple[AppRole, ...] | None = None
    oauth2_permission_scopes: tuple[PermissionScope, ...] | None = None
    password_credentials: tuple[Credential, ...] | None = None
    key_credentials: tuple[Credential, ...] | None = None
    account_enabled: bool | None = None
    app_owner_organization_id: str | None = None
    disabled_by_microsoft_status: str | None = None
    is_disabled: bool | None = None
    preferred_token_signing_key_thumbprint: str | None = None
    reply_urls: tuple[Text, ...] | None = None
    tags: tuple[str, ...] | None = None
    preferred_single_sign_on_mode: str | None = None
    places: Mapping[str, At] = {}


class OAuth2PermissionGrant(NamedTuple):
    """Delegated consent: `scopes` of one API, for everybody or for one user."""

    at: At
    client_id: str | None
    consent_type: str | None
    principal_id: str | None
    resource_id: str | None
    scopes: tuple[str, ...]


class AppRoleAssignment(NamedTuple):
    """One role of one API, held by one principal: application consent, or who may use an app."""

    at: At
    principal_id: str | None
    resource_id: str | None
    app_role_id: str | None
    resource_display_name: str | None = None
    principal_type: str | None = None


class Owner(NamedTuple):
    """An owner of a registration: a user or a service principal. `kind` is Graph's type name, if told."""

    at: At
    id: str | None
    display_name: str | None
    kind: str | None


class SitePermission(NamedTuple):
    """What one site grants to apps: their appIds, and roles such as `read` and `write`."""

    at: At
    app_ids: tuple[str, ...]
    roles: tuple[str, ...]


class ResourceSpecificGrant(NamedTuple):
    """A resource-specific consent of one team or chat."""

    at: At
    client_app_id: str | None
    permission: str | None
    permission_type: str | None


class ManagedIdentity(NamedTuple):
    """A managed identity of the tenant and what it holds; it has no registration."""

    principal: ServicePrincipal
    app_role_assignments: tuple[AppRoleAssignment, ...] | None = None
    directory_roles: tuple[str, ...] | None = None


class Grants(NamedTuple):
    """What the directory holds for one app, collection by collection.

    A collection that was not given is None. `partial` names collections that may hold more than
    what was read: they show what is there, never what is missing. `denied` maps a collection to
    the reason the service gave. `assumptions` are the sentences a report must repeat.
    `resources` are the API principals by object id. `app_role_assigned_to` is who may use the app;
    `site_permissions` and `resource_specific_grants` are keyed by what they were asked of, in lower case
    (`contoso.sharepoint.com,…` or any id that a call may name; `teams/<id>`, `chats/<id>`).
    `managed_identities` are those of the tenant that were read, whichever app they serve.
    """

    at: At
    service_principal: ServicePrincipal | None = None
    service_principal_absent: bool = False
    resources: Mapping[str, ServicePrincipal] = {}
    oauth2_permission_grants: tuple[OAuth2PermissionGrant, ...] | None = None
    app_role_assignments: tuple[AppRoleAssignment, ...] | None = None
    directory_roles: tuple[str, ...] | None = None
    federated_identity_credentials: tuple[FederatedIdentityCredential, ...] | None = None
    app_role_assigned_to: tuple[AppRoleAssignment, ...] | None = None
    owners: tuple[Owner, ...] | None = None
    site_permissions: Mapping[str, tuple[SitePermission, ...]] = {}
    resource_specific_grants: Mapping[str, tuple[ResourceSpecificGrant, ...]] = {}
    managed_identities: tuple[ManagedIdentity, ...] = ()
    partial: frozenset[str] = frozenset()
    denied: Mapping[str, str] = {}
    assumptions: tuple[str, ...] = ()


# --- places -----------------------------------------------------------------------------------


class Placed(Protocol):
    """A record that knows the places of its written fields."""

    @property
    def at(self) -> At:
        """The place of the whole record."""

    @property
    def places(self) -> Mapping[str, At]:
        """The place of each written field, by its name in the model."""


def place(record: Placed, field: str) -> At:
    """Where `field` of `record` is written; the record's own place if it is not."""
    return record.places.get(field, record.at)
