"""Redirect URIs: whether the service accepts them, and whether a flow comes back to one of them."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.entra import Entra
from linter.finding import Edit, Hit, Predicts, Related, Unknown
from linter.model import Application, Flow, Grants, Inventory, Text, place
from linter.placeholder import has_placeholder, is_placeholder
from linter.registration import redirects, sizes
from linter.registration.clients import CODE_FLOWS
from linter.registration.limits import admits_personal, audience_of, beyond, may_admit_personal, over
from linter.registration.redirects import (
    IPV6_LOOPBACK,
    LOOPBACK,
    PLATFORMS,
    Registered,
    parsed,
    plain,
    registered,
)
from linter.registration.saml import signs_in_by_saml
from linter.sign_in.audience import admitted
from linter.sign_in.authority import serves_customers
from linter.typed import Final

_REDIRECTED: Final = (*CODE_FLOWS, "implicit")

# What every URI is made of: only one with anything else is worth a look at the table.
_USUAL: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@%&=+*")


# --- what the directory refuses to save -------------------------------------------------------


def not_https(application: Application, inventory: Inventory | None = None) -> Iterator[Hit | Unknown]:
    """`http` is for the machine's own address only (reply-url, "Supported schemes")."""
    yield from redirects.unstated(application)
    for _, uri in registered(application):
        if uri.value[:6].lower() == "https:":
            continue
        parts = parsed(uri.value)
        # `[::1]` is loopback too; that the service does not take it is another fault.
        if parts.scheme == "http" and parts.host and parts.host not in (*LOOPBACK, IPV6_LOOPBACK):
            yield Hit(
                subject.of_redirect(uri.value),
                uri.at,
                f"`{uri.value}` is not https, and only localhost may do without",
                edits=_to_https(uri, application, complete=inventory is not None and inventory.complete),
                safe=False,  # whether the page answers over https, no file says
            )


