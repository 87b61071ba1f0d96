"""Redirect URIs: their parts, where they are registered, and which of them the service takes for the same.

Source: entra-docs docs/identity-platform/reply-url.md.
"""

from __future__ import annotations

from collections.abc import Iterable

from linter.finding import Edit, Unknown
from linter.memory import remembers_last
from linter.model import Application, Platform, Text
from linter.placeholder import has_placeholder
from linter.positions import At
from linter.typed import Final, NamedTuple

PLATFORMS: Final = {"web": "web", "spa": "spa", "publicClient": "public_client"}
"""The platforms of the registration by their names there, and the fields that hold them."""

LOOPBACK: Final = ("localhost", "127.0.0.1")
"""Hosts that may do without https and whose port does not count."""

IPV6_LOOPBACK: Final = "[::1]"
"""Loopback too, but the service does not take it."""


class Redirect(NamedTuple):
    """The parts of a redirect URI. Scheme and host in lower case; `host` "" where it is a placeholder.

    `path` is with its slash, `query` with its question mark. A fragment is part of neither.
    """

    scheme: str
    host: str
    port: str
    path: str
    query: str

    @property
    def is_web(self) -> bool:
        """Whether it is a page's address, and not a native app's own scheme."""
        return self.scheme in ("http", "https")


def parsed(uri: str) -> Redirect:
    """The parts of a redirect URI; any text is taken."""
    scheme, separator, rest = uri.strip().partition("://")
    if not separator:
        scheme, _, rest = uri.strip().partition(":")
        return Redirect(scheme.lower(), "", "", rest, "")
    ends = [index for end in "/?#\\" if (index := rest.find(end)) >= 0]
    authority = rest[: min(ends, default=len(rest))]
    path, mark, query = rest[len(authority) :].partition("#")[0].partition("?")
    host = authority.rpartition("@")[2].lower()
    # A placeholder may hold the very characters that end a host.
    if has_placeholder(authority) or has_placeholder(rest.partition("/")[0]):
        return Redirect(scheme.lower(), "", "", path, mark + query)
    if host.startswith("["):
        name, _, port = host.partition("]")
        return Redirect(scheme.lower(), name + "]", port.removeprefix(":"), path, mark + query)
    name, _, port = host.partition(":")
    return Redirect(scheme.lower(), name, port, path, mark + query)


def plain(uri: str) -> Redirect:
    """A redirect URI as the service compares it: a loopback port does not count, nor a lone final slash."""
    parts = parsed(uri)
    if not parts.is_web:
        return parts
    if parts.host in LOOPBACK:
        parts = parts._replace(port="")
    return parts._replace(path="") if parts.path == "/" else parts


def takes(registered: str, sent: str, *, wildcards: bool) -> bool:
    """Whether a sign-in may come back to `sent` where `registered` is registered.

    A placeholder is only itself. `wildcards`: the app's audience allows them.
    """
    if registered == sent:
        return True
    if plain(registered) == plain(sent) or (wildcards and "*" in registered and _fits(registered, sent)):
        return not has_placeholder(registered) and not has_placeholder(sent)
    return False


def _fits(pattern: str, text: str) -> bool:
    """Whether `text` fits a registered wildcard; what it brings beyond the path is cut off before."""
    first, *others = pattern.split("*")
    text = text.partition("#")[0].partition("?")[0]
    if not text.startswith(first):
        return False
    at = len(first)
    for number, part in enumerate(others):
        last = number == len(others) - 1
        found = len(text) - len(part) if last and part else text.find(part, at)
        if found < at or not text.startswith(part, found):
            return False
        at = found + len(part)
    return True


# --- where they are registered ----------------------------------------------------------------


class Registered(NamedTuple):
    """A redirect URI and the platform of the registration that holds it."""

    platform: str
    uri: Text


@remembers_last
def registered(application: Application) -> tuple[Registered, ...]:
    """Every redirect URI that is known, with its platform."""
    return tuple([Registered(name, uri) for name in PLATFORMS for uri in listed(application, name) or ()])


@remembers_last
def values(application: Application) -> frozenset[str]:
    """Every redirect URI that is known, as it is written."""
    return frozenset([uri.value for _, uri in registered(application)])


def listed(application: Application | None, name: str) -> tuple[Text, ...] | None:
    """The redirect URIs of one platform; None where they are not stated."""
    platform: Platform | None = getattr(application, PLATFORMS[name], None)
    return None if platform is None else platform.redirect_uris


def taking(application: Application | None, name: str, sent: str) -> Text | None:
    """The redirect URI of one platform to which a sign-in may come back as `sent`, wildcards aside."""
    if application is None:
        return None
    known = _by_form(application)[name]
    found = known.get(sent)
    return known.get(plain(sent)) if found is None and not has_placeholder(sent) else found


@remembers_last
def _by_form(application: Application) -> dict[str, dict[str | Redirect, Text]]:
    """The redirect URIs of each platform, as they are written and as the service compares them."""
    known: dict[str, dict[str | Redirect, Text]] = {name: {} for name in PLATFORMS}
    for name, uri in registered(application):
        known[name].setdefault(uri.value, uri)
        if not has_placeholder(uri.value):
            known[name].setdefault(plain(uri.value), uri)
    return known


@remembers_last
def left_open(application: Application) -> frozenset[str]:
    """The platforms that may hold further redirect URIs than can be read."""
    return frozenset(
        [
            name
            for name in PLATFORMS
            if (uris := listed(application, name)) is None or any(has_placeholder(uri.value) for uri in uris)
        ]
    )


@remembers_last
def unstated(application: Application) -> tuple[Unknown, ...]:
    """The platforms of which nobody says what they hold."""
    return tuple(
        [
            Unknown(f"application.{field}")
            for name, field in PLATFORMS.items()
            if listed(application, name) is None
        ]
    )


# --- changes ----------------------------------------------------------------------------------

_OLDER_TYPES: Final = {"web": "Web", "spa": "Spa", "publicClient": "InstalledClient"}


def registering(platform: Platform, name: str, uris: Iterable[str]) -> tuple[Edit, ...]:
    """The edits that register further URIs on a platform of the registration."""
    key = platform.at.pointer.rpartition("/")[2].lower()
    if key == "replyurlswithtype":
        return tuple(Edit("append", platform.at, {"url": uri, "type": _OLDER_TYPES[name]}) for uri in uris)
    if key == "replyurls":
        return tuple(Edit("append", platform.at, uri) for uri in uris)
    if platform.redirect_uris is None:
        return (Edit("set", platform.at, list(uris), "redirectUris"),)
    return tuple(Edit("append", platform.at.child("redirectUris"), uri) for uri in uris)


def removing(uri: Text) -> Edit:
    """The edit that takes a registered URI away; in the older form it is an object with its type."""
    source, pointer = uri.at
    return Edit("remove", At(source, pointer.removesuffix("/url")))
