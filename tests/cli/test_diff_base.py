"""`entralint diff --base REV PATH…`: the old side is what Git has there."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from linter import git
from tests import golden
from tests.cli.run import APP, run, write
from tests.cli.test_diff import OTHER, app, changes, plan

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no Git")

IDENTITY = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]


def ask(folder: Path, *arguments: str) -> str:
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", *IDENTITY, *arguments],
        cwd=folder,
        env=os.environ | quiet,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def commit(folder: Path, files: dict[str, object]) -> Path:
    """A repository whose only commit holds these files."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, files)
    ask(folder, "init", "--quiet")
    ask(folder, "add", "--all")
    ask(folder, "commit", "--quiet", "--message", "before")
    return folder


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whatever happens, nothing is left where temporary files go."""
    place = tmp_path.parent / f"{tmp_path.name}-scratch"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    yield place
    assert list(place.iterdir()) == []


def since(folder: Path, *paths: str, base: str = "HEAD", code: int = 0) -> Any:
    result = run("diff", "--base", base, *paths, "--format", "json", folder=folder)
    assert (result.code, result.stderr) == (code, "")
    return result.json()


def files(document: Any) -> list[tuple[str, str | None, str | None]]:
    return [(app["status"], app["old_file"], app["new_file"]) for app in document["apps"]]


def test_as_a_user_runs_it(tmp_path: Path):
    folder = commit(tmp_path, {"apps/app.json": app("User.Read"), "apps/app.calls.yaml": plan("GET /users")})
    write(folder, {"apps/app.json": app("User.Read", "User.ReadWrite.All/Role")})
    done = subprocess.run(
        [sys.executable, "-P", "-m", "linter", "diff", "--base", "HEAD", "apps", "--fail-on", "tier-zero"],
        cwd=folder,
        env=golden.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == (
        f"Portal ({APP})\n"
        "  --> apps/app.json\n"
        "  added    `User.ReadWrite.All`\n"
        "           application permission of `Microsoft Graph`, level 4, tier zero, "
        "consent by an administrator\n"
        "           apps/app.json:13, id 741f803b-c850-494e-b5df-cde7c675a1ca\n"
        "           needed by `GET /users` of `job` (`apps/app.calls.yaml:6`)\n"
        "  consent  an administrator of the app's own tenant must consent again, to the application "
        "permission `User.ReadWrite.All`\n"
        "\n"
        "1 added in 1 app\n"
    )
    assert ask(folder, "status", "--porcelain") == "M apps/app.json"


@pytest.mark.parametrize(
    ("below", "path", "shown"),
    [
        (".", "apps", "apps/app.json"),
        (".", ".", "apps/app.json"),
        (".", "apps/app.json", "apps/app.json"),
        (".", "./apps//app.json", "apps/app.json"),
        (".", "apps/app.calls.yaml", "apps/app.json"),
        ("apps", ".", "app.json"),
        ("apps", "app.json", "app.json"),
        ("apps", "..", "../apps/app.json"),
        ("other", "../apps", "../apps/app.json"),
        (".", "{here}/apps", "apps/app.json"),
        ("other", "{here}/apps/app.json", "../apps/app.json"),
        ("..", "{name}/apps", "{name}/apps/app.json"),
    ],
)
def test_paths_are_the_users(tmp_path: Path, below: str, path: str, shown: str):
    folder = tmp_path / "repo"
    commit(
        folder,
        {"apps/app.json": app("User.Read"), "apps/app.calls.yaml": plan("GET /users"), "other/x.txt": "x"},
    )
    write(folder, {"apps/app.json": app("Mail.Read")})
    here = {"here": str(folder), "name": folder.name}
    document = since(folder / below, path.format(**here))
    place = shown.format(**here)
    assert files(document) == [("changed", place, place)]
    assert changes(document) == [("added", None, "Mail.Read"), ("removed", "User.Read", None)]
    assert document["apps"][0]["changes"][1]["before"]["file"] == place


def test_files_that_came_went_and_moved(tmp_path: Path):
    names = {
        "a.json": app("User.Read", app_id=APP, name="A"),
        "b.json": app("User.Read", app_id=OTHER, name="B"),
    }
    folder = commit(tmp_path, names)
    (folder / "sub").mkdir()
    (folder / "a.json").rename(folder / "sub/moved.json")
    (folder / "b.json").unlink()
    write(
        folder,
        {"sub/moved.json": app("Mail.Read", app_id=APP, name="A"), "new.json": app(app_id=None, name="C")},
    )
    expected = [
        ("changed", "a.json", "sub/moved.json"),
        ("went", "b.json", None),
        ("came", None, "new.json"),
    ]
    assert files(since(folder, ".")) == expected
    assert files(since(folder, "a.json", "b.json", "sub", "new.json")) == expected
    assert files(since(folder, "b.json")) == expected[1:2]
    assert files(since(folder, "new.json")) == expected[2:]


def test_a_folder_that_is_gone(tmp_path: Path):
    folder = commit(
        tmp_path, {"apps/deep/a.json": app("User.Read"), "x.json": app("User.Read", app_id=OTHER)}
    )
    shutil.rmtree(folder / "apps")
    assert files(since(folder, "apps")) == [("went", "apps/deep/a.json", None)]
    assert files(since(folder, "apps/deep/a.json")) == [("went", "apps/deep/a.json", None)]


def test_revisions(tmp_path: Path):
    folder = commit(tmp_path, {"app.json": app("User.Read")})
    ask(folder, "tag", "--annotate", "v1", "--message", "v1")
    ask(folder, "branch", "--move", "main")
    write(folder, {"app.json": app("Mail.Read")})
    ask(folder, "commit", "--quiet", "--all", "--message", "after")
    for base in ("v1", "main~1", "HEAD^", ask(folder, "rev-parse", "--short", "v1^{commit}"), "v1^{tree}"):
        assert len(since(folder, ".", base=base)["apps"]) == 1
    assert since(folder, ".", base="main")["apps"] == []


def fault(folder: Path, *arguments: str) -> str:
    result = run("diff", *arguments, folder=folder)
    assert (result.code, result.stdout) == (2, "")
    return result.stderr


@pytest.mark.parametrize(
    "base", ["nope", "", "HEAD:app.json", "HEAD..HEAD", "--output=x", "a\nb", "HEAD~99", "@{"]
)
def test_a_revision_that_is_none(tmp_path: Path, base: str):
    folder = commit(tmp_path, {"app.json": app()})
    shown = base.replace("\n", "\\n")
    assert fault(folder, f"--base={base}", "app.json") == (
        f"entralint: --base: `{shown}` is no revision of this repository "
        "(one that CI cloned may have to fetch it first)\n"
    )
    assert sorted(path.name for path in folder.iterdir()) == [".git", "app.json"]


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    write(tmp_path, {"app.json": app()})
    assert fault(tmp_path, "--base", "HEAD", "app.json").startswith(
        "entralint: app.json: `--base` needs Git and a repository: not a git repository"
    )


def test_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = commit(tmp_path, {"app.json": app()})
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    expected = (
        "entralint: app.json: `--base` needs Git and a repository: "
        "git cannot be run: no such file or directory\n"
    )
    assert fault(folder, "--base", "HEAD", "app.json") == expected
    monkeypatch.delattr(os, "posix_spawnp")
    assert fault(folder, "--base", "HEAD", "app.json") == expected


def test_without_posix_spawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = commit(tmp_path, {"app.json": app("User.Read")})
    write(folder, {"app.json": app("Mail.Read")})
    expected = since(folder, ".")
    monkeypatch.delattr(os, "posix_spawnp")
    assert since(folder, ".") == expected
    assert expected["apps"]
    with pytest.raises(git.Refused, match="Needed a single revision"):
        git.ask(str(folder), "rev-parse", "--verify", "nope")


def test_several_repositories(tmp_path: Path):
    for name in ("one", "two"):
        commit(tmp_path / name, {"app.json": app()})
    assert fault(tmp_path, "--base", "HEAD", "one", "two") == (
        "entralint: two: lies in another Git repository than one\n"
    )


def test_a_path_of_neither_side(tmp_path: Path):
    folder = commit(tmp_path, {"app.json": app(), "x.txt": "x", "empty/x.txt": "x"})
    result = run("diff", "--base", "HEAD", "nothing.json", "app.json", folder=folder)
    assert (result.code, result.stdout) == (
        2,
        (
            "nothing.json: cannot check: no such file or folder, now or at HEAD\n"
            "1 app unchanged, 1 input problem\n"
        ),
    )
    empty = run("diff", "--base", "HEAD", "empty", folder=folder)
    assert (empty.code, empty.stdout) == (
        2,
        "empty: cannot check: holds no app registration\nnothing to compare, 1 input problem\n",
    )
    assert fault(folder, "--base", "HEAD", "-") == (
        "entralint: diff: standard input has no revision to compare with\n"
    )


def test_what_could_not_be_read_then(tmp_path: Path):
    folder = commit(tmp_path, {"app.json": '{"signInAudience": 1,\n]', "text.json": "{}"})
    write(folder, {"app.json": app("User.Read"), "text.json": app("User.Read", app_id=OTHER)})
    document = since(folder, ".", code=2)
    assert [error["message"] for error in document["errors"]] == [
        "a key in double quotes or } is expected here (at HEAD)"
    ]
    # What was no registration yet is new.
    assert files(document) == [("came", None, "text.json")]
    assert files(since(folder, "text.json")) == [("came", None, "text.json")]


def test_a_file_above_the_limit(tmp_path: Path):
    folder = commit(tmp_path, {"app.json": app("User.Read", notes="x" * 5000)})
    write(folder, {"app.json": app("User.Read")})
    result = run("diff", "--base", "HEAD", "app.json", "--max-bytes", "4000", folder=folder)
    assert result.code == 2
    assert result.stdout.startswith("app.json: cannot check: larger than the limit (5")
    assert "(at HEAD)" in result.stdout


NAMES = (
    "-x.json",
    "--output=y.json",
    ":(top)x.json",
    "*.json",
    "a b.json",
    "é ü.json",
    "a\nb.json",
    "[a].json",
)


@pytest.mark.parametrize("name", NAMES)
def test_paths_that_look_like_something_else(tmp_path: Path, name: str):
    folder = commit(tmp_path, {name: app("User.Read"), "other.json": app("User.Read", app_id=OTHER)})
    write(folder, {name: app("Mail.Read"), "other.json": app("Mail.Read", app_id=OTHER)})
    document = since(folder, f"./{name}")
    assert changes(document) == [("added", None, "Mail.Read"), ("removed", "User.Read", None)]
    assert len(files(since(folder, "."))) == 2


def test_what_is_ignored_or_other_peoples(tmp_path: Path):
    folder = commit(
        tmp_path,
        {".gitignore": "local.json\n", "app.json": app("User.Read"), "bin/b.json": app(app_id=OTHER)},
    )
    write(folder, {"local.json": app("User.Read", app_id=OTHER), "node_modules/x.json": app(app_id="x")})
    assert since(folder, ".")["apps"] == []
    # Who names a folder means it.
    write(folder, {"bin/b.json": app("User.Read", app_id=OTHER)})
    assert files(since(folder, "bin")) == [("changed", "bin/b.json", "bin/b.json")]


def test_nothing_that_the_repository_configures_is_run(tmp_path: Path):
    folder = commit(
        tmp_path, {"app.json": app("User.Read"), ".gitattributes": "*.json filter=f diff=f text eol=crlf\n"}
    )
    write(folder, {"app.json": app("Mail.Read")})
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o755)
    for key in (
        "core.fsmonitor", "core.pager", "core.sshCommand", "filter.f.smudge", "filter.f.clean",
        "diff.f.textconv", "diff.external", "core.hooksPath", "core.alternateRefsCommand",
        "pager.ls-tree", "alias.ls-tree",
    ):  # fmt: skip
        ask(folder, "config", key, str(program if key != "core.hooksPath" else tmp_path))
    assert len(since(folder, ".")["apps"]) == 1
    assert not (tmp_path / "ran").exists()


def test_a_hooks_own_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A pre-push hook runs with GIT_DIR set, and it may name another repository."""
    folder = commit(tmp_path / "one", {"app.json": app("User.Read")})
    commit(tmp_path / "two", {"app.json": app("Mail.Read")})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "two/.git"))
    assert since(folder, ".")["apps"] == []


