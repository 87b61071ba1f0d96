"""The least set of permissions, held against an independent exact solver, and beside the peers' rules.

    python -m pip install ".[bench]" && python bench/least.py [--workloads N] [--seed S] [--rounds N]

Prints how many answers leave a call uncovered or are worse than the reference, what the peers' rules
give for the same calls, and the times; exits 1 where a target is missed.
"""

import argparse
import gc
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from statistics import fmean, median, quantiles
from typing import NamedTuple

import reference
from exhaustive import least_sets, objective, uncovered
from peers import RULES
from problems import Problem, needs_of, problem_of
from startup import Command, environment, measure
from workloads import all_over, hostile, plans, tiny

from linter.catalog.records import SCHEMES, Scheme
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.least import Answer, Objective, solve
from linter.minimum import Need, minimum

ROOT = Path(__file__).parent.parent
P99_MS = 3.0
ALL_OVER_CALLS = 300
ALL_OVER_MS = 1000.0
NEEDS_CALLS = 20
NEEDS_RATIO = 3.0

UNCOVERED = "leave a call uncovered"
WORSE = "are worse than the reference"


class Trial(NamedTuple):
    """One problem, our answer and its time, and what the reference calls the optimum."""

    problem: Problem
    answer: Answer
    milliseconds: float
    optimum: Objective


class Verdicts:
    """Targets, printed as they are judged."""

    def __init__(self) -> None:
        self.missed = False

    def judge(self, what: str, measured: float, target: float) -> None:
        """Print one figure that may not be above its target."""
        met = measured <= target
        self.missed = self.missed or not met
        number = f"{measured:.2f}" if isinstance(measured, float) else str(measured)
        print(f"  {what:58} {number:>8}   target <= {target:<6g} {'met' if met else 'MISSED'}")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--workloads", type=int, default=2000, help="for each scheme (2000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=31, help="of whole processes; 0 leaves them out (31)")
    options = parser.parse_args()
    if options.workloads < 100:
        parser.error("a 99th percentile needs 100 workloads")
    catalog, verdicts = Catalog.open(), Verdicts()
    print(f"Python {sys.version.split()[0]}, catalogue of {catalog.date}, seed {options.seed}")
    judge_reference(options.seed, verdicts)
    for scheme in SCHEMES:
        judge_scheme(scheme, options.workloads, options.seed, catalog, verdicts)
    judge_hostile(options.seed, verdicts)
    if options.rounds:
        judge_command(options.rounds, options.seed, catalog, verdicts)
    return 1 if verdicts.missed else 0


def judge_reference(seed: int, verdicts: Verdicts) -> None:
    """The reference against every subset."""
    problems = list(tiny(seed))
    print(f"\nThe reference, {len(problems)} tiny problems")
    wrong = 0
    for clauses, facts in problems:
        cost, sets = least_sets(clauses, facts)
        found, permissions = reference.least(clauses, facts)
        wrong += found != cost or permissions not in sets
    verdicts.judge("answers that are not among the best of all subsets", wrong, 0)


def judge_scheme(scheme: Scheme, count: int, seed: int, catalog: Catalog, verdicts: Verdicts) -> None:
    """Our answers, the peers' and the times for one type of access."""
    entra = Entra()
    asked = [needs_of(plan, scheme, catalog) for plan in plans(catalog, scheme, count, seed)]
    calls = [len(needs) for needs in asked]
    trials = attempt(problem_of(needs, catalog, entra) for needs in asked)
    open_ = sum(calls) - sum(len(trial.problem.clauses) for trial in trials)
    print(
        f"\n{scheme}, {count} workloads of {min(calls)} to {max(calls)} calls, {fmean(calls):.1f} on average"
    )
    print(f"  {open_ / sum(calls):.1%} of the calls are covered by no permission that an app can declare")
    judge_answers(trials, verdicts)
    times = [trial.milliseconds for trial in trials]
    verdicts.judge("milliseconds a solve, 99th percentile", percentile(times, 99), P99_MS)
    print(f"  {spread(times)}; most nodes {max(trial.answer.nodes for trial in trials)}")
    whole = [milliseconds(needs, catalog, entra) for needs in asked]
    print(f"  with clauses, facts and the proof of every call: {spread(whole)}")
    compare_peers(trials)
    wide = [needs_of(plan, scheme, catalog) for plan in all_over(catalog, scheme, ALL_OVER_CALLS, 10, seed)]
    print(f"\n{scheme}, {ALL_OVER_CALLS} calls over all of Graph, {len(wide)} times")
    trials = attempt(problem_of(needs, catalog, entra) for needs in wide)
    judge_answers(trials, verdicts)
    verdicts.judge("milliseconds a solve, longest", max(trial.milliseconds for trial in trials), ALL_OVER_MS)


def judge_hostile(seed: int, verdicts: Verdicts) -> None:
    """Our answers where the search is hard."""
    problems = sorted(hostile(seed), key=lambda problem: problem.name)
    trials = attempt(Problem(problem.clauses, problem.facts) for problem in problems)
    print(f"\nHostile clauses, {len(trials)} problems")
    judge_answers(trials, verdicts)
    for name, group in groupby(zip(problems, trials, strict=True), key=lambda pair: pair[0].name):
        print(f"  {name}: {spread([trial.milliseconds for _, trial in group])}")


