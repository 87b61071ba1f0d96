"""An operation in full: every alternative that it accepts, and what else a call depends on."""

from __future__ import annotations

from collections.abc import Iterator

from linter import ladder
from linter.catalog import guard, match
from linter.catalog.layout import METHODS
from linter.catalog.properties import Aspect, aspects_of
from linter.catalog.records import GRAPH, Evidence, Operation, Scheme, Support
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.records import LicenceNeed, Roles
from linter.errors import nearest
from linter.explain.permission import granted_in
from linter.finding import Confidence
from linter.ladder import TYPE_OF
from linter.model import Call
from linter.positions import At, Source
from linter.request.destination import apis_called
from linter.typed import Final, Literal, NamedTuple
from linter.wording import alternatives, listed

AccessName = Literal["application", "delegated", "personal"]

#: The kinds of access as users name them.
ACCESS: Final[dict[AccessName, Scheme]] = {
    "application": "Application",
    "delegated": "DelegatedWork",
    "personal": "DelegatedPersonal",
}

_PASSWORD_RULES: Final = {
    "write": "password/app-only-write",
    "reset": "password/reset-action-app-only",
    "change": "password/change-action-not-me",
}

FREE: Final = "needs no permission"
OF_REQUESTS: Final = "needs what each of its requests needs"

# A call that stands in no file.
_NOWHERE: Final = At(Source("", "", lambda _: {}), "")

# Permissions over the signed-in user's own account.
_SELF: Final = frozenset({"User.Read", "User.ReadWrite"})


class Needed(NamedTuple):
    """A permission of an alternative. `granted_in` is the kind of thing that consents to it by itself."""

    value: str
    level: int | None
    admin_consent: bool | None
    tier_zero: bool
    granted_in: str | None


class Alternative(NamedTuple):
    """Permissions that do together. `partial`: for some of the objects or properties only."""

    permissions: tuple[Needed, ...]
    least: bool
    partial: bool


class Witnessed(NamedTuple):
    """What the two witnesses say of one alternative.

    `data` is whether permissions.json lists it, `tagged` whether it marks it as least, `page` whether the
    reference page does; None where that witness does not know the operation. `removed` names the known
    defect for which it is not accepted.
    """

    permissions: tuple[str, ...]
    data: bool | None
    tagged: bool
    page: bool | None
    removed: str | None


class Way(NamedTuple):
    """What the operation accepts of one kind of access, the least privileged alternatives first.

    `evidence` has every alternative that a witness names, in the order of the accepted ones, then what
    was removed. `data_path` and `page_path` are the templates under which the witnesses know the
    operation, None where it is the same.
    """

    access: AccessName
    supported: bool
    confidence: Confidence
    alternatives: tuple[Alternative, ...]
    evidence: tuple[Witnessed, ...] = ()
    data_path: str | None = None
    page_path: str | None = None

    def answers_like(self, other: Way) -> bool:
        """Whether both accept the same and as surely, whoever says so."""
        return self[:4] == other[:4]


class Version(NamedTuple):
    """The operation in one version of Microsoft Graph, or in both where they accept the same."""

    versions: tuple[str, ...]
    template: str
    ways: tuple[Way, ...]


class Note(NamedTuple):
    """Something beside the permissions that decides, the rules that look at it, and where it is from."""

    text: str
    rules: tuple[str, ...]
    source: str | None = None
    confidence: Confidence = "high"


class OperationPage(NamedTuple):
    """A call as given and what it calls. The first of `versions` is the one that the URL names.

    There is none where the call needs no permission of its own.
    """

    method: str
    url: str
    versions: tuple[Version, ...]
    notes: tuple[Note, ...]


def page(method: str, url: str, catalog: Catalog, entra: Entra) -> OperationPage | None:
    """The page of a call; None where nobody knows its operation."""
    found = ladder.find(Call(_NOWHERE, method, url), catalog, entra)
    operation = found.operation
    if found.kind == "free":
        return OperationPage(method, url, (), (Note(FREE, ()),))
    if found.lacks == ("call.requests",):
        return OperationPage(method, url, (), (Note(OF_REQUESTS, ()),))
    if operation is None:
        return None
    other = "beta" if operation.version == "v1.0" else "v1.0"
    twin = catalog.find(method, f"/{other}{operation.template}")
    versions = [_version(operation, catalog, entra)]
    if twin is not None and twin.version == other:
        second = _version(twin, catalog, entra)
        if all(map(Way.answers_like, second.ways, versions[0].ways)):
            versions = [versions[0]._replace(versions=("v1.0", "beta"))]
        else:
            versions.append(second)
    return OperationPage(method, url, tuple(versions), tuple(_notes(operation, url, catalog, entra)))


def apis_at(url: str, entra: Entra) -> tuple[str, ...] | None:
    """The names of the APIs other than Microsoft Graph that answer at a URL; None where it may be Graph's."""
    called = apis_called(Call(_NOWHERE, "GET", url), entra)
    if called is None or any(api.app_id == GRAPH for api in called):
        return None
    return tuple(api.name for api in called)


