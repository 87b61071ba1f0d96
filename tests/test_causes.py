"""Every cause that Microsoft's article *Application errors* gives is a rule's, and is shown.

The article is of January 2021; where its advice has been overtaken, the rule follows what holds today.
"""

from typing import Any

import pytest

from linter import ruleset

CAUSES = {
    "S0.1": "the token is got in a way that does not fit the app",
    "S0.2": "the scopes that are asked for or declared are wrong",
    "S0.3": "nobody consented",
    "S0.4": "the error is the login service's, and its number is not for programs",
    "S1.1": "401: the call has no token",
    "S1.2": "401: the token is none that is accepted, or has ended",
    "S1.3": "401: tokens are got without the library that takes care of them",
    "S1.4": "401: a personal account's token, at an API for work and school accounts",
    "S2.1": "403: the permissions are not those that the calls need",
    "S2.2": "403: more is asked for than the least that suffices",
    "S2.3": "403: the permission was not granted by a user or an administrator",
    "S2.4": "403: consent was sought in the wrong place, or by somebody who cannot give it",
    "S3.1": "403: the type of the permission is not that of the token",
    "S3.2": "403: application permissions, and the token is a user's",
    "S3.3": "403: delegated permissions, and the token is the app's own",
    "S4.1": "403: the app resets a password by itself",
    "S4.2": "403: a password is reset without an administrator who is signed in",
    "S5.1": "403: what the app may do counts only as far as its user may do it",
    "S5.2": "403: the user lacks a role or a right",
    "S5.3": "403: the user lacks a licence",
    "S6.1": "403: the token is for another API than the one called",
    "S6.2": "403: an older API's token at Microsoft Graph, or the other way round",
    "S6.3": "403: the resource or scope that is asked for is not the called API's",
    "S7.1": "Conditional Access wants something that the token does not show",
    "S7.2": "Conditional Access: interaction_required or insufficient_claims is not understood",
    "S7.3": "Conditional Access: the claims are not sent on to the sign-in",
}

PAGES: dict[str, dict[str, Any]] = {rule_id: ruleset.page(rule_id) for rule_id in ruleset.identifiers()}


def covering(cause: str) -> list[str]:
    """The rules whose page says that they cover the cause and shows a fault."""
    return [
        rule_id
        for rule_id, page in PAGES.items()
        if cause in page.get("covers", ()) and any(example["findings"] for example in page["examples"])
    ]


@pytest.mark.parametrize("cause", CAUSES)
def test_a_cause_is_shown_by_a_rule(cause: str):
    assert covering(cause) != [], f"no rule covers {cause}: {CAUSES[cause]}"


@pytest.mark.parametrize("rule_id", PAGES)
def test_a_rule_covers_only_causes_of_the_article(rule_id: str):
    assert set(PAGES[rule_id].get("covers", ())) <= CAUSES.keys()
