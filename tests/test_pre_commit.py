"""The hooks as pre-commit runs them: built from this checkout, in a scratch repository."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).parent.parent
GRAPH = "00000003-0000-0000-c000-000000000000"
USER_READ = "e1fe6dd8-ba31-4d61-89e7-88639da4683d"

HOOKS = {hook["id"]: hook for hook in yaml.safe_load((CHECKOUT / ".pre-commit-hooks.yaml").read_text())}


@pytest.mark.parametrize(
    "name",
    [
        "aad.manifest.json",
        "app/aad.template.json",
        "entra-app.json",
        "infra/SAMManifest.json",
        "app-registration.json",
        "requiredResourceAccess.json",
        "portal.calls.yaml",
        "api/portal.calls.yml",
        "portal.calls.json",
        "portal.grants.json",
    ],
)
def test_usual_names_are_matched(name: str):
    assert re.search(HOOKS["entralint"]["files"], name)


@pytest.mark.parametrize(
    "name", ["package.json", "calls.yaml", "tsconfig.json", "manifest.json.bak", "main.tf"]
)
def test_other_names_are_not(name: str):
    assert not re.search(HOOKS["entralint"]["files"], name)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """One place for the environment that pre-commit builds, shared by the tests of this file."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def repository(tmp_path):
    git(tmp_path, "init", "-q")
    manifest(tmp_path / "app.manifest.json", "Portal")
    (tmp_path / "portal.calls.yaml").write_text(
        "version: 1\napp: app.manifest.json\nflows:\n  - name: portal\n    type: authorization_code\n"
        "    user: {account: work}\n    calls: [GET /users]\n"
    )
    git(tmp_path, "add", ".")
    git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "first")
    return tmp_path


def manifest(path: Path, name: str) -> None:
    document = {
        "displayName": name,
        "signInAudience": "AzureADMyOrg",
        "requiredResourceAccess": [
            {"resourceAppId": GRAPH, "resourceAccess": [{"id": USER_READ, "type": "Scope"}]}
        ],
    }
    path.write_text(json.dumps(document, indent=2))


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True)


def try_repo(repository: Path, cache: Path, hook: str = "entralint") -> tuple[int, str]:
    if shutil.which("pre-commit") is None:
        assert not os.environ.get("CI"), "pre-commit is missing"
        pytest.skip("pre-commit is not installed")
    done = subprocess.run(
        ["pre-commit", "try-repo", "--color=never", "--verbose", str(CHECKOUT), hook],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
        timeout=540,
        env={**os.environ, "PRE_COMMIT_HOME": str(cache)},
    )
    return done.returncode, done.stdout + done.stderr


FINDING = "error[permission/call-not-covered]: `GET /users` needs the delegated permission"


def test_only_the_calls_file_changed(repository: Path, cache: Path):
    calls = repository / "portal.calls.yaml"
    calls.write_text(calls.read_text() + "# changed\n")
    git(repository, "add", ".")
    code, output = try_repo(repository, cache)
    assert (code, output.count(FINDING)) == (1, 1), output
    assert "portal.calls.yaml:7:13" in output
    assert "app.manifest.json:5:5" in output


def test_only_the_manifest_changed(repository: Path, cache: Path):
    manifest(repository / "app.manifest.json", "Portal two")
    git(repository, "add", ".")
    code, output = try_repo(repository, cache)
    assert (code, output.count(FINDING)) == (1, 1), output


def test_forty_files_at_once(repository: Path, cache: Path):
    for number in range(20):
        folder = repository / f"app{number:02}"
        folder.mkdir()
        manifest(folder / "app.manifest.json", f"App {number}")
        shutil.copy(repository / "portal.calls.yaml", folder)
    git(repository, "add", ".")
    code, output = try_repo(repository, cache)
    assert (code, output.count(FINDING)) == (1, 20), output
    assert "20 errors" in output


def test_any_json_lets_the_content_decide(repository: Path, cache: Path):
    (repository / "package.json").write_text('{"name": "x"}')
    manifest(repository / "data.json", "Other")
    git(repository, "add", ".")
    code, output = try_repo(repository, cache, "entralint-all-json")
    assert code == 0, output
    assert "1 file of no known form skipped" in output
