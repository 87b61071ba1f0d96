"""What a user installs: the wheel holds the rules, the tables and the catalogue, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from linter import ruleset
from tests import golden
from tools.generate import EXAMPLES_TODAY

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """A wheel built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(folder),
        str(CHECKOUT),
    ]
    subprocess.run(command, check=True, timeout=300)
    (wheel,) = folder.glob("entralint-*.whl")
    return wheel


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    """The names in it."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory) -> Path:
    """It, unpacked as an installation is."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(installed: Path, arguments: str, then: str = "") -> str:
    """What the installed command prints, and then `then`."""
    program = (
        f"import sys; sys.path.insert(0, {str(installed)!r}); from linter import bundled; bundled.install();"
        f"from linter.cli import main; main({arguments.split()!r}); {then}"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=CHECKOUT,
        env=golden.environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("example", sorted(path.name for path in (CHECKOUT / "examples").iterdir()))
def test_it_says_what_the_sources_say(installed: Path, example: str):
    found = run(installed, f"check examples/{example} {EXAMPLES_TODAY} --fail-on never")
    assert found == (CHECKOUT / "examples" / example / "expected.txt").read_text("utf-8")


def test_a_lint_is_imported_from_the_bundles_and_the_rest_from_the_sources(installed: Path):
    loaders = (
        "print(*{type(m.__spec__.loader).__name__ for n, m in sys.modules.items() if n.startswith('linter.')"
        " and not n.startswith(('linter.bundle', 'linter.typed'))})"
    )
    manifest = run(installed, "check examples/teams-tab --fail-on never", loaders)
    assert manifest.splitlines()[-1] == "_Bundled"
    assert "SourceFileLoader" in run(installed, "explain AADSTS65001", loaders).splitlines()[-1]


def test_every_rule_is_inside(names: set[str]):
    assert {f"linter/rules/{rule_id}.yaml" for rule_id in ruleset.identifiers()} <= names
    assert {"linter/ruleset.json", "linter/rules/schema.json"} <= names


def test_data_and_licences_are_inside(names: set[str]):
    assert {"linter/catalog/data/catalog.bin", "linter/calls/schema.json", "linter/py.typed"} <= names
    assert {"LICENSE", "NOTICE"} <= {
        name.rpartition("/")[2] for name in names if "dist-info/licenses" in name
    }


def test_nothing_else_is(names: set[str]):
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"linter"}
    assert not [name for name in names if "test" in name.lower() or name.endswith(".new")]
