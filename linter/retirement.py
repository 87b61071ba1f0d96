"""What no longer answers, or soon will not: which of it a call meets, and whether it is closed by now."""

from __future__ import annotations

from linter.catalog.match import parse_url
from linter.entra import Entra
from linter.entra.records import Retired
from linter.model import Application, Call
from linter.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from linter.tenant import ExchangeOrganization


def surface(name: str, call: Call, entra: Entra) -> Retired | None:
    """What a call meets of a surface that ends, if it is the one of this name."""
    # A host without `https://` is taken for a host by `apis_called`, so it is here.
    url = call.url if "://" in call.url else f"https://{call.url.lstrip()}"
    address = parse_url(url)
    surfaces = entra.retired(address.host, address.path)
    return next((one for one in surfaces if one.name == name), None)


def blocks_ews(
    organization: ExchangeOrganization | None, application: Application | None, surface: Retired, today: str
) -> bool | None:
    """Whether the tenant keeps the app out of EWS by now; None where nobody says."""
    if organization is None:
        return None if surface.restricted is not None and today >= surface.restricted else False
    if organization.ews_enabled is not True:
        # A tenant that never decided is closed from the first of the two dates on.
        return organization.ews_enabled is False or today >= (surface.restricted or surface.ends)
    allowed = organization.ews_allowed_app_ids
    if not allowed:
        return False
    app_id = application.app_id if application is not None else None
    return None if app_id is None else app_id.lower() not in allowed


def fate(surface: Retired, today: str, blocked: bool | None) -> str:
    """What becomes of a surface, after a comma; `blocked` is None where nobody says."""
    if today >= surface.ends:
        return f"which ended on {surface.ends}"
    if blocked:
        return f"which the tenant blocks for the app, and which ends on {surface.ends}"
    if blocked is None:
        return (
            f"which is blocked since {surface.restricted} where the tenant does not admit the app, and which "
            f"ends on {surface.ends}"
        )
    return f"which ends on {surface.ends}"
