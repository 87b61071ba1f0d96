"""What an app holds of an API: declared in its registration, requested by a flow, granted by consent.

Everything is resolved to the catalogue's names here, in one place, so that no
rule compares a GUID with a name. What cannot be resolved stays visible: an
entry is known, of the other type, unknown, unverifiable (an API whose
permissions the catalogue does not hold in full) or open (a placeholder).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.catalog.records import GRAPH, Permission, PermissionType
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.scopes import is_guid, split_scope
from linter.finding import Related
from linter.memory import remembers_last
from linter.model import (
    Application,
    AppRoleAssignment,
    Flow,
    Grants,
    Inventory,
    RequiredResourceAccess,
    ResourceAccess,
    Text,
    place,
)
from linter.placeholder import has_placeholder, is_placeholder
from linter.positions import At
from linter.typed import Final, Literal, NamedTuple

State = Literal["known", "other-type", "unknown", "unverifiable", "open"]

TYPES: Final[tuple[PermissionType, ...]] = ("Scope", "Role")


# --- declared ---------------------------------------------------------------------------------


class Declared(NamedTuple):
    """One entry of `requiredResourceAccess`, resolved.

    `resource` is the API's appId in lower case, None where it is open or a name nobody knows.
    `permission` is the published permission: of the declared type when `state` is `known`, of the
    other one when it is `other-type`.
    """

    block: RequiredResourceAccess
    entry: ResourceAccess
    resource: str | None
    permission: Permission | None
    state: State

    @property
    def written(self) -> str:
        """The permission's name where it is known, else as written."""
        return self.permission.value if self.permission else self.entry.id or ""


@remembers_last
def declared(application: Application, catalog: Catalog) -> tuple[Declared, ...] | None:
    """Every declared permission in file order; None where the registration does not state them."""
    if application.required_resource_access is None:
        return None
    found: list[Declared] = []
    for block in application.required_resource_access:
        resource = resource_of(block, catalog)
        found += [_resolve(block, entry, resource, catalog) for entry in block.resource_access or ()]
    return tuple(found)


@remembers_last
def declared_openly(application: Application, resource: str, catalog: Catalog) -> bool:
    """Whether more permissions of `resource` may be declared than can be read.

    So it is where nothing is stated, where a placeholder stands for an API or a permission, and
    where a block does not say what it holds.
    """
    if application.required_resource_access is None:
        return True
    return any(
        _may_be(block, resource, catalog)
        and (
            block.resource_access is None
            or any(_is_open(entry) for entry in block.resource_access)
            or (_is_unwritten(block.resource_app_id) and bool(block.resource_access))
        )
        for block in application.required_resource_access
    )


def resource_of(block: RequiredResourceAccess, catalog: Catalog) -> str | None:
    """The appId of the API that a block names by appId or display name; None if it is open or unknown."""
    written = block.resource_app_id
    if written is None or is_placeholder(written):
        return None
    return written.strip().lower() if is_guid(written.strip()) else catalog.resource_id(written)


def block_name(block: RequiredResourceAccess, catalog: Catalog) -> str:
    """The display name of a block's API where it is known, else as written."""
    resource = resource_of(block, catalog)
    return (resource and catalog.resource_name(resource)) or block.resource_app_id or ""


def _is_unwritten(text: str | None) -> bool:
    return text is None or is_placeholder(text)


def _is_open(entry: ResourceAccess) -> bool:
    return _is_unwritten(entry.id) or _is_unwritten(entry.type)


def _may_be(block: RequiredResourceAccess, resource: str, catalog: Catalog) -> bool:
    return _is_unwritten(block.resource_app_id) or resource_of(block, catalog) == resource


def _resolve(
    block: RequiredResourceAccess, entry: ResourceAccess, resource: str | None, catalog: Catalog
) -> Declared:
    if (resource is None and _is_unwritten(block.resource_app_id)) or _is_open(entry):
        return Declared(block, entry, resource, None, "open")
    if resource is None:
        return Declared(block, entry, None, None, "unverifiable")
    found = _published(resource, (entry.id or "").strip(), catalog)
    for permission in found:
        # Microsoft Graph takes the two words in any case.
        if permission.type.lower() == (entry.type or "").strip().lower():
            return Declared(block, entry, resource, permission, "known")
    if found:
        return Declared(block, entry, resource, found[0], "other-type")
    return Declared(block, entry, resource, None, "unknown" if catalog.knows(resource) else "unverifiable")


