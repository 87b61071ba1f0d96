"""Refuse to build a wheel whose rules are incomplete, and give it the bundles that it starts from."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Build(BuildHookInterface):  # type: ignore[type-arg]
    """Runs the checks of `entralint rules --check` before anything is packed, then makes the bundles."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
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
        if self.target_name == "wheel" and version != "editable":
            self._add_bundles(build_data)

    def _add_bundles(self, build_data: dict[str, Any]) -> None:
        sys.path.insert(0, self.root)
        try:
            from tools.bundle import bundles  # noqa: PLC0415

            made = bundles(Path(self.root))
        finally:
            sys.path.remove(self.root)
        self._scratch = tempfile.TemporaryDirectory()
        for name, text in made.items():
            path = Path(self._scratch.name, name)
            path.write_text(text, encoding="utf-8")
            build_data["force_include"][str(path)] = f"linter/bundle/{name}"
