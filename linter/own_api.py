"""The app's own API: which tokens it gets, and which of them it says it accepts.

A token of version 2 is for the API's appId and comes from an issuer that ends in `/v2.0`; one of version 1
is for whatever the client asked for, and comes from `https://sts.windows.net/<tenant>/`.
Source: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

from __future__ import annotations

from collections.abc import Iterable

from linter.entra.addresses import host_of, plain_audience
from linter.model import NULL, Application
from linter.placeholder import has_placeholder
from linter.typed import Literal, NamedTuple

Version = Literal[1, 2]


class Validation(NamedTuple):
    """What an API accepts, sorted: whether its appId, which of its App ID URIs, and what is neither.

    `version` is that of its tokens, None where it is not known; `lacks` are the fields that would tell.
    """

    version: Version | None
    app_id: bool
    uris: tuple[str, ...]
    others: tuple[str, ...]
    lacks: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether something else is accepted, too: a placeholder, or a name that the registration lacks."""
        return bool(self.others)


def validation(application: Application, audiences: Iterable[str]) -> Validation:
    """What the API of `application` accepts, given the audiences that it compares with."""
    version = token_version(application)
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
    return Validation(version, app_id, tuple(uris), tuple(others), tuple(lacks))


def token_version(application: Application) -> Version | None:
    """The version of the tokens that the app's API gets: 1 where the directory holds null."""
    stated = application.api.requested_access_token_version if application.api is not None else None
    if stated is NULL or stated == 1:
        return 1
    return 2 if stated == 2 else None


def version_of_issuer(issuer: str) -> Version | None:
    """The version of the tokens that an issuer signs; None for one that is not Entra ID's, or hidden."""
    plain = plain_audience(issuer)
    if host_of(plain).startswith("sts."):
        return 1
    return 2 if plain.endswith("/v2.0") else None