def _published(resource: str, written: str, catalog: Catalog) -> tuple[Permission, ...]:
    if is_guid(written):
        return catalog.permissions(resource, written)
    named = (catalog.permission(resource, written, type_) for type_ in TYPES)
    return tuple(permission for permission in named if permission is not None)


# --- requested --------------------------------------------------------------------------------


class Requested(NamedTuple):
    """The scopes that a flow asks Microsoft Graph for.

    `default` is whether `.default` is among them, `open` whether a placeholder may stand for more.
    """

    names: frozenset[str]
    default: bool
    open: bool


def requested(flow: Flow, catalog: Catalog, entra: Entra) -> Requested | None:
    """What the flow's scopes ask of Microsoft Graph; None where the flow does not state them."""
    if flow.scopes is None:
        return None
    names: list[str] = []
    default = open_ = False
    for text in flow.scopes:
        scope = split_scope(text.value)
        # A placeholder in place of the API is taken for Microsoft Graph's name, since Graph is called.
        unsure = has_placeholder(scope.audience)
        if scope.oidc or not (unsure or _is_graph_audience(scope.audience, entra)):
            continue
        open_ = open_ or unsure or has_placeholder(scope.permission)
        if scope.is_default:
            default = True
        elif not has_placeholder(scope.permission):
            names.extend(_canonical((scope.permission,), catalog))
    return Requested(frozenset(names), default, open_)


def names_scopes(flow: Flow) -> bool:
    """Whether a flow names the scopes that its delegated token is to have, rather than `.default`."""
    scopes = [split_scope(text.value) for text in flow.scopes or ()]
    return flow.access == "delegated" and bool(scopes) and not any(scope.is_default for scope in scopes)


def asked_by_name(flow: Flow, catalog: Catalog, entra: Entra) -> Iterator[tuple[Text, Permission]]:
    """The published delegated permissions of Microsoft Graph that a flow names, each with its scope."""
    for text in flow.scopes or ():
        scope = split_scope(text.value)
        if not scope.oidc and _is_graph_audience(scope.audience, entra):
            permission = catalog.permission(GRAPH, scope.permission, "Scope")
            if permission is not None:
                yield text, permission


def _is_graph_audience(audience: str, entra: Entra) -> bool:
    """Whether an audience is Microsoft Graph's; the empty one is, since bare scopes mean it."""
    if not audience:
        return True
    resource = entra.resource_of_audience(audience)
    return resource is not None and resource.app_id == GRAPH


# --- granted ----------------------------------------------------------------------------------


class Granted(NamedTuple):
    """Consent to Microsoft Graph that the directory holds for one flow's user and for the app, by name.

    None where the collection was not given. `open_scopes` and `open_roles` name what could add to
    them: a collection of which only a part was read, an API that no record explains, consent of
    single users while the flow's user is not named.
    """

    scopes: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    open_scopes: tuple[str, ...] = ()
    open_roles: tuple[str, ...] = ()

    def of(self, type_: PermissionType) -> frozenset[str] | None:
        """What was consented to of that type; None where nobody says."""
        return self.roles if type_ == "Role" else self.scopes

    def open(self, type_: PermissionType) -> tuple[str, ...]:
        """What could add to `of(type_)`."""
        return self.open_roles if type_ == "Role" else self.open_scopes


def granted(grants: Grants | None, flow: Flow, catalog: Catalog) -> Granted:
    """What was consented to for `flow`'s user (`scopes`) and for the app itself (`roles`).

    For a managed identity it is what was assigned to it.
    """
    if flow.type == "managed_identity":
        return _granted_to_identity(grants, flow, catalog)
    if grants is None:
        return Granted()
    if grants.service_principal_absent:
        return Granted(frozenset(), frozenset())
    scopes, open_scopes = _granted_scopes(grants, flow, catalog)
    roles, open_roles = _granted_roles(grants, catalog)
    return Granted(scopes, roles, open_scopes, open_roles)


def acting(flow: Flow, grants: Grants) -> Grants | None:
    """The grants of the principal that the flow acts as: the app's, or those of a managed identity.

    None where nobody knows which identity it is.
    """
    if flow.type != "managed_identity":
        return grants
    found = grants.managed_identities
    if flow.client_id is not None and not has_placeholder(flow.client_id):
        wanted = flow.client_id.strip().lower()
        found = tuple(one for one in found if one.principal.app_id == wanted)
    if len(found) != 1:
        return None
    return grants._replace(
        service_principal=found[0].principal,
        service_principal_absent=False,
        oauth2_permission_grants=(),
        app_role_assignments=found[0].app_role_assignments,
        directory_roles=found[0].directory_roles,
    )


