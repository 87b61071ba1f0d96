"""One file from an https address: bounded in size and time, whole or not at all."""

from __future__ import annotations

from linter import __version__
from linter.errors import Unreadable
from linter.typed import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from http.client import HTTPResponse

#: Bytes of the largest file that is downloaded.
MAX_BYTES: Final = 32 * 1024 * 1024
_PIECE: Final = 64 * 1024


def shown(url: str) -> str:
    """An address as messages show it: without user, password and query, which may let somebody in."""
    head, separator, rest = url.partition("://")
    address, mark, _ = rest.partition("?")
    host, slash, path = address.partition("#")[0].partition("/")
    _, at, name = host.rpartition("@")
    return f"{head}{separator}{'***@' if at else ''}{name}{slash}{path}{'?***' if mark else ''}"


def download(url: str, timeout: float) -> bytes | None:
    """What lies at an https address; None where the server says that nothing does (404).

    The system's proxies and certificates are used. `timeout` is how many seconds the server may keep
    silent, and how many the whole file may take once it has answered.

    Raises:
        linter.errors.Unreadable: it is no https address, leads to one that is none, or cannot be had in full.
    """
    from http.client import HTTPException, InvalidURL  # noqa: PLC0415  all that urllib needs costs more than a lint
    from urllib.error import HTTPError, URLError  # noqa: PLC0415  the same

    try:
        with _opener(url).open(_request(url), timeout=timeout) as response:
            return _body(response, url, timeout)
    except HTTPError as error:
        with error:
            if error.code == 404:
                return None
            if 300 <= error.code < 400:
                raise Unreadable(shown(url), "redirects in a circle, or to where no https leads") from None
            raise Unreadable(shown(url), f"the server answers {error.code} {error.reason}".rstrip()) from None
    except TimeoutError:
        raise Unreadable(shown(url), _late(timeout)) from None
    except URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise Unreadable(shown(url), _late(timeout)) from None
        raise Unreadable(shown(url), f"cannot be downloaded: {_reason(error.reason)}") from None
    except (InvalidURL, ValueError):
        raise Unreadable(shown(url), "this is no address that can be asked") from None
    except (OSError, HTTPException) as error:
        raise Unreadable(shown(url), f"cannot be downloaded: {_reason(error)}") from None


def _late(timeout: float) -> str:
    return f"the server did not deliver within {timeout:g} seconds (--timeout)"


def _reason(error: object) -> str:
    """What went wrong: the error's own words, or its name where it has none or repeats the address."""
    verified = getattr(error, "verify_message", "")
    if verified:
        return f"the certificate is not trusted: {verified}"
    return getattr(error, "strerror", None) or type(error).__name__


def _request(url: str) -> Any:
    """The request for an address whose user and password, if any, go into a header of their own."""
    from urllib.parse import quote, unquote, urlsplit, urlunsplit  # noqa: PLC0415  heavy, as above
    from urllib.request import Request  # noqa: PLC0415  the same

    parts = urlsplit(url)
    if parts.scheme != "https":
        raise Unreadable(shown(url), "only https addresses are downloaded")
    if not parts.hostname:
        raise Unreadable(shown(url), "names no server")
    user, at, host = parts.netloc.rpartition("@")
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    request = Request(  # noqa: S310  https, as seen above
        urlunsplit(("https", host, path, query, "")), headers={"User-Agent": f"entralint/{__version__}"}
    )
    if at:
        from base64 import b64encode  # noqa: PLC0415  few addresses name a user

        # Not to be sent to whomever the server redirects to.
        request.add_unredirected_header(
            "Authorization", f"Basic {b64encode(unquote(user).encode()).decode()}"
        )
    return request


def _opener(url: str) -> Any:
    """An opener for https alone: no other scheme has a handler."""
    from urllib import request  # noqa: PLC0415  heavy, as above

    class Redirects(request.HTTPRedirectHandler):
        """Follows a redirect to https, and no other."""

        def redirect_request(self, *asked: Any) -> Any:
            newurl: str = asked[-1]
            if not newurl.lower().startswith("https://"):
                asked[1].close()
                raise Unreadable(shown(url), f"redirects to {shown(newurl)}, and only https is followed")
            return super().redirect_request(*asked)

    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPSHandler(),
        Redirects(),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
        request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _body(response: HTTPResponse, url: str, timeout: float) -> bytes:
    import time  # noqa: PLC0415  beside the network this is nothing

    deadline = time.monotonic() + timeout
    too_large = Unreadable(shown(url), f"larger than the limit of {MAX_BYTES} bytes")
    if (response.length or 0) > MAX_BYTES:
        raise too_large
    pieces: list[bytes] = []
    size = 0
    # One piece as it arrives: a server that sends a byte now and then never lets `read` return.
    while piece := response.read1(_PIECE):
        size += len(piece)
        if size > MAX_BYTES:
            raise too_large
        if time.monotonic() > deadline:
            raise Unreadable(shown(url), _late(timeout))
        pieces.append(piece)
    if response.length:
        raise Unreadable(shown(url), f"ends {response.length} bytes early")
    return b"".join(pieces)
