"""`entralint diff OLD NEW`: what a user sees, in every format."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from linter.catalog.store import Catalog
from tests.cli.run import APP, GRAPH, Result, run, write
from tests.report.test_json import DIFF

CATALOG = Catalog.open()
OTHER = "6f0c1c6e-9999-4222-8333-444455556666"
OLD_GRAPH = "00000002-0000-0000-c000-000000000000"


def app(
    *permissions: str, name: str = "Portal", app_id: str | None = APP, **more: object
) -> dict[str, object]:
    """A registration that declares permissions of Microsoft Graph, `Name` delegated or `Name/Role`."""
    entries = []
    for text in permissions:
        value, _, type_ = text.partition("/")
        permission = CATALOG.permission(GRAPH, value, "Role" if type_ else "Scope")
        assert permission is not None, text
        entries.append({"id": permission.id, "type": permission.type})
    declared = [{"resourceAppId": GRAPH, "resourceAccess": entries}]
    fields = {"displayName": name, "signInAudience": "AzureADMyOrg", "requiredResourceAccess": declared}
    return ({"appId": app_id} if app_id else {}) | fields | more


def plan(*calls: str, type_: str = "client_credentials", more: str = "", flow: str = "") -> str:
    lines = "".join(f"      - {call}\n" for call in calls)
    return f"version: 1\n{more}flows:\n  - name: job\n    type: {type_}\n{flow}    calls:\n{lines}"


def diff(folder: Path, old: object, new: object, *arguments: str, **more: object) -> Result:
    """The diff of two registrations in files of their own; `more` are files of the new side."""
    write(
        folder, {"old/app.json": old, "new/app.json": new, **{f"new/{n}": text for n, text in more.items()}}
    )
    return run("diff", "old/app.json", "new/app.json", *arguments, folder=folder)


def report(folder: Path, old: object, new: object, **more: object) -> Any:
    result = diff(folder, old, new, "--format", "json", **more)
    document = result.json()
    DIFF.validate(document)
    return document


def changes(document: Any) -> list[tuple[str, str | None, str | None]]:
    return [
        (change["kind"], *(change[side] and change[side]["name"] for side in ("before", "after")))
        for app in document["apps"]
        for change in app["changes"]
    ]


def test_everything_in_text(tmp_path: Path):
    old = app("User.Read.All/Role", "Mail.Read", "Mail.ReadWrite/Role", "Files.Read")
    new = app(
        "User.ReadWrite.All/Role", "Mail.Read", "Mail.Read/Role", "Calendars.Read", "Sites.Read.All",
        signInAudience="AzureADMultipleOrgs",
    )  # fmt: skip
    result = diff(
        tmp_path,
        old,
        new,
        **{"app.calls.yaml": plan("GET /users", "DELETE /users/{id}", "GET /users/{id}/messages", "GET /x")},
    )
    assert result.stdout == (
        "Portal (6f0c1c6e-1111-4222-8333-444455556666)\n"
        "  --> old/app.json → new/app.json\n"
        "  added    `Calendars.Read`\n"
        "           delegated permission of `Microsoft Graph`, level 2, consent by a user, "
        "personal accounts too\n"
        "           new/app.json:21, id 465a38f9-76ea-45b9-9f34-9e8b0d4b0b42\n"
        "           no listed call needs it; the calls file does not say that it lists all, "
        "and 1 call of no known operation\n"
        "  added    `Sites.Read.All`\n"
        "           delegated permission of `Microsoft Graph`, level 3, consent by a user, "
        "personal accounts too\n"
        "           new/app.json:25, id 205e70e5-aba6-4c52-a976-6d2d46c48043\n"
        "           no listed call needs it; the calls file does not say that it lists all, "
        "and 1 call of no known operation\n"
        "  raised   `User.Read.All` → `User.ReadWrite.All`\n"
        "           application permission of `Microsoft Graph`, level 3 → 4, tier zero, "
        "consent by an administrator\n"
        "           new/app.json:9, id 741f803b-c850-494e-b5df-cde7c675a1ca\n"
        "           needed by `GET /users` of `job` (`new/app.calls.yaml:6`), "
        "for which `User.Read.All` was enough\n"
        "           needed by `DELETE /users/{id}` of `job` (`new/app.calls.yaml:7`)\n"
        "  lowered  `Mail.ReadWrite` → `Mail.Read`\n"
        "           application permission of `Microsoft Graph`, level 3, consent by an administrator\n"
        "           new/app.json:17, id 810c84a8-4a9e-49e6-bf7d-12d183f40d01\n"
        "           needed by `GET /users/{id}/messages` of `job` (`new/app.calls.yaml:8`), "
        "for which `Mail.ReadWrite` was enough\n"
        "  removed  `Files.Read`\n"
        "           delegated permission of `Microsoft Graph`, level 2, consent by a user, "
        "personal accounts too\n"
        "           old/app.json:21, id 10465720-29dd-4523-a11a-6a75c743c9d9\n"
        "  setting  signInAudience `AzureADMyOrg` → `AzureADMultipleOrgs`: lets in other tenants\n"
        "  consent  an administrator of every customer tenant must consent again, to the application "
        "permissions `User.ReadWrite.All` and `Mail.Read`\n"
        "  consent  at the next sign-in each user (where the tenant lets users consent), "
        "or an administrator for all, must consent again, to "
        "the delegated permissions `Calendars.Read` and `Sites.Read.All`\n"
        "  consent  removing revokes nothing: the application permissions `User.Read.All` and "
        "`Mail.ReadWrite` and the delegated permission `Files.Read` stay granted until revoked, "
        "tenant by tenant\n"
        "\n"
        "2 added, 1 raised, 1 lowered, 1 removed, 1 other setting in 1 app\n"
    )
    assert (result.code, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        # Tier zero before all else, then the level, then writing, then the operations that are opened.
        ("Application.Read.All/Role", "Application.ReadWrite.OwnedBy/Role", "raised"),
        ("User.Read.All/Role", "User.ReadBasic.All/Role", "lowered"),
        ("Mail.Read", "Mail.Send", "raised"),
        ("Mail.ReadWrite", "Mail.Read", "lowered"),
        ("Mail.Send", "Mail.ReadWrite", "raised"),
        ("Files.Read.Selected", "Files.ReadWrite.AppFolder", "raised"),
    ],
)
def test_a_sibling_in_the_place_of_another(tmp_path: Path, before: str, after: str, kind: str):
    names = before.partition("/")[0], after.partition("/")[0]
    assert changes(report(tmp_path, app(before), app(after))) == [(kind, *names)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("User.Read.All", "User.Read.All/Role"),
        ("User.Read", "Mail.Read"),
        ("User.Read", "UserActivity.ReadWrite.CreatedByApp"),
    ],
)
def test_no_siblings(tmp_path: Path, before: str, after: str):
    """Of another type or area: one came, the other went."""
    found = changes(report(tmp_path, app(before), app(after)))
    names = before.partition("/")[0], after.partition("/")[0]
    assert found == [("added", None, names[1]), ("removed", names[0], None)]


def test_siblings_are_paired_by_what_they_reach(tmp_path: Path):
    found = changes(
        report(
            tmp_path,
            app("Mail.Read", "Mail.Read.Shared", "User.Read", "User.Read.All"),
            app("Mail.ReadWrite.Shared", "Mail.ReadWrite", "User.ReadWrite.All"),
        )
    )
    assert found == [
        ("raised", "Mail.Read", "Mail.ReadWrite"),
        ("raised", "Mail.Read.Shared", "Mail.ReadWrite.Shared"),
        ("raised", "User.Read.All", "User.ReadWrite.All"),
        ("removed", "User.Read", None),
    ]


def test_nothing_changed(tmp_path: Path):
    """Order, letters and the way of writing an id are no change."""
    old = app("User.Read", "Mail.Read")
    new = app("Mail.Read", "User.Read", "Mail.Read")
    new["requiredResourceAccess"][0]["resourceAccess"][0]["type"] = "scope"  # type: ignore[index]
    new["appId"] = APP.upper()
    assert report(tmp_path, old, new)["apps"] == []
    assert diff(tmp_path, old, new).stdout == "1 app unchanged\n"


def test_what_is_not_resolved_is_compared_as_written(tmp_path: Path):
    own = {
        "resourceAppId": OTHER,
        "resourceAccess": [{"id": APP, "type": "Role"}, {"id": OTHER, "type": "Scope"}],
    }
    odd = {"resourceAppId": "${{API}}", "resourceAccess": [{"id": "${{ID}}", "type": "Odd"}]}
    old, new = app("User.Read"), app("User.Read")
    new["requiredResourceAccess"] += [own, odd]  # type: ignore[operator]
    document = report(tmp_path, old, new, **{"app.calls.yaml": plan("GET /users")})
    (found,) = document["apps"]
    assert [
        tuple(
            change["after"][key] for key in ("api", "name", "id", "type", "state", "level", "admin_consent")
        )
        for change in found["changes"]
    ] == [
        ("${{API}}", "${{ID}}", "${{ID}}", "Odd", "open", None, None),
        (OTHER, APP, APP, "Role", "unverifiable", None, True),
        (OTHER, OTHER, OTHER, "Scope", "unverifiable", None, None),
    ]
    assert [change["calls"] for change in found["changes"]] == [None, None, None]
    consent = found["consent"]
    assert [[one["name"] for one in consent[who]] for who in ("administrator", "user", "unknown")] == [
        [APP], [], ["${{ID}}", OTHER],
    ]  # fmt: skip
    text = diff(tmp_path, old, new).stdout
    assert (
        "           `Odd` permission of `${{API}}`, a placeholder, level not known, consent not known\n"
        "           new/app.json:"
    ) in text
    assert text.count("           what needs it is not known\n") == 3
    assert report(tmp_path, new, new)["apps"] == []


def test_another_api(tmp_path: Path):
    old, new = app(), app()
    permission = next(one for one in CATALOG.all_permissions() if one.resource == OLD_GRAPH)
    entry = {"id": permission.id, "type": permission.type}
    new["requiredResourceAccess"] += [{"resourceAppId": OLD_GRAPH, "resourceAccess": [entry]}]  # type: ignore[operator]
    result = diff(tmp_path, old, new, **{"app.calls.yaml": plan("GET /users")})
    assert "what needs it is not known: calls of `Windows Azure Active Directory` are not\n" in result.stdout


# --- which call needs it ----------------------------------------------------------------------


def uses(document: Any) -> list[tuple[str, str, list[str], int]]:
    return [
        (use["how"], use["call"], use["others"], use["line"])
        for app in document["apps"]
        for change in app["changes"]
        for use in change["calls"]
    ]


def test_calls_that_another_permission_covers_too(tmp_path: Path):
    calls = plan("GET /users", "PATCH /users/{id}", "GET /groups")
    old, new = app("User.Read.All/Role"), app("User.Read.All/Role", "User.ReadWrite.All/Role")
    assert uses(report(tmp_path, old, new, **{"app.calls.yaml": calls})) == [
        ("accepts", "GET /users", ["User.Read.All"], 6),
        ("needs", "PATCH /users/{id}", [], 7),
    ]
    text = diff(tmp_path, old, new, **{"app.calls.yaml": calls}).stdout
    assert (
        "           accepted by `GET /users` of `job` (`new/app.calls.yaml:6`), "
        "but `User.Read.All` covers that as well\n" in text
    )


def test_a_flow_that_does_not_ask_for_it(tmp_path: Path):
    calls = plan("GET /me/messages", type_="authorization_code", flow="    scopes: [User.Read]\n")
    document = report(tmp_path, app(), app("Mail.Read"), **{"app.calls.yaml": calls})
    assert uses(document) == [("unasked", "GET /me/messages", ["Mail.Read"], 7)]
    assert (
        ", a flow that does not ask for it\n"
        in run("diff", "old/app.json", "new/app.json", folder=tmp_path).stdout
    )


def test_half_of_a_pair(tmp_path: Path):
    operation = next(
        one
        for one in CATALOG.operations()
        if one.version == "v1.0" and "(" not in one.template
        and any(len(way) == 2 for way in one.application.accepted)
        and all(len(way) == 2 for way in one.application.accepted)
    )  # fmt: skip
    first, second = operation.application.accepted[0]
    calls = plan(f"{operation.method} {operation.template}")
    found = uses(report(tmp_path, app(), app(f"{first}/Role"), **{"app.calls.yaml": calls}))
    assert [(how, others) for how, _, others, _ in found] == [("half", [second])]
    text = run("diff", "old/app.json", "new/app.json", folder=tmp_path).stdout
    assert f"but only beside `{second}`\n" in text


@pytest.mark.parametrize(
    ("calls", "sentence"),
    [
        (None, "no calls file says what needs it"),
        (plan("GET /users"), "no listed call needs it; the calls file does not say that it lists all"),
        (
            plan("GET /users", more="complete: true\n"),
            "no listed call needs it; the calls file says that it lists all",
        ),
    ],
)
def test_no_call(tmp_path: Path, calls: str | None, sentence: str):
    more = {} if calls is None else {"app.calls.yaml": calls}
    assert f"           {sentence}\n" in diff(tmp_path, app(), app("Mail.Read"), **more).stdout


def test_calls_elsewhere(tmp_path: Path):
    write(tmp_path, {"calls/x.yaml": plan("GET /users")})
    document = diff(
        tmp_path, app(), app("User.Read.All/Role"), "--calls", "calls/x.yaml", "--format", "json"
    ).json()
    assert uses(document) == [("needs", "GET /users", [], 6)]


def test_more_calls_than_are_shown(tmp_path: Path):
    calls = plan(*(f"GET /users/{n}" for n in range(7)))
    text = diff(tmp_path, app(), app("User.Read.All/Role"), **{"app.calls.yaml": calls}).stdout
    assert text.count("needed by") == 4
    assert "           and 3 more calls\n" in text


def test_a_broken_calls_file_counts_on_the_new_side_alone(tmp_path: Path):
    write(
        tmp_path,
        {"old/app.calls.yaml": "version: 1\nflows: no\n", "old/g.json": '{"oauth2PermissionGrants": 1}'},
    )
    assert diff(tmp_path, app(), app()).code == 0
    broken = diff(tmp_path, app(), app(), **{"app.calls.yaml": "version: 1\nflows: no\n"})
    assert run("diff", "old", "new", folder=tmp_path).code == 2
    assert broken.code == 0  # beside a named file it is nobody's question, as in `check`


# --- who must consent -------------------------------------------------------------------------

ADMIN = "an administrator of {} must consent again, to the delegated permission `User.Read.All`"
USER = "at the next sign-in each user{} must consent again, to the delegated permission `Mail.Read`"


@pytest.mark.parametrize(
    ("audience", "sentences"),
    [
        (
            "AzureADandPersonalMicrosoftAccount",
            [
                ADMIN.format("every customer tenant"),
                USER.format(" (where the tenant lets users consent), or an administrator for all,"),
            ],
        ),
        (
            "PersonalMicrosoftAccount",
            [
                (
                    "nobody can consent to the delegated permission `User.Read.All`: "
                    "personal accounts have no administrator"
                ),
                USER.format(""),
            ],
        ),
        (
            None,
            [
                ADMIN.format("every tenant that uses the app"),
                USER.format(" (where the tenant lets users consent), or an administrator for all,"),
            ],
        ),
    ],
)
def test_whose_consent(tmp_path: Path, audience: str | None, sentences: list[str]):
    old, new = (app(*names, signInAudience=audience) for names in ((), ("User.Read.All", "Mail.Read")))
    for one in (old, new):
        if audience is None:
            del one["signInAudience"]
    text = diff(tmp_path, old, new).stdout
    assert [line[11:] for line in text.splitlines() if line.startswith("  consent  ")] == sentences


def test_a_removal_asks_nobody(tmp_path: Path):
    text = diff(tmp_path, app("Mail.Read"), app()).stdout
    assert [line[11:] for line in text.splitlines() if line.startswith("  consent  ")] == [
        "nobody must consent again",
        (
            "removing revokes nothing: "
            "the delegated permission `Mail.Read` stays granted until revoked, tenant by tenant"
        ),
    ]


def test_another_app_id_needs_consent_to_all(tmp_path: Path):
    result = diff(tmp_path, app("User.Read"), app("User.Read", app_id=OTHER))
    assert result.stdout == (
        f"Portal ({OTHER})\n"
        "  --> old/app.json → new/app.json\n"
        f"  setting  appId `{APP}` → `{OTHER}`\n"
        "  consent  for a tenant another appId is another app: nothing that it granted counts any more\n"
        "  consent  at the next sign-in each user (where the tenant lets users consent), "
        "or an administrator for all, must consent again, to the "
        "delegated permission `User.Read`\n"
        "\n"
        "1 other setting in 1 app\n"
    )


def test_audiences_that_mean_the_same(tmp_path: Path):
    """A full export's null is the default; what is not stated, or a placeholder, lets nobody in or out."""
    full = {"passwordCredentials": [], "keyCredentials": []}
    old, new = app(signInAudience=None, **full), app()
    assert report(tmp_path, old, new)["apps"] == []
    del old["signInAudience"]
    del old["passwordCredentials"]
    assert report(tmp_path, old, new)["apps"] == []
    (found,) = report(tmp_path, app(signInAudience="${{AUDIENCE}}"), new)["apps"]
    assert found["settings"] == [
        {
            "name": "signInAudience",
            "before": "${{AUDIENCE}}",
            "after": "AzureADMyOrg",
            "opens": [],
            "closes": [],
        }
    ]


