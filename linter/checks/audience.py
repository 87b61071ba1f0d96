"""Audiences: whether a token is for the API that it is sent to, and whether that API still answers."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.amend import admits_roles, declare_all
from linter.audience import is_own, own_unstated, token_audiences
from linter.catalog.match import parse_url
from linter.catalog.records import GRAPH, Permission, PermissionType
from linter.catalog.store import Catalog
from linter.destination import apis_called, carries_own_right
from linter.entra import Entra
from linter.entra.addresses import plain_audience
from linter.entra.records import Resource, Retired
from linter.entra.scopes import split_scope
from linter.finding import CONFIDENCES, Confidence, Edit, Hit, Predicts, Related, Unknown
from linter.holdings import declared, resource_of
from linter.model import Application, Call, Flow, RequiredResourceAccess, place
from linter.placeholder import has_placeholder, is_placeholder
from linter.positions import At
from linter.typed import Final, NamedTuple

AZURE_AD_GRAPH: Final = "00000002-0000-0000-c000-000000000000"
EXCHANGE: Final = "00000002-0000-0ff1-ce00-000000000000"
SHAREPOINT: Final = "00000003-0000-0ff1-ce00-000000000000"
RESOURCE_MANAGER: Final = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
KEY_VAULT: Final = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"

# APIs that are known to refuse every token of another audience; elsewhere a mismatch is a warning.
_STRICT: Final = frozenset({GRAPH, EXCHANGE, SHAREPOINT, RESOURCE_MANAGER, KEY_VAULT})

# User.Read of Azure AD Graph: the portal once declared it in every new registration.
_OLD_DEFAULT: Final = "311a71cc-e848-46a1-bdf8-97ff7156d8e6"

_REFUSED: Final = Predicts(status=401)


# --- tokens and where they go -------------------------------------------------------------------


class _Token(NamedTuple):
    """An audience that a flow asks for: whose it is, and where the flow says so.

    `api` is None for what is not Microsoft's. `own` is whether it is the app's own API, None where
    the registration leaves that open.
    """

    audience: str
    at: At
    api: Resource | None
    own: bool | None

    @property
    def name(self) -> str:
        return self.api.name if self.api else "the app's own API"


class _Sent(NamedTuple):
    """One call and the tokens that its flow asks for: () for none, None where nobody says.

    `apis` are those that answer at the call's host, () if nobody knows it, None if it is hidden.
    """

    flow: Flow
    call: Call
    apis: tuple[Resource, ...] | None
    tokens: tuple[_Token, ...] | None

    def api(self, app_id: str) -> Resource | None:
        """The API with this appId, if it answers at the call's host."""
        return next((api for api in self.apis or () if api.app_id == app_id), None)

    def token(self, app_id: str) -> _Token | None:
        """The token for the API with this appId, if the flow asks for one."""
        return next((token for token in self.tokens or () if token.api and token.api.app_id == app_id), None)

    @property
    def fits(self) -> bool:
        """Whether one of the tokens is for an API that answers at the host."""
        return any(token.api and self.api(token.api.app_id) for token in self.tokens or ())


def _sent(flows: tuple[Flow, ...], entra: Entra, application: Application | None = None) -> Iterator[_Sent]:
    for flow in flows:
        tokens = _tokens(flow, entra, application)
        for call in flow.every_call():
            sent = () if carries_own_right(call) else tokens
            yield _Sent(flow, call, apis_called(call, entra), sent)


def _tokens(flow: Flow, entra: Entra, application: Application | None) -> tuple[_Token, ...] | None:
    # An ID token is never the API's, whatever was asked for: token/id-token-as-access-token.
    if flow.access is None or flow.token == "id_token":
        return ()
    audiences = token_audiences(flow)
    if audiences is None:
        return None
    tokens = tuple(
        _Token(audience, _asked_at(flow, audience), entra.resource_of_audience(audience), own)
        for audience in audiences
        for own in (is_own(application, audience),)
    )
    hidden = any(token.api is None and not token.own and has_placeholder(token.audience) for token in tokens)
    return None if hidden else tokens


def _asked_in(flow: Flow) -> str:
    """The field of the flow that decides what its token is for."""
    return next((field for field in ("audience", "resource") if getattr(flow, field) is not None), "scopes")


def _asked_at(flow: Flow, audience: str) -> At:
    """Where the flow names `audience`."""
    field = _asked_in(flow)
    for text in flow.scopes or () if field == "scopes" else ():
        scope = split_scope(text.value)
        if not scope.oidc and (scope.audience or GRAPH) == audience:
            return text.at
    return place(flow, field)


