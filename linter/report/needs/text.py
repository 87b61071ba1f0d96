"""What calls need, for people: each call, then the least sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from linter.catalog.names import basic, consented_by_resource
from linter.catalog.records import PermissionType, Support
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.minimum import Cover, Minimum
from linter.report.needs import (
    Answer,
    Asked,
    Least,
    exchange,
    is_tier_zero,
    narrower_how,
    permission_of,
    selected_instead,
    type_of,
)
from linter.report.safe import leading, plain
from linter.typed import Final

_WIDTH: Final = 100
#: Alternatives shown of a call for which each may be the right one.
_MOST_ALTERNATIVES: Final = 8
#: Calls shown beside a permission.
_MOST_CALLS: Final = 3


def render(answer: Answer, catalog: Catalog, entra: Entra, *, proof: bool) -> str:
    """Each call and the least set for all; of a calls file, the least set of each flow and that for all."""
    parts = [] if answer.flows else [_call(call, catalog) for call in answer.calls]
    parts += [_set(one, catalog, entra, proof=proof) for one in answer.flows]
    if _says_more(answer, proof=proof):
        parts += [_set(one, catalog, entra, proof=proof) for one in answer.least]
    if answer.flows:
        parts.append(_beside(answer, catalog))
    return "\n".join(text for lines in parts if (text := "".join(f"{line}\n" for line in lines)))


def _says_more(answer: Answer, *, proof: bool) -> bool:
    """Whether the sets for all calls say more than what stands before them."""
    if answer.flows:
        return len(answer.flows) > len(answer.least)
    return proof or len(answer.calls) > 1


def _beside(answer: Answer, catalog: Catalog) -> Iterator[str]:
    """What is to say of a calls file's calls that are in no set."""
    for call in answer.calls:
        if call.operation is None and not call.free:
            yield from _call(call, catalog)
    if free := [plain(call.label) for call in answer.calls if call.free]:
        yield from _listed("need no permission: ", free)
    if answer.elsewhere:
        yield from _listed("left out, calls of other APIs: ", map(plain, answer.elsewhere))


# --- one call ---------------------------------------------------------------------------------


def _call(call: Asked, catalog: Catalog) -> Iterator[str]:
    yield plain(call.label)
    if call.operation is None:
        yield f"  {plain(call.reason)}" if call.free else f"  unknown: {plain(call.reason)}"
        return
    yield f"  is {call.method} {call.operation.template} ({call.operation.version})"
    for access, support in call.access.items():
        yield from _support(access, support, catalog)


def _support(access: str, support: Support, catalog: Catalog) -> Iterator[str]:
    begin = f"  {access:11} "
    doubt = "" if support.confidence == "high" else f"  (confidence {support.confidence})"
    if not support.supported:
        yield f"{begin}not supported{doubt}"
        return
    if not support.accepted:
        yield f"{begin}no permission at all{doubt}"
        return
    type_ = type_of(access)
    if not support.least:
        # What a registration can declare comes first.
        accepted = sorted(support.accepted, key=lambda one: any(map(consented_by_resource, one)))
        shown = [_alternative(one, type_, catalog) for one in accepted[:_MOST_ALTERNATIVES]]
        if len(accepted) > len(shown):
            shown.append(f"and {len(accepted) - len(shown)} more")
        yield f"{begin}one of these, by the kind of data that it is about{doubt}:"
        yield from _listed(" " * len(begin), shown, len(begin))
        return
    *others, last = (_alternative(one, type_, catalog) for one in support.least)
    also = [" and ".join(one) for one in support.accepted if one not in support.least]
    words = [f"{one} or" for one in others] + [f"{last}; also" if also else last] + _with_commas(also)
    words[-1] += doubt
    yield from _wrapped(begin, words, len(begin))


def _alternative(alternative: Sequence[str], type_: PermissionType, catalog: Catalog) -> str:
    """One permission, or a pair, with what only an administrator can consent to marked."""
    names = []
    for name in alternative:
        permission = permission_of(name, type_, catalog)
        admin = type_ == "Scope" and permission is not None and permission.admin_consent
        names.append(f"{name} [admin consent]" if admin else name)
    return " and ".join(names)


# --- one set ----------------------------------------------------------------------------------