def test_what_is_not_stated(tmp_path: Path):
    silent = app()
    del silent["requiredResourceAccess"]
    text = diff(tmp_path, silent, app("User.Read")).stdout
    assert "  added    `User.Read`\n" in text
    unknown = "registration does not state all that it declares: what is shown as"
    assert f"  unknown  the old {unknown} added may have been there\n" in text
    gone = diff(tmp_path, app("User.Read"), silent).stdout
    assert "  removed  `User.Read`\n" in gone
    assert f"  unknown  the new {unknown} removed may be there still\n" in gone
    both = diff(tmp_path, silent, silent)
    assert both.stdout == "1 app unchanged (1 of them not stating all permissions)\n"
    assert report(tmp_path, silent, silent)["summary"]["unstated"] == 1


# --- which app is which -----------------------------------------------------------------------


def folders(
    folder: Path, old: dict[str, object], new: dict[str, object]
) -> list[tuple[str, str, str | None, str | None]]:
    for side, files in (("old", old), ("new", new)):
        (folder / side).mkdir()
        write(folder, {f"{side}/{name}": content for name, content in files.items()})
    document = run("diff", "old", "new", "--format", "json", folder=folder).json()
    DIFF.validate(document)
    return [(app["status"], app["name"], app["old_file"], app["new_file"]) for app in document["apps"]]


