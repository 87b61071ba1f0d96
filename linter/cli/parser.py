"""The options of every command; one parser each, built only for the command that runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from linter.cli.options import CHECK, MAX_BYTES, PATHS, is_size
from linter.finding import SEVERITIES
from linter.typed import Any, Final, NoReturn

#: Stands for the app where `explain --grants` is given none.
ANY_APP: Final = "<appId>"
SCHEMAS: Final = ("calls", "findings", "needs", "rule")


def check() -> argparse.ArgumentParser:
    """The options of `entralint check`."""
    parser = _parser(
        "check", "Lint app registrations together with the calls they plan, offline.", _CheckParser
    )
    parser.add_argument(PATHS.name, **PATHS.keywords)
    groups: dict[str, argparse._ArgumentGroup] = {}
    for option in CHECK:
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


class _CheckParser(_Parser):
    """The parser of `check`: what stands after `--fix` is a path, and its mode only what comes after `=`."""

    # argparse has overloads of it that nobody here needs.
    def parse_intermixed_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> Any:
        given = list(sys.argv[1:] if args is None else args)
        end = given.index("--") if "--" in given else len(given)
        alone = {
            option.name: f"{option.name}={option.keywords['const']}"
            for option in CHECK
            if "const" in option.keywords
        }
        options = [alone.get(argument, argument) for argument in given[:end]]
        return super().parse_intermixed_args([*options, *given[end:]], namespace)


def _positive(text: str) -> int:
    if not is_size(text):
        raise argparse.ArgumentTypeError(f"must be a number of bytes, 1 or more, not {text!r}")
    return int(text)


def _parser(command: str, description: str, made: type[_Parser] = _Parser) -> argparse.ArgumentParser:
    return made(
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
    parser = _parser("needs", "Show which permissions calls of Microsoft Graph need, the least one first.")
    parser.add_argument(
        "calls", nargs="+", metavar="CALL", help="'METHOD url', or - to read one a line from standard input"
    )
    parser.add_argument(
        "--access",
        choices=("application", "delegated", "personal", "all"),
        default="all",
        help="kind of access (%(default)s)",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="(%(default)s)")
    return parser


def explain() -> argparse.ArgumentParser:
    """The options of `entralint explain`."""
    parser = _parser("explain", "Explain a rule, a permission, a GUID, an AADSTS code or a call.")
    parser.add_argument(
        "thing", nargs="*", metavar="THING", help="rule id, permission, GUID, AADSTSnnnnn or 'METHOD url'"
    )
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
