"""Code flows: whether there is a redirect URI to come back to, under the platform that redeems the code.

Sources: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow and
https://learn.microsoft.com/entra/identity-platform/reply-url
"""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.entra import Entra
from linter.finding import Edit, Hit, Predicts, Related, Unknown
from linter.model import Application, Flow, Platform, TokenRequest, place
from linter.placeholder import has_placeholder
from linter.registration.clients import (
    CODE_FLOWS,
    SERVERS,
    Misplaced,
    is_registered,
    misplaced,
    move,
    variant,
)
from linter.registration.credentials import sends_one
from linter.registration.redirects import PLATFORMS, Redirect, listed, parsed, registering
from linter.sign_in.authority import at_entra, is_organisations, is_same_tenant, is_tenantless, unnumbered
from linter.typed import TYPE_CHECKING, Final
from linter.wording import uses, verb

if TYPE_CHECKING:
    from linter.tenant import Tenant

# Platforms of the registration under which no browser's redirect URI lies.
_NO_BROWSERS: Final = ("web", "publicClient")


def auth_code_without_redirect(
    application: Application, flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """A code flow has no redirect URI to come back to (AADSTS500113, AADSTS50011)."""
    registered = {name: listed(application, name) for name in PLATFORMS}
    none_at_all = all(uris == () for uris in registered.values())
    lacking: dict[str, list[Flow]] = {}
    for flow in at_entra(flows):
        if flow.type not in CODE_FLOWS:
            continue
        kind = variant(flow, application, entra)
        if kind is None and all(registered.values()):
            continue  # whichever it is, there is one
        if kind is None and not none_at_all:
            yield Unknown("flow.platform")
            continue
        name: str = kind.redirects[0] if kind else ""
        uris = registered.get(name, ())
        if uris is None:
            yield Unknown(f"application.{PLATFORMS[name]}")
        elif not uris and not is_registered(flow, application, PLATFORMS):
            lacking.setdefault(name, []).append(flow)
    for name, users in lacking.items():
        hit = _without_redirect(application, name, users, none_at_all)
        yield hit._replace(predicts=unnumbered(users, entra) or hit.predicts)


def spa_uri_registered_as_web(
    application: Application, flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """A browser redeems its code, and its redirect URI is a server's (AADSTS9002326)."""
    for found in misplaced(filter(_may_be_browser, at_entra(flows)), application, "web"):
        if isinstance(found, Unknown):
            yield found
        else:
            yield _under_wrong_platform(
                found,
                f"`{found.uri.value}` is registered under `web`, and "
                f"{verb(found.users, 'redeems its', 'redeem their')} code in the browser",
                move(found, application, "spa", flows),
                entra,
            )


def server_uri_registered_as_spa(
    application: Application, flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """A code is redeemed outside a browser, and its redirect URI is a browser's (AADSTS9002327)."""
    others = (flow for flow in at_entra(flows) if flow.type in CODE_FLOWS and flow.platform != "spa")
    for found in misplaced(others, application, "spa"):
        if isinstance(found, Unknown):
            yield found
            continue
        servers = [flow.platform in SERVERS for flow in found.users]
        right = "web" if all(servers) else "" if any(servers) else "publicClient"
        yield _under_wrong_platform(
            found,
            f"`{found.uri.value}` is registered under `spa`, and "
            f"{verb(found.users, 'redeems its', 'redeem their')} code outside a browser",
            move(found, application, right, flows) if right else (),
            entra,
        )


def spa_without_pkce(
    flows: tuple[Flow, ...], entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """A browser redeems its code without the code challenge that is required there (AADSTS9002325).

    A flow that comes back to a server's or a device's redirect URI is none of a browser.
    """
    for flow in at_entra(flows):
        if flow.pkce or not _may_be_browser(flow):
            continue
        if flow.platform is None and is_registered(flow, application, _NO_BROWSERS):
            continue
        if flow.pkce is None:
            yield Unknown("flow.pkce")
        elif flow.platform is None:
            yield Unknown("flow.platform")
        else:
            yield Hit(
                subject.of_flow(flow, "pkce"),
                place(flow, "pkce"),
                f"`{flow.name}` redeems its code in the browser and sends no code challenge",
                (Related(place(flow, "platform"), "a single-page app"),),
                unnumbered((flow,), entra),
            )


def token_request_differs(
    flows: tuple[Flow, ...], entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """A code is redeemed with another redirect URI, or in another tenant, than it was asked for."""
    for flow in flows:
        if flow.type not in CODE_FLOWS or flow.token_request is None:
            continue
        yield from _other_redirect(flow, flow.token_request, entra)
        if is_organisations(flow, entra):
            yield from _other_tenant(flow, flow.token_request, tenant)


# --- platforms --------------------------------------------------------------------------------


def _may_be_browser(flow: Flow) -> bool:
    """Whether the code may be redeemed in a browser, from where no credential is sent."""
    if flow.type != "authorization_code":
        return False
    return flow.platform == "spa" or (flow.platform is None and not sends_one(flow))


def _without_redirect(application: Application, name: str, users: list[Flow], none_at_all: bool) -> Hit:
    platform: Platform | None = getattr(application, PLATFORMS[name]) if name else None
    where = f" under `{name}`" if name and not none_at_all else ""
    return Hit(
        subject=f"{name}.redirectUris" if name else "redirectUris",
        at=platform.at if platform else application.at,
        message=f"no redirect URI is registered{where}, which {verb(users, 'needs', 'need')}",
        related=tuple(_comes_back(flow) for flow in users),
        predicts=Predicts(aadsts=(500113,) if none_at_all else (50011,)),
        confidence="high" if none_at_all else "medium",
        edits=_register(platform, name, users) if platform else (),
        safe=False,  # where tokens are sent is for a person to confirm
    )


def _register(platform: Platform, name: str, users: list[Flow]) -> tuple[Edit, ...]:
    """The edits that register where flows come back to; none where one of them does not say."""
    uris = list(dict.fromkeys(flow.redirect_uri for flow in users if flow.redirect_uri is not None))
    if any(flow.redirect_uri is None for flow in users) or any(map(has_placeholder, uris)):
        return ()
    return registering(platform, name, uris)


def _under_wrong_platform(found: Misplaced, message: str, edits: tuple[Edit, ...], entra: Entra) -> Hit:
    return Hit(
        subject.of_redirect(found.uri.value),
        found.uri.at,
        message,
        tuple(_comes_back(flow) for flow in found.users),
        unnumbered(found.users, entra),
        edits=edits,
        safe=False,  # who else comes back there, no file says
    )


def _comes_back(flow: Flow) -> Related:
    if flow.redirect_uri is None:
        return uses(flow)
    return Related(place(flow, "redirect_uri"), f"`{flow.name}` comes back here")


# --- the token request ------------------------------------------------------------------------


def _other_redirect(flow: Flow, request: TokenRequest, entra: Entra) -> Iterator[Hit | Unknown]:
    if request.redirect_uri is None:
        return
    if flow.redirect_uri is None:
        yield Unknown("flow.redirect_uri")
    elif request.redirect_uri == flow.redirect_uri:
        return
    elif has_placeholder(request.redirect_uri) or has_placeholder(flow.redirect_uri):
        yield Unknown("flow.redirect_uri")
    elif _address(request.redirect_uri) != _address(flow.redirect_uri):
        yield Hit(
            subject.of_flow(flow, "token_request"),
            request.at.child("redirect_uri"),
            f"`{flow.name}` redeems its code with `{request.redirect_uri}`, and asked for it with "
            f"`{flow.redirect_uri}`",
            (Related(place(flow, "redirect_uri"), "asks for the code"),),
            unnumbered((flow,), entra) or Predicts(400, None, (500112,)),
        )


def _address(uri: str) -> Redirect:
    """A redirect URI but for the case of its host and a slash that is the whole path."""
    parts = parsed(uri)
    return parts._replace(path="") if parts.path == "/" else parts


def _other_tenant(flow: Flow, request: TokenRequest, tenant: Tenant | None) -> Iterator[Hit | Unknown]:
    if request.tenant is None or is_tenantless(request.tenant):
        return
    if flow.tenant is None:
        yield Unknown("flow.tenant")
        return
    anywhere = is_tenantless(flow.tenant)
    same = False if anywhere else is_same_tenant(request.tenant, flow.tenant, tenant)
    if same is None:
        unsure = has_placeholder(request.tenant) or has_placeholder(flow.tenant)
        yield Unknown("flow.tenant" if unsure else "tenant.organization")
    elif not same:
        yield Hit(
            subject.of_flow(flow, "token_request"),
            request.at.child("tenant"),
            f"`{flow.name}` redeems its code in `{request.tenant}`, and users sign in at `{flow.tenant}`"
            + (", so that only that tenant's own get a token" if anywhere else ""),
            (Related(place(flow, "tenant"), "asks for the code"),),
            Predicts(400, None, (700005,)),
            severity="warning" if anywhere else None,
            confidence="medium",
        )