def test_links(tmp_path: Path):
    """A link within the repository is followed as it was; one that leads out of it was never there."""
    outside = tmp_path / "outside.json"
    write(tmp_path, {"outside.json": app("User.Read", app_id="out")})
    folder = tmp_path / "repo"
    (folder / "links").mkdir(parents=True)
    (folder / "links/file.json").symlink_to("../real/a.json")
    (folder / "links/again.json").symlink_to("file.json")
    (folder / "links/folder").symlink_to("../other")
    (folder / "links/loop").symlink_to(".")
    (folder / "links/broken.json.txt").symlink_to("nowhere")
    (folder / "links/out.json").symlink_to(outside)
    (folder / "links/up.json").symlink_to("../../outside.json")
    commit(folder, {"real/a.json": app("User.Read"), "other/b.json": app("User.Read", app_id=OTHER)})
    write(folder, {"real/a.json": app("Mail.Read"), "other/b.json": app("Mail.Read", app_id=OTHER)})
    document = since(folder, "links")
    assert files(document) == [
        ("changed", "links/again.json", "links/again.json"),
        ("changed", "links/folder/b.json", "links/folder/b.json"),
    ]
    assert document["left_out"] == ["links/out.json"]
    assert files(since(folder, "links/file.json")) == [("changed", "links/file.json", "links/file.json")]
    (folder / "elsewhere").symlink_to("links/folder")
    assert files(since(folder, "elsewhere")) == [("changed", "other/b.json", "other/b.json")]


