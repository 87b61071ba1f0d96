"""Splitting a scope into the API it names and the permission.

Source: entra-docs docs/identity-platform/scopes-oidc.md.
"""

from __future__ import annotations

from linter.memory import remembers
from linter.typed import Final, NamedTuple

OIDC_SCOPES: Final = frozenset({"openid", "profile", "email", "offline_access"})
"""The scopes of OpenID Connect that Entra supports; they name no API."""

UNSUPPORTED_OIDC_SCOPES: Final = frozenset({"address", "phone"})
"""The standard's other scopes, which Entra does not offer."""

DEFAULT: Final = ".default"


class Scope(NamedTuple):
    """A scope in its two parts; `audience` "" means Microsoft Graph, unless `oidc`.

    `permission` "" means that the text names an API only, as a bare client id in B2C does.
    """

    audience: str
    permission: str
    oidc: bool = False

    @property
    def is_default(self) -> bool:
        """Whether it asks for all that is granted (`.default`)."""
        return self.permission == DEFAULT


@remembers(1024)  # a dozen rules take the same few scopes apart
def split_scope(scope: str) -> Scope:
    """Split `scope` at its last slash; any text is taken.

    The service's rule is audience, one slash, permission: of `https://x//.default` the audience
    is `https://x/`. A permission that has a slash itself cannot be told from a longer audience.
    The names that are the same everywhere are given as documented, however they are written.
    """
    scope = scope.strip()
    lower = scope.lower()
    if lower in OIDC_SCOPES or lower in UNSUPPORTED_OIDC_SCOPES:
        return Scope("", lower, oidc=True)
    start = scope.find("://")
    slash = scope.rfind("/")
    if start >= 0 and slash <= start + 2:
        return Scope(scope, "")  # `api://x`: both slashes belong to the scheme
    if slash < 0:
        audience, permission = (scope, "") if is_guid(scope) else ("", scope)
    else:
        audience, permission = scope[:slash], scope[slash + 1 :]
    return Scope(audience, DEFAULT if permission.lower() == DEFAULT else permission)


_SEPARATORS: Final = {
    ",": "a comma",
    ";": "a semicolon",
    "\n": "a line break",
    "\r": "a line break",
    "\t": "a tab",
    "%0a": "a line break",
    "%0d": "a line break",
    "%09": "a tab",
    "%2c": "a comma",
    "%3b": "a semicolon",
}
"""What is taken for a separator of scopes and is none, also where it was encoded for an address."""


def parted(text: str) -> tuple[str, str] | None:
    """What stands in `text` to part scopes and does not part them, and the text with spaces in its place."""
    found = [sign for sign in _SEPARATORS if sign in text.lower()]
    plain = text
    for sign in found:
        plain = plain.replace(sign, " ").replace(sign.upper(), " ")
    return (_SEPARATORS[found[0]], " ".join(plain.split())) if found else None


def is_guid(text: str) -> bool:
    """Whether `text` has the form of a GUID with hyphens."""
    return (
        len(text) == 36
        and text[8] == text[13] == text[18] == text[23] == "-"
        and text.count("-") == 4
        and _GUID_SIGNS.issuperset(text)
    )


_GUID_SIGNS: Final = frozenset("0123456789abcdefABCDEF-")
