"""Write every generated file, or with `--check` say which are stale.

* `linter/ruleset.json` from the rule files and the checks' signatures,
* `rules/README.md`, the table of rules and of the article's causes,
* `tests/golden/*/{stdout,stderr,exit}` from the commands,
* `.pre-commit-hooks.yaml` from the usual names in `tools/hooks.py`,
* README's blocks between `<!-- $ command -->` and its code fence's end.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))


def ruleset_json() -> dict[Path, str | None]:
    from linter import ruleset

    return {ROOT / "linter/ruleset.json": ruleset.compile_ruleset()}


def rule_table() -> dict[Path, str | None]:
    from linter import ruleset

    pages = {rule_id: ruleset.page(rule_id) for rule_id in ruleset.identifiers()}
    lines = [
        "# Rules",
        "",
        "Generated from the rule files by `tools/generate.py`. `entralint explain RULE` prints a rule's whole page.",
        "",
        "| rule | severity | what is wrong | predicts |",
        "|---|---|---|---|",
    ]
    from linter.report.text import predicted

    for rule_id, page in pages.items():
        error = ruleset.predicts(page.get("predicts"))
        name = f"[{rule_id}]({rule_id}.yaml)"
        lines.append(
            f"| {name} | {page['severity']} | {page['title']} | {predicted(error) if error else ''} |"
        )
    causes: dict[str, list[str]] = {}
    for rule_id, page in pages.items():
        for cause in page.get("covers", ()):
            causes.setdefault(cause, []).append(rule_id)
    lines += [
        "",
        "## Causes",
        "",
        "The causes named by Microsoft's support article *Application errors* (25 January 2021), and the rules that see them.",
        "",
        "| cause | rules |",
        "|---|---|",
        *(f"| {cause} | {', '.join(rules)} |" for cause, rules in sorted(causes.items())),
    ]
    return {ROOT / "rules/README.md": "\n".join(lines) + "\n"}


def pre_commit_hooks() -> dict[Path, str | None]:
    from tools import hooks

    return {ROOT / ".pre-commit-hooks.yaml": hooks.text()}


def goldens() -> dict[Path, str | None]:
    from tests import golden

    return {path: text for folder in golden.folders() for path, text in golden.files(folder).items()}


def readme() -> dict[Path, str | None]:
    """README with the output of every command that a `<!-- $ … -->` comment names."""
    from tests import golden

    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    made: list[str] = []
    waiting: str | None = None
    inside = False
    for line in lines:
        if line.startswith("<!-- $ "):
            waiting = line.removeprefix("<!-- $ ").removesuffix(" -->")
        if inside:
            inside = line != "```"
            if not inside:
                made.append(line)
            continue
        made.append(line)
        if waiting and line.startswith("```"):
            done = subprocess.run(
                [sys.executable, "-P", "-m", "linter", *shlex.split(waiting)[1:]],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
                env=golden.environment(),
            )
            if done.returncode != 0:
                message = f"README's command ends with {done.returncode}: {waiting}\n{done.stderr}"
                raise RuntimeError(message)
            made += [f"$ {waiting}", *done.stdout.rstrip().splitlines()]
            waiting, inside = None, True
    return {ROOT / "README.md": "\n".join(made) + "\n"}


#: argparse words its help differently in each version of Python: README's is that of this one.
HELP_VERSION = (3, 11)


def main() -> int:
    check = "--check" in sys.argv[1:]
    makers = [ruleset_json, rule_table, pre_commit_hooks, goldens]
    if sys.version_info[:2] == HELP_VERSION or not check:
        makers.append(readme)
    stale = []
    for make in makers:
        for path, text in make().items():
            if (path.read_text(encoding="utf-8") if path.exists() else None) == text:
                continue
            stale.append(os.path.relpath(path, ROOT))
            if check:
                continue
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {stale[-1]}")
    if check and stale:
        print(f"stale, run tools/generate.py: {', '.join(stale)}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
