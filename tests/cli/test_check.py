"""`entralint check`: exit codes, and where the report goes. The goldens show the reports themselves."""

import json
import os
from pathlib import Path

import pytest

from linter.cli.check import exit_code
from linter.engine import AppReport, NotEvaluated, Outcome
from linter.errors import Problem
from linter.finding import CONFIDENCES, SEVERITIES, Confidence, Finding, Severity
from tests.cli.run import run, with_secret, write
from tests.report import sample

CHECK = ("check", "app.json", "--select", "credential/expired", "--today", "2026-11-25")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, {"app.json": with_secret("2025-01-01")})
    return tmp_path


def finding(severity: Severity, confidence: Confidence, rule: str = "x/a") -> Finding:
    return sample.finding(sample.URI.at, severity=severity, confidence=confidence, rule=rule)


def outcome(*findings: Finding, given: bool | None = None) -> Outcome:
    stopped = () if given is None else (NotEvaluated("x/a", ("flow.scopes",), given),)
    app = AppReport("App", None, (), None, 0, 0, 0, stopped, ())
    return Outcome(findings, (app,), 0, 0, (), ())


@pytest.mark.parametrize("fail_on", [*SEVERITIES, "never"])
@pytest.mark.parametrize("fail_on_confidence", CONFIDENCES)
@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_one_finding(severity: Severity, confidence: Confidence, fail_on: str, fail_on_confidence: str):
    limits = {
        "error": ["error"],
        "warning": ["error", "warning"],
        "note": ["error", "warning", "note"],
        "never": [],
    }
    sure = {"high": ["high"], "medium": ["high", "medium"], "low": ["high", "medium", "low"]}
    fails = severity in limits[fail_on] and confidence in sure[fail_on_confidence]
    found = outcome(finding(severity, confidence))
    assert exit_code(found, (), fail_on, fail_on_confidence, strict=False) == int(fails)
    # What could not be read comes before what was found.
    problems = (Problem("a", 0, 0, "x"),)
    assert exit_code(found, problems, fail_on, fail_on_confidence, strict=False) == 2


@pytest.mark.parametrize(
    ("found", "strict", "code"),
    [
        (outcome(given=True), False, 0),
        (outcome(given=True), True, 2),
        (outcome(given=False), True, 0),
        (outcome(), True, 0),
        (outcome(finding("note", "high", "permission/unknown-call")), False, 0),
        (outcome(finding("note", "high", "permission/unknown-call")), True, 2),
        (outcome(finding("error", "high"), given=True), True, 2),
        (outcome(finding("error", "high"), given=False), True, 1),
    ],
)
def test_strict(found: Outcome, strict: bool, code: int):
    assert exit_code(found, (), "error", "medium", strict=strict) == code
    if code != 1:
        assert exit_code(found, (), "never", "medium", strict=strict) == code


def test_the_command_line_decides_before_the_configuration(folder: Path):
    write(folder, {"entralint.toml": 'fail-on = "never"\nfail-on-confidence = "low"\npersona = "auditor"\n'})
    assert run(*CHECK, folder=folder).code == 0
    assert run(*CHECK, "--fail-on", "error", folder=folder).code == 1
    assert run(*CHECK, "--fail-on", "error", "--fail-on-confidence", "high", folder=folder).code == 0
    assert run(*CHECK, "--no-config", folder=folder).code == 1


@pytest.mark.parametrize("format_", ["text", "json", "sarif", "github"])
def test_output_is_the_report_and_nothing_else(folder: Path, format_: str):
    printed = run(*CHECK, "--format", format_, folder=folder)
    written = run(*CHECK, "--format", format_, "--output", "report", folder=folder)
    assert (written.code, written.stdout, written.stderr) == (1, "", "")
    assert (folder / "report").read_text("utf-8") == printed.stdout
    assert sorted(os.listdir(folder)) == ["app.json", "report"]


def test_output_replaces_and_keeps_what_it_replaces(folder: Path):
    target = folder / "sub" / "report.json"
    write(folder, {"sub/report.json": "old"})
    target.chmod(0o640)
    (folder / "link.json").symlink_to("sub/report.json")
    run(*CHECK, "--format", "json", "--output", "link.json", folder=folder)
    assert (folder / "link.json").is_symlink()
    assert json.loads(target.read_text())["summary"]["error"] == 1
    assert target.stat().st_mode & 0o777 == 0o640
    assert os.listdir(folder / "sub") == ["report.json"]


