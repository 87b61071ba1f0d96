"""Which permission catalogue a command asks: its option's, the environment's, the configuration's or ours."""

from __future__ import annotations

import os

from linter import discovery
from linter.catalog.store import Catalog
from linter.days import is_day
from linter.errors import Unreadable
from linter.typed import Final

VARIABLE: Final = "ENTRALINT_CATALOG"


def path(option: str | None, configured: str | None) -> str | None:
    """The chosen catalogue's path; None for the bundled one.

    Raises:
        Unreadable: the option is empty, which a script's unset variable makes of it.
    """
    if option == "":
        raise Unreadable("--catalog", "names no file")
    named = option if option is not None else os.environ.get(VARIABLE) or configured
    return None if named == discovery.BUNDLED else named


def catalog(option: str | None) -> Catalog:
    """The catalogue for a command that reads nothing else of the configuration."""
    configured = None
    if option is None and not os.environ.get(VARIABLE):
        found = discovery.nearest_table()
        configured = discovery.catalog(*found) if found else None
    return Catalog.open(path(option, configured))


def today(option: str | None) -> str:
    """The day to judge by: the option's, else today's in UTC.

    Raises:
        Unreadable: the option's is no day.
    """
    if option is None:
        import time

        return time.strftime("%Y-%m-%d", time.gmtime())
    if not is_day(option):
        raise Unreadable("--today", f"{option!r} is no date of the form YYYY-MM-DD")
    return option
