"""Second factors that are asked of users whatever the tenant's policies say."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.catalog.match import parse_url
from linter.conditional_access.controls import NEVER_ASK
from linter.entra import Entra
from linter.finding import Hit, Related, Unknown
from linter.ladder import of_users
from linter.model import Application, Call, Flow, place
from linter.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from linter.tenant import Tenant


def user_account_as_service_account(
    flows: tuple[Flow, ...], entra: Entra, today: str, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """Automation changes Azure as a user, who needs a second factor there.

    Since October 2025, reading excepted (concept-mandatory-multifactor-authentication).
    """
    for flow in of_users(flows, application, entra):
        call = _azure_change(flow, entra, today)
        if call is None:
            continue
        if flow.type not in NEVER_ASK and flow.unattended_hours is None:
            yield Unknown("flow.unattended_hours")
        elif flow.type in NEVER_ASK or flow.unattended_hours:
            yield Hit(
                subject.of_flow(flow, "type"),
                place(flow, "type"),
                f"`{flow.name}` changes Azure resources as a user, and nobody is there to give the second "
                "factor that Azure asks of every user",
                (Related(call.at, "changes Azure resources"),),
            )


def security_defaults_block(
    flows: tuple[Flow, ...], tenant: Tenant, entra: Entra, application: Application | None = None
) -> Iterator[Hit | Unknown]:
    """Security defaults ask every user for a second factor, which a password is not (security-defaults)."""
    for flow in of_users(flows, application, entra):
        if flow.type != "password":
            continue
        if tenant.security_defaults_enabled is None:
            yield Unknown("tenant.security_defaults_enabled")
        elif tenant.security_defaults_enabled:
            yield Hit(
                subject.of_flow(flow, "type"),
                place(flow, "type"),
                f"`{flow.name}` signs in with a password alone, and the tenant's security defaults are on",
                (Related(tenant.at, "security defaults are on"),),
            )


def _azure_change(flow: Flow, entra: Entra, today: str) -> Call | None:
    """The first call that changes Azure's resources, since that asks every user for a second factor."""
    for call in flow.every_call():
        if call.method in ("GET", "HEAD"):
            continue
        rule = entra.enforcement("azure-multifactor")
        api, host = entra.resource(rule.app_id), parse_url(call.url).host
        hosts = [name for cloud in rule.clouds for name in (api.hosts.get(cloud, ()) if api else ())]
        if host in hosts and call.method in rule.methods and today >= rule.starts:
            return call
    return None
