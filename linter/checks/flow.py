"""Flows: whether the registration holds what a flow cannot do without."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from linter import credentials, subject
from linter.access_controls import asks_for, is_multifactor, never_given, words
from linter.authority import serves_customers
from linter.credentials import FIELDS, KINDS
from linter.entra import Entra
from linter.entra.records import FlowKind
from linter.finding import Confidence, Edit, Hit, Predicts, Related, Severity, Unknown
from linter.ladder import is_graph_call, may_be_work_account
from linter.model import Application, Flow, Grants, Platform, Text, place
from linter.placeholder import has_placeholder
from linter.typed import TYPE_CHECKING, Final, NamedTuple
from linter.wording import listed

if TYPE_CHECKING:
    from linter.access_controls import Wanted
    from linter.access_policy import Met, Policies

_CODE_FLOWS: Final = ("authorization_code", "hybrid")
_PUBLIC_FLOWS: Final = ("device_code", "password", "integrated_windows")
_PUBLIC_PLATFORMS: Final = ("desktop", "mobile", "spa")
_TENANTLESS: Final = ("common", "organizations", "consumers")

# The platforms of the registration, by their names there, and the fields that hold them.
_PLATFORMS: Final = {"web": "web", "spa": "spa", "publicClient": "public_client"}


def auth_code_without_redirect(
    application: Application, flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """A code flow has no redirect URI to come back to (AADSTS500113, AADSTS50011)."""
    registered = {name: _redirect_uris(application, name) for name in _PLATFORMS}
    none_at_all = all(uris == () for uris in registered.values())
    lacking: dict[str, list[Flow]] = {}
    for flow in flows:
        if flow.type not in _CODE_FLOWS:
            continue
        variant = _variant(flow, application, entra)
        if variant is None and not none_at_all:
            yield Unknown("flow.platform")
            continue
        name: str = variant.redirects[0] if variant else ""
        uris = registered.get(name, ())
        if uris is None:
            yield Unknown(f"application.{_PLATFORMS[name]}")
        elif not uris and not _is_registered(flow, registered.values()):
            lacking.setdefault(name, []).append(flow)
    for name, users in lacking.items():
        yield _without_redirect(application, name, users, none_at_all)


def confidential_flow_without_credential(
    application: Application, flows: tuple[Flow, ...], entra: Entra, grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """A confidential client has nothing to prove itself with (AADSTS7000218).

    Credentials that have ended are `credential/expired`'s.
    """
    lacking: dict[str, list[Flow]] = {}
    for flow in flows:
        confidential = _is_confidential(flow, application, entra)
        if confidential is None:
            yield Unknown("flow.platform")
        elif confidential and flow.credential == "none":
            yield _sends_none(flow)
        elif confidential:
            kinds = (flow.credential,) if flow.credential else (*KINDS, "federated")
            held = {kind: _held(application, grants, kind) for kind in kinds}
            if any(held.values()):
                continue
            unknown = [kind for kind, found in held.items() if found is None]
            yield from (Unknown(f"application.{FIELDS[kind]}") for kind in unknown)
            if not unknown:
                lacking.setdefault(flow.credential or "credential", []).append(flow)
    for kind, users in lacking.items():
        yield _without_credential(application, grants, kind, users)


def client_credentials_tenantless_authority(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """An app-only token is asked for without a tenant (AADSTS50059; v2-oauth2-client-creds-grant-flow)."""
    for flow in flows:
        if flow.type not in ("client_credentials", "workload_identity"):
            continue
        if flow.tenant is None:
            yield Unknown("flow.tenant")
            continue
        tenant = flow.tenant.lower()
        if tenant == "consumers" and not any(is_graph_call(call, entra) for call in flow.calls):
            continue  # some services of personal accounts trust an app by its id alone
        if tenant in _TENANTLESS:
            yield Hit(
                subject.of_flow(flow, "tenant"),
                place(flow, "tenant"),
                f"`{flow.name}` asks `{flow.tenant}` for an app-only token, which only a tenant can issue",
                (Related(place(flow, "type"), "an app-only token"),),
            )


def public_flow_needs_public_client(
    application: Application, flows: tuple[Flow, ...]
) -> Iterator[Hit | Unknown]:
    """A flow without redirect and credential, in an app that is confidential (AADSTS7000218).

    Such a request shows no redirect URI from which the service could tell the kind of client, so
    `isFallbackPublicClient` decides.
    """
    flag = application.is_fallback_public_client
    if flag is True:
        return
    users = []
    for flow in flows:
        if flow.type not in _PUBLIC_FLOWS:
            continue
        if flow.credential == "none" or (flow.credential is None and flow.platform in _PUBLIC_PLATFORMS):
            users.append(flow)
        elif flow.credential is None:
            yield Unknown("flow.credential")
    if not users:
        return
    if flag is None:
        yield Unknown("application.is_fallback_public_client")
    elif flag is False:
        yield _not_public(application, "false", users)
    else:
        yield from _undecided(application, users)


# --- second factors ---------------------------------------------------------------------------


def ropc_blocked_by_mfa(
    flows: tuple[Flow, ...],
    entra: Entra,
    application: Application | None = None,
    policies: Policies | None = None,
) -> Iterator[Hit | Unknown]:
    """A password flow where a second factor is asked for, which it cannot give (v2-oauth-ropc)."""
    for flow in flows:
        if flow.type != "password" or not may_be_work_account(flow, application):
            continue
        if serves_customers(flow, entra):
            continue
        needed = flow.user.mfa if flow.user else None
        if flow.user is not None and needed:
            related = Related(flow.user.at, "needs a second factor")
            yield _without_second_factor(flow, "its user needs a second factor", related)
        elif policies is not None:
            yield from policies.met(flow, _asks_second_factor(flow)).told(_blocked_by_policy(flow))
        elif needed is None:
            yield Unknown("user.mfa")


def _asks_second_factor(flow: Flow) -> Wanted:
    return lambda policy: is_multifactor(never_given(policy, flow))


def _blocked_by_policy(flow: Flow) -> Callable[[Met], Hit]:
    def hit(one: Met) -> Hit:
        controls = never_given(one.policy, flow)
        why = f"the policy `{one.name}` {one.does('ask')} for {words(one.policy, controls)}"
        return _without_second_factor(flow, why, Related(one.policy.at, asks_for(one.policy, controls)))

    return hit


def _without_second_factor(flow: Flow, why: str, related: Related) -> Hit:
    return Hit(
        subject.of_flow(flow, "type"),
        place(flow, "type"),
        f"`{flow.name}` signs in with a password alone, and {why}",
        (related,),
    )


# --- redirect URIs ----------------------------------------------------------------------------


def _redirect_uris(application: Application, name: str) -> tuple[Text, ...] | None:
    platform: Platform | None = getattr(application, _PLATFORMS[name])
    return None if platform is None else platform.redirect_uris


def _variant(flow: Flow, application: Application, entra: Entra) -> FlowKind | None:
    """What the flow is: by its platform, else by where its redirect URI is registered; else unknown."""
    found = entra.flow(flow.type, flow.platform)
    if found is not None or flow.redirect_uri is None:
        return found
    for variant in entra.flows:
        if variant.type == flow.type:
            lists = (_redirect_uris(application, name) for name in variant.redirects)
            if _is_registered(flow, lists):
                return variant
    return None


def _is_registered(flow: Flow, lists: Iterable[tuple[Text, ...] | None]) -> bool:
    """Whether the flow's redirect URI is in one of the lists."""
    if flow.redirect_uri is None:
        return False
    wanted = _without_loopback_port(flow.redirect_uri)
    return any(_without_loopback_port(uri.value) == wanted for uris in lists for uri in uris or ())


