"""Whether a token is for the API that it is sent to."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.catalog.records import GRAPH
from linter.entra import Entra
from linter.entra.records import Resource
from linter.finding import CONFIDENCES, Confidence, Hit, Predicts, Related, Unknown
from linter.model import Application, Flow
from linter.placeholder import is_placeholder
from linter.request.sent import (
    EXCHANGE,
    KEY_VAULT,
    RESOURCE_MANAGER,
    SHAREPOINT,
    Sent,
    Token,
    asked_at,
    sent_calls,
    unstated,
)
from linter.sign_in.audience import asked_in, own_unstated, token_audiences
from linter.typed import Final

# APIs that are known to refuse every token of another audience; elsewhere a mismatch is a warning.
_STRICT: Final = frozenset({GRAPH, EXCHANGE, SHAREPOINT, RESOURCE_MANAGER, KEY_VAULT})

_REFUSED: Final = Predicts(status=401)


def _mismatch(sent: Sent, token: Token, *apis: Resource) -> Hit:
    """The token is for none of the APIs that answer at the host."""
    confidences = [apis[0].confidence, *([token.api.confidence] if token.api else [])]
    return Hit(
        subject.of_call(sent.flow, sent.call),
        sent.call.at,
        f"`{sent.flow.name}` has a token for {token.name}, "
        f"and `{subject.of_request(sent.call)}` goes to {' or '.join(api.name for api in apis)}",
        (Related(token.at, f"a token for {token.name}"),),
        predicts=None if apis[0].app_id == GRAPH else _REFUSED,
        confidence=_lowest(confidences),
    )


def _lowest(confidences: list[Confidence]) -> Confidence:
    return max(confidences, key=CONFIDENCES.index)


def host_mismatch(
    flows: tuple[Flow, ...], entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """No API at the host takes what the token is for (concepts/resolve-auth-errors)."""
    for sent in sent_calls(flows, entra, application):
        if sent.tokens == () or sent.fits:
            continue
        if not sent.apis:
            yield Unknown("catalog.resources")
        elif sent.tokens is None:
            yield unstated(sent.flow)
        elif any(token.api is None and not token.own for token in sent.tokens):
            # Somebody else's API: what else takes its tokens is for nobody to say.
            yield Unknown("catalog.resources")
        else:
            strict = any(api.app_id in _STRICT for api in sent.apis)
            hit = _mismatch(sent, sent.tokens[0], *sent.apis)
            yield hit if strict else hit._replace(severity="warning")


def exchange_token_on_graph(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """An Exchange token goes to Microsoft Graph, or the other way round (concepts/resolve-auth-errors)."""
    return _swapped(EXCHANGE, flows, entra)


def sharepoint_token_on_graph(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """A SharePoint token goes to Microsoft Graph, or the other way round (concepts/resolve-auth-errors)."""
    return _swapped(SHAREPOINT, flows, entra)


def _swapped(other: str, flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """Host and token are Microsoft Graph's and the other API's, in either order."""
    for sent in sent_calls(flows, entra):
        if sent.tokens == () or sent.fits:
            continue
        if sent.apis is None:
            yield Unknown("call.url")
            continue
        for here, there in ((GRAPH, other), (other, GRAPH)):
            api, token = sent.api(here), sent.token(there)
            if api is not None and sent.tokens is None:
                yield unstated(sent.flow)
            elif api is not None and token is not None:
                yield _mismatch(sent, token, api)


def own_api_token_on_graph(
    application: Application, flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """The token is for the app's own API, and the call goes to Microsoft Graph (on-behalf-of flow)."""
    for sent in sent_calls(flows, entra, application):
        if sent.tokens == () or sent.fits:
            continue
        if sent.apis is None:
            yield Unknown("call.url")
        elif (graph := sent.api(GRAPH)) is None:
            continue
        elif sent.tokens is None:
            yield unstated(sent.flow)
        elif own := next((token for token in sent.tokens if token.own and token.api is None), None):
            yield _mismatch(sent, own, graph)
        elif any(token.own is None and token.api is None for token in sent.tokens):
            yield from map(Unknown, own_unstated(application))


def legacy_resource_alias(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """The token is asked for by an older name of the API."""
    for flow in flows:
        audiences = token_audiences(flow) if flow.access is not None else ()
        if audiences is None and not _bare_sign_in(flow):
            yield unstated(flow)
        for audience, at in asked_at(flow, audiences or ()):
            row = entra.trailing_slash_audience(audience)
            api = entra.resource(row.resource) if row is not None else None
            if row is not None and api is not None:
                yield Hit(
                    subject.of_flow(flow, f"{asked_in(flow)} {audience}"),
                    at,
                    f"`{audience}` is an older name of {api.name}, now `{row.replacement}`",
                    confidence=row.confidence,
                )


def _bare_sign_in(flow: Flow) -> bool:
    """Whether the flow asks for OpenID Connect's scopes only, which name no API."""
    return bool(flow.scopes) and not any(is_placeholder(text.value) for text in flow.scopes or ())


def workload_gate(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """The API that is called also asks for a right or a switch that consent does not replace."""
    seen: set[tuple[str, str]] = set()
    for sent in sent_calls(flows, entra):
        if sent.apis is None:
            yield Unknown("call.url")
        if sent.flow.access is None or (sent.tokens and not sent.fits):
            continue
        for api in sent.apis or ():
            gate = entra.workload_gate(api.app_id, sent.flow.access)
            if gate is None or (sent.flow.name, api.app_id) in seen:
                continue
            seen.add((sent.flow.name, api.app_id))
            who = "the app" if sent.flow.access == "application" else "the user"
            yield Hit(
                f"{sent.flow.name} {api.name}",
                sent.call.at,
                f"consent alone does not open {api.name}, which `{sent.flow.name}` calls: {who} also needs "
                f"{gate.needs}",
                predicts=Predicts(gate.refusal),
                confidence=_lowest([api.confidence, gate.confidence]),
            )
