"""The app's own API: whether it accepts the tokens that it gets.

A token of version 2 is for the API's appId and comes from an issuer that ends in `/v2.0`; one of version 1
is for whatever the client asked for, and comes from `https://sts.windows.net/<tenant>/`.
Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter import wording
from linter.entra import Entra
from linter.entra.addresses import host_of, plain_audience
from linter.finding import Hit, Related, Unknown
from linter.model import NULL, Application, Inventory, place
from linter.placeholder import has_placeholder
from linter.sign_in.authority import serves_customers
from linter.typed import Final, Literal, NamedTuple

_Version = Literal[1, 2]


def api_validates_wrong_audience(
    application: Application, inventory: Inventory, entra: Entra
) -> Iterator[Hit | Unknown]:
    """The API accepts audiences that tokens of the version it asks for do not have."""
    if inventory.api is None or inventory.api.audiences is None:
        return  # nobody says that the app is an API, or what it accepts
    if any(serves_customers(flow, entra) for flow in inventory.flows):
        return  # there a token is for the appId, whatever version is asked for
    found = _validation(application, inventory.api.audiences)
    yield from map(Unknown, found.lacks)
    if found.lacks or found.is_open:
        return
    at = inventory.api.at.child("audiences")
    if found.version == 2 and found.uris and not found.app_id:
        yield Hit(
            _VERSION,
            at,
            f"the API accepts tokens for {wording.listed(found.uris)} only, "
            f"and tokens of version 2 are for its appId `{application.app_id}`",
            (_asks_for_version(application, found.version),),
        )
    elif found.version == 1 and found.app_id and not found.uris and application.identifier_uris:
        uri = application.identifier_uris[0]
        yield Hit(
            _VERSION,
            at,
            "the API accepts tokens for its appId only, "
            f"and tokens of version 1 are for what the client asked for, as `{uri.value}`",
            (_asks_for_version(application, found.version), Related(uri.at, "what clients ask for")),
            severity="note",
        )


def api_validates_wrong_issuer(
    application: Application, inventory: Inventory, entra: Entra
) -> Iterator[Hit | Unknown]:
    """The API accepts issuers of another token version than the one it asks for."""
    if inventory.api is None or not inventory.api.issuers:
        return
    if any(serves_customers(flow, entra) for flow in inventory.flows):
        return
    versions = {_version_of_issuer(issuer, entra) for issuer in inventory.api.issuers}
    version = _token_version(application)
    if version is None:
        yield Unknown("application.api.requested_access_token_version")
    elif None not in versions and version not in versions:
        other = 1 if version == 2 else 2
        yield Hit(
            _VERSION,
            inventory.api.at.child("issuers"),
            f"the API accepts only issuers of version {other} ({wording.listed(inventory.api.issuers)}), "
            f"and its tokens are of version {version}",
            (_asks_for_version(application, version),),
        )


_VERSION: Final = "api.requestedAccessTokenVersion"


def _asks_for_version(application: Application, version: _Version) -> Related:
    api = application.api
    at = application.at if api is None else place(api, "requested_access_token_version")
    return Related(at, f"tokens of version {version}")


class _Validation(NamedTuple):
    """What an API accepts, sorted: whether its appId, which of its App ID URIs, and what is neither.

    `version` is that of its tokens, None where it is not known; `lacks` are the fields that would tell.
    """

    version: _Version | None
    app_id: bool
    uris: tuple[str, ...]
    others: tuple[str, ...]
    lacks: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether something else is accepted, too: a placeholder, or a name that the registration lacks."""
        return bool(self.others)


def _validation(application: Application, audiences: Iterable[str]) -> _Validation:
    """What the API of `application` accepts, given the audiences that it compares with."""
    version = _token_version(application)
    known = (plain_audience(uri.value) for uri in application.identifier_uris or ())
    own = {*known, *([f"api://{application.app_id.lower()}"] if application.app_id else [])}
    app_id, uris, others = False, [], []
    for audience in audiences:
        plain = plain_audience(audience)
        if application.app_id is not None and plain == application.app_id.lower():
            app_id = True
        elif plain in own and not has_placeholder(plain):
            uris.append(audience)
        else:
            others.append(audience)
    lacks = [] if application.app_id else ["application.app_id"]
    lacks += [] if application.identifier_uris is not None else ["application.identifier_uris"]
    lacks += [] if version is not None else ["application.api.requested_access_token_version"]
    return _Validation(version, app_id, tuple(uris), tuple(others), tuple(lacks))


def _token_version(application: Application) -> _Version | None:
    """The version of the tokens that the app's API gets: 1 where the directory holds null."""
    stated = application.api.requested_access_token_version if application.api is not None else None
    if stated is NULL or stated == 1:
        return 1
    return 2 if stated == 2 else None


# AD FS, too, is often called `sts`, at a host of the company's own.
_ISSUERS_OF_VERSION_1: Final = frozenset({"sts.windows.net", "sts.chinacloudapi.cn"})


def _version_of_issuer(issuer: str, entra: Entra) -> _Version | None:
    """The version of the tokens that an issuer signs; None for one that is not Entra ID's, or hidden."""
    plain = plain_audience(issuer)
    host = host_of(plain)
    if host in _ISSUERS_OF_VERSION_1:
        return 1
    return 2 if plain.endswith("/v2.0") and entra.clouds_of_authority(host) else None
