"""What is wrong with the rule files: no wheel ships a rule that is incomplete.

Every file must fit `rules/schema.json`, have its check and the check its file,
name only rules, families and inputs that exist, and show at least one example
with a finding, one without, and one that says what it lacks where its inputs
leave fields open. An example with a fixable finding shows what the fix makes of it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

from linter import ruleset
from linter.errors import Problem, Unreadable
from linter.finding import persona_of
from linter.typed import Any


def problems() -> list[Problem]:
    """Everything that is wrong, file by file."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415  only here

    with open(os.path.join(ruleset.folder(), "schema.json"), encoding="utf-8") as file:
        validator = Draft202012Validator(json.load(file))
    known = set(ruleset.identifiers())
    found: list[Problem] = []
    for rule_id in sorted(known):
        path = f"rules/{rule_id}.yaml"
        try:
            _refuse_what_is_written_twice(rule_id)
            data = ruleset.page(rule_id)
        except Unreadable as error:
            found.append(error.problem)
            continue
        messages = [
            f"{error.json_path}: {error.message}"
            for error in sorted(validator.iter_errors(data), key=lambda error: error.json_path)
        ] or list(_faults(rule_id, data, known))
        found.extend(Problem(path, 0, 0, message) for message in messages)
    found.extend(_without_file(known))
    return found


def _refuse_what_is_written_twice(rule_id: str) -> None:
    """Raise `Unreadable` for a key that stands twice: PyYAML takes the last one and says nothing."""
    from linter.syntax import yaml_text  # noqa: PLC0415  only here

    path = os.path.join(ruleset.folder(), *rule_id.split("/")) + ".yaml"
    with open(path, encoding="utf-8") as file:
        yaml_text.documents(file.read(), f"rules/{rule_id}.yaml")


def _faults(rule_id: str, data: dict[str, Any], known: set[str]) -> Iterator[str]:
    """Faults that a schema cannot see."""
    for other in data.get("refines", ()):
        if other not in known:
            yield f"refines {other}, which does not exist"
    if ("persona" in data) != ("persona_reason" in data):
        yield "states its persona and the reason, or neither"
    elif data.get("persona") == persona_of(data["severity"], data["confidence"]):
        yield "states the persona that its severity and confidence give it anyway"
    examples = data["examples"]
    if not any(example["findings"] for example in examples):
        yield "has no example with a finding"
    if not any(not example["findings"] and not example.get("unknown") for example in examples):
        yield "has no example without a finding"
    for example in examples:
        fixable = any(finding.get("fixable") for finding in example["findings"])
        if fixable and "fixed" not in example:
            yield f"example `{example['title']}` has a fixable finding and does not show it `fixed`"
        if not fixable and "fixed" in example:
            yield f"example `{example['title']}` shows as `fixed` what no finding says is fixable"
    try:
        needs, uses = ruleset.inputs_of(rule_id)
    except KeyError:
        places = " or ".join(map(_path, ruleset.modules(rule_id.partition("/")[0])))
        yield f"has no check: {rule_id.partition('/')[2].replace('-', '_')} in {places}"
        return
    for name in (*needs, *uses):
        if name not in ruleset.INPUTS:
            yield f"its check names {name}, which is no input ({', '.join(ruleset.INPUTS)})"


def _without_file(known: set[str]) -> Iterator[Problem]:
    """Checks that no rule file describes."""
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "checks")
    families = {name.removesuffix(".py").replace("_", "-") for name in os.listdir(folder) if name[0] != "_"}
    for family in sorted(families):
        for name in ruleset.modules(family):
            module = __import__(f"linter.checks.{name}", fromlist=["*"])
            for function in vars(module).values():
                if getattr(function, "__module__", None) != module.__name__:
                    continue
                if function.__name__.startswith("_") or not hasattr(function, "__code__"):
                    continue
                rule_id = f"{family}/{function.__name__.replace('_', '-')}"
                if rule_id not in known:
                    message = f"{function.__name__} has no rules/{rule_id}.yaml"
                    yield Problem(_path(name), 0, 0, message)


def _path(module: str) -> str:
    """The file of a module of checks."""
    return f"linter/checks/{module.replace('.', '/')}.py"
