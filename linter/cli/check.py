"""`entralint check`: lint registrations together with their planned calls."""

from __future__ import annotations

from linter import config, engine, ruleset
from linter.cases import Gathered, Request, gather
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.cli import choice
from linter.cli.options import plain
from linter.cli.output import deliver, spare, target
from linter.config import Config
from linter.engine import Layer, Outcome, Selection
from linter.entra import Entra
from linter.errors import Problem
from linter.finding import CONFIDENCES, SEVERITIES
from linter.report import Asked, Fixed, Report
from linter.typed import Any

#: Rules whose finding means that the tool does not know, not that the app is wrong.
_UNKNOWN_CALL = "permission/unknown-call"


def main(arguments: list[str]) -> int:
    """Run the command; see `linter.cli` for the exit codes."""
    options = _options(arguments)
    today = choice.today(options.today)
    rules = ruleset.load()
    settings = Config() if options.no_config else config.load(options.config)
    selection = _selection(options, settings, rules)
    catalogue_file = choice.path(options.catalog, settings.catalog)
    named = (*options.paths, *options.calls, *options.grants, options.config, catalogue_file)
    output = target(options.output, named)
    catalog = _Catalogue(catalogue_file)
    request = Request(
        tuple(options.paths),
        tuple(options.calls),
        tuple(options.grants),
        options.max_bytes,
        options.skip_unrecognized,
        lambda name: catalog.open().permission(GRAPH, name, "Scope") is not None,
        tenants=tuple(options.tenant),
        streams=not (options.fix or options.diff),
    )

    def run(gathered: Gathered) -> Outcome:
        return engine.run(
            gathered.cases, rules, selection, catalog.open, Entra(), today, whole=gathered.whole_folder
        )

    fixed: tuple[Fixed, ...] = ()
    unfixed: tuple[Problem, ...] = ()
    if options.fix or options.diff:
        from linter.cli import fixes
        from linter.passes import fix_all

        passes = fix_all(request, run, options.fix or "safe")
        spare(output, passes.gathered.read)
        if options.diff:
            return fixes.show(passes, output, fail=(options.fail_on or settings.fail_on) != "never")
        gathered, outcome, fixed, unfixed = fixes.write(passes, run)
    else:
        gathered = gather(request)
        spare(output, gathered.read)
        outcome = run(gathered)
    problems = (*gathered.problems, *sorted(set(gathered.late)))
    report = Report(outcome, problems, rules, gathered.skipped, catalog.asked(today), today, fixed, unfixed)
    # Four modules with one name each: the table is the import statement.
    deliver(__import__(f"linter.report.{options.format}", fromlist=["render"]), report, output)
    return exit_code(
        outcome,
        report.troubles(),
        options.fail_on or settings.fail_on or "error",
        options.fail_on_confidence or settings.fail_on_confidence or "medium",
        strict=options.strict,
    )


def _options(arguments: list[str]) -> Any:
    """The options as attributes; argparse answers what asks for help or is wrong, and ends the run."""
    found = plain(arguments)
    if found is not None:
        return found
    from linter.cli import parser

    return parser.check().parse_intermixed_args(arguments)


class _Catalogue:
    """The catalogue: the bundled one is opened when the first rule asks for it, a chosen one at once."""

    def __init__(self, path: str | None) -> None:
        # A wrong name is an error, also where no rule would have asked.
        self.opened: Catalog | None = Catalog.open(path) if path is not None else None

    def open(self) -> Catalog:
        if self.opened is None:
            self.opened = Catalog.open()
        return self.opened

    def asked(self, today: str) -> Asked | None:
        if self.opened is None:
            return None
        return Asked(self.opened.date, self.opened.hash, self.opened.age_note(today))


def _selection(options: Any, settings: Config, rules: dict[str, ruleset.Rule]) -> Selection:
    command_line = Layer(tuple(options.select), tuple(options.ignore))
    for name in (*command_line.select, *command_line.ignore):
        ruleset.require(name, rules, "the command line")
    for name in settings.names():
        ruleset.require(name, rules, settings.path)
    return Selection(
        (command_line, *settings.per_file, settings.layer),
        settings.ignores,
        options.persona or settings.persona or "regular",
    )


def exit_code(
    outcome: Outcome, problems: tuple[Problem, ...], fail_on: str, fail_on_confidence: str, *, strict: bool
) -> int:
    """2 where something could not be checked, 1 where a finding is bad and sure enough, else 0."""
    if problems:
        return 2
    if strict and (
        any(finding.rule == _UNKNOWN_CALL for finding in outcome.findings)
        or any(entry.given for app in outcome.apps for entry in app.not_evaluated)
    ):
        return 2
    if fail_on == "never":
        return 0
    for finding in outcome.findings:
        bad = SEVERITIES.index(finding.severity) <= SEVERITIES.index(fail_on)
        sure = CONFIDENCES.index(finding.confidence) <= CONFIDENCES.index(fail_on_confidence)
        if bad and sure:
            return 1
    return 0
