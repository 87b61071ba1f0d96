"""The configuration: where it is found, what it may say, and how it is refused."""

from pathlib import Path

import pytest

from linter import config
from linter.config import Config
from linter.engine import Ignore, Layer
from linter.errors import Problem, Unreadable
from tests.cli.run import run, with_secret, write


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def loaded(toml: str) -> Config:
    Path("entralint.toml").write_text(toml, "utf-8")
    return config.load()


def refused(toml: str) -> Problem:
    with pytest.raises(Unreadable) as raised:
        loaded(toml)
    return raised.value.problem


def test_everything_that_it_may_say():
    assert loaded(
        """
        select = ["permission", "credential/expired"]
        ignore = ["permission/unused"]
        persona = "auditor"
        fail-on = "warning"
        fail-on-confidence = "low"
        severity = {"credential/expired" = "note"}

        [[per-file]]
        files = ["old/*", "*.old.json"]
        ignore = ["credential"]
        [[per-file]]
        files = "new/*"
        severity = {credential = "error"}

        [[ignores]]
        rule = "credential/expired"
        reason = "rotated outside"
        app = "Port*"
        subject = "credential *"
        expires = 2027-01-31
        [[ignores]]
        rule = "permission"
        reason = "all of them"
        expires = "2027-02-28"
        """
    ) == Config(
        path="entralint.toml",
        layer=Layer(
            ("permission", "credential/expired"), ("permission/unused",), {"credential/expired": "note"}
        ),
        per_file=(
            Layer(ignore=("credential",), files=("old/*", "*.old.json")),
            Layer(severity={"credential": "error"}, files=("new/*",)),
        ),
        ignores=(
            Ignore(
                "credential/expired",
                "rotated outside",
                "entralint.toml: ignores[1]",
                "Port*",
                "credential *",
                "2027-01-31",
            ),
            Ignore("permission", "all of them", "entralint.toml: ignores[2]", expires="2027-02-28"),
        ),
        persona="auditor",
        fail_on="warning",
        fail_on_confidence="low",
    )


KEYS = (
    "select",
    "ignore",
    "severity",
    "ignores",
    "per-file",
    "persona",
    "fail-on",
    "fail-on-confidence",
    "catalog",
)


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("selects = []", "unknown key `selects`; did you mean `select`?"),
        ("x = 1", f"unknown key `x`; known: {', '.join(KEYS)}"),
        ('select = "permission"', "select must be a list of strings"),
        ("select = [1]", "select must be a list of strings"),
        ('select = [""]', "select must be a list of strings"),
        ("severity = 1", "severity must be a table of rule = severity"),
        ('severity = {x = "fatal"}', "severity.x must be one of error, warning, note"),
        ("persona = []", "persona must be one of regular, pedantic, auditor"),
        ('fail-on = "fatal"', "fail-on must be one of error, warning, note, never"),
        ('fail-on-confidence = "never"', "fail-on-confidence must be one of high, medium, low"),
        ("ignores = {}", "ignores must be a list of tables ([[...]])"),
        ("[ignores]", "ignores must be a list of tables ([[...]])"),
        ("ignores = [1]", "ignores must be a list of tables ([[...]])"),
        ('[[ignores]]\nrule = "x"', "ignores[1].reason is required: say which rule is ignored, and why"),
        (
            '[[ignores]]\nrule = "x"\nreason = " "',
            "ignores[1].reason is required: say which rule is ignored, and why",
        ),
        ('[[ignores]]\nreason = "x"', "ignores[1].rule is required: say which rule is ignored, and why"),
        ('[[ignores]]\nreason = "x"\nrules = "y"', "unknown key `ignores[1].rules`; did you mean `rule`?"),
        ('[[ignores]]\nrule = "x"\nreason = "y"\napp = 1', "ignores[1].app must be a list of strings"),
        ("[[per-file]]", "per-file needs `files`, one glob or a list of them"),
        ("[[per-file]]\nfiles = [1]", "per-file.files must be a list of strings"),
        (
            '[[per-file]]\nfiles = "x"\nfail-on = "note"',
            "unknown key `per-file.fail-on`; known: files, select, ignore, severity",
        ),
    ],
)
def test_what_it_may_not_say(toml: str, message: str):
    assert refused(toml) == Problem("entralint.toml", 0, 0, message)


@pytest.mark.parametrize(
    "date",
    [
        '"2026-02-30"',
        '"2026-1-1"',
        '"tomorrow  "',
        "2026-01-01T00:00:00",
        "10:00:00",
        "20260101",
        "true",
        '"\u0662026-01-01"',
    ],
)
def test_expires_must_be_a_date_that_exists(date: str):
    toml = f'[[ignores]]\nrule = "x"\nreason = "y"\nexpires = {date}\n'
    assert refused(toml) == Problem(
        "entralint.toml", 0, 0, "ignores[1].expires must be a date like 2027-01-31"
    )


