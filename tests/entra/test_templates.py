"""Path templates as compared."""

import pytest

from linter.entra.templates import lies_below, plain_template


@pytest.mark.parametrize(
    ("template", "plain"),
    [
        ("/Users/{user-id}/", "/users/{}"),
        ("/users/{id | userPrincipalName}/authentication", "/users/{}/authentication"),
        ("/directoryRoles(roleTemplateId='{x}')", "/directoryroles(roletemplateid='{}')"),
        ("/groups/{id}/members/microsoft.graph.user", "/groups/{}/members/user"),
        ("/a/{b", "/a/{b"),
        ("/a}/b", "/a}/b"),
        ("", ""),
    ],
)
def test_plain_template(template, plain):
    assert plain_template(template) == plain


def test_lies_below():
    assert lies_below("/me/drive", "/me/drive")
    assert lies_below("/me/drive/root", "/me/drive")
    assert lies_below("/me/calendarview(x='{}')", "/me/calendarview")
    assert not lies_below("/me/drives", "/me/drive")
