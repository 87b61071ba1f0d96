"""How much a registration may hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter import subject
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Edit, Hit, Related, Unknown
from linter.holdings import resource_of
from linter.model import Application, RequiredResourceAccess, place
from linter.placeholder import has_placeholder
from linter.registration import sizes
from linter.registration.limits import beyond, exceeded, may_be_limited, over
from linter.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from linter.tenant import Tenant


def too_many_permissions(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """More permissions than the audience allows, of all APIs together."""
    yield from beyond(application, entra, sizes.permissions(application, entra))


def too_many_per_resource_personal(
    application: Application, entra: Entra, catalog: Catalog
) -> Iterator[Hit | Unknown]:
    """More permissions of one API than an app for personal accounts may declare."""
    if may_be_limited(application, entra, "max_permissions_per_api"):
        yield from beyond(application, entra, sizes.permissions_of_each(application, entra, catalog))


def too_many_resources(
    application: Application, entra: Entra, catalog: Catalog, tenant: Tenant | None = None
) -> Iterator[Hit | Unknown]:
    """Permissions of more APIs than the directory allows, or of too many that other tenants publish.

    Whose an API is says its service principal; Microsoft's own do not count.
    """
    found = tuple(beyond(application, entra, sizes.apis(application, entra)))
    yield from found
    blocks = application.required_resource_access or ()
    if found or tenant is None or exceeded(application, entra, "max_foreign_apis", len(blocks)) is None:
        return
    foreign = _foreign(blocks, entra, catalog, tenant)
    if isinstance(foreign, Unknown):
        yield foreign
        return
    for hit in beyond(application, entra, sizes.apis_of_others(application, foreign)):
        yield hit._replace(confidence="medium") if isinstance(hit, Hit) else hit


def scope_definition_limits(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """The app publishes more scopes than its audience allows, or one with a name that is too long."""
    yield from beyond(application, entra, sizes.scopes(application, entra))


def preauthorized_limits(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """More clients, or scopes of clients, are authorized ahead than the audience allows."""
    if may_be_limited(application, entra, "max_pre_authorized_clients"):
        yield from beyond(application, entra, sizes.authorized_clients(application, entra))


def display_name_length(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """The display name is longer than the audience allows; what a placeholder becomes is not known."""
    name = application.display_name
    if name is None:
        yield Unknown("application.display_name")
        return
    if len(name) <= entra.least_limits["max_display_name_length"] or has_placeholder(name):
        return
    at = place(application, "display_name")
    for found in over(application, entra, "max_display_name_length", len(name)):
        if isinstance(found, Unknown):
            yield found
            continue
        written = subject.as_written(application, "display_name", "displayName")
        yield Hit(
            "displayName",
            at,
            f"`{written}` has {len(name)} characters, and {found.words}",
            found.related,
            confidence=found.confidence,
            edits=(Edit("replace", at, name[: found.most].rstrip()),),
            safe=False,  # people know the app by it
        )


def collection_cap(application: Application, entra: Entra) -> Iterator[Hit | Unknown]:
    """The entries of all collections together are near the limit of one object, or above it."""
    yield from sizes.unstated(application)
    entries = sizes.entries(application)
    total = sum(entries.values())
    if total <= sizes.PLENTY or total <= entra.limit("manifest_entries_advised").most:
        return
    limit = entra.limit("manifest_entries")
    beyond_it = total > limit.most
    first, *others = sorted(entries, key=lambda name: -entries[name])
    yield Hit(
        "collections",
        sizes.where(application, first),
        f"the registration's collections have {total:,} entries together, "
        f"{'and' if beyond_it else 'near the limit of'} {limit.most:,}{' is the limit' if beyond_it else ''}",
        tuple(
            Related(sizes.where(application, name), f"{entries[name]} in {name}")
            for name in others[:2]
            if entries[name]
        ),
        severity=None if beyond_it else "warning",
        confidence=limit.confidence,
    )


# --- APIs ---------------------------------------------------------------------------------------


def _foreign(
    blocks: Iterable[RequiredResourceAccess], entra: Entra, catalog: Catalog, tenant: Tenant
) -> list[str] | Unknown:
    """The APIs that another tenant than this one and Microsoft publishes."""
    if tenant.service_principals is None:
        return Unknown("tenant.service_principals")
    if tenant.organization is None or tenant.organization.id is None:
        return Unknown("tenant.organization")
    owners = {one.app_id: one.app_owner_organization_id for one in tenant.service_principals}
    ids = {resource for block in blocks if (resource := resource_of(block, catalog))}
    return [
        one
        for one in ids
        if (owner := owners.get(one)) and owner.lower() != tenant.organization.id.lower()
        if entra.resource(one) is None and catalog.resource_name(one) is None
    ]
