"""App ID URIs: what makes one the app's own, and so safe to be the audience of tokens.

Source: entra-docs docs/identity-platform/identifier-uri-restrictions.md; graph docs
resources/identifieruriconfiguration.md, which says what the policy looks for in an address.
"""

from __future__ import annotations

from linter.entra.scopes import is_guid
from linter.finding import Edit, Unknown
from linter.memory import remembers_last
from linter.model import NULL, Application, Inventory, Text, place
from linter.placeholder import has_placeholder
from linter.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from linter.tenant import Tenant


class Home(NamedTuple):
    """What is known of the app's own tenant.

    `whole`: `domains` are all that it has verified.
    """

    tenant: str | None
    domains: tuple[str, ...]
    whole: bool


def home(application: Application, inventory: Inventory | None, tenant: Tenant | None) -> Home:
    """The tenant's id and domains, from the tenant itself, the calls file and the publisher's domain."""
    stated = (inventory.tenant or "").lower() if inventory is not None else ""
    organization = tenant.organization if tenant is not None else None
    verified = organization.verified_domains if organization is not None else None
    domains = {domain.lower() for domain in (*(verified or ()), application.publisher_domain or "") if domain}
    if "." in stated:
        domains.add(stated)
    known = organization.id if organization is not None else None
    return Home(known or (stated if is_guid(stated) else None), tuple(domains), verified is not None)


def scheme_of(uri: str) -> str:
    """The scheme of an App ID URI, in lower case."""
    return uri.strip().partition(":")[0].lower()


def authority_of(uri: str) -> str:
    """The scheme and the host, as written; empty where there is no host (`urn:orders`)."""
    scheme, separator, rest = uri.partition("://")
    return scheme + separator + rest.partition("/")[0] if separator else ""


def is_default(uri: str, app_id: str | None) -> bool | None:
    """Whether it is `api://<appId>` or `api://<tenant>/<appId>`; None where the appId is not known."""
    plain = uri.strip().lower()
    if not plain.startswith("api://"):
        return False
    *before, last = plain[len("api://") :].split("/")
    if len(before) > 1 or not all(map(is_guid, before)) or not is_guid(last):
        return False
    return None if app_id is None else last == app_id.lower()


def names_owner(uri: str, application: Application, where: Home) -> bool | Unknown:
    """Whether an App ID URI holds the app's id, its tenant's id or a domain of its tenant.

    `Unknown` names what would decide it.
    """
    if has_placeholder(uri):
        return Unknown("application.identifier_uris")
    _, separator, rest = uri.strip().lower().partition("://")
    authority, *path = rest.partition("?")[0].split("/") if separator else [""]
    host = authority.partition(":")[0]
    words = {host, *path}
    app_id = (application.app_id or "").lower()
    # A bot's is `api://botid-<appId>`: the policy asks that a URI contain the id, not where.
    if (app_id and app_id in rest) or (where.tenant and where.tenant in words):
        return True
    if any(host == domain or host.endswith("." + domain) for domain in where.domains):
        return True
    if any(map(is_guid, words)):
        if not app_id or has_placeholder(app_id):
            return Unknown("application.app_id")
        if where.tenant is None:
            return Unknown("tenant.organization")
    return Unknown("tenant.organization") if "." in host and not where.whole else False


def form_for_work_only(uri: str) -> str:
    """What of an App ID URI only apps for work accounts may have; empty where there is nothing."""
    if scheme_of(uri) == "urn":
        return "is a urn"
    if "?" in uri:
        return "has a query string"
    return "has a fragment" if "#" in uri else ""


def is_registered(application: Application) -> bool:
    """Whether the file is what the directory holds, where older URIs stay: only there it has an id."""
    return application.completeness == "full" or is_guid(application.id or "")


def version_one(application: Application) -> bool | Unknown:
    """Whether tokens for the app are of version 1: what an address is good for then depends on it."""
    version = application.api.requested_access_token_version if application.api is not None else None
    if version is None:
        return Unknown("application.api.requested_access_token_version")
    return version is NULL or version == 1


# --- changes ----------------------------------------------------------------------------------


def instead(uri: Text, other: str, application: Application) -> tuple[Edit, ...]:
    """The edit that writes another URI in the place of one; none where that is registered already."""
    if other in _values(application):
        return ()
    return (Edit("replace", uri.at, other),)


@remembers_last
def _values(application: Application) -> frozenset[str]:
    return frozenset([uri.value for uri in application.identifier_uris or ()])


def default_instead(uri: Text, application: Application) -> tuple[Edit, ...]:
    """The edit that writes `api://<appId>` in the place of a URI."""
    app_id = application.app_id or ""
    return instead(uri, f"api://{app_id}", application) if is_guid(app_id) else ()


def accept_version_two(application: Application) -> tuple[Edit, ...]:
    """The edit that asks for access tokens of version 2."""
    api = application.api
    if api is None:
        return ()
    if "requested_access_token_version" in api.places:
        return (Edit("replace", place(api, "requested_access_token_version"), 2),)
    return (Edit("set", api.at, 2, "requestedAccessTokenVersion"),)
