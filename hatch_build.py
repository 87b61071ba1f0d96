"""Refuse to build a wheel whose rules are incomplete or whose compiled ruleset is stale."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RuleCheck(BuildHookInterface):  # type: ignore[type-arg]
    """Runs the checks of `entralint rules --check` before anything is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Raise with every problem where there is one."""
        sys.path.insert(0, self.root)
        try:
            from linter import rulecheck, ruleset  # noqa: PLC0415

            problems = [f"{problem.path}: {problem.message}" for problem in rulecheck.problems()]
            compiled = Path(self.root, "linter", "ruleset.json").read_text(encoding="utf-8")
            if not problems and compiled != ruleset.compile_ruleset():
                problems.append("linter/ruleset.json is stale: run tools/generate.py")
        finally:
            sys.path.remove(self.root)
        if problems:
            raise RuntimeError("rules cannot be shipped:\n" + "\n".join(problems))
