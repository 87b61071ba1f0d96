"""How others choose permissions for a list of calls, by their published rules, in our own words.

Their rules are judged, not their data: all choose among the alternatives that our own clauses hold.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from exhaustive import covers

from linter.least import Alternative, Clause, Facts


class Choice(NamedTuple):
    """One call's alternatives, and which of them the catalogue calls least privileged, the best first."""

    alternatives: Clause
    least: Clause


Rule = Callable[[Sequence[Choice], Facts], set[str]]


def naive_union(calls: Sequence[Choice], _: Facts) -> set[str]:
    """Each call's own least alternative."""
    return {name for call in calls for name in call.least[0]}


def greedy(calls: Sequence[Choice], facts: Facts) -> set[str]:
    """The textbook's set cover: again and again what covers most open calls, then the lower level."""
    held: set[str] = set()
    while left := [call for call in calls if not covers(call.alternatives, held)]:
        gains = Counter(alternative for call in left for alternative in set(call.alternatives))
        ranks = [(-gain, _level(found, facts), found) for found, gain in gains.items()]
        held.update(min(ranks)[2])
    return held


def _level(alternative: Alternative, facts: Facts) -> int:
    return max(facts.levels[name] for name in alternative)


def devx_api(calls: Sequence[Choice], _: Facts) -> set[str]:
    """POST /permissions of microsoft-graph-devx-api, which Dev Proxy asks.

    A call is dropped where a permission above its least one is the least of any call: also of one that
    is dropped itself. Of the others the least is taken. A pair is no permission's name, so a call whose
    least is a pair has none. (Dev Proxy's own exchange of permissions on `/users/{id}` is left out.)
    """
    least = [call.least[0][0] if len(call.least[0]) == 1 else None for call in calls]
    return {
        own
        for call, own in zip(calls, least, strict=True)
        if own and not any(_is_least(higher, own, least) for higher in call.alternatives)
    }


def _is_least(higher: Alternative, own: str, least: Sequence[str | None]) -> bool:
    return len(higher) == 1 and higher[0] != own and higher[0] in least


def least_privileged_msgraph(calls: Sequence[Choice], _: Facts) -> set[str]:
    """Get-OptimalPermissionSet of Least_Privileged_MSGraph, as coded.

    Sees each call's least permissions only, and of a pair its first half. Sorted once, by how many calls
    a permission covers, the fewest first (in other versions the most, which asks for about 1 % fewer
    permissions); each one that covers an open call is taken.
    """
    covered_by: defaultdict[str, set[int]] = defaultdict(set)
    for number, call in enumerate(calls):
        for alternative in call.least:
            covered_by[alternative[0]].add(number)
    chosen: set[str] = set()
    covered: set[int] = set()
    for name in sorted(covered_by, key=lambda found: len(covered_by[found])):
        if not covered_by[name] <= covered:
            chosen.add(name)
            covered |= covered_by[name]
    return chosen


RULES: dict[str, Rule] = {
    "union of each call's least": naive_union,
    "textbook greedy": greedy,
    "devx-api (Dev Proxy)": devx_api,
    "Least_Privileged_MSGraph": least_privileged_msgraph,
}
