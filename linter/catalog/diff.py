"""What differs between two catalogues: their operations, what these accept, and their permissions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from linter.catalog.records import SCHEMES, Operation, Permission, Scheme, Support
from linter.catalog.store import Catalog
from linter.typed import Any, Final, NamedTuple, TypeVar

Thing = TypeVar("Thing", Operation, Permission)


class SupportChange(NamedTuple):
    """What one operation accepted under a scheme, and what it accepts now."""

    scheme: Scheme
    old: Support
    new: Support

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that differ."""
        return tuple([name for name in SUPPORT_FIELDS if _seen(self.old, name) != _seen(self.new, name)])


class OperationChange(NamedTuple):
    """An operation of both catalogues of which they say different things."""

    operation: Operation
    supports: tuple[SupportChange, ...]


class PermissionChange(NamedTuple):
    """A permission of both catalogues of which they say different things; `fields` names what differs."""

    old: Permission
    new: Permission
    fields: tuple[str, ...]


class Diff(NamedTuple):
    """What a new catalogue adds, removes and changes, each in the catalogues' order."""

    operations_added: tuple[Operation, ...]
    operations_removed: tuple[Operation, ...]
    operations_changed: tuple[OperationChange, ...]
    permissions_added: tuple[Permission, ...]
    permissions_removed: tuple[Permission, ...]
    permissions_changed: tuple[PermissionChange, ...]


#: What is compared of a support, and of a permission; the most important first.
SUPPORT_FIELDS: Final = ("supported", "least", "accepted", "eligible", "confidence")
PERMISSION_FIELDS: Final = (
    "live", "admin_consent", "level", "id", "enabled", "hidden", "personal",
)  # fmt: skip


def diff(old: Catalog, new: Catalog) -> Diff:
    """Compare two catalogues. `diff(new, old)` is the mirror of `diff(old, new)`."""
    operations = _compared(old.operations(), new.operations(), lambda one: one[:3])
    permissions = _compared(old.all_permissions(), new.all_permissions(), _identity)
    return Diff(
        operations.added,
        operations.removed,
        tuple(filter(None, (_operation_change(*pair) for pair in operations.both))),
        permissions.added,
        permissions.removed,
        tuple(filter(None, (_permission_change(*pair) for pair in permissions.both))),
    )


class _Compared(NamedTuple):
    added: tuple[Any, ...]
    removed: tuple[Any, ...]
    both: tuple[tuple[Any, Any], ...]


def _compared(
    old: Iterable[Thing], new: Iterable[Thing], identity: Callable[[Thing], tuple[str, ...]]
) -> _Compared:
    before, after = _by_identity(old, identity), _by_identity(new, identity)
    return _Compared(
        tuple([one for key, one in after.items() if key not in before]),
        tuple([one for key, one in before.items() if key not in after]),
        tuple([(one, after[key]) for key, one in before.items() if key in after]),
    )


def _by_identity(
    things: Iterable[Thing], identity: Callable[[Thing], tuple[str, ...]]
) -> Mapping[tuple[str, ...], Thing]:
    """Things by what makes them the same in both; a second one of the same is another one."""
    out: dict[tuple[str, ...], Thing] = {}
    for thing in things:
        key = identity(thing)
        while key in out:
            key += ("again",)
        out[key] = thing
    return out


def _identity(permission: Permission) -> tuple[str, ...]:
    return permission.resource, permission.value, permission.type


def _operation_change(old: Operation, new: Operation) -> OperationChange | None:
    if old[3:] == new[3:]:
        return None
    changes = [SupportChange(scheme, old.support(scheme), new.support(scheme)) for scheme in SCHEMES]
    changed = tuple([change for change in changes if change.fields])
    return OperationChange(new, changed) if changed else None


def _seen(support: Support, field: str) -> object:
    """A field as far as it means something: the order of what is accepted does not."""
    value = getattr(support, field)
    return sorted(value) if field in ("accepted", "eligible") else value


def _permission_change(old: Permission, new: Permission) -> PermissionChange | None:
    fields = tuple([name for name in PERMISSION_FIELDS if getattr(old, name) != getattr(new, name)])
    return PermissionChange(old, new, fields) if fields else None
