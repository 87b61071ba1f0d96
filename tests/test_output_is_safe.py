"""Whatever stands in a user's files: nothing secret and nothing that acts leaves through any command.

Secrets and hostile names are planted in every place that a file, a file's name or the command line has
for text, and all output of all commands is searched.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.catalog import small
from tests.cli.run import APP, GRAPH, KEY, Result, run, write

CLIENT_SECRET = "abc8Q~" + "Zz9_-.~x" * 4 + "12"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJodHRwcyJ9.c2lnbmF0dXJl"
PEM_BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDplanted"
PEM = f"-----BEGIN PRIVATE KEY-----\n{PEM_BODY}\n-----END PRIVATE KEY-----"
PASSWORD = "correct horse; battery, staple"
URL_PASSWORD = "hunter2hunter2"

#: What must never be seen, wherever it stood.
SECRETS = (
    CLIENT_SECRET,
    CLIENT_SECRET[6:],
    JWT,
    JWT.rpartition(".")[2],
    PEM_BODY,
    PASSWORD,
    "battery",
    URL_PASSWORD,
)

HOSTILE = (
    "<script>alert(1)</script>",
    "\x1b[31mred\x1b]0;title\x07",
    "\u202egnp.exe\u2066",
    "two\n::error::pwned\r\n::set-output name=x::y",
    "::error file=a::pwned",
    "  ::warning::pwned",
    "##[error]pwned ##vso[task.setvariable variable=x]pwned",
    "nul-free\x08\x7f\x85\u2028\u2029\ufeff controls",
    "a,b:c%d%0A",
    f"name {CLIENT_SECRET}",
    f"Bearer {JWT}",
    PEM,
    f'{{"client_secret":"{PASSWORD}"}}',
    f"https://svc:{URL_PASSWORD}@api.contoso.com/x",
    f"https://api.contoso.com/x?client_secret={CLIENT_SECRET}",
)

FORMATS = ("text", "json", "sarif", "github")
OURS = re.compile(r"^::(error|warning|notice) (file|title)=[^\n]*$")


def assert_safe(result: Result, format_: str = "text") -> None:
    output = result.stdout + result.stderr
    assert "Traceback" not in output
    assert result.code in (0, 1, 2)
    for secret in SECRETS:
        assert secret not in output
    for line in output.split("\n"):
        assert line.isprintable(), ascii(line)
        assert "##[" not in line
        assert "##vso[" not in line
        if line.lstrip().startswith("::"):
            # `:::` leads to a second file, as in rustc; what follows it cannot make it a command.
            assert line.lstrip().startswith("::: ") if format_ == "text" else OURS.match(line), line
    if format_ in ("json", "sarif") and result.stdout:
        json.loads(result.stdout)


def registration(text: str) -> dict[str, object]:
    """A registration with `text` wherever a person or a tool may write, and many faults to report."""
    return {
        "appId": APP,
        "displayName": text,
        "description": text,
        "notes": text,
        "signInAudience": "AzureADandPersonalMicrosoftAccount",
        "identifierUris": [text, f"api://{text}"],
        "isFallbackPublicClient": True,
        "tags": [text],
        "requiredResourceAccess": [
            {
                "resourceAppId": GRAPH,
                "resourceAccess": [
                    {"id": text, "type": "Scope"},
                    {"id": "19dbc75e-c2e2-444c-a770-ec69d8559fc7", "type": "Role"},
                    {"id": KEY, "type": text},
                ],
            },
            {"resourceAppId": text, "resourceAccess": [{"id": KEY, "type": "Role"}]},
        ],
        "web": {
            "redirectUris": [text, f"http://contoso.com/{text}", "https://*.contoso.com/cb"],
            "logoutUrl": text,
            "homePageUrl": text,
            "implicitGrantSettings": {"enableAccessTokenIssuance": True, "enableIdTokenIssuance": True},
        },
        "spa": {"redirectUris": [text]},
        "publicClient": {"redirectUris": [text]},
        "api": {
            "requestedAccessTokenVersion": 1,
            "oauth2PermissionScopes": [
                {
                    "id": KEY,
                    "value": text,
                    "type": "Admin",
                    "isEnabled": True,
                    "adminConsentDescription": text,
                }
            ],
            "preAuthorizedApplications": [{"appId": text, "delegatedPermissionIds": [text]}],
        },
        "appRoles": [{"id": KEY, "value": text, "displayName": text, "allowedMemberTypes": [text]}],
        "passwordCredentials": [
            {
                "keyId": KEY,
                "displayName": text,
                "secretText": PASSWORD,
                "hint": "abc",
                "startDateTime": "2024-01-01T00:00:00Z",
                "endDateTime": "2025-01-01T00:00:00Z",
            }
        ],
        "keyCredentials": [
            {
                "keyId": text,
                "displayName": text,
                "key": text,
                "endDateTime": "2025-01-01T00:00:00Z",
                "usage": "Verify",
            }
        ],
    }


def inventory(text: str) -> str:
    """A calls file with `text` wherever one may be, as JSON within YAML's reach."""
    quoted = json.dumps(text)
    one_line = "".join(character if character.isprintable() else " " for character in text)
    pem = PEM.replace("\n", "\n          ")
    return f"""\
version: 1  # {one_line}
tenant: {quoted}
note: {quoted}
directory_roles: [{quoted}]
consent: {{by: user, url: {quoted}}}
flows:
  - name: {quoted}  # client_secret: {PASSWORD}
    type: client_credentials  # {CLIENT_SECRET}
    authority: "https://login.microsoftonline.com/common"
    scopes: [{quoted}, User.Read]  # {JWT}
    redirect_uri: {quoted}
    library: {quoted}
    user: {{account: work, roles: [{quoted}], licences: [{quoted}]}}
    calls:
      # client_secret: {PASSWORD}
      - POST /users/1/authentication/methods/2/resetPassword  # client_secret: {PASSWORD}
      - {{method: GET, url: {json.dumps("/me?" + text)}, note: {quoted}}}
      - {{method: GET, url: {json.dumps("/users/" + text)}}}
      - {{method: PATCH, url: "/users/1", writes: [{quoted}, passwordProfile]}}
      - method: GET
        url: /me/messages
        note: |
          {pem}
        target: {{id: {quoted}}}
      - {{method: GET, url: {json.dumps(text)}}}
  - name: second
    type: authorization_code
    scopes: {quoted}
    calls: [GET /users, GET /no/such/thing]
"""


