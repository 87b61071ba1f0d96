"""What the tables hold: one record per row, fields named as the row's keys.

`source` names a document of Microsoft's (title or path in its repository) or says
what else is known; `confidence` is high for what is documented, medium for what is
inferred or observed, low for practitioner knowledge alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from linter.finding import Confidence
from linter.typed import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from linter.model import Access

CloudName = Literal["global", "us-gov", "us-gov-dod", "china"]
Client = Literal["confidential", "public", "by-credential", "none"]
LibraryKind = Literal["adal", "msal", "raw", "other"]
FederatedPart = Literal["credentials", "audiences", "name", "issuer", "subject"]


class Resource(NamedTuple):
    """One of Microsoft's APIs.

    `audiences` and `hosts` list all accepted forms per cloud, the canonical audience first; in a
    host `*` is text within one label, in an audience `{x}` is one label. `authorises` says whether
    scopes and app roles in the token decide (`roles`) or rights the API keeps itself (`own`).
    """

    app_id: str
    name: str
    status: Literal["active", "retired", "superseded"]
    status_date: str | None
    authorises: Literal["roles", "own"] | None
    audiences: Mapping[str, tuple[str, ...]]
    hosts: Mapping[str, tuple[str, ...]]
    note: str | None
    source: str
    confidence: Confidence

    def audience(self, cloud: str = "global") -> str | None:
        """The canonical audience in `cloud`, None where none is known."""
        known = self.audiences.get(cloud)
        return known[0] if known else None


class TrailingSlashAudience(NamedTuple):
    """An audience that ends in a slash, so that its scope is `https://x//.default`."""

    audience: str
    resource: str
    replacement: str
    source: str
    confidence: Confidence


class Cloud(NamedTuple):
    """One cloud; `authorities`, `graph_hosts` and `portal` are host names."""

    name: CloudName
    authorities: tuple[str, ...]
    graph_hosts: tuple[str, ...]
    portal: str
    personal_accounts: bool
    federated_audience: str
    source: str
    confidence: Confidence


class OtherAuthority(NamedTuple):
    """A login host that is not a cloud's current one. `customer` is B2C or External ID."""

    host: str
    kind: Literal["alias", "renamed", "closed", "customer"]
    clouds: tuple[CloudName, ...]
    replacement: str | None
    ended: str | None
    source: str
    confidence: Confidence


class AbsentPermission(NamedTuple):
    """A permission of Microsoft Graph that some clouds do not have; in `name` a final `*` is any rest."""

    name: str
    clouds: tuple[CloudName, ...]
    source: str
    confidence: Confidence


class AssertionIssuer(NamedTuple):
    """An issuer of external tokens. One of its tokens lasts `minutes` at most, None: as long as its job."""

    host: str
    name: str
    entra: bool
    minutes: int | None
    source: str
    confidence: Confidence


class FederatedLimit(NamedTuple):
    """How many federated credentials or audiences there may be, or how long one of their members."""

    of: FederatedPart
    least: int
    most: int
    source: str
    confidence: Confidence


class FlowKind(NamedTuple):
    """A flow type on some platforms (none listed: on all).

    `redirects` are the platforms of the registration that may hold its redirect URI.
    """

    type: str
    platforms: tuple[str, ...]
    name: str
    access: Access
    client: Client
    accounts: tuple[Literal["work", "personal"], ...]
    redirects: tuple[Literal["web", "spa", "publicClient"], ...]
    needs: tuple[str, ...]
    refresh_token: bool
    refresh_token_hours: int | None
    not_possible_for: tuple[str, ...]
    source: str
    confidence: Confidence


class SignInAudience(NamedTuple):
    """One value of signInAudience and its limits; None: no limit is documented."""

    value: str
    work: bool
    personal: bool
    multi_tenant: bool
    application_permissions: bool
    national_clouds: bool
    app_roles: bool
    access_token_versions: tuple[int, ...]
    max_identifier_uri_length: int | None
    max_identifier_uris: int | None
    max_secrets: int | None
    max_redirect_uris: int | None
    max_redirect_uri_length: int | None
    max_apis: int | None
    max_foreign_apis: int | None
    max_permissions: int | None
    max_permissions_per_api: int | None
    max_scope_name_length: int | None
    max_scopes: int | None
    max_pre_authorized_clients: int | None
    max_pre_authorized_scopes_per_client: int | None
    max_pre_authorized_scopes: int | None
    max_display_name_length: int | None
    max_logout_url_length: int | None
    identifier_uri_urn: bool
    identifier_uri_query: bool
    redirect_uri_query: bool
    redirect_uri_wildcard: bool
    note: str | None
    source: str
    confidence: Confidence


