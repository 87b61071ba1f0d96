"""Who, at least, can consent to a permission, and what keeps others from it."""

from __future__ import annotations

from linter.catalog.records import GRAPH, Permission
from linter.consent.page import administrator_at, shows_page
from linter.consent.policies import Client, assigned, users_may
from linter.entra import Entra
from linter.entra.scopes import is_guid
from linter.model import NULL, Application, Consent, Flow, Grants
from linter.placeholder import has_placeholder
from linter.sign_in.audience import admitted
from linter.sign_in.authority import is_tenant_of
from linter.typed import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from linter.tenant import Tenant

Least = Literal["user", "administrator", "privileged"]

Reason = Literal[
    "permission",  # its API leaves it to administrators
    "assignment",  # only assigned users may use the app, and then none may consent
    "off",  # the tenant lets users consent to nothing
    "managed",  # Microsoft's managed consent policy excludes it
    "limited",  # another consent policy of the tenant does not include it
    "risky",  # users of other tenants may not give an unverified app more than sign-in
]

# Their application permissions are beyond Application Administrators: Microsoft Graph and Azure AD Graph.
_PRIVILEGED_APIS: Final = frozenset({GRAPH, "00000002-0000-0000-c000-000000000000"})

# Multitenant apps that were registered later need a verified publisher.
# https://learn.microsoft.com/entra/identity-platform/publisher-verification-overview
_VERIFIED_SINCE: Final = "2020-11-09"

# The directory setting that was the switch for risky apps before the authorization policy had one.
_RISKY_APPS_SETTING: Final = "blockuserconsentforriskyapps"


class Setting(NamedTuple):
    """What decides beside the permission and who asks; None is unknown. `home` is the app's tenant."""

    application: Application | None = None
    grants: Grants | None = None
    tenant: Tenant | None = None
    home: str | None = None

    def of(self, flow: Flow) -> Setting:
        """What decides for one flow: the policies of another tenant do not."""
        elsewhere = self.tenant is not None and not is_tenant_of(flow, self.tenant)
        return self._replace(tenant=None) if elsewhere else self


class Decision(NamedTuple):
    """Who, at least, can consent.

    `reason` says what keeps users from it; beside the least `user` it is what may, which the unstated
    fields `lacks` would decide. `policies` are the assigned ones that do not let users.
    """

    least: Least
    reason: Reason | None = None
    lacks: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()


def decide(permission: Permission, setting: Setting, entra: Entra) -> Decision:
    """Who, at least, can consent to a permission of an API for the app that `setting` is about.

    That a permission is not known to need an administrator's consent is taken for not needing it, and so
    are policies that nobody states.
    """
    if permission.type == "Role":
        return Decision(
            "privileged" if permission.resource in _PRIVILEGED_APIS else "administrator", "permission"
        )
    client = client_of(setting, entra)
    policies = assigned(setting.tenant)
    if policies is None or setting.tenant is None:
        return _without_policies(permission, setting)
    verdict = users_may(permission, client, policies, setting.tenant, entra)
    if permission.admin_consent and not verdict.allows:
        return _kept("permission", verdict.lacks)
    if requires_assignment(setting.grants):
        return Decision("administrator", "assignment")
    if not verdict.allows:
        return _kept(_reason(policies, entra), verdict.lacks, policies)
    return _risk(permission, client, setting, entra)


def _without_policies(permission: Permission, setting: Setting) -> Decision:
    if permission.admin_consent:
        return Decision("administrator", "permission")
    if requires_assignment(setting.grants):
        return Decision("administrator", "assignment")
    return Decision("user")


def _kept(reason: Reason, lacks: tuple[str, ...], policies: tuple[str, ...] = ()) -> Decision:
    return Decision("user" if lacks else "administrator", reason, lacks, policies)


def _reason(policies: tuple[str, ...], entra: Entra) -> Reason:
    """Which rule of the tenant's refuses: Microsoft's managed policy, where it is assigned, explains most."""
    if not policies:
        return "off"
    known = (entra.consent_policy(policy) for policy in policies)
    return "managed" if any(row is not None and row.lets == "managed" for row in known) else "limited"


def requires_assignment(grants: Grants | None) -> bool:
    """Whether only assigned users may use the app; then no user may consent, assigned or not.

    https://learn.microsoft.com/entra/identity/enterprise-apps/what-is-access-management
    """
    principal = grants.service_principal if grants is not None else None
    return principal is not None and principal.app_role_assignment_required is True