def consent(text: str) -> dict[str, object]:
    client, resource = "1e0c8a4e-2a9b-4f57-9c0f-0b4d5a1f7a01", "b7d1f0c2-5a64-4f0e-8a6c-3e2d1c0b9a02"
    return {
        "servicePrincipals": {
            "value": [
                {"id": client, "appId": APP, "displayName": text, "appRoleAssignmentRequired": False},
                {
                    "id": resource,
                    "appId": GRAPH,
                    "displayName": text,
                    "appRoles": [],
                    "oauth2PermissionScopes": [],
                },
            ]
        },
        "oauth2PermissionGrants": {
            "value": [
                {"clientId": client, "consentType": "AllPrincipals", "resourceId": resource, "scope": text}
            ]
        },
        "appRoleAssignments": {
            "value": [
                {
                    "principalId": client,
                    "resourceId": resource,
                    "appRoleId": text,
                    "resourceDisplayName": text,
                }
            ]
        },
    }


def file_name(text: str) -> str:
    """The text as a file name, as far as a file system takes it (without a slash it is no URL)."""
    return text.replace(URL_PASSWORD, "pw").replace("/", "_").replace("\0", "_")[:60].strip(".")


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_check(tmp_path: Path, text: str, format_: str):
    name = file_name(text)
    write(
        tmp_path,
        {
            f"{name}/{name}.json": registration(text),
            f"{name}/{name}.calls.yaml": inventory(text),
            f"{name}.grants.json": consent(text),
        },
    )
    day = ("--today", "2026-11-25", "--persona", "auditor")
    result = run("check", ".", "--format", format_, *day, folder=tmp_path)
    assert_safe(result, format_)
    # The files were read: a report that refuses them shows nothing and proves nothing.
    assert "credential/expired" in result.stdout
    assert "password/reset-action-app-only" in result.stdout
    named = run("check", f"{name}/{name}.json", "--format", format_, *day, folder=tmp_path)
    assert_safe(named, format_)
    written = run("check", ".", "--format", format_, *day, "--output", "report", folder=tmp_path)
    assert_safe(Result(0, (tmp_path / "report").read_text("utf-8"), written.stderr), format_)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_fixes(tmp_path: Path, text: str):
    name = file_name(text)
    one_line = text.replace("\n", " ").replace("\r", " ")
    # As it is, and not in the escapes of JSON, in lines beside those that a fix changes.
    content = json.dumps(registration(text), indent=2, ensure_ascii=False).replace("\x7f", "")
    content = content.replace('"web": {', f'"web": {{ // {one_line}\n/*\n{one_line}\n*/')
    write(tmp_path, {f"{name}.json": content, f"{name}.calls.yaml": inventory(text)})
    diff = run("check", ".", "--diff", "--fix=all", folder=tmp_path)
    refused = "\x1b" in text  # the colours of a terminal
    assert ("redirectUris" in diff.stdout) != refused
    assert_safe(Result(diff.code, diff.stdout.replace("\t", ""), diff.stderr))
    assert_safe(run("check", ".", "--diff", "--output", "fix.patch", folder=tmp_path))
    for format_ in FORMATS:
        write(tmp_path, {f"{name}.json": content})
        fixed = run("check", ".", "--fix=all", "--format", format_, folder=tmp_path)
        assert ((tmp_path / f"{name}.json").read_text("utf-8") != content) != refused
        assert_safe(fixed, format_)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_check_of_files_that_are_refused(tmp_path: Path, text: str, format_: str):
    name = file_name(text)
    quoted = json.dumps(text)
    write(
        tmp_path,
        {
            f"{name}.json": f'{{"signInAudience": {quoted}, {quoted}: 1, {quoted}: 2}}',
            f"{name}-types.json": {"displayName": [text], "signInAudience": {text: text}, "web": text},
            f"{name}-open.json": f'{{"signInAudience": "AzureADMyOrg",\n"notes": {quoted}',
            f"{name}.calls.yaml": f"version: 1\n{quoted}: 1\nflows:\n  - {quoted}: 2\n    calls: {quoted}\n",
            f"{name}-app.calls.yaml": f"version: 1\napp: {quoted}\nflows: [{{type: none, calls: []}}]\n",
            f"{name}-raw.calls.yaml": f"version: 1\nflows:\n  - type: {text}\n    calls: [{text}]\n",
            f"{name}.grants.json": {"oauth2PermissionGrants": {"value": [text, {"clientId": [text]}]}},
            f"{name}-text.json": text,
        },
    )
    result = run("check", ".", "--format", format_, folder=tmp_path)
    assert result.code == 2
    assert_safe(result, format_)
    assert_safe(
        run("check", f"{name}-text.json", f"no {name}", "--format", format_, folder=tmp_path), format_
    )
    paths = (f"{name}.json", "--calls", f"{name}-types.json", "--grants", f"{name}-raw.calls.yaml")
    assert_safe(run("check", *paths, "--format", format_, folder=tmp_path), format_)


