"""The registration as a document: what the directory refuses to save, and settings that do not work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter import identifier_uris, repeated, sizes, subject
from linter.audience import is_own
from linter.authority import serves_customers
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.scopes import is_guid, split_scope
from linter.errors import nearest
from linter.finding import Edit, Hit, Predicts, Related, Unknown
from linter.holdings import resource_of
from linter.limits import admits_personal, audience_of, beyond, exceeded, over
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
from linter.saml import signs_in_by_saml
from linter.switched_off import Published, switched_off
from linter.typed import TYPE_CHECKING, Final
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
    if application.required_resource_access is None:
        yield Unknown("application.required_resource_access")
        return
    for block in repeated.blocks(application, catalog):
        yield Hit(
            f"requiredResourceAccess {block.name}",
            block.at,
            f"`{block.name}` is listed a second time in `requiredResourceAccess`",
            (Related(block.earlier, "listed here before"),),
            edits=block.edits,
        )
    for entry in repeated.permissions(application, catalog):
        # That these are refused is not documented.
        yield Hit(
            entry.subject,
            entry.at,
            f"`{entry.name}` ({entry.type}) is listed a second time",
            (Related(entry.earlier, "listed here before"),),
            severity="warning",
            confidence="low",
            edits=entry.edits,
        )


# --- how much it may hold ---------------------------------------------------------------------


def too_many_permissions(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """More permissions than the audience allows, of all APIs together."""
    yield from beyond(application, entra, sizes.permissions(application, entra))


def too_many_per_resource_personal(
    application: Application, entra: Entra, catalog: Catalog
) -> Iterator[Hit | Unknown]:
    """More permissions of one API than an app for personal accounts may declare."""
    yield from beyond(application, entra, sizes.permissions_of_each(application, entra, catalog))


def too_many_resources(
    application: Application, entra: Entra, catalog: Catalog, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """Permissions of more APIs than the directory allows, or of too many that other tenants publish.

    Whose an API is says its service principal; Microsoft's own do not count.
    """
    found = tuple(beyond(application, entra, sizes.apis(application, entra)))
    yield from found
    blocks = application.required_resource_access or ()
    if found or tenant is None or exceeded(application, entra, "max_foreign_apis", len(blocks)) is None:
        return
    foreign = _foreign(blocks, entra, catalog, tenant)
    if isinstance(foreign, Unknown):
        yield foreign
        return
    for hit in beyond(application, entra, sizes.apis_of_others(application, foreign)):
        yield hit._replace(confidence="medium") if isinstance(hit, Hit) else hit


def scope_definition_limits(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """The app publishes more scopes than its audience allows, or one with a name that is too long."""
    yield from beyond(application, entra, sizes.scopes(application, entra))


def preauthorized_limits(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """More clients, or scopes of clients, are authorized ahead than the audience allows."""
    yield from beyond(application, entra, sizes.authorized_clients(application, entra))


def display_name_length(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """The display name is longer than the audience allows; what a placeholder becomes is not known."""
    name = application.display_name
    if name is None:
        yield Unknown("application.display_name")
        return
    if len(name) <= entra.least_limits["max_display_name_length"] or has_placeholder(name):
        return
    at = place(application, "display_name")
    for found in over(application, entra, "max_display_name_length", len(name)):
        if isinstance(found, Unknown):
            yield found
            continue
        written = subject.as_written(application, "display_name", "displayName")
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
    yield from sizes.unstated(application)
    entries = sizes.entries(application)
    total = sum(entries.values())
    if total <= sizes.PLENTY or total <= entra.limit("manifest_entries_advised").most:
        return
    limit = entra.limit("manifest_entries")
    beyond_it = total > limit.most
    first, *others = sorted(entries, key=lambda name: -entries[name])
    yield Hit(
        "collections",
        sizes.where(application, first),
        f"the registration's collections have {total:,} entries together, "
        f"{'and' if beyond_it else 'near the limit of'} {limit.most:,}{' is the limit' if beyond_it else ''}",
        tuple(
            Related(sizes.where(application, name), f"{entries[name]} in {name}")
            for name in others[:2]
            if entries[name]
        ),
        severity=None if beyond_it else "warning",
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
            uri,
            application,
            edits=identifier_uris.default_instead(uri, application) if len(foreign) == 1 else (),
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
    registered = identifier_uris.is_registered(application)
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
                _of_uri(uri),
                uri.at,
                f"`{uri.value}` is the audience of tokens of version 1, and it is not the app's default URI",
                _version(application),
                predicts=Predicts(400) if enforced and not registered else None,
                # What is registered already stays, and so does what the tenant's policy does not ask for.
                severity="note" if registered or (policy is not None and not enforced) else None,
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
            _of_uri(uri),
            uri.at,
            f"`{uri.value}` ends in a slash, and a scope of it needs two",
            severity="warning" if identifier_uris.is_registered(application) else None,
            edits=identifier_uris.instead(uri, without, application),
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
                _of_uri(uri),
                uri.at,
                f"`{uri.value}` has capitals in its host, and tokens and comparisons may have small letters",
                edits=identifier_uris.instead(uri, head.lower() + uri.value[len(head) :], application),
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
    yield from beyond(application, entra, sizes.app_id_uris(application, entra))
    for uri in uris:
        fault = "" if has_placeholder(uri.value) else identifier_uris.form_for_work_only(uri.value)
        if not fault:
            continue
        row = audience_of(application, entra)
        if isinstance(row, Unknown):
            yield row
        elif row is not None and row.personal:
            yield Hit(
                _of_uri(uri),
                uri.at,
                f"`{uri.value}` {fault}, which is refused where personal accounts sign in",
                admits_personal(application),
                confidence=row.confidence,
            )


# --- what personal accounts and other tenants do not go with -----------------------------------


def app_roles_with_personal(
    application: Application, entra: Entra, flows: tuple[Flow, ...] | None = None
) -> Iterator[Hit | Unknown]:
    """Roles for users, while personal accounts sign in: these are not supported together.

    Roles for applications alone are how Azure AD B2C, whose apps have this audience too, protects an API.
    """
    roles = application.app_roles
    if roles is None:
        yield Unknown("application.app_roles")
        return
    if all("User" not in (role.allowed_member_types or ("User",)) for role in roles):
        return
    if _is_for_customers(flows, entra):
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


def optional_claims_personal(
    application: Application, entra: Entra, flows: tuple[Flow, ...] | None = None
) -> Iterator[Hit | Unknown]:
    """Claims are asked for that tokens of personal accounts do not have.

    In a customer directory the audience means whoever that lets in, and its policies make the claims.
    """
    claims = application.optional_claims
    if claims is None:
        yield Unknown("application.optional_claims")
        return
    named = dict.fromkeys(claim.value for claim in (*(claims.id_token or ()), *(claims.access_token or ())))
    if not named or _is_for_customers(flows, entra):
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


# --- what tokens will look like ---------------------------------------------------------------


def groups_claim_overage(
    application: Application, flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """The signed-in user is in more groups than the groups claim holds, and so it is left out.

    Groups that hold the user's groups count as well, so the direct ones alone only understate it.
    """
    claims = application.group_membership_claims
    if claims is None:
        yield Unknown("application.group_membership_claims")
        return
    if claims is NULL or not any(word.strip().lower() in _ALL_GROUPS for word in claims.split(",")):
        return
    for flow in flows:
        if flow.type not in _SIGN_INS or (flow.user is not None and flow.user.account == "personal"):
            continue
        groups = flow.user.groups if flow.user is not None else None
        if groups is None:
            yield Unknown("user.groups")
            continue
        limit = entra.limit("groups_in_implicit_token" if flow.type == "implicit" else "groups_in_token")
        if flow.user is not None and len(groups) > limit.most:
            in_groups = f"the user of `{flow.name}` is in {len(groups)} groups"
            yield Hit(
                f"groupMembershipClaims {flow.name}",
                place(application, "group_membership_claims"),
                f"{in_groups}, and its token names {limit.most} at most",
                (Related(flow.user.at.child("groups"), f"{len(groups)} groups"),),
                confidence=limit.confidence,
            )


#: Values that put groups into tokens whether they are assigned to the app or not, in lower case.
_ALL_GROUPS: Final = ("all", "securitygroup")
_SIGN_INS: Final = ("authorization_code", "hybrid", "implicit", "device_code")


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
    seen: set[At] = set()
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
                    for hit in _declared_but_off(flow, found, application):
                        if hit.at not in seen:
                            seen.add(hit.at)
                            yield hit
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


def _is_for_customers(flows: tuple[Flow, ...] | None, entra: Entra) -> bool:
    """Whether all flows are known to sign in at customer directories (Azure AD B2C, External ID)."""
    return bool(flows) and all(serves_customers(flow, entra) for flow in flows or ())


def _is_open(value: str | Null) -> bool:
    """Whether a placeholder stands in place of the value."""
    return isinstance(value, str) and is_placeholder(value)


# --- APIs -------------------------------------------------------------------------------------


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
        _of_uri(uri),
        uri.at,
        f"`{uri.value}` holds neither the app's id nor its tenant's id or domain",
        predicts=Predicts(400, "HostNameNotOnVerifiedDomain") if scheme in ("http", "https") else None,
        severity="note" if identifier_uris.is_registered(application) else None,
        edits=edits,
        safe=False,  # clients and the API know it by its name
    )


def _of_uri(uri: Text) -> str:
    return f"identifierUris {uri.value}"


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
        if (block.resource_app_id or "").lower() != found.app_id:
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
