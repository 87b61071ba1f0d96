"""The text of a scope: the API that it names, or does not, and a permission that the API has."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.records import Resource
from linter.entra.scopes import parted, split_scope
from linter.finding import Hit, Predicts, Related, Severity, Unknown
from linter.ladder import may_be_work_account
from linter.model import Application, Call, Flow, Text
from linter.placeholder import has_placeholder, is_placeholder
from linter.request.destination import apis_called, is_foreign
from linter.sign_in.asked import Asked, asked_for, asks_by_scope
from linter.sign_in.authority import is_ad_fs, serves_customers
from linter.wording import is_permission_name


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
        asked = asked_for(flow)
        prefixed = [one for one in asked if one.audience]
        bare = [one for one in asked if not one.audience]
        for call in calls:
            apis = apis_called(call, entra)
            if not any(_may_be_for(one.audience, apis or (), entra) for one in prefixed):
                yield from _bare(flow, bare, call, apis, catalog)


def _is_exempt(flow: Flow, entra: Entra) -> bool:
    """Flows to which the rule does not speak.

    App-only ones have a rule of their own, a stated audience decides by itself, and customer
    directories (Azure AD B2C, External ID) and AD FS read a bare scope their own way.
    """
    stated = flow.access != "delegated" or flow.audience is not None
    return stated or is_ad_fs(flow) or serves_customers(flow, entra)


def _bare(
    flow: Flow, bare: list[Asked], call: Call, apis: tuple[Resource, ...] | None, catalog: Catalog
) -> Iterator[Hit | Unknown]:
    named = (one for one in bare if one.is_named)
    meant = next((one for one in named if _is_meant_for(one.permission, apis or (), catalog)), None)
    if meant is not None and apis is not None:
        yield _for_other_api(flow, call, meant, apis, catalog)
    elif any(one.is_opaque for one in bare):
        yield Unknown("flow.scopes")
    elif meant is not None or (apis == () and any(one.is_named for one in bare)):
        yield Unknown("catalog.resources")


def _may_be_for(audience: str, apis: tuple[Resource, ...], entra: Entra) -> bool:
    """Whether an audience may be one of the called APIs'; any may be an unknown one's."""
    resource = entra.resource_of_audience(audience)
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


def trailing_slash_audience(
    flows: tuple[Flow, ...], entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """A scope without the second slash that an API's audience, which itself ends in one, needs."""
    uris = (application.identifier_uris or ()) if application is not None else ()
    written = {uri.value.lower(): uri for uri in uris}
    for flow in filter(asks_by_scope, flows):
        if flow.audience is not None:
            continue  # what the token will be for is stated, however it is asked for
        if flow.scopes is None:
            yield Unknown("flow.scopes")
            continue
        for one in asked_for(flow):
            # An App ID URI that is the audience but for its final slash, and none that is the audience.
            plain = one.audience.lower()
            own = None if not plain or plain in written else written.get(f"{plain}/")
            known = entra.trailing_slash_audience(one.audience) if one.audience else None
            if own is not None:
                yield _unslashed(flow, one, own.value, (Related(own.at, "ends in a slash"),), "warning")
            elif known is not None and not one.audience.endswith("/"):
                # Azure Resource Manager takes tokens for either spelling.
                yield _unslashed(flow, one, known.audience, (), "note")


def _unslashed(flow: Flow, asked: Asked, right: str, related: tuple[Related, ...], severity: Severity) -> Hit:
    return Hit(
        subject.of_flow(flow, f"scope {asked.text.value}"),
        asked.text.at,
        f"`{asked.text.value}` asks for a token for `{asked.audience}`, and the API's audience is `{right}`",
        related,
        severity=severity,
        fix=f"Write `{right}/{asked.permission}`, with two slashes." if asked.permission else None,
    )


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
            elif _is_unsupported(text.value, entra):
                yield Hit(
                    subject.of_flow(flow, f"scope {text.value}"),
                    text.at,
                    f"`{flow.name}` asks for `{text.value}`, a scope that Entra does not offer",
                )


def _is_unsupported(scope: str, entra: Entra) -> bool:
    split = split_scope(scope)
    return split.oidc and any(row.name == split.permission and not row.supported for row in entra.oidc_scopes)


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
