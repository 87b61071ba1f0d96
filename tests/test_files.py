"""Which files a run looks at, and what it says of those that it cannot read."""

import json
import os
import subprocess
from functools import partial
from pathlib import Path

import pytest

from linter import files
from linter.errors import Problem, Unreadable
from tests.cli.run import manifest, run, with_secret, write

Found = partial(files.Found, real="")


def found(*paths: str) -> list[files.Found | Problem]:
    """What is found, without the real paths, which depend on where the tests run."""
    return [one._replace(real="") if isinstance(one, files.Found) else one for one in files.find(paths)]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)


def test_a_folder_gives_its_json_and_yaml_in_order(tmp_path: Path):
    write(
        tmp_path,
        {
            "b.json": {},
            "a.yml": "",
            "c/d.jsonc": "",
            "c/e.NDJSON": "",
            "aad.json.tpl": "",
            "x.txt": "",
            "z.jsonl": "",
        },
    )
    names = ["a.yml", "aad.json.tpl", "b.json", "c/d.jsonc", "c/e.NDJSON", "z.jsonl"]
    assert found(".") == [Found(f"./{name}", named=False) for name in names]


def test_folders_that_hold_other_peoples_files(tmp_path: Path):
    write(
        tmp_path, {f"{name}/a.json": {} for name in (".git", "node_modules", ".venv", "bin", "obj", "bins")}
    )
    assert found(".") == [Found("./bins/a.json", named=False)]
    assert found("node_modules") == [Found("node_modules/a.json", named=False)]


def test_a_named_file_may_have_any_name(tmp_path: Path):
    write(tmp_path, {"app.txt": "", "node_modules/a.json": {}})
    assert found("app.txt", "node_modules/a.json") == [
        Found("app.txt", named=True),
        Found("node_modules/a.json", named=True),
    ]


def test_what_is_not_there():
    assert found("gone.json") == [Problem("gone.json", 0, 0, "no such file or folder")]


def test_every_file_once(tmp_path: Path):
    write(tmp_path, {"a/app.json": {}})
    os.symlink("app.json", "a/link.json")
    os.symlink("a", "b")
    assert found("a/app.json", "a", ".", "b", "a/app.json") == [Found("a/app.json", named=True)]
    assert found("b", "a") == [Found("b/app.json", named=False)]


def test_links_that_lead_in_a_circle(tmp_path: Path):
    os.symlink(".", "self")
    os.symlink("b.json", "a.json")
    os.symlink("a.json", "b.json")
    os.symlink("nowhere", "broken.json")
    write(tmp_path, {"app.json": manifest()})
    result = run("check", ".", "--format", "json", folder=tmp_path)
    assert result.code == 2
    assert result.json()["errors"] == [
        problem("a.json", "cannot be read: too many levels of symbolic links"),
        problem("b.json", "cannot be read: too many levels of symbolic links"),
        problem("broken.json", "cannot be read: no such file or directory"),
    ]
    assert [app["files"] for app in result.json()["apps"]] == [["app.json"]]


def problem(file: str, message: str, line: int = 0, column: int = 0) -> dict[str, object]:
    return {"file": file, "line": line, "column": column, "message": message}


def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path):
    os.mkfifo("pipe.json")
    write(tmp_path, {"app.json": {}})
    assert found(".") == [Found("./app.json", named=False)]


def test_a_folder_deeper_than_the_stack(tmp_path: Path):
    depth = 1200
    try:
        for _ in range(depth):
            os.mkdir("a")
            os.chdir("a")
        Path("app.json").touch()
        os.chdir(tmp_path)
        assert found(".") == [Found("./" + "a/" * depth + "app.json", named=False)]
    finally:
        # pytest's own removal of old folders recurses.
        subprocess.run(["rm", "-r", str(tmp_path / "a")], check=True)


