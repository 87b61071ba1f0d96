"""How it is said, and mended, that less than what is declared would do for the planned calls."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from linter import subject, wording
from linter.amend import declare, exchange, withdraw
from linter.catalog.names import writes
from linter.catalog.records import PermissionType
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Edit, Hit, Related, Unknown
from linter.holdings import api_of, where_requested
from linter.ladder import Climb
from linter.model import Application, Flow, Inventory
from linter.rightsizing import Replacement, Rightsizing


def too_wide(
    application: Application,
    rightsizing: dict[PermissionType, Rightsizing],
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    inventory: Inventory,
    message: Callable[[Replacement, bool], str],
    wanted: Callable[[Replacement], bool] = lambda _: True,
) -> Iterator[Hit | Unknown]:
    """Each set of permissions that can be replaced; unknown where a call may need more than is known."""
    if application.required_resource_access is None:
        yield Unknown("application.required_resource_access")
    for sizing in rightsizing.values():
        replacements = list(filter(wanted, sizing.replacements))
        if replacements and sizing.lacks:
            yield from map(Unknown, sizing.lacks)
            continue
        for found in replacements:
            said = message(found, inventory.complete)
            yield _replace(application, found, flows, catalog, entra, said, complete=inventory.complete)


def _replace(
    application: Application,
    found: Replacement,
    flows: tuple[Flow, ...],
    catalog: Catalog,
    entra: Entra,
    message: str,
    *,
    complete: bool,
) -> Hit:
    first = found.old[0]
    old = list(dict.fromkeys(entry.written for entry in found.old))
    new = [permission.value for permission in found.new]
    type_ = first.entry.type or ""
    asked = tuple(related for flow in flows for related in where_requested(flow, old, catalog, entra))
    entries = tuple(Related(entry.entry.at, f"and {entry.written}") for entry in found.old[1:])
    edits = _exchanged(application, found, catalog) if complete and not asked else ()
    return Hit(
        subject.of_permission(api_of(first, catalog), first.written, type_),
        first.entry.at,
        message,
        (*entries, *(Related(climb.call.at, "needs it") for climb in _each_call(found.climbs)), *asked),
        severity="warning" if complete else "note",
        confidence=found.confidence,
        fix=_swap_advice(old, new, found),
        edits=edits,
        safe=found.confidence != "low" and not found.leaves_basic,
    )


def reads_only(found: Replacement, complete: bool) -> str:
    """The sentence about a right to write where the calls only read."""
    old = dict.fromkeys(entry.written for entry in found.old if writes(entry.written))
    gives = f"{wording.permissions(old, found.old[0].entry.type or '')} {_verb('give', old)}"
    return (
        f"{_by_the_calls(complete)}{gives} a right to write, and the planned calls read: {_coverage(found)}"
    )


def writes_for_reads(found: Replacement) -> bool:
    """Whether something that writes is replaced by what only reads."""
    new = (*(permission.value for permission in found.new), *found.kept)
    return any(writes(entry.written) for entry in found.old) and not any(map(writes, new))


def too_much(found: Replacement, complete: bool) -> str:
    """The sentence about permissions that give more than the calls need."""
    old = dict.fromkeys(entry.written for entry in found.old)
    names = wording.permissions(old, found.old[0].entry.type or "")
    if found.new:
        gives = f"{_by_the_calls(complete)}{names} {_verb('give', old)}"
        return f"{gives} more than the planned calls need: {_coverage(found)}"
    # What takes over may be broader: another call needs it.
    needs = f"{'no planned call' if complete else 'by the calls listed, nothing'} needs {names}"
    return f"{needs} beside {wording.listed(found.kept)}, which {_verb('cover', found.kept)} {_calls(found)}"


def _by_the_calls(complete: bool) -> str:
    return "" if complete else "by the calls listed, "


def _coverage(found: Replacement) -> str:
    """What covers the calls in the end."""
    names = [*(permission.value for permission in found.new), *found.kept]
    return f"{wording.listed(names)} {_verb('cover', names)} {_calls(found)}"


def _calls(found: Replacement) -> str:
    return wording.listed(sorted({subject.of_request(climb.call) for climb in found.climbs}), 2)


def _verb(verb: str, subjects: Collection[str]) -> str:
    return verb + "s" if len(subjects) == 1 else verb


def _each_call(climbs: tuple[Climb, ...], most: int = 3) -> list[Climb]:
    """The first few calls, each once."""
    return list({id(climb.call): climb for climb in climbs}.values())[:most]


def _swap_advice(old: list[str], new: list[str], found: Replacement) -> str:
    """What to replace by what, and what is given up by it."""
    if new:
        advice = f"Replace {wording.listed(old)} by {wording.listed(new)}"
    else:
        kept = list(found.kept)
        advice = f"Remove {wording.listed(old)}; {wording.listed(kept)} {_verb('cover', kept)} its calls"
    if not found.lost:
        return advice + "; every planned call stays covered."
    few = [f"{operation.method} {operation.template}" for operation in found.lost[:3]]
    number = len(found.lost)
    given_up = "one operation is" if number == 1 else f"{number} operations are"
    like = ": " if number <= len(few) else ", like "
    return f"{advice}; every planned call stays covered, and {given_up} given up{like}{', '.join(few)}."


def _exchanged(application: Application, found: Replacement, catalog: Catalog) -> tuple[Edit, ...]:
    """Old entries turned into new ones, one for one; what is left over goes, or is added."""
    edits: list[Edit] = []
    for entry, permission in zip(found.old, found.new, strict=False):
        edits += exchange(entry, permission) or (*withdraw(entry), *declare(application, permission, catalog))
    for entry in found.old[len(found.new) :]:
        edits += withdraw(entry)
    for permission in found.new[len(found.old) :]:
        edits += declare(application, permission, catalog)
    return tuple(edits)
