"""The commands of the golden cases, to be run again with another format."""

import shlex
import shutil
from pathlib import Path

from tests import golden
from tests.cli.run import Result, run


def folders(command: str) -> list[Path]:
    """The golden cases of a command whose arguments are taken."""
    return [folder for folder in golden.folders() if arguments(folder)[:1] == [command] and _is_taken(folder)]


def arguments(folder: Path) -> list[str]:
    lines = (folder / "command").read_text("utf-8").splitlines()
    return shlex.split("\n".join(line for line in lines if not line.startswith("#")))


def _is_taken(folder: Path) -> bool:
    stderr = folder / "stderr"
    if "--diff" in arguments(folder) or "--emit" in arguments(folder):
        return False  # those are no reports
    return not stderr.exists() or not stderr.read_text("utf-8").strip()


def run_as(folder: Path, format_: str, scratch: Path) -> Result:
    """Run a case's command with another format, on a copy of its files."""
    copy = scratch / "case"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("command", "stdin", *golden.OUTPUTS))
    stdin = folder / "stdin"
    given = arguments(folder)
    while "--output" in given:
        del given[given.index("--output") : given.index("--output") + 2]
    return run(*given, "--format", format_, folder=copy, stdin=stdin.read_bytes() if stdin.exists() else b"")
