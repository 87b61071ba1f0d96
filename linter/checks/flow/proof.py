"""Flows: whether a client proves itself with a credential exactly where it must and can.

Source: https://learn.microsoft.com/entra/identity-platform/msal-client-applications
"""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.entra import Entra
from linter.finding import Confidence, Edit, Hit, Predicts, Related, Severity, Unknown
from linter.model import Application, Flow, Grants, Text, place
from linter.registration import credentials
from linter.registration.clients import CODE_FLOWS, NATIVE, SERVERS, is_confidential, registered_under
from linter.registration.credentials import FIELDS, KINDS
from linter.registration.redirects import PLATFORMS, listed
from linter.sign_in.authority import at_entra, unnumbered
from linter.typed import Final, NamedTuple
from linter.wording import uses, verb

_PUBLIC_FLOWS: Final = ("device_code", "password", "integrated_windows")
_PUBLIC_PLATFORMS: Final = (*NATIVE, "spa")

#: Flows that nobody gets a token by without a credential.
_PROVEN_FLOWS: Final = ("client_credentials", "workload_identity", "on_behalf_of")


def confidential_flow_without_credential(
    application: Application, flows: tuple[Flow, ...], entra: Entra, grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """A confidential client has nothing to prove itself with (AADSTS7000218).

    Credentials that have ended are `credential/expired`'s.
    """
    lacking: dict[str, list[Flow]] = {}
    for flow in at_entra(flows):
        confidential = is_confidential(flow, application, entra)
        if confidential is None:
            yield Unknown("flow.platform")
        elif confidential and flow.credential == "none":
            yield _sends_none(flow, entra)
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
        hit = _without_credential(application, grants, kind, users)
        yield hit._replace(predicts=unnumbered(users, entra) or hit.predicts)


def not_fit_for_platform(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """A client that cannot keep a credential is to use one."""
    for flow in flows:
        if flow.platform == "spa":
            yield from _in_browser(flow, entra)
        elif flow.platform in NATIVE and flow.type in ("client_credentials", "on_behalf_of"):
            yield from _on_devices(flow)
        elif flow.type == "device_code" and credentials.sends_one(flow):
            yield from _with_device_code(flow, entra)


def public_client_sends_credential(
    application: Application, flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """A credential is sent where the app counts as a public client (AADSTS700025)."""
    for flow in at_entra(flows):
        if flow.credential == "none" or flow.platform == "spa":
            continue
        if flow.credential is None and (flow.platform in NATIVE or flow.type not in _MAY_BE_PUBLIC):
            continue  # it has none
        if flow.type == "refresh_token" and flow.platform in SERVERS:
            continue  # the code that it came from was a server's
        if flow.type in CODE_FLOWS:
            yield from _by_redirect(flow, application, entra)
        elif flow.type in _MAY_BE_PUBLIC:
            yield from _by_fallback(flow, application, entra)


def public_flow_needs_public_client(
    application: Application, flows: tuple[Flow, ...], entra: Entra
) -> Iterator[Hit | Unknown]:
    """A flow without redirect and credential, in an app that is confidential (AADSTS7000218).

    Such a request shows no redirect URI from which the service could tell the kind of client, so
    `isFallbackPublicClient` decides.
    """
    flag = application.is_fallback_public_client
    if flag is True:
        return
    users = []
    for flow in at_entra(flows):
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
        yield _not_public(application, "false", users, entra)
    else:
        yield from _undecided(application, users, entra)


# --- none where one is needed -----------------------------------------------------------------


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


def _sends_none(flow: Flow, entra: Entra) -> Hit:
    return Hit(
        subject.of_flow(flow, "credential"),
        place(flow, "credential"),
        f"`{flow.name}` must prove itself, and it sends no credential",
        (uses(flow),),
        unnumbered((flow,), entra),
    )


def _without_credential(application: Application, grants: Grants | None, kind: str, users: list[Flow]) -> Hit:
    field = FIELDS.get(kind, "password_credentials")
    noun = _NOUNS.get(kind, kind)
    return Hit(
        subject=_CREDENTIAL_LISTS[field],
        at=place(application, field),
        message=f"the app has no {noun}, which {verb(users, 'needs', 'need')}",
        related=tuple(
            Related(place(flow, "credential"), f"`{flow.name}` sends a {noun}")
            if "credential" in flow.places
            else uses(flow)
            for flow in users
        ),
        predicts=Predicts(aadsts=(700211,)) if kind == "federated" else None,
        confidence="high" if kind == "federated" or credentials.principal_is_known(grants) else "medium",
    )


_NOUNS: Final = {"federated": "federated credential"}

_CREDENTIAL_LISTS: Final = {
    "password_credentials": "passwordCredentials",
    "key_credentials": "keyCredentials",
    "federated_identity_credentials": "federatedIdentityCredentials",
}


# --- one where none can be kept ---------------------------------------------------------------


def _in_browser(flow: Flow, entra: Entra) -> Iterator[Hit]:
    """A request with an Origin header is refused with any credential (v2-oauth2-auth-code-flow)."""
    browser = Related(place(flow, "platform"), "a single-page app")
    if flow.type in _PROVEN_FLOWS:
        yield Hit(
            subject.of_flow(flow, "type"),
            place(flow, "type"),
            f"`{flow.name}` runs in the browser, from where the credential that {flow.type} needs is refused",
            (browser,),
            unnumbered((flow,), entra) or Predicts(400, None, (9002326,)),
        )
    elif credentials.sends_one(flow):
        yield Hit(
            subject.of_flow(flow, "credential"),
            place(flow, "credential"),
            f"`{flow.name}` runs in the browser and sends a {_noun(flow)}, which is refused from there",
            (browser,),
        )


def _on_devices(flow: Flow) -> Iterator[Hit]:
    headless = flow.unattended_hours is not None and flow.unattended_hours > 0
    if headless or flow.credential == "federated":
        return  # a service, or nothing that could be copied
    yield Hit(
        subject.of_flow(flow, "type"),
        place(flow, "type"),
        f"`{flow.name}` runs on its users' devices, and {flow.type} needs a credential, "
        "which everybody who has the app then has",
        (Related(place(flow, "platform"), f"a {flow.platform} app"),),
        severity="warning",
        confidence="medium",
    )


def _with_device_code(flow: Flow, entra: Entra) -> Iterator[Hit | Unknown]:
    if flow.library is None:
        yield Unknown("flow.library")
    elif entra.library_kind(flow.library) == "msal":
        yield Hit(
            subject.of_flow(flow, "credential"),
            place(flow, "credential"),
            f"`{flow.name}` is to send a {_noun(flow)}, and MSAL gets device codes for public clients only",
            (Related(place(flow, "library"), "MSAL"), uses(flow)),
            severity="warning",
            confidence="medium",
        )


def _noun(flow: Flow) -> str:
    """The word for what the flow sends."""
    kind = flow.credential or ""
    return _NOUNS.get(kind, kind)


# --- one that is refused ----------------------------------------------------------------------

#: Flows whose client the service may take for a public one.
_MAY_BE_PUBLIC: Final = (*CODE_FLOWS, "device_code", "password", "refresh_token")


def _by_redirect(flow: Flow, application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    uri = registered_under(flow, application, "publicClient")
    if isinstance(uri, Unknown):
        yield uri
    elif uri is not None and flow.credential is None:
        yield Unknown("flow.credential")
    elif uri is not None:
        yield Hit(
            subject.of_flow(flow, "credential"),
            place(flow, "credential"),
            f"`{flow.name}` sends a {_noun(flow)}, and `{uri.value}` is registered under `publicClient`, "
            "whose clients send none",
            (Related(uri.at, "a public client's redirect URI"),),
            unnumbered((flow,), entra),
            fix=None if flow.platform in NATIVE else _MOVE_TO_WEB,
        )


_MOVE_TO_WEB: Final = (
    "Register the redirect URI under web, where a server's belongs, instead of publicClient."
)


def _by_fallback(flow: Flow, application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """That the credential is refused here too was seen, as was that it is ignored: a warning."""
    flag = application.is_fallback_public_client
    if flag is None:
        yield Unknown("application.is_fallback_public_client")
    elif flag is True and flow.credential is None:
        yield Unknown("flow.credential")
    elif flag is True:
        name = subject.as_written(application, "is_fallback_public_client", "isFallbackPublicClient")
        yield Hit(
            subject.of_flow(flow, "credential"),
            place(flow, "credential"),
            f"`{flow.name}` sends a {_noun(flow)}, as no public client does, and `{name}` makes the app one",
            (Related(place(application, "is_fallback_public_client"), "public client flows are allowed"),),
            unnumbered((flow,), entra),
            severity="warning",
        )


# --- public clients ---------------------------------------------------------------------------


def _undecided(application: Application, users: list[Flow], entra: Entra) -> Iterator[Hit | Unknown]:
    """`isFallbackPublicClient` is null: the registered redirect URIs then tell the kind of client.

    An app without any counts as public. One with those of native clients only was refused as well
    (github.com/AzureAD/azure-activedirectory-library-for-python issue 175), which is less sure.
    """
    registered: dict[str, tuple[Text, ...] | None] = {name: listed(application, name) for name in PLATFORMS}
    server_side = (*(registered["web"] or ()), *(registered["spa"] or ()))
    uris = (*server_side, *(registered["publicClient"] or ()))
    if uris:
        related = Related(uris[0].at, "a redirect URI is registered")
        severity: Severity = "error" if server_side else "warning"
        yield _not_public(application, "null", users, entra, related, severity=severity, confidence="medium")
        return
    for name, found in registered.items():
        if found is None:
            yield Unknown(f"application.{PLATFORMS[name]}")


def _not_public(
    application: Application,
    value: str,
    users: list[Flow],
    entra: Entra,
    *related: Related,
    severity: Severity = "error",
    confidence: Confidence = "high",
) -> Hit:
    name = subject.as_written(application, "is_fallback_public_client", "isFallbackPublicClient")
    return Hit(
        "isFallbackPublicClient",
        place(application, "is_fallback_public_client"),
        f"`{name}` is {value}, so the app is asked for a credential, and {verb(users, 'sends', 'send')} none",
        (*map(uses, users), *related),
        unnumbered(users, entra),
        severity=severity,
        confidence=confidence,
        edits=(Edit("replace", place(application, "is_fallback_public_client"), value=True),),
        safe=False,  # anybody may then act as the app in these flows
    )