def unknown_identity(flow: Flow, grants: Grants | None) -> str:
    """What would say which managed identity the flow acts as: its client id where there are several."""
    several = grants is not None and len(grants.managed_identities) > 1
    named = flow.client_id is not None and not has_placeholder(flow.client_id)
    return "flow.client_id" if several and not named else "grants.managed_identities"


def _granted_to_identity(grants: Grants | None, flow: Flow, catalog: Catalog) -> Granted:
    mine = None if grants is None else acting(flow, grants)
    if mine is None:
        return Granted(open_roles=(unknown_identity(flow, grants),))
    roles, open_ = _granted_roles(mine, catalog)
    return Granted(frozenset(), roles, (), ("grants.app_role_assignments",) if roles is None else open_)


def _granted_scopes(
    grants: Grants, flow: Flow, catalog: Catalog
) -> tuple[frozenset[str] | None, tuple[str, ...]]:
    if grants.oauth2_permission_grants is None:
        return None, ()
    user = flow.user.id.lower() if flow.user and flow.user.id and is_guid(flow.user.id) else None
    scopes: set[str] = set()
    open_: dict[str, None] = {}
    for grant in grants.oauth2_permission_grants:
        graph = is_graph(grants, grant.resource_id)
        if graph is None:
            open_["grants.resources"] = None
        elif not graph:
            continue
        elif grant.consent_type == "AllPrincipals" or (user and (grant.principal_id or "").lower() == user):
            scopes.update(_canonical(grant.scopes, catalog))
        elif user is None:
            # One user's consent: it counts if that user is the flow's, whom nobody names by object id.
            open_["user.id"] = None
    if "oauth2PermissionGrants" in grants.partial:
        open_["grants.oauth2_permission_grants"] = None
    return frozenset(scopes), tuple(open_)


def _granted_roles(grants: Grants, catalog: Catalog) -> tuple[frozenset[str] | None, tuple[str, ...]]:
    if grants.app_role_assignments is None:
        return None, ()
    open_: dict[str, None] = {}
    for assignment in grants.app_role_assignments:
        if is_graph(grants, assignment.resource_id) is None and catalog.permissions(
            GRAPH, assignment.app_role_id or ""
        ):
            open_["grants.resources"] = None
    if "appRoleAssignments" in grants.partial:
        open_["grants.app_role_assignments"] = None
    roles = frozenset(permission.value for permission, _ in granted_roles(grants, catalog))
    return roles, tuple(open_)


def granted_roles(grants: Grants, catalog: Catalog) -> Iterator[tuple[Permission, AppRoleAssignment]]:
    """The application permissions of Microsoft Graph that the app was granted, each with its record."""
    for assignment in grants.app_role_assignments or ():
        if assignment.app_role_id and is_graph(grants, assignment.resource_id):
            for permission in catalog.permissions(GRAPH, assignment.app_role_id):
                if permission.type == "Role":
                    yield permission, assignment


def is_graph(grants: Grants, resource_id: str | None) -> bool | None:
    """Whether an object id is that of Microsoft Graph's service principal in this tenant."""
    return is_api(grants, resource_id, GRAPH)


def is_api(grants: Grants, resource_id: str | None, app_id: str) -> bool | None:
    """Whether an object id is that of the service principal in this tenant of the API with `app_id`.

    None where no record explains the id and none is known to be the API's (a tenant has one).
    """
    resource = None if resource_id is None else grants.resources.get(resource_id)
    if resource is not None and resource.app_id is not None:
        return resource.app_id == app_id
    known = any(principal.app_id == app_id for principal in grants.resources.values())
    return False if known else None


def _canonical(names: Iterable[str], catalog: Catalog) -> Iterator[str]:
    for name in names:
        permission = catalog.permission(GRAPH, name, "Scope")
        yield permission.value if permission else name


# --- held -------------------------------------------------------------------------------------


