"""Settings of the registration and the tenant that open more than any planned call needs."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject, wording
from linter.catalog.store import Catalog
from linter.consent.policies import assigned
from linter.entra import Entra
from linter.finding import Edit, Hit, Related, Unknown
from linter.ladder import find
from linter.model import NULL, Application, Call, Flow, Inventory, Null, Platform, ServicePrincipalLock, place
from linter.positions import At
from linter.sign_in.audience import admitted
from linter.sign_in.authority import is_same_tenant, is_tenantless, serves_customers
from linter.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from linter.tenant import Tenant

# --- flows ------------------------------------------------------------------------------------


def app_only_where_user_present(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra
) -> Iterator[Hit | Unknown]:
    """The app calls as itself while a user is there, and the calls work for the user, too."""
    if any(serves_customers(flow, entra) for flow in flows):
        return  # customers' tokens do not open Microsoft Graph
    for flow in flows:
        if flow.type != "client_credentials" or not _has_user(flow):
            continue
        found = [(call, find(call, catalog, entra)) for call in flow.every_call()]
        for_user: list[Call] = []
        for call, one in found:
            yield from map(Unknown, one.lacks)
            if one.kind == "known" and one.operation is not None and one.operation.work.supported:
                for_user.append(call)
        if for_user:
            requests = wording.listed(dict.fromkeys(map(subject.of_request, for_user)), 2)
            yield Hit(
                subject.of_flow(flow, "type"),
                place(flow, "type"),
                f"`{flow.name}` calls as the app itself while a user is there, and {requests} "
                f"{'works' if len(for_user) == 1 else 'work'} with the user's own rights, too",
                tuple(Related(call.at, "works for the user") for call in for_user[:3]),
            )


def _has_user(flow: Flow) -> bool:
    """Whether a user is there: nothing runs unattended, or the client is a web app that says no more.

    Browsers and devices cannot call as the app at all, which is another fault.
    """
    if flow.platform not in ("web", "daemon", "api", None):
        return False
    if flow.unattended_hours is not None:
        return flow.unattended_hours == 0
    return flow.platform == "web"


# --- the registration -------------------------------------------------------------------------

_SWITCHES: Final = (
    ("enable_access_token_issuance", "enableAccessTokenIssuance", "token", "access tokens"),
    ("enable_id_token_issuance", "enableIdTokenIssuance", "id_token", "ID tokens"),
)


def implicit_grant_enabled_unused(
    application: Application, inventory: Inventory, entra: Entra
) -> Iterator[Hit | Unknown]:
    """The authorization endpoint may hand out tokens, and no planned flow takes them there."""
    web = application.web
    if any(serves_customers(flow, entra) for flow in inventory.flows):
        return  # there the directory's own test of a user flow needs the switches
    if web is None:
        yield Unknown("application.web")
        return
    for field, name, token, tokens in _SWITCHES:
        enabled = getattr(web, field)
        if enabled is None:
            yield Unknown("application.web")
        elif enabled:
            yield from _unused_switch(application, web, inventory, field, name, token, tokens)


def _unused_switch(
    application: Application,
    web: Platform,
    inventory: Inventory,
    field: str,
    name: str,
    token: str,
    tokens: str,
) -> Iterator[Hit | Unknown]:
    implicit = [flow for flow in inventory.flows if flow.type in _AT_AUTHORIZATION]
    if any(flow.response_type is not None and token in flow.response_type.split() for flow in implicit):
        return
    if any(flow.response_type is None for flow in implicit):
        yield Unknown("flow.response_type")
        return
    single_page = application.spa is not None and bool(application.spa.redirect_uris)
    # Web libraries that only sign users in take an ID token there, and flows rarely say so.
    unsaid = token == "id_token" and any(map(_may_take_id_token, implicit))
    sure = token == "token" and not single_page
    certain = inventory.complete and not unsaid
    at = place(web, field)
    yield Hit(
        f"web.implicitGrantSettings.{name}",
        at,
        f"`{subject.as_written(web, field, name)}` is on, and "
        f"{'no planned flow' if inventory.complete else 'none of the flows listed'} takes {tokens} from the "
        "authorization endpoint",
        severity=None if certain else "note",
        confidence=None if sure else "medium",
        edits=(Edit("replace", at, False),) if certain and field in web.places else (),
        safe=sure,
    )


def _may_take_id_token(flow: Flow) -> bool:
    """Whether a flow of a web app does not say that it takes the code alone."""
    return flow.platform in ("web", None) and "response_type" not in flow.places


_AT_AUTHORIZATION: Final = ("implicit", "hybrid", "authorization_code")
_OWN_TENANT: Final = "AzureADMyOrg"


def multitenant_without_need(
    application: Application, inventory: Inventory, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """Every tenant is admitted, and all planned flows sign in to the app's own."""
    if application.sign_in_audience is None:
        yield Unknown("application.sign_in_audience")
    audience = admitted(application, entra)
    flows = [flow for flow in inventory.flows if flow.access is not None and flow.type != "managed_identity"]
    if (
        audience is None
        or not audience.multi_tenant
        or not flows
        or _serves_others(application, flows, entra)
    ):
        return
    home = inventory.tenant
    if home is None:
        # Only where every flow signs in at one tenant may that one be the app's own.
        if all(flow.tenant is not None for flow in flows):
            yield Unknown("inventory.tenant")
        return
    at_home = [_signs_in_at(flow, home, tenant) for flow in flows]
    if False in at_home:
        return
    if None in at_home:
        yield Unknown("flow.tenant")
        return
    at = place(application, "sign_in_audience")
    who = "all planned flows sign" if inventory.complete else "the flows listed sign"
    yield Hit(
        "signInAudience",
        at,
        f"`{audience.value}` admits every tenant, and {who} in to `{home}` alone",
        (Related(place(inventory, "tenant"), "the app's own tenant"),),
        edits=(Edit("replace", at, _OWN_TENANT),) if inventory.complete else (),
        safe=False,  # who else has consented to the app, no file says
    )


