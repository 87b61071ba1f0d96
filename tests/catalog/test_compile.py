"""From upstream's files to a catalogue: what they may leave out, and what is wrong with hostile ones."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linter.catalog.compile import compile_catalog
from linter.catalog.inputs import Source, known, parsed, sources
from linter.catalog.records import GRAPH, Support
from linter.catalog.store import Catalog
from linter.errors import Unreadable
from tests.catalog import small


def compiled(folder: Path, files: dict[str, Any]) -> tuple[Catalog, list[str]]:
    """The catalogue, opened as a user's file is, and the report's lines."""
    data, report = compile_catalog(small.inputs(files))
    (folder / "catalog.bin").write_bytes(data)
    return Catalog.open(str(folder / "catalog.bin")), list(report.lines())


def test_a_small_upstream(tmp_path: Path):
    catalog, report = compiled(tmp_path, small.UPSTREAM)
    assert [operation[:3] for operation in catalog.operations()] == [
        ("GET", "/me", "v1.0"),
        ("GET", "/users", "v1.0"),
        ("GET", "/me/messages", "v1.0"),
        ("GET", "/users/{id}", "beta"),
        ("DELETE", "/users/{id}", "v1.0"),
        ("GET", "/me/messages/delta(token={value})", "v1.0"),
        ("GET", "/users/{id}/messages", "v1.0"),
    ]
    delete = catalog.find("DELETE", "/users/1")
    assert delete is not None
    pair = (("User.ReadWrite.All", "User.Read.All"),)
    assert delete.application == Support(True, pair, pair, "medium", pair)
    assert [(one.value, one.type, one.id[-1:], one.level) for one in catalog.all_permissions()] == [
        ("EWS.AccessAsUser.All", "Scope", "8", None),
        ("Mail.Read", "Role", "2", None),
        ("Mail.Read", "Scope", "7", 2),
        ("Old.Read", "Scope", "9", None),
        ("User.Read", "Scope", "4", 1),
        ("User.Read.All", "Role", "0", 3),
        ("User.Read.All", "Scope", "5", 3),
        ("User.ReadWrite.All", "Role", "1", 4),
        ("User.ReadWrite.All", "Scope", "6", 4),
    ]
    assert catalog.resource_name(small.EXCHANGE) == "Office 365 Exchange Online"
    assert "removed: no such permission under this scheme: 1" in report
    assert "  User.Raed.All: GET /users (Application)" in report
    assert not any(line.startswith("missing") for line in report)


@pytest.mark.parametrize("name", ["permissions.json", "GraphAppRoles.json", "GraphDelegateRoles.json"])
def test_what_may_not_be_missing(tmp_path: Path, name: str):
    files = small.upstream()
    del files[name]
    with pytest.raises(Unreadable, match="is required and was not given") as caught:
        compiled(tmp_path, files)
    assert caught.value.problem.path == name


def test_without_documentation_there_is_one_witness(tmp_path: Path):
    files = small.upstream()
    del files["docs_permissions.jsonl"]
    catalog, report = compiled(tmp_path, files)
    assert "missing: docs_permissions.jsonl: 1" in report
    for operation in catalog.operations():
        assert operation.version == "v1.0"
        for support in (operation.work, operation.personal, operation.application):
            # What is known without any witness stays sure: there is no "me" without a user.
            assert support.confidence != "high" or not support.supported


def test_the_other_files_may_be_missing(tmp_path: Path):
    required = ("permissions.json", "GraphAppRoles.json", "GraphDelegateRoles.json")
    catalog, report = compiled(tmp_path, {name: small.UPSTREAM[name] for name in required})
    assert [line for line in report if line.startswith("missing")] == [
        "missing: MicrosoftApps.json: 1",
        "missing: docs_permissions.jsonl: 1",
        "missing: permissions-descriptions.json: 1",
        "missing: provisioningInfo.json: 1",
    ]
    assert catalog.resource_name(small.EXCHANGE) is None
    assert {one.resource for one in catalog.all_permissions()} == {GRAPH}


def test_nothing_to_compile(tmp_path: Path):
    files = small.upstream() | {"permissions.json": {"permissions": {}}, "docs_permissions.jsonl": []}
    with pytest.raises(Unreadable, match="names no operation that can be used"):
        compiled(tmp_path, files)


# --- odd values are quarantined, and the rest is compiled ----------------------------------------


def quarantined(tmp_path: Path, files: dict[str, Any]) -> list[str]:
    """What the report says beyond what it says of the small upstream; nothing odd is in the catalogue."""
    catalog, report = compiled(tmp_path, files)
    assert all(one.value.replace("_", "").replace(".", "").isalnum() for one in catalog.all_permissions())
    _, usual = compiled(tmp_path, small.UPSTREAM)
    return [line for line in report if line not in usual]


@pytest.mark.parametrize("name", ["a\nb", "::error::x", "x y", "\ud800", "é", "", "a" * 201])
def test_names_that_are_no_names(tmp_path: Path, name: str):
    files = small.upstream()
    entry = files["permissions.json"]["permissions"]["Mail.Read"]
    files["permissions.json"]["permissions"][name] = entry
    files["GraphAppRoles.json"].append({"Value": name, "Id": f"{small.GUID}f", "IsEnabled": True})
    files["permissions-descriptions.json"]["applicationScopesList"].append({"value": name})
    files["provisioningInfo.json"]["permissionDeployments"][name] = []
    assert quarantined(tmp_path, files) == [
        "quarantined: no name of a permission: 4",
        f"  {name}: GraphAppRoles.json",
        f"  {name}: permissions-descriptions.json",
        f"  {name}: permissions.json",
        f"  {name}: provisioningInfo.json",
    ]


@pytest.mark.parametrize(
    ("path", "defect"),
    [
        ("/users/a\nb", "path with a character that no template has"),
        ("/users/\ud800", "path with a character that no template has"),
        ("/users/" + "x" * 201, "path with a character that no template has"),
        ("/{id}/x", "path without a leading literal"),
        ("", "path without a leading literal"),
        ("/a" * 33, "path of too many levels"),
        ("/a" * 501, "path longer than any URL's"),
    ],
)
def test_paths_that_are_no_templates(tmp_path: Path, path: str, defect: str):
    files = small.upstream()
    files["permissions.json"]["permissions"]["Mail.Read"]["pathSets"][0]["paths"][path] = ""
    assert quarantined(tmp_path, files) == [f"quarantined: {defect}: 1", f"  {path[:1000]}"]


def test_values_that_mean_nothing(tmp_path: Path):
    files = small.upstream()
    mail = files["permissions.json"]["permissions"]["Mail.Read"]
    mail["schemes"]["DelegatedWork"]["privilegeLevel"] = 99
    mail["pathSets"][0]["methods"].append("STEAL")
    mail["pathSets"][0]["schemeKeys"].append("Nobody")
    mail["pathSets"][0]["paths"]["/me/messages/{id}"] = "AlsoRequires=::error::"
    files["docs_permissions.jsonl"][0]["method"] = "get"
    files["docs_permissions.jsonl"][4]["and_notes"] = {
        "Mail.Read": "User.Read and User.Read.All and Mail.Read"
    }
    files["GraphAppRoles.json"].append({"Value": "No.Guid", "Id": "x", "IsEnabled": True})
    files["provisioningInfo.json"]["permissionDeployments"]["Other.Read"] = [
        {"scheme": "Application", "resourceAppId": "not a guid"}
    ]
    files["MicrosoftApps.json"].append({"AppId": f"{small.GUID}e", "AppDisplayName": "##[error]x"})
    assert set(quarantined(tmp_path, files)) >= {
        "quarantined: privilege level that is none of 1 to 4: 1",
        "quarantined: unknown method: 3",
        "  STEAL /me/messages (Mail.Read)",
        "  get /me (documented)",
        "quarantined: unknown scheme: 1",
        "  Nobody: Mail.Read",
        "  ::error::: beside Mail.Read at /me/messages/{id}",
        "quarantined: more than two permissions together: 1",
        "  User.Read and User.Read.All and Mail.Read: v1.0 GET /me/messages",
        "quarantined: live permission without GUID: 1",
        "quarantined: appId that is no GUID: 1",
        "quarantined: Microsoft app whose name cannot be shown: 1",
    }


def test_names_read_in_the_wrong_encoding_are_repaired(tmp_path: Path):
    files = small.upstream()
    files["MicrosoftApps.json"][0]["AppDisplayName"] = "Exchange \u00e2\u0080\u0093 Online"
    catalog, report = compiled(tmp_path, files)
    assert catalog.resource_name(small.EXCHANGE) == "Exchange \u2013 Online"
    assert "repaired: UTF-8 that was read as Latin-1: 1" in report


# --- wrong shapes are refused ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "change", "message", "line"),
    [
        ("permissions.json", lambda _: [], "it must be an object", 0),
        ("permissions.json", lambda _: {}, "it lacks `permissions`", 0),
        (
            "permissions.json",
            lambda value: value["permissions"].update({"Mail.Read": {"schemes": {}}}) or value,
            "`/permissions/Mail.Read` lacks `pathSets`",
            0,
        ),
        ("GraphAppRoles.json", lambda value: [{**value[0], "Id": None}], "`/0/Id` must be a text", 0),
        (
            "docs_permissions.jsonl",
            lambda value: [*value[:2], {**value[2], "version": "v2"}],
            "`/version` must be v1.0 or beta",
            3,
        ),
        ("docs_permissions.jsonl", lambda value: [*value, 7], "it must be an object", 7),
        ("MicrosoftApps.json", lambda _: {"a": "b" * 10_000}, "it must be a list", 0),
    ],
)
def test_a_wrong_shape(tmp_path: Path, name: str, change: Any, message: str, line: int):
    files = small.upstream()
    files[name] = change(files[name])
    with pytest.raises(Unreadable) as caught:
        compiled(tmp_path, files)
    problem = caught.value.problem
    assert (problem.path, problem.message, problem.line) == (name, message, line)


@pytest.mark.parametrize(
    ("data", "message", "place"),
    [
        (b"", "is no JSON: expecting value", (1, 1)),
        (b"{\n 'a': 1}", "is no JSON: expecting property name enclosed in double quotes", (2, 2)),
        (b'{"a": NaN}', "is no JSON: NaN is no number", (0, 0)),
        (b'{"a": 1, "b": 2, "a": 3}', "is no JSON: the key `a` stands twice in one object", (0, 0)),
        (b"[" * 100_000, "is nested too deep", (0, 0)),
        (b'{"\xff": 1}', "is no UTF-8 at byte 2", (0, 0)),
        ("{}".encode("utf-16"), "is no UTF-8 at byte 0", (0, 0)),
    ],
)
def test_no_json(data: bytes, message: str, place: tuple[int, int]):
    with pytest.raises(Unreadable) as caught:
        parsed(data, "file")
    problem = caught.value.problem
    assert (problem.message, (problem.line, problem.column)) == (message, place)


def test_a_number_of_thousands_of_digits():
    with pytest.raises(Unreadable, match="is no JSON: "):
        parsed(b"9" * 5000, "file")


def test_lines_of_json():
    assert parsed(b"", "file", lines=True) == []
    assert parsed(b"\xef\xbb\xbf1\r\n2\n", "file", lines=True) == [1, 2]
    with pytest.raises(Unreadable) as caught:
        parsed(b"1\n\n2\n", "file", lines=True)
    assert caught.value.problem.line == 2


JUNK = st.sampled_from(
    [
        None,
        True,
        -1,
        2.5,
        10**30,
        "",
        "x",
        "\ud800",
        "a\nb",
        [],
        [[]],
        {},
        {"": {}},
        "Mail.Read",
        "/a" * 700,
        "{}}((",
    ]
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value of a structure."""
    yield path
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, member in members:
        yield from places(member, (*path, key))