class Holdings(NamedTuple):
    """What an app holds of Microsoft Graph for one flow. A set is None where nobody stated it.

    `declared_open` is whether more may be declared than can be read.
    """

    declared_scopes: frozenset[str] | None
    declared_roles: frozenset[str] | None
    declared_open: bool
    requested: Requested | None
    granted: Granted

    def of(self, type_: PermissionType) -> frozenset[str] | None:
        """What a token of that type can carry: declared or granted, or requested or granted.

        Named scopes put only themselves and what is already granted into a delegated token;
        `.default`, and a flow that does not state its scopes, bring what is declared.
        """
        if type_ == "Role":
            first = self.declared_roles
        elif self._names_scopes and self.requested:
            first = self.requested.names
        else:
            first = self.declared_scopes
        second = self.granted.of(type_)
        if first is None and second is None:
            return None
        return (first or frozenset()) | (second or frozenset())

    def lacks(self, type_: PermissionType) -> tuple[str, ...]:
        """The unstated fields that could add to `of(type_)`."""
        fields: list[str] = []
        if type_ == "Scope" and self.requested and self.requested.open:
            fields.append("flow.scopes")
        if self.declared_open and not (type_ == "Scope" and self._names_scopes):
            fields.append("application.required_resource_access")
        return (*fields, *self.granted.open(type_))

    @property
    def _names_scopes(self) -> bool:
        return self.requested is not None and not self.requested.default

    def without_tenant(self) -> Holdings:
        """The same without the tenant's consent, which says nothing of a personal account."""
        return self._replace(granted=Granted())


def holdings(
    application: Application | None, flow: Flow, grants: Grants | None, catalog: Catalog, entra: Entra
) -> Holdings:
    """Everything that `flow` can bring to a call of Microsoft Graph.

    A managed identity brings what was assigned to it, and nothing that a registration declares.
    """
    if flow.type == "managed_identity":
        return Holdings(None, None, False, None, granted(grants, flow, catalog))
    entries = None if application is None else declared(application, catalog)
    asked, consented = requested(flow, catalog, entra), granted(grants, flow, catalog)
    if application is None or entries is None:
        return Holdings(None, None, True, asked, consented)
    open_ = declared_openly(application, GRAPH, catalog)
    return Holdings(_names(entries, "Scope"), _names(entries, "Role"), open_, asked, consented)


def directory_roles(inventory: Inventory | None, grants: Grants | None) -> tuple[str, ...]:
    """The directory roles that the app itself is known to have: they open calls without a permission."""
    stated = inventory.directory_roles if inventory else None
    found = grants.directory_roles if grants else None
    return (*(stated or ()), *(found or ()))


def api_of(entry: Declared, catalog: Catalog) -> str:
    """The API's name, else as written."""
    known = catalog.resource_name(entry.resource) if entry.resource else None
    return known or entry.block.resource_app_id or "?"


def is_tier_zero(permission: Permission, entra: Entra) -> bool:
    """Whether a way to Global Administrator is known from this permission; of delegated ones none is."""
    return permission.resource == GRAPH and permission.type == "Role" and permission.value in entra.tier_zero


def entries_of(
    application: Application, resource: str, type_: PermissionType, catalog: Catalog
) -> tuple[Declared, ...]:
    """The declared permissions of one API and type, in file order."""
    return tuple(
        entry
        for entry in declared(application, catalog) or ()
        if entry.state == "known" and entry.resource == resource
        if entry.permission and entry.permission.type == type_
    )


def where_declared(
    application: Application | None, names: Iterable[str], type_: PermissionType, catalog: Catalog
) -> tuple[Related, ...]:
    """The manifest lines that declare these permissions of Microsoft Graph."""
    wanted = frozenset(names)
    entries = entries_of(application, GRAPH, type_, catalog) if application else ()
    return tuple(
        Related(entry.entry.at, f"declares {entry.written}") for entry in entries if entry.written in wanted
    )


def where_requested(flow: Flow, names: Iterable[str], catalog: Catalog, entra: Entra) -> tuple[Related, ...]:
    """The lines of a flow that ask Microsoft Graph for these scopes by name."""
    wanted = frozenset(names)
    return tuple(
        Related(text.at, f"`{flow.name}` asks for {permission.value}")
        for text, permission in asked_by_name(flow, catalog, entra)
        if permission.value in wanted
    )


def where_wanted(
    name: str,
    type_: PermissionType,
    application: Application | None,
    flow: Flow,
    catalog: Catalog,
    entra: Entra,
) -> At:
    """Where a permission of Microsoft Graph is asked for: by a scope's name, else where it is declared."""
    asked = where_requested(flow, (name,), catalog, entra) if type_ == "Scope" else ()
    for related in (*asked, *where_declared(application, (name,), type_, catalog)):
        return related.at
    return place(flow, "scopes" if type_ == "Scope" else "type")


def _names(entries: tuple[Declared, ...], type_: PermissionType) -> frozenset[str]:
    return frozenset(
        entry.permission.value
        for entry in entries
        if entry.permission and entry.state == "known" and entry.resource == GRAPH
        if entry.permission.type == type_
    )
