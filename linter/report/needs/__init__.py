"""What calls need, and the least set for all of them: one module per form, and what they share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from linter.catalog.records import GRAPH, Operation, Permission, PermissionType, Support
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.minimum import Minimum
from linter.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from linter.entra.records import SelectedScope


class Asked(NamedTuple):
    """One call as given, and what it needs by kind of access.

    `operation` is None where the catalogue has none; `reason` then says why. `free` calls need no permission.
    """

    method: str
    url: str
    operation: Operation | None
    access: Mapping[str, Support]
    reason: str = ""
    free: bool = False

    @property
    def label(self) -> str:
        """The call as one text."""
        return f"{self.method} {self.url}"


class Least(NamedTuple):
    """The least set for some of the calls, by their indexes, under one kind of access.

    `flow` is the flow that makes them, empty where they are all calls.
    """

    flow: str
    access: str
    calls: tuple[int, ...]
    minimum: Minimum

    @property
    def type(self) -> PermissionType:
        """The type of permission that counts."""
        return type_of(self.access)


class Answer(NamedTuple):
    """Everything that `needs` found out. `elsewhere` are calls of a calls file that go to other APIs."""

    calls: tuple[Asked, ...]
    least: tuple[Least, ...]
    flows: tuple[Least, ...] = ()
    elsewhere: tuple[str, ...] = ()

    def covered(self) -> frozenset[int]:
        """The calls, by their indexes, that need nothing or that a least set covers with some access."""
        covered = {number for number, call in enumerate(self.calls) if call.free}
        for one in self.flows or self.least:
            covered.update(
                number
                for number, cover in zip(one.calls, one.minimum.covers, strict=True)
                if not cover.reason
            )
        return frozenset(covered)


def selected_instead(one: Least, entra: Entra) -> Iterator[tuple[str, SelectedScope]]:
    """The permissions of a set over all sites or files, and what may do where single objects are granted."""
    for name in one.minimum.permissions:
        if one.access == "personal" or not (name.startswith(("Sites.", "Files.")) and name.endswith(".All")):
            continue
        served = [cover.need.operation for cover in one.minimum.covers if name in cover.by]
        if any(operation is None or "{" not in operation.template for operation in served):
            continue  # a search over all of them
        scopes = [entra.selected_scopes_for(operation.template) for operation in served if operation]
        for scope in scopes[0]:
            if all(scope in others for others in scopes):
                yield name, scope
                break


def narrower_how(found: Minimum) -> str:
    """In what the narrower set of a least one is narrower, and at what price."""
    less = found.narrower_excess < found.objective.excess
    return f"{'narrower' if less else 'not over the whole directory'}, with more or higher permissions"


def exchange(found: Minimum, other: Sequence[str]) -> list[str]:
    """What another set has, and what of the least one it does without."""
    come = [name for name in other if name not in found.permissions]
    gone = [name for name in found.permissions if name not in other]
    if come and gone:
        come[-1] += f" instead of {gone[0]}"
        return come + gone[1:]
    return come or list(other)


def type_of(access: str) -> PermissionType:
    """The type of permission that counts under a kind of access."""
    return "Role" if access == "application" else "Scope"


def permission_of(name: str, type_: PermissionType, catalog: Catalog) -> Permission | None:
    """A permission of Microsoft Graph by name and type."""
    return catalog.permission(GRAPH, name, type_)


def is_tier_zero(name: str, type_: PermissionType, entra: Entra) -> bool:
    """Whether a permission of Microsoft Graph is a known way to Global Administrator."""
    return type_ == "Role" and name in entra.tier_zero
