"""Every example of every rule says exactly what its check yields."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from linter import engine, rulecheck, ruleset
from linter.catalog.store import Catalog
from linter.engine import Selection
from linter.entra import Entra
from tests import rule_examples

EXAMPLES = [
    pytest.param(rule_id, example, id=f"{rule_id}: {example['title']}")
    for rule_id in ruleset.identifiers()
    for example in ruleset.page(rule_id)["examples"]
]
CATALOG = Catalog.open()


def test_rule_files_are_complete():
    assert rulecheck.problems() == []


def test_compiled_ruleset_is_up_to_date():
    with open(ruleset._COMPILED, encoding="utf-8") as file:
        assert file.read() == ruleset.compile_ruleset()


@pytest.mark.parametrize("rule_id", list(ruleset.identifiers()))
def test_a_page_means_the_same_to_every_parser(rule_id: str):
    text = Path(ruleset.folder(), f"{rule_id}.yaml").read_text(encoding="utf-8")
    assert yaml.load(text, Loader=yaml.SafeLoader) == ruleset.page(rule_id)


@pytest.mark.parametrize(("rule_id", "example"), EXAMPLES)
def test_example(rule_id: str, example: dict[str, Any]):
    page = ruleset.page(rule_id)
    needs, uses = ruleset.inputs_of(rule_id)
    rule = ruleset.Rule(
        rule_id, page["title"], page["severity"], page["confidence"], "regular", page["fix"], None, (),
        tuple(needs), tuple(uses),
    )  # fmt: skip
    case = rule_examples.case(example, CATALOG)
    today = str(example.get("today", "2026-01-01"))
    outcome = engine.run((case,), {rule_id: rule}, Selection(), lambda: CATALOG, Entra(), today)

    not_evaluated = outcome.apps[0].not_evaluated
    stated = all("." in field for entry in not_evaluated for field in entry.missing)
    assert stated, "the example leaves out an input that the rule needs"
    assert [_stated(finding) for finding in outcome.findings] == sorted(
        (_expected(finding, page) for finding in example["findings"]),
        key=lambda finding: _position(finding, outcome),
    )
    assert sorted({field for entry in not_evaluated for field in entry.missing}) == sorted(
        example.get("unknown", ())
    )


def _stated(finding: engine.Finding) -> dict[str, Any]:
    return {
        "at": finding.at.pointer,
        "subject": finding.subject,
        "message": finding.message,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "related": [{"at": related.at.pointer, "label": related.label} for related in finding.related],
    }


def _expected(finding: dict[str, Any], page: dict[str, Any]) -> dict[str, Any]:
    return {"severity": page["severity"], "confidence": page["confidence"], "related": [], **finding}


def _position(finding: dict[str, Any], outcome: engine.Outcome) -> int:
    """Findings come in file order, examples may list them in any: those alike sort alike."""
    for index, found in enumerate(outcome.findings):
        if found.at.pointer == finding["at"] and found.subject == finding["subject"]:
            return index
    return len(outcome.findings)