def unknown(method: str, url: str, catalog: Catalog, entra: Entra, *, near: bool) -> tuple[str, bool]:
    """Why the catalogue has no operation for a call, and whether that is because it needs no permission.

    `near` also looks for what may be meant.
    """
    found = ladder.find(Call(_NOWHERE, method, url), catalog, entra)
    if found.kind == "free":
        return FREE, True
    if found.lacks == ("call.requests",):
        return OF_REQUESTS, False
    if whose := foreign(url, entra):
        return f"this is {whose}, and calls are known of Microsoft Graph alone", False
    known = "the catalogue has no such operation of Microsoft Graph"
    return known + (hint(method, url, catalog) if near else ""), False


def foreign(url: str, entra: Entra) -> str | None:
    """Whose address a URL is that is not Microsoft Graph's: `an address of …`; None where it may be."""
    apis = apis_at(url, entra)
    if apis is None:
        return None
    return f"an address of {' or '.join(apis)}" if apis else "an address that nobody knows here"


def hint(method: str, url: str, catalog: Catalog) -> str:
    """What an unknown call of Microsoft Graph may have meant, to be added to a sentence; often nothing."""
    others = methods_at(url, catalog)
    if others:
        return f"; at that path it has {', '.join(others)}"
    near = nearest_template(method, url, catalog)
    return f"; did you mean `{method} {near}`?" if near else ""


def methods_at(path: str, catalog: Catalog) -> tuple[str, ...]:
    """The methods that are known of a path."""
    return tuple(method for method in METHODS if catalog.find(method, path) is not None)


def nearest_template(method: str, url: str, catalog: Catalog) -> str | None:
    """The known template that an unknown call probably means, for near misses."""
    call = match.call(url)
    if call is None or not call[1]:
        return None
    path = ["{id}" if token == match.SLOT else token.lstrip(".") for token in call[1]]
    as_long = [
        operation.template
        for operation in catalog.operations()
        if operation.method == method and operation.template.count("/") == len(path)
    ]
    return nearest("/" + "/".join(path), dict.fromkeys(as_long), 0.8)


# --- alternatives -----------------------------------------------------------------------------


def _version(operation: Operation, catalog: Catalog, entra: Entra) -> Version:
    ways = tuple(_way(name, operation, catalog, entra) for name in ACCESS)
    return Version((operation.version,), operation.template, ways)


def _way(access: AccessName, operation: Operation, catalog: Catalog, entra: Entra) -> Way:
    scheme = ACCESS[access]
    support = catalog.support(operation, scheme)
    best = support.least
    found = [(one, True) for one in best] + [(one, False) for one in support.accepted if one not in best]
    path = tuple(match.tokens(operation.template))
    witnesses = catalog.evidence(operation, scheme)
    return Way(
        access,
        support.supported,
        support.confidence,
        tuple(
            Alternative(
                tuple(_needed(name, scheme, catalog, entra) for name in names),
                least,
                any(guard.partial(name, operation.method, path) for name in names),
            )
            for names, least in found
        ),
        tuple(_witnessed(support, witnesses)),
        witnesses.listed_as or None,
        witnesses.documented_as or None,
    )


def _witnessed(support: Support, witnesses: Evidence) -> Iterator[Witnessed]:
    data = None if witnesses.listed is None else set(map(frozenset, witnesses.listed))
    page = None if witnesses.documented is None else set(map(frozenset, witnesses.documented))
    tagged = set(map(frozenset, witnesses.tagged))
    removed = {frozenset(one.alternative): one for one in witnesses.removed}
    for names in (*support.accepted, *(one.alternative for one in removed.values())):
        key = frozenset(names)
        yield Witnessed(
            names,
            None if data is None else key in data,
            key in tagged,
            None if page is None else key in page,
            removed[key].defect if key in removed and names not in support.accepted else None,
        )


def _needed(name: str, scheme: Scheme, catalog: Catalog, entra: Entra) -> Needed:
    permission = catalog.permission(GRAPH, name, TYPE_OF[scheme])
    return Needed(
        name,
        permission.level if permission else None,
        permission.admin_consent if permission else None,
        scheme == "Application" and name in entra.tier_zero,
        granted_in(name) if scheme == "Application" else None,
    )


# --- notes ------------------------------------------------------------------------------------


def _notes(operation: Operation, url: str, catalog: Catalog, entra: Entra) -> Iterator[Note]:
    yield from _access_notes(operation, url)
    yield from _self_only(operation, catalog)
    for aspect in aspects_of(operation.method, operation.template):
        yield _property(aspect)
    yield from _pairs(operation)
    yield from _selected(operation, entra)
    yield from _passwords(operation, entra)
    roles = entra.roles_for(operation.method, operation.template)
    if roles is not None:
        yield _roles(roles)
    for need in entra.licence_for(operation.method, operation.template):
        yield _licence(need, entra)
    for retired in entra.retired("graph.microsoft.com", operation.template):
        yield Note(
            f"{retired.name} works until {retired.ends}, then {retired.replacement}",
            (),
            retired.source,
            retired.confidence,
        )


