"""Calls, and the tokens that their flows ask for: for whom these are, and who answers at the address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.catalog.records import GRAPH
from linter.entra import Entra
from linter.entra.records import Resource
from linter.entra.scopes import split_scope
from linter.finding import Unknown
from linter.model import Application, Call, Flow, place
from linter.placeholder import has_placeholder
from linter.positions import At
from linter.request.destination import apis_called, carries_own_right
from linter.sign_in.audience import asked_in, is_own, token_audiences
from linter.typed import Final, NamedTuple

AZURE_AD_GRAPH: Final = "00000002-0000-0000-c000-000000000000"
EXCHANGE: Final = "00000002-0000-0ff1-ce00-000000000000"
SHAREPOINT: Final = "00000003-0000-0ff1-ce00-000000000000"
RESOURCE_MANAGER: Final = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
KEY_VAULT: Final = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"


class Token(NamedTuple):
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
        """The API's name, as in messages."""
        return self.api.name if self.api else "the app's own API"


class Sent(NamedTuple):
    """One call and the tokens that its flow asks for: () for none, None where nobody says.

    `apis` are those that answer at the call's host, () if nobody knows it, None if it is hidden.
    """

    flow: Flow
    call: Call
    apis: tuple[Resource, ...] | None
    tokens: tuple[Token, ...] | None

    def api(self, app_id: str) -> Resource | None:
        """The API with this appId, if it answers at the call's host."""
        return next((api for api in self.apis or () if api.app_id == app_id), None)

    def token(self, app_id: str) -> Token | None:
        """The token for the API with this appId, if the flow asks for one."""
        return next((token for token in self.tokens or () if token.api and token.api.app_id == app_id), None)

    @property
    def fits(self) -> bool:
        """Whether one of the tokens is for an API that answers at the host."""
        return any(token.api and self.api(token.api.app_id) for token in self.tokens or ())


def sent_calls(
    flows: tuple[Flow, ...], entra: Entra, application: Application | None = None
) -> Iterator[Sent]:
    """Every call with the tokens of its flow; an address that carries its own right takes none."""
    for flow in flows:
        tokens = tokens_of(flow, entra, application)
        for call in flow.every_call():
            sent = () if carries_own_right(call) else tokens
            yield Sent(flow, call, apis_called(call, entra), sent)


def tokens_of(flow: Flow, entra: Entra, application: Application | None) -> tuple[Token, ...] | None:
    """What a flow asks a token for: () for nothing that an API takes, None where nobody says."""
    # An ID token is never the API's, whatever was asked for: token/id-token-as-access-token.
    if flow.access is None or flow.token == "id_token":
        return ()
    audiences = token_audiences(flow)
    if audiences is None:
        return None
    tokens = tuple(
        Token(audience, at, entra.resource_of_audience(audience), is_own(application, audience))
        for audience, at in asked_at(flow, audiences)
    )
    hidden = any(token.api is None and not token.own and has_placeholder(token.audience) for token in tokens)
    return None if hidden else tokens


def asked_at(flow: Flow, audiences: Iterable[str]) -> Iterator[tuple[str, At]]:
    """The audiences, each with the place where the flow first names it."""
    field = asked_in(flow)
    named: dict[str, At] = {}
    for text in flow.scopes or () if field == "scopes" else ():
        scope = split_scope(text.value)
        if not scope.oidc:
            named.setdefault(scope.audience or GRAPH, text.at)
    for audience in audiences:
        yield audience, named.get(audience, place(flow, field))


def unstated(flow: Flow) -> Unknown:
    """The field in which this flow would say what its token is for."""
    return Unknown("flow.resource" if flow.type == "managed_identity" else "flow.scopes")
