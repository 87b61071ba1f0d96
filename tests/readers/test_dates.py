"""Dates of all sources, in one notation."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.readers.dates import utc

CASES = [
    ("2026-01-31T09:30:00Z", "2026-01-31T09:30:00Z"),
    ("2026-01-31T09:30:00.1Z", "2026-01-31T09:30:00Z"),
    ("2026-01-31T09:30:00.1234567Z", "2026-01-31T09:30:00Z"),
    ("2026-01-31T09:30:00.123+00:00", "2026-01-31T09:30:00Z"),
    ("2026-01-31T09:30:00.123+02:00", "2026-01-31T07:30:00Z"),
    ("2026-01-31T23:30:00-02:00", "2026-02-01T01:30:00Z"),
    ("2026-01-31T09:30:00", "2026-01-31T09:30:00Z"),
    ("2026-01-31", "2026-01-31T00:00:00Z"),
    ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
    ("/Date(1709280000000)/", "2024-03-01T08:00:00Z"),
    ("/Date(1709280000000+0100)/", "2024-03-01T08:00:00Z"),
    ("/Date(-62135596800000)/", "0001-01-01T00:00:00Z"),
    ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    (None, None),
    ("", None),
    ("soon", None),
    ("${{DATE}}", None),
    ("2023-02-29T00:00:00Z", None),
    ("2026-13-01T00:00:00Z", None),
    ("0001-01-01T00:00:00+02:00", None),
    ("/Date(x)/", None),
    ("/Date(99999999999999999999)/", None),
]


@pytest.mark.parametrize(("written", "expected"), CASES)
def test_utc(written, expected):
    assert utc(written) == expected


@given(
    st.text(max_size=30) | st.from_regex(r"\A\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d*)?(Z|[+-]\d\d:?\d\d)?\Z")
)
def test_what_is_returned_is_a_moment(text):
    date = utc(text)
    assert date is None or datetime.fromisoformat(date).strftime("%z") == "+0000"