PLACES = [(name, path) for name, value in small.UPSTREAM.items() for path in places(value)]


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), JUNK, st.sampled_from(["replace", "add", "rename", "drop"])),
        min_size=1,
        max_size=3,
    )
)
def test_any_mutation_is_compiled_or_refused(tmp_path_factory: pytest.TempPathFactory, changes: list[Any]):
    files = small.upstream()
    for (name, path), junk, how in changes:
        mutate(files, name, path, junk, how)
    folder = tmp_path_factory.getbasetemp()
    places = {*files, "catalog compile"}
    try:
        catalog, _ = compiled(folder, files)
    except Unreadable as error:
        if error.problem.path not in places:
            raise
        return
    for operation in catalog.operations():
        assert catalog.find(operation.method, f"/{operation.version}{operation.template}") is not None
    list(catalog.all_permissions())


def mutate(files: dict[str, Any], name: str, path: tuple[Any, ...], junk: Any, how: str) -> None:
    if not path:
        files[name] = copy.deepcopy(junk)
        return
    at = files[name]
    try:
        for key in path[:-1]:
            at = at[key]
        if how == "drop":
            del at[path[-1]]
        elif how == "rename" and isinstance(at, dict):
            at[str(junk)] = at.pop(path[-1])
        elif how == "add" and isinstance(at, list):
            at.append(copy.deepcopy(junk))
        else:
            at[path[-1]] = copy.deepcopy(junk)
    except (KeyError, IndexError, TypeError, AttributeError):
        pass  # another change has taken the place away


