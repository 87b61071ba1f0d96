"""A user refreshes the permission data: compile, choose, compare, and be told when it is old."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from linter.catalog.store import Catalog
from linter.report import json as json_report
from tests.catalog import small
from tests.cli.run import Result, calls, manifest, run, write
from tests.https import Answer, Server, server

DAY = ("--today", "2026-11-25")
SCHEMAS = Path(json_report.__file__).parent / "schema"
REQUIRED = ("permissions.json", "GraphAppRoles.json", "GraphDelegateRoles.json")


def fails(result: Result, message: str) -> None:
    assert (result.code, result.stdout, result.stderr) == (2, "", f"entralint: {message}\n")


def built(folder: Path, name: str = "mine.bin", date: str = "2026-11-01", **files: object) -> Path:
    """A small catalogue of a date, made by the command."""
    source = folder / f"upstream-{name}"
    stated = {"permissions.json": {"repository": "o/r", "commit": "abc", "date": date}}
    small.lay(source, small.upstream() | {"sources.json": stated} | files)
    result = run("catalog", "compile", source.name, "--output", name, folder=folder)
    assert (result.code, result.stderr) == (0, "")
    return folder / name


def test_compile_never_takes_the_place_of_an_input(tmp_path: Path):
    small.lay(tmp_path / "up", small.upstream())
    before = (tmp_path / "up" / "permissions.json").read_bytes()
    result = run("catalog", "compile", "up", "--output", "up/permissions.json", folder=tmp_path)
    fails(
        result,
        "up/permissions.json: it is an input of this command, and would be lost; write to another file",
    )
    assert (tmp_path / "up" / "permissions.json").read_bytes() == before


# --- compile ------------------------------------------------------------------------------------


def test_compile_a_folder(tmp_path: Path):
    stated = {"permissions.json": {"repository": "o/r", "commit": "abc", "date": "2026-08-07"}}
    small.lay(tmp_path / "up", small.upstream() | {"sources.json": stated})
    result = run("catalog", "compile", "up", folder=tmp_path)
    assert (result.code, result.stderr) == (0, "")
    size = (tmp_path / "catalog.bin").stat().st_size
    assert result.stdout.splitlines()[-10:] == [
        "inputs",
        "  GraphAppRoles.json: up/GraphAppRoles.json (provenance not on record)",
        "  GraphDelegateRoles.json: up/GraphDelegateRoles.json (provenance not on record)",
        "  MicrosoftApps.json: up/MicrosoftApps.json (provenance not on record)",
        "  docs_permissions.jsonl: up/docs_permissions.jsonl (provenance not on record)",
        "  permissions-descriptions.json: up/permissions-descriptions.json (provenance not on record)",
        "  permissions.json: up/permissions.json (o/r abc 2026-08-07)",
        "  provisioningInfo.json: up/provisioningInfo.json (provenance not on record)",
        "",
        f"wrote catalog.bin: {size:,} bytes; `--catalog` or ENTRALINT_CATALOG name it to a command",
    ]
    info = Catalog.open(str(tmp_path / "catalog.bin")).info()
    assert info.date == "2026-08-07"
    assert [source[:4] for source in info.sources if source.file == "permissions.json"] == [
        ("o/r", "abc", "2026-08-07", "permissions.json")
    ]


def test_the_report_shows_a_few_entries_or_all(tmp_path: Path):
    files = small.upstream()
    files["GraphAppRoles.json"] += [
        {"Value": f"No name {at}", "Id": f"{small.GUID}f", "IsEnabled": True} for at in range(8)
    ]
    small.lay(tmp_path / "up", files)
    head = "quarantined: no name of a permission: 8"
    lines = run("catalog", "compile", "up", folder=tmp_path).stdout.splitlines()
    at = lines.index(head)
    assert lines[at + 5 : at + 7] == ["  No name 4: GraphAppRoles.json", "  … 3 more"]
    lines = run("catalog", "compile", "up", "--all", folder=tmp_path).stdout.splitlines()
    assert lines[lines.index(head) + 8] == "  No name 7: GraphAppRoles.json"


def test_sources_from_elsewhere(tmp_path: Path):
    small.lay(
        tmp_path / "up", small.upstream() | {"sources.json": {"MicrosoftApps.json": {"commit": "beside"}}}
    )
    write(tmp_path, {"ours.json": {"permissions.json": {"repository": "o/r", "date": "2026-01-31"}}})
    run("catalog", "compile", "up", "--sources", "ours.json", folder=tmp_path)
    sources = {one.file: one[:3] for one in Catalog.open(str(tmp_path / "catalog.bin")).info().sources}
    assert sources["permissions.json"] == ("o/r", "-", "2026-01-31")
    assert sources["MicrosoftApps.json"] == ("-", "beside", "-")
    assert sources["GraphAppRoles.json"] == ("-", "-", "-")


def test_single_files_win_over_folders_and_the_first_folder_over_the_next(tmp_path: Path):
    files = small.upstream()
    small.lay(tmp_path / "one", {name: files[name] for name in REQUIRED[:2]})
    small.lay(tmp_path / "two", files | {"permissions.json": {"permissions": 7}})
    small.lay(tmp_path, {"roles.json": files["GraphAppRoles.json"][1:]})
    result = run("catalog", "compile", "one", "two", "GraphAppRoles.json=roles.json", folder=tmp_path)
    assert "  GraphAppRoles.json: roles.json (provenance not on record)" in result.stdout
    assert "  permissions.json: one/permissions.json (provenance not on record)" in result.stdout
    assert (
        "  GraphDelegateRoles.json: two/GraphDelegateRoles.json (provenance not on record)" in result.stdout
    )


def test_a_table_with_a_year_in_its_name(tmp_path: Path):
    files = small.upstream()
    table = files.pop("docs_permissions.jsonl")
    small.lay(tmp_path / "up", files | {"docs_permissions_2026.jsonl": table})
    result = run("catalog", "compile", "up", folder=tmp_path)
    assert "  docs_permissions_2026.jsonl: up/docs_permissions_2026.jsonl (" in result.stdout
    small.lay(tmp_path / "up", {"docs_permissions_2027.jsonl": table})
    fails(
        run("catalog", "compile", "up", folder=tmp_path),
        "up: holds docs_permissions_2026.jsonl and docs_permissions_2027.jsonl: name the one to use, "
        "`docs_permissions_2027.jsonl=FILE`",
    )
    result = run(
        "catalog",
        "compile",
        "docs_permissions_2027.jsonl=up/docs_permissions_2027.jsonl",
        "up",
        folder=tmp_path,
    )
    assert "  docs_permissions_2027.jsonl: up/docs_permissions_2027.jsonl (" in result.stdout


@pytest.mark.parametrize(
    ("places", "message"),
    [
        (["up", "gone"], "gone: no such folder"),
        (["up/permissions.json"], "up/permissions.json: is a file: write NAME=FILE"),
        (
            ["premissions.json=x"],
            "catalog compile: `premissions.json` is no upstream file; did you mean `permissions.json`?",
        ),
        (["permissions.json=x", "up"], "x: cannot be read: no such file or directory"),
        (["permissions.json=", "up"], "catalog compile: `permissions.json=` names no file"),
        (["permissions.json=a", "permissions.json=b"], "catalog compile: `permissions.json` is given twice"),
        (["http://example.com/x"], "http://example.com/x/sources.json: only https addresses are downloaded"),
        (["file:///etc"], "file:///etc/sources.json: only https addresses are downloaded"),
        (
            ["permissions.json=ftp://u:p@example.com/x", "up"],
            "ftp://***@example.com/x: only https addresses are downloaded",
        ),
        (
            ["permissions.json=up/permissions.json"],
            "GraphAppRoles.json: is required, and was not found (no folder or address was given)",
        ),
        (["up", "--sources", "up/GraphAppRoles.json"], "up/GraphAppRoles.json: it must be an object"),
        (["up", "--today", "2026-02-30"], "--today: '2026-02-30' is no date of the form YYYY-MM-DD"),
    ],
)
def test_compile_refuses(tmp_path: Path, places: list[str], message: str):
    small.lay(tmp_path / "up", small.UPSTREAM)
    write(tmp_path, {"catalog.bin": b"before"})
    fails(run("catalog", "compile", *places, folder=tmp_path), message)
    assert (tmp_path / "catalog.bin").read_bytes() == b"before"


def test_a_file_that_is_too_large(tmp_path: Path):
    small.lay(tmp_path / "up", small.UPSTREAM)
    with (tmp_path / "up" / "MicrosoftApps.json").open("wb") as file:
        file.truncate(32 * 1024 * 1024 + 1)
    fails(
        run("catalog", "compile", "up", folder=tmp_path),
        "up/MicrosoftApps.json: larger than the limit of 33554432 bytes",
    )


def test_a_file_of_another_shape(tmp_path: Path):
    small.lay(
        tmp_path / "up",
        small.upstream() | {"GraphAppRoles.json": [{"Value": "x", "Id": 1, "IsEnabled": True}]},
    )
    fails(run("catalog", "compile", "up", folder=tmp_path), "up/GraphAppRoles.json: `/0/Id` must be a text")


# --- compile from https ---------------------------------------------------------------------------


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with server(tmp_path, monkeypatch) as running:
        running.answers.update(
            {f"/data/{name}": Answer(small.encoded(name, value)) for name, value in small.UPSTREAM.items()}
        )
        yield running


def test_compile_an_address(tmp_path: Path, web: Server):
    result = run("catalog", "compile", f"{web.url}/data/", *DAY, folder=tmp_path)
    assert (result.code, result.stderr) == (0, "")
    info = Catalog.open(str(tmp_path / "catalog.bin")).info()
    # Nobody described the files: their address and the day of the download are what is known.
    assert [source[:4] for source in info.sources] == [
        (f"{web.url}/data/{name}", "-", "2026-11-25", name) for name in sorted(small.UPSTREAM)
    ]
    assert info.date == "2026-11-25"
    small.lay(tmp_path / "up", small.UPSTREAM)
    run("catalog", "compile", "up", "--output", "local.bin", folder=tmp_path)
    assert Catalog.open(str(tmp_path / "local.bin")).hash == info.hash


def test_an_address_may_describe_its_files(tmp_path: Path, web: Server):
    stated = {"permissions.json": {"repository": "o/r", "commit": "abc", "date": "2026-08-07"}}
    web.answers["/data/sources.json"] = Answer(json.dumps(stated).encode())
    run("catalog", "compile", f"{web.url}/data", *DAY, folder=tmp_path)
    sources = {one.file: one[:3] for one in Catalog.open(str(tmp_path / "catalog.bin")).info().sources}
    assert sources["permissions.json"] == ("o/r", "abc", "2026-08-07")
    assert sources["MicrosoftApps.json"] == (f"{web.url}/data/MicrosoftApps.json", "-", "2026-11-25")


def test_addresses_and_folders_mixed(tmp_path: Path, web: Server):
    small.lay(tmp_path / "up", {"GraphAppRoles.json": small.UPSTREAM["GraphAppRoles.json"]})
    web.answers["/other"] = Answer(small.encoded("permissions.json", small.PERMISSIONS))
    places = ("up", f"permissions.json={web.url}/other?sig=secret", f"{web.url}/data?sig=secret")
    result = run("catalog", "compile", *places, *DAY, folder=tmp_path)
    assert (result.code, result.stderr) == (0, "")
    assert "  GraphAppRoles.json: up/GraphAppRoles.json (provenance not on record)" in result.stdout
    assert f"  permissions.json: {web.url}/other?*** ({web.url}/other 2026-11-25)" in result.stdout
    assert "secret" not in result.stdout
    assert b"secret" not in (tmp_path / "catalog.bin").read_bytes()
    # What is known already is not asked for again.
    assert [path for path, _ in web.asked if "Roles" in path] == ["/data/GraphDelegateRoles.json?sig=secret"]


def test_an_address_without_the_optional_files(tmp_path: Path, web: Server):
    for name in small.UPSTREAM:
        if name not in REQUIRED:
            del web.answers[f"/data/{name}"]
    result = run("catalog", "compile", f"{web.url}/data", folder=tmp_path)
    assert (result.code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[:8] == [
        "missing: MicrosoftApps.json: 1",
        "  names of Microsoft's own apps are not known",
        "missing: docs_permissions.jsonl: 1",
        "  operations rest on one witness: confidence is medium at most, and every one is taken for v1.0",
        "missing: permissions-descriptions.json: 1",
        "  some permissions that are not live have no GUID",
        "missing: provisioningInfo.json: 1",
        "  permissions of other APIs are not named, hidden and disabled ones not marked",
    ]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(code=404), "permissions.json: is required, and was not found ({url}/data)"),
        (Answer(code=500), "{url}/data/permissions.json: the server answers 500 Internal Server Error"),
        (Answer(b"<html>"), "{url}/data/permissions.json:1:1: is no JSON: expecting value"),
        (Answer(b"[]"), "{url}/data/permissions.json: it must be an object"),
        (Answer(b"[", length=9), "{url}/data/permissions.json: ends 8 bytes early"),
        (
            Answer(code=302, headers=(("Location", "http://a/b"),)),
            "{url}/data/permissions.json: redirects to http://a/b, and only https is followed",
        ),
        (
            Answer(b"{}", wait=30),
            "{url}/data/permissions.json: the server did not deliver within 3 seconds (--timeout)",
        ),
    ],
)
def test_an_address_that_fails(tmp_path: Path, web: Server, answer: Answer, message: str):
    web.answers["/data/permissions.json"] = answer
    write(tmp_path, {"catalog.bin": b"before"})
    result = run("catalog", "compile", f"{web.url}/data", "--timeout", "3", folder=tmp_path)
    fails(result, message.format(url=web.url))
    assert (tmp_path / "catalog.bin").read_bytes() == b"before"


def test_a_single_file_that_is_not_there(tmp_path: Path, web: Server):
    fails(
        run("catalog", "compile", f"MicrosoftApps.json={web.url}/none", f"{web.url}/data", folder=tmp_path),
        f"{web.url}/none: the server answers 404: there is no such file",
    )


# --- another catalogue ----------------------------------------------------------------------------


def asked(folder: Path, *more: str) -> str | None:
    """The hash of the catalogue that `check` asked."""
    result = run("check", "app.json", *more, "--format", "json", *DAY, "--fail-on", "never", folder=folder)
    assert (result.code, result.stderr) == (0, "")
    document = result.json()
    Draft202012Validator(json.loads((SCHEMAS / "findings.json").read_text("utf-8"))).validate(document)
    catalog = document["tool"]["catalog"]
    return catalog["hash"] if catalog else None


def test_option_then_environment_then_configuration_then_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write(tmp_path, {"app.json": manifest(), "sub/app.json": manifest()})
    files = small.upstream()
    hashes = {}
    for name in ("option", "environment", "configuration"):
        files["MicrosoftApps.json"][0]["AppDisplayName"] = name
        path = built(tmp_path, f"{name}.bin", **{"MicrosoftApps.json": files["MicrosoftApps.json"]})
        hashes[name] = Catalog.open(str(path)).hash
    ours = Catalog.open().hash
    assert asked(tmp_path) == ours
    write(tmp_path, {"entralint.toml": 'catalog = "configuration.bin"\n'})
    assert asked(tmp_path) == hashes["configuration"]
    # The path is the configuration file's, wherever the run begins.
    assert asked(tmp_path / "sub") == hashes["configuration"]
    assert asked(tmp_path, "--no-config") == ours
    monkeypatch.setenv("ENTRALINT_CATALOG", "environment.bin")
    assert asked(tmp_path) == hashes["environment"]
    assert asked(tmp_path, "--no-config") == hashes["environment"]
    assert asked(tmp_path, "--catalog", "option.bin") == hashes["option"]
    assert asked(tmp_path, "--catalog", "bundled") == ours
    monkeypatch.setenv("ENTRALINT_CATALOG", "")
    assert asked(tmp_path) == hashes["configuration"]


def test_the_other_commands_ask_it_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    built(tmp_path)
    commands = (
        ["needs", "GET /me/messages/1", *DAY],
        ["explain", "GET /me/messages/1"],
        ["explain", "Mail.Send"],
    )
    for command in commands:
        # Ours knows them, the small one does not.
        assert run(*command, folder=tmp_path).code == 0
        assert run(*command, "--catalog", "mine.bin", folder=tmp_path).code == 2
        monkeypatch.setenv("ENTRALINT_CATALOG", "mine.bin")
        assert run(*command, folder=tmp_path).code == 2
        monkeypatch.delenv("ENTRALINT_CATALOG")
        write(tmp_path, {"entralint.toml": 'catalog = "mine.bin"\n'})
        assert run(*command, folder=tmp_path).code == 2
        (tmp_path / "entralint.toml").unlink()
    assert run("needs", "GET /users", "--catalog", "mine.bin", *DAY, folder=tmp_path).stdout == (
        "GET /users\n  is GET /users (v1.0)\n"
        "  application User.Read.All; also User.ReadWrite.All\n"
        "  delegated   User.Read.All [admin consent]; also User.ReadWrite.All\n"
        "  personal    not supported  (confidence medium)\n"
    )


def test_info_shows_the_chosen_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    built(tmp_path)
    shown = run("catalog", "info", "--catalog", "mine.bin", *DAY, folder=tmp_path).stdout
    assert shown.splitlines()[:2] == ["date    2026-11-01", "age     24 days"]
    assert "  permissions.json               o/r abc 2026-11-01" in shown
    monkeypatch.setenv("ENTRALINT_CATALOG", "mine.bin")
    assert run("catalog", "info", *DAY, folder=tmp_path).stdout == shown
    document = run("catalog", "info", *DAY, "--format", "json", folder=tmp_path).json()
    assert (document["date"], document["age"]) == ("2026-11-01", 24)


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "app.json", *DAY],
        ["needs", "GET /me"],
        ["explain", "GET /me"],
        ["explain", "User.Read"],
        ["catalog", "info"],
    ],
)
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gone.bin", "gone.bin: the catalogue cannot be read: no such file or directory"),
        ("app.json", "app.json: this is no catalogue of the version that entralint reads"),
        ("cut.bin", "cut.bin: the catalogue is damaged: header"),
        ("", "--catalog: names no file"),
    ],
)
def test_a_catalogue_that_is_none(tmp_path: Path, arguments: list[str], name: str, message: str):
    write(tmp_path, {"app.json": manifest(), "cut.bin": built(tmp_path).read_bytes()[:-1]})
    fails(run(*arguments, f"--catalog={name}", folder=tmp_path), message)


def test_a_wrong_name_is_an_error_also_where_no_rule_asks(tmp_path: Path):
    write(tmp_path, {"plan.calls.yaml": calls("GET /me")})
    fails(
        run("check", "plan.calls.yaml", "--catalog", "gone.bin", "--select", "redirect", folder=tmp_path),
        "gone.bin: the catalogue cannot be read: no such file or directory",
    )


@pytest.mark.parametrize("value", ["7", '""', "[]"])
def test_a_configuration_that_names_none(tmp_path: Path, value: str):
    write(tmp_path, {"entralint.toml": f"catalog = {value}\n", "app.json": manifest()})
    for arguments in (
        ["check", "app.json"],
        ["needs", "GET /me"],
        ["explain", "User.Read"],
        ["catalog", "info"],
    ):
        fails(run(*arguments, folder=tmp_path), "entralint.toml: catalog must be the path of a catalogue")


# --- diff -----------------------------------------------------------------------------------------


def test_diff(tmp_path: Path):
    built(tmp_path, "old.bin", "2026-10-01")
    files = small.upstream()["GraphAppRoles.json"][:-1]
    built(tmp_path, "new.bin", "2026-11-01", **{"GraphAppRoles.json": files})
    result = run("catalog", "diff", "old.bin", "new.bin", folder=tmp_path)
    assert (result.code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[3:] == [
        "operations   0 added, 0 removed, 0 changed",
        "permissions  0 added, 0 removed, 1 changed",
        "",
        "permissions that changed",
        "  Mail.Read (application): live yes → no, GUID 10000000-0000-4000-8000-000000000002 → not known",
    ]
    document = run("catalog", "diff", "old.bin", "new.bin", "--format", "json", folder=tmp_path).json()
    Draft202012Validator(json.loads((SCHEMAS / "catalog-diff.json").read_text("utf-8"))).validate(document)
    assert document["permissions"]["changed"][0]["changes"]["live"] == {"old": True, "new": False}


def test_diff_with_ours(tmp_path: Path):
    built(tmp_path)
    result = run("catalog", "diff", "bundled", "mine.bin", folder=tmp_path)
    assert result.stdout.splitlines()[:2] == [
        f"old  2026-08-22  {Catalog.open().hash}",
        f"new  2026-11-01  {Catalog.open(str(tmp_path / 'mine.bin')).hash}",
    ]
    assert len(result.stdout.splitlines()) < 100
    assert (
        len(run("catalog", "diff", "bundled", "mine.bin", "--all", folder=tmp_path).stdout.splitlines())
        > 10_000
    )


@pytest.mark.parametrize("places", [[], ["bundled"], ["bundled"] * 3])
def test_diff_takes_two(tmp_path: Path, places: list[str]):
    fails(
        run("catalog", "diff", *places, folder=tmp_path),
        "catalog diff: name two catalogues, the old one and the new one (`bundled` is ours)",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["info", "x"], "info does not take `x`"),
        (["info", "--all"], "info does not take --all"),
        (["diff", "bundled", "bundled", "--output", "x"], "diff does not take --output"),
        (["compile", "up", "--catalog", "x"], "compile does not take --catalog"),
        (["compile", "up", "--format", "json"], "compile does not take --format"),
        (
            ["compile", "up", "--timeout", "0"],
            "argument --timeout: must be a number of seconds, at most 3600",
        ),
        (
            ["compile", "up", "--timeout", "nan"],
            "argument --timeout: must be a number of seconds, at most 3600",
        ),
    ],
)
def test_options_that_an_action_does_not_take(tmp_path: Path, arguments: list[str], message: str):
    result = run("catalog", *arguments, folder=tmp_path)
    assert (result.code, result.stdout) == (2, "")
    assert f"entralint catalog: error: {message}" in result.stderr


# --- age ------------------------------------------------------------------------------------------

NEWER = "`entralint catalog compile` makes a newer one"
OURS = f"the bundled permission catalogue is 181 days old (2026-08-22); {NEWER}"
THEIRS = f"the permission catalogue in use is 200 days old (2026-11-01); {NEWER}"


def test_an_old_catalogue_is_noted(tmp_path: Path):
    write(tmp_path, {"app.json": manifest()})
    old, young = ("--today", "2027-02-19"), ("--today", "2027-02-18")
    check = ("check", "app.json", "--fail-on", "never")
    assert OURS in run(*check, *old, folder=tmp_path).stdout.splitlines()
    assert "days old" not in run(*check, *young, folder=tmp_path).stdout
    assert (
        run(*check, *old, "--format", "json", folder=tmp_path).json()["tool"]["catalog"]["age_note"] == OURS
    )
    assert (
        run(*check, *young, "--format", "json", folder=tmp_path).json()["tool"]["catalog"]["age_note"] is None
    )
    assert (
        f"::notice title=entralint%3A note::{OURS}"
        in run(*check, *old, "--format", "github", folder=tmp_path).stdout
    )
    sarif = run(*check, *old, "--format", "sarif", folder=tmp_path).json()
    (note,) = sarif["runs"][0]["invocations"][0]["toolConfigurationNotifications"]
    assert note == {"level": "note", "message": {"text": OURS}}
    needs = run("needs", "GET /me", *old, folder=tmp_path)
    assert (needs.code, needs.stderr) == (0, f"note: {OURS}\n")
    assert run("needs", "GET /me", *young, folder=tmp_path).stderr == ""


def test_so_is_one_that_the_user_chose(tmp_path: Path):
    write(tmp_path, {"app.json": manifest()})
    built(tmp_path)
    day = ("--catalog", "mine.bin", "--today", "2027-05-20")
    assert THEIRS in run("check", "app.json", *day, folder=tmp_path).stdout.splitlines()
    assert run("needs", "GET /me", *day, folder=tmp_path).stderr == f"note: {THEIRS}\n"
    assert run("catalog", "info", *day, folder=tmp_path).stdout.splitlines()[1] == (
        f"age     200 days, old: {NEWER}"
    )


def test_an_age_that_nobody_knows_is_not_guessed(tmp_path: Path):
    write(tmp_path, {"app.json": manifest()})
    small.lay(tmp_path / "up", small.UPSTREAM)
    run("catalog", "compile", "up", folder=tmp_path)
    day = ("--catalog", "catalog.bin", "--today", "2099-01-01")
    assert run("catalog", "info", *day, folder=tmp_path).stdout.splitlines()[:2] == [
        "date    -",
        "age     not known: no source has a date on record",
    ]
    document = run("catalog", "info", *day, "--format", "json", folder=tmp_path).json()
    assert (document["date"], document["age"]) == ("-", None)
    assert "days old" not in run("check", "app.json", *day, folder=tmp_path).stdout