def test_an_app_outside_of_the_repository(tmp_path: Path):
    write(tmp_path, {"out.json": app("User.Read", app_id=OTHER)})
    folder = commit(tmp_path / "repo", {"a.calls.yaml": plan("GET /users", more="app: ../out.json\n")})
    document = since(folder, "a.calls.yaml", code=2)
    assert (document["apps"], document["left_out"]) == ([], ["../out.json"])
    assert [error["message"] for error in document["errors"]] == [
        "holds no app registration of this repository"
    ]


def test_objects_made_by_hand(tmp_path: Path):
    """Trees that Git itself would never check out write nothing outside of the private folder."""
    folder = commit(tmp_path / "repo", {"app.json": app("User.Read")})
    blob = ask(folder, "rev-parse", "HEAD:app.json")

    def tree(*entries: tuple[str, str, str]) -> str:
        raw = b"".join(f"{mode} {name}".encode() + b"\0" + bytes.fromhex(id_) for mode, name, id_ in entries)
        done = subprocess.run(
            ["git", "hash-object", "--literally", "-t", "tree", "-w", "--stdin"],
            cwd=folder,
            input=raw,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    up = tree(("100644", "escaped.json", blob))
    write(tmp_path, {"repo/.git/out": str(tmp_path), "repo/.git/here": "."})
    link, here = (ask(folder, "hash-object", "-w", f".git/{name}") for name in ("out", "here"))
    root = tree(
        ("40000", "..", up),
        ("40000", ".git", tree(("100644", "config.json", blob))),
        ("100644", "app.json", blob),
        ("120000", "link", link),
        ("40000", "link", up),
        ("120000", "self", here),
        ("40000", "self", up),
        ("100644", "x.json", blob),
        ("40000", "x.json", up),
    )
    assert since(folder, ".", base=root)["summary"]["unchanged"] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["repo"]


def test_submodules(tmp_path: Path):
    """A submodule is a repository of its own: what lies in it is named, not compared."""
    inner = commit(tmp_path / "inner", {"sub.json": app("User.Read", app_id=OTHER)})
    folder = commit(tmp_path / "repo", {"app.json": app("User.Read")})
    ask(folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "vendor/inner")
    ask(folder, "commit", "--quiet", "--all", "--message", "submodule")
    document = since(folder, ".")
    assert (document["apps"], document["left_out"]) == ([], ["vendor/inner/sub.json"])
    text = run("diff", "--base", "HEAD", ".", folder=folder).stdout
    assert text == (
        "`vendor/inner/sub.json` lies in no repository or in another one, like a submodule, "
        "and was not compared\n"
        "1 app unchanged\n"
    )
    # By itself it is compared with its own past.
    write(folder, {"vendor/inner/sub.json": app("Mail.Read", app_id=OTHER)})
    place = "vendor/inner/sub.json"
    assert files(since(folder, "vendor/inner")) == [("changed", place, place)]


def test_a_hundred_apps(tmp_path: Path):
    names = {f"apps/{n}/a.json": app("User.Read", app_id=f"app-{n}", name=f"App {n:03}") for n in range(100)}
    folder = commit(tmp_path, names)
    write(folder, {"apps/7/a.json": app("Mail.Read", app_id="app-7", name="App 007")})
    document = since(folder, ".")
    assert files(document) == [("changed", "apps/7/a.json", "apps/7/a.json")]
    assert document["summary"]["unchanged"] == 99
    paths = [f"apps/{n}" for n in range(100)]
    assert since(folder, *paths) == document