def test_a_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write(tmp_path, {"locked/a.json": {}, "open/b.json": {}})
    scandir = os.scandir

    def refuse(path: str):
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert found(".") == [
        Problem("locked", 0, 0, "cannot be listed: permission denied"),
        Found("./open/b.json", named=False),
    ]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def test_what_git_ignores(repository: Path):
    write(
        repository,
        {
            ".gitignore": "/out/\n*.local.json\n!keep.local.json\n",
            "a.local.json": {},
            "keep.local.json": {},
            "out/a.json": {},
            "sub/.gitignore": "b.json\n",
            "sub/b.json": {},
            "sub/c.json": {},
            "sub/out/a.json": {},
        },
    )
    names = ["./keep.local.json", "./sub/c.json", "./sub/out/a.json"]
    assert found(".") == [Found(name, named=False) for name in names]
    assert found("a.local.json") == [Found("a.local.json", named=True)]
    # Exports are rarely committed: who names an ignored folder means it.
    assert found("out") == [Found("out/a.json", named=False)]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("-", "<stdin>"),
        ("./a.json", "a.json"),
        ("a//b/../c.json", "a/c.json"),
        ("..a.json", "..a.json"),
        ("../x.json", "../x.json"),
        ("/etc/x.json", "/etc/x.json"),
        ("{here}/a/b.json", "a/b.json"),
        ("{here}/..b/c.json", "..b/c.json"),
    ],
)
def test_shown(tmp_path: Path, path: str, shown: str):
    assert files.shown(path.replace("{here}", str(tmp_path))) == shown


def test_real_of_what_is_no_path():
    assert files.real("a\0b") == "a\0b"
    assert files.real("a\ud800b") == "a\ud800b"


def test_too_large(tmp_path: Path):
    write(tmp_path, {"a.json": "x" * 11})
    assert files.read("a.json", 11) == b"x" * 11
    with pytest.raises(Unreadable) as refused:
        files.read("a.json", 10)
    assert refused.value.problem == Problem(
        "a.json", 0, 0, "larger than the limit (11 bytes or more, limit 10; --max-bytes changes it)"
    )


def test_what_has_no_size_is_bounded_too():
    with pytest.raises(Unreadable, match="larger than the limit"):
        files.read("/dev/zero", 100)


def test_standard_input_that_is_closed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(Unreadable) as refused:
        files.read("-")
    assert refused.value.problem == Problem("<stdin>", 0, 0, "cannot be read: standard input is closed")


def test_a_folder_is_no_file(tmp_path: Path):
    with pytest.raises(Unreadable) as refused:
        files.read(str(tmp_path))
    assert refused.value.problem == Problem(".", 0, 0, "cannot be read: is a directory")


def test_the_limit_of_files_counts_those_of_a_known_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files, "MAX_FILES", 2)
    others = {f"a{number}.json": {"name": number} for number in range(9)}
    write(tmp_path, {**others, "x1.json": manifest(), "x2.json": with_secret("2025-01-01", appId="b")})
    arguments = ("check", ".", "--format", "json", "--select", "credential/expired", "--today", "2026-11-25")
    assert run(*arguments, folder=tmp_path).json()["errors"] == []
    write(tmp_path, {"x3.json": manifest(), "x4.json": manifest()})
    result = run(*arguments, folder=tmp_path)
    assert result.code == 2
    assert result.json()["errors"] == [problem("x3.json", "the file after the first 2: name smaller folders")]
    assert [finding["file"] for finding in result.json()["findings"]] == ["x2.json"]


def test_a_long_list_of_applications(tmp_path: Path):
    """NDJSON of a whole tenant: a fault in one line has that line's place."""
    lines = [
        json.dumps(with_secret("2027-01-01", displayName=f"App {n}", appId=f"app-{n}")) for n in range(2000)
    ]
    lines[1234] = json.dumps(with_secret("2025-01-01", displayName="Old", appId="old"))
    write(tmp_path, {"apps.ndjson": "\n".join(lines) + "\n"})
    arguments = ("--select", "credential/expired", "--today", "2026-11-25", "--format", "json")
    report = run("check", "apps.ndjson", *arguments, folder=tmp_path).json()
    assert [(f["app"], f["file"], f["pointer"], f["line"]) for f in report["findings"]] == [
        ("Old", "apps.ndjson", "/1234/passwordCredentials/0", 1235)
    ]
    lines[1500] = '{"signInAudience" "AzureADMyOrg"}'
    write(tmp_path, {"apps.ndjson": "\n".join(lines) + "\n"})
    report = run("check", "apps.ndjson", *arguments, folder=tmp_path).json()
    assert report["errors"] == [problem("apps.ndjson", "a colon after the key is expected here", 1501, 19)]
