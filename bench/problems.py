"""Planned calls as clauses and facts, made by the product; and each call as the peers see it."""

from collections.abc import Sequence
from typing import NamedTuple

from peers import Choice

from linter.catalog.records import Operation, Scheme
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.least import Clause, Facts
from linter.minimum import Need, considered, facts_of


class Problem(NamedTuple):
    """What is to be covered.

    Where it comes from planned calls, `calls` are those that something covers, in the clauses' order, and
    `accepted` is all that the catalogue accepts for them.
    """

    clauses: Sequence[Clause]
    facts: Facts
    calls: Sequence[Choice] = ()
    accepted: Sequence[Clause] = ()


def needs_of(plan: Sequence[Operation], scheme: Scheme, catalog: Catalog) -> list[Need]:
    """What the product is asked for a plan."""
    return [Need(found.template, scheme, found, catalog.support(found, scheme)) for found in plan]


def problem_of(needs: Sequence[Need], catalog: Catalog, entra: Entra) -> Problem:
    """What the product solves; without the calls that no permission covers, which it lists apart."""
    clauses = considered(needs, catalog)
    covered = [
        (clause, need.support) for clause, need in zip(clauses, needs, strict=True) if clause and need.support
    ]
    return Problem(
        [clause for clause, _ in covered],
        facts_of(needs, clauses, catalog, entra),
        [
            Choice(clause, tuple(found for found in support.least if found in clause) or clause[:1])
            for clause, support in covered
        ],
        [support.accepted for _, support in covered],
    )
