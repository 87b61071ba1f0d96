"""What the configuration file says; `discovery` finds it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from linter import discovery
from linter.days import is_day
from linter.engine import Ignore, Layer
from linter.errors import Unreadable, nearest
from linter.finding import CONFIDENCES, PERSONAS, SEVERITIES
from linter.typed import Any, Final, NamedTuple


class Config(NamedTuple):
    """A configuration as read. Rule names are not looked at here: `names` lists them all.

    `catalog` is the path of a permission catalogue, from the working directory.
    """

    path: str = ""
    layer: Layer = Layer()
    per_file: tuple[Layer, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    persona: str | None = None
    fail_on: str | None = None
    fail_on_confidence: str | None = None
    catalog: str | None = None

    def names(self) -> Iterable[str]:
        """Every rule or family that the file names."""
        for layer in (self.layer, *self.per_file):
            yield from (*layer.select, *layer.ignore, *layer.severity)
        for ignore in self.ignores:
            yield ignore.rule


def load(path: str | None = None) -> Config:
    """The configuration at `path`, else the nearest one, else the empty one.

    Raises:
        Unreadable: the file is no TOML, or says something that means nothing here.
    """
    found = discovery.at(path) if path else discovery.nearest_table()
    if found is None:
        return Config()
    shown, table = found
    return _config(shown, table)


# --- what the file may say -------------------------------------------------------------------


def _config(path: str, table: dict[str, Any]) -> Config:
    _known(path, "", table, (*_LAYER, "ignores", "per-file", *_SETTINGS, "catalog"))
    settings = {
        name.replace("-", "_"): _one_of(path, name, table[name], allowed)
        for name, allowed in _SETTINGS.items()
        if name in table
    }
    return Config(
        path=path,
        layer=_layer(path, "", table),
        per_file=tuple(_per_file(path, entry) for entry in _tables(path, "per-file", table)),
        ignores=tuple(
            _ignore(path, number, entry) for number, entry in enumerate(_tables(path, "ignores", table), 1)
        ),
        catalog=discovery.catalog(path, table),
        **settings,
    )


_LAYER: Final = ("select", "ignore", "severity")
_SETTINGS: Final = {
    "persona": PERSONAS,
    "fail-on": (*SEVERITIES, "never"),
    "fail-on-confidence": CONFIDENCES,
}


def _layer(path: str, where: str, table: dict[str, Any], globs: tuple[str, ...] = ()) -> Layer:
    severity = table.get("severity", {})
    if not isinstance(severity, dict):
        raise Unreadable(path, f"{where}severity must be a table of rule = severity")
    for rule, value in severity.items():
        _one_of(path, f"{where}severity.{rule}", value, SEVERITIES)
    return Layer(
        _texts(path, where + "select", table.get("select", [])),
        _texts(path, where + "ignore", table.get("ignore", [])),
        severity,
        globs,
    )


def _per_file(path: str, table: dict[str, Any]) -> Layer:
    _known(path, "per-file.", table, ("files", *_LAYER))
    globs = table.get("files")
    if not globs:
        raise Unreadable(path, "per-file needs `files`, one glob or a list of them")
    globs = _texts(path, "per-file.files", [globs] if isinstance(globs, str) else globs)
    # The globs are relative to the file that has them, findings to the working directory.
    base = os.path.relpath(os.curdir, os.path.dirname(path) or os.curdir)
    return _layer(path, "per-file.", table, globs)._replace(base="" if base == os.curdir else base)


def _ignore(path: str, number: int, table: dict[str, Any]) -> Ignore:
    where = f"ignores[{number}]."
    _known(path, where, table, ("rule", "app", "subject", "reason", "expires"))
    for name in ("rule", "reason"):
        if not isinstance(table.get(name), str) or not table[name].strip():
            raise Unreadable(path, f"{where}{name} is required: say which rule is ignored, and why")
    expires = table.get("expires")
    if expires is not None and not isinstance(expires, str):
        expires = expires.isoformat() if hasattr(expires, "isoformat") else None
    if "expires" in table and (expires is None or not is_day(expires)):
        raise Unreadable(path, f"{where}expires must be a date like 2027-01-31")
    for name in ("app", "subject"):
        if name in table:
            _texts(path, where + name, [table[name]])
    return Ignore(
        table["rule"],
        table["reason"],
        f"{path}: {where[:-1]}",
        table.get("app"),
        table.get("subject"),
        expires,
    )


def _known(path: str, where: str, table: dict[str, Any], known: Iterable[str]) -> None:
    for key in table:
        if key not in known:
            near = nearest(key, known)
            hint = f"; did you mean `{near}`?" if near else f"; known: {', '.join(known)}"
            raise Unreadable(path, f"unknown key `{where}{key}`{hint}")


def _tables(path: str, name: str, table: dict[str, Any]) -> list[dict[str, Any]]:
    value = table.get(name, [])
    return _list_of(path, name, value, lambda entry: isinstance(entry, dict), "tables ([[...]])")


def _texts(path: str, name: str, value: Any) -> tuple[str, ...]:
    return tuple(_list_of(path, name, value, lambda entry: isinstance(entry, str) and entry != "", "strings"))


def _list_of(path: str, name: str, value: Any, fits: Callable[[Any], bool], what: str) -> list[Any]:
    if not isinstance(value, list) or not all(map(fits, value)):
        raise Unreadable(path, f"{name} must be a list of {what}")
    return value


def _one_of(path: str, name: str, value: Any, allowed: Iterable[str]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise Unreadable(path, f"{name} must be one of {', '.join(allowed)}")
    return value
