"""What differs between two catalogues."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from linter.catalog.compile import compile_catalog
from linter.catalog.diff import Diff, diff
from linter.catalog.inputs import Inputs
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.fetch import gather
from linter.report import catalog_diff
from tests.catalog import small
from tests.catalog.test_compile import PLACES

UPSTREAM = Path(__file__).parents[2].parent / "shared" / "upstream"
SCHEMA = Draft202012Validator(
    json.loads((Path(catalog_diff.__file__).parent / "schema" / "catalog-diff.json").read_text("utf-8"))
)


def value_at(files: dict[str, Any], way: Any) -> Any:
    name, path = way
    at = files[name]
    for key in path:
        at = at[key]
    return at


def opened(folder: Path, name: str, files: dict[str, Any]) -> Catalog:
    path = folder / f"{name}.bin"
    path.write_bytes(compile_catalog(small.inputs(files))[0])
    return Catalog.open(str(path))


def changed() -> dict[str, Any]:
    """The small upstream some weeks later."""
    files = small.upstream()
    listed = files["permissions.json"]["permissions"]
    # Mail.Read is no longer listed for apps, and a new operation is.
    del listed["Mail.Read"]["pathSets"][1]
    listed["Mail.Read"]["pathSets"][0]["paths"]["/me/mailFolders"] = "least=DelegatedWork"
    listed["User.Read"]["schemes"]["DelegatedWork"]["privilegeLevel"] = 2
    # An app may delete users with the one permission alone.
    write = listed["User.ReadWrite.All"]["pathSets"]
    write[1]["schemeKeys"] = ["DelegatedWork"]
    write.append(
        {"schemeKeys": ["Application"], "methods": ["DELETE"], "paths": {"/users/{id}": "least=Application"}}
    )
    files["GraphAppRoles.json"][2]["Id"] = f"{small.GUID}c"
    del files["GraphAppRoles.json"][0]
    files["GraphDelegateRoles.json"].append(
        {"Value": "New.Read", "Id": f"{small.GUID}d", "IsEnabled": False, "Type": "Admin"}
    )
    files["permissions-descriptions.json"]["delegatedScopesList"] = []
    files["provisioningInfo.json"]["permissionDeployments"] = {}
    files["docs_permissions.jsonl"].append(
        {
            "version": "v1.0",
            "method": "GET",
            "path": "/me/messages/{id}",
            "scheme": "Delegated",
            "all": ["Mail.Read"],
        }
    )
    return files


TEXT = """\
operations   2 added, 1 removed, 2 changed
permissions  1 added, 2 removed, 3 changed

operations that changed
  GET /users (v1.0): application least User.Read.All → User.ReadWrite.All, no longer recommends User.Read.All
  DELETE /users/{id} (v1.0): application least User.ReadWrite.All and User.Read.All → User.ReadWrite.All, \
also accepts User.ReadWrite.All, no longer accepts User.ReadWrite.All and User.Read.All

operations removed
  GET /users/{id}/messages (v1.0)

operations added
  GET /me/mailFolders (v1.0)
  GET /me/messages/{id} (v1.0)

permissions that changed
  User.Read.All (application): live yes → no, GUID 10000000-0000-4000-8000-000000000000 → not known
  User.Read (delegated): level 1 → 2
  Mail.Read (application): GUID 10000000-0000-4000-8000-000000000002 → 10000000-0000-4000-8000-00000000000c

permissions removed
  Old.Read (delegated)
  EWS.AccessAsUser.All (delegated) of Office 365 Exchange Online

permissions added
  New.Read (delegated)
