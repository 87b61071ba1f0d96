"""How consent is planned: by whom, at which address, by which way through the portal, and for clients."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.catalog.store import Catalog
from linter.consent.decision import Setting, decide
from linter.consent.held import Held, held
from linter.consent.page import may_consent_for_tenant
from linter.entra import Entra
from linter.entra.addresses import host_of
from linter.entra.scopes import is_guid, split_scope
from linter.finding import Edit, Hit, Related, Unknown
from linter.holdings import Declared, declared
from linter.model import (
    Api,
    ApiClient,
    Application,
    Consent,
    Grants,
    Inventory,
    PermissionScope,
    PreAuthorizedApplication,
    place,
)
from linter.placeholder import has_placeholder
from linter.registration.redirects import takes, unstated
from linter.sign_in.audience import is_own, own_unstated
from linter.typed import TYPE_CHECKING, Final
from linter.wording import listed

if TYPE_CHECKING:
    from linter.tenant import Tenant

# Permissions beyond these are named in the message, not shown.
_MOST_ENTRIES = 3


# --- who --------------------------------------------------------------------------------------


def consenter_role_too_low(
    application: Application,
    inventory: Inventory,
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """The roles of whoever is planned to consent do not reach what is declared.

    Application Administrators cannot consent to application permissions of Microsoft Graph. What the
    users of a page cannot grant is `admin_consent_needed_user_flow`'s, so delegated permissions are
    looked at only where an administrator is planned to consent.
    """
    plan = inventory.consent
    if plan is None or plan.roles is None:
        return
    entries = declared(application, catalog)
    if entries is None:
        yield Unknown("application.required_resource_access")
        return
    setting = Setting(application, grants, tenant, inventory.tenant)
    beyond: dict[Declared, bool] = {}
    for entry in entries:
        if entry.permission is None or entry.state != "known" or _is_granted(entry, grants, catalog):
            continue
        least = decide(entry.permission, setting, entra).least
        if least == "user" or (entry.permission.type == "Scope" and plan.by != "admin"):
            continue
        may = may_consent_for_tenant(plan.roles, entra, graph_app_roles=least == "privileged")
        if may is None:
            yield Unknown("inventory.consent")
        elif not may:
            beyond[entry] = least == "privileged"
    if beyond:
        yield _role_too_low(beyond, plan, entra)


def _role_too_low(beyond: dict[Declared, bool], plan: Consent, entra: Entra) -> Hit:
    roles = plan.roles or ()
    names = listed(dict.fromkeys(entry.written for entry in beyond))
    sufficient = listed(entra.consent_roles(graph_app_roles=any(beyond.values()))[:2])
    whose = (
        f"the roles {listed(roles)}"
        if len(roles) > 1
        else f"the role {listed(roles)}"
        if roles
        else "no role"
    )
    return Hit(
        "consent.roles",
        plan.at.child("roles"),
        f"consent to {names} takes a role such as {sufficient}, and who is to give it has {whose}",
        tuple(Related(entry.entry.at, f"declares {entry.written}") for entry in list(beyond)[:_MOST_ENTRIES]),
    )


def _is_granted(entry: Declared, grants: Grants | None, catalog: Catalog) -> bool:
    if grants is None or entry.permission is None:
        return False
    return any(
        isinstance(one, Held)
        and one.users is None
        and (one.api, one.value, one.type) == (entry.resource, entry.permission.value, entry.permission.type)
        for one in held(grants, catalog)
    )


# --- where ------------------------------------------------------------------------------------


def url_tenant_mismatch(
    application: Application, inventory: Inventory, entra: Entra
) -> Iterator[Hit | Unknown]:
    """The planned admin consent address names a tenant or a redirect URI that the app does not have."""
    plan = inventory.consent
    parts = _admin_consent(plan.url, entra) if plan is not None and plan.url is not None else None
    if plan is None or parts is None:
        return
    named, redirect = parts
    at = plan.at.child("url")
    if named.lower() == "consumers":
        yield Hit(
            "consent.url",
            at,
            "the admin consent address names `consumers`, and personal accounts have no administrator",
        )
    single = application.sign_in_audience == "AzureADMyOrg"
    if single and _differ(named, inventory.tenant):
        yield Hit(
            "consent.url tenant",
            at,
            f"the admin consent address names `{named}`, and the app is for `{inventory.tenant}` alone",
            (Related(place(application, "sign_in_audience"), "for its own tenant alone"),),
        )
    if redirect is None or has_placeholder(redirect) or _is_registered(redirect, application):
        return
    open_ = unstated(application)
    if open_:
        yield from open_
        return
    yield Hit(
        subject.of_redirect(redirect),
        at,
        f"the admin consent address returns to `{redirect}`, which is not registered",
        (Related(place(application, "web"), "the registered redirect URIs"),),
    )


def _admin_consent(url: str, entra: Entra) -> tuple[str, str | None] | None:
    """The tenant and redirect URI of an address for admin consent; None for any other address."""
    from urllib.parse import parse_qsl, urlsplit  # noqa: PLC0415  only who plans an address pays for it

    try:
        split = urlsplit(url)
    except ValueError:
        return None
    steps = [step for step in split.path.split("/") if step]
    if len(steps) < 2 or steps[-1].lower() != "adminconsent":
        return None
    authority = entra.other_authority(host_of(url))
    if authority is not None and authority.kind == "customer":
        return None
    query = {name.lower(): value for name, value in parse_qsl(split.query)}
    return steps[0], query.get("redirect_uri")


def _differ(named: str, home: str | None) -> bool:
    """Whether two tenants, both named by id, are different ones."""
    return home is not None and is_guid(named) and is_guid(home) and named.lower() != home.lower()


def _is_registered(redirect: str, application: Application) -> bool:
    """Whether a redirect URI is registered; admin consent may return below one that is."""
    for text in application.redirect_uris():
        if has_placeholder(text.value) or takes(text.value, redirect, wildcards=True):
            return True
        if redirect.startswith(text.value.rstrip("/") + "/"):
            return True
    return False


# What people write between the steps of a way through menus.
_STEPS: Final = ("->", "=>", "→", "»", "\u203a", "/", "\\", "|")


def portal_path_outdated(inventory: Inventory, entra: Entra) -> Iterator[Hit | Unknown]:
    """A note sends somebody through the portal by a way that is no more there."""
    for note in inventory.notes:
        text = note.value.lower().replace("*", "").replace("`", "").replace('"', "").replace("'", "")
        for sign in _STEPS:
            text = text.replace(sign, ">")
        steps = " > ".join(" ".join(step.split()) for step in text.split(">"))
        for row in entra.outdated_portal_paths:
            if row.path in steps:
                yield Hit("note", note.at, f"the note tells a way through the portal that is now `{row.now}`")
                break


# --- the app's own clients --------------------------------------------------------------------


def preauthorization_incomplete(application: Application, inventory: Inventory) -> Iterator[Hit | Unknown]:
    """A client is preauthorised for some of the app's scopes, and asks for others, too."""
    clients = inventory.api.clients if inventory.api is not None else None
    if not clients:
        return
    api = application.api
    if api is None or api.pre_authorized_applications is None:
        yield Unknown("application.api")
        return
    for client in clients:
        entry = _entry_of(client, api)
        if client.app is None or client.scopes is None:
            yield Unknown("inventory.api")
        elif entry is not None:
            yield from _not_preauthorised(client, entry, application, api)


