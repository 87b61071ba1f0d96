"""One of Microsoft's own apps: its audiences, where it answers, and the permissions that it publishes."""

from __future__ import annotations

from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.records import Resource
from linter.typed import NamedTuple


class AppPage(NamedTuple):
    """An app of Microsoft's. `api` is what is documented of it as an API, None for nothing.

    `complete`: the lists hold all its permissions. `claims_challenges`: it sends them to clients that
    declare cp1 (Continuous Access Evaluation).
    """

    app_id: str
    name: str
    api: Resource | None
    delegated: tuple[str, ...]
    application: tuple[str, ...]
    complete: bool
    claims_challenges: bool


def page(app_id: str, catalog: Catalog, entra: Entra) -> AppPage | None:
    """The page of an appId in lower case; None where nobody knows it."""
    api, name = entra.resource(app_id), catalog.resource_name(app_id)
    if api is None and name is None:
        return None
    own = [found for found in catalog.all_permissions() if found.resource == app_id]
    return AppPage(
        app_id,
        name or (api.name if api else app_id),
        api,
        tuple(found.value for found in own if found.type == "Scope"),
        tuple(found.value for found in own if found.type == "Role"),
        catalog.knows(app_id),
        entra.cae_resource(app_id) is not None,
    )
