"""Reading the tables that lie beside this module."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from linter.typed import Any, TypeVar

Record = TypeVar("Record")


def read(table: str, record: Callable[..., Record]) -> tuple[Record, ...]:
    """The rows of `tables/<table>.json`, in the file's order, as records.

    The files are part of the package and held to their schemas by tests, so nothing is checked.
    """
    path = os.path.join(os.path.dirname(__file__), "tables", table + ".json")
    with open(path, encoding="utf-8") as file:
        rows = _parsed(file.read())["rows"]
    fields: tuple[str, ...] = record._fields  # type: ignore[attr-defined]
    # Every row has every field, as the schemas say, so that nothing is left for the record to check.
    return tuple([tuple.__new__(record, [_frozen(row[field]) for field in fields]) for row in rows])  # type: ignore[arg-type,type-var]


class _Plain:
    """What json's scanner in C asks of a decoder: nothing out of the ordinary."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float, parse_int, parse_constant = float, int, None
    memo: Mapping[str, str] = {}


def _parsed(text: str) -> Any:
    """The value of a JSON text without a fault; the package around the scanner costs half a bare start."""
    try:
        from _json import make_scanner  # noqa: PLC0415  an interpreter may lack it
    except ImportError:
        import json  # noqa: PLC0415  only there

        return json.loads(text)
    value, _ = make_scanner(_Plain)(text, text.index("{"))  # type: ignore[arg-type]  # typeshed knows json's decoder
    return value


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
