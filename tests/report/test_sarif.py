"""The SARIF log, by the published schema: ENTRALINT_SARIF_SCHEMA is its path (.ci/run gets it)."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from linter.finding import SEVERITIES, Edit
from linter.positions import At, Source
from linter.report import sarif
from linter.syntax import json_text
from tests.report import golden_inputs, sample


@pytest.fixture(scope="module")
def schema() -> Draft7Validator:
    path = os.environ.get("ENTRALINT_SARIF_SCHEMA")
    if not path:
        assert not os.environ.get("CI"), "ENTRALINT_SARIF_SCHEMA does not say where the SARIF schema lies"
        pytest.skip("ENTRALINT_SARIF_SCHEMA does not say where the SARIF schema lies")
    return Draft7Validator(json.loads(Path(path).read_text("utf-8")))


def run_of(report) -> dict[str, Any]:
    document = json.loads(sarif.render(report))
    (run,) = document["runs"]
    return run


@pytest.mark.parametrize("report", [sample.FULL, sample.EMPTY, sample.report(sample.FIXABLE)])
def test_the_published_schema(schema: Draft7Validator, report):
    schema.validate(json.loads(sarif.render(report)))


@pytest.mark.parametrize("folder", golden_inputs.folders("check"), ids=lambda folder: folder.name)
def test_golden_inputs(schema: Draft7Validator, folder: Path, tmp_path: Path):
    schema.validate(json.loads(golden_inputs.run_as(folder, "sarif", tmp_path).stdout))


def test_a_result():
    run = run_of(sample.FULL)
    assert run["columnKind"] == "unicodeCodePoints"
    assert set(run["originalUriBaseIds"]) == {"%SRCROOT%"}
    assert run["results"][0] == {
        "ruleId": "x/b",
        "ruleIndex": 0,
        "level": "warning",
        "message": {"text": "a fault: 100%, or\\nmore (predicts HTTP 403 Denied, AADSTS65001)"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "apps/plan.calls.yaml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 3, "startColumn": 35, "endLine": 3, "endColumn": 42},
                    "contextRegion": {
                        "startLine": 3,
                        "snippet": {"text": "  - {name: 🏢, type: none, calls: [GET /me]}"},
                    },
                }
            }
        ],
        "relatedLocations": [
            {
                "id": 1,
                "physicalLocation": {
                    "artifactLocation": {"uri": "apps/b%C3%BCro%20app.json", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 3, "startColumn": 10, "endLine": 8, "endColumn": 4},
                },
                "message": {"text": "declares"},
            },
            {
                "id": 2,
                "physicalLocation": {
                    "artifactLocation": {"uri": "apps/plan.calls.yaml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 3, "startColumn": 12, "endLine": 3, "endColumn": 13},
                    "contextRegion": {
                        "startLine": 3,
                        "snippet": {"text": "  - {name: 🏢, type: none, calls: [GET /me]}"},
                    },
                },
                "message": {"text": "here"},
            },
        ],
        "partialFingerprints": {"primaryLocationLineHash": "x/b:app:the subject"},
        "properties": {"confidence": "medium", "subject": "the subject", "app": "Büro 🏢", "fix": "fix it"},
    }


def test_every_result_has_its_rule():
    run = run_of(sample.FULL)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["x/b", "x/a"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert [result["level"] for result in run["results"]] == ["warning", "error", "note"]
    assert {rule["properties"]["precision"] for rule in rules} == {"high"}
    assert set(SEVERITIES) == {"error", "warning", "note"}


def test_what_could_not_be_read():
    (invocation,) = run_of(sample.FULL)["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"] == [
        {
            "level": "error",
            "message": {"text": "a comma, is: expected %"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "bad.json", "uriBaseId": "%SRCROOT%"},
                        "region": {"startLine": 3, "startColumn": 4},
                    }
                }
            ],
        },
        {
            "level": "error",
            "message": {"text": "no such file"},
            "locations": [
                {"physicalLocation": {"artifactLocation": {"uri": "gone.json", "uriBaseId": "%SRCROOT%"}}}
            ],
        },
    ]
    assert [entry["message"]["text"] for entry in invocation["toolConfigurationNotifications"]] == [
        "entralint.toml: ignores[1]: the ignore of x/a expired on 2026-01-01",
        "entralint.toml: ignores[2]: the ignore of x/b hid nothing",
    ]
    assert run_of(sample.EMPTY)["invocations"][0]["executionSuccessful"] is True


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("a/b c%.json", {"uri": "a/b%20c%25.json", "uriBaseId": "%SRCROOT%"}),
        ("a:b.json", {"uri": "a%3Ab.json", "uriBaseId": "%SRCROOT%"}),
        ("../up.json", {"uri": "../up.json", "uriBaseId": "%SRCROOT%"}),
        ("/etc/a b.json", {"uri": "file:///etc/a%20b.json"}),
        ("C:/Users/a.json", {"uri": "file:///C:/Users/a.json"}),
        ("<stdin>", {"uri": "%3Cstdin%3E", "uriBaseId": "%SRCROOT%"}),
        ("caf\udce9.json", {"uri": "caf%E9.json", "uriBaseId": "%SRCROOT%"}),
    ],
)
def test_paths_are_uris(path: str, location: dict[str, str]):
    source = Source(path, sample.MANIFEST, json_text.spans)
    (result,) = run_of(sample.report(sample.finding(At(source, "/web"))))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == location


def test_a_fix():
    (result,) = run_of(sample.report(sample.FIXABLE))["results"]
    assert result["fixes"] == [
        {
            "description": {"text": "fix it (Look at the result: it may not be meant.)"},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": "apps/b%C3%BCro%20app.json", "uriBaseId": "%SRCROOT%"},
                    "replacements": [
                        {
                            "deletedRegion": {
                                "startLine": 5, "startColumn": 7, "endLine": 5, "endColumn": 17,
                            },
                            "insertedContent": {"text": '"https://a"'},
                        },
                        {
                            "deletedRegion": {
                                "startLine": 8, "startColumn": 4, "endLine": 11, "endColumn": 4,
                            },
                            "insertedContent": {"text": ""},
                        },
                    ],
                }
            ],
        }
    ]  # fmt: skip


def test_no_fix_that_shows_a_secret_or_cannot_be_made(schema: Draft7Validator):
    uri = At(sample.APP, "/web/redirectUris/0")
    for edit in (
        Edit("replace", uri, "https://svc:hunter2hunter2@contoso.com"),
        Edit("replace", uri, "a\u202eb"),
        Edit("remove", At(sample.APP, "/gone")),
    ):
        report = sample.report(sample.finding(uri, edits=(edit,)))
        schema.validate(json.loads(sarif.render(report)))
        (result,) = run_of(report)["results"]
        assert "fixes" not in result


def test_a_fix_is_escaped_as_in_the_file(schema: Draft7Validator):
    uri = At(sample.APP, "/web/redirectUris/0")
    report = sample.report(sample.finding(uri, edits=(Edit("replace", uri, "a\x1b[31m"),)))
    schema.validate(json.loads(sarif.render(report)))
    (result,) = run_of(report)["results"]
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["insertedContent"] == {"text": '"a\\u001b[31m"'}
