"""What holds of every file: it is read, or refused with a place; and records stand where they say."""

import json
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linter import readers
from linter.errors import Unreadable
from linter.model import Text
from linter.positions import At, Source
from linter.readers import graph
from linter.syntax import json_text
from linter.syntax.decode import decode
from tests.readers.plain import HERE, is_place

FORMS = ("graph", "legacy", "toolkit", "az")
FIXTURES = [file for form in FORMS for file in sorted((HERE / form).iterdir())]
KEYS = [
    "id",
    "appId",
    "displayName",
    "signInAudience",
    "identifierUris",
    "requiredResourceAccess",
    "resourceAppId",
    "resourceAccess",
    "type",
    "web",
    "spa",
    "publicClient",
    "redirectUris",
    "implicitGrantSettings",
    "isFallbackPublicClient",
    "api",
    "oauth2PermissionScopes",
    "preAuthorizedApplications",
    "passwordCredentials",
    "keyCredentials",
    "keyId",
    "endDateTime",
    "replyUrlsWithType",
    "url",
    "replyUrls",
    "oauth2Permissions",
    "allowPublicClient",
    "accessTokenAcceptedVersion",
    "value",
    "name",
    "applications",
    "AppId",
    "Web",
    "RedirectUris",
    "@odata.context",
]
STRINGS = st.sampled_from(
    [
        "",
        "Scope",
        "Web",
        "${{X}}",
        "{{x}}",
        "$id",
        "2026-01-01T00:00:00Z",
        "/Date(1)/",
        "System.Object[]",
        "é\n~/",
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 3)
    | st.floats(allow_nan=False, allow_infinity=False)
    | STRINGS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | STRINGS, inner, max_size=6)
    ),
    max_leaves=30,
)


def places(record):
    """Every `At` in a record."""
    if isinstance(record, At):
        yield record
    elif isinstance(record, dict):
        for item in record.values():
            yield from places(item)
    elif isinstance(record, tuple):
        for item in record:
            yield from places(item)


def texts(record):
    if isinstance(record, Text):
        yield record
    elif isinstance(record, tuple) and not isinstance(record, At):
        for item in record:
            yield from texts(item)


def check(text):
    """Read a text, and hold every record against the places in it."""
    try:
        applications, problem = readers.read("file.json", text), None
    except Unreadable as error:
        applications, problem = None, error.problem
    if problem is not None:
        assert problem.path == "file.json"
        assert is_place(problem, text)
        return
    spans = json_text.spans(text) if applications else {}
    for application in applications or ():
        assert application.form in readers.READERS
        for at in places(application):
            assert at.pointer in spans
        for item in texts(application):
            span = spans[item.at.pointer]
            assert json.loads(text[span.start : span.end]) == item.value


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_fixtures_stand_where_they_say(file):
    check(decode(file.read_bytes(), file.name))


def check_bytes(data):
    """Decode and read, or be refused with a place."""
    try:
        text, problem = decode(data, "file.json"), None
    except Unreadable as error:
        text, problem = "", error.problem
    assert problem is None or (problem.line >= 1 and problem.column >= 1)
    check(text)


@given(st.binary(max_size=400))
def test_any_bytes(data):
    check_bytes(data)


@given(st.sampled_from(FIXTURES), st.integers(0, 2000), st.binary(max_size=3), st.integers(0, 3))
def test_broken_fixtures(file, at, inserted, removed):
    data = file.read_bytes()
    check_bytes(data[:at] + inserted + data[at + removed :])


@given(VALUES)
def test_any_json(value):
    check(json.dumps(value))


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8))
def test_any_members(members):
    members = {"requiredResourceAccess": [], **members}
    check(json.dumps(members))
    check(json.dumps(members, indent=2) + "\n" + json.dumps(members))


@given(st.text(alphabet=string.printable + "\x1bé€😀", max_size=300))
@example("0}0:")  # a wrong value, and after it one that cannot be read
def test_any_text(text):
    check('{"requiredResourceAccess": ' + text)


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_secret_enters_a_record(file):
    text = decode(file.read_bytes(), file.name)
    assert "planted~" not in repr(readers.read("x", text))


def test_application_from_parsed_data():
    at = At(Source("rule.yaml", "", lambda _: {}), "/examples/0/application")
    record = graph.application({"signInAudience": None}, at, completeness="full")
    assert record.at == at
    assert record.places == {"sign_in_audience": at.child("signInAudience")}
    assert record.completeness == "full"
    assert record.form == "graph"