def test_apps_by_app_id(tmp_path: Path):
    moved = {
        "a.json": app("User.Read", app_id=APP, name="A"),
        "b.json": app("User.Read", app_id=OTHER, name="B"),
    }
    swapped = {
        "a.json": app("Mail.Read", app_id=OTHER, name="B"),
        "sub/c.json": app("User.Read", app_id=APP, name="A"),
    }
    assert folders(tmp_path, moved, swapped) == [("changed", "B", "old/b.json", "new/a.json")]


def test_apps_by_path_then_by_name(tmp_path: Path):
    old = {
        "a.json": app(name="A", app_id=None),
        "b.json": app(name="B", app_id=None),
        "c.json": app(name="C", app_id=None),
    }
    new = {
        "a.json": app("User.Read", name="A2", app_id=None),
        "x.json": app("User.Read", name="B", app_id=OTHER),
        "y.json": app("User.Read", name="D", app_id=None),
    }
    assert folders(tmp_path, old, new) == [
        ("changed", "A2", "old/a.json", "new/a.json"),
        ("changed", "B", "old/b.json", "new/x.json"),
        ("went", "C", "old/c.json", None),
        ("came", "D", None, "new/y.json"),
    ]


def test_apps_of_one_name_are_not_guessed(tmp_path: Path):
    old = {"a.json": app(name="A", app_id=None)}
    new = {"x.json": app(name="A", app_id=None), "y.json": app(name="A", app_id=None)}
    assert folders(tmp_path, old, new) == [
        ("came", "A", None, "new/x.json"),
        ("came", "A", None, "new/y.json"),
        ("went", "A", "old/a.json", None),
    ]


