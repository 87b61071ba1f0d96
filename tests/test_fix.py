"""Edits become text: all or none, in the text's own style, and nothing else changes."""

import json
import re
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from linter import engine, examples, ruleset
from linter.catalog.store import Catalog
from linter.engine import Selection
from linter.entra import Entra
from linter.finding import Edit, Finding
from linter.fix import Fixed, fix, parts_of, sources
from linter.passes import MOST_PASSES
from linter.positions import At, Source
from linter.readers import read
from linter.syntax import json_text
from linter.syntax.json_page import Page, comment_lines
from tests.cli.run import APP, GRAPH, USER_READ
from tests.json_layouts import LAYOUTS, Layout, written

MAIL_READ = "570282fd-fa5c-430d-a7fd-fc8dc98a9dca"
MAIL_READ_ROLE = "810c84a8-4a9e-49e6-bf7d-12d183f40d01"
CATALOG = Catalog.open()
RULES = ruleset.load()


def source_of(text: str) -> Source:
    return Source("app.json", text, json_text.spans)


def finding(source: Source, *edits: tuple[Any, ...], name: str = "x/a") -> Finding:
    made = tuple(Edit(action, At(source, pointer), *more) for action, pointer, *more in edits)
    return Finding(name, "error", "high", "m", name, "app", made[0].at, (), None, "fix", "f", made, True)


ACCESS = "/requiredResourceAccess/0/resourceAccess"
TEXT = json.dumps(
    {
        "signInAudience": "AzureADMyOrg",
        "web": None,
        "requiredResourceAccess": [
            {
                "resourceAppId": GRAPH,
                "resourceAccess": [{"id": "a", "type": "Scope"}, {"id": "b", "type": "Role"}],
            }
        ],
    },
    indent=2,
)


def made(*edits: tuple[tuple[Any, ...], ...], text: str = TEXT) -> tuple[Any, list[str], list[str]]:
    """The values after the edits of findings `0`, `1`, …; whose were made, and why others were refused."""
    source = source_of(text)
    findings = [finding(source, *each, name=str(number)) for number, each in enumerate(edits)]
    done = fix(source, findings)
    return json.loads(done.text), [one.rule for one in done.made], [why for _, why in done.refused]


BLOCK = {"resourceAppId": "x", "resourceAccess": [{"id": "c", "type": "Scope"}]}


@pytest.mark.parametrize(
    ("edits", "who"),
    [
        ([("remove", f"{ACCESS}/0")], ("0",)),
        # Equal edits count once, and both findings are fixed.
        ([("remove", f"{ACCESS}/0"), ("remove", f"{ACCESS}/0")], ("0", "1")),
        ([("append", ACCESS, {"id": "c", "type": "Role"}), ("append", ACCESS, {"id": "c", "type": "Role"})],
         ("0", "1")),
        # What contradicts what was taken before waits.
        ([("remove", f"{ACCESS}/0"), ("replace", f"{ACCESS}/0/id", "z")], ("0",)),
        ([("replace", f"{ACCESS}/0/id", "z"), ("remove", f"{ACCESS}/0")], ("0",)),
        ([("replace", f"{ACCESS}/0/id", "z"), ("replace", f"{ACCESS}/0/id", "y")], ("0",)),
        ([("remove", "/requiredResourceAccess/0"), ("append", ACCESS, {"id": "c", "type": "Role"})], ("0",)),
        ([("append", ACCESS, {"id": "c", "type": "Role"}), ("remove", "/requiredResourceAccess/0")], ("0",)),
        ([("set", "", 1, "color"), ("set", "", 2, "Color")], ("0",)),
        ([("set", "/web", [], "redirectUris"), ("set", "/web", "u", "logoutUrl")], ("0",)),
        # Two blocks of one API would be one too many: they become one.
        ([("append", "/requiredResourceAccess", BLOCK),
          ("append", "/requiredResourceAccess", {**BLOCK, "resourceAccess": [{"id": "d", "type": "Role"}]})],
         ("0", "1")),
        # These go together.
        ([("remove", f"{ACCESS}/0"), ("replace", f"{ACCESS}/1/id", "z"), ("append", ACCESS, {"id": "c"})],
         ("0", "1", "2")),
    ],
)  # fmt: skip
def test_which_findings_are_fixed_in_one_pass(edits: list[tuple[Any, ...]], who: tuple[str, ...]):
    assert made(*((edit,) for edit in edits))[1:] == (list(who), [])


