"""`entralint rules`: list the rules, or check the rule files."""

from linter import rulecheck, ruleset
from linter.cli import parser
from linter.cli.output import write
from linter.report.text import OPTIONS, predicted


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
    width = max((len(rule.id) for rule in chosen), default=0)
    lines = []
    for rule in chosen:
        error = f"  ({predicted(rule.predicts)})" if rule.predicts else ""
        fixable = f"  [{OPTIONS[rule.fixable]}]" if rule.fixable else ""
        lines.append(f"{rule.id:{width}}  {rule.severity:7}  {rule.title}{error}{fixable}\n")
    write("".join(lines))
    return 0
