"""Redirect URIs: whether the service accepts them."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.finding import Edit, Hit, Unknown
from linter.model import Application, Inventory, Text
from linter.placeholder import has_placeholder
from linter.positions import At
from linter.typed import Final

# `[::1]` is loopback too; that the service does not take it is another fault.
_LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")


def not_https(application: Application, inventory: Inventory | None = None) -> Iterator[Hit | Unknown]:
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
                edits=_to_https(uri, application, complete=inventory is not None and inventory.complete),
                safe=False,  # whether the page answers over https, no file says
            )


def _to_https(uri: Text, application: Application, *, complete: bool) -> tuple[Edit, ...]:
    """The same address over https; where that is registered too, this one goes if all calls are known."""
    secure = "https" + uri.value.strip()[len("http") :]
    if all(other.value != secure for other in application.redirect_uris()):
        return (Edit("replace", uri.at, secure),)
    if not complete:
        return ()
    source, pointer = uri.at
    # In the older form a redirect URI is an object with its type.
    return (Edit("remove", At(source, pointer.removesuffix("/url"))),)


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
