"""Golden cases of the command line: a folder with `command`, its input files, and what came out.

Shared by `tests/test_golden.py`, which compares, and `tools/generate.py`, which writes.
`command` holds the arguments of one run as a shell would split them; lines that begin with `#` say
what the case shows. `stdin`, where it exists, is given on standard input. The expected standard
output is in `stdout`, standard error in `stderr`, the exit code in `exit` (left out when 0). What the
run makes of its input files lies in `after/`, as far as they changed.
"""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent / "golden"
OUTPUTS = ("stdout", "stderr", "exit", "after")


class Result(NamedTuple):
    stdout: str
    stderr: str
    exit: str
    after: dict[str, bytes]


def folders() -> list[Path]:
    """Every golden case, sorted."""
    return sorted(path.parent for path in ROOT.glob("*/command"))


def run(folder: Path) -> Result:
    """Run a case's command on a copy of its files, as a user would."""
    lines = (folder / "command").read_text(encoding="utf-8").splitlines()
    arguments = shlex.split("\n".join(line for line in lines if not line.startswith("#")))
    stdin = folder / "stdin"
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, "case")
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("command", "stdin", *OUTPUTS))
        before = _files(copy)
        done = subprocess.run(
            [sys.executable, "-P", "-m", "linter", *arguments],
            cwd=copy,
            input=stdin.read_bytes() if stdin.exists() else b"",
            capture_output=True,
            check=False,
            timeout=60,
            env=environment(),
        )
        after = _files(copy)
    changed = {name: data for name, data in after.items() if before.get(name) not in (None, data)}
    return Result(done.stdout.decode(), done.stderr.decode(), str(done.returncode), changed)


def _files(folder: Path) -> dict[str, bytes]:
    """The bytes of every file below a folder, by its path from there."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def environment() -> dict[str, str]:
    """The same surroundings everywhere: no colours, 80 columns, this checkout first."""
    checkout = str(Path(__file__).parent.parent)
    surroundings = {**os.environ, "NO_COLOR": "1", "COLUMNS": "80", "PYTHONPATH": checkout}
    surroundings.pop("ENTRALINT_CATALOG", None)
    return surroundings


def expected(folder: Path) -> Result:
    """What the case's files say."""
    stdout, stderr, code, after = (folder / name for name in OUTPUTS)
    return Result(
        stdout.read_text(encoding="utf-8") if stdout.exists() else "",
        stderr.read_text(encoding="utf-8") if stderr.exists() else "",
        code.read_text().strip() if code.exists() else "0",
        _files(after),
    )


def files(folder: Path) -> dict[Path, str | bytes | None]:
    """What a run writes: the content of each output file, None for one that must not exist."""
    result = run(folder)
    stale = dict.fromkeys(_files(folder / "after"))
    return {
        **{folder / "after" / name: data for name, data in {**stale, **result.after}.items()},
        folder / "stdout": result.stdout or None,
        folder / "stderr": result.stderr or None,
        folder / "exit": None if result.exit == "0" else result.exit + "\n",
    }
