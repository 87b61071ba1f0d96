"""Permissions for single properties of a user: what the body of a PATCH writes decides what it needs."""

from __future__ import annotations

from collections.abc import Iterable

from linter.catalog.records import Scheme, Support
from linter.finding import Confidence
from linter.typed import Final, NamedTuple

Alternative = tuple[str, ...]


class Aspect(NamedTuple):
    """Properties of a user that permissions of their own are for.

    `exclusive`: the general permissions (User.ReadWrite.All …) do not cover these properties.
    """

    names: tuple[str, ...]
    delegated: tuple[Alternative, ...]
    application: tuple[Alternative, ...]
    exclusive: bool

    @property
    def properties(self) -> frozenset[str]:
        """The names in lower case, as bodies are compared."""
        return frozenset(map(str.lower, self.names))


# Reviewed by hand; source: the permissions' own descriptions in permissions-descriptions.json and
# the notes of the reference page "Update user" (user-update).
_ASPECTS: Final = (
    Aspect(
        ("passwordProfile",),
        (("User-PasswordProfile.ReadWrite.All",), ("Directory.AccessAsUser.All",)),
        (("User-PasswordProfile.ReadWrite.All",),),
        exclusive=True,
    ),
    Aspect(
        ("identities",),
        (("User.ManageIdentities.All",),),
        (("User.ManageIdentities.All",),),
        exclusive=True,
    ),
    Aspect(
        ("accountEnabled",),
        (("User.EnableDisableAccount.All", "User.Read.All"),),
        (("User.EnableDisableAccount.All", "User.Read.All"),),
        exclusive=False,
    ),
    Aspect(
        ("businessPhones", "mobilePhone"),
        (("User-Phone.ReadWrite.All",),),
        (("User-Phone.ReadWrite.All",),),
        exclusive=False,
    ),
    Aspect(
        ("otherMails",),
        (("User-Mail.ReadWrite.All",),),
        (("User-Mail.ReadWrite.All",),),
        exclusive=False,
    ),
    Aspect(
        ("customSecurityAttributes",),
        (("CustomSecAttributeAssignment.ReadWrite.All",),),
        (("CustomSecAttributeAssignment.ReadWrite.All",),),
        exclusive=True,
    ),
)

_UPDATES_USER: Final = frozenset({"/users/{id}", "/me"})
_ASPECT_NAMES: Final = frozenset(
    alternative[0] for aspect in _ASPECTS for alternative in (*aspect.delegated, *aspect.application)
) - {"Directory.AccessAsUser.All"}


def aspects_of(method: str, template: str) -> tuple[Aspect, ...]:
    """The properties that have permissions of their own where an operation writes them."""
    return _ASPECTS if method == "PATCH" and template in _UPDATES_USER else ()


def for_writes(template: str, scheme: Scheme, support: Support, properties: Iterable[str] | None) -> Support:
    """`support` of a PATCH narrowed to a body that writes exactly `properties`; None if those are not known.

    A permission for some properties only covers a call that writes no others. One that is needed
    beside another makes a pair.
    """
    if template not in _UPDATES_USER or not support.supported:
        return support
    general = [found for found in support.accepted if not _ASPECT_NAMES.intersection(found)]
    least = [found for found in support.least if found in general] or general[:1]
    if properties is None or scheme == "DelegatedPersonal":
        return _narrowed(support, general, least)
    from linter.model import written_properties  # noqa: PLC0415  only a stated body needs the records

    written = written_properties(properties)
    touched = [aspect for aspect in _ASPECTS if written & aspect.properties]
    if not touched:
        return _narrowed(support, general, least)
    covers = []
    for aspect in touched:
        own = list(aspect.application if scheme == "Application" else aspect.delegated)
        covers.append(own if aspect.exclusive else own + general)
    if written - frozenset().union(*(aspect.properties for aspect in touched)):
        covers.append(least + [found for found in general if found not in least])
    accepted: list[Alternative] = [()]
    for cover in covers:
        accepted = _joined(accepted, cover)
    # Three at once only where no pair does.
    accepted = [found for found in accepted if len(found) <= 2] or accepted
    # The table above is one witness; and a directory role of the app's may do instead.
    confidence: Confidence = "low" if support.confidence == "low" else "medium"
    return Support(True, tuple(accepted), tuple(accepted[:1]), confidence, tuple(accepted))


def _narrowed(support: Support, accepted: list[Alternative], least: list[Alternative]) -> Support:
    eligible = tuple(found for found in support.eligible if found in accepted)
    return support._replace(accepted=tuple(accepted), least=tuple(least), eligible=eligible or tuple(least))


def _joined(left: list[Alternative], right: list[Alternative]) -> list[Alternative]:
    """Every union of one of `left` and one of `right`, without those that hold another one."""
    unions = [tuple(dict.fromkeys((*one, *other))) for one in left for other in right]
    sets = {frozenset(found) for found in unions}
    out: dict[frozenset[str], Alternative] = {}
    for found in unions:
        names = frozenset(found)
        if not any(other < names for other in sets):
            out.setdefault(names, found)
    return list(out.values())
