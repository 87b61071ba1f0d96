"""App ID URIs: whose they are, and in which form tokens and clients carry them."""

from __future__ import annotations

from collections.abc import Iterator

from linter.entra import Entra
from linter.finding import Edit, Hit, Predicts, Related, Unknown
from linter.model import NULL, Application, Grants, Inventory, Text, place
from linter.placeholder import has_placeholder, is_placeholder
from linter.registration import identifier_uris, sizes
from linter.registration.limits import admits_personal, audience_of, beyond
from linter.registration.saml import signs_in_by_saml
from linter.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from linter.tenant import Tenant


def identifier_uri_format(
    application: Application,
    inventory: Inventory | None = None,
    tenant: Tenant | None = None,
    grants: Grants | None = None,
) -> Iterator[Hit | Unknown]:
    """An App ID URI that holds nothing of the app or its tenant, for an app with tokens of version 1.

    Since 2025 tenants refuse to add one; those that are registered stay.
    """
    uris = application.identifier_uris
    if uris is None:
        yield Unknown("application.identifier_uris")
        return
    further = [uri for uri in uris if not identifier_uris.is_default(uri.value, application.app_id)]
    if not further or signs_in_by_saml(application, grants):
        return
    version_one = identifier_uris.version_one(application)
    if version_one is False:
        return
    where = identifier_uris.home(application, inventory, tenant)
    verdicts = [(uri, identifier_uris.names_owner(uri.value, application, where)) for uri in further]
    yield from (verdict for _, verdict in verdicts if isinstance(verdict, Unknown))
    foreign = [uri for uri, verdict in verdicts if verdict is False]
    if foreign and isinstance(version_one, Unknown):
        yield version_one
        return
    for uri in foreign:
        yield _not_the_owners(
            uri,
            application,
            edits=identifier_uris.default_instead(uri, application) if len(foreign) == 1 else (),
        )


