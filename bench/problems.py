"""Clauses and facts of planned calls, as the command makes them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from peers import Choice

from linter.catalog.records import Operation, Scheme
from linter.catalog.store import Catalog
from linter.least import Clause, Facts


class Problem(NamedTuple):
    """What is to be covered: the clauses, and the calls behind them where they come from Graph."""

    clauses: Sequence[Clause]
    facts: Facts
    calls: Sequence[Choice] = ()


def problems(catalog: Catalog, scheme: Scheme, planned: Iterable[list[Operation]]) -> Iterator[Problem]:
    import sys

    sys.path.append("/tmp")
    import provisional

    for plan in planned:
        plan, clauses, facts = provisional.problem(catalog, scheme, plan)
        choices = []
        for o, c in zip(plan, clauses):
            least = tuple(a for a in o.support(scheme).least if a in c) or c[:1]
            choices.append(Choice(c, least))
        yield Problem(clauses, facts, choices)
