"""Every example of every rule says exactly what its check yields."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from linter import engine, examples, fix, rulecheck, ruleset
from linter.cases import Case
from linter.catalog.store import Catalog

EXAMPLES = [
    pytest.param(rule_id, example, id=f"{rule_id}: {example['title']}")
    for rule_id in ruleset.identifiers()
    for example in ruleset.page(rule_id)["examples"]
]
CATALOG = Catalog.open()


def test_rule_files_are_complete():
    assert rulecheck.problems() == []


@pytest.mark.parametrize(
    ("finding", "fixed", "message"),
    [
        ({"fixable": "safe"}, {}, "has a fixable finding and does not show it `fixed`"),
        ({}, {"fixed": {"application": {}}}, "shows as `fixed` what no finding says is fixable"),
        ({"fixable": "safe"}, {"fixed": {"application": {}}}, None),
    ],
)
def test_a_fixable_finding_is_shown_fixed(
    finding: dict[str, Any], fixed: dict[str, Any], message: str | None
):
    page = ruleset.page("redirect/not-https")
    examples = [{"title": "one", "findings": [finding], **fixed}, {"title": "other", "findings": []}]
    faults = list(rulecheck._faults("redirect/not-https", {**page, "examples": examples}, set()))
    assert faults == ([f"example `one` {message}"] if message else [])


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
    outcome = run_alone(rule_id, page, examples.case(example, CATALOG), example)
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


def run_alone(rule_id: str, page: dict[str, Any], case: Case, example: dict[str, Any]) -> engine.Outcome:
    needs, uses = ruleset.inputs_of(rule_id)
    predicts = ruleset.predicts(page.get("predicts"))
    rule = ruleset.Rule(
        rule_id, page["title"], page["severity"], page["confidence"], "regular", page["fix"], predicts, (),
        tuple(needs), tuple(uses), module=ruleset.module_of(rule_id),
    )  # fmt: skip
    return examples.run(case, {rule_id: rule}, example, CATALOG)


@pytest.mark.parametrize(("rule_id", "example"), [case for case in EXAMPLES if "fixed" in case.values[1]])
def test_fix_of_an_example(rule_id: str, example: dict[str, Any]):
    """It gives what the page shows, leaves nothing fixable, and is no worse than what it came from."""
    page = ruleset.page(rule_id)
    case = examples.case(example, CATALOG)
    ((source, findings),) = fix.sources(run_alone(rule_id, page, case, example).findings)
    done = fix.fix(source, findings)
    assert json.loads(done.text) == example["fixed"]["application"]
    assert done.made == tuple(findings)
    assert done.refused == ()

    form = example.get("form", "graph") if rule_id != "manifest/legacy-format" else "graph"
    after_example = {**example, "application": example["fixed"]["application"], "form": form}
    after = examples.case(after_example, CATALOG)
    assert [finding for finding in run_alone(rule_id, page, after, example).findings if finding.edits] == []
    rules = ruleset.load()
    assert _errors(examples.run(after, rules, example, CATALOG)) <= _errors(
        examples.run(case, rules, example, CATALOG)
    )


def _errors(outcome: engine.Outcome) -> set[tuple[str, str]]:
    return {(finding.rule, finding.subject) for finding in outcome.findings if finding.severity == "error"}


def _stated(finding: engine.Finding) -> dict[str, Any]:
    return {
        "at": finding.at.pointer,
        "subject": finding.subject,
        "message": finding.message,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "related": [{"at": related.at.pointer, "label": related.label} for related in finding.related],
        "fixable": finding.fixable,
        "predicts": finding.predicts,
    }


def _expected(finding: dict[str, Any], page: dict[str, Any]) -> dict[str, Any]:
    return {
        "severity": page["severity"],
        "confidence": page["confidence"],
        "related": [],
        "fixable": None,
        **finding,
        "predicts": ruleset.predicts(finding.get("predicts", page.get("predicts"))),
    }


def _position(finding: dict[str, Any], outcome: engine.Outcome) -> int:
    """Findings come in file order, examples may list them in any: those alike sort alike."""
    for index, found in enumerate(outcome.findings):
        if found.at.pointer == finding["at"] and found.subject == finding["subject"]:
            return index
    return len(outcome.findings)
