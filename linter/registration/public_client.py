"""Whether an app is a public client and nothing else: one that runs where it can keep no secret.

https://learn.microsoft.com/entra/identity-platform/msal-client-applications
"""

from __future__ import annotations

from linter.entra import Entra
from linter.finding import Related
from linter.model import Application, Flow, place


def shown(application: Application) -> Related | None:
    """The place that shows that the app is a public client."""
    if application.is_fallback_public_client is True:
        return Related(place(application, "is_fallback_public_client"), "a public client")
    platform = application.public_client
    if platform is not None and platform.redirect_uris:
        return Related(platform.redirect_uris[0].at, "where a public client comes back to")
    return None


def comes_back(application: Application) -> bool:
    """Whether a redirect URI of a public client is registered."""
    return application.public_client is not None and bool(application.public_client.redirect_uris)


def unstated(application: Application) -> tuple[str, ...]:
    """The fields that could still show it."""
    platform = application.public_client
    fields = []
    if application.is_fallback_public_client is None:
        fields.append("application.is_fallback_public_client")
    if platform is None or platform.redirect_uris is None:
        fields.append("application.public_client")
    return tuple(fields)


def serves(application: Application) -> bool:
    """Whether the app is known to be more than a public client: a site, an API, or a daemon."""
    sites = (application.web, application.spa)
    if any(site is not None and site.redirect_uris for site in sites):
        return True
    if application.api is not None and application.api.oauth2_permission_scopes:
        return True
    return any(
        (access.type or "").strip().lower() == "role"
        for block in application.required_resource_access or ()
        for access in block.resource_access or ()
    )


def undecided(application: Application) -> tuple[str, ...]:
    """The fields that could still show that it is more."""
    api = application.api
    open_ = {
        "web": application.web is None or application.web.redirect_uris is None,
        "spa": application.spa is None or application.spa.redirect_uris is None,
        "api": api is None or api.oauth2_permission_scopes is None,
        "required_resource_access": application.required_resource_access is None,
    }
    return tuple(f"application.{field}" for field, unknown in open_.items() if unknown)


def gets_app_only_token(flow: Flow) -> bool:
    """Whether a flow gets a token of the app's own, for which the app must prove itself."""
    return flow.access == "application" and flow.type != "managed_identity"


def is_only(application: Application) -> bool:
    """Whether the app is known to be a public client and nothing else."""
    return shown(application) is not None and not serves(application) and not undecided(application)


def may_be_confidential(flow: Flow, entra: Entra) -> bool:
    """Whether a flow may be that of a client that proves itself."""
    if flow.credential is not None:
        return flow.credential != "none"
    variant = entra.flow(flow.type, flow.platform)
    return flow.type != "none" and (variant is None or variant.client == "confidential")
