"""The JSON report: whole, and as its schema says, for every golden input."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from linter.errors import Problem
from linter.report import Fixed
from linter.report import json as json_report
from tests.cli.run import run
from tests.report import golden_inputs, sample

SCHEMAS = Path(json_report.__file__).parent / "schema"
FINDINGS = Draft202012Validator(json.loads((SCHEMAS / "findings.json").read_text("utf-8")))
NEEDS = Draft202012Validator(json.loads((SCHEMAS / "needs.json").read_text("utf-8")))
EXPLAIN = Draft202012Validator(json.loads((SCHEMAS / "explain.json").read_text("utf-8")))
DIFF = Draft202012Validator(json.loads((SCHEMAS / "diff.json").read_text("utf-8")))


def rendered(report) -> dict:
    document = json.loads(json_report.render(report))
    FINDINGS.validate(document)
    return document


def test_a_finding():
    first, second, third = rendered(sample.FULL)["findings"]
    assert first == {
        "rule": "x/b",
        "severity": "warning",
        "confidence": "medium",
        "message": "a fault: 100%, or\\nmore",
        "subject": "the subject",
        "app": "Büro 🏢",
        "file": "apps/plan.calls.yaml",
        "pointer": "/flows/0/calls/0",
        "line": 3,
        "column": 35,
        "end_line": 3,
        "end_column": 42,
        "related": [
            {
                "label": "declares",
                "file": "apps/büro app.json",
                "pointer": "/web",
                "line": 3,
                "column": 10,
                "end_line": 8,
                "end_column": 4,
            },
            {
                "label": "here",
                "file": "apps/plan.calls.yaml",
                "pointer": "/flows/0/name",
                "line": 3,
                "column": 12,
                "end_line": 3,
                "end_column": 13,
            },
        ],
        "predicts": {"status": 403, "code": "Denied", "aadsts": [65001]},
        "fix": "fix it",
        "fixable": None,
        "fingerprint": "x/b:app:the subject",
    }
    # Columns are code points: the emoji before the end is one.
    assert (second["line"], second["column"], second["end_column"], second["predicts"]) == (6, 7, 12, None)
    assert (third["line"], third["column"], third["end_line"], third["end_column"]) == (3, 10, 8, 4)


def test_the_rest():
    document = rendered(sample.FULL)
    assert {key: value for key, value in document.items() if key != "findings"} == {
        "version": 1,
        "tool": {
            "name": "entralint",
            "version": document["tool"]["version"],
            "catalog": {"date": "2026-08-22", "hash": "f" * 64, "age_note": None},
        },
        "apps": [
            {
                "name": "Büro 🏢",
                "app_id": "app",
                "files": ["apps/büro app.json", "apps/plan.calls.yaml"],
                "completeness": "full",
                "flows": 1,
                "calls": 1,
                "evaluated": 5,
                "not_evaluated": [0, 1],
                "assumptions": ["all grants are of one client"],
                "refused": [{"collection": "domains", "reason": "403: Forbidden"}],
            }
        ],
        "not_evaluated": [
            {"missing": ["grants"], "to_get": ["entralint explain --grants <appId>"], "rules": ["x/a"]},
            {
                "missing": ["application.api", "flow.scopes"],
                "to_get": [
                    "az ad app show --id <appId> > app.json",
                    "write `scopes` in the calls file, in a flow",
                ],
                "rules": ["x/b"],
            },
        ],
        "errors": [
            {"file": "bad.json", "line": 3, "column": 4, "message": "a comma, is: expected %"},
            {"file": "gone.json", "line": 0, "column": 0, "message": "no such file"},
        ],
        "fixed": [],
        "ignores": {
            "expired": [{"rule": "x/a", "at": "entralint.toml: ignores[1]", "reason": "because"}],
            "unused": [{"rule": "x/b", "at": "entralint.toml: ignores[2]", "reason": "because"}],
        },
        "summary": {"error": 1, "warning": 1, "note": 1, "ignored": 2, "hidden_by_persona": 1, "skipped": 3},
    }


def test_fixes():
    done = sample.report(sample.FIXABLE)._replace(
        fixed=(Fixed("apps/a.json", 2),), unfixed=(Problem("b.json", 0, 0, "standard input"),)
    )
    document = rendered(done)
    assert document["findings"][0]["fixable"] == "unsafe"
    assert document["fixed"] == [{"file": "apps/a.json", "findings": 2}]
    assert document["errors"] == [
        {"file": "b.json", "line": 0, "column": 0, "message": "cannot be fixed: standard input"}
    ]


def test_nothing():
    document = rendered(sample.EMPTY._replace(catalog=None))
    assert document["tool"]["catalog"] is None
    assert [document[name] for name in ("findings", "apps", "errors")] == [[], [], []]


@pytest.mark.parametrize("folder", golden_inputs.folders("check"), ids=lambda folder: folder.name)
def test_golden_inputs(folder: Path, tmp_path: Path):
    result = golden_inputs.run_as(folder, "json", tmp_path)
    FINDINGS.validate(result.json())
    expected = (folder / "exit").read_text().strip() if (folder / "exit").exists() else "0"
    assert str(result.code) == expected


@pytest.mark.parametrize("folder", golden_inputs.folders("needs"), ids=lambda folder: folder.name)
def test_golden_needs(folder: Path, tmp_path: Path):
    NEEDS.validate(golden_inputs.run_as(folder, "json", tmp_path).json())


@pytest.mark.parametrize(
    "folder",
    [
        folder
        for folder in golden_inputs.folders("explain")
        if not {"--grants", "--tenant"} & set(golden_inputs.arguments(folder))
    ],
    ids=lambda folder: folder.name,
)
def test_golden_explain(folder: Path, tmp_path: Path):
    EXPLAIN.validate(golden_inputs.run_as(folder, "json", tmp_path).json())


def test_needs_echoes_calls_in_their_order_and_as_given(tmp_path: Path):
    urls = ["/users/{id}?$select=a", "https://graph.microsoft.com/beta/me", "/no/such  thing?é=\u202e", "/me"]
    stdin = "".join(f"get\t{url}\r\n" for url in urls)
    result = run("needs", "-", "--format", "json", folder=tmp_path, stdin=stdin.encode())
    assert result.stdout.isascii()
    document = result.json()
    NEEDS.validate(document)
    assert [
        (call["method"], call["url"], call["operation"], call["version"]) for call in document["calls"]
    ] == [
        ("GET", urls[0], "/users/{id}", "v1.0"),
        ("GET", urls[1], "/me", "beta"),
        ("GET", urls[2], None, None),
        ("GET", urls[3], "/me", "v1.0"),
    ]


@pytest.mark.parametrize(
    ("name", "validator"),
    [("diff", DIFF), ("explain", EXPLAIN), ("findings", FINDINGS), ("needs", NEEDS)],
)
def test_schema_prints_what_is_validated(tmp_path: Path, name: str, validator):
    result = run("schema", name, folder=tmp_path)
    assert (result.code, result.json(), result.stderr) == (0, validator.schema, "")
    Draft202012Validator.check_schema(result.json())


@pytest.mark.parametrize("name", ["calls", "rule"])
def test_the_other_schemas_are_schemas(tmp_path: Path, name: str):
    Draft202012Validator.check_schema(run("schema", name, folder=tmp_path).json())
