"""What kind of client a flow is, and where its redirect URI is registered: one decision, asked by many rules.

The login service goes by the platform of the redirect URI. `web` is a confidential client's, which sends a
credential; `spa` is a browser's and `publicClient` a device's, which send none.
Source: https://learn.microsoft.com/entra/identity-platform/reply-url
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.entra import Entra
from linter.entra.records import FlowKind
from linter.finding import Edit, Unknown
from linter.model import Application, Flow, Platform, Text
from linter.placeholder import has_placeholder
from linter.positions import At
from linter.registration import credentials
from linter.registration.redirects import PLATFORMS, left_open, listed, registering, removing, takes, taking
from linter.typed import Final, NamedTuple

CODE_FLOWS: Final = ("authorization_code", "hybrid")

NATIVE: Final = ("desktop", "mobile")
"""Kinds of client that run on their users' devices."""

SERVERS: Final = ("web", "api", "daemon")
"""Kinds of client that keep a credential."""


# --- what a flow is ---------------------------------------------------------------------------


def variant(flow: Flow, application: Application | None, entra: Entra) -> FlowKind | None:
    """What the flow is: by its platform, else by where its redirect URI is registered; else unknown."""
    found = entra.flow(flow.type, flow.platform)
    if found is not None or flow.redirect_uri is None:
        return found
    for kind in entra.flows:
        if kind.type == flow.type and is_registered(flow, application, kind.redirects):
            return kind
    return None


def is_confidential(flow: Flow, application: Application | None, entra: Entra) -> bool | None:
    """Whether the flow is a confidential client's; None where its platform would have to be known.

    A browser cannot be one, whatever it sends, nor a client whose redirect URI is a public client's.
    """
    if flow.type == "none" or flow.platform == "spa" or _is_public(flow, application):
        return False
    if credentials.sends_one(flow):
        return True
    found = variant(flow, application, entra)
    return None if found is None else found.client == "confidential"


def _is_public(flow: Flow, application: Application | None) -> bool:
    return flow.type in CODE_FLOWS and is_registered(flow, application, ("publicClient",))


# --- redirect URIs ----------------------------------------------------------------------------


def is_registered(flow: Flow, application: Application | None, platforms: Iterable[str]) -> bool:
    """Whether the flow's redirect URI is registered under one of the platforms."""
    uri = flow.redirect_uri
    return uri is not None and any(taking(application, name, uri) for name in platforms)


def comes_back_to(flow: Flow, uri: Text) -> bool:
    """Whether a registered redirect URI is the flow's."""
    return flow.redirect_uri is not None and takes(uri.value, flow.redirect_uri, wildcards=False)


def registered_under(flow: Flow, application: Application, name: str) -> Text | Unknown | None:
    """The flow's redirect URI as it is registered under one platform; None where it is not.

    `Unknown` names what would have to be stated to tell.
    """
    if listed(application, name) == ():
        return None
    if flow.redirect_uri is None:
        return Unknown("flow.redirect_uri")
    found = taking(application, name, flow.redirect_uri)
    if found is not None:
        return found
    if is_registered(flow, application, PLATFORMS):
        return None  # one URI has one platform
    if name in left_open(application):
        return Unknown(f"application.{PLATFORMS[name]}")
    return Unknown("flow.redirect_uri") if has_placeholder(flow.redirect_uri) else None


# --- redirect URIs under the wrong platform ---------------------------------------------------


class Misplaced(NamedTuple):
    """A redirect URI that is registered under another platform than its flows are of."""

    uri: Text
    users: tuple[Flow, ...]


def misplaced(flows: Iterable[Flow], application: Application, name: str) -> Iterator[Misplaced | Unknown]:
    """The redirect URIs of `flows` that lie under the platform `name`, each once, with its flows.

    A flow whose platform is not stated may be of that platform.
    """
    found: dict[At, Misplaced] = {}
    for flow in flows:
        uri = registered_under(flow, application, name)
        if uri is None:
            continue
        if flow.platform is None:
            yield Unknown("flow.platform")
        elif isinstance(uri, Unknown):
            yield uri
        else:
            users = found[uri.at].users if uri.at in found else ()
            found[uri.at] = Misplaced(uri, (*users, flow))
    yield from found.values()


def move(found: Misplaced, application: Application, name: str, flows: Iterable[Flow]) -> tuple[Edit, ...]:
    """The edits that register a redirect URI under the platform `name` instead.

    None where another flow comes back to it too, or where the file has no place for a platform.
    """
    others = (flow for flow in flows if flow not in found.users)
    if has_placeholder(found.uri.value) or any(comes_back_to(flow, found.uri) for flow in others):
        return ()
    entry, _, key = found.uri.at.pointer.rpartition("/")
    if key != "url" and not entry.lower().endswith("/redirecturis"):
        return ()  # the oldest form has one list for all platforms
    platform: Platform | None = getattr(application, PLATFORMS[name])
    if platform is None:
        return (removing(found.uri), Edit("set", application.at, {"redirectUris": [found.uri.value]}, name))
    return (removing(found.uri), *registering(platform, name, (found.uri.value,)))
