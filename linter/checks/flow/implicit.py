"""Tokens from the authorisation endpoint: whether they are switched on, and how they are renewed.

Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-implicit-grant-flow
"""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.entra import Entra
from linter.finding import Edit, Hit, Related, Unknown
from linter.model import Application, Flow, place
from linter.sign_in.authority import at_entra, directory, unnumbered
from linter.wording import verb


def id_token_implicit_disabled(
    application: Application, flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """An ID token is asked for at sign-in, and the switch for it is off (AADSTS700054)."""
    yield from _switched_off(application, flows, entra, "id_token", "enable_id_token_issuance", "an ID token")


def access_token_implicit_disabled(
    application: Application, flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """An access token is asked for at sign-in, and the switch for it is off (AADSTS700051)."""
    yield from _switched_off(
        application, flows, entra, "token", "enable_access_token_issuance", "an access token"
    )


def implicit_silent_renewal(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """Implicit tokens are renewed in a hidden frame, without the cookies that browsers block."""
    for flow in flows:
        if flow.type != "implicit" or directory(flow, entra) == "own-domain":
            continue  # the cookies of one's own domain are no third party's
        if flow.prompt is None:
            yield Unknown("flow.prompt")
        elif flow.prompt == "none":
            yield Hit(
                subject.of_flow(flow, "prompt"),
                place(flow, "prompt"),
                f"`{flow.name}` renews its tokens in a hidden frame, "
                "and browsers block the cookies of the sign-in there",
                (Related(place(flow, "type"), "no refresh token comes with it"),),
                unnumbered((flow,), entra),
            )


_NAMES = {
    "enable_id_token_issuance": "enableIdTokenIssuance",
    "enable_access_token_issuance": "enableAccessTokenIssuance",
}


def _switched_off(
    application: Application, flows: tuple[Flow, ...], entra: Entra, response: str, field: str, token: str
) -> Iterator[Hit | Unknown]:
    web = application.web
    switch: bool | None = None if web is None else getattr(web, field)
    if switch:
        return
    users = []
    for flow in at_entra(flows):
        if flow.response_type is None and flow.type == "implicit":
            yield Unknown("flow.response_type")
        elif response in (flow.response_type or "").split():
            users.append(flow)
    if not users:
        return
    if web is None or switch is None:
        yield Unknown("application.web")
        return
    at = place(web, field)
    yield Hit(
        f"web.implicitGrantSettings.{_NAMES[field]}",
        at,
        f"`{subject.as_written(web, field, _NAMES[field])}` is false, and {verb(users, 'asks', 'ask')} "
        f"for {token} at sign-in",
        tuple(_asks(flow) for flow in users),
        unnumbered(users, entra),
        edits=(Edit("replace", at, value=True),),
        safe=False,  # tokens then pass through the browser's address bar
    )


def _asks(flow: Flow) -> Related:
    written = "response_type" in flow.places
    return Related(
        place(flow, "response_type" if written else "type"), f"`{flow.name}` asks for {flow.response_type}"
    )
