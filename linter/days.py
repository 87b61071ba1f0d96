"""Days of the calendar as ISO 8601 writes them, without the weight of `datetime`."""

from __future__ import annotations

from linter.typed import Final

_LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_day(text: str) -> bool:
    """Whether a text is a day that the calendar has, written like 2027-01-31."""
    if len(text) != 10 or text[4] + text[7] != "--" or not text.isascii():
        return False
    parts = text.split("-")
    if len(parts) != 3 or not all(map(str.isdecimal, parts)):
        return False
    year, month, day = map(int, parts)
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return year >= 1 and 1 <= month <= 12 and 1 <= day <= _LENGTHS[month - 1] + leap


def between(first: str, last: str) -> int:
    """How many days lie between two days; negative where the last one is the earlier."""
    return _number(last) - _number(first)


def _number(day: str) -> int:
    """The day's number in the Gregorian calendar, from an arbitrary one on."""
    year, month, of_month = map(int, day.split("-"))
    # March begins the year, so that the leap day ends it; five months from March on have 153 days.
    if month < 3:
        year, month = year - 1, month + 12
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + of_month
