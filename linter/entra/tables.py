"""Reading the tables that lie beside this module."""

from __future__ import annotations

import os
from collections.abc import Callable

from linter.json_scanner import scanner
from linter.typed import Any, Final, TypeVar

Record = TypeVar("Record")

_SCAN: Final = scanner()


def read(table: str, record: Callable[..., Record]) -> tuple[Record, ...]:
    """The rows of `tables/<table>.json`, in the file's order, as records.

    The files are part of the package and held to their schemas by tests, so nothing is checked.
    """
    keys, rows = _bundled(table) or frozen(table)
    fields: tuple[str, ...] = record._fields  # type: ignore[attr-defined]
    # Every row has every field, as the schemas say, so that nothing is left for the record to check.
    if keys != fields:
        order = [keys.index(field) for field in fields]
        rows = tuple([tuple([row[at] for at in order]) for row in rows])
    return tuple([tuple.__new__(record, row) for row in rows])  # type: ignore[arg-type,type-var]


def frozen(table: str) -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]:
    """The keys of a table's rows, and the rows' values in their order; lists are tuples."""
    path = os.path.join(os.path.dirname(__file__), "tables", table + ".json")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    rows = _SCAN(text, text.index("{"))[0]["rows"]
    keys = tuple(rows[0])
    return keys, tuple([tuple([_frozen(row[key]) for key in keys]) for row in rows])


def _bundled(table: str) -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]] | None:
    """The same from the bundle of a wheel (`tools/bundle.py`), which holds the tables that most lints ask."""
    try:
        from linter.bundle import tables  # type: ignore[import-not-found]  # noqa: PLC0415  a checkout has none
    except ImportError:
        return None
    found: tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]] | None = tables.TABLES.get(table)
    return found


def _frozen(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return value
    if kind is list:
        # Most lists hold texts alone.
        return tuple([item if type(item) is str else _frozen(item) for item in value])
    if kind is dict:
        return {key: _frozen(item) for key, item in value.items()}
    return value
