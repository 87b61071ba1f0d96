"""Paths to Cases: which registration, calls and grants are one app's."""

import itertools
import json
from pathlib import Path

import pytest

from linter.cases import Case, Gathered, Request, gather
from linter.errors import Problem
from tests.cli.run import APP, GRAPH, calls, manifest, write

CLIENT, RESOURCE = "1e0c8a4e-2a9b-4f57-9c0f-0b4d5a1f7a01", "b7d1f0c2-5a64-4f0e-8a6c-3e2d1c0b9a02"
PRINCIPALS = [
    {"id": CLIENT, "appId": APP},
    {"id": RESOURCE, "appId": GRAPH, "displayName": "Microsoft Graph"},
]
GRANT = {"clientId": CLIENT, "consentType": "AllPrincipals", "resourceId": RESOURCE, "scope": "User.Read.All"}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)


def gathered(*paths: str, **more: object) -> Gathered:
    return gather(Request(paths, is_graph_scope=lambda name: name == "User.Read.All", **more))  # type: ignore[arg-type]


def shape(case: Case) -> tuple[str, tuple[str, ...], list[str] | None]:
    """A case's name, its files, and its flows (None without a calls file)."""
    flows = [flow.name for flow in case.inventory.flows] if case.inventory else None
    return case.name, case.files, flows


def shapes(found: Gathered) -> list[tuple[str, tuple[str, ...], list[str] | None]]:
    return [shape(case) for case in found.cases]


PAIR = ("Portal", ("app.json", "app.calls.yaml"), ["portal"])


def test_a_manifest_alone_and_calls_alone(tmp_path: Path):
    write(tmp_path, {"a/app.json": manifest(), "b/app.calls.yaml": calls("GET /me")})
    found = gathered(".")
    assert shapes(found) == [
        ("Portal", ("a/app.json",), None),
        ("app.calls.yaml", ("b/app.calls.yaml",), ["portal"]),
    ]
    assert [case.identity for case in found.cases] == [APP, "b/app.calls.yaml"]
    assert found.problems == ()


@pytest.mark.parametrize(
    "paths", [("app.json",), ("app.calls.yaml",), ("app.calls.yaml", "app.json"), (".",)]
)
@pytest.mark.parametrize("app", [None, "app.json", "./app.json", APP, APP.upper(), "Portal"])
def test_a_pair_is_one_case_whichever_half_is_named(tmp_path: Path, paths: tuple[str, ...], app: str | None):
    write(
        tmp_path,
        {"app.json": manifest(), "package.json": {"name": "x"}, "app.calls.yaml": calls("GET /me", app=app)},
    )
    assert shapes(gathered(*paths)) == [PAIR]
    assert gathered(*paths).problems == ()


def test_a_neighbour_of_another_name_completes_no_pair(tmp_path: Path):
    write(tmp_path, {"app.json": manifest(), "plan.yaml": calls("GET /me")})
    assert shapes(gathered("app.json")) == [("Portal", ("app.json",), None)]
    assert shapes(gathered("plan.yaml")) == [("Portal", ("app.json", "plan.yaml"), ["portal"])]


def test_what_is_wrong_with_a_neighbour_is_not_the_question(tmp_path: Path):
    write(
        tmp_path,
        {
            "app.json": manifest(),
            "old.calls.yaml": "version: 1\nflows: {\n",
            "app.calls.yaml": calls("GET /me"),
        },
    )
    assert shapes(gathered("app.json")) == [PAIR]
    assert gathered("app.json").problems == ()
    assert [problem.path for problem in gathered(".").problems] == ["old.calls.yaml"]


def test_a_neighbour_that_belongs_to_another_app_is_no_case(tmp_path: Path):
    write(tmp_path, {"app.json": manifest(), "other.calls.yaml": calls("GET /me", app="other.json")})
    assert shapes(gathered("app.json")) == [("Portal", ("app.json",), None)]
    assert gathered("app.json").problems == ()


def test_at_most_fifty_neighbours(tmp_path: Path):
    write(
        tmp_path, {f"a{number:02}.calls.yaml": calls("GET /me", name=f"f{number:02}") for number in range(60)}
    )
    write(tmp_path, {"app.json": manifest()})
    (case,) = gathered("app.json").cases
    assert shape(case)[2] == [f"f{number:02}" for number in range(50)]


