"""Scopes: whether one token request asks for what it means.

Source: https://learn.microsoft.com/entra/identity-platform/scopes-oidc
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter import subject
from linter.audience import compared, own_audiences
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.destination import apis_called
from linter.entra import Entra
from linter.entra.records import Resource
from linter.entra.scopes import split_scope
from linter.finding import Hit, Predicts, Related, Severity, Unknown
from linter.model import Application, Call, Flow, Text, place
from linter.placeholder import has_placeholder
from linter.typed import NamedTuple
from linter.wording import listed

# Their scopes also go to the authorisation endpoint, which may collect consent for several APIs.
_AUTHORIZE_FLOWS = frozenset({"authorization_code", "hybrid", "implicit"})


class _Asked(NamedTuple):
    """One scope of a request that is not OpenID Connect's. `open`: a placeholder hides what it asks for."""

    text: Text
    audience: str
    permission: str
    open: bool

    @property
    def is_default(self) -> bool:
        return self.permission == ".default"

    @property
    def is_named(self) -> bool:
        return bool(self.permission) and not self.is_default and not self.open


def default_mixed_with_named_scopes(flows: tuple[Flow, ...]) -> Iterator[Hit | Unknown]:
    """`.default` and named scopes in one request; OpenID Connect's scopes may stand beside either."""
    for flow in filter(_asks_by_scope, flows):
        if flow.scopes is None:
            yield Unknown("flow.scopes")
            continue
        asked = _asked(flow)
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
    for flow in filter(_asks_by_scope, flows):
        if flow.type in ("refresh_token", "managed_identity"):
            continue
        if flow.scopes is None:
            yield Unknown("flow.scopes")
            continue
        first_of: dict[str, _Asked] = {}
        asked = _asked(flow)
        for one in asked:
            if not has_placeholder(one.audience) and not _is_opaque(one):
                first_of.setdefault(_api(one.audience, entra, application), one)
        if len(first_of) > 1:
            yield _several(flow, list(first_of.values()), entra, application)
        elif first_of and any(has_placeholder(one.audience) or _is_opaque(one) for one in asked):
            yield Unknown("flow.scopes")


def client_credentials_without_default(flows: tuple[Flow, ...]) -> Iterator[Hit | Unknown]:
    """An app-only token asked for by permission names.

    A managed identity names an API, with or without `.default`; only a permission name is wrong there.
    """
    for flow in filter(_asks_by_scope, flows):
        if flow.access != "application":
            continue
        if flow.scopes is None:
            yield Unknown("flow.scopes")
            continue
        managed = flow.type == "managed_identity"
        asked = _asked(flow)
        wrong = [one for one in asked if one.is_named or not (one.permission or one.open or managed)]
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
                Predicts(400, "invalid_resource", (500011,)) if managed else None,
                confidence="medium" if managed else None,
            )
        elif any(one.open for one in asked):
            yield Unknown("flow.scopes")


def trailing_slash_audience(
    flows: tuple[Flow, ...], entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """A scope without the second slash that an API's audience, which itself ends in one, needs."""
    for flow in filter(_asks_by_scope, flows):
        if flow.audience is not None:
            continue  # what the token will be for is stated, however it is asked for
        if flow.scopes is None:
            yield Unknown("flow.scopes")
            continue
        for one in _asked(flow):
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
    for flow in filter(_asks_by_scope, flows):
        if _is_exempt(flow, entra):
            continue
        calls = [call for call in flow.every_call() if _is_foreign(call, entra)]
        if not calls:
            continue
        if flow.scopes is None:
            yield Unknown("flow.scopes")
            continue
        for call in calls:
            yield from _bare(flow, call, catalog, entra)


# --- what a flow asks for ---------------------------------------------------------------------


def _asks_by_scope(flow: Flow) -> bool:
    """Whether the flow's request has a scope parameter; `resource` stands in its place in v1."""
    return (
        flow.access is not None
        and flow.endpoint != "v1"
        and (flow.resource is None or flow.scopes is not None)
    )


def _asked(flow: Flow) -> list[_Asked]:
    """The flow's scopes but OpenID Connect's, in order."""
    asked = []
    for text in flow.scopes or ():
        scope = split_scope(text.value)
        if not scope.oidc and text.value.strip():
            hidden = scope.permission or scope.audience
            asked.append(_Asked(text, scope.audience, scope.permission, has_placeholder(hidden)))
    return asked


def _is_opaque(asked: _Asked) -> bool:
    """Whether a placeholder stands for the whole scope, the API's name included."""
    return asked.open and not asked.audience


def _texts(asked: Iterable[_Asked]) -> str:
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


def _several(flow: Flow, firsts: list[_Asked], entra: Entra, application: Application | None) -> Hit:
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


def _are_distinct(firsts: list[_Asked], entra: Entra, application: Application | None) -> bool:
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


def _unslashed(
    flow: Flow, asked: _Asked, right: str, related: tuple[Related, ...], severity: Severity
) -> Hit:
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
    if flow.access != "delegated" or flow.audience is not None:
        return True
    authority = entra.other_authority(flow.authority) if flow.authority else None
    return authority is not None and authority.kind == "customer"


def _is_foreign(call: Call, entra: Entra) -> bool:
    """Whether the call goes, or may go, to another API than Microsoft Graph."""
    apis = apis_called(call, entra)
    return apis is None or all(api.app_id != GRAPH for api in apis)


def _bare(flow: Flow, call: Call, catalog: Catalog, entra: Entra) -> Iterator[Hit | Unknown]:
    apis = apis_called(call, entra)
    asked = _asked(flow)
    if any(_may_be_for(one, apis or (), entra) for one in asked):
        return
    bare = [one for one in asked if not one.audience and one.is_named]
    meant = [one for one in bare if _is_meant_for(one.permission, apis or (), catalog)]
    if meant and apis is not None:
        yield _for_other_api(flow, call, meant[0], apis, catalog)
    elif any(map(_is_opaque, asked)):
        yield Unknown("flow.scopes")
    elif meant or (bare and apis == ()):
        yield Unknown("catalog.resources")


def _may_be_for(asked: _Asked, apis: tuple[Resource, ...], entra: Entra) -> bool:
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


def _for_other_api(
    flow: Flow, call: Call, asked: _Asked, apis: tuple[Resource, ...], catalog: Catalog
) -> Hit:
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
