"""What APIs have published and switched off: scopes and roles that nobody gets any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from linter.catalog.records import GRAPH, PermissionType
from linter.memory import remembers_objects
from linter.model import Application, AppRole, Grants, PermissionScope, ServicePrincipal
from linter.positions import At
from linter.sign_in.audience import compared, is_own
from linter.typed import NamedTuple


class Published(NamedTuple):
    """A scope (`Scope`) or role (`Role`) that is switched off. `own`: of the app's own API.

    Ids in lower case; `api` is the name of an API of which the directory holds a service principal.
    """

    at: At
    own: bool
    app_id: str
    api: str | None
    id: str
    value: str
    type: PermissionType

    def is_for(self, audience: str, application: Application) -> bool:
        """Whether `audience` names the API that publishes it."""
        if self.own:
            return bool(is_own(application, audience))
        return bool(self.app_id) and compared(audience) == self.app_id


def switched_off(application: Application, grants: Grants | None) -> tuple[Published, ...]:
    """What is known to be switched off: the app's own, and what the directory holds of other APIs.

    Microsoft Graph's permissions are left out: of those there is a rule by itself.
    """
    api, own_id = application.api, (application.app_id or "").lower()
    others = _of_apis(grants.resources) if grants is not None else ()
    return (
        *_off(api.oauth2_permission_scopes if api is not None else None, "Scope", own_id),
        *_off(application.app_roles, "Role", own_id),
        *[one for one in others if one.app_id != own_id],
    )


@remembers_objects(4)
def _of_apis(resources: Mapping[str, ServicePrincipal]) -> tuple[Published, ...]:
    """What the APIs have switched off of which the directory holds a service principal."""
    found: list[Published] = []
    for principal in resources.values():
        app_id, name = (principal.app_id or "").lower(), principal.display_name
        if app_id != GRAPH:
            found += _off(principal.oauth2_permission_scopes, "Scope", app_id, name, own=False)
            found += _off(principal.app_roles, "Role", app_id, name, own=False)
    return tuple(found)


def _off(
    entries: tuple[PermissionScope, ...] | tuple[AppRole, ...] | None,
    type_: PermissionType,
    app_id: str,
    api: str | None = None,
    *,
    own: bool = True,
) -> Iterator[Published]:
    for entry in entries or ():
        if entry.is_enabled is False and entry.value:
            yield Published(entry.at, own, app_id, api, (entry.id or "").lower(), entry.value, type_)