def judge_command(rounds: int, seed: int, catalog: Catalog, verdicts: Verdicts) -> None:
    """The installed command against a bare interpreter, in a clean environment, as `startup.py` does it."""
    plan = next(plan for plan in plans(catalog, "Application", 100, seed) if len(plan) >= NEEDS_CALLS)
    calls = [f"{found.method} /{found.version}{found.template}" for found in plan[:NEEDS_CALLS]]
    with tempfile.TemporaryDirectory() as scratch:
        scripts = environment(Path(scratch), str(ROOT))
        bare = Command("bare", [str(scripts / "python"), "-I", "-c", "pass"], None)
        needs = Command("needs", [str(scripts / "entralint"), "needs", *calls], NEEDS_RATIO)
        times, _ = measure([bare, needs], rounds)
    ratios = [ours / other for ours, other in zip(times["needs"], times["bare"], strict=True)]
    print(f"\nWhole processes, {rounds} rounds")
    verdicts.judge(
        f"`entralint needs`, {NEEDS_CALLS} calls, to `python -I -c pass`", median(ratios), NEEDS_RATIO
    )


# --- trials -----------------------------------------------------------------------------------


def attempt(problems: Iterable[Problem]) -> list[Trial]:
    """Solves all, timed as in the command, which runs without garbage collector; then asks the reference."""
    answered = []
    for problem in problems:
        gc.disable()
        begin = time.process_time()
        answer = solve(problem.clauses, problem.facts)
        answered.append((problem, answer, (time.process_time() - begin) * 1000))
        gc.enable()
    return [Trial(*trial, reference.least(trial[0].clauses, trial[0].facts)[0]) for trial in answered]


def milliseconds(needs: Sequence[Need], catalog: Catalog, entra: Entra) -> float:
    """How long all of a recommendation takes once the catalogue's tables are read."""
    gc.disable()
    begin = time.process_time()
    minimum(needs, catalog, entra)
    seconds = time.process_time() - begin
    gc.enable()
    return seconds * 1000


def judge_answers(trials: Sequence[Trial], verdicts: Verdicts) -> None:
    """Count what is wrong with the answers."""
    found = Counter(fault for trial in trials for fault in set(faults(trial)))
    for fault in (UNCOVERED, WORSE):
        verdicts.judge(f"answers that {fault}", found.pop(fault, 0), 0)
    verdicts.judge("answers wrong in another way", found.total(), 0)
    for fault, count in found.items():
        print(f"    {count} {fault}")
    ended = sum(not trial.answer.exact for trial in trials)
    tied = sum(bool(trial.answer.ties) for trial in trials)
    print(f"  {ended} searches ended at their budget; {tied} answers have equally good ones beside them")


def faults(trial: Trial) -> Iterator[str]:
    """What is wrong with an answer; each set that it names is tried on every call."""
    problem, answer, _, optimum = trial
    for permissions in (answer.permissions, *answer.ties):
        if uncovered([*problem.clauses, *problem.accepted], permissions, problem.facts):
            yield UNCOVERED
        elif objective(permissions, problem.facts) != answer.objective:
            yield "cost other than they say"
    if answer.objective > optimum:
        yield WORSE
    if answer.objective < optimum:
        yield "say that they are better than the reference"
    if answer.bound[:3] > optimum[:3]:
        yield "say a bound that is none"


def compare_peers(trials: Sequence[Trial]) -> None:
    """How often a rule leaves a call uncovered, and how much more it asks for where it does not."""
    heading = f"{'uncovered':>9} | {'worse':>6} {'levels':>7} {'permissions':>11} excess"
    print(f"  {'others, by their rule':28} {heading}")
    for name, rule in RULES.items():
        costs = []
        for problem, _, _, optimum in trials:
            chosen = rule(problem.calls, problem.facts)
            if not uncovered(problem.clauses, chosen, problem.facts):
                costs.append((objective(chosen, problem.facts), optimum))
        levels = fmean(sum_of_levels(cost) - sum_of_levels(least) for cost, least in costs)
        size = fmean(cost.size - least.size for cost, least in costs)
        excess = fmean(cost.excess - least.excess for cost, least in costs)
        worse = fmean(cost > least for cost, least in costs)
        left = 1 - len(costs) / len(trials)
        print(f"  {name:28} {left:9.1%} | {worse:6.1%} {levels:+7.2f} {size:+11.2f} {excess:+6.0f}")


def sum_of_levels(cost: Objective) -> int:
    """The levels of all permissions, added up."""
    four, three, two, one = cost.levels
    return 4 * four + 3 * three + 2 * two + one


def percentile(values: Sequence[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def spread(values: Sequence[float]) -> str:
    """Milliseconds: the middle and the end."""
    shown = (median(values), percentile(values, 90), percentile(values, 99), max(values))
    return "median {:.2f}, p90 {:.2f}, p99 {:.2f}, longest {:.2f} ms".format(*shown)


if __name__ == "__main__":
    raise SystemExit(main())
