"""`check --fix` and `check --diff`, as a user runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from linter import files
from linter.cli import output
from tests.cli.run import GRAPH, USER_READ, calls, manifest, run, write

WRONG = '{\n  "signInAudience": "AzureADmyorg"\n}\n'
RIGHT = '{\n  "signInAudience": "AzureADMyOrg"\n}\n'
ONLY = ("--select", "manifest", "--no-config")


def test_a_safe_fix_is_written_and_said(tmp_path: Path):
    write(tmp_path, {"app.json": WRONG})
    result = run("check", "app.json", "--fix", *ONLY, folder=tmp_path)
    assert (result.code, result.stderr) == (0, "")
    assert "fixed 1 finding in app.json\n0 errors, 0 warnings, 0 notes in 1 app\n" in result.stdout
    assert (tmp_path / "app.json").read_text() == RIGHT
    again = run("check", "app.json", "--fix", *ONLY, folder=tmp_path)
    assert (again.code, "fixed" in again.stdout) == (0, False)
    assert sorted(os.listdir(tmp_path)) == ["app.json"]


def test_without_it_nothing_is_written(tmp_path: Path):
    write(tmp_path, {"app.json": WRONG})
    result = run("check", "app.json", *ONLY, "--fail-on", "warning", folder=tmp_path)
    assert result.code == 1
    assert "= fix: Write `AzureADMyOrg`. (--fix)\n" in result.stdout
    assert result.stdout.endswith("can be fixed: 1 with --fix\n")
    assert (tmp_path / "app.json").read_text() == WRONG


def test_unsafe_fixes_are_asked_for(tmp_path: Path):
    text = WRONG.replace("AzureADmyorg", "AzureADMyOrgs")
    write(tmp_path, {"app.json": text})
    safe = run("check", "--fix", "app.json", *ONLY, "--format", "json", folder=tmp_path)
    assert (safe.code, safe.json()["fixed"], (tmp_path / "app.json").read_text()) == (1, [], text)
    assert [finding["fixable"] for finding in safe.json()["findings"]] == ["unsafe"]
    every = run("check", "--fix=all", "app.json", *ONLY, "--format", "json", folder=tmp_path)
    assert every.json()["fixed"] == [{"file": "app.json", "findings": 1}]
    assert (every.code, every.json()["findings"]) == (0, [])
    assert (tmp_path / "app.json").read_text() == RIGHT


@pytest.mark.parametrize(
    "arguments", [("--fix", "app.json"), ("app.json", "--fix"), ("--fix=safe", "app.json")]
)
def test_what_follows_is_a_path(tmp_path: Path, arguments: tuple[str, ...]):
    write(tmp_path, {"app.json": WRONG})
    # `--fail-on=error` is plain; `--format=te` would not be, but any odd option leads to argparse.
    for more in ((), ("--max-bytes", "0999999")):
        (tmp_path / "app.json").write_text(WRONG)
        assert run("check", *arguments, *ONLY, *more, folder=tmp_path).code == 0
        assert (tmp_path / "app.json").read_text() == RIGHT


def test_a_mode_that_does_not_exist(tmp_path: Path):
    write(tmp_path, {"app.json": WRONG})
    result = run("check", "app.json", "--fix=some", folder=tmp_path)
    assert result.code == 2
    assert "argument --fix: invalid choice: 'some'" in result.stderr
    assert (tmp_path / "app.json").read_text() == WRONG


def test_a_diff_writes_nothing_and_applies(tmp_path: Path):
    write(tmp_path, {"app.json": WRONG, "other.json": RIGHT})
    result = run("check", ".", "--diff", *ONLY, folder=tmp_path)
    assert result.code == 1
    assert result.stderr == "app.json: would fix 1 finding\n"
    assert result.stdout == (
        "--- a/app.json\n+++ b/app.json\n@@ -1,3 +1,3 @@\n {\n"
        '-  "signInAudience": "AzureADmyorg"\n+  "signInAudience": "AzureADMyOrg"\n }\n'
    )
    assert (tmp_path / "app.json").read_text() == WRONG
    subprocess.run(["git", "apply", "-"], input=result.stdout.encode(), cwd=tmp_path, check=True)
    assert (tmp_path / "app.json").read_text() == RIGHT
    after = run("check", ".", "--diff", *ONLY, folder=tmp_path)
    assert after == (0, "", "")


def test_a_diff_into_a_file(tmp_path: Path):
    write(tmp_path, {"app.json": WRONG})
    result = run("check", "app.json", "--diff", *ONLY, "--output", "fix.patch", folder=tmp_path)
    assert (result.code, result.stdout) == (1, "")
    assert (tmp_path / "fix.patch").read_text().startswith("--- a/app.json\n")


def test_a_diff_of_what_cannot_be_read(tmp_path: Path):
    write(tmp_path, {"app.json": WRONG, "bad.json": WRONG + "}"})
    result = run("check", ".", "--diff", *ONLY, folder=tmp_path)
    assert result.code == 2
    assert result.stdout.startswith("--- a/app.json\n")
    assert result.stderr == (
        "app.json: would fix 1 finding\nbad.json:4:1: cannot check: a value is expected here\n"
    )


@pytest.mark.parametrize(
    ("encoded", "note"),
    [
        (b"\xef\xbb\xbf" + WRONG.replace("\n", "\r\n").encode(), ""),
        (b"\xff\xfe" + WRONG.encode("utf-16-le"), "; the file is UTF-16, and the diff does not apply to it"),
        (WRONG.encode("utf-16-be"), "; the file is UTF-16, and the diff does not apply to it"),
    ],
)
def test_encodings_stay(tmp_path: Path, encoded: bytes, note: str):
    write(tmp_path, {"app.json": encoded})
    diff = run("check", "app.json", "--diff", *ONLY, folder=tmp_path)
    assert diff.stderr == f"app.json: would fix 1 finding{note}\n"
    if not note:
        subprocess.run(["git", "apply", "-"], input=diff.stdout.encode(), cwd=tmp_path, check=True)
        patched = (tmp_path / "app.json").read_bytes()
        write(tmp_path, {"app.json": encoded})
    assert run("check", "app.json", "--fix", *ONLY, folder=tmp_path).code == 0
    wrong, right = ("AzureADmyorg", "AzureADMyOrg")
    codec = "utf-16-le" if encoded[:2] == b"\xff\xfe" else "utf-16-be" if not encoded[0] else "utf-8"
    expected = encoded.replace(wrong.encode(codec), right.encode(codec))
    assert (tmp_path / "app.json").read_bytes() == expected
    if not note:
        assert patched == expected


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links")
def test_mode_and_link_stay(tmp_path: Path):
    write(tmp_path, {"real/app.json": WRONG})
    (tmp_path / "real/app.json").chmod(0o640)
    (tmp_path / "link.json").symlink_to("real/app.json")
    assert run("check", "link.json", "--fix", *ONLY, folder=tmp_path).code == 0
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real/app.json").read_text() == RIGHT
    assert (tmp_path / "real/app.json").stat().st_mode & 0o777 == 0o640


def test_a_file_that_changed_in_the_meantime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write(tmp_path, {"app.json": WRONG, "b.json": WRONG})
    newer = WRONG.replace("{", '{\n  "displayName": "newer",')
    replace = output.replace_file

    def interrupted(path: str, data: bytes) -> None:
        replace(path, data)
        (tmp_path / "b.json").write_text(newer)

    monkeypatch.setattr(output, "replace_file", interrupted)
    result = run("check", "app.json", "b.json", "--fix", *ONLY, folder=tmp_path)
    assert result.code == 2
    changed = "b.json: cannot fix: it changed while it was being fixed; nothing was written to it\n"
    assert result.stdout.startswith(changed)
    assert "warning[manifest/invalid-sign-in-audience]" in result.stdout
    assert "fixed 1 finding in app.json\n" in result.stdout
    assert (tmp_path / "app.json").read_text() == RIGHT
    assert (tmp_path / "b.json").read_text() == newer


@pytest.mark.parametrize("step", ["write", "replace"])
def test_a_write_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
):
    write(tmp_path, {"app.json": WRONG})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(output.os, "replace" if step == "replace" else "fsync", full)
    result = run("check", "app.json", "--fix", *ONLY, folder=tmp_path)
    assert result.code == 2
    assert result.stdout.startswith("app.json: cannot fix: cannot be written: no space left on device\n")
    assert "warning[manifest/invalid-sign-in-audience]" in result.stdout
    assert "fixed" not in result.stdout.replace("can be fixed", "").replace("not fixed", "")
    assert (tmp_path / "app.json").read_text() == WRONG
    assert os.listdir(tmp_path) == ["app.json"]


def test_a_read_only_file_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write(tmp_path, {"app.json": WRONG})
    (tmp_path / "app.json").chmod(0o444)
    monkeypatch.setattr(output.os, "access", lambda path, mode: False)  # root may write everywhere
    result = run("check", "app.json", "--fix", *ONLY, folder=tmp_path)
    assert result.code == 2
    assert result.stdout.startswith("app.json: cannot fix: cannot be written: permission denied\n")
    assert "warning[manifest/invalid-sign-in-audience]" in result.stdout
    assert ((tmp_path / "app.json").read_text(), os.listdir(tmp_path)) == (WRONG, ["app.json"])


def test_a_file_beyond_the_usual_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files.read, "__defaults__", (len(WRONG) - 1,))
    write(tmp_path, {"app.json": WRONG})
    more = ("--max-bytes", str(len(WRONG)))
    assert run("check", "app.json", "--diff", *ONLY, *more, folder=tmp_path).stderr == (
        "app.json: would fix 1 finding\n"
    )
    assert run("check", "app.json", "--fix", *ONLY, *more, folder=tmp_path).code == 0
    assert (tmp_path / "app.json").read_text() == RIGHT


def test_application_permissions_that_nobody_can_grant_are_not_exchanged(tmp_path: Path):
    user_read_write_all = "741f803b-c850-494e-b5df-cde7c675a1ca"
    access = [{"resourceAppId": GRAPH, "resourceAccess": [{"id": user_read_write_all, "type": "Role"}]}]
    app = manifest(requiredResourceAccess=access, signInAudience="PersonalMicrosoftAccount")
    plan = "version: 1\ncomplete: true\nflows:\n  - {type: client_credentials, calls: [GET /users]}\n"
    write(tmp_path, {"app.json": app, "app.calls.yaml": plan})
    before = (tmp_path / "app.json").read_bytes()
    result = run("check", ".", "--fix=all", "--no-config", "--format", "json", folder=tmp_path)
    assert [(one["rule"], one["subject"]) for one in result.json()["findings"]] == [
        ("personal-account/application-permission", "Microsoft Graph/User.ReadWrite.All/Role"),
        ("privilege/tier-zero", "Microsoft Graph/User.ReadWrite.All/Role"),
    ]
    assert (tmp_path / "app.json").read_bytes() == before


def test_standard_input_is_refused_and_files_are_fixed(tmp_path: Path):
    write(tmp_path, {"app.json": WRONG})
    result = run("check", "-", "app.json", "--fix", *ONLY, folder=tmp_path, stdin=WRONG.encode())
    assert result.code == 2
    assert result.stdout.startswith("<stdin>: cannot fix: standard input; name a file\n")
    assert (tmp_path / "app.json").read_text() == RIGHT


def test_a_calls_file_on_standard_input_is_no_fault(tmp_path: Path):
    write(tmp_path, {"app.json": WRONG})
    plan = calls("GET /me").encode()
    result = run("check", "app.json", "--calls", "-", "--fix", *ONLY, folder=tmp_path, stdin=plan)
    assert (result.code, (tmp_path / "app.json").read_text()) == (0, RIGHT)


TWICE = [
    {"resourceAppId": GRAPH, "resourceAccess": [{"id": USER_READ, "type": "Scope"}]},
    {"resourceAppId": GRAPH, "resourceAccess": [{"id": USER_READ, "type": "Scope"}]},
]


def test_calls_that_cannot_be_read_keep_permissions(tmp_path: Path):
    write(
        tmp_path,
        {
            "app.json": manifest(requiredResourceAccess=TWICE, signInAudience="AzureADmyorg"),
            "app.calls.yaml": calls("GET /me", app="app.json"),
            "b.calls.yaml": calls("GET /me", app="app.json") + "unknown: 1\n",
        },
    )
    result = run("check", ".", "--fix", *ONLY, folder=tmp_path)
    assert result.code == 2
    assert "b.calls.yaml" in result.stdout
    after = json.loads((tmp_path / "app.json").read_text())
    assert after["signInAudience"] == "AzureADMyOrg"
    # Merging takes nothing away; what the calls would have to say so is another rule's matter.
    assert len(after["requiredResourceAccess"]) == 1


def test_the_other_half_of_a_pair_is_fixed(tmp_path: Path):
    write(tmp_path, {"app.json": manifest(signInAudience="AzureADmyorg"), "app.calls.yaml": calls("GET /me")})
    result = run("check", "app.calls.yaml", "--fix", *ONLY, folder=tmp_path)
    assert (result.code, "fixed 1 finding in app.json" in result.stdout) == (0, True)


def test_one_fix_shows_the_next_fault(tmp_path: Path):
    text = json.dumps(
        {"signInAudience": "AzureADandpersonalMicrosoftAccount", "api": {"requestedAccessTokenVersion": 1}}
    )
    write(tmp_path, {"app.json": text})
    result = run("check", "app.json", "--fix", *ONLY, folder=tmp_path)
    assert (result.code, "fixed 2 findings in app.json\n" in result.stdout) == (0, True)
    assert json.loads((tmp_path / "app.json").read_text()) == {
        "signInAudience": "AzureADandPersonalMicrosoftAccount",
        "api": {"requestedAccessTokenVersion": 2},
    }


def test_secrets_in_a_diff(tmp_path: Path):
    text = WRONG.replace("{", '{\n  "secretText": "correct horse battery",')
    write(tmp_path, {"app.json": text})
    result = run("check", "app.json", "--diff", *ONLY, folder=tmp_path)
    assert "battery" not in result.stdout
    assert '   "secretText": "***",\n' in result.stdout
    assert result.stderr == (
        "app.json: would fix 1 finding; what is masked or escaped keeps the diff from applying\n"
    )


def test_ignored_and_unselected_findings_stay(tmp_path: Path):
    ignore = '[[ignores]]\nrule = "manifest/invalid-sign-in-audience"\nreason = "a test"\n'
    write(tmp_path, {"app.json": WRONG, "entralint.toml": ignore})
    for more in ((), ("--no-config", "--ignore", "manifest"), ("--no-config", "--select", "redirect")):
        result = run("check", "app.json", "--fix", *more, folder=tmp_path)
        assert (result.code, (tmp_path / "app.json").read_text()) == (0, WRONG)


def test_what_cannot_be_fixed_says_why(tmp_path: Path):
    text = '{"signInAudience": \x1b[32m"AzureADmyorg"\x1b[0m}\n'
    write(tmp_path, {"app.json": text})
    result = run("check", "app.json", "--fix", *ONLY, folder=tmp_path)
    assert result.code == 2
    assert result.stdout.startswith(
        "app.json:1:25: cannot fix: manifest/invalid-sign-in-audience: "
        "it holds the colour codes of a terminal: save it without colours\n"
    )
    assert (tmp_path / "app.json").read_text() == text
