"""The narrower permissions that rules propose: after the fix every call is covered as before."""

import copy
from typing import Any

import pytest

from linter import examples, ladder, ruleset
from linter.catalog.store import Catalog
from linter.checks import privilege
from linter.entra import Entra
from linter.finding import Edit, Hit

CATALOG, ENTRA = Catalog.open(), Entra()
RULE = "privilege/all-sites-instead-of-selected"
FOUND = [example for example in ruleset.page(RULE)["examples"] if example["findings"]]


def hits(example: dict[str, Any]) -> list[Hit]:
    case = examples.case(example, CATALOG)
    assert case.application is not None
    assert case.inventory is not None
    found = privilege.all_sites_instead_of_selected(
        case.application, climbs(example), case.inventory.flows, case.inventory, CATALOG, ENTRA
    )
    return [hit for hit in found if isinstance(hit, Hit)]


def climbs(example: dict[str, Any]) -> tuple[ladder.Climb, ...]:
    case = examples.case(example, CATALOG)
    assert case.inventory is not None
    return ladder.climbs(case.application, case.inventory.flows, None, CATALOG, ENTRA)


def edited(example: dict[str, Any], edits: tuple[Edit, ...]) -> dict[str, Any]:
    """The example after its edits: replacements first, then removals from the end."""
    fixed = copy.deepcopy(example)

    def holder(pointer: str) -> tuple[Any, str]:
        *steps, last = pointer.strip("/").split("/")
        value = fixed["application"]
        for step in steps:
            value = value[int(step) if isinstance(value, list) else step]
        return value, last

    for edit in edits:
        if edit.action == "replace":
            value, last = holder(edit.at.pointer)
            value[last] = edit.value
    for edit in sorted(edits, key=lambda edit: edit.at.pointer, reverse=True):
        if edit.action == "remove":
            value, last = holder(edit.at.pointer)
            del value[int(last)]
    return fixed


@pytest.mark.parametrize("example", FOUND, ids=lambda example: example["title"])
def test_every_call_stays_covered(example: dict[str, Any]):
    (hit,) = hits(example)
    assert not hit.safe
    if not hit.edits:
        return  # a flow asks for the scope by name: that line is the user's to change
    after = edited(example, hit.edits)
    covered = [one.step.covered for one in climbs(example)]
    assert [one.step.covered for one in climbs(after)] == covered == [True] * len(covered)
    assert hits(after) == []


def test_edits_put_one_in_the_place_of_all():
    by_title = {example["title"]: hits(example)[0] for example in FOUND}

    def stated(title: str) -> list[tuple[str, str, Any]]:
        return [(edit.action, edit.at.pointer, edit.value) for edit in by_title[title].edits]

    first = "/requiredResourceAccess/0/resourceAccess/0"
    assert stated("two lists of one site") == [
        ("replace", f"{first}/id", "883ea226-0bf2-4a8f-9f9d-92c9162a727d")
    ]
    assert stated("two files, and a permission for reading sites as well") == [
        ("replace", f"{first}/id", "bd61925e-3bf4-4d62-bc0b-06b06c96d95c"),
        ("remove", "/requiredResourceAccess/0/resourceAccess/1", None),
    ]
    assert stated("the permission for selected sites is declared as well") == [("remove", first, None)]
    assert stated("for a user, whose own rights bound it too") == []


def of_calls(*calls: str) -> list[Hit]:
    flows = [{"type": "client_credentials", "calls": list(calls)}]
    return hits({"complete": True, "application": FOUND[0]["application"], "flows": flows})


@pytest.mark.parametrize(
    ("calls", "permission", "granted"),
    [
        (["GET /shares/u!a/driveItem"], "Files.SelectedOperations.Selected", "that file"),
        (
            ["GET /sites/a/lists/l/items/1", "GET /drives/d/items/2"],
            "ListItems.SelectedOperations.Selected",
            "each list item",
        ),
        (["GET /drives/d/items/2", "GET /drives/d"], "Lists.SelectedOperations.Selected", "that list"),
        (["GET /sites/a/lists", "GET /drives/d"], "Sites.Selected", "each site"),
        # A call that fails for another reason needs nothing.
        (["GET /me/drive/root", "GET /drives/d"], "Lists.SelectedOperations.Selected", "that list"),
    ],
)
def test_the_narrowest_that_fits_all_calls(calls: list[str], permission: str, granted: str):
    (hit,) = of_calls(*calls)
    assert hit.message.endswith(f": `{permission}` does, once the app is granted {granted}")


@pytest.mark.parametrize(
    "calls",
    [
        # In which library a shared file lies, its address does not tell.
        ["GET /shares/u!a/driveItem", "GET /drives/d"],
        ["GET /users/{id}/drive", "GET /drives/d"],
        ["POST /search/query", "GET /drives/d"],
    ],
)
def test_a_call_that_may_go_anywhere_needs_all(calls: list[str]):
    assert of_calls(*calls) == []