def _set(one: Least, catalog: Catalog, entra: Entra, *, proof: bool) -> Iterator[str]:
    """A least set: its permissions with the calls that each is for, and what is to say about them."""
    found = one.minimum
    whose = f" of {leading(one.flow)}" if one.flow else ""
    size = _count(len(found.permissions), "permission") if found.permissions else "no permission"
    covered = len(found.covers) - len(found.uncovered)
    calls = _count(len(found.covers), "call")
    yield f"least set{whose}, {one.access}: {size} for " + (
        f"{covered} of {calls}" if found.uncovered else calls
    )
    width = max(map(len, found.permissions), default=0)
    for name in found.permissions:
        served = [cover for cover in found.covers if name in cover.by]
        yield from _permission(f"  {name:{width}}  ", name, one.type, served, catalog, entra)
    if found.permissions:
        yield f"  opens {_count(found.objective.excess, 'operation')} beyond the planned ones"
    if found.narrower:
        opened = _count(found.narrower_excess, "operation")
        begin = f"  {narrower_how(found)} (opens {opened} beyond): "
        yield from _listed(begin, exchange(found, found.narrower))
    for name, scope in selected_instead(one, entra):
        granted = f"{scope.granted_on} by {scope.granted_on}"
        yield f"  {scope.name} may do instead of {name}, where the app is granted {granted}"
    if not found.exact:
        yield f"  the search was cut short: no set is better than {_levels(found)}"
    for other in found.ties:
        yield from _listed("  equally good: ", exchange(found, other))
    if found.more_ties:
        yield "  equally good: more sets than are listed"
    yield from _uncovered(found)
    doubtful = [cover for cover in found.covers if cover.by and _confidence(cover) == "low"]
    if doubtful:
        yield from _listed("  not sure (confidence low): ", _labels(doubtful))
    if proof:
        yield from _proof(found)


def _permission(
    begin: str, name: str, type_: PermissionType, served: list[Cover], catalog: Catalog, entra: Entra
) -> Iterator[str]:
    """A permission of a set: what it is, and the first calls that it serves."""
    permission = permission_of(name, type_, catalog)
    facts = [f"level {permission.level}" if permission and permission.level else "no level"]
    if permission and permission.admin_consent:
        facts.append("admin consent")
    if is_tier_zero(name, type_, entra):
        facts.append("tier zero")
    if basic(name) and any(cover.need.operation and cover.need.operation.method == "GET" for cover in served):
        facts.append("reads basic properties only")
    labels = _labels(served)
    shown = labels[:_MOST_CALLS]
    if len(labels) > _MOST_CALLS:
        shown[-1] += f" and {len(labels) - _MOST_CALLS} more"
    yield from _listed(f"{begin}{', '.join(facts)}: ", shown, len(begin))


def _uncovered(found: Minimum) -> Iterator[str]:
    """The calls that the set does not cover, by the reason."""
    reasons: dict[str, list[Cover]] = {}
    for cover in found.uncovered:
        doubt = ", confidence low" if cover.need.support and _confidence(cover) == "low" else ""
        reasons.setdefault(cover.reason + doubt, []).append(cover)
    for reason, covers in reasons.items():
        every = len(covers) == len(found.covers) > 1
        labels = ["all of them"] if every else _labels(covers)
        yield from _listed(f"  not covered ({plain(reason)}): ", labels)


def _levels(found: Minimum) -> str:
    four, three, two, one = found.bound.levels
    return f"{four} of level 4, {three} of level 3, {two} of level 2 and {one} of level 1"


def _proof(found: Minimum) -> Iterator[str]:
    if not found.permissions:
        return
    every = "every call that can be" if found.uncovered else "every call"
    yield f"  proof: {every} is covered"
    for cover in found.covers:
        if cover.by:
            yield from _listed(f"    {plain(cover.need.label)}: ", _choice(cover), 8)
    if found.exact:
        yield f"  and no better set exists: the search was complete ({_count(found.nodes, 'node')})"


def _choice(cover: Cover) -> list[str]:
    chosen = " and ".join(cover.by)
    others = [" and ".join(other) for other in cover.considered if other != cover.by]
    return [f"{chosen}, out of {chosen}", *others] if others else [f"{chosen}, the only one"]


def _confidence(cover: Cover) -> str:
    return cover.need.support.confidence if cover.need.support else "low"


# --- words ------------------------------------------------------------------------------------


def _labels(covers: Iterable[Cover]) -> list[str]:
    """The calls as given, each once."""
    return list(dict.fromkeys(plain(cover.need.label) for cover in covers))


def _listed(begin: str, pieces: Iterable[str], indent: int = 6) -> Iterator[str]:
    """`begin` and the pieces with commas between them."""
    return _wrapped(begin, _with_commas(list(pieces)), indent)


def _with_commas(pieces: list[str]) -> list[str]:
    return [f"{piece}," for piece in pieces[:-1]] + pieces[-1:]


def _wrapped(begin: str, words: Sequence[str], indent: int) -> Iterator[str]:
    """`begin` and the words in lines that hold as many as fit; no word is broken."""
    line = begin + " ".join(words)
    if len(line) <= _WIDTH:
        yield line
        return
    line, blank = begin, ""
    for word in words:
        if len(line) > indent and len(line) + len(blank) + len(word) > _WIDTH:
            yield line.rstrip()
            line, blank = " " * indent, ""
        line += blank + word
        blank = " "
    yield line


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
