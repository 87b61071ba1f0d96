"""What one request asks for together: `.default`, names, scopes of several APIs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter import subject
from linter.catalog.records import GRAPH
from linter.entra import Entra
from linter.entra.scopes import parted
from linter.finding import Hit, Predicts, Related, Severity, Unknown
from linter.model import Application, Flow, place
from linter.placeholder import has_placeholder
from linter.sign_in.asked import Asked, asked_for, asks_by_scope
from linter.sign_in.audience import compared, own_audiences
from linter.sign_in.authority import directory, is_ad_fs, serves_customers, unnumbered
from linter.wording import gets, listed


def default_mixed_with_named_scopes(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """`.default` and named scopes in one request; OpenID Connect's scopes may stand beside either."""
    for flow in filter(asks_by_scope, flows):
        if is_ad_fs(flow) or serves_customers(flow, entra):
            continue
        if flow.scopes is None:
            yield Unknown("flow.scopes")
            continue
        asked = asked_for(flow)
        defaults = [one for one in asked if one.is_default]
        named = [one for one in asked if one.is_named]
        if defaults and named:
            yield Hit(
                subject.of_flow(flow, "scopes"),
                place(flow, "scopes"),
                f"`{flow.name}` asks for `{defaults[0].text.value}` and for {_texts(named)} in one request",
                (
                    Related(defaults[0].text.at, "everything that is consented to"),
                    *(Related(one.text.at, "one permission by name") for one in named),
                ),
            )
        elif (defaults or named) and any(one.open for one in asked):
            yield Unknown("flow.scopes")


def client_credentials_without_default(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """An app-only token asked for by permission names.

    Of a managed identity, which names an API alone, `token-type/managed-identity-delegated` speaks.
    A host that is not Microsoft's may be another company's login.
    """
    for flow in filter(asks_by_scope, flows):
        if flow.access != "application" or flow.type == "managed_identity":
            continue
        if directory(flow, entra) in ("own-domain", "ad-fs"):
            continue
        if flow.scopes is None:
            yield Unknown("flow.scopes")
            continue
        # A text that is parted by commas is no name: scope/malformed.
        asked = [one for one in asked_for(flow) if not parted(one.text.value)]
        wrong = [one for one in asked if one.is_named or not (one.permission or one.open)]
        if wrong:
            yield Hit(
                subject.of_flow(flow, "scopes"),
                place(flow, "scopes"),
                f"`{flow.name}` asks for {_texts(wrong)}, "
                "and an app-only token is asked for as the `.default` of an API",
                (
                    *(Related(one.text.at, "not `.default` of an API") for one in wrong),
                    gets(flow),
                ),
                unnumbered((flow,), entra),
            )
        elif any(one.open for one in asked):
            yield Unknown("flow.scopes")


def several_resources_in_one_token_request(
    flows: tuple[Flow, ...], entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """Scopes of more than one API; a token is for one.

    A redeemed refresh token is left out: the service answers it for the first API without an error.
    """
    for flow in filter(asks_by_scope, flows):
        if flow.type in ("refresh_token", "managed_identity") or is_ad_fs(flow):
            continue
        if flow.scopes is None:
            yield Unknown("flow.scopes")
            continue
        first_of: dict[str, Asked] = {}
        asked = asked_for(flow)
        if serves_customers(flow, entra):
            asked = [one for one in asked if one.audience]  # a bare scope is none of Microsoft Graph's there
        for one in asked:
            if not has_placeholder(one.audience) and not one.is_opaque:
                first_of.setdefault(_api(one.audience, entra, application), one)
        if len(first_of) > 1:
            yield _several(flow, list(first_of.values()), entra, application)
        elif first_of and any(has_placeholder(one.audience) or one.is_opaque for one in asked):
            yield Unknown("flow.scopes")


# Their scopes also go to the authorisation endpoint, which may collect consent for several APIs.
_AUTHORIZE_FLOWS = frozenset({"authorization_code", "hybrid", "implicit"})


def _several(flow: Flow, firsts: list[Asked], entra: Entra, application: Application | None) -> Hit:
    names = [_name(one.audience, entra) for one in firsts]
    by_authorize = flow.type in _AUTHORIZE_FLOWS
    token_at_once = by_authorize and "token" in (flow.response_type or "").split()
    severity: Severity = "warning" if by_authorize and not token_at_once else "error"
    error = Predicts(400, aadsts=(700022 if token_at_once else 28000,))
    return Hit(
        subject.of_flow(flow, "scopes"),
        place(flow, "scopes"),
        f"`{flow.name}` asks for scopes of {len(names)} APIs at once: {listed(names, quote=str)}",
        tuple(Related(one.text.at, f"a scope of {name}") for one, name in zip(firsts, names, strict=True)),
        unnumbered((flow,), entra) or error,
        severity=severity,
        confidence=None if _are_distinct(firsts, entra, application) else "medium",
    )


def _api(audience: str, entra: Entra, application: Application | None) -> str:
    """One key for all audiences of one API."""
    if not audience:
        return GRAPH
    resource = entra.resource_of_audience(audience)
    if resource is not None:
        return resource.app_id
    plain = compared(audience)
    return "own API" if application is not None and plain in own_audiences(application) else plain


def _are_distinct(firsts: list[Asked], entra: Entra, application: Application | None) -> bool:
    """Whether it is sure that these are different APIs: two that nobody knows may be one by two names."""
    unknown = [one for one in firsts if one.audience and entra.resource_of_audience(one.audience) is None]
    if application is not None and application.identifier_uris is not None:
        own = own_audiences(application)
        unknown = [one for one in unknown if compared(one.audience) not in own]
    return len(unknown) < len(firsts)


def _name(audience: str, entra: Entra) -> str:
    resource = entra.resource_of_audience(audience or GRAPH)
    return resource.name if resource else f"`{audience}`"


def _texts(asked: Iterable[Asked]) -> str:
    return listed(one.text.value for one in asked)
