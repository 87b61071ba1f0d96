"""Whether an API publishes what an entry of a registration names, and as what."""

from __future__ import annotations

from collections.abc import Mapping

from linter.entra import Entra
from linter.entra.scopes import is_guid
from linter.holdings import Declared
from linter.memory import remembers_objects
from linter.model import Grants, ServicePrincipal


def is_no_id(written: str) -> bool:
    """Whether a text can be neither a GUID nor, as templates may write it, a permission's name."""
    text = written.strip()
    if is_guid(text):
        return not text.strip("0-")
    return not text or any(mark.isspace() for mark in text) or _is_broken_guid(text)


def _is_broken_guid(text: str) -> bool:
    """Hexadecimal digits in groups, of which some got lost or were added: no name looks like it."""
    return text.count("-") > 1 and set(text) <= set("0123456789abcdefABCDEF-")


def is_retired(entry: Declared, entra: Entra) -> bool:
    """An API that has ended publishes nothing; that it is declared at all is another rule's fault."""
    resource = entra.resource(entry.resource) if entry.resource else None
    return resource is not None and resource.status == "retired"


def published_types(entry: Declared, grants: Grants | None) -> frozenset[str] | None:
    """The types under which the API's service principal publishes the id, None if that is not known."""
    found = _published(entry, grants)
    return None if found is None else frozenset(found)


def is_enabled(entry: Declared, grants: Grants | None) -> bool | None:
    """Whether the API's service principal has the permission switched on; None if that is not known."""
    type_ = "Role" if (entry.entry.type or "").strip().lower() == "role" else "Scope"
    return (_published(entry, grants) or {}).get(type_)


def _published(entry: Declared, grants: Grants | None) -> dict[str, bool | None] | None:
    """What the API's service principal publishes under an entry's id: by type, whether it is enabled."""
    if grants is None or entry.resource is None or not is_guid(entry.entry.id or ""):
        return None
    principal = _by_app_id(grants.resources).get(entry.resource)
    published = _by_id(principal) if principal is not None else None
    return None if published is None else published.get((entry.entry.id or "").lower(), {})


@remembers_objects(4)
def _by_app_id(resources: Mapping[str, ServicePrincipal]) -> dict[str | None, ServicePrincipal]:
    """The first service principal of each API."""
    found: dict[str | None, ServicePrincipal] = {}
    for principal in resources.values():
        found.setdefault(principal.app_id, principal)
    return found


@remembers_objects(64)
def _by_id(principal: ServicePrincipal) -> dict[str, dict[str, bool | None]] | None:
    """What an API publishes, by id and type; None where its service principal does not say."""
    if principal.app_roles is None or principal.oauth2_permission_scopes is None:
        return None
    found: dict[str, dict[str, bool | None]] = {}
    for role in principal.app_roles:
        found.setdefault((role.id or "").lower(), {})["Role"] = role.is_enabled
    for scope in principal.oauth2_permission_scopes:
        found.setdefault((scope.id or "").lower(), {})["Scope"] = scope.is_enabled
    return found
