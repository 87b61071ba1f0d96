"""What a flow means where its calls file says nothing.

Each function answers from what is written, or None: then it is unknown, and stays so. What the
manifest decides (which platform a redirect URI is registered for) is not decided here.
"""

from __future__ import annotations

from linter.typed import Final

_PLATFORM_OF_TYPE: Final = {
    "client_credentials": "daemon",
    "managed_identity": "daemon",
    "workload_identity": "daemon",
    "on_behalf_of": "api",
    "hybrid": "web",
    "device_code": "desktop",
    "integrated_windows": "desktop",
}

# Redirect URIs that only one platform can have; a custom scheme is desktop's and mobile's, http(s)
# the web's, a browser app's and (loopback) a desktop's. See
# https://learn.microsoft.com/entra/identity-platform/reply-url and …/msal-client-application-configuration
_PLATFORM_OF_REDIRECT: Final = (
    ("msauth.", "mobile"),
    ("msauth://", "mobile"),
    ("ms-appx-web://", "desktop"),
    ("urn:ietf:wg:oauth:2.0:oob", "desktop"),
    ("https://login.microsoftonline.com/common/oauth2/nativeclient", "desktop"),
)

_CREDENTIAL_OF_TYPE: Final = {
    "device_code": "none",
    "implicit": "none",
    "integrated_windows": "none",
    "workload_identity": "federated",
}

_RESPONSE_OF_TYPE: Final = {"authorization_code": "code", "hybrid": "code id_token"}

_MSAL: Final = ("msal", "microsoft.identity.client")


def platform(flow_type: str, redirect_uri: str | None) -> str | None:
    """The kind of client that alone uses this flow, or this redirect URI."""
    if flow_type in _PLATFORM_OF_TYPE:
        return _PLATFORM_OF_TYPE[flow_type]
    uri = (redirect_uri or "").lower()
    return next((found for prefix, found in _PLATFORM_OF_REDIRECT if uri.startswith(prefix)), None)


def credential(flow_type: str) -> str | None:
    """What the client proves itself with, where the flow leaves no choice."""
    return _CREDENTIAL_OF_TYPE.get(flow_type)


def response_type(flow_type: str) -> str | None:
    """The response_type of OAuth; None for implicit, which may ask for either token."""
    return _RESPONSE_OF_TYPE.get(flow_type)


def token(flow_type: str) -> str | None:
    """What is sent as bearer token."""
    return None if flow_type == "none" else "access_token"


def pkce(flow_type: str, library: str | None) -> bool | None:
    """True for MSAL, which always sends a code challenge with a code flow."""
    uses_code = flow_type in ("authorization_code", "hybrid")
    name = (library or "").lower()
    return True if uses_code and any(part in name for part in _MSAL) else None


def tenant_of(authority: str) -> str | None:
    """The tenant that an authority URL names in its path: its id, its domain, or common and its like.

    Empty where the path leaves it open, None where it cannot be known: AD FS has no tenants, and a
    placeholder is filled in later.
    """
    path = authority.partition("://")[2].partition("?")[0].split("/")[1:]
    steps = [step for step in path if step and step.lower() != "tfp"]  # tfp: policies of Azure AD B2C
    if not steps or steps[0].lower() in {"v2.0", "oauth2"}:
        return ""
    is_tenant = steps[0].lower() != "adfs" and not any(mark in steps[0] for mark in "{<$:")
    return steps[0] if is_tenant else None


def name(flow_type: str, taken: set[str]) -> str:
    """The flow's type, with `-2`, `-3`, … where that is taken."""
    found, number = flow_type, 1
    while found in taken:
        number += 1
        found = f"{flow_type}-{number}"
    return found
