"""Who can consent to what, by which policy: one decision, asked by every rule about consent.

Source: https://learn.microsoft.com/entra/identity-platform/permissions-consent-overview
"""

from __future__ import annotations

from linter.catalog.records import Permission
from linter.entra import Entra
from linter.model import Consent, Flow
from linter.typed import Final, Literal

Consenter = Literal["user", "administrator", "unsure", "nobody"]

# Grants that show no page, so that what they ask for must have been consented to before.
_SILENT_FLOWS: Final = frozenset({"on_behalf_of", "refresh_token", "integrated_windows", "password"})


def shows_page(flow: Flow) -> bool:
    """Whether a flow for a user can ask that user for consent."""
    return flow.access == "delegated" and flow.type not in _SILENT_FLOWS and flow.prompt != "none"


def who_consents(permission: Permission, flow: Flow, plan: Consent | None, entra: Entra) -> Consenter:
    """Who can give the consent to a delegated permission that `flow` finds missing.

    * `nobody`: the flow shows no page;
    * `user`: whoever is at the page, be it that an administrator is planned to be;
    * `administrator`: only one, and whoever is at the page is none;
    * `unsure`: only one, and nobody says who is at the page.

    That a permission is not known to need an administrator's consent is taken for not needing it.
    """
    if not shows_page(flow):
        return "nobody"
    if not permission.admin_consent or (plan is not None and plan.by == "admin"):
        return "user"
    roles = _roles_at_page(flow, plan)
    if roles is None:
        # Consent that is planned to be the users' own is no administrator's.
        return "administrator" if plan is not None and plan.by == "user" else "unsure"
    return "user" if may_consent_for_tenant(roles, entra) else "administrator"


def may_consent_for_tenant(roles: tuple[str, ...], entra: Entra) -> bool:
    """Whether one of these directory roles may consent to delegated permissions of Microsoft Graph."""
    sufficient = entra.consent_roles(graph_app_roles=False)
    known = (entra.directory_role(role) for role in roles)
    return any(role is not None and role.name in sufficient for role in known)


def _roles_at_page(flow: Flow, plan: Consent | None) -> tuple[str, ...] | None:
    """The directory roles of the person who will consent, None where nobody states them."""
    if plan is not None and plan.roles is not None:
        return plan.roles
    return flow.user.roles if flow.user else None
