"""Start-up is a feature: what each command may import, held by names, since a timing would flicker."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"

#: Each costs more than a third of a bare interpreter's start.
HEAVY = {
    "asyncio", "dataclasses", "importlib.metadata", "importlib.resources", "inspect", "jsonschema", "logging",
    "pathlib", "rich", "shutil", "subprocess", "tomllib", "typing", "unittest", "urllib", "yaml",
}  # fmt: skip

SCRIPT = """
import json, sys
from linter.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
sys.stdout.flush()
print("MODULES" + json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def modules(*arguments: str) -> set[str]:
    """What is imported after a command ran in an interpreter without site-packages' path files."""
    done = subprocess.run(
        [
            sys.executable,
            "-S",
            "-c",
            f"import sys; sys.path[:0] = {[str(ROOT), *sys.path]!r}\n{SCRIPT}",
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(json.loads(done.stderr.rpartition("MODULES")[2]))


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["--version"], set()),
        (["--help"], set()),
        (["check", "--no-config", str(ROOT / "bench/inputs/clean/app.json")], set()),
        (["check", "--no-config", str(ROOT / "bench/inputs/three/app.json")], set()),
        (["check", "--no-config", str(ROOT / "bench/inputs/json")], set()),
        (["check", "--no-config", "--format", "json", str(ROOT / "bench/inputs/json")], set()),
        (["check", "--no-config", "--format", "sarif", str(ROOT / "bench/inputs/json")], set()),
        (["check", "--no-config", "--format", "github", str(ROOT / "bench/inputs/json")], set()),
        (["check", "--no-config", str(EXAMPLES)], {"yaml"}),
        (["check", str(ROOT / "bench/inputs/json")], {"tomllib", "typing"}),
        (["diff", *([str(ROOT / "bench/inputs/clean/app.json")] * 2)], set()),
        (["diff", "--format", "markdown", *([str(ROOT / "bench/inputs/json")] * 2)], set()),
        (["diff", "--format", "json", *([str(ROOT / "bench/inputs/json")] * 2)], set()),
        (["needs", "GET /me/messages"], set()),
        (["rules"], set()),
    ],
    ids=lambda value: " ".join(value).replace(str(ROOT), "") if isinstance(value, list) else "",
)
def test_nothing_heavy_is_imported_before_it_is_needed(arguments: list[str], allowed: set[str]):
    assert modules(*arguments) & HEAVY <= allowed


def test_who_fixes_nothing_does_not_pay_for_fixes():
    loaded = modules("check", "--no-config", str(EXAMPLES))
    assert not {
        "difflib", "linter.cli.fixes", "linter.fix", "linter.passes", "linter.readers.conversion",
        "linter.syntax.json_edit",
    } & loaded  # fmt: skip


def test_a_family_is_imported_only_when_one_of_its_rules_can_run():
    loaded = modules("check", "--no-config", str(ROOT / "bench/inputs/clean/app.json"))
    assert {name for name in loaded if name.startswith("linter.checks.")} == {
        f"linter.checks.{family}"
        for family in (
            "audience", "audience.retired", "consent", "consent.principal", "credential", "credential.dates",
            "credential.federated", "credential.holders", "credential.kinds", "flow",
            "flow.native", "manifest", "manifest.app_id_uris", "manifest.claims", "manifest.document",
            "manifest.limits", "manifest.references", "permission", "permission.entries",
            "permission.workloads", "personal_account", "privilege", "privilege.levels",
            "privilege.mailboxes", "privilege.settings", "redirect", "token_type",
            "token_type.public_clients",
        )
    }  # fmt: skip
    assert not any(name.startswith("linter.calls.") or name == "linter.readers.grants" for name in loaded)


def test_a_family_in_several_modules_imports_those_of_its_rules_that_run():
    loaded = modules("check", "--no-config", str(ROOT / "bench/inputs/pair"))
    assert {name for name in loaded if name.startswith("linter.checks.consent.")} == {
        "linter.checks.consent.asked",
        "linter.checks.consent.planned",
        "linter.checks.consent.principal",
    }
