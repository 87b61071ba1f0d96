"""A permission in full: both its types, what each opens, and which permissions open less or more."""

from __future__ import annotations

from collections.abc import Iterable

from linter.catalog import names
from linter.catalog.reach import Reach
from linter.catalog.records import GRAPH, Operation, Permission, PermissionType, Scheme
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.entra.records import SelectedScope
from linter.explain.neighbours import neighbours
from linter.typed import Final, Literal, NamedTuple

#: Operations shown as examples.
_EXAMPLES: Final = 4

_READS: Final = frozenset({"GET", "HEAD"})

_RESOURCES: Final = {"Group": "team", "Chat": "chat", "User": "user"}


class Opened(NamedTuple):
    """How many operations, by their method: GET and HEAD read. Of all of them `beta_only` are not in v1.0."""

    reads: int
    writes: int
    beta_only: int

    @property
    def total(self) -> int:
        """All of them; one that v1.0 and beta have counts once."""
        return self.reads + self.writes


class Relative(NamedTuple):
    """A permission beside the one in question: `adds` it opens and the other not, `lacks` the reverse."""

    value: str
    level: int | None
    admin_consent: bool | None
    opens: int
    adds: int
    lacks: int


class Side(NamedTuple):
    """One type of a permission.

    `personal` is None for an application permission, `tier_zero` for a delegated one. `exchange` is
    whether Exchange can limit it to some mailboxes, `selected` not None where it reaches nothing until
    single objects are granted, `granted_in` the kind of thing that consents by itself (resource-specific
    consent), `shared_of` the permission that it extends to what others shared. The rest is None or empty
    where nobody publishes what calls of the API need.
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


def pages(
    found: Iterable[Permission], catalog: Catalog, entra: Entra, *, by_id: bool
) -> list[PermissionPage]:
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
    name, type_ = permission.value, permission.type
    ours = {
        one.value: one for one in catalog.all_permissions() if one.resource == GRAPH and one.type == type_
    }
    scheme: Scheme = "Application" if type_ == "Role" else "DelegatedWork"
    reach = Reach(catalog, [scheme])
    pairs = _pairs_with(name, reach, ours)
    if type_ == "Scope" and not reach.opens(name) and not pairs:
        personal = Reach(catalog, ["DelegatedPersonal"])
        if personal.opens(name):
            scheme, reach = "DelegatedPersonal", personal
            pairs = _pairs_with(name, reach, ours)
    opens = {other: reach.opens(other) for other in ours}
    own, beside = opens[name], 0
    for bits in pairs.values():
        beside |= bits & ~own
    near = neighbours(name, opens)
    area = name.partition(".")[0] + "."

    def relatives(others: Iterable[str]) -> tuple[Relative, ...]:
        return tuple(
            Relative(
                other,
                ours[other].level,
                ours[other].admin_consent,
                opens[other].bit_count(),
                (opens[other] & ~own).bit_count(),
                (own & ~opens[other]).bit_count(),
            )
            for other in others
        )

    alone = list(reach.operations(own))
    return side._replace(
        account=None if scheme == "Application" else "work" if scheme == "DelegatedWork" else "personal",
        alone=_opened(alone),
        beside=_opened(list(reach.operations(beside))),
        partners=tuple(other for other, bits in sorted(pairs.items()) if bits & ~own),
        examples=_examples(alone, name, scheme),
        same=relatives(near.same),
        narrower=relatives(near.narrower),
        broader=relatives(near.broader),
        siblings=relatives(other for other in ours if other.startswith(area) and other != name),
    )


def _pairs_with(name: str, reach: Reach, names: Iterable[str]) -> dict[str, int]:
    """What a permission opens together with each other one, by the other's name."""
    return {
        other: bits
        for pair, bits in reach.together(names).items()
        if name in pair and bits
        for other in pair
        if other != name
    }


def _opened(operations: list[Operation]) -> Opened:
    reading = sum(operation.method in _READS for operation in operations)
    in_beta = sum(operation.version == "beta" for operation in operations)
    return Opened(reading, len(operations) - reading, in_beta)


def _examples(operations: list[Operation], name: str, scheme: Scheme) -> tuple[str, ...]:
    """A few operations: those that it is the least for, surely known, of v1.0, with the shortest paths."""

    def rank(operation: Operation) -> tuple[bool, bool, bool, bool, int, str, str]:
        support = operation.support(scheme)
        return (
            (name,) not in support.least[:1],
            support.confidence != "high",
            operation.version != "v1.0",
            (operation.method in _READS) != names.reads(name),
            operation.template.count("/"),
            operation.template,
            operation.method,
        )

    best = sorted(operations, key=rank)[:_EXAMPLES]
    return tuple(
        f"{operation.method} {'' if operation.version == 'v1.0' else '/beta'}{operation.template}"
        for operation in best
    )
