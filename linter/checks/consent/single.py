"""Consent to single objects: sites that were granted one by one, teams and chats that installed the app."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject
from linter.catalog.names import consented_by_resource
from linter.finding import Hit, Related, Unknown
from linter.ladder import Climb
from linter.model import Application, Grants, Inventory, SitePermission
from linter.placeholder import has_placeholder
from linter.request.addressed import sharepoint_object, team_or_chat
from linter.typed import Final
from linter.wording import listed

# Of the permissions that open single objects, the one whose grants are read.
_SITES: Final = "Sites.Selected"


def selected_scope_without_resource_grant(
    application: Application, climbs: tuple[Climb, ...], grants: Grants
) -> Iterator[Hit | Unknown]:
    """A call relies on `Sites.Selected`, and the site has granted the app nothing, or less than it takes."""
    for climb in climbs:
        step = climb.step
        selected = [name for name in step.alternative if name.endswith(".Selected")]
        if not step.covered or not selected or step.rung == "ungranted":
            continue
        if selected != [_SITES]:
            # Grants on lists, items, files and containers are answers of their own.
            yield Unknown("grants.site_permissions")
            continue
        found = _granted_on(climb, grants)
        if isinstance(found, Unknown) or application.app_id is None:
            yield found if isinstance(found, Unknown) else Unknown("application.app_id")
            continue
        site, permissions = found
        mine = [one for one in permissions if application.app_id.lower() in one.app_ids]
        if mine and not (_writes(climb) and all(_only_reads(one) for one in mine)):
            continue
        lack = "lets the app only read" if mine else "has granted the app nothing"
        yield Hit(
            subject.of_call(climb.flow, climb.call),
            climb.call.at,
            f"`{_SITES}` opens only what a site has granted, and `{site}` {lack}",
            tuple(Related(one.at, "what the site grants") for one in mine),
            severity="error" if not mine else "warning",
        )


def _granted_on(climb: Climb, grants: Grants) -> tuple[str, tuple[SitePermission, ...]] | Unknown:
    """The site that a call names, and what it grants to apps."""
    addressed = sharepoint_object(climb.call.method, climb.call.url)
    if addressed is None or not addressed.site.lower().startswith("sites/"):
        return Unknown("call.url" if has_placeholder(climb.call.url) else "grants.site_permissions")
    site = addressed.site.partition("/")[2]
    permissions = grants.site_permissions.get(site.lower())
    if permissions is None or "permissions" in grants.partial:
        return Unknown("grants.site_permissions")
    return site, permissions


def _writes(climb: Climb) -> bool:
    return climb.call.method not in ("GET", "HEAD")


def _only_reads(permission: SitePermission) -> bool:
    return {role.lower() for role in permission.roles} <= {"read"}


def rsc_not_installed(
    application: Application, inventory: Inventory, climbs: tuple[Climb, ...], grants: Grants
) -> Iterator[Hit | Unknown]:
    """A call relies on a permission that its team or chat grants by itself, and has not.

    A permission for the whole tenant that is held covers the call as well.
    """
    asked = frozenset(inventory.resource_specific_permissions or ())
    for climb in climbs:
        step = climb.step
        if step.support is None or step.covered:
            continue
        wanted = {name for names in step.support.accepted for name in names if consented_by_resource(name)}
        if not wanted:
            continue
        if inventory.resource_specific_permissions is None:
            yield Unknown("inventory.resource_specific_permissions")
            continue
        relied_on = sorted(wanted & asked)
        if relied_on:
            yield from _not_installed(climb, relied_on, application, grants)


def _not_installed(
    climb: Climb, relied_on: list[str], application: Application, grants: Grants
) -> Iterator[Hit | Unknown]:
    named = team_or_chat(climb.call.url)
    if named is None:
        open_ = has_placeholder(climb.call.url)
        yield Unknown("call.url" if open_ else "grants.resource_specific_grants")
        return
    kind, identity = named
    granted = grants.resource_specific_grants.get(f"{kind}s/{identity.lower()}")
    if granted is None or "permissionGrants" in grants.partial:
        yield Unknown("grants.resource_specific_grants")
        return
    if application.app_id is None:
        yield Unknown("application.app_id")
        return
    client = application.app_id.lower()
    if any(one.client_app_id == client and one.permission in relied_on for one in granted):
        return
    yield Hit(
        subject.of_call(climb.flow, climb.call),
        climb.call.at,
        f"the {kind} `{identity}` has not granted {listed(relied_on)}, which the Teams app asks it for",
        confidence=climb.confidence,
    )
