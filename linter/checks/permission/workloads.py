"""Permissions of Exchange that do nothing until Exchange's own administrators agree."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.authorization.mailboxes import roles_held
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.records import ExchangeAppPermission
from linter.finding import Hit, Unknown
from linter.holdings import Declared, api_of, declared, directory_roles
from linter.model import Application, Grants, Inventory
from linter.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from linter.tenant import Tenant

_EXCHANGE: Final = "00000002-0000-0ff1-ce00-000000000000"


def mail_protocol_needs_mailbox_right(
    application: Application, catalog: Catalog, entra: Entra
) -> Iterator[Hit | Unknown]:
    """IMAP, POP and SMTP by an app itself need its principal in Exchange (authenticate IMAP, POP or SMTP)."""
    for entry, row in _exchange_entries(application, catalog, entra):
        if not row.roles:
            yield Hit(
                subject.of_permission(api_of(entry, catalog), row.name, "Role"),
                entry.entry.at,
                f"The application permission `{row.name}` opens no mailbox by itself: "
                f"the app also needs {row.needs}",
                confidence=row.confidence,
            )
    if application.required_resource_access is None:
        yield Unknown("application.required_resource_access")


def exchange_admin_needs_role(
    application: Application,
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory | None = None,
    grants: Grants | None = None,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """Exchange.ManageAsApp administers nothing without a role (app-only authentication, Exchange)."""
    if application.required_resource_access is None:
        yield Unknown("application.required_resource_access")
    for entry, row in _exchange_entries(application, catalog, entra):
        if not row.roles or roles_held(tenant, application, grants):
            continue
        roles = directory_roles(inventory, grants)
        stated = inventory is not None and inventory.directory_roles is not None
        if not stated and (grants is None or grants.directory_roles is None):
            yield Unknown("grants.directory_roles")
        elif entra.holds_one(roles, row.roles) is False:
            yield Hit(
                subject.of_permission(api_of(entry, catalog), row.name, "Role"),
                entry.entry.at,
                f"The application permission `{row.name}` administers nothing by itself: the app also needs "
                f"{row.needs}, such as `{row.roles[0]}`, and none is known",
            )


def _exchange_entries(
    application: Application, catalog: Catalog, entra: Entra
) -> Iterator[tuple[Declared, ExchangeAppPermission]]:
    for entry in declared(application, catalog) or ():
        if entry.resource == _EXCHANGE and (entry.entry.type or "").strip().lower() == "role":
            row = entra.exchange_app_permission(entry.written)
            if row is not None:
                yield entry, row
