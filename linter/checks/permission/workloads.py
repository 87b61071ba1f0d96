"""What a permission opens only once somebody else agrees: Teams' and Exchange's own administrators."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.records import ExchangeAppPermission
from linter.finding import Hit, Related, Unknown
from linter.holdings import Declared, api_of, declared, directory_roles
from linter.ladder import Climb
from linter.model import Application, Grants, Inventory, place
from linter.rights import holds_one
from linter.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from linter.tenant import Tenant

_EXCHANGE: Final = "00000002-0000-0ff1-ce00-000000000000"


def access_policy_needed(
    climbs: tuple[Climb, ...], entra: Entra, inventory: Inventory | None = None
) -> Iterator[Hit | Unknown]:
    """The workload keeps apps out until its administrator lets them in (application access policies)."""
    specific = inventory.resource_specific_permissions if inventory else None
    for climb in climbs:
        operation = climb.step.operation
        if operation is None or climb.flow.access != "application" or climb.step.rung == "other-token":
            continue
        policy = entra.access_policy(operation.template)
        held = (*climb.step.alternative, *(specific or ()))
        if policy is None or any(name.endswith(policy.unless) for name in held):
            continue
        yield Hit(
            subject.of_call(climb.flow, climb.call),
            climb.call.at,
            f"`{subject.of_request(climb.call)}` is made by an app itself, which also needs {policy.needs}",
            (Related(place(climb.flow, "type"), "an app-only token"),),
            confidence=policy.confidence,
        )


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
        if not row.roles or _in_role_group(application, grants, tenant):
            continue
        roles = directory_roles(inventory, grants)
        stated = inventory is not None and inventory.directory_roles is not None
        if not stated and (grants is None or grants.directory_roles is None):
            yield Unknown("grants.directory_roles")
        elif holds_one(roles, row.roles, entra) is False:
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


def _in_role_group(application: Application, grants: Grants | None, tenant: Tenant | None) -> bool:
    """Whether Exchange's own role assignments name the app."""
    principal = grants.service_principal if grants else None
    names = {application.app_id, application.display_name, principal.id if principal else None} - {None}
    known = {name.lower() for name in names if name}
    return any(
        (one.app or "").lower() in known
        for one in (tenant.exchange_role_assignments if tenant else None) or ()
    )
