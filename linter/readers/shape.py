"""What an application looks like in JSON, and where applications stand in a file.

Applications come alone, in a list, in a page of a Graph answer (`value`), under
their collection's name, one a line, or one answer after another.
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.model import Completeness
from linter.placeholder import is_placeholder
from linter.positions import At, Source
from linter.readers.keys import LEGACY_ONLY, PLATFORMS, PRINCIPAL_ONLY
from linter.syntax import json_text
from linter.typed import Any, Final

_STRONG: Final = LEGACY_ONLY | {
    "groupmembershipclaims",
    "identifieruris",
    "isfallbackpublicclient",
    "requiredresourceaccess",
    "signinaudience",
}
_WEAK: Final = PLATFORMS | {
    "api",
    "appid",
    "approles",
    "displayname",
    "federatedidentitycredentials",
    "keycredentials",
    "owners",
    "passwordcredentials",
    "publisherdomain",
    "replyurls",
}
# Members that are objects or lists.
_STRUCTURED: Final = PLATFORMS | {
    "allowedmembertypes",
    "api",
    "approles",
    "delegatedpermissionids",
    "identifieruris",
    "implicitgrantsettings",
    "keycredentials",
    "knownclientapplications",
    "oauth2permissionscopes",
    "passwordcredentials",
    "preauthorizedapplications",
    "redirecturis",
    "requiredresourceaccess",
    "resourceaccess",
}


def is_application(members: dict[str, Any]) -> bool:
    """Whether an object is an application, or a part of one, rather than something else."""
    keys = {key.lower() for key in members}
    if keys & PRINCIPAL_ONLY or _context(members).startswith("serviceprincipals"):
        return False
    if keys & _STRONG or len(keys & _WEAK) > 1 or _holds_applications(members):
        return True
    return any(
        key.lower() in PLATFORMS and type(value) is dict and "redirectUris" in value
        for key, value in members.items()
    )


def is_legacy(members: dict[str, Any]) -> bool:
    """Whether an application is in the older form: one key that only that form has is enough."""
    return any(key.lower() in LEGACY_ONLY for key in members) or type(members.get("publicClient")) is bool


def applications(source: Source) -> Iterator[tuple[dict[str, Any], At]]:
    """Every application in the file with its place; raises `Unreadable`."""
    for pointer, value in json_text.documents(source.text, source.path):
        yield from within(value, At(source, pointer))


def within(value: Any, at: At) -> Iterator[tuple[dict[str, Any], At]]:
    """Every application in one value of a file with its place."""
    yield from _within(value, at, listed=False)


def _within(value: Any, at: At, *, listed: bool) -> Iterator[tuple[dict[str, Any], At]]:
    if type(value) is list:
        for number, item in enumerate(value):
            if type(item) is dict and (listed or is_application(item)):
                yield item, at.child(number)
    elif type(value) is dict:
        page = value.get("value")
        collection = value.get("applications")
        if type(page) is list:
            # What the answer says it holds is believed: $select may leave any key out.
            yield from _within(page, at.child("value"), listed=_holds_applications(value))
        elif type(collection) in {list, dict}:
            yield from _within(collection, at.child("applications"), listed=False)
        elif is_application(value):
            yield value, at


def completeness(members: dict[str, Any]) -> Completeness:
    """How much of the application the object holds.

    *full* is an export: the app's id and both credential collections, which no template
    and no request body holds. See the model for what null means in each.
    """
    if _is_truncated(members, any(key[:1].isupper() for key in members)):
        return "truncated"
    keys = {key.lower(): value for key, value in members.items()}
    app_id = keys.get("appid")
    if type(app_id) is str:
        if is_placeholder(app_id):
            return "template"
        if "passwordcredentials" in keys and "keycredentials" in keys:
            return "full"
    if keys.keys() <= {"requiredresourceaccess"}:
        return "fragment"
    return "partial"


def _is_truncated(value: dict[str, Any], powershell: bool) -> bool:
    """Whether a string stands where an object or list belongs.

    `ConvertTo-Json` of PowerShell writes what lies below its `-Depth` (by default 2) as
    text: the names of types, or lists of strings joined by spaces. Of an object that is
    not spelt PowerShell's way only the former is believed, the latter is an error.
    """
    for key, inner in value.items():
        if type(inner) is dict:
            if _is_truncated(inner, powershell):
                return True
        elif type(inner) is list:
            for item in inner:
                if type(item) is dict:
                    if _is_truncated(item, powershell):
                        return True
                elif type(item) is str and item.startswith(_TYPE_NAMES) and key.lower() in _STRUCTURED:
                    return True
        elif (
            type(inner) is str
            and (powershell or inner.startswith(_TYPE_NAMES))
            and key.lower() in _STRUCTURED
        ):
            return True
    return False


# Of the Graph SDK, the Az module, hash tables and arrays, custom objects.
_TYPE_NAMES: Final = ("Microsoft.Graph.", "Microsoft.Azure.", "System.", "@{")


def _holds_applications(members: dict[str, Any]) -> bool:
    """Whether an answer says that it is an application or a list of them.

    `#applications(id,appId)/$entity` is one, `#applications('…')/federatedIdentityCredentials` is not.
    """
    kind = _context(members).removesuffix("/$entity")
    return kind.startswith("applications") and "/" not in kind


def _context(members: dict[str, Any]) -> str:
    """What an answer of Graph says it holds, in lower case."""
    context = members.get("@odata.context")
    return context.partition("#")[2].lower() if type(context) is str else ""
