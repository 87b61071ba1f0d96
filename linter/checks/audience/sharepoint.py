"""SharePoint's own ways: an audience per host, certificates alone, and Azure ACS, its older token service."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.catalog.match import parse_url
from linter.entra import Entra
from linter.entra.addresses import host_of
from linter.entra.scopes import is_guid
from linter.finding import Hit, Related, Unknown
from linter.model import Application, Flow, Grants, place
from linter.placeholder import has_placeholder
from linter.registration.credentials import federated, held
from linter.request.destination import apis_called
from linter.request.sent import SHAREPOINT, Sent, Token, sent_calls, unstated
from linter.typed import Final


def sharepoint_host_mismatch(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """The token is for another host of SharePoint than the one that is called."""
    for sent in sent_calls(flows, entra):
        if sent.apis is None:
            yield Unknown("call.url")
        if not sent.api(SHAREPOINT) or sent.tokens == ():
            continue
        if sent.tokens is None:
            yield unstated(sent.flow)
            continue
        called = host_of(parse_url(sent.call.url).host)
        tokens = [token for token in sent.tokens if token.api and token.api.app_id == SHAREPOINT]
        hosts = [host_of(token.audience) for token in tokens if "://" in token.audience]
        if len(hosts) < len(tokens) or not tokens or called in hosts:
            continue  # by the API's appId, for a host that the audience does not tell
        if has_placeholder(called) or has_placeholder(hosts[0]):
            yield Unknown("call.url" if has_placeholder(called) else "flow.scopes")
        else:
            yield _other_host(sent, tokens[0], hosts[0], called)


def _other_host(sent: Sent, token: Token, host: str, called: str) -> Hit:
    hit = Hit(
        subject.of_call(sent.flow, sent.call),
        sent.call.at,
        f"`{sent.flow.name}` has a token for `{host}`, "
        f"and `{subject.of_request(sent.call)}` goes to `{called}`",
        (Related(token.at, f"a token for {host}"),),
    )
    return hit._replace(severity="warning") if _may_take(host, called) else hit


def _may_take(host: str, called: str) -> bool:
    """Whether SharePoint's host `called` may take a token for `host`: not the one for administration.

    The root and OneDrive's host of one tenant often do, and a tenant with several regions has hosts whose
    names begin alike. Another cloud is another tenant.
    """
    (one, first), (other, second) = map(_tenant_and_part, (host, called))
    if "admin" in (first, second) or host.partition(".")[2] != called.partition(".")[2]:
        return False
    return one.startswith(other) or other.startswith(one)


def _tenant_and_part(host: str) -> tuple[str, str]:
    """`contoso-my.sharepoint.com` → contoso, my."""
    label = host.partition(".")[0]
    name, dash, part = label.rpartition("-")
    return (name, part) if dash and part in ("my", "admin") else (label, "")


def sharepoint_acs_retired(flows: tuple[Flow, ...], entra: Entra, today: str) -> Iterator[Hit | Unknown]:
    """The token comes from Azure ACS, SharePoint's older service for tokens of apps alone."""
    for flow in flows:
        field = _acs_field(flow, entra)
        ending = next(iter(entra.retired(_ACS)), None) if field is not None else None
        if field is None or ending is None:
            continue
        written = flow.client_id if field == "client_id" else host_of(flow.authority or "")
        ended = today >= ending.ends
        yield Hit(
            subject.of_flow(flow, field),
            place(flow, field),
            f"`{flow.name}` gets its token from Azure ACS (`{written}`), which "
            f"{'ended' if ended else 'ends'} for SharePoint on {ending.ends}",
            severity=None if ended else "warning",
        )


_ACS: Final = "accounts.accesscontrol.windows.net"


def _acs_field(flow: Flow, entra: Entra) -> str | None:
    """The field that shows that a flow uses Azure ACS, whose client ids are `<client id>@<tenant id>`.

    Entra's older endpoint takes such ids too: one tells only where SharePoint is called, and no
    other login host is written.
    """
    if flow.authority is not None:
        return "authority" if host_of(flow.authority) == _ACS else None
    client, at, _ = (flow.client_id or "").partition("@")
    if not at or not is_guid(client):
        return None
    calls_it = any(
        api.app_id == SHAREPOINT for call in flow.every_call() for api in apis_called(call, entra) or ()
    )
    return "client_id" if calls_it else None


def sharepoint_app_only_secret(
    flows: tuple[Flow, ...],
    entra: Entra,
    application: Application | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """SharePoint's own API is called for the app itself, and the app proves itself with a secret."""
    for flow in flows:
        if flow.type != "client_credentials" or _acs_field(flow, entra) is not None:
            continue
        found = list(sent_calls((flow,), entra))
        calls = [sent for sent in found if sent.api(SHAREPOINT) and (sent.fits or sent.tokens is None)]
        hidden = any(sent.apis is None for sent in found)
        credential = _credential(flow, application, grants) if calls or hidden else "certificate"
        if credential is None:
            yield Unknown("flow.credential")
        elif credential == "secret" and not calls:
            yield Unknown("call.url")
        elif credential == "secret":
            stated = flow.credential is not None
            yield Hit(
                subject.of_flow(flow, "credential"),
                place(flow, "credential"),
                f"`{flow.name}` proves itself to SharePoint with a secret"
                f"{'' if stated else ', the only kind of credential that the app has'}, and SharePoint takes "
                "an app's own token only where a certificate was sent",
                tuple(Related(sent.call.at, "a call of SharePoint's own API") for sent in calls[:3]),
                confidence="high" if stated else "medium",
            )


def _credential(flow: Flow, application: Application | None, grants: Grants | None) -> str | None:
    """The kind of credential that the flow sends: what it says, else the only kind that the app has."""
    if flow.credential is not None or application is None:
        return flow.credential
    secrets = held(application, grants, "secret")
    certificates = held(application, grants, "certificate")
    others = federated(application, grants)
    if secrets == ():
        return "certificate"
    return "secret" if secrets and certificates == () and others == () else None