class Limit(NamedTuple):
    """How many or how long something may be, whoever signs in."""

    name: str
    most: int
    about: str
    source: str
    confidence: Confidence


class RedirectCharacter(NamedTuple):
    """A character that a redirect URI may not hold."""

    character: str
    source: str
    confidence: Confidence


class PersonalClaim(NamedTuple):
    """An optional claim that tokens of personal accounts carry too, or that is about no user."""

    name: str
    note: str | None
    source: str
    confidence: Confidence


class OidcScope(NamedTuple):
    """A scope of OpenID Connect; Entra does not offer all of them."""

    name: str
    supported: bool
    source: str
    confidence: Confidence


class BaselineScope(NamedTuple):
    """A scope that policies with excluded resources did not cover before mid-June 2026."""

    name: str
    kind: Literal["oidc", "directory"]
    source: str
    confidence: Confidence


class ScopeFamily(NamedTuple):
    """Delegated permissions of Microsoft Graph whose data are another API's (`app_id`).

    `families` are the first parts of their names, as `Mail` of `Mail.Read`.
    """

    app_id: str
    families: tuple[str, ...]
    source: str
    confidence: Confidence


class TierZero(NamedTuple):
    """An application permission of Microsoft Graph that leads to Global Administrator."""

    name: str
    source: str
    confidence: Confidence


class AzureAdGraphPermission(NamedTuple):
    """A permission of Azure AD Graph that Microsoft Graph has under the same name and type.

    The two types of one name may share an id.
    """

    name: str
    type: Literal["Scope", "Role"]
    id: str
    source: str
    confidence: Confidence


class ExchangeScoped(NamedTuple):
    """An application permission that Exchange can limit to some mailboxes."""

    resource: str
    name: str
    source: str
    confidence: Confidence


class ExchangeRole(NamedTuple):
    """A role of Exchange's own access control for applications, and the permissions it stands for."""

    role: str
    permissions: tuple[str, ...]
    source: str
    confidence: Confidence


class WorkloadPermission(NamedTuple):
    """A permission of Exchange or SharePoint that Microsoft Graph has under the same name."""

    resource: str
    name: str
    type: Literal["Scope", "Role"]
    id: str
    source: str
    confidence: Confidence


class WorkloadGate(NamedTuple):
    """What an API asks for besides consent. `access`: only of such tokens; `refusal` is its answer."""

    api: str
    access: Access | None
    needs: str
    refusal: int
    source: str
    confidence: Confidence


class DirectoryRelation(NamedTuple):
    """Relations whose answer mixes `kinds` of objects (see `ObjectReader`)."""

    templates: tuple[str, ...]
    kinds: tuple[str, ...]
    source: str
    confidence: Confidence


class ObjectReader(NamedTuple):
    """A kind of directory object; any one of `permissions` reads more of it than its id."""

    kind: str
    plural: str
    permissions: tuple[str, ...]
    source: str
    confidence: Confidence


class SelectedScope(NamedTuple):
    """A permission that reaches nothing until single objects are granted.

    `prefixes` are the paths of Microsoft Graph below which it may suffice.
    """

    name: str
    granted_on: str
    prefixes: tuple[str, ...]
    source: str
    confidence: Confidence


class DirectoryRole(NamedTuple):
    """A built-in directory role; `template_id` is the same in every tenant."""

    name: str
    template_id: str
    former_names: tuple[str, ...]
    source: str
    confidence: Confidence


class Roles(NamedTuple):
    """Directory roles of the signed-in user, any one of which these operations need.

    `open_to` names who may do it without a role: `members` (every ordinary user), `owners` of the
    object, `self` (on one's own account). Roles that suffice may be missing from the list: the
    documentation often names the least privileged ones only (confidence medium).
    """

    method: str
    templates: tuple[str, ...]
    roles: tuple[str, ...]
    open_to: tuple[Literal["members", "owners", "self"], ...]
    source: str
    confidence: Confidence

    @property
    def required(self) -> bool:
        """Whether acting on somebody else's object always needs one of the roles."""
        return "members" not in self.open_to and "owners" not in self.open_to