def test_a_list_of_apps(tmp_path: Path):
    """In a list a place is no identity: one that went and another that came are not one app."""
    old = {"apps.json": [app(app_id=APP, name="A"), app(app_id=None, name="N")]}
    new = {"apps.json": [app("Mail.Read", app_id=None, name="N"), app(app_id=OTHER, name="B")]}
    assert folders(tmp_path, old, new) == [
        ("went", "A", "old/apps.json", None),
        ("came", "B", None, "new/apps.json"),
        ("changed", "N", "old/apps.json", "new/apps.json"),
    ]


def test_a_list_of_apps_of_one_name(tmp_path: Path):
    old, new = ([app(app_id=id_, name="A"), app(app_id=APP, name="B")] for id_ in (OTHER, OTHER[::-1]))
    assert folders(tmp_path, {"apps.json": old}, {"apps.json": new}) == [
        ("came", "A", None, "new/apps.json"),
        ("went", "A", "old/apps.json", None),
    ]


def test_one_app_in_two_files(tmp_path: Path):
    copy = app("User.Read")
    assert folders(tmp_path, {"a.json": copy, "b.json": app()}, {"b.json": copy}) == [
        ("changed", "Portal", "old/b.json", "new/b.json"),
        ("went", "Portal", "old/a.json", None),
    ]