def test_app_names_a_file_that_nobody_named(tmp_path: Path):
    write(
        tmp_path,
        {"apps/app.json": manifest(), "plans/app.calls.yaml": calls("GET /me", app="../apps/app.json")},
    )
    assert shapes(gathered("plans")) == [("Portal", ("apps/app.json", "plans/app.calls.yaml"), ["portal"])]


def test_app_by_file_beats_app_id_and_name(tmp_path: Path):
    write(
        tmp_path,
        {
            "app.json": manifest("File", "a"),
            "x/other.json": manifest("app.json", "b"),
            "y/third.json": manifest("Third", "app.json"),
            "app.calls.yaml": calls("GET /me", app="app.json"),
        },
    )
    assert shapes(gathered(".")) == [
        ("File", ("app.json", "app.calls.yaml"), ["portal"]),
        ("app.json", ("x/other.json",), None),
        ("Third", ("y/third.json",), None),
    ]


def test_app_that_matches_nothing(tmp_path: Path):
    write(
        tmp_path,
        {
            "app.json": manifest(),
            "b.json": manifest("B", None),
            "a.calls.yaml": calls("GET /me", app="Portla"),
        },
    )
    found = gathered("a.calls.yaml")
    assert shapes(found) == [("Portla", ("a.calls.yaml",), ["portal"])]
    message = (
        "`app: Portla` is no file, appId or displayName of an app here; apps: app.json (Portal), b.json (B)"
    )
    assert found.problems == (Problem("a.calls.yaml", 2, 6, message),)


@pytest.mark.parametrize("app", ["a\\0b", "a\\u0007b", "x" * 5000, "/", ".", "~", "-"])
def test_app_that_is_no_path(tmp_path: Path, app: str):
    write(tmp_path, {"a.calls.yaml": calls("GET /me", app=f'"{app}"')})
    (problem,) = gathered("a.calls.yaml").problems
    assert problem[:3] == ("a.calls.yaml", 2, 6)
    assert problem.message.endswith("is no file, appId or displayName of an app here; apps: none was read")


def test_app_that_names_a_broken_file(tmp_path: Path):
    write(tmp_path, {"app.json": '{"signInAudience"', "a.calls.yaml": calls("GET /me", app="app.json")})
    found = gathered("a.calls.yaml")
    assert shapes(found) == [("app.json", ("a.calls.yaml",), ["portal"])]
    assert [problem.path for problem in found.problems] == ["app.json"]


def test_many_candidates_are_not_all_listed(tmp_path: Path):
    apps = [manifest(f"App {number}", None) for number in range(30)]
    write(tmp_path, {"apps.json": apps, "plan.calls.yaml": calls("GET /me")})
    (problem,) = gathered(".").problems
    assert problem[:3] == ("plan.calls.yaml", 1, 1)
    listed = ", ".join(f"apps.json (App {number})" for number in range(20))
    assert problem.message == f"may belong to more than one app: {listed} and 10 more; say which with `app:`"


def test_two_manifests_beside_are_ambiguous_and_calls_are_still_checked(tmp_path: Path):
    write(
        tmp_path,
        {"a.json": manifest("A", None), "b.json": manifest("B", None), "p.calls.yaml": calls("GET /me")},
    )
    found = gathered("p.calls.yaml")
    assert shapes(found) == [("p.calls.yaml", ("p.calls.yaml",), ["portal"])]
    message = "may belong to more than one app: a.json (A), b.json (B); say which with `app:`"
    assert found.problems == (Problem("p.calls.yaml", 1, 1, message),)


# --- --calls ----------------------------------------------------------------------------------


def test_calls_option_belongs_to_the_one_app(tmp_path: Path):
    write(tmp_path, {"x/app.json": manifest(), "y/app.calls.yaml": calls("GET /me")})
    expected = [("Portal", ("x/app.json", "y/app.calls.yaml"), ["portal"])]
    assert shapes(gathered("x", calls=("y/app.calls.yaml",))) == expected
    assert shapes(gathered(".", calls=("y/app.calls.yaml",))) == expected


def test_calls_option_reads_a_file_of_any_content_as_calls(tmp_path: Path):
    write(tmp_path, {"app.json": manifest(), "notes.txt": "flows: [{type: none, calls: []}]\n"})
    (problem,) = gathered("app.json", calls=("notes.txt",)).problems
    assert problem == Problem("notes.txt", 1, 1, "the key 'version' is missing")


