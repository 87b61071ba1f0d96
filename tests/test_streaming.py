"""A large list of registrations, read line by line, says the same as one that is read as a whole."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linter import files
from tests.cli.run import run

FAULTY = {"appId": "6f0c1c6e-1111-4222-8333-444455556666", "signInAudience": "AzureAdMyOrg"}
HEALTHY = {"appId": "6f0c1c6e-1111-4222-8333-444455556667", "signInAudience": "AzureADMyOrg"}
OLDER = {"appId": "6f0c1c6e-1111-4222-8333-444455556668", "availableToOtherTenants": True}


def checked(folder: Path, *arguments: str) -> dict[str, Any]:
    result = run("check", *arguments, "--format", "json", "--persona", "auditor", folder=folder)
    assert "Traceback" not in result.stderr
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def both(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[Any, Any]:
    """The report where the file is small, and where every file is large."""
    whole = checked(folder, *arguments)
    monkeypatch.setattr(files, "STREAMED_BYTES", 0)
    streamed = checked(folder, *arguments)
    monkeypatch.undo()
    return whole, streamed


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(lines=st.lists(st.sampled_from([FAULTY, HEALTHY, OLDER]), min_size=2, max_size=6))
def test_it_says_the_same(lines: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "apps.ndjson").write_text("".join(json.dumps(line) + "\n" for line in lines))
    whole, streamed = both(tmp_path, monkeypatch, "apps.ndjson")
    assert streamed == whole


def test_a_bad_line_is_said_and_the_others_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    lines = [json.dumps(HEALTHY), '{"appId": ', "", '{"x": 1}', json.dumps(FAULTY)]
    (tmp_path / "apps.ndjson").write_text("\n".join(lines) + "\n")
    monkeypatch.setattr(files, "STREAMED_BYTES", 0)
    report = checked(tmp_path, "apps.ndjson")
    assert [(error["line"], error["column"], error["message"]) for error in report["errors"]] == [
        (2, 11, "a value is expected, but the file ends"),
        (4, 1, "this line holds no app registration"),
    ]
    assert [(found["rule"], found["line"], found["pointer"]) for found in report["findings"]] == [
        ("manifest/invalid-sign-in-audience", 5, "/3/signInAudience")
    ]


def test_a_calls_file_finds_its_app_among_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "apps.ndjson").write_text(json.dumps(FAULTY) + "\n" + json.dumps(HEALTHY) + "\n")
    plan = {
        "version": 1,
        "app": HEALTHY["appId"],
        "flows": [{"type": "client_credentials", "calls": ["GET /me"]}],
    }
    (tmp_path / "one.calls.json").write_text(json.dumps(plan))
    whole, streamed = both(tmp_path, monkeypatch, "apps.ndjson", "one.calls.json")
    assert streamed == whole
    assert "token-type/me-alias-with-app-token" in {found["rule"] for found in streamed["findings"]}


def test_fixes_read_it_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "apps.ndjson"
    path.write_text(json.dumps(FAULTY) + "\n" + json.dumps(HEALTHY) + "\n")
    monkeypatch.setattr(files, "STREAMED_BYTES", 0)
    run("check", "apps.ndjson", "--fix", folder=tmp_path)
    fixed = [json.loads(line)["signInAudience"] for line in path.read_text().splitlines()]
    assert fixed == ["AzureADMyOrg", "AzureADMyOrg"]


def test_a_line_that_is_too_long_is_an_input_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    lines = [json.dumps(HEALTHY), json.dumps({**HEALTHY, "notes": "x" * 2000})]
    (tmp_path / "apps.ndjson").write_text("\n".join(lines))
    monkeypatch.setattr(files, "STREAMED_BYTES", 0)
    report = checked(tmp_path, "apps.ndjson", "--max-bytes", "1000")
    assert [error["message"] for error in report["errors"]] == [
        "a line is larger than the limit (1001 bytes or more, limit 1000; --max-bytes changes it)"
    ]
    assert len(report["apps"]) == 1
