"""Reading the tables that lie beside this module."""

from __future__ import annotations

import os
from collections.abc import Callable

from linter.typed import Any, TypeVar

Record = TypeVar("Record")


def read(table: str, record: Callable[..., Record]) -> tuple[Record, ...]:
    """The rows of `tables/<table>.json`, in the file's order, as records.

    The files are part of the package and held to their schemas by tests, so nothing is checked.
    """
    import json  # noqa: PLC0415 - a run that asks for no table does not pay for the parser

    path = os.path.join(os.path.dirname(__file__), "tables", table + ".json")
    with open(path, encoding="utf-8") as file:
        rows = json.load(file)["rows"]
    fields: tuple[str, ...] = record._fields  # type: ignore[attr-defined]
    return tuple([record(*[_frozen(row[field]) for field in fields]) for row in rows])


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return value
