"""What calls need, and the least set for all of them: for people, for machines, and ready for use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from linter.catalog.names import basic
from linter.catalog.records import GRAPH, Operation, Permission, PermissionType, Support
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.minimum import Cover, Minimum
from linter.report.safe import leading, masked, plain
from linter.typed import Any, NamedTuple


class Asked(NamedTuple):
    """One call as given, and what it needs by kind of access; `operation` is None where nobody knows it."""

    method: str
    url: str
    operation: Operation | None
    access: Mapping[str, Support]


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
        return "Role" if self.access == "application" else "Scope"


class Answer(NamedTuple):
    """Everything that `needs` found out. `elsewhere` are calls of a calls file that go to other APIs."""

    calls: tuple[Asked, ...]
    least: tuple[Least, ...]
    flows: tuple[Least, ...] = ()
    elsewhere: tuple[str, ...] = ()


# --- for machines -----------------------------------------------------------------------------


def document(answer: Answer, catalog: Catalog, entra: Entra) -> dict[str, Any]:
    """The answer as plain values; `entralint schema needs` is its JSON Schema."""
    found: dict[str, Any] = {
        "version": 1,
        "calls": [call_document(call) for call in answer.calls],
        "minimum": {one.access: _least(one, catalog, entra) for one in answer.least},
    }
    if answer.flows:
        found["flows"] = [
            {"flow": plain(one.flow), "access": one.access, "minimum": _least(one, catalog, entra)}
            for one in answer.flows
        ]
        found["elsewhere"] = [masked(call) for call in answer.elsewhere]
    return found


def call_document(call: Asked) -> dict[str, Any]:
    """One call as in the JSON report."""
    return {
        "method": call.method,
        "url": masked(call.url),
        "operation": call.operation.template if call.operation else None,
        "version": call.operation.version if call.operation else None,
        "access": {
            name: {
                "supported": support.supported,
                "accepted": [list(alternative) for alternative in support.accepted],
                "least": [list(alternative) for alternative in support.least],
                "confidence": support.confidence,
            }
            for name, support in call.access.items()
        },
    }


def _least(one: Least, catalog: Catalog, entra: Entra) -> dict[str, Any]:
    found = one.minimum
    known = [(name, _permission(name, one.type, catalog)) for name in found.permissions]
    proof, uncovered = [], []
    for number, cover in zip(one.calls, found.covers, strict=True):
        if cover.reason:
            uncovered.append({"call": number, "reason": cover.reason})
        else:
            proof.append(
                {
                    "call": number,
                    "by": list(cover.by),
                    "considered": [list(other) for other in cover.considered],
                }
            )
    return {
        "permissions": list(found.permissions),
        "levels": [permission.level if permission else None for _, permission in known],
        "admin_consent": [name for name, permission in known if permission and permission.admin_consent],
        "tier_zero": [name for name in found.permissions if is_tier_zero(name, one.type, entra)],
        "excess": found.objective.excess,
        "narrower": list(found.narrower),
        "ties": [list(other) for other in found.ties],
        "more_ties": found.more_ties,
        "exact": found.exact,
        "confidence": found.confidence,
        "uncovered": uncovered,
        "proof": proof,
    }


def _permission(name: str, type_: PermissionType, catalog: Catalog) -> Permission | None:
    return catalog.permission(GRAPH, name, type_)


def is_tier_zero(name: str, type_: PermissionType, entra: Entra) -> bool:
    """Whether a permission of Microsoft Graph is a known way to Global Administrator."""
    return type_ == "Role" and name in entra.tier_zero


# --- for people -------------------------------------------------------------------------------


def text(answer: Answer, catalog: Catalog, entra: Entra, *, proof: bool) -> str:
    """Each call with what it needs, then the least sets."""
    parts = []
    if not answer.flows:
        parts = ["\n".join(_call(call, catalog)) + "\n" for call in answer.calls]
    for one in answer.flows:
        parts.append("\n".join(_set(one, catalog, entra, proof=proof)) + "\n")
    several = len(answer.calls) > 1 and (not answer.flows or len(answer.flows) > len(answer.least))
    if several or (proof and not answer.flows):
        for one in answer.least:
            parts.append("\n".join(_set(one, catalog, entra, proof=proof)) + "\n")
    if answer.elsewhere:
        count = len(answer.elsewhere)
        parts.append(f"{_count(count, 'call')} of other APIs than Microsoft Graph left out\n")
    return "\n".join(parts)


def _call(call: Asked, catalog: Catalog) -> Iterator[str]:
    yield f"{call.method} {plain(call.url)}"
    if call.operation is None:
        yield "  unknown: the catalogue has no such operation of Microsoft Graph"
        return
    yield f"  is {call.method} {call.operation.template} ({call.operation.version})"
    for name, support in call.access.items():
        yield f"  {name:11} {_support(name, support, catalog)}"


def _support(access: str, support: Support, catalog: Catalog) -> str:
    doubt = "" if support.confidence == "high" else f"  (confidence {support.confidence})"
    if not support.supported:
        return f"not supported{doubt}"
    type_: PermissionType = "Role" if access == "application" else "Scope"
    least = support.least or support.accepted
    also = [alternative for alternative in support.accepted if alternative not in least]
    line = (
        " or ".join(alternative_text(alternative, type_, catalog) for alternative in least)
        or "no permission at all"
    )
    if also:
        line += f"; also {', '.join(map(' and '.join, also))}"
    return line + doubt


def alternative_text(alternative: tuple[str, ...], type_: PermissionType, catalog: Catalog) -> str:
    """One permission, or a pair, with what only an administrator can consent to marked."""
    names = []
    for name in alternative:
        permission = _permission(name, type_, catalog)
        admin = type_ == "Scope" and permission is not None and permission.admin_consent
        names.append(f"{name} [admin consent]" if admin else name)
    return " and ".join(names)


def _set(one: Least, catalog: Catalog, entra: Entra, *, proof: bool) -> Iterator[str]:
    """One least set: its permissions with the calls that each is for, and what is to say about them."""
    found = one.minimum
    whose = f" of {leading(one.flow)}" if one.flow else ""
    size = _count(len(found.permissions), "permission") if found.permissions else "no permission"
    covered = sum(1 for cover in found.covers if not cover.reason)
    calls = _count(len(found.covers), "call")
    number = calls if covered == len(found.covers) else f"{covered} of {calls}"
    yield f"least set{whose}, {one.access}: {size} for {number}"
    width = max(map(len, found.permissions), default=0)
    for name in found.permissions:
        facts = ", ".join(_facts(name, one.type, catalog, entra))
        served = [cover.need.label for cover in found.covers if name in cover.by]
        yield f"  {name:{width}}  {facts}: {_listed(served)}"
    if found.permissions:
        excess = found.objective.excess
        yield f"  opens {_count(excess, 'operation')} beyond the planned ones"
    if found.narrower:
        opened = _count(found.narrower_excess, "operation")
        yield f"  narrower, if not fewer: {', '.join(found.narrower)} (opens {opened} beyond)"
    if not found.exact:
        yield f"  the search was cut short: no set is better than {_levels(found)}"
    for other in found.ties:
        yield f"  equally good: {', '.join(other)}"
    if found.more_ties:
        yield "  equally good: more sets than are listed"
    for cover in found.covers:
        support = cover.need.support
        if cover.reason:
            yield f"  not covered: {plain(cover.need.label)}: {plain(cover.reason)}"
        elif support and support.confidence == "low":
            yield f"  not sure (confidence low): {plain(cover.need.label)}"
    if proof:
        yield from _proof(found)


def _facts(name: str, type_: PermissionType, catalog: Catalog, entra: Entra) -> Iterator[str]:
    permission = _permission(name, type_, catalog)
    yield f"level {permission.level}" if permission and permission.level else "no level"
    if permission and permission.admin_consent:
        yield "admin consent"
    if is_tier_zero(name, type_, entra):
        yield "tier zero"
    if basic(name):
        yield "basic properties only"


def _levels(found: Minimum) -> str:
    four, three, two, one = found.bound.levels
    return f"{four} of level 4, {three} of level 3, {two} of level 2 and {one} of level 1"


def _proof(found: Minimum) -> Iterator[str]:
    yield "  proof: every call is covered"
    for cover in found.covers:
        if not cover.reason:
            yield f"    {plain(cover.need.label)}: {_choice(cover)}"
    if found.exact:
        yield f"  and no better set exists: the search was complete ({_count(found.nodes, 'node')})"


def _choice(cover: Cover) -> str:
    chosen = " and ".join(cover.by)
    others = [" and ".join(other) for other in cover.considered if other != cover.by]
    return f"{chosen}, out of {', '.join([chosen, *others])}" if others else f"{chosen}, the only one"


def _listed(calls: list[str], most: int = 3) -> str:
    unique = list(dict.fromkeys(map(plain, calls)))
    more = f" and {len(unique) - most} more" if len(unique) > most else ""
    return ", ".join(unique[:most]) + more


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


# --- ready for use ----------------------------------------------------------------------------


def emitted(sets: tuple[Least, ...], form: str, catalog: Catalog) -> str:
    """The permissions as a manifest's member, as the Azure CLI's argument file, or as names, one a line."""
    if form == "names":
        lines = []
        for one in sets:
            lines += [f"# {one.access}"] if len(sets) > 1 else []
            lines += one.minimum.permissions
        return "".join(f"{line}\n" for line in lines)
    import json  # noqa: PLC0415  only here and in the JSON report

    accesses = []
    for one in sets:
        for name in one.minimum.permissions:
            permission = _permission(name, one.type, catalog)
            if permission is not None:
                accesses.append({"id": permission.id, "type": permission.type})
    access = [{"resourceAppId": GRAPH, "resourceAccess": accesses}] if accesses else []
    return json.dumps({"requiredResourceAccess": access} if form == "manifest" else access, indent=2) + "\n"