def test_blocks_of_one_api_become_one():
    block = {"resourceAppId": "x", "resourceAccess": [{"id": "c", "type": "Scope"}]}
    both = {
        "resourceAppId": "x",
        "resourceAccess": [{"id": "c", "type": "Scope"}, {"id": "d", "type": "Role"}],
    }
    at = "/requiredResourceAccess"
    values, who, _ = made((("append", at, block),), (("append", at, both),), (("append", at, block),))
    assert who == ["0", "1", "2"]
    assert [one for one in values["requiredResourceAccess"] if one["resourceAppId"] == "x"] == [both]


def test_all_edits_of_a_finding_or_none():
    values, who, _ = made(
        (("remove", f"{ACCESS}/0"),), (("set", "", 1, "color"), ("remove", f"{ACCESS}/0/id"))
    )
    assert who == ["0"]
    assert "color" not in values


def test_a_place_that_is_not_there():
    values, who, why = made((("set", "", 1, "color"), ("remove", "/spa")), (("remove", f"{ACCESS}/0"),))
    assert (who, why, "color" in values) == (["1"], ["`/spa` is not written in it"], False)


def test_keys_are_found_in_any_case():
    text = TEXT.replace("requiredResourceAccess", "RequiredResourceAccess").replace(
        '"resourceA', '"ResourceA'
    )
    values, who, _ = made((("remove", f"{ACCESS}/1"), ("set", "", True, "isFallbackPublicClient")), text=text)
    assert who == ["0"]
    assert [entry["id"] for entry in values["RequiredResourceAccess"][0]["ResourceAccess"]] == ["a"]


def test_an_api_without_permissions_goes():
    values, *_ = made((("remove", f"{ACCESS}/0"),), (("remove", f"{ACCESS}/1"),))
    assert values["requiredResourceAccess"] == []
    values, *_ = made(
        (("remove", f"{ACCESS}/0"),),
        (("remove", f"{ACCESS}/1"), ("append", ACCESS, {"id": "c", "type": "Role"})),
    )
    assert values["requiredResourceAccess"][0]["resourceAccess"] == [{"id": "c", "type": "Role"}]


def test_null_becomes_what_is_needed():
    values, *_ = made((("set", "/web", ["u"], "redirectUris"),))
    assert values["web"] == {"redirectUris": ["u"]}
    text = TEXT.replace('"web": null', '"identifierUris": null')
    values, *_ = made((("append", "/identifierUris", "api://x"),), text=text)
    assert values["identifierUris"] == ["api://x"]


@pytest.mark.parametrize(
    ("text", "edit", "why"),
    [
        ('[{"resourceAppId": "x", "resourceAccess": [{"id": "a", "type": "Role"}]}]', ("remove", "/0"),
         "so little would be left that nobody could tell what the file is"),
        ('{"resourceAppId": "x", "resourceAccess": [{"id": "a", "type": "Role"}]}',
         ("remove", "/resourceAccess/0"),
         "nothing would be left of it"),
        (TEXT, ("append", "/signInAudience", "x"), "`/signInAudience` is no list"),
        (TEXT, ("set", "/signInAudience", "x", "y"), "`/signInAudience` is no object"),
        (TEXT, ("replace", "/signInAudience", {"x": 1}), "the result would not be read"),
    ],
)  # fmt: skip
def test_refused(text: str, edit: tuple[Any, ...], why: str):
    source = source_of(text)
    done = fix(source, [finding(source, edit)])
    assert (done.text, done.made) == (text, ())
    assert [reason.startswith(why) for _, reason in done.refused] == [True]


def test_one_refused_fix_does_not_keep_others_from_being_made():
    values, who, why = made(
        (("replace", "/signInAudience", {"x": 1}),), (("remove", f"{ACCESS}/0"),), (("set", "", 1, "color"),)
    )
    assert who == ["1", "2"]
    assert len(why) == 1
    assert (values["color"], len(values["requiredResourceAccess"][0]["resourceAccess"])) == (1, 1)


