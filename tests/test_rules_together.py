"""All rules together on every example of every rule: one fault, one finding, and none in a healthy app."""

from typing import Any

import pytest

from linter import examples, ruleset
from linter.catalog.store import Catalog

RULES = ruleset.load()
CATALOG = Catalog.open()
EXAMPLES = [
    pytest.param(rule_id, example, id=f"{rule_id}: {example['title']}")
    for rule_id in ruleset.identifiers()
    for example in ruleset.page(rule_id)["examples"]
]


@pytest.mark.parametrize(("rule_id", "example"), EXAMPLES)
def test_an_example_has_no_other_fault_than_its_own(rule_id: str, example: dict[str, Any]):
    outcome = examples.run(examples.case(example, CATALOG), RULES, example, CATALOG)
    own = sum(finding.rule == rule_id for finding in outcome.findings)
    others = [finding for finding in outcome.findings if finding.rule != rule_id]
    loud = ("error", "warning") if example["findings"] else ("error",)
    named = set(example.get("also", ()))
    assert {finding.rule for finding in others if finding.severity in loud} - named == set()
    assert named - {finding.rule for finding in others} == set()
    # What refines it may have taken its place, and then says so.
    refined = any(rule_id in RULES[other].refines for other in example.get("also", ()))
    assert own == len(example["findings"]) or refined