def _access_notes(operation: Operation, url: str) -> Iterator[Note]:
    """Which tokens the operation does not take at all."""
    work, personal, application = operation.work, operation.personal, operation.application
    call = match.call(url)
    if call is not None and call[1][:1] == ["me"]:
        yield Note("a token without a user has no `/me`", ("token-type/me-alias-with-app-token",))
    elif work.supported and not application.supported:
        yield Note(
            "needs a signed-in user",
            ("token-type/delegated-only-api",),
            confidence=application.confidence,
        )
    if application.supported and not work.supported:
        yield Note(
            "works with an app-only token only", ("token-type/app-only-api",), confidence=work.confidence
        )
    if work.supported and not personal.supported:
        yield Note(
            "not for personal accounts", ("personal-account/work-only-api",), confidence=personal.confidence
        )
    for name, support in (("delegated", work), ("application", application)):
        if support.supported and _resource_specific(support):
            yield Note(
                f"{name} access is granted by the team, chat or user alone (resource-specific consent)",
                ("permission/call-not-covered",),
                confidence=support.confidence,
            )


def _resource_specific(support: Support) -> bool:
    return bool(support.accepted) and all(any(map(granted_in, found)) for found in support.accepted)


def _self_only(operation: Operation, catalog: Catalog) -> Iterator[Note]:
    """`User.Read` opens the user's own account under either address."""
    template = operation.template
    if not template.startswith("/users/{id}"):
        return
    own = catalog.find(operation.method, "/me" + template.removeprefix("/users/{id}"))
    names = {name for found in own.work.accepted for name in found} if own is not None else set()
    enough = alternatives((name,) for name in sorted(_SELF & names))
    if enough:
        yield Note(
            f"{enough} is enough for the signed-in user's own id",
            ("permission/call-not-covered",),
            confidence="medium",
        )


def _property(aspect: Aspect) -> Note:
    password = "passwordProfile" in aspect.names
    covering = alternatives(aspect.application)
    if aspect.delegated != aspect.application:
        covering = f"{alternatives(aspect.delegated)} (delegated) and {covering} (application)"
    only = "only" if aspect.exclusive else "also"
    return Note(
        f"writing {listed(aspect.names)} is {only} covered by {covering}",
        ("password/app-only-write", "password/delegated-write-scope-missing")
        if password
        else ("permission/call-not-covered",),
        "graph docs api-reference user-update",
        "medium",
    )


def _pairs(operation: Operation) -> Iterator[Note]:
    for name, support in (("delegated", operation.work), ("application", operation.application)):
        if any(len(found) > 1 for found in support.least):
            yield Note(
                f"the least privileged {name} way is two permissions together", ("permission/call-needs-two",)
            )


def _selected(operation: Operation, entra: Entra) -> Iterator[Note]:
    scopes = entra.selected_scopes_for(operation.template)
    accepted = {name for support in operation[3:6] for found in support.accepted for name in found}
    rest = [scope for scope in scopes if scope.name not in accepted]
    if rest:
        yield Note(
            f"{listed((scope.name for scope in rest), len(rest))} may suffice, for the objects that the app "
            "was granted",
            ("privilege/all-sites-instead-of-selected",) if scopes[0].name == "Sites.Selected" else (),
            rest[0].source,
            rest[0].confidence,
        )


def _passwords(operation: Operation, entra: Entra) -> Iterator[Note]:
    for way in entra.password_operations_of(operation.method, operation.template):
        if way.note:
            yield Note(way.note.rstrip("."), (_PASSWORD_RULES[way.kind],), way.source, way.confidence)


def _roles(roles: Roles) -> Note:
    who = listed(roles.roles, len(roles.roles)) or "no role"
    but = [
        {"members": "every member may", "owners": "its owners may", "self": "on oneself everybody may"}[one]
        for one in roles.open_to
    ]
    text = f"the signed-in user needs one of the directory roles {who}"
    if not roles.roles:
        text = "the signed-in user needs no directory role"
    return Note(
        text + (f" ({', '.join(but)} without)" if but and roles.roles else ""),
        ("user/delegated-needs-directory-role",) if roles.required else (),
        roles.source,
        roles.confidence,
    )


def _licence(need: LicenceNeed, entra: Entra) -> Note:
    whose = {"tenant": "the tenant", "user": "the signed-in user", "owner": "the owner of the object"}
    rules = {"entra-id-p1": "user/premium-p1-needed", "intune": "user/intune-licence-needed"}
    titles = {licence.name: licence.title for licence in entra.licences}
    products = " or ".join(titles[name] for name in need.any_of)
    answer = f"HTTP {need.status} {need.code or ''}".rstrip()
    return Note(
        f"{whose[need.whose]} needs {products}, else {answer}"
        + (f"; {need.note.rstrip('.')}" if need.note else ""),
        tuple(rules[name] for name in need.any_of if name in rules),
        need.source,
        need.confidence,
    )
