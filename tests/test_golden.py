"""Drop a folder into `tests/golden`, run `tools/generate.py`, read what came out, commit it."""

from pathlib import Path

import pytest

from tests import golden


@pytest.mark.parametrize("folder", golden.folders(), ids=lambda folder: folder.name)
def test_golden(folder: Path):
    assert golden.run(folder) == golden.expected(folder)


def test_there_are_cases():
    assert golden.folders()
