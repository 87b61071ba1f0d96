"""Scopes: whether one token request asks for what it means.

Source: https://learn.microsoft.com/entra/identity-platform/scopes-oidc
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter import subject
from linter.catalog.records import GRAPH, GRAPH_NAME
from linter.catalog.store import Catalog
from linter.consent import shows_page
from linter.consent.held import scopes_of
from linter.entra import Entra
from linter.entra.records import Resource
from linter.entra.scopes import is_guid, parted, split_scope
from linter.finding import Hit, Predicts, Related, Severity, Unknown
from linter.holdings import Declared, declared_openly, entries_of, granted, resource_of
from linter.ladder import is_graph_call, may_be_work_account
from linter.model import Application, Call, Flow, Grants, Text, place
from linter.placeholder import has_placeholder, is_placeholder
from linter.positions import At
from linter.request.destination import apis_called, is_foreign
from linter.sign_in.asked import Asked, Whole, asked_for, asks_by_scope, whole_apis
from linter.sign_in.audience import asked_in, compared, is_own, own_audiences, token_audiences
from linter.sign_in.authority import is_ad_fs, is_tenant_of, serves_customers
from linter.typed import TYPE_CHECKING
from linter.wording import is_permission_name, listed

if TYPE_CHECKING:
    from linter.tenant import Tenant

# Their scopes also go to the authorisation endpoint, which may collect consent for several APIs.
_AUTHORIZE_FLOWS = frozenset({"authorization_code", "hybrid", "implicit"})


def default_mixed_with_named_scopes(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """`.default` and named scopes in one request; OpenID Connect's scopes may stand beside either."""
    for flow in filter(asks_by_scope, flows):
        if serves_customers(flow, entra):
            continue
        if flow.scopes is None:
            yield Unknown("flow.scopes")
            continue
        asked = asked_for(flow)
        defaults = [one for one in asked if one.is_default]
        named = [one for one in asked if one.is_named]
        if defaults and named:
            yield Hit(
                subject.of_flow(flow, "scopes"),
                place(flow, "scopes"),
                f"`{flow.name}` asks for `{defaults[0].text.value}` and for {_texts(named)} in one request",
                (
                    Related(defaults[0].text.at, "everything that is consented to"),
                    *(Related(one.text.at, "one permission by name") for one in named),
                ),
            )
        elif (defaults or named) and any(one.open for one in asked):
            yield Unknown("flow.scopes")


