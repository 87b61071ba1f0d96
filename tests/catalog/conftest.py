"""The committed catalogue, opened once."""

import pytest

from linter.catalog.store import Catalog


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog.open()