# --- where the files come from --------------------------------------------------------------------


def test_sources():
    stated = b'{"a.json": {"repository": "o/r", "date": "2026-01-31"}, "b.json": {}}'
    assert sources(stated, "x") == {"a.json": Source("o/r", "-", "2026-01-31"), "b.json": Source()}


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        (b"[]", "it must be an object"),
        (b'{"a": 1}', "`/a` must be an object"),
        (b'{"a": {"comit": "x"}}', "`/a` has the unknown key `comit`; known: repository, commit, date"),
        (b'{"a": {"date": "2026-02-30"}}', "date of `a` must be a date like 2027-01-31"),
        (b'{"a": {"commit": "a b"}}', "commit of `a` must be one word"),
        (b'{"a": {"repository": ""}}', "repository of `a` must be one word"),
        (b'{"a": {"repository": "a\\nsha256 x"}}', "repository of `a` must be one word"),
    ],
)
def test_sources_that_are_refused(stated: bytes, message: str):
    with pytest.raises(Unreadable) as caught:
        sources(stated, "x")
    assert (caught.value.problem.path, caught.value.problem.message) == ("x", message)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("permissions.json", "permissions.json"),
        ("docs_permissions.jsonl", "docs_permissions.jsonl"),
        ("docs_permissions_2027-01.jsonl", "docs_permissions.jsonl"),
        ("docs_permissions 2027.jsonl", None),
        ("docs_permissions\n.jsonl", None),
        ("docs_permissions.json", None),
        ("sample-queries.json", None),
    ],
)
def test_which_file_is_which(file: str, name: str | None):
    assert known(file) == name
