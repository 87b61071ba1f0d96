"""A permission in full: both its types, what each opens, and which permissions open less or more."""

from __future__ import annotations

from collections.abc import Iterable

from linter.catalog import names
from linter.catalog.reach import Reach, neighbours, reach, reads
from linter.catalog.records import GRAPH, Operation, Permission, PermissionType, Scheme
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.records import SelectedScope
from linter.typed import Final, Literal, NamedTuple

#: Operations shown as examples.
_EXAMPLES: Final = 4

_RESOURCES: Final = {"Group": "team", "Chat": "chat", "User": "user"}


class Count(NamedTuple):
    """Operations by their method: GET and HEAD read."""

    reads: int
    writes: int


class Opened(NamedTuple):
    """Operations of the two versions of Microsoft Graph."""

    v1: Count
    beta: Count

    @property
    def total(self) -> int:
        """All of them, v1.0 and beta counted apart."""
        return sum(self.v1) + sum(self.beta)


class Relative(NamedTuple):
    """A permission beside the one in question: `adds` it opens and the other not, `lacks` the reverse."""

    value: str
    level: int | None
    admin_consent: bool | None
    adds: int
    lacks: int


class Side(NamedTuple):
    """One type of a permission.

    `personal` is None for an application permission, `tier_zero` for a delegated one. `granted_in` is
    the kind of thing that consents by itself (resource-specific consent), `exchange` whether Exchange
    can limit it to some mailboxes, `selected` what it says of itself where it reaches nothing until
    single objects are granted, `shared_of` the permission that it extends to what others shared. The rest is None or empty where nobody publishes what calls of the API
    need.
    """

    type: PermissionType
    id: str | None
    level: int | None
    admin_consent: bool | None
    tier_zero: bool | None
    personal: bool | None
    live: bool
    hidden: bool
    enabled: bool
    exchange: bool
    selected: SelectedScope | None
    granted_in: str | None
    shared_of: str | None
    account: Literal["work", "personal"] | None = None
    alone: Opened | None = None
    beside: Opened | None = None
    partners: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    same: tuple[Relative, ...] = ()
    narrower: tuple[Relative, ...] = ()
    broader: tuple[Relative, ...] = ()
    siblings: tuple[Relative, ...] = ()


class PermissionPage(NamedTuple):
    """One name of one API. `asked` is the type that a GUID meant; of a name both are."""

    value: str
    resource: str
    api: str | None
    api_status: str | None
    asked: PermissionType | None
    delegated: Side | None
    application: Side | None

    @property
    def sides(self) -> tuple[Side, ...]:
        """The types that exist."""
        return tuple(side for side in (self.delegated, self.application) if side is not None)


def pages(found: Iterable[Permission], catalog: Catalog, entra: Entra, *, by_id: bool) -> list[PermissionPage]:
    """A page for every name and API among `found`; `by_id` says that a GUID was asked for."""
    asked: dict[tuple[str, str], list[PermissionType]] = {}
    for permission in found:
        asked.setdefault((permission.value, permission.resource), []).append(permission.type)
    return [
        _page(value, resource, types[0] if by_id and len(types) == 1 else None, catalog, entra)
        for (value, resource), types in asked.items()
    ]


def _page(
    value: str, resource: str, asked: PermissionType | None, catalog: Catalog, entra: Entra
) -> PermissionPage:
    api = entra.resource(resource)
    delegated = catalog.permission(resource, value, "Scope")
    application = catalog.permission(resource, value, "Role")
    return PermissionPage(
        value,
        resource,
        catalog.resource_name(resource) or (api.name if api else None),
        api.status if api else None,
        asked,
        _side(delegated, catalog, entra) if delegated else None,
        _side(application, catalog, entra) if application else None,
    )


def _side(permission: Permission, catalog: Catalog, entra: Entra) -> Side:
    role, graph = permission.type == "Role", permission.resource == GRAPH
    side = Side(
        permission.type,
        permission.id or None,
        permission.level,
        permission.admin_consent,
        (graph and permission.value in entra.tier_zero) if role else None,
        None if role else permission.personal,
        permission.live,
        permission.hidden,
        permission.enabled,
        role and (permission.resource, permission.value) in entra.exchange_scoped,
        entra.selected_scope(permission.value) if graph else None,
        granted_in(permission.value) if graph and role else None,
        permission.value.removesuffix(".Shared") if permission.value.endswith(".Shared") else None,
    )
    return _with_operations(side, permission, catalog) if graph else side


def granted_in(name: str) -> str | None:
    """The kind of thing that consents to a permission by itself; None where an administrator does."""
    return _RESOURCES[name.rpartition(".")[2]] if names.consented_by_resource(name) else None


def _with_operations(side: Side, permission: Permission, catalog: Catalog) -> Side:
    """The side with what it opens: for a work account, or for a personal one where it is for those alone."""
    name = permission.value
    scheme: Scheme = "Application" if permission.type == "Role" else "DelegatedWork"
    found = reach(catalog, scheme)
    if permission.type == "Scope" and not found.alone.get(name) and not found.beside.get(name):
        personal = reach(catalog, "DelegatedPersonal")
        if personal.alone.get(name) or personal.beside.get(name):
            scheme, found = "DelegatedPersonal", personal
    alone, beside = found.alone.get(name, 0), found.beside.get(name, 0)
    near = neighbours(name, found.alone)
    area = name.partition(".")[0] + "."
    siblings = [
        one.value
        for one in catalog.all_permissions()
        if one.resource == GRAPH and one.type == permission.type
        if one.value.startswith(area) and one.value != name
    ]

    def relatives(others: Iterable[str]) -> tuple[Relative, ...]:
        return tuple(_relative(other, permission, found, catalog) for other in others)

    return side._replace(
        account=None if scheme == "Application" else "work" if scheme == "DelegatedWork" else "personal",
        alone=_opened(found.of(alone)),
        beside=_opened(found.of(beside)),
        partners=found.partners.get(name, ()) if beside else (),
        examples=_examples(found.of(alone), name, scheme),
        same=relatives(near.same),
        narrower=relatives(near.narrower),
        broader=relatives(near.broader),
        siblings=relatives(siblings),
    )


def _relative(other: str, permission: Permission, found: Reach, catalog: Catalog) -> Relative:
    own, its = found.alone.get(permission.value, 0), found.alone.get(other, 0)
    facts = catalog.permission(GRAPH, other, permission.type)
    return Relative(
        other,
        facts.level if facts else None,
        facts.admin_consent if facts else None,
        (its & ~own).bit_count(),
        (own & ~its).bit_count(),
    )


def _opened(operations: list[Operation]) -> Opened:
    return Opened(_count(operations, "v1.0"), _count(operations, "beta"))


def _count(operations: list[Operation], version: str) -> Count:
    of_version = [operation for operation in operations if operation.version == version]
    reading = sum(map(reads, of_version))
    return Count(reading, len(of_version) - reading)


def _examples(operations: list[Operation], name: str, scheme: Scheme) -> tuple[str, ...]:
    """A few operations: those that it is the least for, surely known, of v1.0, with the shortest paths."""

    def rank(operation: Operation) -> tuple[bool, bool, bool, bool, int, str, str]:
        support = operation.support(scheme)
        return (
            (name,) not in support.least[:1],
            support.confidence != "high",
            operation.version != "v1.0",
            reads(operation) != names.reads(name),
            operation.template.count("/"),
            operation.template,
            operation.method,
        )

    best = sorted(operations, key=rank)[:_EXAMPLES]
    return tuple(
        f"{operation.method} {'' if operation.version == 'v1.0' else '/beta'}{operation.template}"
        for operation in best
    )
