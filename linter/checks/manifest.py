"""The registration as a document: what the directory refuses to save, and settings that do not work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter import identifier_uris, manifest_size, subject
from linter.audience import is_own
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.scopes import is_guid, split_scope
from linter.errors import nearest
from linter.finding import Edit, Hit, Predicts, Related, Unknown
from linter.holdings import Declared, declared, resource_of
from linter.limits import admits_personal, audience_of, exceeded, over
from linter.model import (
    NULL,
    Application,
    Flow,
    Grants,
    Inventory,
    Null,
    RequiredResourceAccess,
    Text,
    place,
)
from linter.placeholder import has_placeholder, is_placeholder
from linter.positions import At
from linter.published import Published, switched_off
from linter.saml import signs_in_by_saml
from linter.typed import TYPE_CHECKING
from linter.wording import listed

if TYPE_CHECKING:
    from linter.tenant import Tenant


def legacy_format(application: Application) -> Iterator[Hit | Unknown]:
    """The file is in the format of Azure AD Graph, which the portal no longer reads.

    The toolkit's files have that shape too, and the toolkit converts them itself: their form is
    `toolkit`. An app for personal accounts only is likely owned by one, and those keep the format.
    """
    if application.form != "legacy" or application.sign_in_audience == "PersonalMicrosoftAccount":
        return
    at = min(_older_keys(application), key=_order, default=application.at)
    shown = at.pointer.rpartition("/")[2]
    yield Hit(
        "format",
        at,
        f"`{shown}` is a key of the Azure AD Graph format, which the portal no longer reads"
        if at != application.at
        else "this is the Azure AD Graph format, which the portal no longer reads",
        edits=(Edit("convert", application.at),),
        safe=False,  # whatever reads the file by the older names must follow
    )


def invalid_sign_in_audience(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """`signInAudience` is none of the four values, so the directory refuses to save it.

    Null is no fault: the directory fills in its default.
    """
    audience = application.sign_in_audience
    if audience is None or _is_open(audience):
        yield Unknown("application.sign_in_audience")
    elif isinstance(audience, str) and entra.sign_in_audience(audience) is None:
        values = [row.value for row in entra.sign_in_audiences]
        near, same_letters = _nearest(audience, values)
        hint = f"; `{near}` is" if near else ""
        at = place(application, "sign_in_audience")
        yield Hit(
            "signInAudience",
            at,
            f"`{audience}` is no value of `signInAudience`{hint}",
            confidence="medium" if same_letters else "high",
            fix=f"Write `{near}`." if near else None,
            edits=(Edit("replace", at, near),) if near else (),
            safe=same_letters,
        )


def token_version_for_personal_audience(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """Personal accounts are admitted, but access tokens are not of version 2 (InvalidAccessTokenVersion)."""
    api, audience = application.api, application.sign_in_audience
    version = api.requested_access_token_version if api else None
    if version == 2:
        return
    if audience is None or _is_open(audience):
        yield Unknown("application.sign_in_audience")
        return
    row = entra.sign_in_audience(audience) if isinstance(audience, str) else None
    if row is None or not row.personal:
        return
    if api is None or version is None:
        yield Unknown("application.api.requested_access_token_version")
        return
    name = subject.as_written(api, "requested_access_token_version", "requestedAccessTokenVersion")
    shown = "null" if version is NULL else str(version)
    yield Hit(
        "api.requestedAccessTokenVersion",
        place(api, "requested_access_token_version"),
        f"`{name}` is {shown}, and an app for personal accounts must have 2",
        (Related(place(application, "sign_in_audience"), "admits personal accounts"),),
        edits=_version_two(application),
    )


def duplicate_required_access(application: Application, catalog: Catalog) -> Iterator[Hit | Unknown]:
    """An API, or a permission of one API, is listed twice in `requiredResourceAccess` (DuplicateValue)."""
    entries = declared(application, catalog)
    blocks = application.required_resource_access
    if entries is None or blocks is None:
        yield Unknown("application.required_resource_access")
        return
    first: dict[str, RequiredResourceAccess] = {}
    for block in blocks:
        key = resource_of(block, catalog) or (block.resource_app_id or "").lower()
        if not key:
            continue
        earlier = first.setdefault(key, block)
        if earlier is not block:
            yield _second_block(block, earlier, catalog)._replace(edits=_merge(block, earlier, entries))
    yield from _second_entries(entries, catalog)


# --- how much it may hold ---------------------------------------------------------------------


def too_many_permissions(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """More permissions than the audience allows, of all APIs together."""
    yield from _unstated_permissions(application)
    size = sum([len(block.resource_access or ()) for block in application.required_resource_access or ()])
    at = place(application, "required_resource_access")
    yield from _limited(
        application,
        entra,
        "max_permissions",
        size,
        "requiredResourceAccess",
        at,
        f"{size} permissions are declared",
    )


def too_many_per_resource_personal(
    application: Application, entra: Entra, catalog: Catalog
) -> Iterator[Hit | Unknown]:
    """More permissions of one API than an app for personal accounts may declare."""
    yield from _unstated_permissions(application)
    field = "max_permissions_per_api"
    blocks = application.required_resource_access or ()
    largest = max([len(block.resource_access or ()) for block in blocks], default=0)
    if exceeded(application, entra, field, largest) is None:
        return
    for block in blocks:
        size, name = len(block.resource_access or ()), _api_name(block, catalog)
        counted = f"{size} permissions of `{name}` are declared"
        yield from _limited(
            application, entra, field, size, f"requiredResourceAccess {name}", block.at, counted
        )


def too_many_resources(
    application: Application, entra: Entra, catalog: Catalog, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """Permissions of more APIs than the directory allows, or of too many that other tenants publish.

    Whose an API is says its service principal; Microsoft's own do not count.
    """
    blocks = application.required_resource_access
    if blocks is None:
        yield Unknown("application.required_resource_access")
        return
    at, size = place(application, "required_resource_access"), len(blocks)
    subject_ = "requiredResourceAccess"
    hits = [
        *_limited(
            application, entra, "max_apis", size, subject_, at, f"permissions of {size} APIs are declared"
        )
    ]
    yield from hits
    if hits or tenant is None or exceeded(application, entra, "max_foreign_apis", size) is None:
        return
    foreign = _foreign(blocks, entra, catalog, tenant)
    if isinstance(foreign, Unknown):
        yield foreign
        return
    counted = f"permissions of {len(foreign)} APIs of other tenants are declared"
    for hit in _limited(application, entra, "max_foreign_apis", len(foreign), subject_, at, counted):
        yield hit._replace(confidence="medium") if isinstance(hit, Hit) else hit


def scope_definition_limits(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """The app publishes more scopes than its audience allows, or one with a name that is too long."""
    api = application.api
    scopes = api.oauth2_permission_scopes if api is not None else None
    if api is None or scopes is None:
        yield Unknown("application.api.oauth2_permission_scopes")
        return
    if not scopes:
        return
    subject_, at = "api.oauth2PermissionScopes", place(api, "oauth2_permission_scopes")
    counted = f"{len(scopes)} scopes are published"
    yield from _limited(application, entra, "max_scopes", len(scopes), subject_, at, counted)
    longest = max([len(scope.value or "") for scope in scopes])
    if exceeded(application, entra, "max_scope_name_length", longest) is None:
        return
    for scope in scopes:
        value = scope.value or ""
        if not has_placeholder(value):
            counted = f"the scope `{value}` has a name of {len(value)} characters"
            yield from _limited(
                application,
                entra,
                "max_scope_name_length",
                len(value),
                f"{subject_} {value}",
                scope.at,
                counted,
            )


def preauthorized_limits(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """More clients, or scopes of clients, are authorized ahead than the audience allows."""
    api = application.api
    clients = api.pre_authorized_applications if api is not None else None
    if api is None or clients is None:
        yield Unknown("application.api.pre_authorized_applications")
        return
    if not clients:
        return
    subject_, at = "api.preAuthorizedApplications", place(api, "pre_authorized_applications")
    counted = f"{len(clients)} clients are authorized ahead"
    yield from _limited(application, entra, "max_pre_authorized_clients", len(clients), subject_, at, counted)
    sizes = [len(client.delegated_permission_ids or ()) for client in clients]
    total = f"{sum(sizes)} scopes are authorized ahead for all clients together"
    yield from _limited(application, entra, "max_pre_authorized_scopes", sum(sizes), subject_, at, total)
    if exceeded(application, entra, "max_pre_authorized_scopes_per_client", max(sizes)) is None:
        return
    for client, size in zip(clients, sizes, strict=True):
        yield from _limited(
            application,
            entra,
            "max_pre_authorized_scopes_per_client",
            size,
            f"{subject_} {client.app_id}",
            client.at,
            f"{size} scopes are authorized ahead for `{client.app_id}`",
        )


def display_name_length(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """The display name is longer than the audience allows; what a placeholder becomes is not known."""
    name = application.display_name
    if name is None:
        yield Unknown("application.display_name")
        return
    if has_placeholder(name):
        return
    written = subject.as_written(application, "display_name", "displayName")
    at = place(application, "display_name")
    for found in over(application, entra, "max_display_name_length", len(name)):
        if isinstance(found, Unknown):
            yield found
            continue
        yield Hit(
            "displayName",
            at,
            f"`{written}` has {len(name)} characters, and {found.words}",
            found.related,
            confidence=found.confidence,
            edits=(Edit("replace", at, name[: found.most].rstrip()),),
            safe=False,  # people know the app by it
        )


def collection_cap(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """The entries of all collections together are near the limit of one object, or above it."""
    yield from manifest_size.unstated(application)
    sizes = manifest_size.sizes(application)
    total = sum(sizes.values())
    if total <= manifest_size.PLENTY:
        return
    limit, advised = entra.limit("manifest_entries"), entra.limit("manifest_entries_advised")
    if total <= advised.most:
        return
    largest = sorted(sizes, key=lambda name: -sizes[name])
    hard = total > limit.most
    words = f"and {limit.most:,} is the limit" if hard else f"near the limit of {limit.most:,}"
    yield Hit(
        "collections",
        manifest_size.where(application, largest[0]),
        f"the registration's collections have {total:,} entries together, {words}",
        tuple(
            Related(manifest_size.where(application, name), f"{sizes[name]} in {name}")
            for name in largest[1:3]
            if sizes[name]
        ),
        severity=None if hard else "warning",
        confidence=limit.confidence,
    )


# --- App ID URIs ------------------------------------------------------------------------------


def identifier_uri_format(
    application: Application,
    inventory: Inventory | None = None,
    tenant: Tenant | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """An App ID URI that holds nothing of the app or its tenant, for an app with tokens of version 1.

    Since 2025 tenants refuse to add one; those that are registered stay.
    """
    uris = application.identifier_uris
    if uris is None:
        yield Unknown("application.identifier_uris")
        return
    further = [uri for uri in uris if not identifier_uris.is_default(uri.value, application.app_id)]
    if not further or signs_in_by_saml(application, grants):
        return
    version_one = identifier_uris.version_one(application)
    if version_one is False:
        return
    where = identifier_uris.home(application, inventory, tenant)
    verdicts = [(uri, identifier_uris.names_owner(uri.value, application, where)) for uri in further]
    yield from (verdict for _, verdict in verdicts if isinstance(verdict, Unknown))
    foreign = [uri for uri, verdict in verdicts if verdict is False]
    if foreign and isinstance(version_one, Unknown):
        yield version_one
        return
    for uri in foreign:
        yield _not_the_owners(
            uri, application, edits=_default_instead(uri, application) if len(foreign) == 1 else ()
        )


def custom_uri_with_v1_tokens(
    application: Application, entra: Entra, tenant: Tenant | None = None, grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """An App ID URI other than the default, which is then the audience of tokens of version 1.

    An app for personal accounts cannot have version 1: that is another fault.
    """
    uris = application.identifier_uris
    if uris is None:
        yield Unknown("application.identifier_uris")
        return
    further = [uri for uri in uris if not identifier_uris.is_default(uri.value, application.app_id)]
    if not further or signs_in_by_saml(application, grants):
        return
    version_one = identifier_uris.version_one(application)
    row = audience_of(application, entra)
    if version_one is False or (row is not None and not isinstance(row, Unknown) and row.personal):
        return
    if isinstance(version_one, Unknown):
        yield version_one
        return
    policy = tenant.default_app_management_policy if tenant is not None else None
    enforced = (
        policy is not None and policy.identifier_uri_state == "enabled" and policy.is_enabled is not False
    )
    for uri in further:
        if has_placeholder(uri.value):
            yield Unknown("application.identifier_uris")
        elif identifier_uris.is_default(uri.value, application.app_id) is None:
            yield Unknown("application.app_id")
        else:
            yield Hit(
                "identifierUris " + uri.value,
                uri.at,
                f"`{uri.value}` is the audience of tokens of version 1, and it is not the app's default URI",
                _version(application),
                predicts=Predicts(400) if enforced and application.completeness != "full" else None,
                # What is registered already stays, and so does what the tenant's policy does not ask for.
                severity="note" if application.completeness == "full" or (policy and not enforced) else None,
                edits=_version_two(application),
                safe=False,  # the API must take the other tokens first
            )


def identifier_uri_trailing_slash(application: Application) -> Iterator[Hit | Unknown]:
    """An App ID URI ends in a slash, which new ones may not."""
    uris = application.identifier_uris
    if uris is None:
        yield Unknown("application.identifier_uris")
        return
    for uri in uris:
        if not uri.value.endswith("/") or uri.value.endswith("://"):
            continue
        without = uri.value.rstrip("/")
        yield Hit(
            "identifierUris " + uri.value,
            uri.at,
            f"`{uri.value}` ends in a slash, and a scope of it needs two",
            severity="warning" if application.completeness == "full" else None,
            edits=_uri_instead(uri, without, application),
            safe=False,  # clients and the API know it by its name
        )


def identifier_uri_upper_case(application: Application) -> Iterator[Hit | Unknown]:
    """The host of an App ID URI has capitals, which libraries and comparisons make small (AADSTS500131)."""
    uris = application.identifier_uris
    if uris is None:
        yield Unknown("application.identifier_uris")
        return
    for uri in uris:
        if uri.value.islower():
            continue
        head = identifier_uris.authority_of(uri.value)
        if head.lower() != head and not has_placeholder(head) and not is_placeholder(uri.value):
            yield Hit(
                "identifierUris " + uri.value,
                uri.at,
                f"`{uri.value}` has capitals in its host, and tokens and comparisons may have small letters",
                edits=_uri_instead(uri, head.lower() + uri.value[len(head) :], application),
                safe=False,  # clients and the API know it by its name
            )


def identifier_uri_personal_limits(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """App ID URIs in a form, a length or a number that the app's accounts do not allow."""
    uris = application.identifier_uris
    if uris is None:
        yield Unknown("application.identifier_uris")
        return
    if not uris:
        return
    at = place(application, "identifier_uris")
    counted = f"{len(uris)} App ID URIs are registered"
    yield from _limited(application, entra, "max_identifier_uris", len(uris), "identifierUris", at, counted)
    for uri in uris:
        if has_placeholder(uri.value):
            continue
        subject_ = "identifierUris " + uri.value
        counted = f"`{uri.value[:60]}…` has {len(uri.value)} characters" if len(uri.value) > 60 else ""
        if counted:
            yield from _limited(
                application, entra, "max_identifier_uri_length", len(uri.value), subject_, uri.at, counted
            )
        if fault := _form_for_work_only(uri.value):
            row = audience_of(application, entra)
            if isinstance(row, Unknown):
                yield row
            elif row is not None and row.personal:
                yield Hit(
                    subject_,
                    uri.at,
                    f"`{uri.value}` {fault}, which is refused where personal accounts sign in",
                    admits_personal(application),
                    confidence=row.confidence,
                )