def _serves_others(application: Application, flows: list[Flow], entra: Entra) -> bool:
    """Whether somebody else may use the app: customers, personal accounts, or clients of its own API.

    A flow that signs in at no tenant in particular is for everybody's.
    """
    if application.api is not None and application.api.oauth2_permission_scopes:
        return True
    return any(
        serves_customers(flow, entra)
        or (flow.tenant is not None and is_tenantless(flow.tenant))
        or (flow.user is not None and flow.user.account == "personal")
        for flow in flows
    )


def _signs_in_at(flow: Flow, home: str, tenant: Tenant | None) -> bool | None:
    return None if flow.tenant is None else is_same_tenant(flow.tenant, home, tenant)


def missing_instance_lock(
    application: Application, entra: Entra, inventory: Inventory | None = None
) -> Iterator[Hit | Unknown]:
    """Other tenants may change sensitive properties of their instance of a multi-tenant app."""
    if application.sign_in_audience is None:
        yield Unknown("application.sign_in_audience")
    audience = admitted(application, entra)
    if audience is None or not audience.multi_tenant:
        return
    if inventory is not None and any(serves_customers(flow, entra) for flow in inventory.flows):
        return  # a customer directory's app has no instance elsewhere
    locked = _is_locked(application.service_principal_lock)
    if locked is None:
        yield Unknown("application.service_principal_lock")
    elif not locked:
        at = place(application, "service_principal_lock")
        yield Hit(
            "servicePrincipalLockConfiguration",
            at,
            f"`{audience.value}` admits every tenant, and not all sensitive properties of its instances "
            "there are locked",
            (Related(place(application, "sign_in_audience"), "admits every tenant"),),
            edits=_locking(application.service_principal_lock, place(application, "service_principal_lock")),
            safe=False,  # a tenant may have set there what it needs
        )


def _is_locked(lock: ServicePrincipalLock | Null | None) -> bool | None:
    if lock is None or lock is NULL:
        return None if lock is None else False
    assert isinstance(lock, ServicePrincipalLock)
    if lock.is_enabled is None:
        return None
    single = (
        lock.credentials_with_usage_verify,
        lock.credentials_with_usage_sign,
        lock.token_encryption_key_id,
    )
    return lock.is_enabled and (lock.all_properties is True or all(one is True for one in single))


def _locking(lock: ServicePrincipalLock | Null | None, at: At) -> tuple[Edit, ...]:
    if lock is NULL:
        return (Edit("replace", at, {"isEnabled": True, "allProperties": True}),)
    return (Edit("set", at, True, "isEnabled"), Edit("set", at, True, "allProperties"))


# --- the tenant -------------------------------------------------------------------------------


def tenant_consent_too_open(tenant: Tenant, entra: Entra) -> Iterator[Hit | Unknown]:
    """Users may consent to any app, for everything that does not need an administrator."""
    policies, policy = assigned(tenant), tenant.authorization_policy
    if policies is None or policy is None:
        yield Unknown("tenant.authorization_policy")
        return
    for name in policies:
        known = entra.consent_policy(name)
        if known is not None and known.lets == "consentable":
            yield Hit(
                "authorizationPolicy permissionGrantPoliciesAssigned",
                place(policy, "permission_grant_policies"),
                f"users may consent to any app for whatever needs no administrator, by `{name}`",
                confidence=known.confidence,
            )
