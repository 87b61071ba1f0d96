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
from pathlib import Path
from statistics import fmean, median, quantiles
from typing import NamedTuple

import reference
from exhaustive import least_sets, objective, uncovered
from peers import RULES
from problems import Problem, problems
from startup import Command, environment, measure
from workloads import all_over, hostile, plans, tiny

from linter.catalog.records import SCHEMES
from linter.catalog.store import Catalog
from linter.least import Answer, Objective, solve

ROOT = Path(__file__).parent.parent
P99_MS = 3.0
ALL_OVER_CALLS = 300
ALL_OVER_MS = 1000.0
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

    def judge(self, what: str, measured: float, target: float, unit: str = "") -> None:
        met = measured <= target
        self.missed = self.missed or not met
        number = f"{measured:.2f}" if isinstance(measured, float) else f"{measured}"
        print(f"  {what:58} {number:>8} {unit:2}  target <= {target:g}  {'met' if met else 'MISSED'}")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--workloads", type=int, default=2000, help="for each scheme (2000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=31, help="of whole processes; 0 leaves them out (31)")
    options = parser.parse_args()
    catalog = Catalog.open()
    verdicts = Verdicts()
    print(f"Python {sys.version.split()[0]}, catalogue of {catalog.date}, seed {options.seed}")
    print("\nThe reference itself")
    check_reference(options.seed, verdicts)
    for scheme in SCHEMES:
        planned = list(plans(catalog, scheme, options.workloads, options.seed))
        calls = [len(plan) for plan in planned]
        print(
            f"\n{scheme}: {len(planned)} workloads of {min(calls)} to {max(calls)} calls, mean {fmean(calls):.1f}"
        )
        trials = attempt(problems(catalog, scheme, planned))
        judge_answers(trials, verdicts)
        times = [trial.milliseconds for trial in trials]
        verdicts.judge("milliseconds a solve, 99th percentile", percentile(times, 99), P99_MS, "ms")
        print(
            f"  median {median(times):.2f}, p90 {percentile(times, 90):.2f}, longest {max(times):.2f} ms, ",
            end="",
        )
        print(f"most nodes {max(trial.answer.nodes for trial in trials)}")
        compare_peers(trials)
        wide = list(all_over(catalog, scheme, ALL_OVER_CALLS, 10, options.seed))
        trials = attempt(problems(catalog, scheme, wide))
        print(f"\n  {ALL_OVER_CALLS} calls over all of Graph, {len(wide)} times")
        judge_answers(trials, verdicts)
        verdicts.judge(
            "milliseconds, longest", max(trial.milliseconds for trial in trials), ALL_OVER_MS, "ms"
        )
    print("\nHostile clauses")
    try_hostile(options.seed, verdicts)
    if options.rounds:
        print(f"\nWhole processes, {options.rounds} rounds")
        time_needs(catalog, options.seed, options.rounds, verdicts)
    return 1 if verdicts.missed else 0


def check_reference(seed: int, verdicts: Verdicts) -> None:
    wrong = 0
    for clauses, facts in tiny(seed):
        cost, sets = least_sets(clauses, facts)
        found, permissions = reference.least(clauses, facts)
        wrong += found != cost or permissions not in sets
    verdicts.judge("tiny problems where it is no optimum by trying all subsets", wrong, 0)


def attempt(posed: Iterable[Problem]) -> list[Trial]:
    """Solves all, timed as the command runs: without garbage collector; then asks the reference."""
    answered = []
    gc.disable()
    for problem in posed:
        begin = time.process_time()
        answer = solve(problem.clauses, problem.facts)
        answered.append((problem, answer, (time.process_time() - begin) * 1000))
    gc.enable()
    return [Trial(*trial, reference.least(trial[0].clauses, trial[0].facts)[0]) for trial in answered]


