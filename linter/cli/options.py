"""The options of `check` and `needs` as tables, and a reader of plain command lines.

A hook runs `check` on every commit and editors ask `needs` at every call; argparse takes a third of a bare
interpreter's start to be imported, and more to be told the options and to read them. So a command line
that is plainly right is read here; one that asks for help or has anything unusual goes to argparse, built
from the same table.
"""

from __future__ import annotations

from types import SimpleNamespace

from linter import files
from linter.finding import CONFIDENCES, PERSONAS, SEVERITIES
from linter.typed import Any, Final, NamedTuple

FORMATS: Final = ("text", "json", "sarif", "github")
FIXES: Final = ("safe", "all")


class Option(NamedTuple):
    """One option: its group in the help, its name, and what argparse's `add_argument` is told."""

    group: str
    name: str
    keywords: dict[str, Any]

    @property
    def field(self) -> str:
        """The name of the value that it sets."""
        return self.name.removeprefix("--").replace("-", "_")


def _file(group: str, name: str, text: str, metavar: str = "FILE") -> Option:
    return Option(group, name, {"metavar": metavar, "help": text})


def _list(group: str, name: str, metavar: str, text: str) -> Option:
    return Option(group, name, {"action": "append", "default": [], "metavar": metavar, "help": text})


def _switch(group: str, name: str, text: str) -> Option:
    return Option(group, name, {"action": "store_true", "default": False, "help": text})


def _mode(group: str, name: str, modes: tuple[str, ...], text: str) -> Option:
    """An option that may stand alone, for the first of its modes; another one comes after `=`."""
    return Option(
        group, name, {"nargs": "?", "const": modes[0], "choices": modes, "default": None, "help": text}
    )


def _choice(group: str, name: str, choices: tuple[str, ...], text: str, default: str | None = None) -> Option:
    return Option(group, name, {"choices": choices, "default": default, "help": text})


_PATHS_HELP: Final = "file, folder, or - for standard input"
PATHS: Final = Option("", "paths", {"nargs": "+", "metavar": "PATH", "help": _PATHS_HELP})
MAX_BYTES: Final = Option(
    "inputs",
    "--max-bytes",
    {"default": files.MAX_BYTES, "metavar": "N", "help": "largest file read (%(default)s)"},
)
CATALOG: Final = _file("inputs", "--catalog", "ask this permission catalogue (bundled)")
CHECK: Final = (
    _list("inputs", "--calls", "FILE", "a calls file of the one app"),
    _list("inputs", "--grants", "FILE", "consent as Microsoft Graph returns it"),
    _list("inputs", "--tenant", "DIR", "a folder of the tenant's policies and other facts"),
    _switch("inputs", "--skip-unrecognized", "pass over files of no known form"),
    MAX_BYTES,
    CATALOG,
    _file("inputs", "--config", "this configuration and no other"),
    _switch("inputs", "--no-config", "no configuration file"),
    _list("rules", "--select", "RULE", "only this rule or family"),
    _list("rules", "--ignore", "RULE", "not this rule or family"),
    _choice("rules", "--persona", PERSONAS, "who reads it: shows fussier rules (regular)"),
    _file("rules", "--today", "judge dates as of YYYY-MM-DD", "DATE"),
    _mode("fixes", "--fix", FIXES, "make the safe fixes, or all that there are"),
    _switch("fixes", "--diff", "print the fixes as a unified diff and write nothing"),
    _choice("output", "--format", FORMATS, "(%(default)s)", "text"),
    _file("output", "--output", "write the report there"),
    _choice("output", "--fail-on", (*SEVERITIES, "never"), "exit 1 from this severity on (error)"),
    _choice("output", "--fail-on-confidence", CONFIDENCES, "exit 1 from this confidence on (medium)"),
    _switch("output", "--strict", "exit 2 for unknown calls and rules that an open field stopped"),
)

CALLS: Final = Option(
    "",
    "asked",
    {"nargs": "*", "metavar": "CALL", "help": "'METHOD url', or - to read one a line from standard input"},
)
ACCESSES: Final = ("application", "delegated", "personal")
NEEDS: Final = (
    _list("inputs", "--calls", "FILE", "the calls of a calls file, flow by flow"),
    CATALOG,
    _file("inputs", "--today", "judge the catalogue's age as of YYYY-MM-DD", "DATE"),
    _choice("output", "--access", (*ACCESSES, "all"), "kind of access (%(default)s)", "all"),
    _switch("output", "--proof", "show for each call what covers it"),
    _choice("output", "--emit", ("manifest", "az", "names"), "print only the least set, ready for use"),
    _choice("output", "--format", ("text", "json"), "(%(default)s)", "text"),
)


def is_size(text: str) -> bool:
    """Whether a text is a number of bytes, 1 or more."""
    return text.isascii() and text.isdecimal() and len(text) < 19 and int(text) > 0


def plain(
    arguments: list[str], options: tuple[Option, ...] = CHECK, positional: Option = PATHS
) -> SimpleNamespace | None:
    """The options of a command line in which nothing is unusual, else None."""
    by_name = {option.name: option for option in options}
    values: dict[str, Any] = {option.field: option.keywords.get("default") for option in options}
    values |= {field: list(value) for field, value in values.items() if isinstance(value, list)}
    named: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "-" or not argument.startswith("-"):
            named.append(argument)
            continue
        name, equals, value = argument.partition("=")
        option = by_name.get(name)
        if option is None:
            return None
        action = option.keywords.get("action")
        if action == "store_true":
            if equals:
                return None
            values[option.field] = True
            continue
        if not equals and "const" in option.keywords:
            values[option.field] = option.keywords["const"]
            continue
        if not equals:
            value = next(rest, "--")
        if (value.startswith("-") and not equals) or value not in option.keywords.get("choices", (value,)):
            return None
        if option is MAX_BYTES:
            if not is_size(value):
                return None
            values[option.field] = int(value)
        elif action == "append":
            values[option.field].append(value)
        else:
            values[option.field] = value
    if not named and positional.keywords["nargs"] == "+":
        return None
    return SimpleNamespace(**{positional.field: named}, **values)
