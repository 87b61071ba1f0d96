"""App-only tokens without a role, of APIs that look at roles."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject, wording
from linter.authorization.mailboxes import roles_held
from linter.catalog.names import consented_by_resource
from linter.catalog.records import GRAPH
from linter.consent.held import roles_of
from linter.entra import Entra
from linter.finding import Hit, Predicts, Unknown
from linter.holdings import acting, directory_roles, unknown_identity
from linter.ladder import Climb
from linter.model import Application, Flow, Grants, Inventory, place
from linter.sign_in.audience import asked_in, is_own, token_audiences
from linter.sign_in.authority import is_ad_fs
from linter.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from linter.tenant import Tenant


def role_less_app_token(
    flows: tuple[Flow, ...],
    climbs: tuple[Climb, ...],
    grants: Grants,
    entra: Entra,
    application: Application | None = None,
    inventory: Inventory | None = None,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """An app-only token for an API that looks at roles, and the app was assigned none of them.

    Calls of Microsoft Graph are looked at one by one where the registration is known, and those of
    managed identities always.
    """
    for flow in flows:
        if flow.access != "application" or is_ad_fs(flow) or grants.service_principal_absent:
            continue
        audiences = token_audiences(flow)
        if audiences is None:
            yield Unknown("flow.resource" if flow.type == "managed_identity" else "flow.scopes")
            continue
        for audience in audiences:
            api = _decides_by_roles(audience, grants, entra, application)
            if api is None or (
                api.app_id == GRAPH and _is_judged_by_call(flow, application, inventory, grants)
            ):
                continue
            lacks = _unsure_of_roles(flow, api, climbs, grants)
            yield from map(Unknown, lacks or ())
            by_exchange = _has_exchange_roles(flow, api, grants, tenant, entra)
            if lacks == () and by_exchange is not True:
                hit = _role_less(flow, api)
                yield hit if by_exchange is False or api.by_assignment else hit._replace(confidence="medium")


class _Api(NamedTuple):
    """An API that takes a token by its roles; `by_assignment`: without one the token is not even issued."""

    app_id: str
    name: str
    own: bool
    by_assignment: bool


def _decides_by_roles(
    audience: str, grants: Grants, entra: Entra, application: Application | None
) -> _Api | None:
    own = application is not None and is_own(application, audience) is True
    known = entra.resource_of_audience(audience)
    if own and application is not None and application.app_id is not None:
        app_id, name, decides = application.app_id.lower(), "its own API", _publishes_for_apps(application)
    elif known is not None and known.status != "retired":
        app_id, name, decides = known.app_id, known.name, known.authorises == "roles"
    else:
        return None
    closed = any(
        principal.app_id == app_id and principal.app_role_assignment_required
        for principal in grants.resources.values()
    )
    return _Api(app_id, name, own, closed) if decides or closed else None


def _publishes_for_apps(application: Application) -> bool:
    """Whether the app publishes roles for apps; those for users say nothing of an app-only token."""
    roles = application.app_roles or ()
    return any("Application" in (role.allowed_member_types or ()) for role in roles)


def _is_judged_by_call(
    flow: Flow, application: Application | None, inventory: Inventory | None, grants: Grants
) -> bool:
    """Whether other rules speak of the flow's calls, or Microsoft Graph opens some of them without a role."""
    if directory_roles(inventory, acting(flow, grants)):
        return True
    if inventory is not None and inventory.resource_specific_permissions:
        return True
    return bool(flow.calls) and (application is not None or flow.type == "managed_identity")


def _unsure_of_roles(
    flow: Flow, api: _Api, climbs: tuple[Climb, ...], grants: Grants
) -> tuple[str, ...] | None:
    """What hides whether the flow's principal has a role of the API; None where it has one."""
    mine = acting(flow, grants)
    if mine is None:
        return (unknown_identity(flow, grants),)
    consented = roles_of(mine, api.app_id)
    if consented.at is not None:
        return None
    if consented.open or api.app_id != GRAPH:
        return consented.open
    # A team or chat grants these by itself, and they stand in no token.
    by_team = any(
        consented_by_resource(name)
        for climb in climbs
        if climb.flow is flow and climb.step.support is not None
        for found in climb.step.support.accepted
        for name in found
    )
    return ("grants.resource_specific_grants",) if by_team else ()


def _has_exchange_roles(
    flow: Flow, api: _Api, grants: Grants, tenant: Tenant | None, entra: Entra
) -> bool | None:
    """Whether a role of Exchange's own opens mailboxes to the flow's principal; None where nobody says."""
    if all(resource != api.app_id for resource, _ in entra.exchange_scoped):
        return False
    if tenant is None or tenant.exchange_role_assignments is None:
        return None
    mine = acting(flow, grants)
    return bool(roles_held(tenant, None, mine))


def _role_less(flow: Flow, api: _Api) -> Hit:
    field = asked_in(flow)
    got = f"gets no app-only token for {api.name}, which is for assigned apps"
    return Hit(
        subject.of_flow(flow, field),
        place(flow, field),
        f"`{flow.name}` {got}, and no role was granted"
        if api.by_assignment
        else f"`{flow.name}` gets an app-only token for {api.name} without a role, since none was granted",
        (wording.gets(flow),),
        _predicted(api),
        severity="warning" if api.own and not api.by_assignment else None,
    )


def _predicted(api: _Api) -> Predicts | None:
    if api.by_assignment:
        return Predicts(400, aadsts=(501051,))
    return None if api.app_id == GRAPH else Predicts(403)