@pytest.mark.parametrize(
    ("toml", "line", "column"),
    [("select = []\nselect = []\n", 2, 12), ("é = 1", 1, 1), ("[severity\n", 1, 10)],
)
def test_no_toml(toml: str, line: int, column: int):
    """The place is the parser's, and so is the sentence, which differs between versions of Python."""
    problem = refused(toml)
    assert (problem.path, problem.line, problem.column) == ("entralint.toml", line, column)
    assert problem.message.startswith("is no valid TOML: ")
    assert "(at line" not in problem.message


def test_encodings():
    Path("entralint.toml").write_bytes(b"\xef\xbb\xbfselect = ['permission']\r\n")
    assert config.load().layer.select == ("permission",)
    Path("entralint.toml").write_bytes("select = ['permission']\n".encode("utf-16"))
    assert config.load().layer.select == ("permission",)
    Path("entralint.toml").write_bytes(b"select = []\n# caf\xe9\n")
    with pytest.raises(Unreadable) as raised:
        config.load()
    assert raised.value.problem == Problem(
        "entralint.toml", 2, 6, "byte 0xe9 is not UTF-8 text; save the file as UTF-8"
    )


PROJECT = '[project]\nname = "x"\n[tool.entralint]\nselect = ["permission"]\n'


def test_it_is_found_up_to_the_root_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write(
        tmp_path, {"pyproject.toml": PROJECT, "a/pyproject.toml": '[project]\nname = "y"\n', "a/b/c.txt": ""}
    )
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert config.load().path == "../../pyproject.toml"
    write(tmp_path, {"a/entralint.toml": ""})
    assert config.load().path == "../entralint.toml"
    write(tmp_path, {"a/b/entralint.toml": "", "a/b/pyproject.toml": PROJECT})
    assert config.load().path == "entralint.toml"
    write(tmp_path, {"a/b/c/x.txt": ""})
    (tmp_path / "a" / "b" / "c" / ".git").touch()  # a worktree's or a submodule's
    monkeypatch.chdir(tmp_path / "a" / "b" / "c")
    assert config.load() == Config()


def test_pyproject_without_our_table_is_not_parsed(tmp_path: Path):
    write(tmp_path, {"pyproject.toml": "no TOML at all ["})
    assert config.load() == Config()


@pytest.mark.parametrize("toml", ["tool = 5  # tool.entralint", "tool.entralint = 5", "[[tool.entralint]]"])
def test_pyproject_of_another_shape(tmp_path: Path, toml: str):
    write(tmp_path, {"pyproject.toml": toml})
    name = "tool" if toml.startswith("tool = ") else "entralint"
    with pytest.raises(Unreadable) as raised:
        config.load()
    assert raised.value.problem == Problem("pyproject.toml", 0, 0, f"`{name}` must be a table")


def test_names_of_rules_are_checked_wherever_they_stand(tmp_path: Path):
    write(tmp_path, {"app.json": with_secret("2025-01-01")})
    for toml in (
        'select = ["credential/expird"]',
        'ignore = ["credential/expird"]',
        '[severity]\n"credential/expird" = "note"',
        '[[per-file]]\nfiles = "x"\nselect = ["credential/expird"]',
        '[[ignores]]\nrule = "credential/expird"\nreason = "x"',
    ):
        write(tmp_path, {"entralint.toml": toml})
        result = run("check", "app.json", folder=tmp_path)
        assert result.stderr == (
            "entralint: entralint.toml: there is no rule or family `credential/expird`; "
            "did you mean `credential/expired`?\n"
        )
        assert (result.code, result.stdout) == (2, "")


def test_globs_are_relative_to_the_file_that_has_them(tmp_path: Path):
    toml = (
        'select = ["credential/expired"]\n[[per-file]]\nfiles = "apps/old/*"\nseverity.credential = "note"\n'
    )
    write(tmp_path, {"entralint.toml": toml, "apps/old/app.json": with_secret("2025-01-01")})
    for folder, path in (
        (tmp_path, "."),
        (tmp_path, "apps/old/app.json"),
        (tmp_path / "apps", "."),
        (tmp_path / "apps/old", "app.json"),
        (tmp_path / "apps", str(tmp_path / "apps/old")),
    ):
        report = run("check", path, "--format", "json", "--today", "2026-11-25", folder=folder).json()
        assert [(f["rule"], f["severity"]) for f in report["findings"]] == [("credential/expired", "note")]
