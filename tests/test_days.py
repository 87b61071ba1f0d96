"""Days of the calendar, held against `datetime`."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.days import between, is_day


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("2026-11-25", True),
        ("2024-02-29", True),
        ("2026-02-29", False),
        ("2026-00-01", False),
        ("26-1-1", False),
        ("", False),
    ],
)
def test_is_day(text: str, true: bool):
    assert is_day(text) is true


@given(st.text("0123456789-+T²", max_size=12))
def test_a_day_is_what_datetime_takes_for_one(text: str):
    try:
        real = date.fromisoformat(text).isoformat() == text
    except ValueError:
        real = False
    assert is_day(text) is real


@given(st.dates(), st.dates())
def test_between(first: date, last: date):
    assert is_day(first.isoformat())
    assert between(first.isoformat(), last.isoformat()) == (last - first).days
