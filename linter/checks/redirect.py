"""Redirect URIs: whether the service accepts them."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.finding import Hit, Unknown
from linter.model import Application
from linter.placeholder import has_placeholder
from linter.typed import Final

# `[::1]` is loopback too; that the service does not take it is another fault.
_LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")


def not_https(application: Application) -> Iterator[Hit | Unknown]:
    """`http` is for the machine's own address only (reply-url, "Supported schemes")."""
    for field in ("web", "spa", "public_client"):
        platform = getattr(application, field)
        if platform is None or platform.redirect_uris is None:
            yield Unknown(f"application.{field}")
    for uri in application.redirect_uris():
        host = _http_host(uri.value)
        if host and host not in _LOOPBACK:
            yield Hit(
                subject.of_redirect(uri.value),
                uri.at,
                f"`{uri.value}` is not https, and only localhost may do without",
            )


def _http_host(uri: str) -> str:
    """The host of an `http` URI in lower case; empty for any other scheme and for a placeholder."""
    scheme, _, rest = uri.strip().partition("://")
    authority = rest
    for end in "/?#\\":
        authority = authority.partition(end)[0]
    if scheme.lower() != "http" or has_placeholder(authority) or has_placeholder(rest.partition("/")[0]):
        return ""
    host = authority.rpartition("@")[2].lower()
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
