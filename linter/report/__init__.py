"""Outcomes as text: one module per format, each a pure `render`."""

from __future__ import annotations

from linter.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # `needs` reports, too, and needs no engine
    from linter.engine import Outcome
    from linter.errors import Problem
    from linter.ruleset import Rule


class Asked(NamedTuple):
    """The permission catalogue that rules asked. `age_note` is a sentence where it is old, else empty."""

    date: str
    hash: str
    age_note: str


class Report(NamedTuple):
    """Everything a report may show of one run.

    `catalog` is None where no rule asked it. `skipped` counts the
    named files of no known form. `today` is the date that decided what has expired.
    """

    outcome: Outcome
    problems: tuple[Problem, ...]
    rules: dict[str, Rule]
    skipped: int
    catalog: Asked | None
    today: str