class PasswordRow(NamedTuple):
    """Who may reset the password of, or act sensitively on, one kind of target."""

    target: Literal["role", "none", "role-assignable-group", "restricted-unit", "other"]
    role: str | None
    reset: tuple[str, ...]
    sensitive: tuple[str, ...]
    source: str
    confidence: Confidence


class PasswordOperation(NamedTuple):
    """One way to change a password. `permissions`: any one; `roles`: any one.

    The roles are the user's, or for application access those of the app's service principal.
    """

    kind: Literal["write", "reset", "change"]
    access: Access
    method: str
    templates: tuple[str, ...]
    property: str | None
    permissions: tuple[str, ...]
    roles: tuple[str, ...]
    roles_needed: bool
    own_account: bool
    note: str | None
    source: str
    confidence: Confidence


class SensitiveProperty(NamedTuple):
    """A property of a user that not everybody may write on an administrator.

    `matrix` names the columns of `PasswordRow` of which one must allow it; `application` lists
    the narrow application permissions, each alternative needed as a whole.
    """

    name: str
    matrix: Literal["sensitive", "either"]
    application: tuple[tuple[str, ...], ...]
    source: str
    confidence: Confidence


class GuestAccess(NamedTuple):
    """What the tenant shows its guests: one value of `guestUserRoleId`.

    `refuses` are the path templates that a guest at this level cannot list; a new tenant has the `default`.
    """

    role_id: str
    name: str
    default: bool
    refuses: tuple[str, ...]
    source: str
    confidence: Confidence

    def refuses_to_list(self, template: str) -> bool:
        """Whether a GET of an operation with this path template is refused."""
        return template in self.refuses


class WorkloadRight(NamedTuple):
    """What a user must be in a workload for these operations, or hold one of `roles` instead.

    No `methods`: all. `who` completes "works only for …".
    """

    methods: tuple[str, ...]
    templates: tuple[str, ...]
    who: str
    roles: tuple[str, ...]
    source: str
    confidence: Confidence


class FurtherPermission(NamedTuple):
    """A permission that some calls of an operation need beyond what is listed for it.

    `when`: `always`; the body `writes` or the query `selects` the `property`; the target is a
    `role-assignable-group`. `what` completes "the call …". `delegated`, `application`: alternatives.
    """

    methods: tuple[str, ...]
    templates: tuple[str, ...]
    when: Literal["always", "writes", "selects", "role-assignable-group"]
    property: str | None
    what: str
    delegated: tuple[tuple[str, ...], ...]
    application: tuple[tuple[str, ...], ...]
    code: str | None
    source: str
    confidence: Confidence


class AdvancedCollection(NamedTuple):
    """Lists of one kind of directory object, which answer some queries from a second index only."""

    kind: str
    templates: tuple[str, ...]
    source: str
    confidence: Confidence


class SearchEntity(NamedTuple):
    """A kind of thing that `/search/query` finds: permissions, any one of each; none where it finds none."""

    name: str
    delegated: tuple[str, ...]
    application: tuple[str, ...]
    source: str
    confidence: Confidence


class AccessPolicy(NamedTuple):
    """Paths below which an app by itself needs something of the workload's administrator besides consent.

    `needs` completes "the app also needs …". A permission that ends in one of `unless` needs none.
    """

    templates: tuple[str, ...]
    needs: str
    unless: tuple[str, ...]
    source: str
    confidence: Confidence


class ExchangeAppPermission(NamedTuple):
    """An application permission of Exchange that does nothing by itself.

    `needs` completes "the app also needs …"; `roles` are directory roles of which one is enough for it.
    """

    name: str
    id: str
    needs: str
    roles: tuple[str, ...]
    source: str
    confidence: Confidence


class Licence(NamedTuple):
    """A product and the service plans that stand for it; a final `*` is any rest."""

    name: str
    title: str
    plans: tuple[str, ...]
    not_plans: tuple[str, ...]
    implies: tuple[str, ...]
    source: str
    confidence: Confidence


class Held(NamedTuple):
    """Licences as products, with all they imply, and the names that no product has."""

    products: frozenset[str]
    unknown: tuple[str, ...]


class LicenceNeed(NamedTuple):
    """A licence that calls need: any one of `any_of`, held by `whose` (see the table).

    No `methods`: all. `below`: also every path below a template. `selects`: only where the query asks
    for this property. `status` and `code` are the answer to a call without the licence, `code` None
    where it is not known.
    """

    methods: tuple[str, ...]
    templates: tuple[str, ...]
    below: bool
    selects: str | None
    any_of: tuple[str, ...]
    whose: Literal["tenant", "user", "owner"]
    status: int
    code: str | None
    note: str | None
    source: str
    confidence: Confidence


