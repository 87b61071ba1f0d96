"""Whatever bytes a file holds: an exit code of the contract and a report, never a traceback."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.run import calls, manifest, run, with_secret, write

quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

MANIFEST_KEYS = (
    *with_secret("2026-01-01"),
    "web",
    "spa",
    "publicClient",
    "api",
    "appRoles",
    "identifierUris",
)
MANIFEST_KEYS += (
    "resourceAppId",
    "resourceAccess",
    "id",
    "type",
    "redirectUris",
    "keyId",
    "endDateTime",
    "oauth2Permissions",
)
CALLS_KEYS = (
    "version",
    "flows",
    "app",
    "complete",
    "tenant",
    "name",
    "type",
    "like",
    "scopes",
    "calls",
    "user",
    "method",
    "url",
)
CALLS_KEYS += (
    "writes",
    "target",
    "requests",
    "redirect_uri",
    "consent",
    "api",
    "directory_roles",
    "account",
    "roles",
    "note",
)
GRANTS_KEYS = (
    "servicePrincipals",
    "oauth2PermissionGrants",
    "appRoleAssignments",
    "value",
    "id",
    "appId",
    "clientId",
    "scope",
)
GRANTS_KEYS += (
    "@odata.context",
    "@odata.nextLink",
    "error",
    "responses",
    "body",
    "status",
    "principalId",
    "resourceId",
)
CONFIG_KEYS = (
    "select",
    "ignore",
    "severity",
    "ignores",
    "per-file",
    "files",
    "rule",
    "reason",
    "expires",
    "persona",
    "fail-on",
)

WORDS = (
    "GET /me",
    "GET /users/{id}",
    "POST /$batch",
    "authorization_code",
    "client_credentials",
    "portal",
    "Scope",
    "Role",
)
WORDS += (
    "https://graph.microsoft.com/.default",
    "AzureADMyOrg",
    "credential/expired",
    "permission",
    "2026-01-01",
    "",
    "{id}",
)


def values(keys: tuple[str, ...]) -> st.SearchStrategy[object]:
    """Values that are almost right: known keys and words in wrong places."""
    leaves = (
        st.none() | st.booleans() | st.integers(-1, 10**25) | st.sampled_from(WORDS) | st.text(max_size=8)
    )
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(keys) | st.text(max_size=3), inner, max_size=5)
        ),
        max_leaves=25,
    )


def documents(keys: tuple[str, ...], first: dict[str, object]) -> st.SearchStrategy[bytes]:
    """Bytes, and documents of a known form with some members replaced."""
    mutated = st.dictionaries(st.sampled_from(keys), values(keys), max_size=4)
    near = mutated.map(lambda members: json.dumps(first | members).encode("utf-8", "surrogatepass"))
    cut = st.tuples(near, st.integers(0, 400)).map(lambda pair: pair[0][: pair[1]])
    spliced = st.tuples(near, st.integers(0, 400), st.binary(max_size=3)).map(
        lambda triple: triple[0][: triple[1]] + triple[2] + triple[0][triple[1] :]
    )
    return near | cut | spliced | st.binary(max_size=200)


def assert_reported(*arguments: str, folder: Path) -> None:
    for format_ in ("json", "text"):
        result = run("check", *arguments, "--format", format_, "--today", "2026-11-25", folder=folder)
        assert result.code in (0, 1, 2), result
    if "--config" not in arguments:
        assert result.stdout


@quick
@given(documents(MANIFEST_KEYS, with_secret("2026-01-01")))
def test_manifest(tmp_path: Path, data: bytes):
    write(tmp_path, {"app.json": data, "app.calls.yaml": calls("GET /users", "GET /me")})
    assert_reported("app.json", folder=tmp_path)


FLOW: dict[str, object] = {"type": "authorization_code", "calls": ["GET /users"]}


@quick
@given(documents(CALLS_KEYS, {"version": 1, "flows": [FLOW]}))
def test_calls_file(tmp_path: Path, data: bytes):
    write(tmp_path, {"app.json": manifest(), "app.calls.yaml": data})
    assert_reported("app.json", "--calls", "app.calls.yaml", folder=tmp_path)


@quick
@given(st.dictionaries(st.sampled_from(CALLS_KEYS), values(CALLS_KEYS), max_size=6))
def test_flow_and_call(tmp_path: Path, members: dict[str, object]):
    flow = FLOW | {key: value for key, value in members.items() if key != "calls"}
    call = {"method": "GET", "url": "/users"} | members
    write(
        tmp_path,
        {
            "app.json": manifest(),
            "app.calls.json": {"version": 1, "flows": [flow, {**FLOW, "calls": [call]}]},
        },
    )
    assert_reported(".", folder=tmp_path)


@quick
@given(documents(GRANTS_KEYS, {"servicePrincipals": {"value": []}, "oauth2PermissionGrants": {"value": []}}))
def test_grants_file(tmp_path: Path, data: bytes):
    write(tmp_path, {"app.json": manifest(), "app.calls.yaml": calls("GET /users"), "saved.json": data})
    assert_reported("app.json", "--grants", "saved.json", folder=tmp_path)


@quick
@given(
    st.binary(max_size=100)
    | st.lists(
        st.sampled_from(
            (*CONFIG_KEYS, *WORDS, "[", "]", "[[", "]]", "=", "\n", '"', "{", "}", ",", ".", "1")
        ),
        max_size=30,
    ).map(lambda parts: "".join(parts).encode())
    | st.tuples(st.sampled_from(CONFIG_KEYS), values(CONFIG_KEYS)).map(
        lambda pair: f"{pair[0]} = {json.dumps(pair[1])}".encode("utf-8", "surrogatepass")
    )
)
def test_configuration(tmp_path: Path, data: bytes):
    write(tmp_path, {"app.json": manifest(), "e.toml": data, "pyproject.toml": b"# tool.entralint\n" + data})
    assert_reported("app.json", "--config", "e.toml", folder=tmp_path)
    assert_reported("app.json", "--config", "pyproject.toml", folder=tmp_path)


@quick
@given(
    st.binary(max_size=60)
    | st.lists(st.sampled_from((*WORDS, "\n", " ", "#")), max_size=8).map(lambda w: "".join(w).encode())
)
def test_standard_input(tmp_path: Path, data: bytes):
    for arguments in (["needs", "-"], ["needs", "-", "--format", "json"], ["check", "-"]):
        assert run(*arguments, folder=tmp_path, stdin=data).code in (0, 1, 2)


@quick
@given(st.text(max_size=40) | st.sampled_from(WORDS))
def test_explained_things(tmp_path: Path, thing: str):
    assert run("explain", "--", thing, folder=tmp_path).code in (0, 2)
    assert run("needs", "--", thing, folder=tmp_path).code in (0, 1, 2)


@pytest.mark.parametrize(
    "toml",
    ["a = " + "[" * 5000, "a = " + "9" * 5000, "a." * 5000 + "a = 1", "tool = 5", "tool.entralint = 5"],
)
def test_configurations_that_break_parsers(tmp_path: Path, toml: str):
    write(tmp_path, {"app.json": manifest(), "pyproject.toml": toml})
    result = run("check", "app.json", "--config", "pyproject.toml", folder=tmp_path)
    assert result.code in (0, 2)
    assert result.stderr.startswith("entralint: pyproject.toml") or result.code == 0