def test_calls_option_with_several_apps(tmp_path: Path):
    write(
        tmp_path,
        {"x/a.json": manifest("A", None), "x/b.json": manifest("B", None), "p.calls.yaml": calls("GET /me")},
    )
    message = "may belong to more than one app: x/a.json (A), x/b.json (B); say which with `app:`"
    assert gathered("x", calls=("p.calls.yaml",)).problems == (Problem("p.calls.yaml", 1, 1, message),)


# --- several calls files of one app -------------------------------------------------------------


def test_calls_files_of_one_app_are_put_together(tmp_path: Path):
    write(
        tmp_path,
        {
            "app.json": manifest(),
            "a.calls.yaml": "complete: true\ndirectory_roles: [Global Reader]\n" + calls("GET /me", name="a"),
            "b.calls.yaml": "complete: true\ntenant: contoso.com\n" + calls("GET /me", name="b"),
            "c.calls.yaml": "directory_roles: [Global Reader]\n" + calls("GET /me", name="c"),
        },
    )
    found = gathered(".")
    (case,) = found.cases
    files = ("app.json", "a.calls.yaml", "b.calls.yaml", "c.calls.yaml")
    assert shape(case) == ("Portal", files, ["a", "b", "c"])
    assert case.inventory is not None
    assert (case.inventory.complete, case.inventory.tenant) == (False, "contoso.com")
    assert case.inventory.directory_roles == ("Global Reader",)
    assert found.problems == ()


def test_a_flow_name_twice_is_an_error_and_the_first_file_holds(tmp_path: Path):
    write(
        tmp_path,
        {"app.json": manifest(), "a.calls.yaml": calls("GET /me"), "b.calls.yaml": calls("GET /users")},
    )
    found = gathered(".")
    (case,) = found.cases
    assert case.inventory is not None
    assert [(flow.name, [call.url for call in flow.calls]) for flow in case.inventory.flows] == [
        ("portal", ["/me"])
    ]
    message = "another calls file of this app has a flow `portal`"
    assert found.problems == (Problem("b.calls.yaml", 3, 5, message),)


def test_flows_without_a_name_are_numbered_over_all_files(tmp_path: Path):
    unnamed = "version: 1\nflows:\n  - {type: device_code, calls: []}\n"
    write(tmp_path, {"app.json": manifest(), **{f"{name}.calls.yaml": unnamed for name in "abc"}})
    found = gathered(".")
    assert [shape(case)[2] for case in found.cases] == [["device_code", "device_code-2", "device_code-3"]]
    assert found.problems == ()


def test_contradictions(tmp_path: Path):
    first = "tenant: contoso.com\nconsent: {by: admin}\n" + calls("GET /me", name="a")
    same = "consent: {by: admin}\ntenant: contoso.com\n" + calls("GET /me", name="b")
    other = "tenant: fabrikam.com\nconsent: {by: user}\n" + calls("GET /me", name="c")
    write(
        tmp_path, {"app.json": manifest(), "a.calls.yaml": first, "b.calls.yaml": same, "c.calls.yaml": other}
    )
    assert gathered(".").problems == (
        Problem("c.calls.yaml", 1, 9, "another calls file of this app has another `tenant`"),
        Problem("c.calls.yaml", 2, 10, "another calls file of this app has another `consent`"),
    )


def test_several_documents_belong_to_several_apps(tmp_path: Path):
    both = calls("GET /me", app="A") + "---\n" + calls("GET /me", app="B")
    write(tmp_path, {"a.json": manifest("A", None), "b.json": manifest("B", None), "all.calls.yaml": both})
    assert shapes(gathered(".")) == [
        ("A", ("a.json", "all.calls.yaml"), ["portal"]),
        ("B", ("b.json", "all.calls.yaml"), ["portal"]),
    ]


# --- grants -----------------------------------------------------------------------------------


def grants(principals: list[dict[str, str]] | None = None) -> dict[str, object]:
    held = {"oauth2PermissionGrants": {"value": [GRANT]}}
    return held if principals is None else {"servicePrincipals": {"value": principals}, **held}


def granted(case: Case) -> list[tuple[str, ...]] | None:
    found = case.grants and case.grants.oauth2_permission_grants
    return None if found is None else [grant.scopes for grant in found]


def test_grants_are_joined_by_the_app_id(tmp_path: Path):
    write(
        tmp_path, {"a.json": manifest("A"), "b.json": manifest("B", "b"), "saved/g.json": grants(PRINCIPALS)}
    )
    found = gathered("a.json", "b.json", grants=("saved/g.json",))
    assert [(case.name, granted(case)) for case in found.cases] == [("A", [("User.Read.All",)]), ("B", None)]