def test_templates_of_one_placeholder_are_told_apart_by_path(tmp_path: Path):
    names = ("a.json", "b.json")
    old = {name: app(app_id="${{CLIENT_ID}}", name=name) for name in names}
    new = {name: app("User.Read", app_id="${{CLIENT_ID}}", name=name) for name in names}
    assert folders(tmp_path, old, new) == [("changed", name, f"old/{name}", f"new/{name}") for name in names]


def test_two_files_whatever_they_are_called(tmp_path: Path):
    write(
        tmp_path,
        {
            "x.json": app("User.Read", app_id=None, name="X"),
            "y.json": app("Mail.Read", app_id=None, name="Y"),
        },
    )
    document = run("diff", "x.json", "y.json", "--format", "json", folder=tmp_path).json()
    assert changes(document) == [("added", None, "Mail.Read"), ("removed", "User.Read", None)]


def test_standard_input(tmp_path: Path):
    write(tmp_path, {"x.json": app("User.Read")})
    old = run("diff", "-", "x.json", folder=tmp_path, stdin=(tmp_path / "x.json").read_bytes())
    assert (old.code, old.stdout) == (0, "1 app unchanged\n")
    both = run("diff", "-", "-", folder=tmp_path)
    assert (both.code, both.stderr) == (2, "entralint: diff: standard input can be one side, not both\n")


