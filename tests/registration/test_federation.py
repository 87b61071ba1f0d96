"""Which external tokens an app trusts."""

import pytest

from linter.entra import Entra
from linter.model import FederatedIdentityCredential
from linter.positions import At, Source
from linter.registration import federation
from linter.registration.federation import Trust
from linter.syntax import json_text

AT = At(Source("app.json", "{}", json_text.spans), "")
ISSUER = "https://token.actions.githubusercontent.com"
SUBJECT = "repo:contoso/app:ref:refs/heads/main"


def credential(
    issuer: str | None = ISSUER, subject: str | None = SUBJECT, expression: str | None = None
) -> FederatedIdentityCredential:
    return FederatedIdentityCredential(AT, "main", issuer, subject, (), expression)


ONE = credential()


@pytest.mark.parametrize(
    ("issuer", "subject", "expected"),
    [
        (ISSUER, SUBJECT, Trust("trusted", True)),
        (ISSUER, SUBJECT.upper(), Trust("refused", True, ONE, "subject", "case")),
        (ISSUER, f" {SUBJECT}", Trust("refused", True, ONE, "subject", "blank")),
        (
            ISSUER,
            "repo:contoso@1/app@22:ref:refs/heads/main",
            Trust("refused", True, ONE, "subject", "ids"),
        ),
        (f"{ISSUER}/", SUBJECT, Trust("refused", False, ONE, "issuer", "slash")),
        (ISSUER, "repo:contoso/app:environment:x", Trust("refused", True)),
        (ISSUER, "repo:contoso@me/app:ref:refs/heads/main", Trust("refused", True)),
        ("https://oidc.contoso.com", "build", Trust("refused", False)),
    ],
)
def test_one_credential(issuer: str, subject: str, expected: Trust) -> None:
    assert federation.trust([ONE], issuer, subject) == expected


def test_a_wildcard_that_was_meant_to_match() -> None:
    meant = credential(subject="repo:contoso/app:ref:refs/heads/*")
    assert federation.trust([meant], ISSUER, SUBJECT) == Trust("refused", True, meant, "subject", "wildcard")
    other = credential(subject="repo:contoso/app:environment:*")
    assert federation.trust([other], ISSUER, SUBJECT) == Trust("refused", True)


@pytest.mark.parametrize(
    ("unclear", "state"),
    [
        (credential(subject=None, expression="claims['sub'] matches 'repo:*'"), "open"),
        (credential(issuer="https://oidc.contoso.com", subject=None, expression="x"), "refused"),
        (credential(issuer="${{ISSUER}}"), "open"),
        (credential(subject="repo:${{ORG}}/app"), "open"),
        (credential(issuer=None), "open"),
    ],
)
def test_what_may_match(unclear: FederatedIdentityCredential, state: str) -> None:
    other = "repo:contoso/other:ref:refs/heads/main"
    sent = SUBJECT if unclear.subject == SUBJECT else other
    assert federation.trust([unclear], ISSUER, sent).state == state


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("main_branch-1", True),
        ("1st", True),
        ("ab", False),
        ("-main", False),
        ("my branch", False),
        ("my.branch", False),
        ("größe", False),
        ("a" * 120, True),
        ("a" * 121, False),
        ("", False),
    ],
)
def test_names(name: str, good: bool) -> None:
    assert federation.is_name(name, Entra()) is good