"""


def test_text(tmp_path: Path):
    old, new = opened(tmp_path, "old", small.UPSTREAM), opened(tmp_path, "new", changed())
    head = f"old  -  {old.hash}\nnew  -  {new.hash}\n\n"
    assert catalog_diff.render(diff(old, new), old, new) == head + TEXT


def test_few_entries_of_each_kind(tmp_path: Path):
    old, new = opened(tmp_path, "old", small.UPSTREAM), opened(tmp_path, "new", changed())
    lines = catalog_diff.render(diff(old, new), old, new, 1).splitlines()
    at = lines.index("permissions that changed")
    assert lines[at + 1].startswith("  User.Read.All (application): live yes → no")
    assert lines[at + 2] == "  … 2 more (--all)"


def test_json(tmp_path: Path):
    old, new = opened(tmp_path, "old", small.UPSTREAM), opened(tmp_path, "new", changed())
    document = catalog_diff.document(diff(old, new), old, new)
    SCHEMA.validate(document)
    pair, alone = ["User.ReadWrite.All", "User.Read.All"], ["User.ReadWrite.All"]
    assert document == {
        "version": 1,
        "old": {"date": "-", "hash": old.hash},
        "new": {"date": "-", "hash": new.hash},
        "operations": {
            "added": [
                {"method": "GET", "template": "/me/mailFolders", "version": "v1.0"},
                {"method": "GET", "template": "/me/messages/{id}", "version": "v1.0"},
            ],
            "removed": [{"method": "GET", "template": "/users/{id}/messages", "version": "v1.0"}],
            "changed": [
                {
                    "method": "GET",
                    "template": "/users",
                    "version": "v1.0",
                    "access": {
                        "application": {
                            "least": {"old": [["User.Read.All"]], "new": [["User.ReadWrite.All"]]},
                            "eligible": {
                                "old": [["User.Read.All"], ["User.ReadWrite.All"]],
                                "new": [["User.ReadWrite.All"]],
                            },
                        }
                    },
                },
                {
                    "method": "DELETE",
                    "template": "/users/{id}",
                    "version": "v1.0",
                    "access": {
                        "application": {
                            "least": {"old": [pair], "new": [alone]},
                            "accepted": {"old": [pair], "new": [alone]},
                            "eligible": {"old": [pair], "new": [alone]},
                        }
                    },
                },
            ],
        },
        "permissions": {
            "added": [{"resource": GRAPH, "value": "New.Read", "type": "Scope"}],
            "removed": [
                {"resource": small.EXCHANGE, "value": "EWS.AccessAsUser.All", "type": "Scope"},
                {"resource": GRAPH, "value": "Old.Read", "type": "Scope"},
            ],
            "changed": [
                {
                    "resource": GRAPH,
                    "value": "Mail.Read",
                    "type": "Role",
                    "changes": {"id": {"old": f"{small.GUID}2", "new": f"{small.GUID}c"}},
                },
                {
                    "resource": GRAPH,
                    "value": "User.Read",
                    "type": "Scope",
                    "changes": {"level": {"old": 1, "new": 2}},
                },
                {
                    "resource": GRAPH,
                    "value": "User.Read.All",
                    "type": "Role",
                    "changes": {
                        "live": {"old": True, "new": False},
                        "id": {"old": f"{small.GUID}0", "new": None},
                    },
                },
            ],
        },
    }


def mirrored(found: Diff) -> Diff:
    """The same the other way round."""
    return Diff(
        found.operations_removed,
        found.operations_added,
        tuple(
            change._replace(supports=tuple(one._replace(old=one.new, new=one.old) for one in change.supports))
            for change in found.operations_changed
        ),
        found.permissions_removed,
        found.permissions_added,
        tuple(change._replace(old=change.new, new=change.old) for change in found.permissions_changed),
    )


def in_order(found: Diff) -> Diff:
    """In an order that does not depend on which one is the old one."""
    changes = [change._replace(operation=change.operation[:3]) for change in found.operations_changed]
    return found._replace(
        operations_changed=tuple(sorted(changes, key=lambda change: change.operation)),
        permissions_changed=tuple(
            sorted(found.permissions_changed, key=lambda change: sorted(change[:2], key=str))
        ),
    )


#: Ways to a list or an object from which something may be taken.
WAYS = [
    way
    for way in PLACES
    if isinstance(value_at(small.UPSTREAM, way), (list, dict))
    and way[1]
    and way[1][-1] not in ("schemeKeys", "methods")
]
CUTS = st.lists(st.tuples(st.sampled_from(WAYS), st.integers(0, 5)), max_size=4)


def cut(cuts: list[Any]) -> dict[str, Any]:
    """The small upstream without some of its entries."""
    files = small.upstream()
    for (name, path), number in cuts:
        try:
            members = value_at(files, (name, path))
        except (KeyError, IndexError):
            continue
        keys = list(members) if isinstance(members, dict) else list(range(len(members)))
        if keys and (
            isinstance(members, list) or path[-1] in ("permissions", "paths", "permissionDeployments")
        ):
            del members[keys[number % len(keys)]]
    return files


@settings(max_examples=60, deadline=None)
@given(CUTS, CUTS)
def test_mirror(tmp_path_factory: pytest.TempPathFactory, cuts: list[Any], others: list[Any]):
    folder = tmp_path_factory.getbasetemp()
    old, new = opened(folder, "old", cut(cuts)), opened(folder, "new", cut(others))
    there, back = diff(old, new), diff(new, old)
    assert in_order(mirrored(there)) == in_order(back)
    assert not any(diff(old, old))
    SCHEMA.validate(catalog_diff.document(there, old, new))
    # What is said to differ is all that does: with it, one becomes the other.
    operations = {operation[:3] for operation in old.operations()}
    operations -= {operation[:3] for operation in there.operations_removed}
    operations |= {operation[:3] for operation in there.operations_added}
    assert operations == {operation[:3] for operation in new.operations()}
    before = {operation[:3]: operation for operation in old.operations()}
    touched = {change.operation[:3] for change in there.operations_changed}
    for operation in new.operations():
        if operation[:3] in before:
            assert (before[operation[:3]] != operation) == (operation[:3] in touched)


@pytest.mark.slow
@pytest.mark.skipif(not UPSTREAM.is_dir(), reason="the upstream files are not here")
def test_the_real_catalogue_without_one_permission(tmp_path: Path, catalog: Catalog):
    files = gather([str(UPSTREAM)], 1, "2026-11-25").files
    document = json.loads(next(one.data for one in files if one.file == "permissions.json"))
    del document["permissions"]["Mail.Send"]
    data = json.dumps(document).encode()
    inputs = Inputs([one._replace(data=data) if one.file == "permissions.json" else one for one in files])
    (tmp_path / "new.bin").write_bytes(compile_catalog(inputs)[0])
    new = Catalog.open(str(tmp_path / "new.bin"))
    there, back = diff(catalog, new), diff(new, catalog)
    assert in_order(mirrored(there)) == in_order(back)
    assert [one[:3] for one in there.operations_removed] == [
        ("POST", "/users/me/messages/{id}/replyAll", "v1.0")
    ]
    assert {(one.new.value, one.new.type, one.fields) for one in there.permissions_changed} == {
        ("Mail.Send", "Role", ("level",)),
        ("Mail.Send", "Scope", ("level", "personal")),
    }
    lines = catalog_diff.render(there, catalog, new).splitlines()
    assert lines[lines.index("operations that changed") + 1] == (
        "  POST /me/sendMail (v1.0): delegated confidence high → medium; personal no longer supported"
    )
