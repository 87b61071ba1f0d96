"""`entralint rules`: list the rules, or check the rule files."""

from __future__ import annotations

from linter import rulecheck, ruleset
from linter.cli import parser
from linter.cli.output import write
from linter.report.text import OPTIONS, predicted
from linter.ruleset import Rule
from linter.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from linter.report.rulebook import Chapter


def _chapter(rule: Rule) -> Chapter:
    """A rule's page and what the rule says of its own examples."""
    from linter import examples
    from linter.catalog.store import Catalog
    from linter.report.rulebook import Chapter

    page, catalog = ruleset.page(rule.id), Catalog.open()
    said = [
        examples.run(examples.case(example, catalog), {rule.id: rule}, example, catalog).findings
        for example in page["examples"]
    ]
    return Chapter(rule, page, said)


def main(arguments: list[str]) -> int:
    """Run the command."""
    options = parser.rules().parse_args(arguments)
    if options.check:
        problems = rulecheck.problems()
        write("".join(f"{problem.path}: {problem.message}\n" for problem in problems))
        return 2 if problems else 0
    rules = ruleset.load()
    for name in options.names:
        ruleset.require(name, rules, "the command line")
    chosen = [
        rule
        for rule in rules.values()
        if not options.names or rule.id in options.names or rule.family in options.names
        if options.severity in (None, rule.severity)
        if options.covers is None or options.covers in ruleset.page(rule.id).get("covers", ())
    ]
    if options.format == "json":
        import json

        pages = [
            {
                "id": rule.id,
                **ruleset.page(rule.id),
                "needs": rule.needs,
                "uses": rule.uses,
                "fixable": rule.fixable,
            }
            for rule in chosen
        ]
        write(json.dumps({"version": 1, "rules": pages}, indent=2, ensure_ascii=False, default=str) + "\n")
        return 0
    if options.format == "markdown":
        from linter.report import rulebook

        write(rulebook.render([_chapter(rule) for rule in chosen]))
        return 0
    width = max((len(rule.id) for rule in chosen), default=0)
    lines = []
    for rule in chosen:
        error = f"  ({predicted(rule.predicts)})" if rule.predicts else ""
        fixable = f"  [{OPTIONS[rule.fixable]}]" if rule.fixable else ""
        lines.append(f"{rule.id:{width}}  {rule.severity:7}  {rule.title}{error}{fixable}\n")
    write("".join(lines))
    return 0
