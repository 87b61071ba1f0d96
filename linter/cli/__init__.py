"""The command line: one module per command; only these print and decide exit codes.

Exit codes: 0 clean, 1 findings at or above `--fail-on`, 2 something could not be
read or nothing was there to check, 130 interrupted.
"""

import os
import sys

from linter import __version__
from linter.cli import output
from linter.errors import Unreadable, nearest

#: Each command's module and its one line in `entralint --help`.
COMMANDS = {
    "check": "lint app registrations together with their planned calls",
    "diff": "show which permissions came and went between two states",
    "needs": "show which permissions calls need, the least one first",
    "explain": "explain a rule, a permission, an AADSTS code or a call",
    "rules": "list the rules, or check the rule files",
    "catalog": "show, compile or compare permission catalogues",
    "schema": "print the JSON Schema of a file or report",
}


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115  until the process ends
    try:
        return _run(arguments)
    except Unreadable as error:
        from linter.report.safe import plain, shortened

        problem = error.problem
        place = f":{problem.line}:{problem.column}" if problem.line else ""
        message = shortened(plain(problem.message))
        print(f"entralint: {plain(problem.path)}{place}: {message}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing is left to say.
        output.drop()
        return 1


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        output.write(usage())
        return 0 if arguments else 2
    if arguments[0] in ("-V", "--version"):
        output.write(f"entralint {__version__}\n")
        return 0
    command = arguments[0]
    if command not in COMMANDS:
        from linter.report.safe import plain

        near = nearest(command, COMMANDS)
        hint = f"; did you mean `{near}`?" if near else ""
        print(
            f"entralint: there is no command `{plain(command)}`{hint}\n\n{usage()}", end="", file=sys.stderr
        )
        return 2
    module = __import__(f"linter.cli.{command}", fromlist=["main"])
    code: int = module.main(arguments[1:])
    return code


def usage() -> str:
    """The text of `entralint --help`."""
    lines = "\n".join(f"  {name:8} {line}" for name, line in COMMANDS.items())
    return (
        "usage: entralint COMMAND ...\n\n"
        "Say which planned API calls of a Microsoft Entra app will get 400, 401 or 403, and why.\n\n"
        f"commands:\n{lines}\n\n"
        "  --version\n\n"
        "`entralint COMMAND --help` shows a command's options.\n"
    )