def _unstated(flow: Flow) -> Unknown:
    """The field in which this flow would say what its token is for."""
    return Unknown("flow.resource" if flow.type == "managed_identity" else "flow.scopes")


def _mismatch(sent: _Sent, token: _Token, api: Resource) -> Hit:
    confidences = [api.confidence, *([token.api.confidence] if token.api else [])]
    return Hit(
        subject.of_call(sent.flow, sent.call),
        sent.call.at,
        f"`{sent.flow.name}` has a token for {token.name}, "
        f"and `{subject.of_request(sent.call)}` goes to {api.name}",
        (Related(token.at, f"a token for {token.name}"),),
        predicts=None if api.app_id == GRAPH else _REFUSED,
        confidence=_lowest(confidences),
    )


def _lowest(confidences: list[Confidence]) -> Confidence:
    return max(confidences, key=CONFIDENCES.index)


# --- the rules ----------------------------------------------------------------------------------


def host_mismatch(
    flows: tuple[Flow, ...], entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """No API at the host takes what the token is for (concepts/resolve-auth-errors)."""
    for sent in _sent(flows, entra, application):
        if sent.tokens == () or sent.fits:
            continue
        if not sent.apis:
            yield Unknown("catalog.resources")
        elif sent.tokens is None:
            yield _unstated(sent.flow)
        elif any(token.api is None and not token.own for token in sent.tokens):
            # Somebody else's API: what else takes its tokens is for nobody to say.
            yield Unknown("catalog.resources")
        else:
            strict = any(api.app_id in _STRICT for api in sent.apis)
            hit = _mismatch(sent, sent.tokens[0], sent.apis[0])
            yield hit if strict else hit._replace(severity="warning")


def azure_ad_graph_call(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """The call or its token is for Azure AD Graph, which is retired (resources/authenticationBehaviors)."""
    for sent in _sent(flows, entra):
        called, asked = sent.api(AZURE_AD_GRAPH), sent.token(AZURE_AD_GRAPH)
        if called is not None:
            yield _retired_call(sent, called, asked)
        elif asked is not None and asked.api is not None:
            yield _retired_token(sent, asked, asked.api)
        elif sent.apis is None:
            yield Unknown("call.url")
    for flow in flows:
        for token in () if flow.calls else _tokens(flow, entra, None) or ():
            if token.api is not None and token.api.app_id == AZURE_AD_GRAPH:
                yield _retired_request(flow, token, token.api)


def _retired_call(sent: _Sent, api: Resource, token: _Token | None) -> Hit:
    request = subject.of_request(sent.call)
    hit = Hit(
        subject.of_call(sent.flow, sent.call),
        sent.call.at,
        f"`{request}` goes to {api.name}, which was retired on {api.status_date}",
        (Related(token.at, f"a token for {api.name}"),) if token else (),
    )
    in_global = any(host in sent.call.url.lower() for host in api.hosts.get("global", ()))
    return hit if in_global else _less_sure(hit)


def _retired_request(flow: Flow, token: _Token, api: Resource) -> Hit:
    """A flow of which no call is known."""
    hit = Hit(
        subject.of_flow(flow, _asked_in(flow)),
        token.at,
        f"`{flow.name}` asks for a token for {api.name}, which was retired on {api.status_date}",
    )
    return hit if _is_global(token, api) else _less_sure(hit)


def _retired_token(sent: _Sent, token: _Token, api: Resource) -> Hit:
    hit = Hit(
        subject.of_call(sent.flow, sent.call),
        sent.call.at,
        f"`{sent.flow.name}` sends `{subject.of_request(sent.call)}` "
        f"with a token for {api.name}, which was retired on {api.status_date}",
        (Related(token.at, f"a token for {api.name}"),),
        predicts=Predicts(401, "InvalidAuthenticationToken") if sent.api(GRAPH) else _REFUSED,
    )
    return hit if _is_global(token, api) else _less_sure(hit)


def _is_global(token: _Token, api: Resource) -> bool:
    return plain_audience(token.audience) in (
        api.app_id,
        *map(plain_audience, api.audiences.get("global", ())),
    )


def _less_sure(hit: Hit) -> Hit:
    """The sovereign clouds had dates of their own, which no document at hand states."""
    return hit._replace(severity="warning", confidence="medium")


def azure_ad_graph_in_manifest(
    application: Application, catalog: Catalog, entra: Entra
) -> Iterator[Hit | Unknown]:
    """A block of requiredResourceAccess is for Azure AD Graph (reference: application manifest)."""
    if application.required_resource_access is None:
        yield Unknown("application.required_resource_access")
        return
    api = entra.resource(AZURE_AD_GRAPH)
    for block in application.required_resource_access:
        if block.resource_app_id is None or is_placeholder(block.resource_app_id):
            yield Unknown("application.required_resource_access")
        elif api is not None and resource_of(block, catalog) == AZURE_AD_GRAPH:
            yield Hit(
                f"requiredResourceAccess {api.name}",
                block.at,
                f"requiredResourceAccess still lists {api.name}, which was retired on {api.status_date}",
                severity="note" if _only_old_default(block) else None,
                edits=_to_microsoft_graph(application, block, catalog, entra),
                safe=False,  # which of them the app's calls need is not known
            )


def _to_microsoft_graph(
    application: Application, block: RequiredResourceAccess, catalog: Catalog, entra: Entra
) -> tuple[Edit, ...]:
    """The edits that declare the same permissions of Microsoft Graph instead; none where one has no twin."""
    twins: list[Permission] = []
    for entry in block.resource_access or ():
        name = entra.azure_ad_graph_permission(entry.id or "", entry.type or "")
        type_: PermissionType = "Role" if (entry.type or "").strip().lower() == "role" else "Scope"
        twin = catalog.permission(GRAPH, name, type_) if name else None
        if twin is None or (type_ == "Role" and not admits_roles(application, entra)):
            return ()
        twins.append(twin)
    declared_before = [entry.permission for entry in declared(application, catalog) or ()]
    added = declare_all(application, twins, catalog)
    if not twins or not (added or all(twin in declared_before for twin in twins)):
        return ()
    return (*added, Edit("remove", block.at))


def _only_old_default(block: RequiredResourceAccess) -> bool:
    entries = block.resource_access or ()
    return bool(entries) and all((entry.id or "").lower() == _OLD_DEFAULT for entry in entries)


def outlook_rest_call(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """The call is one of the Outlook REST API, retired in March 2024 (Outlook REST API v2.0, notice)."""
    for sent in _sent(flows, entra):
        if sent.apis is None:
            yield Unknown("call.url")
        elif carries_own_right(sent.call) or not sent.api(EXCHANGE):
            continue
        elif surface := _outlook_rest(sent.call, entra):
            yield Hit(
                subject.of_call(sent.flow, sent.call),
                sent.call.at,
                f"`{subject.of_request(sent.call)}` calls the {surface.name}, which ended in {surface.ends}",
            )


def _outlook_rest(call: Call, entra: Entra) -> Retired | None:
    # A host without `https://` is taken for a host by `apis_called`, so it is here.
    url = call.url if "://" in call.url else f"https://{call.url.lstrip()}"
    address = parse_url(url)
    surfaces = entra.retired(address.host, address.path)
    return next((surface for surface in surfaces if surface.name == "Outlook REST API"), None)


def exchange_token_on_graph(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """An Exchange token goes to Microsoft Graph, or the other way round (concepts/resolve-auth-errors)."""
    return _swapped(EXCHANGE, flows, entra)


def sharepoint_token_on_graph(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """A SharePoint token goes to Microsoft Graph, or the other way round (concepts/resolve-auth-errors)."""
    return _swapped(SHAREPOINT, flows, entra)


def _swapped(other: str, flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """Host and token are Microsoft Graph's and the other API's, in either order."""
    for sent in _sent(flows, entra):
        if sent.tokens == () or sent.fits:
            continue
        if sent.apis is None:
            yield Unknown("call.url")
            continue
        for here, there in ((GRAPH, other), (other, GRAPH)):
            api, token = sent.api(here), sent.token(there)
            if api is not None and sent.tokens is None:
                yield _unstated(sent.flow)
            elif api is not None and token is not None:
                yield _mismatch(sent, token, api)


def own_api_token_on_graph(
    application: Application, flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """The token is for the app's own API, and the call goes to Microsoft Graph (on-behalf-of flow)."""
    for sent in _sent(flows, entra, application):
        if sent.tokens == () or sent.fits:
            continue
        if sent.apis is None:
            yield Unknown("call.url")
        elif (graph := sent.api(GRAPH)) is None:
            continue
        elif sent.tokens is None:
            yield _unstated(sent.flow)
        elif own := next((token for token in sent.tokens if token.own and token.api is None), None):
            yield _mismatch(sent, own, graph)
        elif any(token.own is None and token.api is None for token in sent.tokens):
            yield from map(Unknown, own_unstated(application))
