"""A registration in the older format of Azure AD Graph, written as Microsoft Graph names its members.

The mapping is Microsoft's: https://learn.microsoft.com/entra/identity-platform/
azure-active-directory-graph-app-manifest-deprecation. Its row of `oauth2AllowIdTokenImplicitFlow` names the
wrong property; the meaning decides here. What Microsoft Graph has no name for is left out where it says
nothing (null, empty, false) and stays as it is elsewhere, so that nothing is lost unseen.
"""

from __future__ import annotations

from collections.abc import Callable

from linter.typed import Any, Final

#: Older member, and the path of the newer one.
_MOVED: Final[dict[str, tuple[str, ...]]] = {
    "acceptmappedclaims": ("api", "acceptMappedClaims"),
    "accesstokenacceptedversion": ("api", "requestedAccessTokenVersion"),
    "allowpublicclient": ("isFallbackPublicClient",),
    "homepage": ("web", "homePageUrl"),
    "knownclientapplications": ("api", "knownClientApplications"),
    "logourl": ("info", "logoUrl"),
    "logouturl": ("web", "logoutUrl"),
    "name": ("displayName",),
    "oauth2allowidtokenimplicitflow": ("web", "implicitGrantSettings", "enableIdTokenIssuance"),
    "oauth2allowimplicitflow": ("web", "implicitGrantSettings", "enableAccessTokenIssuance"),
    "oauth2permissions": ("api", "oauth2PermissionScopes"),
    "objectid": ("id",),
    "preauthorizedapplications": ("api", "preAuthorizedApplications"),
    "signinurl": ("web", "homePageUrl"),
}
#: Members that have no counterpart; `lang` is one of their items.
_ENDED: Final = frozenset(
    {
        "allowguestssignin",
        "allowpassthroughusers",
        "deletiontimestamp",
        "errorurl",
        "oauth2allowurlpathmatching",
        "objecttype",
        "odata.metadata",
        "odata.type",
        "orgrestrictions",
        "trustedcertificatesubjects",
    }
)
_INFO: Final = {
    "marketing": "marketingUrl",
    "privacy": "privacyStatementUrl",
    "support": "supportUrl",
    "termsofservice": "termsOfServiceUrl",
}
#: Members of the items of a list, older and newer.
_ITEMS: Final[dict[str, dict[str, str]]] = {
    "keycredentials": {"endDate": "endDateTime", "startDate": "startDateTime", "value": "key"},
    "passwordcredentials": {"endDate": "endDateTime", "startDate": "startDateTime", "value": "secretText"},
    "preauthorizedapplications": {"permissionIds": "delegatedPermissionIds"},
}
_PLATFORMS: Final = {"web": "web", "spa": "spa", "installedclient": "publicClient"}


def to_graph(members: dict[str, Any]) -> dict[str, Any]:
    """The members of a registration as Microsoft Graph names them, in the same order, new ones last.

    Where a file holds both names of a member, the older one wins, as it does for the reader.
    """
    found: dict[str, Any] = {}
    moves: list[tuple[tuple[str, ...], Any]] = []
    older = {key.lower() for key in members}
    for key, value in members.items():
        name = key.lower()
        if name in _ITEMS:
            value = _items(value, _ITEMS[name])  # noqa: PLW2901  the same member, renamed within
        if name == "publicclient" and type(value) is not dict:
            if "allowpublicclient" not in older:
                moves.append((("isFallbackPublicClient",), value))
        elif name in ("oauth2permissions", "approles"):
            value = _without_language(value)  # noqa: PLW2901  the same
            if name in _MOVED:
                moves.append((_MOVED[name], value))
            else:
                found[key] = value
        elif name in _MOVED:
            moves.append((_MOVED[name], value))
        elif name == "informationalurls":
            moves += _information(value)
        elif name == "replyurlswithtype":
            moves += _redirect_uris(value)
        elif name == "replyurls":
            if "replyurlswithtype" not in older and value:
                moves.append((("publicClient" if _is_public(members) else "web", "redirectUris"), value))
        elif name == "availabletoothertenants":
            if "signinaudience" not in older and type(value) is bool:
                moves.append((("signInAudience",), "AzureADMultipleOrgs" if value else "AzureADMyOrg"))
        elif name not in _ENDED or value:
            found[key] = value
    for path, value in moves:
        _put(found, path, value)
    return found


def _put(members: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Give a member a value, however deep it lies; lists of redirect URIs are joined, as the reader does."""
    for name in path[:-1]:
        key = _key(members, name)
        inner = members.get(key)
        members[key] = dict(inner) if type(inner) is dict else {}
        members = members[key]
    key = _key(members, path[-1])
    if path[-1] == "redirectUris" and type(members.get(key)) is list:
        value = members[key] + [uri for uri in value if uri not in members[key]]
    members[key] = value


def _key(members: dict[str, Any], name: str) -> str:
    """The member's key as it is written."""
    return next((key for key in members if key.lower() == name.lower()), name)


def _is_public(members: dict[str, Any]) -> bool:
    flags = {key.lower(): value for key, value in members.items()}
    return flags.get("allowpublicclient", flags.get("publicclient")) is True


def _items(value: Any, names: dict[str, str]) -> Any:
    lowered = {older.lower(): newer for older, newer in names.items()}
    return _each(value, lambda item: {lowered.get(key.lower(), key): inner for key, inner in item.items()})


def _without_language(value: Any) -> Any:
    return _each(
        value,
        lambda item: {key: inner for key, inner in item.items() if key.lower() != "lang" or inner},
    )


def _each(value: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    if type(value) is not list:
        return value
    return [change(item) if type(item) is dict else item for item in value]


def _information(value: Any) -> list[tuple[tuple[str, ...], Any]]:
    if type(value) is not dict:
        return [] if value is None else [(("info",), value)]
    return [(("info", str(_INFO.get(key.lower(), key))), inner) for key, inner in value.items()]


def _redirect_uris(value: Any) -> list[tuple[tuple[str, ...], Any]]:
    """The redirect URIs of each platform: one that has none is known to have none."""
    if type(value) is not list:
        return []
    uris: dict[str, list[Any]] = {platform: [] for platform in _PLATFORMS.values()}
    for entry in value:
        members = {key.lower(): inner for key, inner in entry.items()} if type(entry) is dict else {}
        platform = _PLATFORMS.get(str(members.get("type") or "web").lower())
        if platform is not None and members.get("url") is not None:
            uris[platform].append(members["url"])
    return [((platform, "redirectUris"), list(dict.fromkeys(found))) for platform, found in uris.items()]
