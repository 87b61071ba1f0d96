"""Laws of the privilege diff: random registrations with the catalogue's permissions, and public ones."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linter import readers
from linter.cases import Case
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.privilege_diff import KINDS, Declaration, Diff, Located, Side, diff, heavier
from linter.report import Asked
from linter.report import diff as wording
from linter.report.diff import DiffReport, markdown, text
from linter.report.diff import json as json_report
from tests.readers.test_corpus_manifests import CORPUS, ENTRIES, READ
from tests.report.test_json import DIFF

CATALOG = Catalog.open()
ENTRA = Entra()
PERMISSIONS = [permission for permission in CATALOG.all_permissions() if permission.id]
#: Of few areas, so that siblings meet.
FEW = [
    permission
    for permission in PERMISSIONS
    if permission.resource == GRAPH and permission.value.partition(".")[0] in ("User", "Mail", "Application")
]
#: What a word becomes when the sides are exchanged.
TURNED = {
    "added": "removed", "removed": "added", "raised": "lowered", "lowered": "raised", "changed": "changed",
    "came": "went", "went": "came",
}  # fmt: skip

published = st.one_of(st.sampled_from(FEW), st.sampled_from(PERMISSIONS)).flatmap(
    lambda one: st.sampled_from(
        [
            (one.resource, one.id, one.type),
            (one.resource.upper(), one.id.upper(), one.type.lower()),
            # Of the other type, and of an API that has no such permission.
            (one.resource, one.id, "Role" if one.type == "Scope" else "Scope"),
            ("6f0c1c6e-9999-4222-8333-444455556666", one.id, one.type),
        ]
    )
)
odd = st.tuples(
    st.sampled_from((GRAPH, "${{API}}", "x")),
    st.sampled_from(("${{ID}}", "y")),
    st.sampled_from(("Role", "z")),
)
entries = st.lists(st.one_of(published, published, odd), max_size=8)
#: Siblings only: which one takes the place of which is decided among many.
siblings = st.sampled_from(("User", "Mail", "Application")).flatmap(
    lambda area: st.lists(
        st.sampled_from(
            [(one.resource, one.id, one.type) for one in FEW if one.value.partition(".")[0] == area]
        ),
        max_size=8,
    )
)


def registration(declared: list[tuple[str, str, str]] | None, **fields: Any) -> dict[str, Any]:
    """An app that declares these, each in a block of its own."""
    blocks = [
        {"resourceAppId": api, "resourceAccess": [{"id": id_, "type": type_}]}
        for api, id_, type_ in declared or ()
    ]
    stated = {} if declared is None else {"requiredResourceAccess": blocks}
    given_fields = {key: value for key, value in fields.items() if value is not None}
    return {"identifierUris": []} | stated | given_fields


apps = st.builds(
    registration,
    st.one_of(entries, siblings, siblings, st.none()),
    appId=st.sampled_from((None, "a", "A", "b", "c", "${{ID}}")),
    displayName=st.sampled_from((None, "one", "two", "three")),
    signInAudience=st.sampled_from(
        (None, "AzureADMyOrg", "AzureADMultipleOrgs", "PersonalMicrosoftAccount", "z")
    ),
)
#: Files, each with one app or a list of them.
sides = st.dictionaries(
    st.sampled_from(("p.json", "q.json", "r.json")), st.lists(apps, min_size=1, max_size=3), max_size=3
)


def located(path: str, shown: str, content: str) -> list[Located]:
    """The apps of a file that is reported as `shown`."""
    return [
        Located(path, one, Case(one.display_name or "?", "", one, None, None, None, (shown,)))
        for one in readers.read(shown, content) or ()
    ]


def side(files: dict[str, list[Any]], label: str) -> Side:
    listed = [located(path, f"{label}/{path}", json.dumps(files[path])) for path in sorted(files)]
    return Side(tuple(app for apps in listed for app in apps))


def compare(old: dict[str, list[Any]], new: dict[str, list[Any]]) -> Diff:
    return diff(side(old, "old"), side(new, "new"), CATALOG, ENTRA)


def known_by(one: Declaration) -> tuple[str, str, str]:
    return one.api.lower(), one.name.lower(), one.type.lower()


def told(found: Diff, *, turned: bool = False) -> list[Any]:
    """A diff in plain values without places; `turned` as it reads from the other side."""
    before, after = (2, 1) if turned else (1, 2)
    apps = []
    for app in found.apps:
        changes = [
            (
                TURNED[change.kind] if turned else change.kind,
                *(change[at] and known_by(change[at]) for at in (before, after)),
            )
            for change in app.changes
        ]
        properties = [
            (one.name, one[before], one[after], *((one[4], one[3]) if turned else (one[3], one[4])))
            for one in app.settings
        ]
        files = (app.old_file, app.new_file)
        names = tuple(name and name.partition("/")[2] for name in (files[::-1] if turned else files))
        status = TURNED[app.status] if turned else app.status
        apps.append((status, names, sorted(changes, key=repr), properties))
    return [sorted(apps, key=repr), found.unchanged, found.unstated]


@given(sides)
@settings(deadline=None)
def test_nothing_changed_between_a_side_and_itself(files: dict[str, list[Any]]):
    found = compare(files, files)
    assert found.apps == ()
    assert found.unchanged == sum(map(len, files.values()))


@given(sides, sides)
@settings(deadline=None)
def test_backwards_it_is_the_mirror(old: dict[str, list[Any]], new: dict[str, list[Any]]):
    assert told(compare(new, old)) == told(compare(old, new), turned=True)


@given(siblings, siblings)
@settings(deadline=None, max_examples=200)
def test_siblings_backwards(old: list[Any], new: list[Any]):
    one, other = {"p.json": [registration(old)]}, {"p.json": [registration(new)]}
    assert told(compare(other, one)) == told(compare(one, other), turned=True)


@given(siblings, siblings, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_order_changes_nothing(old: list[Any], new: list[Any], random: Any):
    expected = compare({"p.json": [registration(old)]}, {"p.json": [registration(new)]})
    random.shuffle(old)
    random.shuffle(new)
    assert told(compare({"p.json": [registration(old)]}, {"p.json": [registration(new)]})) == told(expected)


@given(entries, entries)
@settings(deadline=None)
def test_the_changes_are_the_difference(old: list[Any], new: list[Any]):
    """What was, without what went and with what came, is what is; and each is named once."""

    def names(declared: list[Any]) -> set[Any]:
        found = compare({}, {"p.json": [registration(declared)]})
        return set(map(known_by, found.arrivals()))

    found = compare({"p.json": [registration(old)]}, {"p.json": [registration(new)]})
    changes = [change for app in found.apps for change in app.changes]
    went = [known_by(change.before) for change in changes if change.before]
    came = [known_by(change.after) for change in changes if change.after]
    assert (len(went), len(came)) == (len(set(went)), len(set(came)))
    assert names(old) - set(went) | set(came) == names(new)
    assert set(went) <= names(old)
    assert set(came).isdisjoint(names(old))


@given(sides, sides)
@settings(deadline=None, max_examples=40)
def test_every_format_shows_it(old: dict[str, list[Any]], new: dict[str, list[Any]]):
    found = compare(old, new)
    report = DiffReport(found, (), ("old", "new"), (), Asked(CATALOG.date, CATALOG.hash, ""))
    document = json.loads(json_report.render(report))
    DIFF.validate(document)
    assert [app["name"] for app in document["apps"]] == [app.name for app in found.apps]
    kinds = [KINDS.index(change.kind) for app in found.apps[:1] for change in app.changes]
    assert kinds == sorted(kinds)
    assert text.render(report).endswith(wording.summary(found) + "\n")
    rows = [line for line in markdown.render(report).splitlines() if line.startswith("| ")]
    assert len(rows) == sum(found.counts().values()) + sum(bool(app.changes) for app in found.apps)


@pytest.mark.parametrize("type_", ["Scope", "Role"])
def test_weight_is_the_same_from_both_sides(type_: str):
    everything = [(one.resource, one.id, one.type) for one in FEW if one.type == type_]
    found = list(compare({}, {"p.json": [registration(everything)]}).arrivals())
    assert len(found) == len(everything)
    for one, other in pairwise(found):
        assert heavier(one, other, CATALOG) == -heavier(other, one, CATALOG)
        assert heavier(one, one, CATALOG) == 0


@pytest.mark.skipif(not ENTRIES, reason="the corpus is not here")
@given(st.sampled_from([entry for entry in ENTRIES if entry["form"] in READ] or [None]), entries, entries)
@settings(deadline=None, max_examples=60)
def test_public_registrations(entry: Any, old: list[Any], new: list[Any]):
    content = (CORPUS / entry["file"]).read_text("utf-8")
    assert diff(public(entry, content), public(entry, content), CATALOG, ENTRA).apps == ()
    try:
        data = json.loads(content)
    except ValueError:
        return  # a template; what it holds is compared above
    if isinstance(data, dict) and "requiredResourceAccess" in data:
        same = {"identifierUris": data.get("identifierUris")}
        one, other = (public(entry, json.dumps(data | registration(held, **same))) for held in (old, new))
        assert told(diff(one, other, CATALOG, ENTRA)) == told(diff(other, one, CATALOG, ENTRA), turned=True)


def public(entry: Any, content: str) -> Side:
    path = Path(entry["file"]).name
    return Side(tuple(located(path, f"x/{path}", content)))