# --- the app in the tenant --------------------------------------------------------------------


def client_of(setting: Setting, entra: Entra) -> Client:
    """The app as consent policies see it."""
    application = setting.application
    principal = setting.grants.service_principal if setting.grants is not None else None
    app_id = application.app_id if application is not None else None
    home = principal.app_owner_organization_id if principal is not None else None
    publisher = application.verified_publisher_id if application is not None else None
    if isinstance(publisher, str) and has_placeholder(publisher):
        publisher = None
    return Client(
        (app_id or (principal.app_id if principal is not None else None) or "").lower() or None,
        home or (setting.home if is_guid(setting.home or "") else None),
        publisher,
        _is_local(home, setting, entra),
    )


def _is_local(home: str | None, setting: Setting, entra: Entra) -> bool | None:
    """Whether the app is registered in the tenant whose policies are known.

    An app for one tenant can be used in no other.
    """
    application = setting.application
    found = _is_tenant(home or setting.home, setting.tenant)
    if found is not None:
        return found
    organization = setting.tenant.organization if setting.tenant is not None else None
    domain = (application.publisher_domain or "").lower() if application is not None else ""
    if organization is not None and domain in (organization.verified_domains or ()):
        return True
    audience = admitted(application, entra)
    return True if audience is not None and not audience.multi_tenant else None


def _is_tenant(name: str | None, tenant: Tenant | None) -> bool | None:
    """Whether an id or domain is that of the tenant whose facts are known; None where nobody can tell."""
    organization = tenant.organization if tenant is not None else None
    if name is None or organization is None:
        return None
    plain = name.strip().lower()
    if is_guid(plain):
        return None if organization.id is None else plain == organization.id
    if "." not in plain or has_placeholder(plain) or organization.verified_domains is None:
        return None
    return plain in organization.verified_domains


# --- risky apps -------------------------------------------------------------------------------


def _risk(permission: Permission, client: Client, setting: Setting, entra: Entra) -> Decision:
    """Consent that policies allow, and that is refused to users since the app is taken for risky."""
    basic = permission.resource == GRAPH and permission.value.lower() in entra.basic_permissions
    application = setting.application
    if basic or client.local is True or application is None or not _may_ask_others(application, entra):
        return Decision("user")
    if isinstance(client.publisher, str) or (application.created_date_time or "9") < _VERIFIED_SINCE:
        return Decision("user")
    if _lets_risky(setting.tenant):
        return Decision("user")
    lacks = []
    if client.publisher is not NULL:
        lacks.append("application.verified_publisher_id")
    if application.created_date_time is None:
        lacks.append("application.created_date_time")
    if client.local is None:
        lacks.append("tenant.organization")
    if application.sign_in_audience is None:
        lacks.append("application.sign_in_audience")
    return _kept("risky", tuple(lacks))


def _may_ask_others(application: Application, entra: Entra) -> bool:
    """Whether work accounts of other tenants may sign in to the app, as far as it says."""
    if application.sign_in_audience is None:
        return True
    audience = admitted(application, entra)
    return audience is not None and audience.multi_tenant and audience.work


def _lets_risky(tenant: Tenant | None) -> bool:
    """Whether the tenant has switched the step-up for risky apps off. It is on until somebody does."""
    if tenant is None:
        return False
    policy = tenant.authorization_policy
    if policy is not None and policy.allow_user_consent_for_risky_apps is not None:
        return policy.allow_user_consent_for_risky_apps
    return any(
        (setting.name or "").lower() == _RISKY_APPS_SETTING and (setting.value or "").lower() == "false"
        for setting in tenant.group_settings or ()
    )


# --- at the page ------------------------------------------------------------------------------

Consenter = Literal["user", "administrator", "unsure", "nobody"]


def who_consents(decision: Decision, flow: Flow, plan: Consent | None, entra: Entra) -> Consenter:
    """Who can give the consent to a delegated permission that `flow` finds missing.

    * `nobody`: the flow shows no page;
    * `user`: whoever is at the page, be it that an administrator is planned to be;
    * `administrator`: only one, and whoever is at the page is none;
    * `unsure`: only one, and nobody says who is at the page.
    """
    if not shows_page(flow):
        return "nobody"
    if decision.least == "user":
        return "user"
    administrator = administrator_at(flow, plan, entra)
    if administrator is None:
        return "unsure"
    return "user" if administrator else "administrator"