def test_output_that_cannot_be_written_leaves_what_was_there(folder: Path, monkeypatch: pytest.MonkeyPatch):
    write(folder, {"report.json": "old"})

    def refuse(_old: str, _new: str):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    result = run(*CHECK, "--output", "report.json", folder=folder)
    assert (result.code, result.stdout) == (2, "")
    assert result.stderr == "entralint: report.json: cannot be written: no space left on device\n"
    assert (folder / "report.json").read_text() == "old"
    assert sorted(os.listdir(folder)) == ["app.json", "report.json"]


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["app.json"], "app.json"),
        (["app.json"], "./sub/../app.json"),
        (["app.json"], "link.json"),
        (["."], "app.json"),
        ([".", "--fix"], "app.json"),
        ([".", "--diff"], "app.json"),
        (["app.json", "--calls", "app.calls.yaml"], "app.calls.yaml"),
        (["app.json"], "app.calls.yaml"),
        (["app.json", "--grants", "grants.json"], "grants.json"),
        (["app.json", "--config", "my.toml"], "my.toml"),
    ],
)
def test_output_never_takes_the_place_of_an_input(folder: Path, arguments: list[str], output: str):
    """A calls file beside the manifest, which nobody named, is an input as well."""
    names = {
        "app.calls.yaml": "version: 1\napp: app.json\nflows: [{type: device_code, calls: [GET /me]}]\n",
        "grants.json": '{"oauth2PermissionGrants": []}',
        "my.toml": "",
    }
    (folder / "sub").mkdir()
    write(folder, names)
    (folder / "link.json").symlink_to("app.json")
    before = {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}
    result = run("check", *arguments, "--today", "2026-11-25", "--output", output, folder=folder)
    message = "it is an input of this command, and would be lost; write to another file"
    assert (result.code, result.stdout) == (2, "")
    assert result.stderr == f"entralint: {output}: {message}\n"
    assert {path.name: path.read_text() for path in folder.iterdir() if path.is_file()} == before


def test_a_report_in_a_folder_that_is_checked_is_replaced(folder: Path):
    arguments = ["check", ".", "--today", "2026-11-25", "--format", "json", "--output", "report.json"]
    assert run(*arguments, folder=folder).code == 1
    first = (folder / "report.json").read_bytes()
    assert (run(*arguments, folder=folder).code, (folder / "report.json").read_bytes()) == (1, first)


def test_output_to_a_dash_is_standard_output(folder: Path):
    assert run(*CHECK, "--output", "-", folder=folder) == run(*CHECK, folder=folder)
    assert os.listdir(folder) == ["app.json"]


def test_a_device_is_written_to_and_not_replaced(folder: Path):
    os.mkfifo(folder / "pipe")
    reading = os.open(folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert run(*CHECK, "--output", "pipe", folder=folder).code == 1
        assert os.read(reading, 65536).startswith(b"error[credential/expired]")
        assert not (folder / "pipe").is_file()
    finally:
        os.close(reading)


@pytest.mark.parametrize(
    "today", ["2026-13-01", "2026-02-29", "26-01-01", "tomorrow", "", "2026-1-1", "\u0662026-11-25"]
)
def test_today_must_be_a_date(folder: Path, today: str):
    result = run("check", "app.json", "--today", today, folder=folder)
    assert (result.code, result.stdout) == (2, "")
    assert result.stderr.startswith("entralint: --today: ")


@pytest.mark.parametrize("number", ["0", "-1", "1e3", "x", "", "9" * 30, "٣"])
def test_max_bytes_must_be_a_number(folder: Path, number: str):
    result = run("check", "app.json", f"--max-bytes={number}", folder=folder)
    assert (result.code, result.stdout) == (2, "")
    assert "argument --max-bytes: must be a number of bytes, 1 or more" in result.stderr


def test_a_limit_larger_than_memory(folder: Path):
    assert run(*CHECK, "--max-bytes", "9" * 18, folder=folder).code == 1
