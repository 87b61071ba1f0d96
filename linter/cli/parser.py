"""The options of every command; one parser each, built only for the command that runs."""

from __future__ import annotations

import argparse
import os

from linter.cli.options import CALLS, CHECK, MAX_BYTES, NEEDS, PATHS, Option, is_size
from linter.finding import SEVERITIES
from linter.typed import Final, NoReturn

#: Stands for the app where `explain --grants` is given none.
ANY_APP: Final = "<appId>"
SCHEMAS: Final = ("calls", "explain", "findings", "needs", "rule")


def check() -> argparse.ArgumentParser:
    """The options of `entralint check`."""
    parser = _parser("check", "Lint app registrations together with the calls they plan, offline.")
    return _with(parser, PATHS, CHECK)


def _with(
    parser: argparse.ArgumentParser, positional: Option, options: tuple[Option, ...]
) -> argparse.ArgumentParser:
    """A parser with the options of a table, group by group."""
    parser.add_argument(positional.name, **positional.keywords)
    groups: dict[str, argparse._ArgumentGroup] = {}
    for option in options:
        if option.group not in groups:
            groups[option.group] = parser.add_argument_group(option.group)
        keywords = option.keywords | ({"type": _positive} if option is MAX_BYTES else {})
        groups[option.group].add_argument(option.name, **keywords)
    return parser


class _Parser(argparse.ArgumentParser):
    """argparse's, but what it repeats of the command line is made safe: file names come from anywhere."""

    def error(self, message: str) -> NoReturn:
        from linter.report.safe import plain

        super().error(plain(message))


def _positive(text: str) -> int:
    if not is_size(text):
        raise argparse.ArgumentTypeError(f"must be a number of bytes, 1 or more, not {text!r}")
    return int(text)


def _parser(command: str, description: str) -> argparse.ArgumentParser:
    return _Parser(
        prog=f"entralint {command}", description=description, allow_abbrev=False, formatter_class=_formatter
    )


def _formatter(prog: str) -> argparse.HelpFormatter:
    # Left to itself, argparse imports shutil for the width with every option that is added.
    try:
        width = int(os.environ.get("COLUMNS", "")) or os.get_terminal_size().columns
    except (ValueError, OSError):
        width = 80
    return argparse.HelpFormatter(prog, width=max(width - 2, 20))


def needs() -> argparse.ArgumentParser:
    """The options of `entralint needs`."""
    description = "Show which permissions calls of Microsoft Graph need, and the least set for all of them."
    return _with(_parser("needs", description), CALLS, NEEDS)


def explain() -> argparse.ArgumentParser:
    """The options of `entralint explain`."""
    parser = _parser("explain", "Explain a rule, a permission, a call, an error or an API, in full.")
    parser.add_argument(
        "thing",
        nargs="*",
        metavar="THING",
        help="rule or family, permission (name, GUID, scope), 'METHOD url', AADSTSnnnnn, error code, HTTP "
        "status, API (name, appId)",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="(%(default)s)")
    parser.add_argument(
        "--grants",
        metavar="APPID",
        nargs="?",
        const=ANY_APP,
        help="print the commands that save an app's grants",
    )
    return parser


def rules() -> argparse.ArgumentParser:
    """The options of `entralint rules`."""
    parser = _parser("rules", "List the rules, or check the rule files.")
    parser.add_argument("names", nargs="*", metavar="RULE", help="only these rules or families")
    parser.add_argument("--severity", choices=SEVERITIES, help="only rules of this severity")
    parser.add_argument("--covers", metavar="CAUSE", help="only rules that cover this cause, like S3.1")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="(%(default)s)")
    parser.add_argument("--check", action="store_true", help="say what is wrong with the rule files")
    return parser


def catalog() -> argparse.ArgumentParser:
    """The options of `entralint catalog`."""
    parser = _parser("catalog", "Show where the permission catalogue comes from, or compile one.")
    parser.add_argument("action", choices=("info", "compile"))
    parser.add_argument("folder", nargs="?", metavar="FOLDER", help="compile: the folder of upstream files")
    parser.add_argument("--output", metavar="FILE", help="compile: where the catalogue goes (catalog.bin)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="(%(default)s)")
    return parser


def schema() -> argparse.ArgumentParser:
    """The options of `entralint schema`."""
    parser = _parser("schema", "Print the JSON Schema of a file that you write or a report that we write.")
    parser.add_argument("name", choices=SCHEMAS)
    return parser