@pytest.mark.parametrize("format_", ["text", "markdown", "json"])
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_diff(tmp_path: Path, text: str, format_: str):
    name, quoted = file_name(text), json.dumps(text)
    old = registration(text) | {"requiredResourceAccess": [], "appId": f"{APP}{text}", "signInAudience": text}
    write(
        tmp_path,
        {
            f"old/{name}/{name}.json": old,
            f"new/{name}/{name}.json": registration(text),
            f"new/{name}/{name}.calls.yaml": inventory(text),
            f"gone/{name}.json": registration(text) | {"appId": text},
            f"broken/{name}.json": f'{{"signInAudience": {quoted}, {quoted}: 1, {quoted}: 2}}',
        },
    )
    result = run("diff", "old", "new", "--format", format_, folder=tmp_path)
    assert_safe(result, format_)
    # The files were compared: a report that refuses them shows nothing and proves nothing.
    assert "Directory.ReadWrite.All" in result.stdout
    for one, other in (("new", "old"), ("gone", "new"), ("new", "gone"), ("broken", "new"), ("old", text)):
        assert_safe(run("diff", one, other, "--format", format_, folder=tmp_path), format_)
        assert_safe(run("diff", other, one, "--format", format_, folder=tmp_path), format_)
    assert_safe(run("diff", "old", "new", "--fail-on", text, folder=tmp_path))


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no Git")
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_diff_with_a_revision(tmp_path: Path, text: str):
    name, quoted = file_name(text), json.dumps(text)
    broken = f'{{"signInAudience": {quoted}, {quoted}: 1, {quoted}: 2}}'
    empty = registration(text) | {"requiredResourceAccess": []}
    write(tmp_path, {f"one/{name}.json": empty, f"broken/{name}.json": broken})
    for command in (("init", "--quiet"), ("add", ".")):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    tree = subprocess.run(["git", "write-tree"], cwd=tmp_path, check=True, capture_output=True, text=True)
    write(tmp_path, {f"one/{name}.json": registration(text), f"broken/{name}.json": registration(text)})
    for format_ in ("text", "markdown", "json"):
        base = ("--base", tree.stdout.strip(), "--format", format_)
        result = run("diff", *base, "one", folder=tmp_path)
        assert_safe(result, format_)
        assert "Directory.ReadWrite.All" in result.stdout
        for paths in (("broken",), (text,), ("one", f"no {name}")):
            assert_safe(run("diff", *base, *paths, folder=tmp_path), format_)
        assert_safe(run("diff", f"--base={text}", "one", folder=tmp_path), format_)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_configuration(tmp_path: Path, text: str):
    quoted = json.dumps(text)
    ignore = (
        f'[[ignores]]\nrule = "credential/expired"\nreason = {quoted}\napp = {quoted}\nsubject = {quoted}\n'
    )
    write(tmp_path, {"app.json": registration("Portal")})
    for toml in (
        f"{quoted} = 1\n",
        f"select = [{quoted}]\n",
        f"fail-on = {quoted}\n",
        f"[severity]\n{quoted} = {quoted}\n",
        f"[[ignores]]\nrule = {quoted}\nreason = {quoted}\n",
        f'{ignore}expires = "2020-01-01"\n',
        f"{ignore}expires = {quoted}\n",
        ignore,
        text,
        f"a = {text}",
    ):
        (tmp_path / "entralint.toml").write_text(toml.replace("\\ud800", ""), "utf-8")
        for format_ in FORMATS:
            assert_safe(run("check", ".", "--format", format_, folder=tmp_path), format_)
    name = file_name(text) + ".toml"
    (tmp_path / name).write_text(ignore, "utf-8")
    for format_ in FORMATS:
        assert_safe(run("check", ".", "--config", name, "--format", format_, folder=tmp_path), format_)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_the_other_commands(tmp_path: Path, text: str):
    for arguments in (
        [text],
        ["check", text],
        ["check", f"--{text}"],
        ["check", ".", "--select", text],
        ["check", ".", "--today", text],
        ["check", ".", "--max-bytes", text],
        ["check", ".", "--format", text],
        ["check", ".", "--output", f"{text}/x"],
        ["needs", text],
        ["needs", f"GET {text}"],
        ["needs", f"GET /me?{text}"],
        ["needs", "--format", "json", f"GET /me?{text}"],
        ["needs", "--format", "json", f"GET /{text}"],
        ["needs", "--proof", f"GET /me?{text}", f"GET /users?{text}", f"GET /me/{text}"],
        ["needs", "--access", "personal", "--emit", "names", f"GET /me?{text}", f"GET /users?{text}"],
        ["needs", "--access", text, "GET /me"],
        ["needs", "--calls", text],
        ["explain", text],
        ["explain", f"a/{text}"],
        ["explain", f"GET {text}"],
        ["explain", f"GET /me?{text}"],
        ["explain", f"GET /me/{text}/x"],
        ["explain", f"https://graph.microsoft.com/{text}"],
        ["explain", f"{text}/x"],
        ["explain", f"/me/{text}"],
        ["explain", f"AADSTS65001 {text}"],
        ["explain", "--format", "json", f"AADSTS65001 {text}"],
        ["explain", "--format", "json", f"GET /me?{text}"],
        ["explain", "--grants", text],
        ["rules", text],
        ["rules", "--covers", text],
        ["schema", text],
        ["catalog", text],
        ["catalog", "compile", f"no {text}"],
    ):
        assert_safe(run(*arguments, folder=tmp_path))
    for format_ in ("text", "json"):
        one_line = text.replace("\n", " ")
        stdin = f"GET /me?{one_line}\nGET /x/{one_line}\n".encode()
        assert_safe(run("needs", "-", "--format", format_, folder=tmp_path, stdin=stdin), format_)
        assert_safe(run("needs", "-", "--format", format_, folder=tmp_path, stdin=one_line.encode()), format_)
    made = [f"GET /users?{text}", f"GET /me/{text}", f"GET https://contoso.com/{text}", "GET /$metadata"]
    flow = {"name": text.strip() or "x", "type": "client_credentials", "calls": made}
    (tmp_path / "x.json").write_text(json.dumps({"version": 1, "flows": [flow]}), "utf-8")
    for form in (["--proof"], ["--format", "json"], ["--emit", "names"]):
        assert_safe(
            run("needs", "--calls", "x.json", *form, folder=tmp_path), "json" if "json" in form else "text"
        )


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_catalogues(tmp_path: Path, text: str):
    """Upstream's files come from anywhere, and so do the names that lead to them."""
    files = small.upstream()
    listed = files["permissions.json"]["permissions"]
    listed[text] = listed["User.Read"]
    paths = listed["Mail.Read"]["pathSets"][0]["paths"]
    paths |= {f"/me/{text}": "", f"/{text}": "", "/me/x": f"AlsoRequires={text};least={text}"}
    listed["Mail.Read"]["pathSets"][0]["methods"].append(text)
    listed["Mail.Read"]["pathSets"][0]["schemeKeys"].append(text)
    files["GraphAppRoles.json"] += [
        {"Value": text, "Id": text, "IsEnabled": True},
        {"Value": "A.Read", "Id": text, "IsEnabled": True},
    ]
    files["provisioningInfo.json"]["permissionDeployments"] |= {
        text: [],
        "B.Read": [{"scheme": text, "resourceAppId": text, "id": text}],
    }
    files["permissions-descriptions.json"]["applicationScopesList"] += [
        {"value": text},
        {"value": "C.D", "id": text},
    ]
    files["MicrosoftApps.json"] += [
        {"AppId": text, "AppDisplayName": text},
        {"AppId": "11111111-1111-4111-8111-111111111111", "AppDisplayName": text},
    ]
    files["docs_permissions.jsonl"] += [
        {"version": "v1.0", "method": text, "path": text, "scheme": "Delegated", "all": []},
        {"version": "v1.0", "method": "GET", "path": f"/a/{text}", "scheme": "Delegated", "all": [text]},
        {
            "version": "v1.0", "method": "GET", "path": "/b", "scheme": "Delegated",
            "all": [text], "and_notes": {text: f"{text} A.B C.D E.F"},
        },
    ]  # fmt: skip
    word = "".join(
        letter for letter in text.rsplit(maxsplit=1)[-1] if letter.isascii() and letter.isprintable()
    )
    sources = {"permissions.json": {"repository": word, "commit": word}, text: {}}
    folder = file_name(text)
    small.lay(tmp_path / folder, files | {"sources.json": sources})
    compiled = run("catalog", "compile", folder, "--all", folder=tmp_path)
    assert (compiled.code, compiled.stderr) == (0, "")
    assert_safe(compiled)
    mine = f"{folder}.bin"
    small.lay(tmp_path / "plain", small.UPSTREAM)
    run("catalog", "compile", "plain", "--output", "plain.bin", folder=tmp_path)
    (tmp_path / "catalog.bin").rename(tmp_path / mine)
    write(tmp_path, {"app.json": registration("Portal")})
    for format_ in ("text", "json"):
        assert_safe(run("catalog", "info", "--catalog", mine, "--format", format_, folder=tmp_path), format_)
        assert_safe(run("catalog", "diff", "plain.bin", mine, "--format", format_, folder=tmp_path), format_)
        assert_safe(
            run("check", "app.json", "--catalog", mine, "--format", format_, folder=tmp_path), format_
        )
    assert_safe(run("needs", "GET /users", "--catalog", mine, "--today", "2099-01-01", folder=tmp_path))
    for wrong in (
        {"permissions.json": {text: 1}},
        {"permissions.json": {"permissions": {text: text}}},
        {
            "permissions.json": {
                "permissions": {"A.B": {"schemes": {text: {"privilegeLevel": text}}, "pathSets": []}}
            }
        },
        {"docs_permissions.jsonl": [{text: text}]},
        {"MicrosoftApps.json": text},
        {"sources.json": {text: {text: text}}},
        {"sources.json": {text: {"date": text}}},
        {"sources.json": {text: text}},
    ):
        small.lay(tmp_path / "wrong", small.upstream() | {"sources.json": {}} | wrong)
        refused = run("catalog", "compile", "wrong", folder=tmp_path)
        assert refused.code == 2
        assert_safe(refused)
    twice = json.dumps(text)
    write(tmp_path, {"wrong/sources.json": f"{{{twice}: {{}}, {twice}: {{}}}}"})
    assert_safe(run("catalog", "compile", "wrong", folder=tmp_path))
    (tmp_path / "entralint.toml").write_text(
        f"catalog = {json.dumps(text)}\n".replace("\\ud800", ""), "utf-8"
    )
    for arguments in (
        ["catalog", "compile", f"https://127.0.0.1:1/{text}"],
        ["catalog", "compile", f"http://svc:{URL_PASSWORD}@127.0.0.1:1/{text}"],
        ["catalog", "compile", f"https://svc:{URL_PASSWORD}@127.0.0.1:1/x?{text}"],
        ["catalog", "compile", f"https://{URL_PASSWORD}@127.0.0.1:1/x"],
        ["catalog", "compile", f"{text}=x"],
        ["catalog", "compile", f"permissions.json={text}"],
        ["catalog", "compile", "wrong", "--sources", text],
        ["catalog", "compile", "wrong", "--timeout", text],
        ["catalog", "compile", "wrong", "--today", text],
        ["catalog", "compile", folder, "--output", f"{text}/x"],
        ["catalog", "diff", text, text],
        ["catalog", "info", text],
        ["catalog", "info", "--catalog", text],
        ["catalog", "info"],
        ["check", "app.json", "--catalog", text],
        ["check", "app.json"],
        ["needs", "GET /me", "--catalog", text],
        ["needs", "GET /me"],
        ["explain", "GET /me", "--catalog", text],
        ["explain", "User.Read"],
    ):
        assert_safe(run(*arguments, folder=tmp_path))


def test_lone_surrogates(tmp_path: Path):
    """Half a character in a file is refused; in a file name it is shown as an escape."""
    write(tmp_path, {"half.json": '{"signInAudience": "AzureADMyOrg", "displayName": "a\\ud800b"}'})
    name = b"caf\xe9.json".decode("utf-8", "surrogateescape")
    (tmp_path / name).write_text(json.dumps(registration("Portal")), "utf-8")
    for format_ in FORMATS:
        result = run("check", ".", "--format", format_, folder=tmp_path)
        assert_safe(result, format_)
        assert "half of a surrogate pair" in result.stdout
    for arguments in (
        ["explain", "a\udce9"],
        ["needs", "GET /\udce9"],
        ["check", "\udce9"],
        ["rules", "\udce9"],
    ):
        assert_safe(run(*arguments, folder=tmp_path))
