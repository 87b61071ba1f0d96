"""The file: opened, asked, damaged, compiled again."""

import subprocess
import sys
from pathlib import Path

import pytest

from linter.catalog import store
from linter.catalog.compile import compile_catalog
from linter.catalog.reach import Reach
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.errors import Unreadable
from linter.fetch import gather

FILE = Path(store.__file__).parent / "data" / "catalog.bin"
SHARED = Path(__file__).parents[2].parent / "shared"
TOOLS = Path(__file__).parents[2] / "tools"
EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"


def test_permission_by_name_in_any_case(catalog: Catalog) -> None:
    found = catalog.permission(GRAPH, "user.READ", "Scope")
    assert found is not None
    assert found.value == "User.Read"
    assert found.id == "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
    assert (found.admin_consent, found.live, found.personal, found.enabled) == (False, True, True, True)
    assert catalog.permission(GRAPH, "User.Read", "Role") is None
    assert catalog.permission(EXCHANGE, "User.Read", "Scope") is None


def test_one_guid_serves_scope_and_role(catalog: Catalog) -> None:
    found = catalog.permissions(GRAPH.upper(), "{405A51B5-8D8D-430B-9842-8BE4B0E9F324}")
    assert {(permission.value, permission.type) for permission in found} == {
        ("User.Export.All", "Role"),
        ("User.Export.All", "Scope"),
    }


@pytest.mark.parametrize(
    "text", ["", "x", "00000000-0000-0000-0000-000000000000", "e1fe6dd8", "g" * 36, "é" * 36]
)
def test_no_permission_by_what_is_no_guid(catalog: Catalog, text: str) -> None:
    assert catalog.by_id(text) == ()


def test_live_lists_decide(catalog: Catalog) -> None:
    # permissions.json says no admin consent for the first and knows no Application scheme of the second.
    consent = catalog.permission(GRAPH, "ApprovalSolution.Read", "Scope")
    assert consent is not None
    assert consent.admin_consent is True
    role = catalog.permission(GRAPH, "Agreement.Read.All", "Role")
    assert role is not None
    assert role.live


def test_every_permission_is_found_again(catalog: Catalog) -> None:
    for permission in catalog.all_permissions():
        assert permission in catalog.named(permission.value.upper())
        if permission.id:
            assert permission in catalog.permissions(permission.resource, permission.id)


def test_only_graph_is_known_in_full(catalog: Catalog) -> None:
    assert catalog.knows(GRAPH.upper())
    assert not catalog.knows(EXCHANGE)
    assert not catalog.knows("")


@pytest.mark.parametrize(
    ("name", "app_id"),
    [
        ("Microsoft Graph", GRAPH),
        ("microsoftGRAPH", GRAPH),
        ("Office 365 Exchange Online", EXCHANGE),
        ("office 365 sharepoint online", "00000003-0000-0ff1-ce00-000000000000"),
        ("Windows Azure Active Directory", "00000002-0000-0000-c000-000000000000"),
        ("Windows Azure Service Management API", "797f4846-ba00-4fd7-ba43-dac1f8f63013"),
        ("No such API", None),
        ("", None),
    ],
)
def test_resource_by_name(catalog: Catalog, name: str, app_id: str | None) -> None:
    assert catalog.resource_id(name) == app_id


def test_name_of_resource(catalog: Catalog) -> None:
    assert catalog.resource_name(EXCHANGE.upper()) == "Office 365 Exchange Online"
    assert catalog.resource_name("x") is None


def test_opens_something(catalog: Catalog) -> None:
    for name, type_, opens in (
        ("Mail.Send", "Role", True),
        ("Mail.Send", "Scope", True),
        ("offline_access", "Scope", False),
    ):
        permission = catalog.permission(GRAPH, name, type_)
        assert permission is not None
        assert catalog.opens(permission) is opens, name


def test_info_names_every_source(catalog: Catalog) -> None:
    info = catalog.info()
    assert {source.file for source in info.sources} >= {"permissions.json", "docs_permissions_2026.jsonl"}
    assert all(len(source.sha256) == 64 for source in info.sources)
    assert info.date == catalog.date
    assert info.hash == catalog.hash
    assert info.counts["operations"] == sum(1 for _ in catalog.operations())


def test_opening_imports_nothing_heavy() -> None:
    look_up = "from linter.catalog.store import Catalog; Catalog.open().find('GET', '/me')"
    # What site imports, in an editable installation, is not ours.
    ours = modules(look_up) - modules("pass")
    heavy = {
        "json",
        "pathlib",
        "dataclasses",
        "inspect",
        "importlib.resources",
        "importlib.metadata",
        "hashlib",
    }
    assert not ours & heavy


def modules(code: str) -> set[str]:
    """The modules that are loaded after `code`."""
    command = [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"entralint catalogue 1\n1\nx\n\n", b"entralint catalogue 2\n"]
)
def test_another_file_is_unreadable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "catalog.bin"
    path.write_bytes(content)
    with pytest.raises(Unreadable):
        Catalog.open(str(path))


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        Catalog.open(str(tmp_path / "none"))


def test_a_damaged_file_is_unreadable(tmp_path: Path) -> None:
    data = FILE.read_bytes()
    path = tmp_path / "catalog.bin"
    for at in range(0, len(data), len(data) // 60):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :])
        with pytest.raises(Unreadable):
            use_everything(Catalog.open(str(path)))
    for length in range(0, len(data), len(data) // 20):
        path.write_bytes(data[:length])
        with pytest.raises(Unreadable):
            use_everything(Catalog.open(str(path)))


def use_everything(catalog: Catalog) -> None:
    """Ask once for what lies in each section."""
    assert catalog.find("GET", "/me")
    assert catalog.find("POST", "/servicePrincipals/x/appRoleAssignedTo")
    assert catalog.permission(GRAPH, "User.Read", "Scope")
    assert catalog.by_id("e1fe6dd8-ba31-4d61-89e7-88639da4683d")
    assert catalog.resource_name(GRAPH)
    assert catalog.resource_id("Microsoft Teams")
    assert Reach(catalog, ["Application"]).of(["User.Read.All"])


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "upstream").is_dir(), reason="the upstream files are not here")
def test_compiling_again_gives_the_same_bytes() -> None:
    inputs = gather([str(SHARED / "upstream")], 1, "2026-11-25", str(TOOLS / "upstream_sources.json"))
    compiled, report = compile_catalog(inputs)
    assert compiled == FILE.read_bytes()
    classes = {defect.partition(":")[0] for defect in report.classes}
    assert classes == {"noticed", "quarantined", "removed", "repaired"}
    assert any("DELETE" in line for line in report.lines())
