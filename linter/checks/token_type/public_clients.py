"""Public clients, which cannot prove who they are and get no token of their own."""

from __future__ import annotations

from collections.abc import Iterator

from linter import subject, wording
from linter.amend import can_lose_roles, withdraw
from linter.catalog.store import Catalog
from linter.finding import Hit, Unknown
from linter.holdings import api_of, declared
from linter.model import Application, Grants, Inventory, Platform
from linter.registration.public_client import gets_app_only_token, shown


def public_client_application_permission(
    application: Application,
    catalog: Catalog,
    grants: Grants | None = None,
    inventory: Inventory | None = None,
) -> Iterator[Hit | Unknown]:
    """A public client, which cannot prove who it is, declares permissions for a token of its own."""
    public = shown(application)
    if public is None or _may_prove_itself(application, grants, inventory):
        return
    entries = declared(application, catalog)
    if entries is None:
        yield Unknown("application.required_resource_access")
        return
    roles = [entry for entry in entries if (entry.entry.type or "").strip().lower() == "role"]
    unknown = _unstated(application) if roles else ()
    if unknown:
        yield from map(Unknown, unknown)
        return
    for entry in roles:
        name = wording.permissions((entry.written,), "Role")
        yield Hit(
            subject.of_permission(api_of(entry, catalog), entry.written, "Role"),
            entry.entry.at,
            f"{name} needs a token of the app's own, and this app is a public client without a credential",
            (public,),
            # Federated credentials are a collection of their own, which most exports leave out.
            confidence="medium" if application.federated_identity_credentials is None else None,
            edits=withdraw(entry) if can_lose_roles(inventory) and entry.state == "known" else (),
            safe=application.federated_identity_credentials is not None,
        )


def _may_prove_itself(application: Application, grants: Grants | None, inventory: Inventory | None) -> bool:
    """Whether the app has a credential, or a platform of a confidential client or a browser app.

    An app that is said to get tokens of its own lacks a credential, which is another rule's.
    """
    principal = grants.service_principal if grants else None
    flows = inventory.flows if inventory else ()
    return any(
        (
            application.password_credentials,
            application.key_credentials,
            application.federated_identity_credentials,
            grants and grants.federated_identity_credentials,
            principal and principal.password_credentials,
            principal and principal.key_credentials,
            _uris(application.web),
            _uris(application.spa),
            any(map(gets_app_only_token, flows)),
        )
    )


def _unstated(application: Application) -> tuple[str, ...]:
    """Fields without which nobody can say that there is no credential: only a full export lists them all."""
    full = application.completeness == "full"
    stated = {
        "password_credentials": application.password_credentials is not None and full,
        "key_credentials": application.key_credentials is not None and full,
        "web": _uris(application.web) is not None,
        "spa": _uris(application.spa) is not None,
    }
    return tuple(f"application.{field}" for field, known in stated.items() if not known)


def _uris(platform: Platform | None) -> tuple[object, ...] | None:
    return None if platform is None else platform.redirect_uris
