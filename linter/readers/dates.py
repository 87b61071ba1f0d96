"""Dates as the sources write them, to one notation."""

from __future__ import annotations

from linter.typed import Final

_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# How many days each unit of a duration has.
_DATE_UNITS: Final = {"Y": 365.0, "M": 30.0, "W": 7.0, "D": 1.0}
_TIME_UNITS: Final = {"H": 1 / 24, "M": 1 / 1440, "S": 1 / 86400}


def utc(text: str | None) -> str | None:
    """`text` as ISO 8601 in UTC to the second (`2026-01-31T09:30:00Z`); None if it is no such date.

    Microsoft Graph writes 0 to 7 fractional digits and `Z`, PowerShell 5.1 `/Date(ms)/`
    and PowerShell 7 local offsets; a time without offset is taken for UTC, as Graph means it.
    """
    if text is None:
        return None
    if text.startswith("/Date(") and text.endswith(")/"):
        return _from_milliseconds(text[6:-2])
    seconds, rest = text[:19], text[19:]
    if len(text) == 10:
        seconds, rest = text + "T00:00:00", ""
    if not _is_moment(seconds):
        return None
    if rest.startswith("."):
        rest = rest[1:].lstrip("0123456789")
    if rest in {"", "Z", "+00:00"}:
        return f"{seconds[:10]}T{seconds[11:]}Z"
    return _from_offset(seconds, rest)


def _is_moment(text: str) -> bool:
    """Whether `text` is `yyyy-mm-ddThh:mm:ss` and that moment exists."""
    if len(text) != 19 or not text.isascii():
        return False
    if text[4] + text[7] + text[13] + text[16] != "--::" or text[10] not in "Tt ":
        return False
    fields = (text[:4], text[5:7], text[8:10], text[11:13], text[14:16], text[17:])
    if not all(field.isdigit() for field in fields):
        return False
    year, month, day, hour, minute, second = map(int, fields)
    if not (year >= 1 and 1 <= month <= 12 and hour < 24 and minute < 60 and second < 60):
        return False
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= day <= _DAYS[month - 1] + leap


def _from_offset(seconds: str, offset: str) -> str | None:
    from datetime import UTC, datetime  # noqa: PLC0415  (rare, and costs more than this module)

    try:
        return _written(datetime.fromisoformat(seconds + offset).astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _from_milliseconds(digits: str) -> str | None:
    # `/Date(1700000000000+0100)/`: the offset says how it was shown, the number is UTC.
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415  few files have such dates

    number = digits[:1] + digits[1:].partition("+")[0].partition("-")[0]
    try:
        return _written(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(number)))
    except (ValueError, OverflowError):
        return None


def _written(moment: object) -> str:
    return str(moment)[:19].replace(" ", "T") + "Z"


def days(duration: str | None) -> float | None:
    """An ISO 8601 duration (`P90D`, `P1DT12H`) in days, years of 365 and months of 30; None if it is none."""
    if duration is None or not duration.startswith("P"):
        return None
    total, number, of_time = 0.0, "", False
    for sign in duration[1:]:
        if sign.isdecimal() or sign == ".":
            number += sign
        elif sign == "T" and not number:
            of_time = True
        else:
            unit = (_TIME_UNITS if of_time else _DATE_UNITS).get(sign)
            if unit is None or not number or number.count(".") > 1 or number == "." or len(number) > 12:
                return None
            total, number = total + float(number) * unit, ""
    return total if not number and len(duration) > 1 else None
