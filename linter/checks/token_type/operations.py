"""Operations that take a user's token alone, or an app-only one alone."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject, wording
from linter.catalog.match import parse_url
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Hit, Unknown
from linter.ladder import Climb, find, is_graph_call, stopped_at
from linter.model import Flow
from linter.sign_in.audience import may_be_for_graph


def delegated_only_api(climbs: tuple[Climb, ...]) -> Iterator[Hit | Unknown]:
    """The operation is offered to signed-in users only, and the token is the app's own."""
    for found in stopped_at("unsupported", climbs):
        if isinstance(found, Unknown):
            yield found
        elif found.step.type == "Role":
            yield _unsupported(found, "works for a signed-in user only")


def app_only_api(climbs: tuple[Climb, ...]) -> Iterator[Hit | Unknown]:
    """The operation is offered to apps only, and the token is a user's.

    Where it is offered to users of the other kind of account, the account is the fault and not the token.
    """
    for found in stopped_at("unsupported", climbs):
        if isinstance(found, Unknown):
            yield found
        elif found.step.type == "Scope" and found.step.operation is not None:
            operation = found.step.operation
            if not operation.work.supported and not operation.personal.supported:
                yield _unsupported(found, "works for an app without a user only")


def _unsupported(found: Climb, works: str) -> Hit:
    return Hit(
        subject.of_call(found.flow, found.call),
        found.call.at,
        f"`{subject.of_request(found.call)}` {works}, and `{found.flow.name}` has "
        f"{wording.token_of(found.flow)}",
        (wording.gets(found.flow),),
        severity=found.severity,
        confidence=found.confidence,
    )


def me_alias_with_app_token(flows: tuple[Flow, ...], entra: Entra) -> Iterator[Hit | Unknown]:
    """`/me` is the signed-in user, and an app-only token has none, whatever the permission tables list."""
    for flow in flows:
        if flow.access != "application":
            continue
        for call in flow.every_call():
            first = parse_url(call.url).path.lower().split("/")[1]
            if first == "me" and is_graph_call(call, entra):
                yield Hit(
                    subject.of_call(flow, call),
                    call.at,
                    f"`{subject.of_request(call)}` asks for the signed-in user, and the app-only token of "
                    f"`{flow.name}` has none",
                    (wording.gets(flow),),
                )


def retired_for_apps(
    flows: tuple[Flow, ...], catalog: Catalog, entra: Entra, today: str
) -> Iterator[Hit | Unknown]:
    """An API that no longer takes app-only tokens, whatever the permission tables list (its announcement)."""
    for flow in flows:
        if flow.access != "application" or not may_be_for_graph(flow, entra):
            continue
        for call in flow.every_call():
            operation = find(call, catalog, entra).operation
            host = parse_url(call.url).host or "graph.microsoft.com"
            for row in entra.retired(host, operation.template) if operation else ():
                if row.access == "application" and today[: len(row.ends)] >= row.ends:
                    yield Hit(
                        subject.of_call(flow, call),
                        call.at,
                        f"`{subject.of_request(call)}` needs a signed-in user since {row.ends}, "
                        f"and `{flow.name}` has an app-only token",
                        (wording.gets(flow),),
                        fix=f"Use {row.replacement}.",
                        confidence=row.confidence,
                    )