def several_resources_in_one_token_request(
    flows: tuple[Flow, ...], entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """Scopes of more than one API; a token is for one.

    A redeemed refresh token is left out: the service answers it for the first API without an error.
    """
    for flow in filter(asks_by_scope, flows):
        if flow.type in ("refresh_token", "managed_identity"):
            continue
        if flow.scopes is None:
            yield Unknown("flow.scopes")
            continue
        first_of: dict[str, Asked] = {}
        asked = asked_for(flow)
        if serves_customers(flow, entra):
            asked = [one for one in asked if one.audience]  # a bare scope is none of Microsoft Graph's there
        for one in asked:
            if not has_placeholder(one.audience) and not one.is_opaque:
                first_of.setdefault(_api(one.audience, entra, application), one)
        if len(first_of) > 1:
            yield _several(flow, list(first_of.values()), entra, application)
        elif first_of and any(has_placeholder(one.audience) or one.is_opaque for one in asked):
            yield Unknown("flow.scopes")


def client_credentials_without_default(flows: tuple[Flow, ...]) -> Iterator[Hit | Unknown]:
    """An app-only token asked for by permission names.

    Of a managed identity, which names an API alone, `token-type/managed-identity-delegated` speaks.
    """
    for flow in filter(asks_by_scope, flows):
        if flow.access != "application" or flow.type == "managed_identity":
            continue
        if flow.scopes is None:
            yield Unknown("flow.scopes")
            continue
        asked = asked_for(flow)
        wrong = [one for one in asked if one.is_named or not (one.permission or one.open)]
        if wrong:
            yield Hit(
                subject.of_flow(flow, "scopes"),
                place(flow, "scopes"),
                f"`{flow.name}` asks for {_texts(wrong)}, "
                "and an app-only token is asked for as the `.default` of an API",
                (
                    *(Related(one.text.at, "not `.default` of an API") for one in wrong),
                    Related(place(flow, "type"), "an app-only token"),
                ),
            )
        elif any(one.open for one in asked):
            yield Unknown("flow.scopes")


def trailing_slash_audience(
    flows: tuple[Flow, ...], entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """A scope without the second slash that an API's audience, which itself ends in one, needs."""
    for flow in filter(asks_by_scope, flows):
        if flow.audience is not None:
            continue  # what the token will be for is stated, however it is asked for
        if flow.scopes is None:
            yield Unknown("flow.scopes")
            continue
        for one in asked_for(flow):
            own = _own_slashed(one.audience, application)
            known = entra.trailing_slash_audience(one.audience) if one.audience else None
            if own is not None:
                yield _unslashed(flow, one, own.value, (Related(own.at, "ends in a slash"),), "warning")
            elif known is not None and not one.audience.endswith("/"):
                # Azure Resource Manager takes tokens for either spelling.
                yield _unslashed(flow, one, known.audience, (), "note")


def bare_scope_for_non_graph_api(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra
) -> Iterator[Hit | Unknown]:
    """A scope without an API, which means Microsoft Graph, while another API is called.

    Only names that Microsoft Graph does not have, or that the called API has too, are taken for a
    forgotten prefix; else the flow simply has no token for that API (audience/host-mismatch).
    """
    for flow in filter(asks_by_scope, flows):
        if _is_exempt(flow, entra):
            continue
        calls = [call for call in flow.every_call() if is_foreign(call, entra)]
        if not calls:
            continue
        if flow.scopes is None:
            yield Unknown("flow.scopes")
            continue
        for call in calls:
            yield from _bare(flow, call, catalog, entra)


def unsupported_oidc_scope(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """A scope of OpenID Connect that Entra does not offer; custom policies of Azure AD B2C may."""
    for flow in filter(asks_by_scope, flows):
        if is_ad_fs(flow) or serves_customers(flow, entra):
            continue
        if flow.scopes is None:
            yield Unknown("flow.scopes")
            continue
        for text in flow.scopes:
            if is_placeholder(text.value):
                yield Unknown("flow.scopes")
            elif any(row.name == text.value and not row.supported for row in entra.oidc_scopes):
                yield Hit(
                    subject.of_flow(flow, f"scope {text.value}"),
                    text.at,
                    f"`{flow.name}` asks for `{text.value}`, a scope that Entra does not offer",
                )


def malformed(flows: tuple[Flow, ...], catalog: Catalog, entra: Entra) -> Iterator[Hit | Unknown]:
    """A text that is no scope: several in one, or a name that the API does not publish."""
    for flow in filter(asks_by_scope, flows):
        if is_ad_fs(flow) or serves_customers(flow, entra):
            continue
        if flow.scopes is None:
            yield Unknown("flow.scopes")
            continue
        for text in flow.scopes:
            if not has_placeholder(text.value) and (found := parted(text.value)):
                yield _joined(flow, text, *found)
        for one in asked_for(flow):
            if one.open:
                yield Unknown("flow.scopes")
            elif one.is_named and not parted(one.text.value) and _is_unpublished(flow, one, catalog, entra):
                yield _unpublished(flow, one, catalog, entra)


# --- consent and registrations ----------------------------------------------------------------


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
        for audience in audiences:
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
                yield _without_principal(flow, audience, api)


# --- what a flow asks for ---------------------------------------------------------------------


def _texts(asked: Iterable[Asked]) -> str:
    return listed(one.text.value for one in asked)


# --- several APIs -----------------------------------------------------------------------------


def _api(audience: str, entra: Entra, application: Application | None) -> str:
    """One key for all audiences of one API."""
    if not audience:
        return GRAPH
    resource = entra.resource_of_audience(audience)
    if resource is not None:
        return resource.app_id
    plain = compared(audience)
    return "own API" if application is not None and plain in own_audiences(application) else plain


def _several(flow: Flow, firsts: list[Asked], entra: Entra, application: Application | None) -> Hit:
    names = [_name(one.audience, entra) for one in firsts]
    by_authorize = flow.type in _AUTHORIZE_FLOWS
    token_at_once = by_authorize and "token" in (flow.response_type or "").split()
    severity: Severity = "warning" if by_authorize and not token_at_once else "error"
    code = (700022 if token_at_once else 28000) if by_authorize else None
    return Hit(
        subject.of_flow(flow, "scopes"),
        place(flow, "scopes"),
        f"`{flow.name}` asks for scopes of {len(names)} APIs at once: {', '.join(names)}",
        tuple(Related(one.text.at, f"a scope of {name}") for one, name in zip(firsts, names, strict=True)),
        Predicts(400, aadsts=(code,)) if code else None,
        severity=severity,
        confidence=None if _are_distinct(firsts, entra, application) else "medium",
    )


def _are_distinct(firsts: list[Asked], entra: Entra, application: Application | None) -> bool:
    """Whether it is sure that these are different APIs: two that nobody knows may be one by two names."""
    unknown = [one for one in firsts if one.audience and entra.resource_of_audience(one.audience) is None]
    if application is not None and application.identifier_uris is not None:
        own = own_audiences(application)
        unknown = [one for one in unknown if compared(one.audience) not in own]
    return len(unknown) < len(firsts)


def _name(audience: str, entra: Entra) -> str:
    resource = entra.resource_of_audience(audience or GRAPH)
    return resource.name if resource else f"`{audience}`"


# --- the second slash -------------------------------------------------------------------------


def _own_slashed(audience: str, application: Application | None) -> Text | None:
    """The App ID URI that `audience` is but for its final slash; None if it is one as it stands."""
    uris = (application.identifier_uris or ()) if application is not None else ()
    written = {uri.value.lower(): uri for uri in uris}
    plain = audience.lower()
    return None if not plain or plain in written else written.get(f"{plain}/")


def _unslashed(flow: Flow, asked: Asked, right: str, related: tuple[Related, ...], severity: Severity) -> Hit:
    return Hit(
        subject.of_flow(flow, f"scope {asked.text.value}"),
        asked.text.at,
        f"`{asked.text.value}` asks for a token for `{asked.audience}`, and the API's audience is `{right}`",
        related,
        severity=severity,
        fix=f"Write `{right}/{asked.permission}`, with two slashes." if asked.permission else None,
    )


# --- bare scopes ------------------------------------------------------------------------------


def _is_exempt(flow: Flow, entra: Entra) -> bool:
    """Flows to which the rule does not speak.

    App-only ones have a rule of their own, a stated audience decides by itself, and customer
    directories (Azure AD B2C, External ID) read a bare scope their own way.
    """
    return flow.access != "delegated" or flow.audience is not None or serves_customers(flow, entra)


def _bare(flow: Flow, call: Call, catalog: Catalog, entra: Entra) -> Iterator[Hit | Unknown]:
    apis = apis_called(call, entra)
    asked = asked_for(flow)
    if any(_may_be_for(one, apis or (), entra) for one in asked):
        return
    bare = [one for one in asked if not one.audience and one.is_named]
    meant = [one for one in bare if _is_meant_for(one.permission, apis or (), catalog)]
    if meant and apis is not None:
        yield _for_other_api(flow, call, meant[0], apis, catalog)
    elif any(one.is_opaque for one in asked):
        yield Unknown("flow.scopes")
    elif meant or (bare and apis == ()):
        yield Unknown("catalog.resources")


def _may_be_for(asked: Asked, apis: tuple[Resource, ...], entra: Entra) -> bool:
    """Whether a scope with an API's name may be for one of the called APIs; any may be for an unknown one."""
    if not asked.audience:
        return False
    resource = entra.resource_of_audience(asked.audience)
    if resource is None:
        return True
    return resource in apis or (not apis and resource.app_id != GRAPH)


def _is_meant_for(name: str, apis: tuple[Resource, ...], catalog: Catalog) -> bool:
    if catalog.permission(GRAPH, name, "Scope") is None:
        return True
    return any(catalog.permission(api.app_id, name, "Scope") for api in apis)


def _for_other_api(flow: Flow, call: Call, asked: Asked, apis: tuple[Resource, ...], catalog: Catalog) -> Hit:
    called = apis[0].name if apis else "another API than Microsoft Graph"
    audience = apis[0].audience() if apis else None
    exists = catalog.permission(GRAPH, asked.permission, "Scope") is not None
    return Hit(
        subject.of_call(flow, call),
        call.at,
        f"`{subject.of_request(call)}` goes to {called}, and the scope `{asked.permission}` of `{flow.name}` "
        "means Microsoft Graph's",
        (Related(asked.text.at, "names no API"),),
        Predicts(status=401) if exists else None,
        confidence=None if apis else "medium",
        fix=f"Write the scope with its API: `{audience}/{asked.permission}`." if audience else None,
    )


# --- texts that are no scope ------------------------------------------------------------------


def _joined(flow: Flow, text: Text, sign: str, plain: str) -> Hit:
    # Only what looks like scopes is repeated: the text may be a piece of anything.
    named = [name for name in plain.split() if "." in name or "/" in name or split_scope(name).oidc]
    plain = plain if plain and named == plain.split() else ""
    return Hit(
        subject.of_flow(flow, f"scope {plain}" if plain else "scope"),
        text.at,
        f"a scope of `{flow.name}` has {sign} in it, and only spaces part scopes",
        fix=f"Write `{plain}`." if plain else None,
    )


def _is_unpublished(flow: Flow, asked: Asked, catalog: Catalog, entra: Entra) -> bool:
    """Whether the named scope is none of its API's.

    A bare one may be meant for another API that is called.
    """
    if flow.access != "delegated" or not may_be_work_account(flow, None) or " " in asked.permission:
        return False
    api = entra.resource_of_audience(asked.audience or GRAPH)
    if api is None or not catalog.knows(api.app_id):
        return False
    if not asked.audience and any(is_foreign(call, entra) for call in flow.every_call()):
        return False
    return catalog.permission(api.app_id, asked.permission, "Scope") is None


def _unpublished(flow: Flow, asked: Asked, catalog: Catalog, entra: Entra) -> Hit:
    api = entra.resource_of_audience(asked.audience or GRAPH)
    name = api.name if api is not None else asked.audience
    role = api is not None and catalog.permission(api.app_id, asked.permission, "Role") is not None
    has = "has it as an application permission only" if role else "publishes no such permission"
    is_name = is_permission_name(asked.permission)
    quoted = f"`{asked.text.value}`" if is_name else "what is no name of a permission"
    return Hit(
        subject.of_flow(flow, f"scope {asked.text.value}" if is_name else "scope"),
        asked.text.at,
        f"`{flow.name}` asks for {quoted}, and {name} {has}",
        predicts=Predicts(400, "invalid_client", (650053,)),
        severity="warning",
        confidence="medium",
    )


# --- what was declared and granted ------------------------------------------------------------


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
    blocks = application.required_resource_access
    if blocks is None:
        return Unknown("application.required_resource_access")
    wanted = api.app_id if api is not None else compared(asked.audience)
    named = {resource_of(block, catalog) for block in blocks}
    if wanted in named:
        return None
    if None in named:
        return Unknown("application.required_resource_access")
    # An API of somebody's may have pre-authorised the app, which is written in its registration.
    return Unknown("catalog.resources") if api is None else api


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


# --- the tenant -------------------------------------------------------------------------------


def _signs_in_here(flow: Flow, tenant: Tenant, application: Application | None, entra: Entra) -> bool:
    """Whether the flow's token is one of this tenant's, as far as is known."""
    if is_ad_fs(flow) or serves_customers(flow, entra) or not is_tenant_of(flow, tenant):
        return False
    return flow.access == "application" or may_be_work_account(flow, application)


def _without_principal(flow: Flow, audience: str, api: Resource | None) -> Hit:
    field = asked_in(flow)
    return Hit(
        subject.of_flow(flow, field),
        place(flow, field),
        f"`{flow.name}` asks for a token for {api.name if api else f'`{audience}`'}, "
        "which has no service principal in the tenant",
    )
