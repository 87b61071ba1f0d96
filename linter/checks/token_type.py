"""Token types: whether what a flow's token carries is what the called operation takes."""

from collections.abc import Iterator

from linter import subject, wording
from linter.amend import can_lose_roles, declare_for_call, withdraw
from linter.audience import may_be_for_graph
from linter.catalog.match import parse_url
from linter.catalog.records import PermissionType
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Hit, Related, Unknown
from linter.holdings import api_of, declared, directory_roles, where_declared
from linter.ladder import Climb, find, is_graph_call, stopped_at
from linter.model import Application, Flow, Grants, Inventory, Platform, place
from linter.positions import At

# --- the permissions are of the other type ------------------------------------------------------


def application_permission_delegated_token(
    application: Application, climbs: tuple[Climb, ...], catalog: Catalog, entra: Entra
) -> Iterator[Hit | Unknown]:
    """Only application permissions cover the call, and the token is a user's."""
    for found in stopped_at("other-type", climbs):
        if isinstance(found, Unknown):
            yield found
        elif found.step.type == "Scope":
            yield _other_type(found, climbs, application, catalog, entra)


def delegated_permission_app_token(
    application: Application,
    climbs: tuple[Climb, ...],
    catalog: Catalog,
    entra: Entra,
    grants: Grants | None = None,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """Only delegated permissions cover the call, and the token is the app's own."""
    for found in stopped_at("other-type", climbs):
        if isinstance(found, Unknown):
            yield found
        elif found.step.type == "Role":
            hit = _other_type(found, climbs, application, catalog, entra)
            # A directory role of the app opens calls without a permission; which ones is not published.
            by_role = directory_roles(inventory, grants)
            yield hit._replace(severity="warning", safe=False) if by_role else hit


def _other_type(
    found: Climb, climbs: tuple[Climb, ...], application: Application, catalog: Catalog, entra: Entra
) -> Hit:
    """Both halves: the flow, whose token is of one kind, and the manifest, which declares the other."""
    wanted, is_least = _needed(found, climbs)
    edits, safe = declare_for_call(application, found, wanted, catalog, entra)
    names = wording.permissions(wanted, found.step.type)
    other: PermissionType = "Role" if found.step.type == "Scope" else "Scope"
    token = "app-only" if other == "Scope" else "delegated"
    held = wording.permissions(found.step.alternative, other)
    return Hit(
        subject.of_call(found.flow, found.call),
        found.call.at,
        f"`{subject.of_request(found.call)}` is covered by {held} alone, "
        f"which the {token} token of `{found.flow.name}` cannot carry",
        (
            _token(found.flow),
            *where_declared(application, found.step.alternative, other, catalog),
        ),
        severity=found.severity,
        confidence=found.confidence,
        fix=f"Declare {names}, the least that covers the call." if edits and is_least else None,
        edits=edits,
        safe=safe and is_least,
    )


def _needed(found: Climb, climbs: tuple[Climb, ...]) -> tuple[tuple[str, ...], bool]:
    """What to declare for a call, and whether no less would do.

    The permission of the same name where some call needs no less, else the call's own least one.
    """
    twin, type_ = found.step.alternative, found.step.type
    for one in climbs:
        uncovered = one.step.type == type_ and not one.step.covered
        if uncovered and one.step.support is not None and twin in one.step.support.least:
            return twin, True
    least = found.step.support.least if found.step.support else ()
    return (least[0], True) if least else (twin, False)


def _token(flow: Flow) -> Related:
    kind = "an app-only" if flow.access == "application" else "a delegated"
    return Related(place(flow, "type"), f"{kind} token")


# --- the operation takes one kind of token only -------------------------------------------------


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
    kind = "an app-only" if found.flow.access == "application" else "a delegated"
    return Hit(
        subject.of_call(found.flow, found.call),
        found.call.at,
        f"`{subject.of_request(found.call)}` {works}, and `{found.flow.name}` has {kind} token",
        (_token(found.flow),),
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
                    (_token(flow),),
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
                        (_token(flow),),
                        fix=f"Use {row.replacement}.",
                        confidence=row.confidence,
                    )


# --- an app that has no token of its own --------------------------------------------------------


def public_client_application_permission(
    application: Application,
    catalog: Catalog,
    grants: Grants | None = None,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """A public client, which cannot prove who it is, declares permissions for a token of its own."""
    entries = declared(application, catalog)
    if entries is None:
        yield Unknown("application.required_resource_access")
        return
    roles = [entry for entry in entries if (entry.entry.type or "").lower() == "role"]
    public = _public_client(application)
    if not roles or public is None or _may_prove_itself(application, grants):
        return
    unknown = _unstated(application)
    if unknown:
        yield from map(Unknown, unknown)
        return
    for entry in roles:
        name = wording.permissions((entry.written,), "Role")
        yield Hit(
            subject.of_permission(api_of(entry, catalog), entry.written, "Role"),
            entry.entry.at,
            f"{name} needs a token of the app's own, and this app is a public client without a credential",
            (Related(public, "a public client"),),
            # Federated credentials are a collection of their own, which most exports leave out.
            confidence="medium" if application.federated_identity_credentials is None else None,
            edits=withdraw(entry) if can_lose_roles(inventory) and entry.state == "known" else (),
            safe=application.federated_identity_credentials is not None,
        )


def _public_client(application: Application) -> At | None:
    """Where the registration says that the app is a public client; None if it does not."""
    if application.is_fallback_public_client is True:
        return place(application, "is_fallback_public_client")
    platform = application.public_client
    return platform.redirect_uris[0].at if platform and platform.redirect_uris else None


def _may_prove_itself(application: Application, grants: Grants | None) -> bool:
    """Whether the app has a credential, or a platform of a confidential client or a browser app."""
    principal = grants.service_principal if grants else None
    return any(
        (
            application.password_credentials,
            application.key_credentials,
            application.federated_identity_credentials,
            grants and grants.federated_identity_credentials,
            principal and principal.password_credentials,
            principal and principal.key_credentials,
            _uris(application.web),
            _uris(application.spa),
        )
    )


def _unstated(application: Application) -> tuple[str, ...]:
    """Fields without which nobody can say that there is no credential: only a full export lists them all."""
    full = application.completeness == "full"
    stated = {
        "password_credentials": application.password_credentials is not None and full,
        "key_credentials": application.key_credentials is not None and full,
        "web": _uris(application.web) is not None,
        "spa": _uris(application.spa) is not None,
    }
    return tuple(f"application.{field}" for field, known in stated.items() if not known)


def _uris(platform: Platform | None) -> tuple[object, ...] | None:
    return None if platform is None else platform.redirect_uris
