"""Where the configuration is: `entralint.toml`, else `[tool.entralint]` in `pyproject.toml`.

It is looked for from the working directory up to the repository's root. TOML is
parsed only where there is such a file. What the table says is `config`'s to read;
only which catalogue to use is read here, for commands that need no rules.
"""

from __future__ import annotations

import os

from linter import files
from linter.errors import Unreadable
from linter.syntax.decode import decode
from linter.typed import Any, Final

BUNDLED: Final = "bundled"
"""Stands for the package's own catalogue wherever a file could be named."""


def at(path: str) -> tuple[str, dict[str, Any]]:
    """The path and table of the configuration in a file.

    Raises:
        Unreadable: the file is no TOML that can be read.
    """
    table = _parse(path, files.read(path))
    if os.path.basename(path) == "pyproject.toml":
        for name in ("tool", "entralint"):
            table = table.get(name, {})
            if not isinstance(table, dict):
                raise Unreadable(path, f"`{name}` must be a table")
    return path, table


def nearest_table() -> tuple[str, dict[str, Any]] | None:
    """The nearest configuration's path and table; None where there is none."""
    folder = os.getcwd()
    while True:
        own = os.path.join(folder, "entralint.toml")
        if os.path.isfile(own):
            return at(os.path.relpath(own))
        project = os.path.join(folder, "pyproject.toml")
        # Most projects have no such table: spare them the TOML parser.
        if os.path.isfile(project) and b"tool.entralint" in files.read(os.path.relpath(project)):
            return at(os.path.relpath(project))
        parent = os.path.dirname(folder)
        if os.path.exists(os.path.join(folder, ".git")) or parent == folder:
            return None
        folder = parent


def _parse(path: str, data: bytes) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415  only where there is a configuration

    try:
        return tomllib.loads(decode(data, path))
    except tomllib.TOMLDecodeError as error:
        raise _toml_error(path, str(error)) from None
    except (RecursionError, ValueError) as error:
        # Nested too deep, or a number of thousands of digits.
        raise Unreadable(path, f"is no TOML that can be read: {error}") from None


def _toml_error(path: str, message: str) -> Unreadable:
    """The parser's sentence with its place taken out of it: `… (at line 3, column 7)`."""
    text, _, place = message.rpartition(" (at line ")
    line, _, column = place.rstrip(")").partition(", column ")
    if text and line.isdecimal() and column.isdecimal():
        return Unreadable(path, f"is no valid TOML: {text}", int(line), int(column))
    return Unreadable(path, f"is no valid TOML: {message}")


def catalog(path: str, table: dict[str, Any]) -> str | None:
    """The permission catalogue that a configuration names, as a path from the working directory.

    Raises:
        Unreadable: it is no text.
    """
    if "catalog" not in table:
        return None
    named = table["catalog"]
    if not isinstance(named, str) or not named:
        raise Unreadable(path, "catalog must be the path of a catalogue")
    return named if named == BUNDLED else os.path.join(os.path.dirname(path), named)