def _entry_of(client: ApiClient, api: Api) -> PreAuthorizedApplication | None:
    for entry in api.pre_authorized_applications or ():
        if client.app and entry.app_id and entry.app_id.lower() == client.app.lower():
            return entry
    return None


def _not_preauthorised(
    client: ApiClient, entry: PreAuthorizedApplication, application: Application, api: Api
) -> Iterator[Hit | Unknown]:
    if entry.delegated_permission_ids is None or api.oauth2_permission_scopes is None:
        yield Unknown("application.api")
        return
    given = {identity.lower() for identity in entry.delegated_permission_ids}
    if any(map(has_placeholder, given)):
        yield Unknown("application.api")
        return
    scopes = [scope for scope in map(split_scope, client.scopes or ()) if not scope.oidc]
    owned = [not scope.audience or is_own(application, scope.audience) for scope in scopes]
    if None in owned:
        yield from map(Unknown, own_unstated(application))
    asked = [scope for scope, own in zip(scopes, owned, strict=True) if own]
    names = {scope.permission.lower() for scope in asked}
    if any(scope.is_default for scope in asked):
        # Whatever the client's own registration declares; which is not known here.
        yield Unknown("inventory.api")
    missing = [scope for scope in api.oauth2_permission_scopes if _is_missing(scope, names, given)]
    if missing:
        values = [scope.value or "" for scope in missing]
        only = "for other scopes only" if given else "for no scope"
        yield Hit(
            f"preauthorised {client.app}",
            entry.at,
            f"the client `{client.app}` asks for {listed(values)} and is preauthorised {only}",
            (Related(client.at, "asks for it"),),
            edits=tuple(
                Edit("append", place(entry, "delegated_permission_ids"), scope.id) for scope in missing
            ),
            safe=False,
        )


def _is_missing(scope: PermissionScope, names: set[str], given: set[str]) -> bool:
    """Whether the client asks for a scope that it is not preauthorised for; nobody gets one that is off."""
    if scope.id is None or scope.is_enabled is False:
        return False
    return (scope.value or "").lower() in names and scope.id.lower() not in given
