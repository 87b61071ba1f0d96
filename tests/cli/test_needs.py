"""`needs` as it is used: what is declared from it passes `check`, its forms agree, exit codes are true."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from linter import report
from linter.catalog.store import Catalog
from tests.cli.run import GRAPH, Result, calls, run, write

SCHEMAS = Path(report.__file__).parent / "schema"
CATALOG = Catalog.open()
OPERATIONS = sorted(
    {
        (operation.method, operation.template)
        for operation in CATALOG.operations()
        if operation.version == "v1.0"
    }
)
ACCESS = ("application", "delegated", "personal")


NEEDS = Draft202012Validator(json.loads((SCHEMAS / "needs.json").read_text("utf-8")))


def needs(folder: Path, *arguments: str, stdin: str = "") -> Result:
    return run("needs", *arguments, "--today", "2026-11-26", folder=folder, stdin=stdin.encode())


APP = """
version: 1
complete: true
flows:
  - name: nightly
    type: client_credentials
    scopes: [https://graph.microsoft.com/.default]
    calls:
      - GET /users
      - GET /groups/{id}/members
      - POST /users/{id}/sendMail
      - POST /servicePrincipals/{id}/appRoleAssignedTo
  - name: portal
    type: authorization_code
    user: {account: work}
    scopes: [https://graph.microsoft.com/.default]
    calls:
      - GET /me/calendarView
      - PUT /me/drive/root:/report.pdf:/content
"""


def test_what_is_declared_from_it_covers_every_call(tmp_path: Path):
    write(tmp_path, {"app.calls.yaml": APP})
    emitted = needs(tmp_path, "--calls", "app.calls.yaml", "--emit", "manifest")
    narrower = "Application.Read.All, GroupMember.Read.All, User.Read.All instead of Directory.Read.All"
    note = f"note: application access: narrower, with more or higher permissions: {narrower}\n"
    assert (emitted.code, emitted.stderr) == (0, note)
    write(tmp_path, {"app.json": {"displayName": "Made", "signInAudience": "AzureADMyOrg"} | emitted.json()})
    arguments = ("check", ".", "--select", "permission", "--format", "json", "--fail-on", "note")
    checked = run(*arguments, folder=tmp_path)
    # That one permission covers more than the least of each call is what a least set for several is.
    assert {found["rule"] for found in checked.json()["findings"]} <= {"permission/broader-than-least"}


def test_all_forms_have_the_same_permissions(tmp_path: Path):
    write(tmp_path, {"app.calls.yaml": APP})
    manifest, az, names, document = (
        needs(tmp_path, "--calls", "app.calls.yaml", *form)
        for form in (["--emit", "manifest"], ["--emit", "az"], ["--emit", "names"], ["--format", "json"])
    )
    least = document.json()["minimum"]
    assert list(least) == ["application", "delegated"]
    assert names.stdout.splitlines() == [
        line for access in least for line in (f"# {access}", *least[access]["permissions"])
    ]
    types = {"application": "Role", "delegated": "Scope"}
    expected = [
        {"id": permission.id, "type": permission.type}
        for access in least
        for name in least[access]["permissions"]
        if (permission := CATALOG.permission(GRAPH, name, types[access]))
    ]
    assert az.json() == [{"resourceAppId": GRAPH, "resourceAccess": expected}]
    assert manifest.json() == {"requiredResourceAccess": az.json()}


def test_nothing_covered_declares_nothing_and_says_so(tmp_path: Path):
    for form, expected in (
        ("manifest", '{\n  "requiredResourceAccess": []\n}\n'),
        ("az", "[]\n"),
        ("names", ""),
    ):
        assert needs(tmp_path, "--access", "application", "--emit", form, "GET /me") == Result(
            1, expected, "entralint: not covered: GET /me: not supported with application access\n"
        )


@pytest.mark.parametrize("form", ["manifest", "az", "names"])
@pytest.mark.parametrize("access", ACCESS)
def test_one_call_in_every_form_and_access(tmp_path: Path, form: str, access: str):
    result = needs(tmp_path, "GET /me/messages", "--access", access, "--emit", form)
    covered = access != "application"
    assert result.code == (0 if covered else 1)
    declared = "Mail.ReadBasic" if form == "names" else "a4b8392a-d8d1-4954-a029-8e668a39a170"
    assert (declared in result.stdout) == covered


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (["GET /users"], 0),
        (["GET /$metadata"], 0),
        (["GET /me"], 0),
        (["--access", "application", "GET /me"], 1),
        (["--access", "application", "GET /users", "GET /me"], 1),
        # Together no access covers both, but each is covered by one.
        (["GET /me", "GET /servicePrincipals"], 0),
        # Which permission it needs is not known, so that nothing is declared for it.
        (["--access", "application", "POST /search/query"], 1),
        (["GET /users", "GET /nowhere"], 2),
        (["POST /$batch"], 2),
        (["GET https://contoso.sharepoint.com/_api/web"], 2),
    ],
)
def test_exit_codes(tmp_path: Path, asked: list[str], code: int):
    for form in ("text", "json"):
        result = needs(tmp_path, *asked, "--format", form)
        assert (result.code, result.stderr) == (code, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "needs: name calls as 'METHOD url', - to read them, or a calls file with --calls"),
        (["-"], "needs: no call was given"),
        (["GET /me", "--calls", "x"], "needs: give calls or --calls, not both"),
        (
            ["GET /me", "--emit", "az"],
            "needs: --emit needs --access: application, delegated and personal are",
        ),
        (
            ["GET /me", "--emit=az", "--proof"],
            "needs: --emit prints the least set alone, and does not go with --proof",
        ),
        (
            ["--calls", "x", "--emit=az", "--format=json"],
            "needs: --emit prints the least set alone, and does not",
        ),
        (["--calls", "gone.yaml"], "gone.yaml: cannot be read: no such file or directory"),
        (["--calls", "idle.yaml"], "idle.yaml: no flow makes a call of Microsoft Graph\n"),
        (
            ["--calls", "idle.yaml", "--calls", "portal.yaml", "--access", "application"],
            "idle.yaml, portal.yaml: no",
        ),
        (["GET"], "needs: `GET` is no call: write it as 'METHOD url', like 'GET /users/{id}'"),
        (["FETCH", "/me"], "needs: `FETCH` is no call: write it as 'METHOD url', like 'GET /users/{id}'"),
    ],
)
def test_refusals(tmp_path: Path, arguments: list[str], message: str):
    idle = "version: 1\nflows:\n  - {type: none, calls: [GET /me]}\n  - {type: device_code, calls: []}\n"
    write(tmp_path, {"idle.yaml": idle, "portal.yaml": calls("GET /me")})
    result = needs(tmp_path, *arguments)
    assert (result.code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"entralint: {message}")


def test_what_is_quoted_in_a_refusal_is_not_endless(tmp_path: Path):
    result = needs(tmp_path, "x" * 100_000)
    begin = "entralint: needs: `" + "x" * 499 + " … "
    end = "x` is no call: write it as 'METHOD url', like 'GET /users/{id}'\n"
    assert (result.code, result.stdout, len(result.stderr)) == (2, "", 1022)
    assert (result.stderr[: len(begin)], result.stderr[-len(end) :]) == (begin, end)


def test_a_hundred_flows_and_their_sum(tmp_path: Path):
    made = ["GET /users", "GET /groups", "GET /sites/root/lists"]
    flows = "".join(
        f"  - {{name: f{number}, type: client_credentials, calls: [{made[number % 3]}]}}\n"
        for number in range(100)
    )
    write(tmp_path, {"app.calls.yaml": f"version: 1\nflows:\n{flows}"})
    document = needs(tmp_path, "--calls", "app.calls.yaml", "--format", "json").json()
    NEEDS.validate(document)
    own = {0: ["User.Read.All"], 1: ["GroupMember.Read.All"], 2: ["Sites.Read.All"]}
    assert [(flow["flow"], flow["minimum"]["permissions"]) for flow in document["flows"]] == [
        (f"f{number}", own[number % 3]) for number in range(100)
    ]
    assert document["minimum"]["application"]["permissions"] == ["Directory.Read.All", "Sites.Read.All"]
    assert document["minimum"]["application"]["narrower"] == [
        "GroupMember.Read.All", "Sites.Read.All", "User.Read.All",
    ]  # fmt: skip
    # Each call is named once, however many flows make it.
    text = needs(tmp_path, "--calls", "app.calls.yaml").stdout.rpartition("\nleast set, application")[2]
    assert text.splitlines()[1:3] == [
        "  Directory.Read.All  level 3, admin consent: GET /users, GET /groups",
        "  Sites.Read.All      level 4, admin consent: GET /sites/root/lists",
    ]


@pytest.mark.parametrize(
    ("asked", "access", "selected"),
    [
        (
            "GET /sites/{id}/lists",
            "application",
            [{"permission": "Sites.Selected", "instead_of": "Sites.Read.All"}],
        ),
        (
            "GET /sites/{id}/lists",
            "delegated",
            [{"permission": "Sites.Selected", "instead_of": "Sites.Read.All"}],
        ),
        ("GET /sites", "application", []),
        ("GET /me/drive/root/children", "delegated", []),
        ("GET /me/drive/root/children", "personal", []),
        ("GET /users", "application", []),
    ],
)
def test_single_sites_instead_of_all(tmp_path: Path, asked: str, access: str, selected: list[dict[str, str]]):
    document = needs(tmp_path, asked, "--access", access, "--format", "json").json()
    assert document["minimum"][access]["selected"] == selected


def test_many_unknown_calls_are_not_each_compared_with_the_catalogue(tmp_path: Path):
    few = needs(tmp_path, "-", "--format=json", stdin="GET /user\n" * 10).json()
    many = needs(tmp_path, "-", "--format=json", stdin="GET /user\n" * 11).json()
    unknown = "the catalogue has no such operation of Microsoft Graph"
    assert {call["reason"] for call in few["calls"]} == {f"{unknown}; did you mean `GET /users`?"}
    assert {call["reason"] for call in many["calls"]} == {unknown}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.integers(0, len(OPERATIONS) - 1), min_size=1, max_size=8), st.sampled_from([*ACCESS, "all"])
)
def test_any_calls(tmp_path: Path, numbers: list[int], access: str):
    """JSON is what its schema says, and people are told of every call that the document has."""
    asked = [f"{method} {template}" for method, template in map(OPERATIONS.__getitem__, numbers)]
    result = needs(tmp_path, "-", "--access", access, "--format", "json", stdin="\n".join(asked))
    document = result.json()
    NEEDS.validate(document)
    wanted = list(ACCESS) if access == "all" else [access]
    assert [f"{call['method']} {call['url']}" for call in document["calls"]] == asked
    assert list(document["minimum"]) == wanted
    covered = set()
    for least in document["minimum"].values():
        parts = [{one["call"] for one in least[part]} for part in ("uncovered", "proof")]
        assert parts[0] | parts[1] == set(range(len(asked)))
        assert not parts[0] & parts[1]
        covered |= parts[1]
        for one in least["proof"]:
            assert set(one["by"]) <= set(least["permissions"])
            assert one["by"] in one["considered"]
        assert (least["narrower_excess"] is None) == (not least["narrower"])
        wide, less = (
            any(name.startswith("Directory.") for name in least[part]) for part in ("permissions", "narrower")
        )
        assert (
            least["narrower_excess"] is None
            or least["narrower_excess"] < least["excess"]
            or (wide and not less)
        )
    assert result.code == (0 if covered == set(range(len(asked))) else 1)
    shown = needs(tmp_path, "-", "--access", access, "--proof", stdin="\n".join(asked))
    assert shown.code == result.code
    for name, least in document["minimum"].items():
        (lines,) = (part for part in shown.stdout.split("\n\n") if part.startswith(f"least set, {name}: "))
        one_line = " ".join(lines.split())
        for one in least["uncovered"]:
            assert asked[one["call"]] in one_line or "): all of them" in one_line
        for one in least["proof"]:
            assert f"{asked[one['call']]}: {' and '.join(one['by'])}" in one_line
        assert re.findall(r"^  (\S+) +(?:no level|level \d)", lines, re.MULTILINE) == least["permissions"]


def test_stdin_is_read_in_any_encoding_that_files_may_have(tmp_path: Path):
    expected = needs(tmp_path, "GET /me", "GET /users")
    for data in (
        "GET /me\r\nGET /users\r\n".encode("utf-8-sig"),
        b"# two calls\n\n  get   /me  \nGET\t/users",
        "GET /me\nGET /users\n".encode("utf-16"),
    ):
        assert run("needs", "-", "--today", "2026-11-26", folder=tmp_path, stdin=data) == expected


def test_secrets_and_commands_in_a_calls_file(tmp_path: Path):
    flow = {"name": "::error::\u001b[31m", "type": "client_credentials"}
    made = ["GET https://joe:hunter2@graph.microsoft.com/v1.0/users", "GET https://joe:hunter2@contoso.com/x"]
    write(tmp_path, {"app.calls.json": json.dumps({"version": 1, "flows": [flow | {"calls": made}]})})
    shown = needs(tmp_path, "--calls", "app.calls.json", "--proof")
    assert "hunter2" not in shown.stdout
    assert shown.stdout.splitlines()[0] == (
        "least set of \\u003a:error::\\u001b[31m, application: 1 permission for 1 call"
    )
    document = needs(tmp_path, "--calls", "app.calls.json", "--format", "json")
    assert "hunter2" not in document.stdout
