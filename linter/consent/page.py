"""The consent page: which flows show one, what it lists, and who is in front of it."""

from __future__ import annotations

from collections.abc import Iterator

from linter.catalog.records import GRAPH, Permission
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.scopes import split_scope
from linter.holdings import asked_by_name, entries_of
from linter.memory import remembers_last
from linter.model import Application, Consent, Flow, place
from linter.positions import At
from linter.sign_in.audience import may_be_for_graph
from linter.sign_in.authority import serves_customers
from linter.typed import Final, NamedTuple

# Grants that show no page, so that what they ask for must have been consented to before.
_SILENT_FLOWS: Final = frozenset({"on_behalf_of", "refresh_token", "integrated_windows", "password"})


def shows_page(flow: Flow) -> bool:
    """Whether a flow for a user can ask that user for consent."""
    return flow.access == "delegated" and flow.type not in _SILENT_FLOWS and flow.prompt != "none"


def asks_for_graph(flow: Flow, entra: Entra) -> bool:
    """Whether the flow shows a page of Microsoft Graph's permissions that the tenant's rules govern.

    In customer directories (Azure AD B2C, External ID) nobody but an administrator consents, beforehand.
    """
    return shows_page(flow) and may_be_for_graph(flow, entra) and not serves_customers(flow, entra)


def asks_by_name_only(flow: Flow) -> bool:
    """Whether the flow names every scope it asks for."""
    return flow.scopes is not None and not any(split_scope(text.value).is_default for text in flow.scopes)


class Wanted(NamedTuple):
    """A permission that a flow's consent page will list. `stated`: the flow says that it asks for it."""

    flow: Flow
    permission: Permission
    at: At
    stated: bool


def wanted(flow: Flow, application: Application | None, catalog: Catalog, entra: Entra) -> Iterator[Wanted]:
    """The permissions of Microsoft Graph on the page of `flow`.

    Where a flow does not state its scopes, it is taken to ask for all that is declared.
    """
    for text, permission in asked_by_name(flow, catalog, entra):
        yield Wanted(flow, permission, text.at, stated=True)
    if application is not None and not asks_by_name_only(flow):
        for entry in entries_of(application, GRAPH, "Scope", catalog):
            if entry.permission is not None:
                yield Wanted(flow, entry.permission, entry.entry.at, stated=flow.scopes is not None)


def asked_on_other_page(
    flow: Flow,
    name: str,
    flows: tuple[Flow, ...],
    application: Application | None,
    catalog: Catalog,
    entra: Entra,
) -> bool:
    """Whether the user of a flow without a page gives the consent on the page of another flow.

    So it is for a session that goes on, and for an API with pages of its own.
    """
    goes_on = flow.type in ("refresh_token", "on_behalf_of") or flow.prompt == "none"
    return goes_on and name in _on_pages(flows, application, catalog, entra)


@remembers_last
def _on_pages(
    flows: tuple[Flow, ...], application: Application | None, catalog: Catalog, entra: Entra
) -> frozenset[str]:
    asking = (flow for flow in flows if asks_for_graph(flow, entra))
    return frozenset(
        one.permission.value for flow in asking for one in wanted(flow, application, catalog, entra)
    )


# --- who is at the page -----------------------------------------------------------------------


def may_consent_for_tenant(
    roles: tuple[str, ...], entra: Entra, *, graph_app_roles: bool = False
) -> bool | None:
    """Whether one of these directory roles may consent for the tenant to an API's delegated permissions.

    `graph_app_roles`: to application permissions of Microsoft Graph. None where only a role that the
    tenant has made itself could.
    """
    sufficient = entra.consent_roles(graph_app_roles=graph_app_roles)
    known = [entra.directory_role(role) for role in roles]
    if any(role is not None and role.name in sufficient for role in known):
        return True
    return None if None in known else False


def administrator_at(flow: Flow, plan: Consent | None, entra: Entra) -> bool | None:
    """Whether whoever will be at the page may consent for the tenant; None where nobody says."""
    if plan is not None and plan.by == "admin":
        return True
    roles = _roles_at(flow, plan)
    if roles is None:
        # Consent that is planned to be the users' own is no administrator's.
        return False if plan is not None and plan.by == "user" else None
    return may_consent_for_tenant(roles, entra)


def _roles_at(flow: Flow, plan: Consent | None) -> tuple[str, ...] | None:
    """The directory roles of the person who will consent, None where nobody states them."""
    if plan is not None and plan.roles is not None:
        return plan.roles
    return flow.user.roles if flow.user else None


def where_stated(flow: Flow, plan: Consent | None) -> tuple[At, str]:
    """Where it is written who will be at the page, and what to call it."""
    if plan is not None and plan.roles is not None:
        return plan.at.child("roles"), "who will consent"
    if flow.user is not None and flow.user.roles is not None:
        return flow.user.at.child("roles"), "the user's roles"
    if plan is not None and plan.by is not None:
        return plan.at.child("by"), "who will consent"
    return place(flow, "type"), "shows the user a consent page"