# --- exit codes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "threshold", "code"),
    [
        ((), ("User.Read",), None, 0),
        ((), ("User.Read",), "any", 1),
        ((), ("User.Read",), "tier-zero", 0),
        ((), ("User.ReadWrite.All",), "tier-zero", 0),
        ((), ("User.ReadWrite.All/Role",), "tier-zero", 1),
        ((), ("User.Read",), "level:2", 1),
        ((), ("User.Read",), "level:3", 0),
        (("User.Read.All/Role",), ("User.ReadWrite.All/Role",), "level:4", 1),
        (("User.ReadWrite.All/Role",), ("User.Read.All/Role",), "any", 0),
        (("User.ReadWrite.All/Role",), (), "any", 0),
        (("User.Read",), ("User.Read",), "any", 0),
    ],
)
def test_fail_on(
    tmp_path: Path, before: tuple[str, ...], after: tuple[str, ...], threshold: str | None, code: int
):
    arguments = () if threshold is None else ("--fail-on", threshold)
    assert diff(tmp_path, app(*before), app(*after), *arguments).code == code


@pytest.mark.parametrize(("threshold", "code"), [("level:3", 1), ("level:4", 0)])
def test_an_unknown_level_counts_as_three(tmp_path: Path, threshold: str, code: int):
    new = app()
    new["requiredResourceAccess"] = [
        {"resourceAppId": OTHER, "resourceAccess": [{"id": APP, "type": "Scope"}]}
    ]
    assert diff(tmp_path, app(), new, "--fail-on", threshold).code == code


