"""The app's service principal in the tenant: that there is one, that it is enabled, and who may use it."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.consent.page import shows_page
from linter.entra import Entra
from linter.entra.scopes import is_guid
from linter.finding import Hit, Predicts, Related, Unknown
from linter.ladder import may_be_work_account
from linter.model import Application, Flow, Grants, Person, ServicePrincipal, place
from linter.sign_in.authority import is_tenant_of, serves_customers
from linter.typed import TYPE_CHECKING
from linter.wording import listed

if TYPE_CHECKING:
    from linter.tenant import Tenant

# Flows beyond these are named in the message, not shown.
_MOST_FLOWS = 3


def service_principal_missing(
    application: Application,
    flows: tuple[Flow, ...],
    grants: Grants,
    entra: Entra,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """The tenant has no service principal of the app, and flows ask for tokens that only one can get.

    A flow that shows a page is left out: the first consent makes the principal. So are managed
    identities, which have one of their own. Of another tenant the grants say nothing.
    """
    asking = [flow for flow in flows if _needs_principal(flow, application, entra)]
    if tenant is not None and not all(is_tenant_of(flow, tenant) for flow in asking):
        yield Unknown("grants.service_principal")
        asking = [flow for flow in asking if is_tenant_of(flow, tenant)]
    if not asking:
        return
    if not grants.service_principal_absent:
        if grants.service_principal is None:
            yield Unknown("grants.service_principal")
        return
    app_only = any(flow.access == "application" for flow in asking)
    names = listed(flow.name for flow in asking)
    verb = "needs" if len(asking) == 1 else "need"
    yield Hit(
        "servicePrincipal",
        application.at,
        f"the app has no service principal in the tenant, and {names} {verb} one",
        tuple(Related(place(flow, "type"), "asks for a token") for flow in asking[:_MOST_FLOWS]),
        predicts=Predicts(aadsts=(7000229 if app_only else 700016,)),
    )


def _needs_principal(flow: Flow, application: Application, entra: Entra) -> bool:
    if flow.access is None or flow.type == "managed_identity" or serves_customers(flow, entra):
        return False
    return not shows_page(flow) and (flow.access == "application" or may_be_work_account(flow, application))


def principal_or_app_disabled(
    application: Application, grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """Somebody in the tenant has disabled the app, its owner has, or Microsoft has."""
    if application.is_disabled is True:
        yield Hit(
            "isDisabled",
            place(application, "is_disabled"),
            "the app is deactivated, so nobody gets a token for it",
        )
    if _by_microsoft(application.disabled_by_microsoft_status):
        yield _disabled_by_microsoft(application.disabled_by_microsoft_status, application)
    principal = grants.service_principal if grants is not None else None
    if principal is None:
        if grants is None or not grants.service_principal_absent:
            yield Unknown("grants.service_principal")
        return
    if principal.account_enabled is None:
        yield Unknown("grants.service_principal")
    elif not principal.account_enabled:
        yield Hit(
            "servicePrincipal accountEnabled",
            place(principal, "account_enabled"),
            "sign-in to the app is switched off in the tenant (`accountEnabled` is false)",
            (Related(application.at, "the app"),),
            predicts=Predicts(aadsts=(7000112,)),
        )
    if principal.is_disabled is True and application.is_disabled is not True:
        yield Hit(
            "servicePrincipal isDisabled",
            place(principal, "is_disabled"),
            "the app is deactivated, so nobody gets a token for it",
            (Related(application.at, "the app"),),
        )
    if _by_microsoft(principal.disabled_by_microsoft_status) and not _by_microsoft(
        application.disabled_by_microsoft_status
    ):
        yield _disabled_by_microsoft(principal.disabled_by_microsoft_status, principal)


def _by_microsoft(status: str | None) -> bool:
    """`DisabledDueTo…`; `NotDisabled` is a value, too."""
    return status is not None and status.strip().lower().startswith("disabled")


def _disabled_by_microsoft(status: str | None, holder: Application | ServicePrincipal) -> Hit:
    return Hit(
        "disabledByMicrosoftStatus",
        place(holder, "disabled_by_microsoft_status"),
        f"Microsoft has disabled the app (`{status}`)",
    )


def user_not_assigned(
    flows: tuple[Flow, ...],
    grants: Grants,
    application: Application | None = None,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """Only assigned users may use the app, and neither the user nor one of their groups is assigned."""
    work = [
        flow
        for flow in flows
        if flow.access == "delegated"
        and may_be_work_account(flow, application)
        and (tenant is None or is_tenant_of(flow, tenant))
    ]
    principal = grants.service_principal
    if not work or (principal is None and grants.service_principal_absent):
        return
    if principal is None or principal.app_role_assignment_required is None:
        yield Unknown("grants.service_principal")
        return
    if not principal.app_role_assignment_required:
        return
    if grants.app_role_assigned_to is None:
        yield Unknown("grants.app_role_assigned_to")
        return
    for flow in work:
        yield from _not_assigned(flow, principal, grants)


def _not_assigned(flow: Flow, principal: ServicePrincipal, grants: Grants) -> Iterator[Hit | Unknown]:
    user = flow.user
    if user is None or user.id is None or not is_guid(user.id):
        yield Unknown("user.id")
        return
    assigned = {one.principal_id for one in grants.app_role_assigned_to or ()}
    if user.id.lower() in assigned or any(group.lower() in assigned for group in user.groups or ()):
        return
    if "appRoleAssignedTo" in grants.partial:
        yield Unknown("grants.app_role_assigned_to")
    elif _may_be_in_group(user, grants):
        yield Unknown("user.groups")
    else:
        yield Hit(
            subject.of_flow(flow, "user"),
            user.at.child("id"),
            f"only assigned users may use the app, and the user of `{flow.name}` is not assigned to it",
            (Related(place(principal, "app_role_assignment_required"), "requires assignment"),),
        )


def _may_be_in_group(user: Person, grants: Grants) -> bool:
    """Whether a group is assigned of which the user may be a member, for all that is stated."""
    kinds = {(one.principal_type or "group").lower() for one in grants.app_role_assigned_to or ()}
    return "group" in kinds and (user.groups is None or not all(map(is_guid, user.groups)))