def faults(trial: Trial) -> Iterator[str]:
    """What is wrong with an answer; each set that it names is checked here, call by call."""
    problem, answer = trial.problem, trial.answer
    for permissions in (answer.permissions, *answer.ties):
        if uncovered(problem.clauses, permissions, problem.facts):
            yield UNCOVERED
        elif objective(permissions, problem.facts) != answer.objective:
            yield "cost other than they say"
    if answer.objective > trial.optimum:
        yield WORSE
    if answer.objective < trial.optimum:
        yield "are better than the reference, which is then wrong"
    if answer.bound[:3] > trial.optimum[:3]:
        yield "say a bound that is none"


def judge_answers(trials: Sequence[Trial], verdicts: Verdicts) -> None:
    found = Counter(fault for trial in trials for fault in set(faults(trial)))
    for fault in (UNCOVERED, WORSE):
        verdicts.judge(f"answers that {fault}", found.pop(fault, 0), 0)
    verdicts.judge("answers wrong in another way", found.total(), 0)
    for fault, count in found.items():
        print(f"    {count} {fault}")
    given_up = sum(not trial.answer.exact for trial in trials)
    tied = sum(bool(trial.answer.ties) for trial in trials)
    print(f"  {given_up} searches ended at their budget, {tied} answers have ties")


def compare_peers(trials: Sequence[Trial]) -> None:
    """For each rule: how often it leaves a call uncovered; else how much more it asks for than the optimum."""
    print(f"\n  {'of all':>43}  of those that cover, on average")
    print(f"  {'':26} {'uncovered':>10}  {'worse':>7} {'levels':>7} {'permissions':>12} {'excess':>7}")
    for name, rule in RULES.items():
        costs = []
        for problem, _, _, optimum in trials:
            chosen = rule(problem.calls, problem.facts)
            if not uncovered(problem.clauses, chosen, problem.facts):
                costs.append((objective(chosen, problem.facts), optimum))
        more = [
            [mine - best for mine, best in zip(total(cost), total(least), strict=True)]
            for cost, least in costs
        ]
        levels, size, excess = map(fmean, zip(*more, strict=True))
        worse = fmean(cost > least for cost, least in costs)
        open_ = 1 - len(costs) / len(trials)
        print(f"  {name:26} {open_:10.1%}  {worse:7.1%} {levels:+7.2f} {size:+12.2f} {excess:+7.0f}")


def total(cost: Objective) -> tuple[int, int, int]:
    """The sum of all levels, the number of permissions, the excess."""
    return (
        sum(level * count for level, count in zip((4, 3, 2, 1), cost.levels, strict=True)),
        cost.size,
        cost.excess,
    )


def try_hostile(seed: int, verdicts: Verdicts) -> None:
    by_name: dict[str, list[Problem]] = {}
    for name, clauses, facts in hostile(seed):
        by_name.setdefault(name, []).append(Problem(clauses, facts))
    for name, posed in by_name.items():
        trials = attempt(posed)
        times = [trial.milliseconds for trial in trials]
        print(f"  {name}, {len(trials)} times: median {median(times):.1f}, longest {max(times):.0f} ms")
        judge_answers(trials, verdicts)


def time_needs(catalog: Catalog, seed: int, rounds: int, verdicts: Verdicts) -> None:
    """The installed command with twenty calls against a bare interpreter, as in `startup.py`."""
    plan = next(plan for plan in plans(catalog, "Application", 100, seed) if len(plan) >= 20)
    calls = [f"{operation.method} /{operation.version}{operation.template}" for operation in plan[:20]]
    with tempfile.TemporaryDirectory() as scratch:
        scripts = environment(Path(scratch), str(ROOT))
        bare = Command("python -I -c pass", [str(scripts / "python"), "-I", "-c", "pass"], None)
        needs = Command("needs, 20 calls", [str(scripts / "entralint"), "needs", *calls], NEEDS_RATIO)
        times, _ = measure([bare, needs], rounds)
    ratios = [mine / other for mine, other in zip(times[needs.name], times[bare.name], strict=True)]
    verdicts.judge("`entralint needs` with 20 calls to `python -I -c pass`", median(ratios), NEEDS_RATIO)


def percentile(values: Sequence[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1]


if __name__ == "__main__":
    raise SystemExit(main())
