"""Cases in, findings out: run the checks, suppress, select, ignore, and say what was not evaluated."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping

from linter.cases import Case, closed
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import (
    CONFIDENCES,
    PERSONAS,
    SEVERITIES,
    Confidence,
    Finding,
    Hit,
    Predicts,
    Severity,
    Unknown,
    persona_of,
)
from linter.ruleset import Rule
from linter.typed import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from linter.ladder import Climb

Made = TypeVar("Made")
Level = TypeVar("Level", Severity, Confidence)


class Ignore(NamedTuple):
    """One entry of the configuration that hides findings, with its reason.

    `app` and `subject` are globs; None means any. `expires` is an ISO date, the last day it holds.
    `label` says where it was written.
    """

    rule: str
    reason: str
    label: str
    app: str | None = None
    subject: str | None = None
    expires: str | None = None


class Layer(NamedTuple):
    """What one place says about rules, by id or family: the command line, a per-file table, the file.

    `files` are globs of paths for which a per-file table speaks; the others speak for all. They are
    relative to the folder from which `base` leads to the working directory.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = {}
    files: tuple[str, ...] = ()
    base: str = ""

    def speaks_for(self, path: str) -> bool:
        """Whether this layer says anything about findings in a file."""
        if not self.files:
            return True
        if self.base:
            path = os.path.normpath(os.path.join(self.base, path)).replace(os.sep, "/")
        return any(_matches(path, pattern) for pattern in self.files)

    def shows(self, rule_id: str) -> bool | None:
        """Whether the rule is wanted; None where this layer does not say. An id beats its family."""
        for name in (rule_id, rule_id.partition("/")[0]):
            if name in self.ignore:
                return False
            if name in self.select:
                return True
        return False if self.select else None