def test_grants_beside_are_recognised(tmp_path: Path):
    write(tmp_path, {"app.json": manifest(), "app.grants.json": grants(PRINCIPALS)})
    assert [granted(case) for case in gathered(".").cases] == [[("User.Read.All",)]]


def test_without_principals_only_one_app_is_joined(tmp_path: Path):
    write(tmp_path, {"a.json": manifest("A"), "b.json": manifest("B", "b"), "g.json": grants()})
    assert [granted(case) for case in gathered("a.json", "g.json").cases] == [[("User.Read.All",)]]
    assert [granted(case) for case in gathered(".").cases] == [None, None]


def test_neighbours_that_are_no_case_do_not_count(tmp_path: Path):
    write(
        tmp_path,
        {
            "a.json": manifest("A"),
            "b.json": manifest("B", "b"),
            "a.calls.yaml": calls("GET /me", app="A"),
            "saved/g.json": grants(),
        },
    )
    found = gathered("a.calls.yaml", grants=("saved/g.json",))
    assert [(case.name, granted(case)) for case in found.cases] == [("A", [("User.Read.All",)])]


def test_a_grants_file_that_cannot_be_read(tmp_path: Path):
    write(tmp_path, {"app.json": manifest(), "g.json": "{"})
    found = gathered("app.json", grants=("g.json", "gone.json"))
    assert shapes(found) == [("Portal", ("app.json",), None)]
    assert found.problems == (
        Problem("g.json", 1, 1, "the object that begins here is not closed: the file ends before it"),
        Problem("gone.json", 0, 0, "cannot be read: no such file or directory"),
    )


# --- forms ------------------------------------------------------------------------------------

NO_FORM = "no known form: neither an app registration nor a calls or grants file"


def test_no_known_form(tmp_path: Path):
    write(tmp_path, {"package.json": {"name": "x"}, "app.json": manifest()})
    assert gathered(".").problems == ()
    assert gathered("package.json").problems == (Problem("package.json", 0, 0, NO_FORM),)
    skipped = gathered("package.json", skip_unrecognized=True)
    assert (skipped.problems, skipped.skipped, skipped.cases) == ((), 1, ())


def test_keys_of_a_form_in_a_file_that_is_something_else(tmp_path: Path):
    """Recognised by its keys, but there is no application where one would stand."""
    template = {"resources": [{"properties": {"signInAudience": "AzureADMyOrg"}}]}
    write(tmp_path, {"template.json": template, "app.json": manifest()})
    found = gathered(".")
    assert (shapes(found), found.problems) == ([("Portal", ("app.json",), None)], ())
    assert gathered("template.json").problems == (Problem("template.json", 0, 0, NO_FORM),)
    assert gathered("template.json", skip_unrecognized=True).skipped == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_in_a_folder(tmp_path: Path, encoding: str, end: str):
    text = json.dumps(manifest("Büro 🏢"), indent=1, ensure_ascii=False)
    plan = calls("GET /me")
    write(tmp_path, {"app.json": text.replace("\n", end).encode(encoding)})
    write(tmp_path, {"app.calls.yaml": plan.replace("\n", end).encode(encoding)})
    found = gathered(".")
    assert (shapes(found), found.problems) == ([("Büro 🏢", *PAIR[1:])], ())
    (case,) = found.cases
    assert case.inventory is not None
    at = case.inventory.flows[0].calls[0].at
    assert tuple(at.source.place(at.pointer)) == (7, 9, 7, 16)


def test_nothing_to_check(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "docs").mkdir()
    message = "holds no app registration and no calls file"
    assert gathered("empty", "docs").problems == (
        Problem("docs", 0, 0, message),
        Problem("empty", 0, 0, message),
    )


def test_the_order_of_paths_changes_nothing(tmp_path: Path):
    files = {
        "a/a.json": manifest("A", None),
        "a/one.calls.yaml": calls("GET /me", name="one"),
        "a/two.calls.yaml": calls("GET /me", name="one"),
        "b/b.json": manifest("B", "b"),
        "c.calls.yaml": calls("GET /me", app="nobody"),
        "d.json": "{",
    }
    write(tmp_path, files)
    results = [gathered(*paths) for paths in itertools.islice(itertools.permutations(files), 0, 720, 7)]
    for found in results:
        assert shapes(found) == shapes(results[0])
        assert found.problems == results[0].problems
