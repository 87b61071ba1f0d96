"""Files of a known form that cannot be read: where, and why."""

import pytest

from linter import readers
from linter.errors import Problem, Unreadable

CASES = [
    ('{\n  "requiredResourceAccess": 3\n}', 2, 29, "requiredResourceAccess must be a list"),
    (
        '{"requiredResourceAccess": [7]}',
        1,
        29,
        "each item of requiredResourceAccess must be an object",
    ),
    (
        '{"requiredResourceAccess": [{"resourceAppId": "x", "resourceAccess": [{"id": "y",\n "type": []}]}]}',
        2,
        10,
        "type must be a string",
    ),
    ('{"signInAudience": true}', 1, 20, "signInAudience must be a string"),
    ('{"isFallbackPublicClient": "yes"}', 1, 28, "isFallbackPublicClient must be true or false"),
    ('{"identifierUris": ["a", null]}', 1, 26, "each item of identifierUris must be a string"),
    ('{"identifierUris": [], "web": []}', 1, 31, "web must be an object"),
    (
        '{"identifierUris": [], "api": {"requestedAccessTokenVersion": "2"}}',
        1,
        63,
        "requestedAccessTokenVersion must be a whole number",
    ),
    (
        '{"replyUrlsWithType": [{"url": "https://a", "type": "Native"}]}',
        1,
        53,
        "the type of a reply URL must be Web, Spa or InstalledClient",
    ),
    (
        '[{"resourceAppId": "x", "resourceAccess": []}, 1]',
        1,
        48,
        "each entry must be an object with resourceAppId and resourceAccess",
    ),
    ('{"requiredResourceAccess": [}', 1, 29, "a value is expected here"),
    (
        '{"requiredResourceAccess": [],\n "web": {},\n "web": {}}',
        3,
        2,
        'the key "web" is written twice in this object',
    ),
]


@pytest.mark.parametrize(("text", "line", "column", "message"), CASES)
def test_refused(text, line, column, message):
    with pytest.raises(Unreadable) as refused:
        readers.read("app.json", text)
    assert refused.value.problem == Problem("app.json", line, column, message)


def test_a_page_says_that_the_list_goes_on():
    text = (
        '{\n  "@odata.nextLink": "https://graph.microsoft.com/v1.0/applications?$skiptoken=a", "value": []}'
    )
    message = "the list goes on at @odata.nextLink: only the applications of this page are read"
    assert readers.notes("page.json", text) == (Problem("page.json", 2, 3, message),)
    assert readers.notes("page.json", "{}") == ()


def test_an_empty_answer_is_no_unknown_form():
    text = '{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications", "value": []}'
    assert readers.read("none.json", text) == ()
