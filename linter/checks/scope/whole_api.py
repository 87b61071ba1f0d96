"""APIs that are asked for as wholes: what `.default` and `resource` bring, and whether the API is there."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.catalog.records import GRAPH, GRAPH_NAME
from linter.catalog.store import Catalog
from linter.consent import shows_page
from linter.consent.held import scopes_of
from linter.entra import Entra
from linter.entra.records import Resource
from linter.entra.scopes import is_guid, split_scope
from linter.finding import Hit, Related, Unknown
from linter.holdings import Declared, declared_openly, entries_of, granted, resource_of
from linter.ladder import is_graph_call, may_be_work_account
from linter.memory import remembers_last
from linter.model import Application, Flow, Grants, place
from linter.placeholder import has_placeholder
from linter.positions import At
from linter.request.sent import asked_at
from linter.sign_in.asked import Whole, whole_apis
from linter.sign_in.audience import asked_in, compared, is_own, token_audiences
from linter.sign_in.authority import is_ad_fs, is_tenant_of, serves_customers
from linter.typed import TYPE_CHECKING
from linter.wording import listed

if TYPE_CHECKING:
    from linter.tenant import Tenant


def default_hides_new_permissions(
    application: Application, flows: tuple[Flow, ...], grants: Grants, catalog: Catalog, entra: Entra
) -> Iterator[Hit | Unknown]:
    """Declared later than consented to: `.default` brings what was consented to, and asks for no more.

    Where a flow cannot show a page at all, `consent/delegated-permission-not-granted` speaks.
    """
    work = [flow for flow in flows if _asks_work_tenant(flow, application, entra)]
    hidden: dict[At, tuple[Declared, list[Flow]]] = {}
    for flow in work if all(map(shows_page, work)) else ():
        if flow.prompt == "consent":
            continue
        if flow.scopes is None and flow.resource is None:
            yield Unknown("flow.scopes")
            continue
        if not any(_is_graph(one.audience, entra) for one in whole_apis(flow)):
            continue
        consented = granted(grants, flow, catalog)
        if declared_openly(application, GRAPH, catalog):
            yield Unknown("application.required_resource_access")
        if consented.scopes is None:
            yield Unknown("grants.oauth2_permission_grants")
            continue
        new = [
            entry
            for entry in entries_of(application, GRAPH, "Scope", catalog)
            if entry.written not in consented.scopes and not split_scope(entry.written).oidc
        ]
        if new and consented.open_scopes:
            yield from map(Unknown, consented.open_scopes)
        elif any(not split_scope(name).oidc for name in consented.scopes):
            for entry in new:
                hidden.setdefault(entry.entry.at, (entry, []))[1].append(flow)
    for entry, users in hidden.values():
        yield _hidden(entry, users)


def _asks_work_tenant(flow: Flow, application: Application, entra: Entra) -> bool:
    """Whether the flow is a user's with a work account, whose tenant's consent decides."""
    return (
        flow.access == "delegated"
        and may_be_work_account(flow, application)
        and not is_ad_fs(flow)
        and not serves_customers(flow, entra)
    )


def _is_graph(audience: str, entra: Entra) -> bool:
    api = entra.resource_of_audience(audience)
    return api is not None and api.app_id == GRAPH


def _hidden(entry: Declared, users: list[Flow]) -> Hit:
    flows = listed(dict.fromkeys(flow.name for flow in users))
    return Hit(
        subject.of_permission(GRAPH_NAME, entry.written, "Scope"),
        entry.entry.at,
        f"`{entry.written}` is declared and not granted, and {flows} will not ask for it, "
        "since others were granted before",
        tuple(Related(one.at, "asks for what is granted") for flow in users for one in whole_apis(flow)[:1]),
    )


def resource_not_in_required_access(
    application: Application,
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """All that is registered is asked for of an API of which nothing is (AADSTS650057).

    Of Microsoft Graph only where none of its calls is planned: what they need and is not held is
    `permission/call-not-covered`'s. Scopes that are asked for by name need no registration.
    """
    for flow in flows:
        if not _asks_work_tenant(flow, application, entra):
            continue
        if flow.scopes is None and flow.resource is None:
            yield Unknown("flow.scopes")
            continue
        for one in whole_apis(flow):
            missing = _undeclared(one, flow, application, catalog, entra)
            if isinstance(missing, Resource):
                yield from _unlisted(one, missing, flow, application, grants)
            elif missing is not None:
                yield missing


def _undeclared(
    asked: Whole, flow: Flow, application: Application, catalog: Catalog, entra: Entra
) -> Resource | Unknown | None:
    """The API that is asked for, if the registration declares nothing of it; or what is not known of that."""
    api = entra.resource_of_audience(asked.audience)
    if is_own(application, asked.audience) or (api is not None and api.status == "retired"):
        return None
    if api is None and has_placeholder(asked.audience):
        return Unknown(asked.field)
    if (
        api is not None
        and api.app_id == GRAPH
        and any(is_graph_call(one, entra) for one in flow.every_call())
    ):
        return None
    wanted = api.app_id if api is not None else compared(asked.audience)
    named = _apis_declared(application, catalog)
    if wanted in named:
        return None
    if None in named:
        return Unknown("application.required_resource_access")
    # An API of somebody's may have pre-authorised the app, which is written in its registration.
    return Unknown("catalog.resources") if api is None else api


@remembers_last
def _apis_declared(application: Application, catalog: Catalog) -> frozenset[str | None]:
    """The appIds of the APIs of which something is declared; None among them for one that is not known."""
    blocks = application.required_resource_access
    return frozenset({None} if blocks is None else {resource_of(block, catalog) for block in blocks})


def _unlisted(
    asked: Whole, api: Resource, flow: Flow, application: Application, grants: Grants | None
) -> Iterator[Hit | Unknown]:
    told = grants is not None and (
        grants.service_principal_absent or grants.oauth2_permission_grants is not None
    )
    if grants is not None and told:
        consented = scopes_of(grants, flow, api.app_id)
        yield from map(Unknown, consented.open if consented.at is None else ())
        if consented.at is not None or consented.open:
            return
    yield Hit(
        subject.of_flow(flow, asked.field.removeprefix("flow.")),
        asked.at,
        f"`{flow.name}` asks for all that is declared of {api.name}, and nothing is",
        (Related(place(application, "required_resource_access"), "does not list it"),),
        severity=None if told else "warning",
    )


def resource_principal_missing(
    flows: tuple[Flow, ...], tenant: Tenant, entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """The tenant has no service principal of the API, so that nobody gets a token for it (AADSTS500011)."""
    present = tenant.service_principals
    for flow in flows:
        if flow.access is None or not _signs_in_here(flow, tenant, application, entra):
            continue
        audiences = token_audiences(flow)
        if audiences is None:
            yield Unknown("flow.resource" if flow.type == "managed_identity" else "flow.scopes")
            continue
        for audience, at in asked_at(flow, audiences):
            api = entra.resource_of_audience(audience)
            plain = compared(audience)
            own = is_own(application, audience) or plain == (flow.client_id or "").strip().lower()
            if own or (api is not None and api.status == "retired"):
                continue
            if present is None:
                yield Unknown("tenant.service_principals")
            elif api is None and not is_guid(plain):
                yield Unknown("flow.scopes" if has_placeholder(audience) else "catalog.resources")
            elif all(one.app_id != (api.app_id if api else plain) for one in present):
                yield _without_principal(flow, audience, at, api)


def _signs_in_here(flow: Flow, tenant: Tenant, application: Application | None, entra: Entra) -> bool:
    """Whether the flow's token is one of this tenant's, as far as is known."""
    if is_ad_fs(flow) or serves_customers(flow, entra) or not is_tenant_of(flow, tenant):
        return False
    return flow.access == "application" or may_be_work_account(flow, application)


def _without_principal(flow: Flow, audience: str, at: At, api: Resource | None) -> Hit:
    return Hit(
        subject.of_flow(flow, asked_in(flow)),
        at,
        f"`{flow.name}` asks for a token for {api.name if api else f'`{audience}`'}, "
        "which has no service principal in the tenant",
    )
