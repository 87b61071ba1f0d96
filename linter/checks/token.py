"""Tokens: whether a call has one, of the right kind, that lasts and is asked for in the right way."""

from collections.abc import Iterator

from linter import subject
from linter.catalog.match import parse_url
from linter.catalog.records import GRAPH
from linter.entra import Entra
from linter.entra.records import Resource
from linter.entra.scopes import split_scope
from linter.finding import Hit, Predicts, Related, Unknown
from linter.ladder import is_graph_call
from linter.model import Application, Call, Flow, place
from linter.placeholder import is_placeholder
from linter.request.destination import carries_own_right
from linter.request.sent import EXCHANGE, SHAREPOINT
from linter.sign_in.asked import Asked, asked_for, asks_by_scope
from linter.sign_in.audience import compared, is_own, token_audiences
from linter.sign_in.authority import is_ad_fs, serves_customers
from linter.typed import Literal
from linter.wording import gets


def missing_bearer_token(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """A call of an API that wants a token is made without one (resolve-auth-errors, 401)."""
    for flow in flows:
        if flow.type != "none":
            continue
        for call in flow.calls:
            if _is_open(call) or carries_own_right(call):
                continue
            api = _api(call, entra)
            if api is None:
                yield Unknown("catalog.resources")
            elif api.authorises == "roles" and not _is_public(call, api):
                yield Hit(
                    subject.of_call(flow, call),
                    call.at,
                    f"`{flow.name}` gets no token, and {api.name} answers nobody without one",
                    (Related(place(flow, "type"), "no token"),),
                    predicts=None if is_graph_call(call, entra) else Predicts(401),
                )


def refresh_needs_offline_access(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """A hand-written v2.0 client that must go on without its user gets no refresh token (scopes-oidc)."""
    for flow in flows:
        if flow.endpoint == "v1" or is_ad_fs(flow) or not _may_get_refresh_token(flow, entra):
            continue
        conditions = {
            "flow.unattended_hours": None if flow.unattended_hours is None else flow.unattended_hours > 1,
            "flow.library": _sends_as_written(flow, entra),
            "flow.scopes": _lacks_offline_access(flow),
        }
        if False in conditions.values():
            continue
        unknown = [field for field, met in conditions.items() if met is None]
        yield from map(Unknown, unknown)
        if not unknown:
            yield Hit(
                subject.of_flow(flow, "scopes"),
                place(flow, "scopes"),
                f"`{flow.name}` must go on for {flow.unattended_hours:g} hours without its user, "
                "and does not ask for offline_access",
                (
                    Related(place(flow, "unattended_hours"), "longer than an access token lasts"),
                    Related(place(flow, "library"), "adds no scope by itself"),
                ),
            )


def adal_library(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """The client library is ADAL or built on it, which has no support (msal-migration)."""
    for flow in flows:
        if flow.type == "none" or is_ad_fs(flow):
            continue
        if flow.library is None or is_placeholder(flow.library):
            yield Unknown("flow.library")
        elif entra.library_kind(flow.library) == "adal":
            yield Hit(
                subject.of_flow(flow, "library"),
                place(flow, "library"),
                f"`{flow.name}` gets its token with `{flow.library}`, which is ADAL and no longer supported",
            )


def id_token_as_access_token(
    flows: tuple[Flow, ...], entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """An ID token is sent as bearer token: its audience is the app itself, not the API (id-tokens)."""
    for flow in flows:
        if flow.token != "id_token":
            continue
        calls = [(call, _api(call, entra)) for call in flow.every_call()]
        known = next(((call, api) for call, api in calls if api is not None), None)
        if known is not None:
            call, api = known
            yield Hit(
                subject.of_flow(flow, "token"),
                place(flow, "token"),
                f"`{flow.name}` sends an ID token, and {api.name} takes access tokens only",
                (Related(call.at, "called with it"),),
            )
        elif calls and not all(is_own(application, one) for one in token_audiences(flow) or ("",)):
            # Its own API may take its ID tokens on purpose; who else answers there is not known.
            yield Unknown("catalog.resources")


def v1_v2_parameter_mix(
    flows: tuple[Flow, ...], entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """`resource` goes to the v2.0 endpoint, or `scope` alone to v1.0 (AADSTS901002, AADSTS900144).

    Libraries translate. So it counts only where the endpoint is written or the request is hand-written.
    """
    for flow in flows:
        if flow.type in ("none", "managed_identity") or is_ad_fs(flow) or serves_customers(flow, entra):
            continue
        as_written = _sends_as_written(flow, entra)
        if as_written is False:
            continue
        if flow.endpoint == "v1":
            yield from _on_v1(flow)
        elif flow.resource is None:
            yield from (Unknown("flow.scopes"),) if flow.scopes is None else ()
        elif flow.endpoint is None and not as_written:
            yield Unknown("flow.endpoint")
        elif asked := asked_for(flow):
            yield from _beside_scopes(flow, asked, flow.resource, application, entra)
        else:
            yield Hit(
                subject.of_flow(flow, "resource"),
                place(flow, "resource"),
                f"`{flow.name}` sends `resource` to the v2.0 endpoint, which takes `scope`",
                _why_as_written(flow),
            )


def _beside_scopes(
    flow: Flow, asked: list[Asked], resource: str, application: Application | None, entra: Entra
) -> Iterator[Hit | Unknown]:
    """The v2.0 endpoint takes a `resource` that is the scopes' API, and refuses any other."""
    audiences = [one.audience or GRAPH for one in asked if not one.is_opaque]
    same = [_is_same_api(resource, audience, application, entra) for audience in audiences]
    if True in same:
        return
    if None in same or not same:
        yield Unknown("catalog.resources" if same else "flow.scopes")
        return
    yield Hit(
        subject.of_flow(flow, "resource"),
        place(flow, "resource"),
        f"`{flow.name}` sends a `resource` to the v2.0 endpoint that is not the API of its scopes",
        (Related(place(flow, "scopes"), "for another API"), *_why_as_written(flow)),
        Predicts(400, "invalid_target", (9010010, 901002)),
        confidence="medium",
    )


def _is_same_api(one: str, other: str, application: Application | None, entra: Entra) -> bool | None:
    """Whether two audiences are one API's; None where nobody tells, as of two that are somebody's."""
    if compared(one) == compared(other):
        return True
    apis = [entra.resource_of_audience(one), entra.resource_of_audience(other)]
    if any(apis):
        return apis[0] == apis[1]
    own = [is_own(application, one), is_own(application, other)]
    if own == [True, True]:
        return True
    return False if True in own and False in own else None


def _on_v1(flow: Flow) -> Iterator[Hit | Unknown]:
    if flow.resource is not None:
        return
    if flow.scopes is None:
        yield Unknown("flow.resource")
        return
    # Signing in without a token for an API is legal there.
    if any(not is_placeholder(text.value) and not split_scope(text.value).oidc for text in flow.scopes):
        yield Hit(
            subject.of_flow(flow, "scopes"),
            place(flow, "scopes"),
            f"`{flow.name}` sends only `scope` to the v1.0 endpoint, which takes `resource`",
            _why_as_written(flow),
            predicts=Predicts(400, None, (900144,)),
        )


def static_token_reuse(flows: tuple[Flow, ...]) -> Iterator[Hit]:
    """One token is sent for ever: fetched once, pasted, or read from the environment (resolve-auth-errors).

    A script that is done within the hour may do so.
    """
    for flow in flows:
        hours = flow.unattended_hours
        if flow.token != "static" or (hours is not None and 0 < hours <= 1):
            continue
        lasts = hours is not None and hours > 1
        yield Hit(
            subject.of_flow(flow, "token"),
            place(flow, "token"),
            f"`{flow.name}` must go on for {hours:g} hours with a token that is never renewed"
            if lasts
            else f"`{flow.name}` sends a token that is never renewed",
            (Related(place(flow, "unattended_hours"), "longer than an access token lasts"),) if lasts else (),
            severity=None if lasts else "note",
        )


def spa_refresh_token_for_unattended_work(
    flows: tuple[Flow, ...], entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """Work that outlasts the refresh token of a single-page app, which no use prolongs (AADSTS700084)."""
    for flow in flows:
        if flow.type not in ("authorization_code", "refresh_token") or is_ad_fs(flow):
            continue
        browser = entra.flow("authorization_code", "spa")
        limit = browser.refresh_token_hours if browser else None
        if limit is None or (flow.unattended_hours is not None and flow.unattended_hours <= limit):
            continue
        in_browser = _comes_back_to_browser(flow, application)
        if in_browser is False:
            continue
        if in_browser is None:
            yield Unknown("flow.redirect_uri" if flow.redirect_uri is None else "application.spa")
        if flow.unattended_hours is None:
            yield Unknown("flow.unattended_hours")
        elif in_browser is not None:
            yield Hit(
                subject.of_flow(flow, "unattended_hours"),
                place(flow, "unattended_hours"),
                f"`{flow.name}` must go on for {flow.unattended_hours:g} hours without its user, "
                f"and the refresh token of a single-page app ends after {limit}",
                (in_browser,),
            )


def handwritten_token_acquisition(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """The app builds its token requests itself, where a library would renew, cache and answer challenges.

    A managed identity is asked at an address of its host, and without anything to keep.
    """
    for flow in flows:
        if flow.type in ("none", "managed_identity") or is_ad_fs(flow):
            continue
        if flow.library is None or is_placeholder(flow.library):
            yield Unknown("flow.library")
        elif entra.library_kind(flow.library) == "raw":
            yield Hit(
                subject.of_flow(flow, "library"),
                place(flow, "library"),
                f"`{flow.name}` builds its token requests itself, with `{flow.library}`",
            )


def refresh_token_expected_from_client_credentials(
    flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """A refresh token is asked for beside an app-only token (v2-oauth2-client-creds-grant-flow).

    The request is answered, without one. MSAL asks that way by itself, and expects none.
    """
    for flow in filter(asks_by_scope, flows):
        if flow.access != "application" or is_ad_fs(flow):
            continue
        if flow.library is not None and entra.library_kind(flow.library) == "msal":
            continue
        if flow.scopes is None:
            yield Unknown("flow.scopes")
            continue
        asked = next((text for text in flow.scopes if _is_offline_access(text.value)), None)
        if asked is not None:
            yield Hit(
                subject.of_flow(flow, "scope offline_access"),
                asked.at,
                f"`{flow.name}` asks for a refresh token, which no app-only token comes with",
                (gets(flow),),
            )
        elif any(is_placeholder(text.value) for text in flow.scopes):
            yield Unknown("flow.scopes")


def aadsts_code_branching(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """Numbers and texts of errors decide what the client does (reference-error-codes).

    Azure AD B2C asks for it: there a number says that the user wants a new password.
    """
    for flow in flows:
        if flow.type == "none" or is_ad_fs(flow) or serves_customers(flow, entra):
            continue
        if flow.parses_aadsts is None:
            yield Unknown("flow.parses_aadsts")
        elif flow.parses_aadsts:
            yield Hit(
                subject.of_flow(flow, "parses_aadsts"),
                place(flow, "parses_aadsts"),
                f"`{flow.name}` decides by AADSTS numbers or texts, which change without notice",
            )


# --- APIs and addresses -----------------------------------------------------------------------


def _api(call: Call, entra: Entra) -> Resource | None:
    """Microsoft's API that the call goes to; None for a host that nobody knows."""
    if _is_open(call):
        return None
    if is_graph_call(call, entra):
        return entra.resource(GRAPH)
    return next(iter(entra.resources_of_host(parse_url(call.url).host)), None)


def _is_open(call: Call) -> bool:
    """Whether a placeholder stands in place of the whole address, as in `PUT {uploadUrl}`."""
    return is_placeholder(call.url.partition("?")[0])


def _is_public(call: Call, api: Resource) -> bool:
    """Whether the address may be open to all: what an API tells of itself, and pages beside it.

    Shared files and sites, published calendars and the search for a mailbox lie at the hosts of
    SharePoint and Exchange, outside their APIs.
    """
    path = parse_url(call.url).path.lower()
    if api.app_id == GRAPH:
        return path in ("/", "/$metadata")
    if api.app_id == SHAREPOINT:
        return not any(step in path for step in ("/_api/", "/_vti_bin/"))
    return api.app_id == EXCHANGE and path.startswith(("/owa/", "/autodiscover/"))


# --- requests ---------------------------------------------------------------------------------


def _sends_as_written(flow: Flow, entra: Entra) -> bool | None:
    """Whether the app builds its own token requests; None where the library is not known."""
    if flow.library is None or is_placeholder(flow.library):
        return None
    kind = entra.library_kind(flow.library)
    return None if kind == "other" else kind == "raw"


def _why_as_written(flow: Flow) -> tuple[Related, ...]:
    """What says that the parameter is sent as it stands."""
    if flow.endpoint is not None:
        return (Related(place(flow, "endpoint"), f"the {flow.endpoint}.0 endpoint"),)
    return (Related(place(flow, "library"), "no library translates it"),)


def _may_get_refresh_token(flow: Flow, entra: Entra) -> bool:
    """Whether the flow begins with a user and can get a refresh token; `refresh_token` has one."""
    if flow.type == "refresh_token":
        return False
    return any(kind.refresh_token for kind in entra.flows if kind.type == flow.type)


def _lacks_offline_access(flow: Flow) -> bool | None:
    if flow.scopes is None:
        return None
    values = [text.value for text in flow.scopes]
    if any(map(_is_offline_access, values)):
        return False
    return None if any(map(is_placeholder, values)) else True


def _is_offline_access(scope: str) -> bool:
    return split_scope(scope).permission == "offline_access"


def _comes_back_to_browser(flow: Flow, application: Application | None) -> Related | Literal[False] | None:
    """What says that the flow's tokens are a single-page app's; None where nothing tells.

    It is so where its redirect URI is registered for one, or where the flow says so.
    """
    spa = application.spa if application is not None else None
    uris = spa.redirect_uris if spa is not None else None
    found = next((uri for uri in uris or () if uri.value == flow.redirect_uri), None)
    if found is not None:
        return Related(found.at, "registered for a single-page app")
    if flow.platform is not None:
        return flow.platform == "spa" and Related(place(flow, "platform"), "a single-page app")
    known = uris == () or (uris is not None and flow.redirect_uri is not None)
    return False if known else None
