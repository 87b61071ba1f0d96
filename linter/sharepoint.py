"""SharePoint's own ways: an audience per host, and Azure ACS, its older service for tokens of apps alone."""

from __future__ import annotations

from linter.entra.addresses import host_of
from linter.entra.scopes import is_guid
from linter.model import Flow
from linter.typed import Final

ACS: Final = "accounts.accesscontrol.windows.net"


def may_take(host: str, called: str) -> bool:
    """Whether SharePoint's host `called` may take a token for `host`: not the one for administration.

    The root and OneDrive's host of one tenant often do, and a tenant with several regions has hosts whose
    names begin alike.
    """
    (one, first), (other, second) = map(_tenant_and_part, (host, called))
    return "admin" not in (first, second) and (one.startswith(other) or other.startswith(one))


def _tenant_and_part(host: str) -> tuple[str, str]:
    """`contoso-my.sharepoint.com` → contoso, my."""
    label = host.partition(".")[0]
    name, dash, part = label.rpartition("-")
    return (name, part) if dash and part in ("my", "admin") else (label, "")


def acs_field(flow: Flow) -> str | None:
    """The field that shows that a flow uses Azure ACS, whose client ids are `<client id>@<tenant id>`."""
    if flow.authority is not None and host_of(flow.authority) == ACS:
        return "authority"
    client, at, _ = (flow.client_id or "").partition("@")
    return "client_id" if at and is_guid(client) else None
