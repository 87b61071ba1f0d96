"""A rule's whole page, and a family's list."""

from __future__ import annotations

from collections.abc import Mapping

from linter import ruleset
from linter.finding import Confidence, Severity
from linter.ruleset import Rule
from linter.typed import Any, NamedTuple


class RulePage(NamedTuple):
    """The rule file and what the other rules and the check's signature add to it.

    `needs` and `uses` are the check's inputs, `refined_by` the rules whose finding takes this one's
    place, `fixable` whether an example shows what `fix` makes of it.
    """

    id: str
    page: Mapping[str, Any]
    needs: tuple[str, ...]
    uses: tuple[str, ...]
    refined_by: tuple[str, ...]
    fixable: bool


class Seen(NamedTuple):
    """A rule in a list. `predicted`: it says in advance that the error will come."""

    id: str
    severity: Severity
    confidence: Confidence
    title: str
    fix: str
    predicted: bool = False


class FamilyPage(NamedTuple):
    """A family and its rules."""

    name: str
    rules: tuple[Seen, ...]


def page(rule_id: str, rules: Mapping[str, Rule]) -> RulePage:
    """The page of a rule that exists."""
    rule, data = rules[rule_id], ruleset.page(rule_id)
    return RulePage(
        rule_id,
        data,
        rule.needs,
        rule.uses,
        tuple(other.id for other in rules.values() if rule_id in other.refines),
        any("fixed" in example for example in data["examples"]),
    )


def family(name: str, rules: Mapping[str, Rule]) -> FamilyPage:
    """The rules of a family."""
    return FamilyPage(name, tuple(seen(rule) for rule in rules.values() if rule.family == name))


def seen(rule: Rule, *, predicted: bool = False) -> Seen:
    """A rule as a line of a list."""
    return Seen(
        rule.id, rule.severity, rule.confidence, rule.title, " ".join(rule.fix.split()), predicted=predicted
    )