def custom_uri_with_v1_tokens(
    application: Application, entra: Entra, tenant: Tenant | None = None, grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """An App ID URI other than the default, which is then the audience of tokens of version 1.

    An app for personal accounts cannot have version 1: that is another fault.
    """
    uris = application.identifier_uris
    if uris is None:
        yield Unknown("application.identifier_uris")
        return
    further = [uri for uri in uris if not identifier_uris.is_default(uri.value, application.app_id)]
    if not further or signs_in_by_saml(application, grants):
        return
    version_one = identifier_uris.version_one(application)
    row = audience_of(application, entra)
    if version_one is False or (row is not None and not isinstance(row, Unknown) and row.personal):
        return
    if isinstance(version_one, Unknown):
        yield version_one
        return
    policy = tenant.default_app_management_policy if tenant is not None else None
    registered = identifier_uris.is_registered(application)
    enforced = (
        policy is not None and policy.identifier_uri_state == "enabled" and policy.is_enabled is not False
    )
    for uri in further:
        if has_placeholder(uri.value):
            yield Unknown("application.identifier_uris")
        elif identifier_uris.is_default(uri.value, application.app_id) is None:
            yield Unknown("application.app_id")
        else:
            yield Hit(
                _of_uri(uri),
                uri.at,
                f"`{uri.value}` is the audience of tokens of version 1, and it is not the app's default URI",
                _version(application),
                predicts=Predicts(400) if enforced and not registered else None,
                # What is registered already stays, and so does what the tenant's policy does not ask for.
                severity="note" if registered or (policy is not None and not enforced) else None,
                edits=identifier_uris.accept_version_two(application),
                safe=False,  # the API must take the other tokens first
            )


def identifier_uri_trailing_slash(
    application: Application, grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """An App ID URI ends in a slash, which new ones may not. In SAML it is a name without scopes."""
    uris = application.identifier_uris
    if uris is None:
        yield Unknown("application.identifier_uris")
        return
    for uri in uris:
        if not uri.value.endswith("/") or uri.value.endswith("://") or signs_in_by_saml(application, grants):
            continue
        without, registered = uri.value.rstrip("/"), identifier_uris.is_registered(application)
        yield Hit(
            _of_uri(uri),
            uri.at,
            f"`{uri.value}` ends in a slash, and a scope of it needs two",
            # What is registered already stays, and an API refuses the token of a scope with one slash.
            predicts=Predicts(401) if registered else None,
            severity="warning" if registered else None,
            edits=identifier_uris.instead(uri, without, application),
            safe=False,  # clients and the API know it by its name
        )


def identifier_uri_upper_case(
    application: Application, grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """The host of an App ID URI has capitals, which libraries and comparisons make small (AADSTS500131)."""
    uris = application.identifier_uris
    if uris is None:
        yield Unknown("application.identifier_uris")
        return
    for uri in uris:
        if uri.value.islower() or signs_in_by_saml(application, grants):
            continue
        head = identifier_uris.authority_of(uri.value)
        if head.lower() != head and not has_placeholder(head) and not is_placeholder(uri.value):
            yield Hit(
                _of_uri(uri),
                uri.at,
                f"`{uri.value}` has capitals in its host, and tokens and comparisons may have small letters",
                edits=identifier_uris.instead(uri, head.lower() + uri.value[len(head) :], application),
                severity=None if "." in head else "note",  # a name without a domain is rarely compared
                safe=False,  # clients and the API know it by its name
            )


def identifier_uri_personal_limits(
    application: Application, entra: Entra, grants: Grants | None = None
) -> Iterator[Hit | Unknown]:
    """App ID URIs in a form, a length or a number that the app's accounts do not allow."""
    uris = application.identifier_uris
    if uris is None:
        yield Unknown("application.identifier_uris")
        return
    if not uris:
        return
    yield from beyond(application, entra, sizes.app_id_uris(application, entra))
    for uri in uris:
        if has_placeholder(uri.value):
            continue
        if "*" in uri.value:
            if not signs_in_by_saml(application, grants):
                yield _wildcard(uri, application)
            continue
        fault = identifier_uris.form_for_work_only(uri.value)
        if not fault:
            continue
        row = audience_of(application, entra)
        if isinstance(row, Unknown):
            yield row
        elif row is not None and row.personal:
            yield Hit(
                _of_uri(uri),
                uri.at,
                f"`{uri.value}` {fault}, which is refused where personal accounts sign in",
                admits_personal(application),
                confidence=row.confidence,
            )


# --- words --------------------------------------------------------------------------------------


def _not_the_owners(uri: Text, application: Application, edits: tuple[Edit, ...]) -> Hit:
    of_web = identifier_uris.scheme_of(uri.value) in ("http", "https")
    registered = identifier_uris.is_registered(application)
    refused = Predicts(400, "HostNameNotOnVerifiedDomain") if of_web else None
    return Hit(
        _of_uri(uri),
        uri.at,
        f"`{uri.value}` holds neither the app's id nor its tenant's id or domain",
        predicts=Predicts() if registered else refused,  # what is registered already stays
        severity="note" if registered else None,
        edits=edits,
        safe=False,  # clients and the API know it by its name
    )


def _wildcard(uri: Text, application: Application) -> Hit:
    """Refused whoever signs in; one that is registered was taken some day."""
    registered = identifier_uris.is_registered(application)
    return Hit(
        _of_uri(uri),
        uri.at,
        f"`{uri.value}` has a wildcard, which App ID URIs do not support",
        severity="warning" if registered else None,
    )


def _of_uri(uri: Text) -> str:
    return f"identifierUris {uri.value}"


def _version(application: Application) -> tuple[Related, ...]:
    api = application.api
    if api is None:
        return ()
    shown = "null" if api.requested_access_token_version is NULL else api.requested_access_token_version
    return (Related(place(api, "requested_access_token_version"), f"the version is {shown}"),)
