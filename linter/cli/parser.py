"""The options of every command; one parser each, built only for the command that runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from linter.cli.options import CALLS, CATALOG, CHECK, MAX_BYTES, NEEDS, PATHS, Option, is_size
from linter.finding import SEVERITIES
from linter.typed import Any, Final, NoReturn

#: Stands for the app where `explain --grants` is given none.
ANY_APP: Final = "<appId>"
SCHEMAS: Final = ("calls", "catalog-diff", "diff", "explain", "findings", "needs", "rule")
#: What `diff --fail-on` takes.
THRESHOLDS: Final = ("any", "tier-zero", "level:1", "level:2", "level:3", "level:4")


def check() -> argparse.ArgumentParser:
    """The options of `entralint check`."""
    description = "Lint app registrations together with the calls they plan, offline."
    parser = _parser("check", description, _CheckParser)
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


def diff() -> argparse.ArgumentParser:
    """The options of `entralint diff`."""
    parser = _parser(
        "diff", "Show what changed in what registrations declare: OLD and NEW, or --base REV and PATH..."
    )
    parser.add_argument(
        PATHS.name, nargs="+", metavar="PATH", help="OLD and NEW; with --base what to compare, as it is now"
    )
    parser.add_argument("--base", metavar="REV", help="the old side is what Git has there")
    parser.add_argument(
        "--calls",
        action="append",
        default=[],
        metavar="FILE",
        help="a calls file of the one app (as it is now)",
    )
    parser.add_argument("--skip-unrecognized", action="store_true", help="pass over files of no known form")
    _add_catalog(parser)
    parser.add_argument("--today", metavar="DATE", help="judge the catalogue's age as of YYYY-MM-DD")
    parser.add_argument(MAX_BYTES.name, **MAX_BYTES.keywords, type=_positive)
    parser.add_argument(
        "--format", choices=("text", "markdown", "json"), default="text", help="(%(default)s)"
    )
    parser.add_argument("--output", metavar="FILE", help="write the report there")
    parser.add_argument(
        "--fail-on",
        type=_threshold,
        metavar="WHAT",
        help="exit 1 if a permission was added, raised or changed that is: any; tier-zero; level:N or above "
        "(one whose level nobody publishes counts as 3)",
    )
    return parser


def _threshold(text: str) -> str:
    if text not in THRESHOLDS:
        raise argparse.ArgumentTypeError(f"must be any, tier-zero or level:1 to level:4, not {text!r}")
    return text


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
    parser.add_argument(
        "--tenant", action="store_true", help="print the commands that save the tenant's facts"
    )
    _add_catalog(parser)
    return parser


def rules() -> argparse.ArgumentParser:
    """The options of `entralint rules`."""
    parser = _parser("rules", "List the rules, or check the rule files.")
    parser.add_argument("names", nargs="*", metavar="RULE", help="only these rules or families")
    parser.add_argument("--severity", choices=SEVERITIES, help="only rules of this severity")
    parser.add_argument("--covers", metavar="CAUSE", help="only rules that cover this cause, like S3.1")
    parser.add_argument(
        "--format", choices=("text", "json", "markdown"), default="text", help="(%(default)s)"
    )
    parser.add_argument("--check", action="store_true", help="say what is wrong with the rule files")
    return parser


def catalog() -> argparse.ArgumentParser:
    """The options of `entralint catalog`; `catalog_options` reads them."""
    parser = _parser(
        "catalog", "Show where the permission catalogue comes from, compile a newer one, or compare two."
    )
    parser.add_argument("action", choices=("info", "compile", "diff"))
    parser.add_argument(
        "places",
        nargs="*",
        metavar="PLACE",
        help="compile: folders of upstream files, their https addresses, or NAME=FILE and NAME=ADDRESS for "
        "single ones; diff: the old and the new catalogue, `bundled` for ours",
    )
    _add_catalog(parser, "info: show this catalogue (bundled)")
    parser.add_argument("--output", metavar="FILE", help="compile: where it goes (catalog.bin)")
    parser.add_argument("--sources", metavar="FILE", help="compile: says where the files come from")
    parser.add_argument(
        "--timeout", metavar="SECONDS", type=_seconds, help="compile: how long a download may take (60)"
    )
    parser.add_argument("--all", action="store_true", help="compile, diff: every entry, not the first few")
    parser.add_argument("--today", metavar="DATE", help="info, compile: the day it is, YYYY-MM-DD")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="info, diff: (%(default)s)"
    )
    return parser


#: What each action of `catalog` takes beside `action`.
_CATALOG_ACTIONS: Final = {
    "info": {"catalog", "today", "format"},
    "compile": {"places", "output", "sources", "timeout", "all", "today"},
    "diff": {"places", "all", "format"},
}


def catalog_options(arguments: list[str]) -> argparse.Namespace:
    """The options of a `catalog` command line; one that its action does not take ends the run."""
    parser = catalog()
    options = parser.parse_intermixed_args(arguments)
    for name, value in vars(options).items():
        if name == "action" or name in _CATALOG_ACTIONS[options.action]:
            continue
        if value and value != parser.get_default(name):
            what = f"`{value[0]}`" if name == "places" else f"--{name}"
            parser.error(f"{options.action} does not take {what}")
    return options


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError(f"must be a number of seconds, at most 3600, not {text!r}")
    return seconds


def _add_catalog(parser: argparse.ArgumentParser, text: str = CATALOG.keywords["help"]) -> None:
    parser.add_argument(CATALOG.name, **(CATALOG.keywords | {"help": text}))


def schema() -> argparse.ArgumentParser:
    """The options of `entralint schema`."""
    parser = _parser("schema", "Print the JSON Schema of a file that you write or a report that we write.")
    parser.add_argument("name", choices=SCHEMAS)
    return parser
