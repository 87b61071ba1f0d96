"""What a URL's query asks for, and which queries are advanced ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.request.query import advanced, query


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ('/users?$search="displayName:a"', ("searches", False)),
        ("/users?$filter=endswith(mail,'x')", ("filters with `endsWith`", True)),
        ("/users?$filter=startsWith(mail,'x')&$orderby=mail", ("filters and sorts", True)),
        ("/users?$filter=assignedLicenses/$count eq 0", ("filters by `$count`", True)),
        ("/users?filter=accountEnabled+ne+true", ("filters with `ne`", True)),
        ("/groups?%24filter=NOT%20groupTypes/any(c:c%20eq%20%27Unified%27)", ("filters with `not`", True)),
        ("https://graph.microsoft.com/v1.0/users/$count", ("counts", False)),
        ("/users?$filter=displayName eq 'not ne endsWith(x)'", None),
        ("/users?$filter=displayName eq 'O''Neill ne x'", None),
        ("/users?$filter={filter}", None),
        ("/users?$count=true&$top=5", None),
        ("/users?$orderby=displayName", None),
        ("/users", None),
    ],
)
def test_advanced(url, expected):
    assert advanced(query(url)) == expected


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("/users?$select=id,signInActivity", "signinactivity"),
        ("/users?select=signInActivity/lastSignInDateTime", "signinactivity"),
        ("/users?$filter=signInActivity/lastSignInDateTime%20le%202026-01-01T00:00:00Z", "signinactivity"),
        ("/users?$orderby=signInActivity/lastSignInDateTime desc", "signinactivity"),
    ],
)
def test_properties(url, name):
    assert name in query(url).properties


def test_words_within_texts_are_no_properties():
    assert "signinactivity" not in query("/users?$filter=jobTitle eq 'signInActivity'").properties


@pytest.mark.parametrize(
    ("value", "expected"), [("true", True), ("TRUE", True), ("false", False), ("", False)]
)
def test_with_count(value, expected):
    assert query(f"/users?$count={value}").with_count is expected


@given(st.text())
def test_no_text_raises(text):
    asked = query(text)
    assert isinstance(asked.properties, frozenset)
    advanced(asked)
