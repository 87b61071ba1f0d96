"""`entralint schema`: the JSON Schemas of the files that users write and the reports that we write."""

import os

import linter
from linter import ruleset
from linter.cli import parser
from linter.cli.output import write

_PACKAGE = os.path.dirname(os.path.abspath(linter.__file__))
_PLACES = {
    "calls": os.path.join(_PACKAGE, "calls", "schema.json"),
    "catalog-diff": os.path.join(_PACKAGE, "report", "schema", "catalog-diff.json"),
    "diff": os.path.join(_PACKAGE, "report", "schema", "diff.json"),
    "explain": os.path.join(_PACKAGE, "report", "schema", "explain.json"),
    "findings": os.path.join(_PACKAGE, "report", "schema", "findings.json"),
    "needs": os.path.join(_PACKAGE, "report", "schema", "needs.json"),
}


def main(arguments: list[str]) -> int:
    """Run the command."""
    name = parser.schema().parse_args(arguments).name
    path = os.path.join(ruleset.folder(), "schema.json") if name == "rule" else _PLACES[name]
    with open(path, encoding="utf-8") as file:
        write(file.read())
    return 0
