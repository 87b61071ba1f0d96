"""What a user installs: the wheel holds the rules, the tables and the catalogue, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from linter import ruleset

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def names(tmp_path_factory) -> set[str]:
    """The names in a wheel built from this checkout."""
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
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


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
