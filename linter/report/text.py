"""The report for people: id, message, excerpts with labelled spans, predicted error, fix, summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from linter.engine import AppReport, NotEvaluated, Outcome
from linter.errors import Problem
from linter.finding import SEVERITIES, Finding, Fixable, Predicts
from linter.positions import At
from linter.report import Report, counted
from linter.report.safe import leading, line_at, one_line, plain
from linter.typed import Final, NamedTuple

#: Longer spans are shown by their first two lines and their last one.
MAX_LINES = 6
#: More apps than these are summed up.
FEW_APPS = 3
#: More rules than this are counted by family.
MANY_RULES = 4
#: More missing fields than this are counted.
MANY_FIELDS = 4


class Segment(NamedTuple):
    """A piece of text and how it may be painted (a rich style, empty for plain)."""

    text: str
    style: str = ""


_STYLES = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}
#: What makes the fix of a finding.
OPTIONS: Final[dict[Fixable, str]] = {"safe": "--fix", "unsafe": "--fix=all"}
_GUTTER = "blue"
_FAINT = "dim"


def render(report: Report) -> str:
    """The whole report as plain text."""
    return "".join(segment.text for segment in segments(report))


def segments(report: Report) -> Iterator[Segment]:
    """The whole report, piece by piece."""
    yield from cannot("check", report.problems)
    yield from cannot("fix", report.unfixed)
    if report.troubles() and report.outcome.findings:
        yield Segment("\n")
    for finding in report.outcome.findings:
        yield from _finding(finding)
        yield Segment("\n")
    yield from _summary(report)


def cannot(verb: str, problems: tuple[Problem, ...]) -> Iterator[Segment]:
    """What could not be checked or fixed, a line each."""
    for problem in problems:
        where = leading(problem.path)
        if problem.line:
            where += f":{problem.line}:{problem.column}"
        yield Segment(f"{where}: ", "bold")
        yield Segment(f"cannot {verb}: ", _STYLES["error"])
        yield Segment(f"{plain(problem.message)}\n")


def _finding(finding: Finding) -> Iterator[Segment]:
    style = _STYLES[finding.severity]
    yield Segment(f"{finding.severity}[{finding.rule}]", style)
    yield Segment(f": {plain(finding.message)}\n", "bold")
    places = [(finding.at, ""), *((related.at, related.label) for related in finding.related)]
    width = max(len(str(_last_line(at))) for at, _ in places)
    source = None
    for at, label in places:
        arrow = "-->" if source is None else ":::"
        if at.source is not source:
            place = at.source.place(at.pointer)
            yield Segment(" " * width + arrow + " ", _GUTTER)
            yield Segment(f"{plain(at.source.path)}:{place.line}:{place.column}\n")
            yield Segment(" " * width + " |\n", _GUTTER)
        else:
            yield Segment(" " * width + "...\n", _GUTTER)
        yield from _lines(
            at, label, width, style if source is None else _GUTTER, "^" if source is None else "-"
        )
        source = at.source
    yield Segment(" " * width + " |\n", _GUTTER)
    for name, text in _facts(finding):
        yield Segment(" " * width + " = ", _GUTTER)
        yield Segment(f"{name}: ", "bold")
        yield Segment(f"{text}\n")


def _last_line(at: At) -> int:
    return at.source.place(at.pointer).end_line


def _lines(at: At, label: str, width: int, style: str, mark: str) -> Iterator[Segment]:
    place, span, whole = at.source.place(at.pointer), at.source.span(at.pointer), at.source.text
    label = f" {plain(label)}" if label else ""
    if place.end_line == place.line:
        text, start, end = line_at(whole, span.start, span.end)
        yield from _source_line(place.line, width, text)
        yield Segment(" " * width + " | ", _GUTTER)
        yield Segment(" " * start + mark * max(1, end - start) + label + "\n", style)
        return
    long = place.end_line - place.line >= MAX_LINES
    numbers = [place.line, place.line + 1] if long else range(place.line, place.end_line)
    begin = span.start - (place.column - 1)
    for number in numbers:
        text, _, _ = line_at(whole, begin, begin)
        yield Segment(f"{number:>{width}} | ", _GUTTER)
        yield Segment("/ " if number == place.line else "| ", style)
        yield Segment(text.rstrip() + "\n")
        begin = whole.find("\n", begin) + 1
    if long:
        yield Segment(" " * (width - 1) + "... ", _GUTTER)
        yield Segment("|\n", style)
    begin = span.end - (place.end_column - 1)
    last, _, _ = line_at(whole, begin, begin)
    yield Segment(f"{place.end_line:>{width}} | ", _GUTTER)
    yield Segment("| ", style)
    yield Segment(last.rstrip() + "\n")
    yield Segment(" " * width + " | ", _GUTTER)
    indent = len(last) - len(last.lstrip())
    yield Segment("|" + "_" * (indent + 1) + mark + label + "\n", style)


def _source_line(number: int, width: int, text: str) -> Iterator[Segment]:
    yield Segment(f"{number:>{width}} | ", _GUTTER)
    yield Segment(text.rstrip() + "\n")


def _facts(finding: Finding) -> Iterator[tuple[str, str]]:
    if finding.predicts is not None:
        yield "predicts", plain(predicted(finding.predicts))
    how = f" ({OPTIONS[finding.fixable]})" if finding.fixable else ""
    yield "fix", one_line(finding.fix) + how
    if finding.confidence != "high":
        yield "confidence", finding.confidence


def predicted(predicts: Predicts) -> str:
    """The run-time error in words: `HTTP 403 Authorization_RequestDenied, AADSTS65001`."""
    parts = []
    if predicts.status:
        parts.append(f"HTTP {predicts.status} {predicts.code or ''}".rstrip())
    elif predicts.code:
        parts.append(predicts.code)
    parts.extend(f"AADSTS{number}" for number in predicts.aadsts)
    return ", ".join(parts)


# --- summary ----------------------------------------------------------------------------------


def _summary(report: Report) -> Iterator[Segment]:
    outcome = report.outcome
    counts = outcome.counts()
    if len(outcome.apps) <= FEW_APPS:
        for app in outcome.apps:
            yield from _app(app)
    else:
        yield from _many_apps(outcome.apps)
    for sentence in report.notes():
        yield Segment(f"{leading(sentence)}\n")
    parts = [counted(number, severity) for severity, number in counts.items()]
    if outcome.ignored:
        parts.append(f"{outcome.ignored} ignored")
    if outcome.fussy:
        parts.append(f"{outcome.fussy} more with --persona auditor")
    if report.problems:
        parts.append(counted(len(report.problems), "input problem"))
    if report.unfixed:
        parts.append(f"{len(report.unfixed)} not fixed")
    if report.skipped:
        parts.append(f"{counted(report.skipped, 'file')} of no known form skipped")
    worst = next((severity for severity in SEVERITIES if counts[severity]), None)
    style = _STYLES["error"] if report.troubles() else _STYLES[worst] if worst else "bold green"
    yield Segment(", ".join(parts), style)
    yield Segment(f" in {counted(len(outcome.apps), 'app')}\n")
    yield from _fixable(outcome)


def _fixable(outcome: Outcome) -> Iterator[Segment]:
    """How many findings can be fixed, and how."""
    kinds = [finding.fixable for finding in outcome.findings]
    safe, every = kinds.count("safe"), len(kinds) - kinds.count(None)
    ways = [f"{safe} with {OPTIONS['safe']}"] if safe else []
    if every > safe:
        ways.append(f"{every} with {OPTIONS['unsafe']}")
    if ways:
        yield Segment(f"can be fixed: {', '.join(ways)}\n")


def _app(app: AppReport) -> Iterator[Segment]:
    yield Segment(leading(app.name), "bold")
    calls = f"{counted(app.calls, 'call')} in {counted(app.flows, 'flow')}, " if app.flows else ""
    yield Segment(f": {calls}{counted(app.evaluated, 'rule')} evaluated\n")
    for assumption in app.assumptions:
        yield Segment(f"  assumed: {plain(assumption)}\n")
    yield from _refused(app.refused)
    for lack in _lacks(app.not_evaluated, app.app_id):
        rules = counted(len(lack.rules), "rule")
        yield Segment(f"  {rules} {lack.verb} {lack.what}: {', '.join(_listed(lack.rules))}\n", _FAINT)
        yield Segment(f"    {plain(lack.command)}\n", _FAINT)


def _many_apps(apps: tuple[AppReport, ...]) -> Iterator[Segment]:
    """All apps together: JSON has them one by one."""
    calls, flows = sum(app.calls for app in apps), sum(app.flows for app in apps)
    least, most = min(app.evaluated for app in apps), max(app.evaluated for app in apps)
    rules = counted(most, "rule") if least == most else f"{least} to {counted(most, 'rule')}"
    yield Segment(f"{len(apps)} apps", "bold")
    yield Segment(f": {counted(calls, 'call')} in {counted(flows, 'flow')}, {rules} evaluated in each\n")
    for assumption in dict.fromkeys(assumption for app in apps for assumption in app.assumptions):
        yield Segment(f"  assumed: {plain(assumption)}\n")
    yield from _refused(found for app in apps for found in app.refused)
    groups: dict[Lack, int] = {}
    alike: dict[tuple[NotEvaluated, ...], int] = {}
    for app in apps:
        alike[app.not_evaluated] = alike.get(app.not_evaluated, 0) + 1
    for not_evaluated, number in alike.items():
        for lack in _lacks(not_evaluated, None):
            groups[lack] = groups.get(lack, 0) + number
    for lack, number in groups.items():
        text = f"{counted(len(lack.rules), 'rule')} {lack.verb} {lack.what}: {', '.join(_listed(lack.rules))}"
        yield Segment(f"  {text} ({counted(number, 'app')})\n", _FAINT)
        yield Segment(f"    {plain(lack.command)}\n", _FAINT)


def _refused(refused: Iterable[tuple[str, str]]) -> Iterator[Segment]:
    for collection, reason in dict.fromkeys(refused):
        yield Segment(f"  refused: {plain(collection)} ({plain(reason)})\n")


class Lack(NamedTuple):
    """Rules that were not evaluated for want of the same inputs, and how to get those."""

    what: str
    rules: tuple[str, ...]
    command: str

    @property
    def verb(self) -> str:
        """Three rules lack, one rule lacks."""
        return "lacks" if len(self.rules) == 1 else "lack"


def _lacks(not_evaluated: tuple[NotEvaluated, ...], app_id: str | None) -> Iterator[Lack]:
    """Rules that were not evaluated, by what would enable them; fields that one command gets are one.

    A rule that lacks several things is named with each.
    """
    if not not_evaluated:
        return
    from linter.entra import Entra  # noqa: PLC0415  a run without a gap needs none of it
    from linter.obtaining import how_to_get, is_written  # noqa: PLC0415

    entra = Entra()
    rules: dict[str, dict[str, None]] = {}
    fields: dict[str, dict[str, None]] = {}
    for entry in not_evaluated:
        for field in entry.missing if entry.given else _whole(entry.missing):
            command = _WRITTEN if is_written(field) else how_to_get(field, app_id, entra)
            rules.setdefault(command, {})[entry.rule] = None
            fields.setdefault(command, {})[field] = None
    for command, stopped in rules.items():
        yield Lack(_named([_FILES.get(field, field) for field in fields[command]]), tuple(stopped), command)


def _whole(missing: Sequence[str]) -> tuple[str, ...]:
    """The inputs of fields whose whole input was not given; flows and their calls are one input."""
    inputs = [field.partition(".")[0] for field in missing]
    return tuple(dict.fromkeys("flows" if name in _CALLS_FILE else name for name in inputs))


def _named(fields: list[str]) -> str:
    """The first few names, and how many more there are."""
    named = fields[:MANY_FIELDS]
    rest = len(fields) - len(named)
    return " and ".join(filter(None, [", ".join(named), f"{rest} more" if rest else ""]))


def _listed(rules: Sequence[str]) -> Sequence[str]:
    """Rule ids, or how many of each family where they are many (JSON lists every one)."""
    if len(rules) <= MANY_RULES:
        return rules
    families: dict[str, int] = {}
    for rule in rules:
        family = rule.partition("/")[0]
        families[family] = families.get(family, 0) + 1
    return [f"{number} {family}" for family, number in families.items()]


_FILES = {
    "application": "an app registration",
    "flows": "a calls file",
    "inventory": "a calls file",
    "grants": "a grants file (--grants)",
    "tenant": "the tenant's facts (--tenant)",
}
_WRITTEN = "write it in the calls file"
_CALLS_FILE = ("flows", "flow", "call", "user", "inventory")
