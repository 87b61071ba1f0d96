"""Clouds: login hosts, addresses of Microsoft Graph and features that another cloud has.

Sources: https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud and
https://learn.microsoft.com/graph/deployments
"""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.catalog.match import parse_url
from linter.catalog.records import GRAPH, GRAPH_NAME
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.addresses import host_of
from linter.entra.records import OtherAuthority
from linter.finding import Edit, Hit, Related, Unknown
from linter.holdings import declared, declared_openly
from linter.model import NULL, Application, Call, Flow, Inventory, place
from linter.placeholder import has_placeholder
from linter.sign_in import cloud
from linter.sign_in.audience import admitted
from linter.sign_in.authority import serves_customers
from linter.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from linter.tenant import Tenant


def graph_host_wrong_cloud(
    inventory: Inventory, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """Microsoft Graph is called at the address of a cloud that the app is not in.

    Where the flow also signs in at that cloud, the authority is the fault (authority-wrong-cloud).
    """
    for flow in inventory.flows:
        signs_in = cloud.of_authority(flow, entra)
        for call in flow.every_call():
            clouds = entra.clouds_of_graph_host(parse_url(call.url).host)
            if not clouds:
                continue
            stated = cloud.of_flow(flow, inventory, tenant, entra)
            if stated is None:
                yield Unknown("inventory.cloud")
            elif not stated.may_be(clouds) and not (signs_in and signs_in.may_be(clouds)):
                yield _wrong_graph(flow, call, stated)


def authority_wrong_cloud(
    inventory: Inventory, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """A flow signs in at the login host of a cloud that the app is not in (AADSTS900439, AADSTS90002)."""
    for flow in inventory.flows:
        if flow.authority is None:
            continue  # then it is the cloud's
        host = host_of(flow.authority)
        if has_placeholder(host):
            yield Unknown("flow.authority")
            continue
        clouds = entra.clouds_of_authority(host)
        if not clouds:
            continue  # customers' directories, AD FS, and hosts that are gone
        stated = cloud.of_registration(inventory, tenant, entra)
        if stated is None:
            yield Unknown("inventory.cloud")
        elif not stated.may_be(clouds):
            right = stated.clouds[0].authorities[0]
            yield Hit(
                subject.of_flow(flow, "authority"),
                place(flow, "authority"),
                f"`{flow.name}` signs in at `{host}`, and the app is in the cloud `{stated.name}`, "
                f"whose login host is `{right}`",
                (stated.where,),
                fix=f"Sign in at `{right}`.",
            )


def personal_audience_in_national_cloud(
    application: Application, inventory: Inventory, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """Personal accounts are admitted where there are none."""
    audience = admitted(application, entra)
    if audience is not None and audience.national_clouds:
        return
    if any(serves_customers(flow, entra) for flow in inventory.flows):
        return  # apps of customer directories have that audience everywhere
    stated = cloud.of_app(inventory, tenant, entra)
    if stated is None:
        yield Unknown("inventory.cloud" if audience else "application.sign_in_audience")
    elif not any(one.personal_accounts for one in stated.clouds):
        if audience is None:
            yield Unknown("application.sign_in_audience")
            return
        at = place(application, "sign_in_audience")
        yield Hit(
            "signInAudience",
            at,
            f"`{audience.value}` admits personal accounts, which the cloud `{stated.name}` does not have",
            (stated.where,),
            edits=(Edit("replace", at, _WORK_ACCOUNTS),) if audience.work else (),
            safe=False,  # who may sign in is a decision, and one file may serve several clouds
        )


def publisher_verification_national(
    application: Application, inventory: Inventory, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """A multitenant app cannot have its publisher verified, so that users cannot consent to much."""
    if isinstance(application.verified_publisher_id, str):
        return
    if inventory.consent is not None and inventory.consent.by == "admin":
        return
    audience = admitted(application, entra)
    if audience is not None and not audience.multi_tenant:
        return
    delegated = [flow for flow in inventory.flows if flow.access == "delegated"]
    if all(serves_customers(flow, entra) for flow in delegated):
        return  # application permissions are an administrator's anyway, and customers consent to nothing
    stated = cloud.of_app(inventory, tenant, entra)
    if stated is not None and not stated.national:
        return
    if audience is None:
        yield Unknown("application.sign_in_audience")
    elif stated is None:
        yield Unknown("inventory.cloud")
    elif application.verified_publisher_id is None:
        yield Unknown("application.verified_publisher_id")
    elif application.verified_publisher_id is NULL:
        yield Hit(
            "verifiedPublisher",
            place(application, "verified_publisher_id"),
            f"the app is for several tenants, and the cloud `{stated.name}` verifies no publishers",
            (stated.where, Related(place(application, "sign_in_audience"), "users of several tenants")),
        )


def permission_not_in_cloud(
    application: Application,
    inventory: Inventory,
    catalog: Catalog,
    entra: Entra,
    tenant: Tenant | None = None,
) -> Iterator[Hit | Unknown]:
    """A declared permission of Microsoft Graph that the app's cloud is known to lack (AADSTS650053).

    Nobody publishes which permissions each cloud has: in a national cloud, one that the table does not
    name is not evaluated, and never passes.
    """
    entries = [
        entry
        for entry in declared(application, catalog) or ()
        if entry.resource == GRAPH and entry.state in ("known", "unknown")
    ]
    stated = cloud.of_app(inventory, tenant, entra)
    if stated is None:
        national = [one for one in entra.clouds if one.name != "global"] if entries else []
        if any(entra.absent_permission(entry.written, one.name) for entry in entries for one in national):
            yield Unknown("inventory.cloud")
        return
    if not stated.national:
        return
    if declared_openly(application, GRAPH, catalog):
        yield Unknown("application.required_resource_access")
    for entry in entries:
        if all(entra.absent_permission(entry.written, one.name) for one in stated.clouds):
            yield Hit(
                subject.of_permission(GRAPH_NAME, entry.written, entry.entry.type or ""),
                entry.entry.at,
                f"`{entry.written}` is for an API that the cloud `{stated.name}` does not have",
                (stated.where,),
            )
        else:
            yield Unknown("catalog.permissions")


def legacy_authority_host(
    inventory: Inventory, entra: Entra, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """A flow signs in at a host that was renamed or is gone, or at an old alias."""
    for flow in inventory.flows:
        if flow.authority is None:
            continue
        host = host_of(flow.authority)
        if has_placeholder(host):
            yield Unknown("flow.authority")
            continue
        other = entra.other_authority(host)
        if other is None or not _is_login_host(other):
            continue
        stated = cloud.of_registration(inventory, tenant, entra)
        if other.kind == "alias" and stated and not stated.may_be(entra.clouds_of_authority(host)):
            continue  # of another cloud, which is the greater fault (authority-wrong-cloud)
        yield _legacy(flow, host, other)


# --- hosts ------------------------------------------------------------------------------------


def _wrong_graph(flow: Flow, call: Call, stated: cloud.Stated) -> Hit:
    host = parse_url(call.url).host
    right = " or ".join(f"`{name}`" for one in stated.clouds for name in one.graph_hosts)
    return Hit(
        subject.of_call(flow, call),
        call.at,
        f"`{host}` is not the Microsoft Graph of the cloud `{stated.name}`, which answers at {right}",
        (stated.where,),
        fix=f"Call {right}, and ask for a token of that address.",
    )


def _is_login_host(other: OtherAuthority) -> bool:
    """Whether the entry is of a cloud's own login.

    Customers' directories are current, and a service that ended while its cloud goes on is another
    rule's (audience/sharepoint-acs-retired).
    """
    return other.kind in ("alias", "renamed") or (other.kind == "closed" and not other.clouds)


def _legacy(flow: Flow, host: str, other: OtherAuthority) -> Hit:
    what = f"gone since {other.ended}" if other.kind == "closed" else f"an old name of `{other.replacement}`"
    return Hit(
        subject.of_flow(flow, "authority"),
        place(flow, "authority"),
        f"`{flow.name}` signs in at `{host}`, which is {what}",
        severity="note" if other.kind == "alias" else None,
        confidence=other.confidence,
        fix=f"Sign in at `{other.replacement}`." if other.replacement else None,
    )


# --- who signs in -----------------------------------------------------------------------------

_WORK_ACCOUNTS = "AzureADMultipleOrgs"
"""The audience of those whom a mixed one lets in, but for personal accounts."""
