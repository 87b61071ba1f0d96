"""What a flow's token is for, which audiences are the app's own, and whose accounts sign in to it."""

from __future__ import annotations

from linter.catalog.records import GRAPH
from linter.entra import Entra
from linter.entra.addresses import plain_audience
from linter.entra.records import SignInAudience
from linter.entra.scopes import is_guid, split_scope
from linter.memory import remembers_last
from linter.model import NULL, Application, Flow
from linter.placeholder import has_placeholder, is_placeholder

_DEFAULT_AUDIENCE = "AzureADMyOrg"
"""What a registration is for whose signInAudience the directory holds as null."""


def token_audiences(flow: Flow) -> tuple[str, ...] | None:
    """The audiences that the flow asks a token for, as written; None where it does not say.

    Bare scopes mean Microsoft Graph and give its appId; a placeholder in place of a whole scope may
    name any API.
    """
    if flow.audience is not None:
        return (flow.audience,)
    if flow.resource is not None:
        return (flow.resource,)
    if flow.scopes is None or any(is_placeholder(text.value) for text in flow.scopes):
        return None
    scopes = [split_scope(text.value) for text in flow.scopes]
    return tuple(dict.fromkeys(scope.audience or GRAPH for scope in scopes if not scope.oidc)) or None


def asked_in(flow: Flow) -> str:
    """The field of the flow that decides what its token is for."""
    return next((field for field in ("audience", "resource") if getattr(flow, field) is not None), "scopes")


def may_be_for_graph(flow: Flow, entra: Entra) -> bool:
    """Whether the flow's token is one for Microsoft Graph, or may be, since it does not say."""
    audiences = token_audiences(flow)
    if audiences is None or any(map(has_placeholder, audiences)):
        return True
    return any(
        resource is not None and resource.app_id == GRAPH
        for resource in map(entra.resource_of_audience, audiences)
    )


def compared(audience: str) -> str:
    """An audience as compared: `api://<appId>` is an app's default App ID URI, so equal to its appId."""
    plain = plain_audience(audience)
    rest = plain.removeprefix("api://")
    return rest if is_guid(rest) else plain


@remembers_last
def own_audiences(application: Application) -> frozenset[str]:
    """What tokens for the app's own API may be called, as `compared`: its appId and its App ID URIs."""
    names = (application.app_id, *(uri.value for uri in application.identifier_uris or ()))
    return frozenset(compared(name) for name in names if name)


def is_own(application: Application | None, audience: str) -> bool | None:
    """Whether `audience` is the app's own API; None where the registration leaves it open."""
    if application is None:
        return None
    if compared(audience) in own_audiences(application):
        return True
    return None if own_unstated(application) else False


def own_unstated(application: Application) -> tuple[str, ...]:
    """The unstated fields that could name an audience of the app's own API."""
    fields = ("app_id", "identifier_uris")
    return tuple(f"application.{field}" for field in fields if getattr(application, field) is None)


def admitted(application: Application | None, entra: Entra) -> SignInAudience | None:
    """The facts of the app's signInAudience; None where it is not stated, open or no value of it."""
    written = application.sign_in_audience if application is not None else None
    if written is None:
        return None
    return entra.sign_in_audience(_DEFAULT_AUDIENCE if written is NULL else written)