@pytest.mark.parametrize("threshold", ["level:0", "level:5", "level:", "level:33", "Any", "", "tier zero"])
def test_a_wrong_threshold(tmp_path: Path, threshold: str):
    result = diff(tmp_path, app(), app(), "--fail-on", threshold)
    message = f"argument --fail-on: must be any, tier-zero or level:1 to level:4, not {threshold!r}\n"
    assert (result.code, result.stdout, result.stderr.endswith(message)) == (2, "", True)


def test_what_cannot_be_read_is_never_a_change(tmp_path: Path):
    write(
        tmp_path, {"old/b.json": app("User.Read", app_id=OTHER), "new/b.json": app("Mail.Read", app_id=OTHER)}
    )
    result = diff(tmp_path, '{"signInAudience": 1,\n]', app("User.Read"))
    assert (result.code, result.stdout) == (
        2,
        (
            "old/app.json:2:1: cannot check: a key in double quotes or } is expected here\n"
            "nothing to compare, 1 input problem\n"
        ),
    )
    document = run("diff", "old", "new", "--format", "json", folder=tmp_path).json()
    assert [(app["app_id"], app["status"]) for app in document["apps"]] == [(OTHER, "changed")]
    assert [error["file"] for error in document["errors"]] == ["old/app.json"]
    back = run("diff", "new", "old", "--format", "json", folder=tmp_path).json()
    assert [(app["app_id"], app["status"]) for app in back["apps"]] == [(OTHER, "changed")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("old",), "entralint: diff: name OLD and NEW, or --base REV and what to compare with it\n"),
        (
            ("old", "new", "old"),
            "entralint: diff: name OLD and NEW, or --base REV and what to compare with it\n",
        ),
    ],
)
def test_not_two_paths(tmp_path: Path, arguments: tuple[str, ...], message: str):
    result = run("diff", *arguments, folder=tmp_path)
    assert (result.code, result.stdout, result.stderr) == (2, "", message)