def _without_loopback_port(uri: str) -> str:
    """A redirect URI as compared: the port of `localhost` and `127.0.0.1` does not count (reply-url)."""
    for start in ("http://localhost:", "https://localhost:", "http://127.0.0.1:"):
        if uri.startswith(start):
            return start[:-1] + uri[len(start) :].lstrip("0123456789")
    return uri


def _without_redirect(application: Application, name: str, users: list[Flow], none_at_all: bool) -> Hit:
    platform: Platform | None = getattr(application, _PLATFORMS[name]) if name else None
    where = f" under `{name}`" if name and not none_at_all else ""
    return Hit(
        subject=f"{name}.redirectUris" if name else "redirectUris",
        at=platform.at if platform else application.at,
        message=f"no redirect URI is registered{where}, which {_need(users)}",
        related=tuple(_redirects(flow) for flow in users),
        predicts=Predicts(aadsts=(500113,) if none_at_all else (50011,)),
        confidence="high" if none_at_all else "medium",
        edits=_register(platform, name, users) if platform else (),
        safe=False,  # where tokens are sent is for a person to confirm
    )


#: The type of a redirect URI in the older format.
_REDIRECT_TYPES: Final = {"web": "Web", "spa": "Spa", "publicClient": "InstalledClient"}


def _register(platform: Platform, name: str, users: list[Flow]) -> tuple[Edit, ...]:
    """The edits that register where the flows come back to; none where one of them does not say."""
    uris = list(dict.fromkeys(flow.redirect_uri for flow in users if flow.redirect_uri is not None))
    if any(flow.redirect_uri is None for flow in users) or any(map(has_placeholder, uris)):
        return ()
    key = platform.at.pointer.rpartition("/")[2].lower()
    if key == "replyurlswithtype":
        kind = _REDIRECT_TYPES[name]
        return tuple(Edit("append", platform.at, {"url": uri, "type": kind}) for uri in uris)
    if key == "replyurls":
        return tuple(Edit("append", platform.at, uri) for uri in uris)
    return (Edit("set", platform.at, uris, "redirectUris"),)