def wildcard(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """A `*` sends codes and tokens to addresses that nobody listed; personal accounts exclude it."""
    yield from redirects.unstated(application)
    for _, uri in registered(application):
        if "*" not in uri.value or is_placeholder(uri.value):
            continue
        row = audience_of(application, entra)
        if isinstance(row, Unknown):
            yield row
            row = None
        if row is not None and not row.redirect_uri_wildcard:
            yield Hit(
                subject.of_redirect(uri.value),
                uri.at,
                f"`{uri.value}` has a wildcard, which is refused where personal accounts sign in",
                admits_personal(application),
                confidence=row.confidence,
            )
        elif redirects.parsed(uri.value).host not in redirects.LOOPBACK:  # what fits is the same machine
            yield Hit(
                subject.of_redirect(uri.value),
                uri.at,
                f"`{uri.value}` has a wildcard, so tokens go to every address that fits it",
                predicts=Predicts(),  # it works, and that is the fault
                severity="warning",
            )


def too_many(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """More redirect URIs than the audience allows, of all platforms together."""
    yield from redirects.unstated(application)
    yield from beyond(application, entra, sizes.redirect_uris(application, entra))


def too_long(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """A redirect URI is longer than the directory takes."""
    yield from redirects.unstated(application)
    yield from beyond(application, entra, sizes.redirect_uri_lengths(application, entra))


def query_string_personal(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """A query string where personal accounts sign in (reply-url, "Query parameter support")."""
    if not may_admit_personal(application, entra):
        return
    yield from redirects.unstated(application)
    found = [uri for _, uri in registered(application) if "?" in uri.value and parsed(uri.value).query]
    if not found:
        return
    row = audience_of(application, entra)
    if isinstance(row, Unknown):
        yield row
    elif row is not None and not row.redirect_uri_query:
        for uri in found:
            yield Hit(
                subject.of_redirect(uri.value),
                uri.at,
                f"`{uri.value}` has a query string, which is refused where personal accounts sign in",
                admits_personal(application),
                confidence=row.confidence,
                edits=_instead(uri, uri.value.partition("?")[0], application),
                safe=False,  # the client must send the same
            )


def special_character(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """A character that redirect URIs do not support; in a placeholder it is none of the URI's."""
    yield from redirects.unstated(application)
    for _, uri in registered(application):
        if _USUAL.issuperset(uri.value) or has_placeholder(uri.value):
            continue
        found = [sign for sign in dict.fromkeys(uri.value) if sign in entra.redirect_characters]
        if found:
            yield Hit(
                subject.of_redirect(uri.value),
                uri.at,
                f"`{uri.value}` holds `{' '.join(found)}`, which redirect URIs do not support",
            )


def on_two_platforms(application: Application) -> Iterator[Hit | Unknown]:
    """One redirect URI under two platforms ("Redirect URIs must have distinct values")."""
    yield from redirects.unstated(application)
    first: dict[str, Registered] = {}
    for entry in registered(application):
        earlier = first.setdefault(entry.uri.value, entry)
        if earlier.platform != entry.platform:
            yield Hit(
                subject.of_redirect(entry.uri.value),
                entry.uri.at,
                f"`{entry.uri.value}` is registered under `{entry.platform}` and under `{earlier.platform}`",
                (Related(earlier.uri.at, f"under {earlier.platform}"),),
            )


def logout_url_invalid(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """The front-channel logout URL is http, too long, or has a wildcard where personal accounts sign in."""
    if application.web is None:
        yield Unknown("application.web")
        return
    url = application.web.logout_url
    if url is None or not url.value or is_placeholder(url.value):
        return
    if url.value.lower().startswith("http://"):
        yield _logout(
            url,
            "is not https, and here localhost may not do without either",
            edits=(Edit("replace", url.at, "https" + url.value[len("http") :]),),
        )
        return
    if "*" in url.value:
        row = audience_of(application, entra)
        if isinstance(row, Unknown):
            yield row
        elif row is not None and row.personal:
            related = admits_personal(application)
            yield _logout(url, "has a wildcard, which is refused where personal accounts sign in", related)
    if not has_placeholder(url.value):
        for found in over(application, entra, "max_logout_url_length", len(url.value)):
            if isinstance(found, Unknown):
                yield found
            else:
                yield _logout(url, f"has {len(url.value)} characters, and {found.words}", found.related)


# --- what does not do what it looks like ------------------------------------------------------


def localhost_port_duplicates(application: Application) -> Iterator[Hit | Unknown]:
    """Loopback addresses on two platforms that differ in their port, which does not count."""
    yield from redirects.unstated(application)
    first: dict[redirects.Redirect, Registered] = {}
    for entry in registered(application):
        if "localhost" not in entry.uri.value and "127.0.0.1" not in entry.uri.value:
            continue
        parts = plain(entry.uri.value)
        if not parts.is_web or parts.host not in LOOPBACK:
            continue
        earlier = first.setdefault(parts, entry)
        if earlier.platform != entry.platform and earlier.uri.value != entry.uri.value:
            yield Hit(
                subject.of_redirect(entry.uri.value),
                entry.uri.at,
                f"`{entry.uri.value}` under `{entry.platform}` and `{earlier.uri.value}` under "
                f"`{earlier.platform}` are the same to the service, which ignores the port",
                (Related(earlier.uri.at, f"under {earlier.platform}"),),
            )


def loopback_forms(application: Application) -> Iterator[Hit | Unknown]:
    """The IPv6 loopback address, which the service does not support (reply-url, "Localhost exceptions")."""
    yield from redirects.unstated(application)
    for _, uri in registered(application):
        if IPV6_LOOPBACK in uri.value and parsed(uri.value).host == IPV6_LOOPBACK:
            yield Hit(
                subject.of_redirect(uri.value),
                uri.at,
                f"`{uri.value}` is the IPv6 loopback address, which is not supported",
                edits=_instead(uri, uri.value.replace(IPV6_LOOPBACK, "127.0.0.1", 1), application),
                safe=False,  # the client must send the same
            )


def on_service_principal(application: Application, grants: Grants) -> Iterator[Hit | Unknown]:
    """The service principal has redirect URIs that the registration lacks: the next sync may drop them."""
    principal = grants.service_principal
    if principal is None or principal.reply_urls is None:
        if not grants.service_principal_absent:
            yield Unknown("grants.service_principal")
        return
    if signs_in_by_saml(application, grants):
        return  # its addresses are kept there
    own = redirects.values(application)
    further = [uri for uri in principal.reply_urls if uri.value not in own]
    if not further:
        return
    open_ = list(redirects.unstated(application))
    yield from open_
    for uri in further if not open_ else ():
        yield Hit(
            subject.of_redirect(uri.value),
            uri.at,
            f"`{uri.value}` is on the service principal only, where the next change may drop it",
            edits=_register_where_all_are(application, uri.value),
            safe=False,  # where tokens are sent is for a person to confirm
        )


# --- what flows come back to ------------------------------------------------------------------


def not_registered(
    application: Application, flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """A flow comes back to an address that is not registered (AADSTS50011).

    An app, or the platform of a code flow, without any address is `flow/auth-code-without-redirect`'s.
    """
    entries = registered(application)
    none = not entries and not redirects.unstated(application)
    row = admitted(application, entra) if any("*" in entry.uri.value for entry in entries) else None
    wildcards = row is None or row.redirect_uri_wildcard
    for flow in flows:
        if flow.type not in _REDIRECTED or (none and flow.type in CODE_FLOWS):
            continue
        sent = flow.redirect_uri
        if sent is None:
            yield Unknown("flow.redirect_uri")
        elif not any(redirects.takes(entry.uri.value, sent, wildcards=wildcards) for entry in entries):
            yield from _unregistered(flow, sent, application, entries, entra)


def _unregistered(
    flow: Flow, sent: str, application: Application, entries: tuple[Registered, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    if has_placeholder(sent):
        yield Unknown("flow.redirect_uri")
        return
    open_ = [*redirects.unstated(application)]
    open_ += [
        Unknown(f"application.{PLATFORMS[entry.platform]}")
        for entry in entries
        if has_placeholder(entry.uri.value)
    ]
    if open_:
        yield from open_
        return
    variant = entra.flow(flow.type, flow.platform)
    platforms = variant.redirects if variant is not None else tuple(PLATFORMS)
    if flow.type in CODE_FLOWS and not any(redirects.listed(application, name) for name in platforms):
        return
    near = next((entry for entry in entries if _alike(entry.uri.value, sent)), None)
    hint = f"; `{near.uri.value}` is" if near is not None else ""
    edits: tuple[Edit, ...] = ()
    if len(platforms) == 1:
        platform = getattr(application, PLATFORMS[platforms[0]])
        edits = redirects.registering(platform, platforms[0], (sent,))
    yield Hit(
        subject.of_flow(flow, "redirect_uri"),
        place(flow, "redirect_uri"),
        f"`{flow.name}` comes back to `{sent}`, which is not registered{hint}",
        (Related(near.uri.at, "registered like this"),) if near is not None else (),
        # Customer directories refuse likewise, and number their errors in their own way.
        predicts=Predicts(400) if serves_customers(flow, entra) else None,
        edits=edits,
        safe=False,  # where tokens are sent is for a person to confirm
    )


def _alike(one: str, other: str) -> bool:
    """Whether two addresses differ in little that the service distinguishes: case and a final slash."""
    return one.lower().rstrip("/") == other.lower().rstrip("/")


# --- changes ----------------------------------------------------------------------------------


def _to_https(uri: Text, application: Application, *, complete: bool) -> tuple[Edit, ...]:
    """The same address over https; where that is registered too, this one goes if all calls are known."""
    secure = "https" + uri.value.strip()[len("http") :]
    return _instead(uri, secure, application) or ((redirects.removing(uri),) if complete else ())


def _instead(uri: Text, other: str, application: Application) -> tuple[Edit, ...]:
    """The edit that writes another address in the place of one; none where that is registered already."""
    if other in redirects.values(application):
        return ()
    return (Edit("replace", uri.at, other),)


def _register_where_all_are(application: Application, uri: str) -> tuple[Edit, ...]:
    """The edits that register an address on the one platform that has any; none where several have."""
    used = [name for name in PLATFORMS if redirects.listed(application, name)]
    if len(used) != 1:
        return ()
    return redirects.registering(getattr(application, PLATFORMS[used[0]]), used[0], (uri,))


def _logout(url: Text, words: str, related: tuple[Related, ...] = (), edits: tuple[Edit, ...] = ()) -> Hit:
    message = f"the logout URL `{sizes.shortened(url.value)}` {words}"
    # Whether the page answers over https, no file says.
    return Hit("web.logoutUrl", url.at, message, related, edits=edits, safe=False)
