"""The other commands, where no golden shows them: what depends on all rules or on Python's version."""

from pathlib import Path

import pytest

from linter import ruleset
from linter.cli import COMMANDS
from tests.cli.run import APP, run


@pytest.mark.parametrize("command", COMMANDS)
def test_help(tmp_path: Path, command: str):
    for flag in ("-h", "--help"):
        result = run(command, flag, folder=tmp_path)
        assert (result.code, result.stderr) == (0, "")
        assert result.stdout.startswith(f"usage: entralint {command} ")


@pytest.mark.parametrize("arguments", [[], ["help"], ["-h"], ["--help"]])
def test_usage_names_every_command(tmp_path: Path, arguments: list[str]):
    result = run(*arguments, folder=tmp_path)
    assert (result.code, result.stderr) == (0 if arguments else 2, "")
    assert [line.split()[0] for line in result.stdout.splitlines() if line.startswith("  ")] == [
        *COMMANDS,
        "--version",
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_options_may_not_be_cut_short(tmp_path: Path, command: str):
    result = run(command, "--hel", folder=tmp_path)
    assert (result.code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


def test_rules_lists_every_rule(tmp_path: Path):
    result = run("rules", folder=tmp_path)
    rules = ruleset.load()
    assert [tuple(line.split()[:2]) for line in result.stdout.splitlines()] == [
        (rule.id, rule.severity) for rule in rules.values()
    ]
    assert (result.code, result.stderr) == (0, "")


def test_rules_by_family_severity_and_cause(tmp_path: Path):
    rules = ruleset.load()
    listed = run("rules", "password", "credential/expired", "--severity", "error", folder=tmp_path).stdout
    assert [line.split()[0] for line in listed.splitlines()] == [
        rule.id
        for rule in rules.values()
        if (rule.family == "password" or rule.id == "credential/expired") and rule.severity == "error"
    ]
    listed = run("rules", "--covers", "S4.1", folder=tmp_path).stdout
    assert [line.split()[0] for line in listed.splitlines()] == [
        rule_id for rule_id in rules if "S4.1" in ruleset.page(rule_id).get("covers", ())
    ]


def test_rules_json(tmp_path: Path):
    document = run("rules", "credential/expired", "--format", "json", folder=tmp_path).json()
    (rule,) = document["rules"]
    page = ruleset.page("credential/expired")
    loaded = ruleset.load()["credential/expired"]
    assert document["version"] == 1
    assert {name: rule[name] for name in ("id", "title", "severity", "needs", "uses")} == {
        "id": "credential/expired",
        "title": page["title"],
        "severity": page["severity"],
        "needs": list(loaded.needs),
        "uses": list(loaded.uses),
    }
    assert rule["examples"] == page["examples"]


def test_rules_check(tmp_path: Path):
    result = run("rules", "--check", folder=tmp_path)
    assert (result.code, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("rule_id", ruleset.load())
def test_explain_every_rule(tmp_path: Path, rule_id: str):
    result = run("explain", rule_id, folder=tmp_path)
    page = ruleset.page(rule_id)
    assert (result.code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == f"{rule_id}: {page['title']}"
    readers = f", for {persona} readers" if (persona := ruleset.persona(page)) != "regular" else ""
    assert lines[1] == f"{page['severity']}, confidence {page['confidence']}, since {page['since']}{readers}"
    assert [line for line in lines if line.startswith("See ")] == [
        f"See        {url}" for url in page["references"]
    ]
    assert sum(line.startswith("Example: ") for line in lines) == len(page["examples"])


@pytest.mark.parametrize("code", ["AADSTS7000222", "aadsts7000222", "7000222", "AADSTS07000222"])
def test_explain_a_code(tmp_path: Path, code: str):
    result = run("explain", code, folder=tmp_path)
    assert result.code == 0
    assert result.stdout.startswith("AADSTS7000222: ")
    assert "\npredicted by credential/expired: " in result.stdout


def test_explain_a_code_of_many_digits(tmp_path: Path):
    result = run("explain", "9" * 5000, folder=tmp_path)
    assert (result.code, result.stderr) == (
        2,
        "entralint: explain: nothing is known here about AADSTS" + "9" * 20 + "\n",
    )


def test_explain_grants_without_an_app_has_a_gap_to_fill(tmp_path: Path):
    with_gap = run("explain", "--grants", folder=tmp_path).stdout
    assert with_gap.startswith("A=<appId>; ")
    assert run("explain", "--grants", APP, folder=tmp_path).stdout == with_gap.replace("<appId>", APP)


def test_catalog_info(tmp_path: Path):
    result = run("catalog", "info", folder=tmp_path)
    document = run("catalog", "info", "--format", "json", folder=tmp_path).json()
    assert (result.code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[::2][:2] == [
        f"date    {document['date']}",
        f"sha256  {document['hash']}",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["compile"], "entralint: catalog compile: name a folder of upstream files or its https address\n"),
        (["compile", "gone"], "entralint: gone: no such folder\n"),
        (["compile", "."], "entralint: permissions.json: is required, and was not found (.)\n"),
    ],
)
def test_catalog_compile_refuses(tmp_path: Path, arguments: list[str], message: str):
    result = run("catalog", *arguments, folder=tmp_path)
    assert (result.code, result.stdout) == (2, "")
    assert result.stderr.startswith(message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check"], "error: the following arguments are required: PATH\n"),
        (["check", "a", "--format", "xml"], "error: argument --format: invalid choice: 'xml'"),
        (["check", "a", "--no-such"], "error: unrecognized arguments: --no-such\n"),
        (["needs", "--emit", "xml"], "error: argument --emit: invalid choice: 'xml'"),
        (["schema", "reports"], "error: argument name: invalid choice: 'reports'"),
        (["catalog"], "error: the following arguments are required: action"),
    ],
)
def test_arguments_that_are_refused(tmp_path: Path, arguments: list[str], message: str):
    """By argparse, whose words around these differ between versions of Python: no golden."""
    result = run(*arguments, folder=tmp_path)
    assert (result.code, result.stdout) == (2, "")
    assert message in result.stderr
    assert result.stderr.startswith(f"usage: entralint {arguments[0]} ")