# --- what personal accounts and other tenants do not go with -----------------------------------


def app_roles_with_personal(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """Roles for users, while personal accounts sign in: these are not supported together.

    Roles for applications alone are how Azure AD B2C, whose apps have this audience, protects an API.
    """
    roles = application.app_roles
    if roles is None:
        yield Unknown("application.app_roles")
        return
    if all("User" not in (role.allowed_member_types or ("User",)) for role in roles):
        return
    row = audience_of(application, entra)
    if isinstance(row, Unknown):
        yield row
    elif row is not None and not row.app_roles:
        yield Hit(
            "appRoles",
            place(application, "app_roles"),
            "roles for users are defined, and they are not supported where personal accounts sign in",
            admits_personal(application),
        )


def optional_claims_personal(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """Claims are asked for that tokens of personal accounts do not have."""
    claims = application.optional_claims
    if claims is None:
        yield Unknown("application.optional_claims")
        return
    named = dict.fromkeys(claim.value for claim in (*(claims.id_token or ()), *(claims.access_token or ())))
    if not named:
        return
    row = audience_of(application, entra)
    if isinstance(row, Unknown):
        yield row
        return
    if row is None or not row.personal:
        return
    lacking = [name for name in named if name not in entra.personal_claims and not has_placeholder(name)]
    if lacking:
        accounts = "personal accounts sign in as well" if row.work else "only personal accounts sign in"
        yield Hit(
            "optionalClaims",
            claims.at,
            f"{accounts}, and their tokens do not have {listed(lacking)}",
            admits_personal(application),
            severity="note" if row.work else None,
        )


def accept_mapped_claims_multitenant(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """Other tenants use the app, and it takes claims that a policy of theirs has changed."""
    api = application.api
    if api is None or api.accept_mapped_claims is None:
        # Null is the default, which is false; an app of which nothing is said may have anything.
        if api is None or application.completeness != "full":
            yield Unknown("application.api.accept_mapped_claims")
        return
    if not api.accept_mapped_claims:
        return
    row = audience_of(application, entra)
    if isinstance(row, Unknown):
        yield row
    elif row is not None and row.multi_tenant:
        at = place(api, "accept_mapped_claims")
        yield Hit(
            "api.acceptMappedClaims",
            at,
            "`acceptMappedClaims` is true, so that any tenant with the app can write claims into its tokens",
            (Related(place(application, "sign_in_audience"), "admits other tenants"),),
            edits=(Edit("replace", at, value=False),),
            safe=False,  # a claims mapping that is in use needs a signing key first
        )


# --- references that lead nowhere -------------------------------------------------------------


def known_client_invalid(application: Application, tenant: Tenant | None = None) -> Iterator[Hit | Unknown]:
    """A known client is the app itself, no id, or no app of the tenant: consent is then not combined."""
    api = application.api
    clients = api.known_client_applications if api is not None else None
    if api is None or clients is None:
        yield Unknown("application.api.known_client_applications")
        return
    if not clients:
        return
    principals = tenant.service_principals if tenant is not None else None
    known = None if principals is None else {principal.app_id for principal in principals}
    own = (application.app_id or "").lower()
    for number, client in enumerate(clients):
        at, plain = place(api, "known_client_applications").child(number), client.strip().lower()
        subject_ = f"api.knownClientApplications {client}"
        if has_placeholder(client):
            if client == application.app_id:
                yield _known_self(subject_, at)
        elif not is_guid(plain):
            yield Hit(subject_, at, f"`{client}` in `knownClientApplications` is no appId")
        elif plain == own:
            yield _known_self(subject_, at)
        elif application.app_id is None:
            yield Unknown("application.app_id")
        elif known is not None and plain not in known:
            yield Hit(subject_, at, f"`{client}` in `knownClientApplications` is no app of this tenant")


def disabled_scope_or_role_used(
    application: Application,
    flows: tuple[Flow, ...],
    entra: Entra,
    inventory: Inventory | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """A flow asks an API for what the API has switched off. Microsoft Graph's are another rule's."""
    off = switched_off(application, grants)
    for flow in flows:
        for text in flow.scopes or ():
            scope = split_scope(text.value)
            if scope.oidc or not scope.audience or has_placeholder(text.value):
                continue
            if is_own(application, scope.audience) and (
                application.api is None or application.api.oauth2_permission_scopes is None
            ):
                yield Unknown("application.api.oauth2_permission_scopes")
            for found in off:
                if not found.is_for(scope.audience, application):
                    continue
                if scope.is_default:
                    yield from _declared_but_off(flow, found, application)
                elif found.type == "Scope" and found.value == scope.permission:
                    message = f"`{flow.name}` asks for `{text.value}`, which the API has switched off"
                    yield _off(f"{flow.name} scope {text.value}", text.at, message, found)
        if off and flow.access is not None and flow.scopes is None and flow.resource is None:
            yield Unknown("flow.scopes")
    clients = inventory.api.clients if inventory is not None and inventory.api is not None else None
    for client in clients or ():
        for name in client.scopes or ():
            for found in off:
                if found.own and found.type == "Scope" and found.value == split_scope(name).permission:
                    message = f"`{client.app}` asks for `{found.value}`, which the API has switched off"
                    yield _off(f"api.clients {client.app} {found.value}", client.at, message, found)


def _is_open(value: str | Null) -> bool:
    """Whether a placeholder stands in place of the value."""
    return isinstance(value, str) and is_placeholder(value)


# --- limits -----------------------------------------------------------------------------------


def _limited(
    application: Application, entra: Entra, field: str, size: int, subject_: str, at: At, counted: str
) -> Iterator[Hit | Unknown]:
    """The finding that something is larger than the audience allows."""
    if not size:
        return
    for found in over(application, entra, field, size):
        if isinstance(found, Unknown):
            yield found
        else:
            yield Hit(
                subject_, at, f"{counted}, and {found.words}", found.related, confidence=found.confidence
            )


def _unstated_permissions(application: Application) -> Iterator[Unknown]:
    blocks = application.required_resource_access
    if blocks is None or any(block.resource_access is None for block in blocks):
        yield Unknown("application.required_resource_access")


def _foreign(
    blocks: Iterable[RequiredResourceAccess], entra: Entra, catalog: Catalog, tenant: Tenant
) -> list[str] | Unknown:
    """The APIs that another tenant than this one and Microsoft publishes."""
    if tenant.service_principals is None:
        return Unknown("tenant.service_principals")
    if tenant.organization is None or tenant.organization.id is None:
        return Unknown("tenant.organization")
    owners = {one.app_id: one.app_owner_organization_id for one in tenant.service_principals}
    ids = {resource for block in blocks if (resource := resource_of(block, catalog))}
    return [
        one
        for one in ids
        if (owner := owners.get(one)) and owner.lower() != tenant.organization.id.lower()
        if entra.resource(one) is None and catalog.resource_name(one) is None
    ]


# --- App ID URIs ------------------------------------------------------------------------------


def _not_the_owners(uri: Text, application: Application, edits: tuple[Edit, ...]) -> Hit:
    scheme = identifier_uris.scheme_of(uri.value)
    return Hit(
        "identifierUris " + uri.value,
        uri.at,
        f"`{uri.value}` holds neither the app's id nor its tenant's id or domain",
        predicts=Predicts(400, "HostNameNotOnVerifiedDomain") if scheme in ("http", "https") else None,
        severity="note" if application.completeness == "full" else None,
        edits=edits,
        safe=False,  # clients and the API know it by its name
    )


def _default_instead(uri: Text, application: Application) -> tuple[Edit, ...]:
    app_id = application.app_id or ""
    return _uri_instead(uri, f"api://{app_id}", application) if is_guid(app_id) else ()


def _uri_instead(uri: Text, other: str, application: Application) -> tuple[Edit, ...]:
    """The edit that writes another URI in the place of one; none where that is registered already."""
    if any(one.value == other for one in application.identifier_uris or ()):
        return ()
    return (Edit("replace", uri.at, other),)


def _form_for_work_only(uri: str) -> str:
    """What of an App ID URI only apps for work accounts may have; empty where there is nothing."""
    if identifier_uris.scheme_of(uri) == "urn":
        return "is a urn"
    if "*" in uri:
        return "has a wildcard"
    if "?" in uri:
        return "has a query string"
    return "has a fragment" if "#" in uri else ""


def _version(application: Application) -> tuple[Related, ...]:
    api = application.api
    if api is None:
        return ()
    shown = "null" if api.requested_access_token_version is NULL else api.requested_access_token_version
    return (Related(place(api, "requested_access_token_version"), f"the version is {shown}"),)


def _version_two(application: Application) -> tuple[Edit, ...]:
    """The edit that asks for access tokens of version 2."""
    api = application.api
    if api is None:
        return ()
    if "requested_access_token_version" in api.places:
        return (Edit("replace", place(api, "requested_access_token_version"), 2),)
    return (Edit("set", api.at, 2, "requestedAccessTokenVersion"),)


# --- references -------------------------------------------------------------------------------


def _known_self(subject_: str, at: At) -> Hit:
    message = "the app lists itself in `knownClientApplications`, where its clients belong"
    return Hit(subject_, at, message, edits=(Edit("remove", at),))


def _off(subject_: str, at: At, message: str, found: Published) -> Hit:
    return Hit(
        subject_,
        at,
        message,
        (Related(found.at, "is switched off"),),
        edits=(Edit("set", found.at, value=True, key="isEnabled"),) if found.own else (),
        safe=False,  # whoever switched it off had a reason
    )


def _declared_but_off(flow: Flow, found: Published, application: Application) -> Iterator[Hit]:
    """What a flow that asks for all that is declared does not get."""
    if (found.type == "Role") != (flow.access == "application"):
        return
    for block in application.required_resource_access or ():
        if (block.resource_app_id or "").lower() != found.app_id or found.app_id == GRAPH:
            continue
        for entry in block.resource_access or ():
            if (entry.id or "").lower() == found.id and entry.type == found.type:
                message = (
                    f"`{flow.name}` needs `{found.value}` ({found.type}), which the API has switched off"
                )
                name = found.api or found.app_id
                yield _off(subject.of_permission(name, found.value, found.type), entry.at, message, found)


# --- the older format -------------------------------------------------------------------------


def _older_keys(application: Application) -> Iterator[At]:
    """The places of keys that Microsoft Graph names differently: those unlike the field they fill."""
    places = [*application.places.items()]
    if application.api is not None:
        places += application.api.places.items()
    for field, at in places:
        if at.pointer.rpartition("/")[2].lower() != field.replace("_", ""):
            yield at


def _order(at: At) -> tuple[int, int]:
    line, column, *_ = at.source.place(at.pointer)
    return line, column


# --- signInAudience ---------------------------------------------------------------------------


def _nearest(audience: str, values: list[str]) -> tuple[str | None, bool]:
    """The value that is probably meant, and whether only upper and lower case differ."""
    for value in values:
        if value.lower() == audience.strip().lower():
            return value, value.lower() == audience.lower()
    return nearest(audience, values), False


# --- requiredResourceAccess -------------------------------------------------------------------


def _second_block(block: RequiredResourceAccess, earlier: RequiredResourceAccess, catalog: Catalog) -> Hit:
    name = _api_name(block, catalog)
    return Hit(
        f"requiredResourceAccess {name}",
        block.at,
        f"`{name}` is listed a second time in `requiredResourceAccess`",
        (Related(earlier.at, "listed here before"),),
    )


def _merge(
    block: RequiredResourceAccess, earlier: RequiredResourceAccess, entries: Iterable[Declared]
) -> tuple[Edit, ...]:
    """The edits that put what only the second block holds into the first; none where one leaves it open."""
    if block.resource_access is None or earlier.resource_access is None:
        return ()
    seen = {_meaning(entry) for entry in entries if entry.block is earlier}
    edits: list[Edit] = []
    for entry in entries:
        if entry.block is not block or _meaning(entry) in seen:
            continue
        if entry.entry.id is None or entry.entry.type is None:
            return ()
        seen.add(_meaning(entry))
        written = {"id": entry.entry.id, "type": entry.entry.type}
        edits.append(Edit("append", earlier.at.child("resourceAccess"), written))
    return (*edits, Edit("remove", block.at))


def _meaning(entry: Declared) -> tuple[str, str]:
    """What an entry declares, however it is written."""
    return _name(entry).strip().lower(), (entry.entry.type or "").strip().lower()


def _name(entry: Declared) -> str:
    """The permission's name, else as written: an id under the wrong type is not that of the other one."""
    if entry.state == "known" and entry.permission is not None:
        return entry.permission.value
    return entry.entry.id or ""


def _second_entries(entries: Iterable[Declared], catalog: Catalog) -> Iterator[Hit]:
    """Permissions that one block lists twice. That these are refused is not documented."""
    first: dict[tuple[int, str, str], Declared] = {}
    for entry in entries:
        written, type_ = entry.entry.id, entry.entry.type
        if written is None or type_ is None:
            continue
        name = _name(entry)
        earlier = first.setdefault((id(entry.block), name.lower(), type_), entry)
        if earlier is not entry:
            yield Hit(
                subject.of_permission(_api_name(entry.block, catalog), name, type_),
                entry.entry.at,
                f"`{name}` ({type_}) is listed a second time",
                (Related(earlier.entry.at, "listed here before"),),
                severity="warning",
                confidence="low",
                edits=(Edit("remove", entry.entry.at),),
            )


def _api_name(block: RequiredResourceAccess, catalog: Catalog) -> str:
    """The API's display name where it is known, else as written."""
    resource = resource_of(block, catalog)
    return (resource and catalog.resource_name(resource)) or block.resource_app_id or ""
