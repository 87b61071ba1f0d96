"""Errors that a caller meets: AADSTS numbers of the login service, codes and statuses of Microsoft Graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from linter.entra import Entra
from linter.entra.records import GraphError
from linter.explain.rule import Seen, seen
from linter.finding import Confidence
from linter.ruleset import Rule
from linter.typed import Final, NamedTuple

#: Numbers at most this far away are of the same kind of error.
_NEAR: Final = 9

#: Statuses of HTTP that the tables and rules know.
STATUSES: Final = (400, 401, 403, 404, 410)


class AadstsPage(NamedTuple):
    """An error number of the login service. The first three fields are None where only a rule knows it."""

    number: int
    meaning: str | None
    source: str | None
    confidence: Confidence | None
    rules: tuple[Seen, ...]


class ErrorPage(NamedTuple):
    """An error code in an answer, or a status: what the tables say of it, and the rules that see it coming.

    `code` is None where the status alone was asked for.
    """

    code: str | None
    status: tuple[int, ...]
    meanings: tuple[GraphError, ...]
    rules: tuple[Seen, ...]


def aadsts(number: int, rules: Mapping[str, Rule], entra: Entra) -> AadstsPage | None:
    """What is known of an AADSTS number; None for nothing."""
    entry = entra.aadsts(number)
    predicting = {
        rule.id for rule in rules.values() if rule.predicts is not None and number in rule.predicts.aadsts
    }
    named = [*sorted(predicting), *(entry.rules if entry else ())]
    if entry is None and not named:
        return None
    return AadstsPage(
        number,
        entry.meaning if entry else None,
        entry.source if entry else None,
        entry.confidence if entry else None,
        # The table also names rules that are planned.
        tuple(
            seen(rules[name], predicted=name in predicting) for name in dict.fromkeys(named) if name in rules
        ),
    )


def aadsts_near(number: int, entra: Entra) -> Iterator[int]:
    """Known numbers beside an unknown one, and those that differ from it by one digit left out or added."""
    written = str(number)
    shorter = {written[:at] + written[at + 1 :] for at in range(len(written))}
    for entry in entra.aadsts_codes:
        known = str(entry.code)
        longer = {known[:at] + known[at + 1 :] for at in range(len(known))}
        if abs(entry.code - number) <= _NEAR or known in shorter or written in longer:
            yield entry.code


def code(text: str, rules: Mapping[str, Rule], entra: Entra) -> ErrorPage | None:
    """What is known of an error code, which must be written exactly; None for nothing."""
    entry = entra.graph_error(text)
    predicting = [rule for rule in rules.values() if rule.predicts is not None and rule.predicts.code == text]
    if entry is None and not predicting:
        return None
    statuses = entry.status if entry else ()
    found = {rule.predicts.status for rule in predicting if rule.predicts and rule.predicts.status}
    return ErrorPage(
        text,
        statuses or tuple(sorted(found)),
        (entry,) if entry else (),
        tuple(seen(rule, predicted=True) for rule in predicting),
    )


def status(number: int, rules: Mapping[str, Rule], entra: Entra) -> ErrorPage:
    """What an HTTP status may mean."""
    return ErrorPage(
        None,
        (number,),
        tuple(entry for entry in entra.graph_errors if number in entry.status),
        tuple(
            seen(rule, predicted=True)
            for rule in rules.values()
            if rule.predicts is not None and rule.predicts.status == number
        ),
    )


def codes(rules: Mapping[str, Rule], entra: Entra) -> Iterator[str]:
    """Every error code that is known, for near misses."""
    for entry in entra.graph_errors:
        yield entry.code
    for rule in rules.values():
        if rule.predicts is not None and rule.predicts.code:
            yield rule.predicts.code
