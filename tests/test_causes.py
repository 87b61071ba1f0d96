"""Every cause that Microsoft's article *Application errors* gives is a rule's, and is shown.

The article is of January 2021; where its advice has been overtaken, the rule follows what holds today.
"""

from typing import Any

import pytest

from linter import ruleset
from tools.causes import CAUSES

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
