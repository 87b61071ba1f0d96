"""The one command that CI and developers run: format, lint, types, layers, generated files, tests."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTHON = sys.executable

COMMANDS = (
    ("format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
    ("lint", [PYTHON, "-m", "ruff", "check", "."]),
    ("types", [PYTHON, "-m", "mypy"]),
    ("layers", [PYTHON, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]),
    ("generated files", [PYTHON, "tools/generate.py", "--check"]),
    ("tests", [PYTHON, "-m", "pytest", "-m", "slow or not slow", *sys.argv[1:]]),
)


def main() -> int:
    failed = []
    for name, command in COMMANDS:
        print(f"== {name}", flush=True)
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
