"""What differs between two catalogues, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from linter.catalog.diff import (
    PERMISSION_FIELDS,
    SUPPORT_FIELDS,
    Diff,
    OperationChange,
    PermissionChange,
    SupportChange,
)
from linter.catalog.records import GRAPH, Operation, Permission, Scheme, Support
from linter.catalog.store import Catalog
from linter.report.safe import plain
from linter.typed import Any, Final

VERSION: Final = 1

#: Entries of one kind that are shown where not all are asked for.
MOST: Final = 10

_ACCESS: Final[dict[Scheme, str]] = {
    "Application": "application",
    "DelegatedWork": "delegated",
    "DelegatedPersonal": "personal",
}
_WORDS: Final = {"admin_consent": "admin consent", "id": "GUID", "personal": "for personal accounts"}


# --- for people -------------------------------------------------------------------------------


def render(found: Diff, old: Catalog, new: Catalog, most: int | None = MOST) -> str:
    """Counts, then the entries of each kind, the most important first and at most `most` of them."""
    lines = [
        f"old  {plain(old.date)}  {old.hash}",
        f"new  {plain(new.date)}  {new.hash}",
        "",
        _counts("operations", found.operations_added, found.operations_removed, found.operations_changed),
        _counts("permissions", found.permissions_added, found.permissions_removed, found.permissions_changed),
    ]
    operations = sorted(found.operations_changed, key=_weight_of_operation)
    permissions = sorted(found.permissions_changed, key=_weight_of_permission)
    sections = {
        "operations that changed": map(_changed_operation, operations),
        "operations removed": map(_operation_line, found.operations_removed),
        "operations added": map(_operation_line, found.operations_added),
        "permissions that changed": (_changed_permission(change, new) for change in permissions),
        "permissions removed": _permission_lines(found.permissions_removed, old),
        "permissions added": _permission_lines(found.permissions_added, new),
    }
    for title, entries in sections.items():
        lines += _section(title, list(entries), most)
    return "\n".join(lines) + "\n"


def _counts(things: str, added: Sequence[Any], removed: Sequence[Any], changed: Sequence[Any]) -> str:
    return f"{things:11}  {len(added):,} added, {len(removed):,} removed, {len(changed):,} changed"


def _section(title: str, entries: list[str], most: int | None) -> Iterator[str]:
    if not entries:
        return
    yield ""
    yield title
    yield from (f"  {entry}" for entry in entries[:most])
    if most is not None and len(entries) > most:
        yield f"  … {len(entries) - most:,} more (--all)"


def _permission_lines(permissions: Iterable[Permission], names: Catalog) -> Iterator[str]:
    for permission in sorted(permissions, key=lambda one: one.resource != GRAPH):
        yield _permission_line(permission, names)


def _weight_of_operation(change: OperationChange) -> tuple[int, bool]:
    """Sort key: access that was lost, then won, then another least, another set, another confidence."""
    weights = []
    for one in change.supports:
        first = one.fields[0]
        if first == "supported":
            weights.append(0 if one.old.supported else 1)
        else:
            weights.append(1 + SUPPORT_FIELDS.index(first))
    return min(weights), change.operation.version == "beta"


def _weight_of_permission(change: PermissionChange) -> tuple[bool, int]:
    return change.new.resource != GRAPH, PERMISSION_FIELDS.index(change.fields[0])


def _operation_line(operation: Operation) -> str:
    return plain(f"{operation.method} {operation.template} ({operation.version})")


def _changed_operation(change: OperationChange) -> str:
    said = "; ".join(f"{_ACCESS[one.scheme]} {', '.join(_support_words(one))}" for one in change.supports)
    return f"{_operation_line(change.operation)}: {said}"


def _support_words(change: SupportChange) -> Iterator[str]:
    old, new = change.old, change.new
    if old.supported != new.supported:
        yield "now supported" if new.supported else "no longer supported"
        return
    for field in change.fields:
        if field == "least":
            yield f"least {_alternatives(old.least)} → {_alternatives(new.least)}"
        elif field == "accepted":
            yield from _more_and_less(old.accepted, new.accepted, "also accepts", "no longer accepts")
        elif field == "eligible":
            if "accepted" not in change.fields:  # else it has been said in other words
                yield from _more_and_less(old.eligible, new.eligible, "may recommend", "no longer recommends")
        else:
            yield f"confidence {old.confidence} → {new.confidence}"


def _more_and_less(
    old: tuple[tuple[str, ...], ...], new: tuple[tuple[str, ...], ...], more_is: str, less_is: str
) -> Iterator[str]:
    more = [one for one in new if one not in old]
    less = [one for one in old if one not in new]
    if more:
        yield f"{more_is} {_alternatives(more)}"
    if less:
        yield f"{less_is} {_alternatives(less)}"


def _alternatives(alternatives: Iterable[tuple[str, ...]]) -> str:
    return plain(" or ".join(" and ".join(one) for one in alternatives)) or "none"


def _permission_line(permission: Permission, names: Catalog) -> str:
    kind = "application" if permission.type == "Role" else "delegated"
    line = f"{permission.value} ({kind})"
    if permission.resource != GRAPH:
        line += f" of {names.resource_name(permission.resource) or permission.resource}"
    return plain(line)


def _changed_permission(change: PermissionChange, names: Catalog) -> str:
    said = []
    for field in change.fields:
        old, new = _value(getattr(change.old, field)), _value(getattr(change.new, field))
        said.append(f"{_WORDS.get(field, field)} {old} → {new}")
    return f"{_permission_line(change.new, names)}: {', '.join(said)}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(str(value)) if value not in (None, "") else "not known"


# --- for machines -----------------------------------------------------------------------------


def document(found: Diff, old: Catalog, new: Catalog) -> dict[str, Any]:
    """The whole difference as plain values; `entralint schema catalog-diff` is its JSON Schema."""
    return {
        "version": VERSION,
        "old": {"date": old.date, "hash": old.hash},
        "new": {"date": new.date, "hash": new.hash},
        "operations": {
            "added": list(map(_operation, found.operations_added)),
            "removed": list(map(_operation, found.operations_removed)),
            "changed": [
                {
                    **_operation(change.operation),
                    "access": {
                        _ACCESS[one.scheme]: _changes(one.fields, one.old, one.new) for one in change.supports
                    },
                }
                for change in found.operations_changed
            ],
        },
        "permissions": {
            "added": list(map(_permission, found.permissions_added)),
            "removed": list(map(_permission, found.permissions_removed)),
            "changed": [
                {**_permission(change.new), "changes": _changes(change.fields, change.old, change.new)}
                for change in found.permissions_changed
            ],
        },
    }


def _operation(operation: Operation) -> dict[str, str]:
    return {
        "method": operation.method,
        "template": plain(operation.template),
        "version": operation.version,
    }


def _permission(permission: Permission) -> dict[str, str]:
    return {"resource": permission.resource, "value": plain(permission.value), "type": permission.type}


def _changes(fields: Iterable[str], old: Support | Permission, new: Support | Permission) -> dict[str, Any]:
    return {
        field: {"old": _value_of(getattr(old, field)), "new": _value_of(getattr(new, field))}
        for field in fields
    }


def _value_of(value: Any) -> Any:
    """A field as JSON has it; an empty GUID is none."""
    if isinstance(value, tuple):
        return [[plain(name) for name in alternative] for alternative in value]
    return None if value == "" else value
