"""The cloud that an app is said to be in: the calls file, the tenant or a written authority says it.

Nothing is assumed here. That an app of which nobody says anything is in the global cloud is
likely, but where that is wrong every comparison with it would be wrong too.
"""

from __future__ import annotations

from collections.abc import Iterable

from linter.entra import Entra
from linter.entra.addresses import host_of
from linter.entra.records import Cloud
from linter.finding import Related
from linter.model import Flow, Inventory, place
from linter.placeholder import has_placeholder
from linter.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from linter.tenant import Tenant


class Stated(NamedTuple):
    """The clouds that an app may be in, by what is said, and the place that says it.

    They are several where a login host serves several.
    """

    clouds: tuple[Cloud, ...]
    where: Related

    @property
    def name(self) -> str:
        """The cloud's name, as in the calls file."""
        return " or ".join(cloud.name for cloud in self.clouds)

    @property
    def national(self) -> bool:
        """Whether it is surely a national cloud."""
        return all(cloud.name != "global" for cloud in self.clouds)

    def may_be(self, clouds: Iterable[Cloud]) -> bool:
        """Whether the app may be in one of `clouds`."""
        return not {cloud.name for cloud in self.clouds}.isdisjoint(cloud.name for cloud in clouds)


def of_registration(inventory: Inventory | None, tenant: Tenant | None, entra: Entra) -> Stated | None:
    """What the calls file says, else where the tenant's Microsoft Graph answers."""
    if inventory is not None and inventory.cloud is not None:
        cloud = entra.cloud(inventory.cloud)
        if cloud is not None:
            return Stated((cloud,), Related(place(inventory, "cloud"), f"the app is in `{cloud.name}`"))
    if tenant is not None and tenant.graph_host is not None:
        clouds = entra.clouds_of_graph_host(tenant.graph_host)
        if clouds:
            label = f"the tenant's Microsoft Graph is `{host_of(tenant.graph_host)}`"
            return Stated(clouds, Related(tenant.at, label))
    return None


def of_flow(flow: Flow, inventory: Inventory | None, tenant: Tenant | None, entra: Entra) -> Stated | None:
    """What is said of the registration, else the cloud of the flow's written authority."""
    return of_registration(inventory, tenant, entra) or of_authority(flow, entra)


def of_app(inventory: Inventory | None, tenant: Tenant | None, entra: Entra) -> Stated | None:
    """What is said of the registration, else the cloud of the first written authority that has one."""
    stated = of_registration(inventory, tenant, entra)
    if stated is not None or inventory is None:
        return stated
    found = (of_authority(flow, entra) for flow in inventory.flows)
    return next((one for one in found if one is not None), None)


def clouds_of(authority: str, entra: Entra) -> tuple[Cloud, ...]:
    """The clouds of a login host: of its own, of one it is an alias of, of customers' directories there."""
    found = entra.clouds_of_authority(authority)
    other = entra.other_authority(authority)
    if found or other is None or other.kind != "customer":
        return found
    return tuple(cloud for cloud in entra.clouds if cloud.name in other.clouds)


def of_authority(flow: Flow, entra: Entra) -> Stated | None:
    """The cloud of the flow's written authority."""
    if flow.authority is None or has_placeholder(host_of(flow.authority)):
        return None
    clouds = clouds_of(flow.authority, entra)
    if not clouds:
        return None
    return Stated(
        clouds, Related(place(flow, "authority"), f"`{flow.name}` signs in at `{host_of(flow.authority)}`")
    )
