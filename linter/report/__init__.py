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


class Fixed(NamedTuple):
    """How many findings were fixed in a file, its path as shown."""

    path: str
    findings: int


class Report(NamedTuple):
    """Everything a report may show of one run.

    `catalog` is None where no rule asked it. `skipped` counts the named files of no known form. `today` is
    the date that decided what has expired. `fixed` says what was fixed before this was found, `unfixed` what
    could not be although it was asked for.
    """

    outcome: Outcome
    problems: tuple[Problem, ...]
    rules: dict[str, Rule]
    skipped: int
    catalog: Asked | None
    today: str
    fixed: tuple[Fixed, ...] = ()
    unfixed: tuple[Problem, ...] = ()

    def troubles(self) -> tuple[Problem, ...]:
        """Everything that went wrong, for reports that do not tell checking from fixing."""
        return self.problems + tuple(
            problem._replace(message=f"cannot be fixed: {problem.message}") for problem in self.unfixed
        )

    def notes(self) -> tuple[str, ...]:
        """What is to say beside the findings: what was fixed, ignores without effect, an old catalogue."""
        return (
            *(f"fixed {counted(found.findings, 'finding')} in {found.path}" for found in self.fixed),
            *(
                f"{ignore.label}: the ignore of {ignore.rule} expired on {ignore.expires}"
                for ignore in self.outcome.expired_ignores
            ),
            *(
                f"{ignore.label}: the ignore of {ignore.rule} hid nothing"
                for ignore in self.outcome.unused_ignores
            ),
            *((self.catalog.age_note,) if self.catalog and self.catalog.age_note else ()),
        )


def counted(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