def _redirects(flow: Flow) -> Related:
    if flow.redirect_uri is None:
        return _uses(flow)
    return Related(place(flow, "redirect_uri"), f"`{flow.name}` comes back here")


# --- credentials ------------------------------------------------------------------------------


def _is_confidential(flow: Flow, application: Application, entra: Entra) -> bool | None:
    """Whether the flow is a confidential client's; None where its platform would have to be known."""
    if credentials.sends_one(flow):
        return True
    if flow.type == "none":
        return False
    variant = _variant(flow, application, entra)
    return None if variant is None else variant.client == "confidential"


def _held(application: Application, grants: Grants | None, kind: str) -> tuple[NamedTuple, ...] | None:
    """The credentials of one kind. An empty list is believed only where it is the directory's own.

    What a template or a request body leaves empty may be set elsewhere.
    """
    found: tuple[NamedTuple, ...] | None
    if kind == "federated":
        found = credentials.federated(application, grants)
        stated = application.federated_identity_credentials is None or application.completeness == "full"
    else:
        found = credentials.held(application, grants, "secret" if kind == "secret" else "certificate")
        stated = application.completeness == "full"
    return found or (found if stated else None)


def _sends_none(flow: Flow) -> Hit:
    return Hit(
        subject.of_flow(flow, "credential"),
        place(flow, "credential"),
        f"`{flow.name}` must prove itself, and it sends no credential",
        (_uses(flow),),
    )


def _without_credential(application: Application, grants: Grants | None, kind: str, users: list[Flow]) -> Hit:
    field = FIELDS.get(kind, "password_credentials")
    noun = "federated credential" if kind == "federated" else kind
    return Hit(
        subject=_CREDENTIAL_LISTS[field],
        at=place(application, field),
        message=f"the app has no {noun}, which {_need(users)}",
        related=tuple(
            Related(place(flow, "credential"), f"`{flow.name}` sends a {noun}")
            if "credential" in flow.places
            else _uses(flow)
            for flow in users
        ),
        predicts=Predicts(aadsts=(700211,)) if kind == "federated" else None,
        confidence="high" if kind == "federated" or credentials.principal_is_known(grants) else "medium",
    )


_CREDENTIAL_LISTS: Final = {
    "password_credentials": "passwordCredentials",
    "key_credentials": "keyCredentials",
    "federated_identity_credentials": "federatedIdentityCredentials",
}


# --- public clients ---------------------------------------------------------------------------


def _undecided(application: Application, users: list[Flow]) -> Iterator[Hit | Unknown]:
    """`isFallbackPublicClient` is null: the registered redirect URIs then tell the kind of client.

    An app without any counts as public. One with those of native clients only was refused as well
    (github.com/AzureAD/azure-activedirectory-library-for-python issue 175), which is less sure.
    """
    registered = {name: _redirect_uris(application, name) for name in _PLATFORMS}
    server_side = (*(registered["web"] or ()), *(registered["spa"] or ()))
    uris = (*server_side, *(registered["publicClient"] or ()))
    if uris:
        related = Related(uris[0].at, "a redirect URI is registered")
        severity: Severity = "error" if server_side else "warning"
        yield _not_public(application, "null", users, related, severity=severity, confidence="medium")
        return
    for name, found in registered.items():
        if found is None:
            yield Unknown(f"application.{_PLATFORMS[name]}")


def _not_public(
    application: Application,
    value: str,
    users: list[Flow],
    *related: Related,
    severity: Severity = "error",
    confidence: Confidence = "high",
) -> Hit:
    name = subject.as_written(application, "is_fallback_public_client", "isFallbackPublicClient")
    return Hit(
        "isFallbackPublicClient",
        place(application, "is_fallback_public_client"),
        f"`{name}` is {value}, so the app is asked for a credential, and {_names(users)} "
        f"{'sends' if len(users) == 1 else 'send'} none",
        (*map(_uses, users), *related),
        severity=severity,
        confidence=confidence,
        edits=(Edit("replace", place(application, "is_fallback_public_client"), value=True),),
        safe=False,  # anybody may then act as the app in these flows
    )


# --- words ------------------------------------------------------------------------------------


def _uses(flow: Flow) -> Related:
    return Related(place(flow, "type"), f"`{flow.name}` uses {flow.type}")


def _need(users: list[Flow]) -> str:
    return f"{_names(users)} {'needs' if len(users) == 1 else 'need'}"


def _names(users: list[Flow], most: int = 3) -> str:
    """`a`, `b` and `c`, for a sentence."""
    names = [flow.name for flow in users]
    if len(names) <= most:
        return listed(names)
    shown = ", ".join(f"`{name}`" for name in names[: most - 1])
    return f"{shown} and {len(names) - most + 1} more flows"