def test_parts_are_what_the_fix_writes():
    source = source_of(TEXT)
    one = finding(source, ("remove", f"{ACCESS}/1"), ("replace", "/signInAudience", "x"))
    text = TEXT
    for start, end, new in reversed(parts_of(source, one)):
        text = text[:start] + new + text[end:]
    assert text == fix(source, [one]).text
    assert parts_of(source, finding(source, ("remove", "/gone"))) == ()


# --- whatever the file looks like ---------------------------------------------------------------

ENTRY = st.fixed_dictionaries(
    {
        "id": st.sampled_from([USER_READ, MAIL_READ, MAIL_READ_ROLE]),
        "type": st.sampled_from(["Scope", "Role"]),
    }
)
BLOCKS = st.lists(
    st.fixed_dictionaries(
        {
            "resourceAppId": st.sampled_from([GRAPH, "00000003-0000-0ff1-ce00-000000000000"]),
            "resourceAccess": st.lists(ENTRY, max_size=4),
        }
    ),
    max_size=3,
)
REGISTRATION = st.fixed_dictionaries(
    {
        "appId": st.just(APP),
        "signInAudience": st.sampled_from(["AzureADMyOrg", "AzureADandPersonalMicrosoftAccount"]),
        "requiredResourceAccess": BLOCKS,
        "web": st.sampled_from([None, {"redirectUris": []}, {"redirectUris": ["https://a", "http://b"]}]),
        "api": st.sampled_from([{"requestedAccessTokenVersion": 1}, {"requestedAccessTokenVersion": 2}]),
    }
)