def test_sides_without_an_app(tmp_path: Path):
    write(tmp_path, {"new/app.json": app(), "plans/a.calls.yaml": plan("GET /users"), "no.json": {"a": 1}})
    (tmp_path / "empty").mkdir()
    for old, sentence in (
        ("empty", "empty: cannot check: holds no app registration\n"),
        ("plans", "plans: cannot check: holds no app registration\n"),
        ("plans/a.calls.yaml", "plans/a.calls.yaml: cannot check: holds no app registration\n"),
        ("missing", "missing: cannot check: no such file or folder\n"),
        (
            "no.json",
            "no.json: cannot check: no known form: neither an app registration nor a calls or grants file\n",
        ),
    ):
        result = run("diff", old, "new", folder=tmp_path)
        assert result.code == 2
        assert result.stdout.startswith(sentence)
    skipped = run("diff", "no.json", "no.json", "--skip-unrecognized", folder=tmp_path)
    assert (skipped.code, skipped.stdout) == (0, "nothing to compare\n")


def test_output_to_a_file(tmp_path: Path):
    printed = diff(tmp_path, app(), app("Mail.Read"), "--format", "markdown")
    written = diff(tmp_path, app(), app("Mail.Read"), "--format", "markdown", "--output", "comment.md")
    assert (written.stdout, (tmp_path / "comment.md").read_text("utf-8")) == ("", printed.stdout)


def test_output_never_takes_the_place_of_a_side(tmp_path: Path):
    write(tmp_path, {"old.json": app(), "new.json": app("Mail.Read")})
    before = (tmp_path / "new.json").read_bytes()
    result = run("diff", "old.json", "new.json", "--output", "new.json", folder=tmp_path)
    message = "new.json: it is an input of this command, and would be lost; write to another file"
    assert (result.code, result.stdout, result.stderr) == (2, "", f"entralint: {message}\n")
    assert (tmp_path / "new.json").read_bytes() == before


# --- Markdown ---------------------------------------------------------------------------------


def cells(markdown: str) -> list[list[str]]:
    """The table's rows, as the text that a reader of the page sees."""
    rows: list[list[str]] = []
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(markdown)
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        if token.type == "inline" and rows and len(rows[-1]) < 6:
            rows[-1].append(token.content)
    return rows


HOSTILE = (
    "a|b",
    "`|`",
    "\\|",
    "<b>x</b>",
    "@octocat",
    "a@octocat",
    "[x](http://a.b)",
    "&#124;",
    " ",
    "#1",
    "![i](//x)",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_names_in_markdown(tmp_path: Path, text: str):
    """A name breaks no table, opens no HTML, links nowhere and calls nobody."""
    odd = {"resourceAppId": text, "resourceAccess": [{"id": text, "type": text}]}
    old, new = app(name=text), app("User.Read", name=text)
    new["requiredResourceAccess"] += [odd]  # type: ignore[operator]
    calls = plan("GET /me", type_="authorization_code").replace("name: job", f"name: {json.dumps(text)}")
    markdown = diff(tmp_path, old, new, "--format", "markdown", **{"app.calls.yaml": calls}).stdout
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(markdown)
    rows = [token for token in tokens if token.type == "tr_open"]
    inline = [token for token in tokens if token.type == "inline"]
    in_cells = [one for before, one in itertools.pairwise(tokens) if before.type in ("td_open", "th_open")]
    assert (len(rows), len(in_cells)) == (3, 18)
    outside, coded = [], 0
    for block in inline:
        depth = 0
        for token in block.children or []:
            assert token.type in ("text", "code_inline", "html_inline", "strong_open", "strong_close")
            if token.type == "html_inline":
                assert token.content in ("<code>", "</code>", "<br>")
                depth += {"<code>": 1, "</code>": -1}.get(token.content, 0)
            elif token.type == "code_inline" or depth:
                coded += text.strip() in token.content
            else:
                outside.append(token.content)
        assert depth == 0
    assert coded > 5
    assert not {"@", "|", "<", "[", "#"} & set("".join(outside))