class Library(NamedTuple):
    """Client libraries of one kind; `adds` are the scopes they ask for by themselves."""

    names: tuple[str, ...]
    kind: LibraryKind
    adds: tuple[str, ...]
    about: str
    source: str
    confidence: Confidence


class MicrosoftClient(NamedTuple):
    """One of Microsoft's own client apps.

    `consentable`: it takes consent to any delegated permission of Microsoft Graph; the others have what
    was agreed for them. `tools` are the packages that are this client.
    """

    app_id: str
    name: str
    consentable: bool
    tools: tuple[str, ...]
    source: str
    confidence: Confidence


class CaeResource(NamedTuple):
    """An API that challenges clients which declare the capability cp1."""

    app_id: str
    name: str
    source: str
    confidence: Confidence


class PolicyTarget(NamedTuple):
    """A name or appId by which Conditional Access policies mean several APIs: those of them that we know."""

    name: str
    app_ids: tuple[str, ...]
    source: str
    confidence: Confidence


class TokenProtection(NamedTuple):
    """An API for which policies can ask for tokens that are bound to a device."""

    app_id: str
    name: str
    source: str
    confidence: Confidence


class ProtectedAction(NamedTuple):
    """An operation of Microsoft Graph that is an action for which policies can ask for more.

    `properties` are those of the body that make it this action; none: whatever the body holds.
    """

    action: str
    method: str
    template: str
    properties: tuple[str, ...]
    source: str
    confidence: Confidence


class Enforcement(NamedTuple):
    """What Microsoft asks of sign-ins since the day `starts`; no `methods`: of every token.

    `app_id` is the API that it is about, and that policies must mean to ask more.
    """

    name: Literal["baseline-scopes", "azure-multifactor"]
    app_id: str
    methods: tuple[str, ...]
    starts: str
    clouds: tuple[CloudName, ...]
    source: str
    confidence: Confidence


class AadstsCode(NamedTuple):
    """An error number of the login service and the rules that predict it."""

    code: int
    meaning: str
    rules: tuple[str, ...]
    source: str
    confidence: Confidence


class GraphError(NamedTuple):
    """An error code of Microsoft Graph; codes differ by upper and lower case."""

    code: str
    status: tuple[int, ...]
    when: str
    source: str
    confidence: Confidence


class Retired(NamedTuple):
    """Something that stops working. Dates are ISO, to the day or the month.

    `restricted` is when it begins to fail for some; no `paths`: the whole host; `access`: only
    with such tokens.
    """

    name: str
    hosts: tuple[str, ...]
    paths: tuple[str, ...]
    access: Access | None
    restricted: str | None
    ends: str
    replacement: str
    source: str
    confidence: Confidence


class DirectoryRequest(NamedTuple):
    """How to save an input that lies in the directory.

    `field` is the model's (`tenant.domains`), `collection` its file in a tenant's folder, `request` what
    answers it: a path with its version, an address, or a cmdlet. `{…}` stands for what the asker knows.
    """

    field: str
    collection: str
    request: str
    tool: Literal["az", "graph", "curl", "exchange"]
    permission: str | None
    source: str
    confidence: Confidence


class ConsentRole(NamedTuple):
    """A directory role that may consent for the tenant.

    `graph_app_roles`: also to application permissions of Microsoft Graph and Azure AD Graph.
    """

    role: str
    graph_app_roles: bool
    source: str
    confidence: Confidence


class ConsentPolicy(NamedTuple):
    """A built-in consent policy for all users; `lets` says what they may consent to (see the table)."""

    id: str
    lets: Literal["consentable", "low", "managed", "mail-clients"]
    source: str
    confidence: Confidence


class ConsentExcluded(NamedTuple):
    """A delegated permission that Microsoft's managed consent policy keeps from users."""

    resource: str
    name: str
    source: str
    confidence: Confidence


class ConsentMailClient(NamedTuple):
    """A mail app for which users may consent to what the managed policy excludes."""

    app_id: str
    name: str
    source: str
    confidence: Confidence


class BasicPermission(NamedTuple):
    """A delegated permission that only signs the user in."""

    name: str
    source: str
    confidence: Confidence


class OutdatedPortalPath(NamedTuple):
    """A way through the portal that guides once told, in lower case, and the one there is now."""

    path: str
    now: str
    source: str
    confidence: Confidence