@st.composite
def edits_of(draw: st.DrawFn, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Edits of what is there, each at a place of its own or not."""
    found: list[tuple[Any, ...]] = [
        ("set", "", {"redirectUris": ["https://c"]}, "spa"),
        ("set", "/web", ["https://c"], "redirectUris"),
        (
            "append",
            "/requiredResourceAccess",
            {"resourceAppId": "y", "resourceAccess": [{"id": "n", "type": "Role"}]},
        ),
        ("replace", "/signInAudience", "AzureADMultipleOrgs"),
        ("remove", "/web"),
    ]
    for number, block in enumerate(values["requiredResourceAccess"]):
        at = f"/requiredResourceAccess/{number}"
        found += [("remove", at), ("append", f"{at}/resourceAccess", {"id": "n", "type": "Scope"})]
        found += [("remove", f"{at}/resourceAccess/{entry}") for entry in range(len(block["resourceAccess"]))]
        found += [
            ("replace", f"{at}/resourceAccess/{entry}/id", "m")
            for entry in range(len(block["resourceAccess"]))
        ]
    return draw(st.lists(st.sampled_from(found), min_size=1, max_size=6))


@settings(max_examples=200, deadline=None)
@given(data=st.data(), values=REGISTRATION, layout=LAYOUTS)
def test_every_other_byte_stays(data: st.DataObject, values: dict[str, Any], layout: Layout):
    text = written(values, layout)
    edits = data.draw(edits_of(values))
    source = source_of(text)
    done = fix(source, [finding(source, edit, name=str(number)) for number, edit in enumerate(edits)])
    assert done.refused == ()
    assert done.made
    assert done.made[0].rule == "0"

    # Values that no edit names are written as they were, in the order in which they were.
    old, new = untouched(text, done), leaves(done.text)
    position = 0
    for leaf in old:
        assert leaf in new[position:]
        position = new.index(leaf, position) + 1
    # Lines of comments alone stay; no line end is of the other kind.
    comment = re.compile(r"(?m)^\s*// line \d+")
    assert set(comment.findall(without_touched(text, done))) <= set(comment.findall(done.text))
    assert ("\r\n" in text) == ("\r\n" in done.text)
    assert layout.line_end == "\n" or not re.search(r"(?<!\r)\n", done.text)
    # Again it is the same.
    again = source_of(done.text)
    assert fix(again, []).text == done.text


def touched(page: Page, done: Fixed) -> list[str]:
    """The places, as the text spells them, whose values went or were replaced by the edits that were made."""
    places = {
        (f"{edit.at.pointer}/{edit.key}" if edit.action == "set" else edit.at.pointer).lower()
        for one in done.made
        for edit in one.edits
        if edit.action != "append"
    }
    filled = {edit.at.pointer.lower() for one in done.made for edit in one.edits if edit.action == "append"}
    found = []
    for pointer in page.containers():
        children = [f"{pointer}/{child.step}" for child in page.children(pointer)]
        gone = [child for child in children if child.lower() in places]
        if pointer.lower().endswith("/resourceaccess") and gone == children and pointer.lower() not in filled:
            gone = [pointer.rpartition("/")[0]] if all_removed(children, done) else gone
        found += gone
        # An empty list or object that got something, and a null that became an object, are written anew.
        found += [child for child in children if child.lower() in filled and not page.value(child)]
        found += [child for child in children if child.lower() == "/web" and "/web/redirecturis" in places]
    return found


def all_removed(pointers: list[str], done: Fixed) -> bool:
    removed = {edit.at.pointer.lower() for one in done.made for edit in one.edits if edit.action == "remove"}
    return {pointer.lower() for pointer in pointers} <= removed


def untouched(text: str, done: Fixed) -> list[str]:
    """The text of the leaves that no edit touches, in order."""
    page = Page(text)
    spans = [page.span(place) for place in touched(page, done)]
    return [
        text[start:end]
        for start, end in leaf_spans(page)
        if not any(span.start <= start and end <= span.end for span in spans)
    ]


def without_touched(text: str, done: Fixed) -> str:
    """The text without the values that went, whose inner comments go with them."""
    page = Page(text)
    kept, at = [], 0
    for _, start, end in sorted(page.span(place) for place in touched(page, done)):
        kept.append(text[at : max(at, start)])
        at = max(at, end)
    return "".join((*kept, text[at:]))


def leaf_spans(page: Page) -> list[tuple[int, int]]:
    """Where the values that hold no other stand, in order."""
    return sorted(
        (child.value, child.end)
        for pointer in page.containers()
        for child in page.children(pointer)
        if not (isinstance(value := page.value(f"{pointer}/{child.step}"), dict | list) and value)
    )


def leaves(text: str) -> list[str]:
    return [text[start:end] for start, end in leaf_spans(Page(text))]


# --- whatever the app and its calls are ---------------------------------------------------------

FLOWS = st.lists(
    st.sampled_from(
        [
            {"type": "client_credentials", "calls": ["GET /users", "GET /users/{id}/messages"]},
            {"type": "client_credentials",
             "calls": [{"method": "PATCH", "url": "/users/{id}", "writes": ["passwordProfile"]}]},
            {"type": "authorization_code", "platform": "web", "redirect_uri": "https://a",
             "calls": ["GET /me/messages", "GET /me"]},
            {"type": "authorization_code", "platform": "spa", "redirect_uri": "https://b",
             "scopes": ["Mail.Read"], "calls": ["GET /me/messages"]},
            {"type": "device_code", "calls": ["GET /me/messages"]},
            {"type": "on_behalf_of", "scopes": ["User.Read.All"], "calls": ["GET /users"]},
            {"type": "authorization_code", "platform": "web", "user": {"account": "personal"},
             "calls": ["GET /me"]},
        ]
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip
ANY_ENTRY = st.fixed_dictionaries(
    {
        "id": st.sampled_from(
            [USER_READ, MAIL_READ, MAIL_READ_ROLE, "a154be20-db9c-4678-8ab7-66f6cc099a59",
             "df021288-bdef-4463-88db-98f22de89214", "741f803b-c850-494e-b5df-cde7c675a1ca"]
        ),
        "type": st.sampled_from(["Scope", "Role"]),
    }
)  # fmt: skip
OLD_BLOCK = st.just(
    {
        "resourceAppId": "00000002-0000-0000-c000-000000000000",
        "resourceAccess": [{"id": "5778995a-e1bf-45b8-affa-663a9f3f4d04", "type": "Role"}],
    }
)
ANY_APP = st.fixed_dictionaries(
    {
        "signInAudience": st.sampled_from(
            ["AzureADMyOrg", "azureadmyorg", "AzureADMultipleOrg", "AzureADandPersonalMicrosoftAccount",
             "PersonalMicrosoftAccount"]
        ),
        "requiredResourceAccess": st.lists(
            st.fixed_dictionaries(
                {"resourceAppId": st.just(GRAPH),
                 "resourceAccess": st.lists(ANY_ENTRY, min_size=1, max_size=4)}
            )
            | OLD_BLOCK,
            max_size=3,
        ),
    },
    optional={
        "appId": st.just(APP),
        "isFallbackPublicClient": st.sampled_from([True, False, None]),
        "api": st.sampled_from(
            [None, {"requestedAccessTokenVersion": 1}, {"requestedAccessTokenVersion": None}]
        ),
        "web": st.sampled_from(
            [{"redirectUris": []}, {"redirectUris": ["http://b", "https://b", "http://c"]}]
        ),
        "spa": st.just({"redirectUris": []}),
        "publicClient": st.sampled_from([None, {"redirectUris": []}, {"redirectUris": ["http://localhost"]}]),
        "passwordCredentials": st.just([]),
        "keyCredentials": st.just([]),
    },
)  # fmt: skip


def outcome_of(text: str, plan: dict[str, Any]) -> engine.Outcome:
    (application,) = read("app.json", text) or ()
    case = examples.case(plan, CATALOG)._replace(application=application)
    return engine.run((case,), RULES, Selection(), lambda: CATALOG, Entra(), "2026-01-01")


def fixed_in_passes(text: str, plan: dict[str, Any], *, every: bool) -> str:
    for _ in range(MOST_PASSES):
        wanted = [one for one in outcome_of(text, plan).findings if one.edits and (every or one.safe)]
        found = list(sources(wanted))
        if not found:
            return text
        ((source, findings),) = found
        done = fix(source, findings)
        assert done.refused == ()
        text = done.text
    pytest.fail("there is always more to fix")


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(values=ANY_APP, flows=FLOWS, layout=LAYOUTS, complete=st.booleans(), every=st.booleans())
def test_after_a_fix_nothing_is_fixable_and_nothing_is_worse(
    values: dict[str, Any], flows: list[dict[str, Any]], layout: Layout, complete: bool, every: bool
):
    plan = {"flows": flows, "complete": complete, "consent": {"by": "admin"}}
    before = written(values, layout)
    assume(read("app.json", before))
    after = fixed_in_passes(before, plan, every=every)
    left = outcome_of(after, plan)
    assert [one.rule for one in left.findings if one.edits and (every or one.safe)] == []
    known = errors(outcome_of(before, plan)) | audience_faults(before, plan, left)
    assert errors(left) <= known | inherited_faults(before, plan, left)
    if every:
        # Whatever declaring can do for a call has been done.
        assert [
            one.message
            for one in left.findings
            if one.rule.startswith("token-type/") and " is covered by " in one.message
            if not names_scopes(flows) and values["signInAudience"] != "PersonalMicrosoftAccount"
        ] == []


def errors(outcome: engine.Outcome) -> set[str]:
    """What is faulty: a fix may well show that a call fails for another reason."""
    return {one.subject for one in outcome.findings if one.severity == "error"}


def audience_faults(text: str, plan: dict[str, Any], left: engine.Outcome) -> set[str]:
    """What is seen only once `signInAudience` has a value that the directory knows."""
    rules = {one.rule for one in outcome_of(text, plan).findings}
    return errors(left) if "manifest/invalid-sign-in-audience" in rules else set()


def inherited_faults(text: str, plan: dict[str, Any], left: engine.Outcome) -> set[str]:
    """What was wrong with a permission of that type, and is with the one that took its place."""
    rule = "personal-account/application-permission"
    if rule not in {one.rule for one in outcome_of(text, plan).findings}:
        return set()
    return {one.subject for one in left.findings if one.rule == rule}


def names_scopes(flows: list[dict[str, Any]]) -> bool:
    return any("scopes" in flow for flow in flows)


def test_comment_lines():
    assert comment_lines("\n  // a\n  ") == "\n  // a"
    assert comment_lines("\r\n  /* a\n b */\r\n  ") == "\r\n  /* a\n b */"
    assert comment_lines(" /* a */ ") == ""
