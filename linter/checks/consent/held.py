"""Consent that the directory holds: beyond what is declared, or for what no API has."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.consent.held import Held, delegated, held
from linter.entra import Entra
from linter.entra.scopes import split_scope
from linter.finding import Hit, Related, Unknown
from linter.holdings import declared_openly, resource_of
from linter.model import Application, Flow, Grants, place
from linter.wording import is_permission_name, permissions


def granted_not_declared(
    application: Application,
    grants: Grants,
    catalog: Catalog,
    entra: Entra,
    flows: tuple[Flow, ...] | None = None,
) -> Iterator[Hit | Unknown]:
    """Consent that the directory holds beyond what the registration declares.

    Not for scopes that a flow asks for by name (consent at run time needs no declaration), for
    OpenID Connect's, for the app's own API, and for names that the API does not publish.
    """
    if application.required_resource_access is None:
        yield Unknown("application.required_resource_access")
        return
    for field in ("oauth2_permission_grants", "app_role_assignments"):
        if getattr(grants, field) is None and not grants.service_principal_absent:
            yield Unknown(f"grants.{field}")
    asked = set(_asked_by_name(flows or (), entra))
    for one in held(grants, catalog):
        if isinstance(one, Unknown):
            yield one
        elif one.api == (application.app_id or "").lower() or one.published is False or _is_asked(one, asked):
            continue
        elif not _is_declared(one, application, catalog):
            if declared_openly(application, one.api, catalog):
                yield Unknown("application.required_resource_access")
            elif one.id is None and _declares(application, one.api, catalog):
                yield Unknown("grants.resources")
            else:
                yield _undeclared(one, application, may_be_asked=flows is None)


def _undeclared(one: Held, application: Application, *, may_be_asked: bool) -> Hit:
    """`may_be_asked`: nobody says whether the app asks for it at run time."""
    if one.type == "Role":
        whom = "to the app"
    else:
        whom = "for every user" if one.users is None else f"by {one.users} user{'s' * (one.users != 1)}"
    return Hit(
        subject.of_permission(one.api_name, one.value, one.type),
        one.at,
        f"{permissions((one.value,), one.type)} of {one.api_name} is granted {whom}, "
        "and the registration does not declare it",
        (Related(place(application, "required_resource_access"), "does not declare it"),),
        severity="note" if one.users is not None or (may_be_asked and one.type == "Scope") else None,
    )


def _asked_by_name(flows: tuple[Flow, ...], entra: Entra) -> Iterator[tuple[str | None, str]]:
    """(appId, permission) of the scopes that flows ask for; the appId is None for an API nobody knows."""
    for flow in flows:
        for text in flow.scopes or ():
            scope = split_scope(text.value)
            api = entra.resource_of_audience(scope.audience or GRAPH)
            yield (api.app_id if api else None, scope.permission.lower())


def _is_asked(one: Held, asked: set[tuple[str | None, str]]) -> bool:
    name = one.value.lower()
    return one.type == "Scope" and ((one.api, name) in asked or (None, name) in asked)


def _is_declared(one: Held, application: Application, catalog: Catalog) -> bool:
    names = {one.value.lower(), (one.id or one.value).lower()}
    return any(
        (entry.id or "").strip().lower() in names and (entry.type or "").strip().lower() == one.type.lower()
        for block in application.required_resource_access or ()
        if resource_of(block, catalog) == one.api
        for entry in block.resource_access or ()
    )


def _declares(application: Application, api: str, catalog: Catalog) -> bool:
    """Whether the registration declares anything of this API."""
    blocks = application.required_resource_access or ()
    return any(resource_of(block, catalog) == api and block.resource_access for block in blocks)


def grant_scope_unknown_value(grants: Grants, catalog: Catalog) -> Iterator[Hit | Unknown]:
    """A grant names a scope that its API does not publish, so that no token ever carries it."""
    if grants.oauth2_permission_grants is None and not grants.service_principal_absent:
        yield Unknown("grants.oauth2_permission_grants")
    for one in delegated(grants, catalog):
        if isinstance(one, Unknown):
            yield one
        elif one.published is None:
            yield Unknown("grants.resources")
        elif not one.published:
            name = one.value if is_permission_name(one.value) else "what is no name"
            yield Hit(
                subject.of_permission(one.api_name, name, one.type),
                one.at,
                f"consent is held for `{name}`, and {one.api_name} has no such delegated permission",
            )