class Selection(NamedTuple):
    """Which findings are shown and how severe they are; the first layer that speaks decides.

    `layers` are in order: the command line, the per-file tables, the configuration file.
    """

    layers: tuple[Layer, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    persona: str = "regular"

    def shows(self, rule_id: str, path: str) -> bool:
        """Whether findings of a rule in a file are wanted."""
        for layer in self._for(path):
            verdict = layer.shows(rule_id)
            if verdict is not None:
                return verdict
        return True

    def may_show(self, rule_id: str) -> bool:
        """Whether findings of a rule may be wanted in some file."""
        for layer in self.layers:
            verdict = layer.shows(rule_id)
            if verdict is not None and (verdict or not layer.files):
                return verdict
        return True

    def severity(self, rule_id: str, path: str) -> Severity | None:
        """The configured severity of a rule in a file."""
        for layer in self._for(path):
            for name in (rule_id, rule_id.partition("/")[0]):
                if name in layer.severity:
                    return layer.severity[name]
        return None

    def asks_for(self, rule_id: str, path: str) -> bool:
        """Whether somebody selected this very rule, or said how severe it is."""
        return self.severity(rule_id, path) is not None or any(
            rule_id in layer.select for layer in self._for(path)
        )

    def _for(self, path: str) -> Iterator[Layer]:
        for layer in self.layers:
            if layer.speaks_for(path):
                yield layer


class NotEvaluated(NamedTuple):
    """A rule that could not be evaluated for an app, and what it lacks.

    `given` is true where an input that was given left a field open, false where a whole input is
    missing.
    """

    rule: str
    missing: tuple[str, ...]
    given: bool


class AppReport(NamedTuple):
    """What was checked of one app.

    `refused` are the collections of the directory that the service would not show, each with its reason.
    """

    name: str
    app_id: str | None
    files: tuple[str, ...]
    completeness: str | None
    flows: int
    calls: int
    evaluated: int
    not_evaluated: tuple[NotEvaluated, ...]
    assumptions: tuple[str, ...]
    refused: tuple[tuple[str, str], ...] = ()


class Outcome(NamedTuple):
    """Everything a report shows of a run, but what could not be read.

    `ignored` and `fussy` count the findings that an ignore and the persona hid.
    """

    findings: tuple[Finding, ...]
    apps: tuple[AppReport, ...]
    ignored: int
    fussy: int
    expired_ignores: tuple[Ignore, ...]
    unused_ignores: tuple[Ignore, ...]

    def counts(self) -> dict[str, int]:
        """How many findings there are of each severity, the worst first."""
        severities = [finding.severity for finding in self.findings]
        return {severity: severities.count(severity) for severity in SEVERITIES}


class _Seen(NamedTuple):
    rule: Rule
    hit: Hit


Check = Callable[..., Iterator["Hit | Unknown"]]


class _Runnable:
    """A rule with its check, loaded when it first runs: a family that cannot run is never imported.

    `parameters` are the check's, in order; `shown` is whether findings of the rule may be wanted.
    """

    __slots__ = ("_check", "parameters", "rule", "shown")

    def __init__(self, rule: Rule, *, shown: bool) -> None:
        self.rule = rule
        self.parameters = (*rule.needs, *rule.uses)
        self.shown = shown
        self._check: Check | None = None

    def check(self) -> Check:
        if self._check is None:
            module, function = self.rule.check
            self._check = getattr(__import__(f"linter.checks.{module}", fromlist=[function]), function)
        assert self._check is not None
        return self._check


class _Inputs(dict[str, Any]):
    """A case's inputs by name; those that are worked out of others are made when a check first asks.

    `absent` are the names of those that were not given.
    """

    def __init__(self, given: dict[str, Any], made: dict[str, Callable[[], Any]]) -> None:
        super().__init__(given)
        self._made = made
        absent = [name for name, value in given.items() if value is None]
        self.absent = frozenset(absent)

    def __missing__(self, name: str) -> Any:
        value = self[name] = self._made[name]()
        return value


class _Split(NamedTuple):
    """The rules that can run where some inputs are absent, and what stops each of the others."""

    runnable: tuple[_Runnable, ...]
    stopped: tuple[NotEvaluated, ...]


def run(
    cases: Iterable[Case],
    rules: Mapping[str, Rule],
    selection: Selection,
    catalog: Callable[[], Catalog],
    entra: Entra,
    today: str,
    *,
    whole: bool = False,
) -> Outcome:
    """Evaluate every rule on every case.

    `catalog` opens the catalogue on first need, `today` is an ISO date, and `whole` says that the
    cases are all of a folder, so that an ignore that hid nothing is worth a word.
    """
    shown = frozenset(rule_id for rule_id in rules if selection.may_show(rule_id))
    wanted = _with_refining(shown, rules)
    findings: list[Finding] = []
    apps: list[AppReport] = []
    used: set[Ignore] = set()
    ignored = fussy = 0
    splits: dict[frozenset[str], _Split] = {}  # most apps of a run lack the same inputs
    gaps: dict[tuple[NotEvaluated, ...], tuple[NotEvaluated, ...]] = {}  # … and then leave the same open
    for case in cases:
        inputs = _inputs(case, catalog, entra, today)
        split = splits.get(inputs.absent)
        if split is None:
            split = splits[inputs.absent] = _split(wanted.values(), inputs.absent)
        seen, open_ = _evaluate(split.runnable, inputs)
        not_evaluated = (*split.stopped, *open_)
        not_evaluated = gaps.setdefault(not_evaluated, not_evaluated)
        for entry in _unsuppressed(seen):
            if not selection.shows(entry.rule.id, entry.hit.at.source.path):
                continue
            finding = _finding(entry, case, selection)
            ignore = _ignored(finding, selection.ignores, today)
            if ignore is not None:
                used.add(ignore)
                ignored += 1
            elif _too_fussy(finding, entry, selection):
                fussy += 1
            else:
                findings.append(finding)
        apps.append(_app_report(case, len(shown), not_evaluated))
    expired = tuple(ignore for ignore in selection.ignores if _expired(ignore, today))
    idle = [ignore for ignore in selection.ignores if ignore not in used and ignore not in expired]
    unused = tuple(_unused(idle, shown, apps)) if whole and idle else ()
    return Outcome(_numbered(findings), tuple(apps), ignored, fussy, expired, unused)


def _unused(idle: Iterable[Ignore], shown: Iterable[str], apps: Iterable[AppReport]) -> Iterator[Ignore]:
    """Of the ignores that hid nothing those that could have: a rule of theirs was evaluated on some app."""
    stopped = [{entry.rule for entry in app.not_evaluated} for app in apps]
    evaluated = [rule_id for rule_id in shown if not all(rule_id in rules for rules in stopped)]
    for ignore in idle:
        if any(_names(ignore, rule_id) for rule_id in evaluated):
            yield ignore


def _with_refining(shown: frozenset[str], rules: Mapping[str, Rule]) -> dict[str, _Runnable]:
    """The rules to run: those that are shown, and those whose hits would hide one that is shown."""
    wanted = set(shown)
    grown = True
    while grown:
        refining = {rule.id for rule in rules.values() if wanted.intersection(rule.refines)} - wanted
        grown = bool(refining)
        wanted |= refining
    return {
        rule_id: _Runnable(rule, shown=rule_id in shown)
        for rule_id, rule in rules.items()
        if rule_id in wanted
    }


def _inputs(case: Case, catalog: Callable[[], Catalog], entra: Entra, today: str) -> _Inputs:
    inventory, tenant = case.inventory, case.tenant
    given = {
        "application": case.application,
        "flows": inventory.flows if inventory else None,
        "inventory": inventory,
        "grants": case.grants,
        "tenant": tenant,
        "entra": entra,
        "today": today,
    }
    made: dict[str, Callable[[], Any]] = {"catalog": catalog}
    if inventory:
        made["climbs"] = lambda: _climbs(case, catalog(), entra)
        made["rightsizing"] = lambda: _rightsizing(case, inputs["climbs"], catalog(), entra)
    else:
        given |= {"climbs": None, "rightsizing": None}
    if tenant:
        made["policies"] = lambda: _policies(case, catalog(), entra, today)
    else:
        given["policies"] = None
    inputs = _Inputs(given, made)
    return inputs


def _climbs(case: Case, catalog: Catalog, entra: Entra) -> tuple[Climb, ...]:
    from linter.ladder import climbs  # noqa: PLC0415  only where there are calls

    flows = case.inventory.flows if case.inventory else ()
    return climbs(case.application, flows, case.grants, catalog, entra)


def _rightsizing(case: Case, climbs: tuple[Climb, ...], catalog: Catalog, entra: Entra) -> Any:
    from linter.rightsizing import rightsizing  # noqa: PLC0415  only where there are calls

    flows = case.inventory.flows if case.inventory else ()
    return rightsizing(case.application, climbs, flows, catalog, entra)


def _policies(case: Case, catalog: Catalog, entra: Entra, today: str) -> Any:
    from linter.conditional_access.policy import Policies  # noqa: PLC0415  only where there is a tenant

    assert case.tenant is not None
    return Policies(case.tenant, entra, today, case.application, case.grants, catalog)


def _split(runnables: Iterable[_Runnable], absent: frozenset[str]) -> _Split:
    runnable: list[_Runnable] = []
    stopped: list[NotEvaluated] = []
    for one in runnables:
        lacks = [_WORKED_OUT.get(name, name) for name in one.rule.needs if name in absent]
        missing = tuple(dict.fromkeys(lacks))
        if not missing:
            runnable.append(one)
        elif one.shown:
            stopped.append(NotEvaluated(one.rule.id, missing, given=False))
    return _Split(tuple(runnable), tuple(stopped))


def _evaluate(runnables: Iterable[_Runnable], inputs: _Inputs) -> tuple[list[_Seen], list[NotEvaluated]]:
    """What the rules see, and which of those that are shown met a field that nobody stated."""
    seen: list[_Seen] = []
    not_evaluated: list[NotEvaluated] = []
    for runnable in runnables:
        unknown: set[str] | None = None
        check = runnable.check()
        for result in check(*[inputs[name] for name in runnable.parameters]):
            if isinstance(result, Unknown):
                unknown = unknown or set()
                unknown.add(result.field)
            else:
                seen.append(_Seen(runnable.rule, result))
        if unknown and runnable.shown:
            given = any(_INPUT_OF.get(field.partition(".")[0]) not in inputs.absent for field in unknown)
            not_evaluated.append(NotEvaluated(runnable.rule.id, tuple(sorted(unknown)), given))
    return seen, not_evaluated


#: Inputs that are worked out of others when a check first asks, and what is missing where they are.
_WORKED_OUT = {"climbs": "flows", "rightsizing": "flows", "policies": "tenant"}

#: The input whose field an Unknown names; the catalogue is always given.
_INPUT_OF = {
    "application": "application",
    "call": "flows",
    "flow": "flows",
    "flows": "flows",
    "grants": "grants",
    "inventory": "inventory",
    "tenant": "tenant",
    "user": "flows",
}


def _unsuppressed(seen: list[_Seen]) -> Iterator[_Seen]:
    """Drop the general hits that a refining rule explains at the same place or around it."""
    explained: dict[str, list[Hit]] = {}
    for entry in seen:
        for general in entry.rule.refines:
            explained.setdefault(general, []).append(entry.hit)
    for entry in seen:
        if not any(_covers(hit, entry.hit) for hit in explained.get(entry.rule.id, ())):
            yield entry


def _covers(refining: Hit, general: Hit) -> bool:
    inner, outer = general.at, refining.at
    return inner.source is outer.source and (
        inner.pointer == outer.pointer or inner.pointer.startswith(outer.pointer + "/")
    )


def _finding(entry: _Seen, case: Case, selection: Selection) -> Finding:
    rule, hit = entry
    configured = selection.severity(rule.id, hit.at.source.path)
    return Finding(
        rule.id,
        configured or _lower(rule.severity, hit.severity, SEVERITIES),
        _lower(rule.confidence, hit.confidence, CONFIDENCES),
        hit.message,
        hit.subject,
        case.name,
        hit.at,
        hit.related,
        _predicted(hit, rule),
        hit.fix or rule.fix,
        f"{rule.id}:{case.identity}:{hit.subject}",
        () if hit.edits and closed(case) is not None else hit.edits,
        hit.safe,
    )


def _predicted(hit: Hit, rule: Rule) -> Predicts | None:
    """The hit's own error, or the rule's; an empty one says that it is not known."""
    predicts = rule.predicts if hit.predicts is None else hit.predicts
    return None if predicts == Predicts() else predicts


def _lower(rule: Level, hit: Level | None, order: tuple[Level, ...]) -> Level:
    """What the rule says, or what its hit says where that is lower."""
    return rule if hit is None else max(rule, hit, key=order.index)


def _ignored(finding: Finding, ignores: tuple[Ignore, ...], today: str) -> Ignore | None:
    for ignore in ignores:
        if not _names(ignore, finding.rule) or _expired(ignore, today):
            continue
        if _matches(finding.app, ignore.app) and _matches(finding.subject, ignore.subject):
            return ignore
    return None


def _names(ignore: Ignore, rule_id: str) -> bool:
    return ignore.rule in (rule_id, rule_id.partition("/")[0])


def _expired(ignore: Ignore, today: str) -> bool:
    return ignore.expires is not None and ignore.expires < today


def _matches(text: str, pattern: str | None) -> bool:
    if pattern is None or pattern == text:
        return True
    from fnmatch import fnmatchcase  # noqa: PLC0415  only configurations with globs pay for it

    return fnmatchcase(text.lower(), pattern.lower())


def _too_fussy(finding: Finding, entry: _Seen, selection: Selection) -> bool:
    """Whether a finding for a fussier reader is hidden; an error never is, nor what was asked for."""
    rule, hit = entry
    if finding.severity == "error" or selection.asks_for(rule.id, finding.at.source.path):
        return False
    # A hit lowered to a note or a guess is an auditor's; medium in place of high leaves the rule's readers.
    lowered = "note" in (hit.severity, rule.severity) or "low" in (hit.confidence, rule.confidence)
    exception = rule.persona != persona_of(rule.severity, rule.confidence)
    readers = "auditor" if lowered and not exception else rule.persona
    return PERSONAS.index(readers) > PERSONAS.index(selection.persona)


def _app_report(case: Case, shown: int, not_evaluated: tuple[NotEvaluated, ...]) -> AppReport:
    flows = case.inventory.flows if case.inventory else ()
    application = case.application
    return AppReport(
        case.name,
        application.app_id if application else None,
        case.files,
        application.completeness if application else None,
        len(flows),
        sum(len(flow.calls) for flow in flows),
        shown - len(not_evaluated),
        not_evaluated,
        case.grants.assumptions if case.grants else (),
        tuple(
            found for held in (case.grants, case.tenant) if held is not None for found in held.denied.items()
        ),
    )


def _numbered(findings: list[Finding]) -> tuple[Finding, ...]:
    """Findings by file, place and rule; equal fingerprints get `/2`, `/3` in that order."""
    findings.sort(key=_order)
    seen: dict[str, int] = {}
    numbered = []
    for finding in findings:
        count = seen[finding.fingerprint] = seen.get(finding.fingerprint, 0) + 1
        suffix = f"/{count}" if count > 1 else ""
        numbered.append(finding._replace(fingerprint=finding.fingerprint + suffix) if suffix else finding)
    return tuple(numbered)


def _order(finding: Finding) -> tuple[str, int, str, int, str]:
    line, column, *_ = finding.at.source.place(finding.at.pointer)
    return finding.at.source.path, line, finding.rule, column, finding.subject
