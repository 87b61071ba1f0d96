"""Whether the declared permissions exist, and let users sign in."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject, wording
from linter.amend import admits_roles, declare, exchange
from linter.catalog.records import GRAPH, GRAPH_NAME, Permission, PermissionType
from linter.catalog.store import Catalog
from linter.consent import shows_page
from linter.entra import Entra
from linter.entra.scopes import split_scope
from linter.finding import Edit, Hit, Related, Unknown
from linter.holdings import (
    Declared,
    api_of,
    declared,
    declared_openly,
    granted,
)
from linter.ladder import may_be_work_account
from linter.model import Application, Flow, Grants, place
from linter.registration.published import is_enabled, is_no_id, is_retired, published_types
from linter.sign_in.authority import serves_customers


def unknown_id(
    application: Application, catalog: Catalog, entra: Entra, grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """An entry names a permission that its API does not publish.

    An id that cannot be one at all is certain; one that no list holds may be new or hidden. The API's
    own service principal, where it is given, knows better than the lists.
    """
    entries = declared(application, catalog)
    if entries is None:
        yield Unknown("application.required_resource_access")
    for entry in entries or ():
        if entry.state == "open" or is_retired(entry, entra):
            continue
        if is_no_id(entry.entry.id or ""):
            yield _unknown_entry(entry, f"`{entry.entry.id}` cannot be the id of a permission", catalog)
            continue
        published = published_types(entry, grants)
        if entry.state == "unknown" if published is None else not published:
            message = f"{api_of(entry, catalog)} publishes no permission `{entry.entry.id}`"
            yield _unknown_entry(entry, message + _elsewhere(entry, catalog), catalog)._replace(
                severity="warning"
            )


def _unknown_entry(entry: Declared, message: str, catalog: Catalog) -> Hit:
    api = api_of(entry, catalog)
    return Hit(
        subject.of_permission(api, entry.written, entry.entry.type or "?"),
        entry.entry.at,
        message,
        (Related(entry.block.at, f"a permission of {api}"),),
    )


def _elsewhere(entry: Declared, catalog: Catalog) -> str:
    """Whose permission the id is, if it is another API's."""
    for other in catalog.by_id(entry.entry.id or ""):
        name = catalog.resource_name(other.resource)
        if name and other.resource != entry.resource:
            return f", which is {other.value} of {name}"
    return ""


def wrong_type(
    application: Application,
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
    flows: tuple[Flow, ...] | None = None,
) -> Iterator[Hit | Unknown]:
    """An entry's id is published, but as the other type.

    Only what the API's own service principal publishes decides: the permission tables lack types.
    """
    entries = declared(application, catalog)
    if entries is None:
        yield Unknown("application.required_resource_access")
    for entry in entries or ():
        permission = entry.permission
        if entry.state != "other-type" or permission is None or is_retired(entry, entra):
            continue
        published = published_types(entry, grants)
        if permission.live if published is None else permission.type in published and len(published) == 1:
            written = entry.entry.type or "?"
            is_ = wording.permissions((permission.value,), permission.type)
            yield Hit(
                subject.of_permission(api_of(entry, catalog), permission.value, written),
                entry.entry.at,
                f"this is {is_} ({permission.type}), and it is declared as `{written}`",
                (Related(entry.block.at, f"a permission of {api_of(entry, catalog)}"),),
                edits=_corrected(entry, permission, flows, application, catalog, entra),
                safe=False,  # which of the two was meant, no file says
            )


def _corrected(
    entry: Declared,
    permission: Permission,
    flows: tuple[Flow, ...] | None,
    application: Application,
    catalog: Catalog,
    entra: Entra,
) -> tuple[Edit, ...]:
    """The edits that make id and type agree.

    The type that all flows need decides, else the one that is declared, which then takes the other id.
    """
    needed = {flow.access for flow in flows or () if flow.access is not None}
    wanted: PermissionType = "Role" if (entry.entry.type or "").strip().lower() == "role" else "Scope"
    if len(needed) == 1:
        wanted = "Role" if needed == {"application"} else "Scope"
    twin = catalog.permission(permission.resource, permission.value, wanted)
    right = twin if twin is not None and twin.live else permission
    return exchange(entry, right) if right.type == "Scope" or admits_roles(application, entra) else ()


def disabled_or_hidden(
    application: Application, catalog: Catalog, grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """A declared permission of Microsoft Graph exists, and is switched off or kept from view.

    Microsoft Graph's own service principal, of the tenant or as it was published, knows better than the
    deployment data.
    """
    entries = declared(application, catalog)
    if entries is None:
        yield Unknown("application.required_resource_access")
    for entry in entries or ():
        permission = entry.permission
        if entry.state != "known" or permission is None or permission.resource != GRAPH:
            continue
        enabled = is_enabled(entry, grants)
        if enabled is None and permission.live:
            continue
        off = enabled is False or (enabled is None and not permission.enabled)
        if off or (enabled is None and permission.hidden):
            name = wording.permissions((permission.value,), permission.type)
            yield Hit(
                subject.of_permission(api_of(entry, catalog), permission.value, permission.type),
                entry.entry.at,
                f"{name} of {GRAPH_NAME} is {'disabled' if off else 'hidden'}",
                severity=None if off else "note",
            )


def sign_in_missing(
    application: Application,
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """Users sign in at the older endpoint, and the app declares nothing that lets them.

    At the current one the libraries ask for the sign-in by themselves.
    """
    signing = [flow for flow in flows if _signs_in_at_v1(flow, application, entra)]
    if not signing or any(_is_for_sign_in(entry, entra) for entry in declared(application, catalog) or ()):
        return
    if declared_openly(application, GRAPH, catalog):
        yield Unknown("application.required_resource_access")
        return
    consented = [granted(grants, flow, catalog) for flow in signing]
    open_ = [flow for flow, held in zip(signing, consented, strict=True) if not _may_sign_in(held.scopes)]
    if not open_:
        return
    user_read = catalog.permission(GRAPH, "User.Read", "Scope")
    yield Hit(
        subject.of_permission(GRAPH_NAME, "User.Read", "Scope"),
        place(application, "required_resource_access"),
        "users sign in at the v1 endpoint, and the app declares neither `User.Read` nor `openid`",
        tuple(Related(place(flow, "endpoint"), f"`{flow.name}` signs users in") for flow in open_),
        edits=declare(application, user_read, catalog) if user_read is not None else (),
        safe=False,  # no planned call need it
    )


def _signs_in_at_v1(flow: Flow, application: Application, entra: Entra) -> bool:
    if not shows_page(flow) or not may_be_work_account(flow, application) or serves_customers(flow, entra):
        return False
    if any(split_scope(text.value).permission in ("openid", "User.Read") for text in flow.scopes or ()):
        return False
    if flow.endpoint is not None:
        return flow.endpoint == "v1"
    return flow.library is not None and entra.library_kind(flow.library) == "adal"


def _is_for_sign_in(entry: Declared, entra: Entra) -> bool:
    """Whether an entry lets users sign in; Azure AD Graph's `User.Read` did so, too."""
    if (entry.entry.type or "").strip().lower() != "scope":
        return False
    if is_retired(entry, entra):
        return entra.azure_ad_graph_permission(entry.entry.id or "", "Scope") == "User.Read"
    return entry.resource == GRAPH and _may_sign_in(frozenset({entry.written}))


def _may_sign_in(names: frozenset[str] | None) -> bool:
    return names is not None and not names.isdisjoint(("User.Read", "openid"))
