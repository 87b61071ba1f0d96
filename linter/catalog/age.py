"""How old a catalogue is, and when that is worth a word."""

from __future__ import annotations

from linter.days import between
from linter.typed import Final

UNKNOWN: Final = "-"
"""Stands for a date, commit or repository that is not on record."""

OLD: Final = 180
"""Days after which a catalogue is called old."""


def age(date: str, today: str) -> int | None:
    """A catalogue's age in days; None where its date is not on record."""
    return None if date == UNKNOWN else between(date, today)


def note(date: str, today: str, *, bundled: bool) -> str:
    """A sentence about a catalogue that is old, else the empty one."""
    days = age(date, today)
    if days is None or days <= OLD:
        return ""
    which = "the bundled permission catalogue" if bundled else "the permission catalogue in use"
    return f"{which} is {days} days old ({date}); `entralint catalog compile` makes a newer one"
