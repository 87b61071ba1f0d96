"""`entralint explain`, where goldens would say too much: what is found out, and that nothing breaks it."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linter import explain, ruleset
from linter.catalog.layout import METHODS
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.errors import Unreadable
from tests.cli.run import GRAPH, run
from tests.report.test_json import EXPLAIN

CATALOG = Catalog.open()
ENTRA = Entra()


def document(folder: Path, *arguments: str) -> list[dict]:
    """The pages of the JSON document, which fits its schema."""
    result = run("explain", *arguments, "--format", "json", folder=folder)
    assert (result.code, result.stderr) == (0, "")
    EXPLAIN.validate(result.json())
    assert run("explain", *arguments, folder=folder).code == 0
    return result.json()["pages"]


def test_a_permission_has_both_types(tmp_path: Path):
    (page,) = document(tmp_path, "mail.read")
    assert (page["value"], page["api"], page["asked"]) == ("Mail.Read", "Microsoft Graph", None)
    facts = ("id", "level", "admin_consent", "personal", "exchange", "tier_zero")
    assert {side: tuple(page[side][name] for name in facts) for side in ("delegated", "application")} == {
        "delegated": ("570282fd-fa5c-430d-a7fd-fc8dc98a9dca", 2, False, True, False, None),
        "application": ("810c84a8-4a9e-49e6-bf7d-12d183f40d01", 3, True, None, True, False),
    }
    assert "Mail.ReadBasic" in [one["value"] for one in page["delegated"]["narrower"]]
    assert "Mail.ReadWrite" in [one["value"] for one in page["application"]["siblings"]]


@pytest.mark.parametrize(
    ("guid", "asked"),
    [("570282fd-fa5c-430d-a7fd-fc8dc98a9dca", "Scope"), ("{810C84A8-4A9E-49E6-BF7D-12D183F40D01}", "Role")],
)
def test_an_id_means_one_type_and_names_the_other(tmp_path: Path, guid: str, asked: str):
    (page,) = document(tmp_path, guid)
    assert (page["value"], page["asked"]) == ("Mail.Read", asked)
    assert page["delegated"]["id"] != page["application"]["id"]


def test_counts_are_those_of_the_catalogue(tmp_path: Path):
    (page,) = document(tmp_path, "AppRoleAssignment.ReadWrite.All")
    seen, alone, beside, partners = set(), set(), set(), set()
    for operation in CATALOG.operations():
        key = operation.method, operation.template
        if key in seen:
            continue
        seen.add(key)
        accepted = operation.application.accepted
        if ("AppRoleAssignment.ReadWrite.All",) in accepted:
            alone.add(key)
        for found in accepted:
            if len(found) > 1 and "AppRoleAssignment.ReadWrite.All" in found:
                beside.add(key)
                partners.update(set(found) - {"AppRoleAssignment.ReadWrite.All"})
    beside -= alone
    assert beside
    side = page["application"]
    for name, operations in (("alone", alone), ("beside", beside)):
        reading = sum(method in ("GET", "HEAD") for method, _ in operations)
        assert (side[name]["reads"], side[name]["writes"]) == (reading, len(operations) - reading)
    assert side["partners"] == sorted(partners)


def test_a_call_shows_every_alternative(tmp_path: Path):
    (page,) = document(tmp_path, "GET", "/beta/users/jo@contoso.com")
    operation = CATALOG.find("GET", "/beta/users/{id}")
    assert operation is not None
    first = page["versions"][0]
    assert "beta" in first["versions"]
    assert first["template"] == "/users/{id}"
    application = next(way for way in first["ways"] if way["access"] == "application")
    assert [
        tuple(needed["value"] for needed in found["permissions"]) for found in application["alternatives"]
    ] == list(operation.application.accepted)
    assert "`User.Read` or `User.ReadWrite` is enough for the signed-in user's own id" in [
        note["text"] for note in page["notes"]
    ]


def test_a_call_shows_what_each_witness_said(tmp_path: Path):
    (page,) = document(tmp_path, "GET", "/users/{id}")
    way = next(way for way in page["versions"][0]["ways"] if way["access"] == "delegated")
    said = {" and ".join(one.pop("permissions")): one for one in way["evidence"]}
    assert said["User.Read.All"] == {"data": True, "tagged": False, "page": True, "removed": None}
    assert said["AgentIdUser.ReadWrite.All"] == {
        "data": True,
        "tagged": False,
        "page": False,
        "removed": None,
    }
    assert said["User.Read"] == {
        "data": True,
        "tagged": False,
        "page": True,
        "removed": "self-only permission",
    }
    text = run("explain", "GET", "/users/{id}", folder=tmp_path).stdout
    assert "  not accepted, self-only permission: User.Read, User.ReadWrite\n" in text


def test_evidence_is_complete():
    for operation in list(CATALOG.operations())[::50]:
        (page,) = explain.pages(f"{operation.method} /{operation.version}{operation.template}")
        for way in page.versions[0].ways:
            kept = [one.permissions for one in way.evidence if one.removed is None]
            assert (
                kept == [tuple(needed.value for needed in found.permissions) for found in way.alternatives]
                or operation.method == "PATCH"
            )
            # What is kept is said by somebody.
            assert all(one.data or one.page for one in way.evidence if one.removed is None)


@pytest.mark.parametrize("entry", ENTRA.aadsts_codes, ids=lambda entry: str(entry.code))
def test_every_code_of_the_table(tmp_path: Path, entry):
    (page,) = document(tmp_path, f"AADSTS{entry.code}")
    rules = ruleset.load()
    predicting = {rule.id for rule in rules.values() if rule.predicts and entry.code in rule.predicts.aadsts}
    assert (page["number"], page["meaning"]) == (entry.code, entry.meaning)
    assert {rule["id"] for rule in page["rules"] if rule["predicted"]} == predicting
    assert {rule["id"] for rule in page["rules"]} == predicting | (set(entry.rules) & set(rules))


@pytest.mark.parametrize("code", sorted({entry.code for entry in ENTRA.graph_errors}))
def test_every_error_code(tmp_path: Path, code: str):
    (page,) = document(tmp_path, code)
    assert (page["kind"], page["code"]) == ("error", code)


@pytest.mark.parametrize("rule_id", ruleset.load())
def test_every_rule(tmp_path: Path, rule_id: str):
    (page,) = document(tmp_path, rule_id.upper())
    written = ruleset.page(rule_id)
    assert {name: page[name] for name in written} == written
    assert page["refined_by"] == [
        other for other in ruleset.load() if rule_id in ruleset.page(other).get("refines", ())
    ]


@pytest.mark.parametrize("family", sorted({rule.family for rule in ruleset.load().values()}))
def test_every_family(tmp_path: Path, family: str):
    (page,) = document(tmp_path, family)
    assert [rule["id"] for rule in page["rules"]] == [
        rule.id for rule in ruleset.load().values() if rule.family == family
    ]


@pytest.mark.parametrize("api", ENTRA.resources, ids=lambda api: api.name)
def test_every_api_by_id_and_audience(tmp_path: Path, api):
    (page,) = document(tmp_path, api.app_id)
    assert (page["kind"], page["app_id"], page["api"]["name"]) == ("app", api.app_id, api.name)
    plain = [audience for audience in api.audiences.get("global", ()) if "{" not in audience]
    if plain and plain[0].startswith("https://"):
        (page,) = document(tmp_path, plain[0])
        assert page["app_id"] == api.app_id


@pytest.mark.slow
def test_every_permission_and_operation_has_a_page():
    """One in fifty, through the pages themselves: the command would print megabytes."""
    for permission in list(CATALOG.all_permissions())[::50]:
        pages = explain.pages(permission.value)
        assert permission.resource in [getattr(page, "resource", None) for page in pages]
    for operation in list(CATALOG.operations())[::50]:
        (page,) = explain.pages(f"{operation.method} /{operation.version}{operation.template}")
        assert operation.version in page.versions[0].versions


@pytest.mark.parametrize(
    ("thing", "like"),
    [
        ("Microsoft Graph", GRAPH),
        ("graph", GRAPH),
        ("https://graph.microsoft.com/.default", GRAPH),
        ("HTTPS://Graph.Microsoft.com", GRAPH),
        (f"{{{GRAPH}}}", GRAPH),
    ],
)
def test_ways_to_name_an_api(tmp_path: Path, thing: str, like: str):
    assert [page["app_id"] for page in document(tmp_path, thing)] == [like]


WORDS = (
    *METHODS, "get", "/me", "/users/{id}", "AADSTS", "AADSTS65001", "HTTP 403", "403", "User.Read", "Mail",
    "https://", "https://graph.microsoft.com", "https://graph.microsoft.com/v1.0/me", "://", "/", " ",
    "{", "}", "credential", "credential/", "/expired", GRAPH, "Microsoft Graph", "invalid_grant",
    "api://x/y", "٣٣٣", "..",
)  # fmt: skip


@pytest.mark.slow
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=5).map("".join)
    | st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
)
def test_any_text_is_explained_or_refused(tmp_path: Path, thing: str):
    try:
        explain.pages(thing)
    except Unreadable:
        assert run("explain", "--", thing, folder=tmp_path).code == 2
        return
    result = run("explain", "--format", "json", "--", thing, folder=tmp_path)
    assert result.code == 0
    EXPLAIN.validate(result.json())
    assert run("explain", "--", thing, folder=tmp_path).code == 0


@pytest.mark.parametrize("thing", ["9" * 5000, "AADSTS" + "9" * 5000, "x" * 100_000, "GET /" + "a/" * 20_000])
def test_monsters_are_refused(tmp_path: Path, thing: str):
    result = run("explain", thing, folder=tmp_path)
    assert (result.code, result.stdout) == (2, "")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_where_the_data_decides_nothing_is_called_least(tmp_path: Path, method: str):
    lines = run("explain", f"{method} /subscriptions", folder=tmp_path).stdout.splitlines()
    at = lines.index("application: supported, confidence low")
    assert lines[at + 1] == "  one of these, by the kind of data that it is about:"
    assert not [line for line in lines if line.startswith("  least")]


def test_a_rule_page_names_the_command_that_fixes_it(tmp_path: Path):
    page = run("explain", "permission/unused", folder=tmp_path).stdout
    assert "\nFixable    by `entralint check --fix`\n" in page
    assert run("check", "--fix", "--help", folder=tmp_path).code == 0
