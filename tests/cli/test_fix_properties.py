"""`check --fix=all` of any registration with any complete plan: every call that can be covered is.

Through the command, with files on a disk, as a user has it.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linter.calls import file as calls_file
from linter.catalog.records import GRAPH, SCHEMES, Permission
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.ladder import TYPE_OF, Climb, climbs
from linter.minimum import Need, eligible
from linter.model import Application
from linter.readers import read
from tests.cli.run import APP, run, write
from tests.json_layouts import LAYOUTS, Layout, written

CATALOG, ENTRA = Catalog.open(), Entra()
CALLS = (
    "GET /users", "GET /users/{id}", "PATCH /users/{id}", "GET /users/{id}/memberOf", "GET /groups",
    "PATCH /groups/{id}", "GET /groups/{id}/members", "GET /devices", "GET /applications",
    "GET /organization", "GET /roleManagement/directory/roleAssignments", "GET /auditLogs/signIns",
    "GET /sites/{id}/lists", "GET /teams/{id}/channels", "POST /chats/{id}/messages",
    "GET /users/{id}/messages", "POST /users/{id}/sendMail", "GET /me", "GET /me/photo/$value",
    "GET /me/messages", "GET /me/joinedTeams",
    "GET /me/drive/root/children", "PUT /me/drive/items/{id}/content", "POST /me/calendar/getSchedule",
    "GET /policies/conditionalAccessPolicies", "POST /beta/subscriptions", "GET /no/such/thing",
    "GET https://contoso.sharepoint.com/_api/web",
)  # fmt: skip


def accepted() -> Iterator[Permission]:
    """What the calls accept, under any scheme."""
    for operation in filter(None, (CATALOG.find(*call.split(" ")) for call in CALLS)):
        for scheme in SCHEMES:
            for alternative in operation.support(scheme).accepted:
                for name in alternative:
                    permission = CATALOG.permission(GRAPH, name, TYPE_OF[scheme])
                    if permission is not None and permission.id:
                        yield permission


ENTRIES = [{"id": permission.id, "type": permission.type} for permission in sorted(set(accepted()))]
# An API of which nobody publishes what calls need, and one that the catalogue does not hold.
OTHERS = [
    {"resourceAppId": "00000003-0000-0ff1-ce00-000000000000",
     "resourceAccess": [{"id": "fbcd29d2-fcca-4405-aded-518d457caae4", "type": "Role"}]},
    {"resourceAppId": "99999999-0000-0000-c000-000000000000",
     "resourceAccess": [{"id": "11111111-2222-3333-4444-555555555555", "type": "Scope"}]},
]  # fmt: skip
OPENID = {"id": "37f7f235-527c-4136-accd-4a02d197296e", "type": "Scope"}

blocks = st.lists(
    st.lists(st.sampled_from(ENTRIES), max_size=5).map(
        lambda entries: {"resourceAppId": GRAPH, "resourceAccess": [*entries, OPENID]}
    ),
    max_size=2,
)
registrations = st.fixed_dictionaries(
    {
        "appId": st.just(APP),
        "signInAudience": st.sampled_from(["AzureADMyOrg", "AzureADandPersonalMicrosoftAccount"]),
        "requiredResourceAccess": st.builds(
            lambda graph, others: [*others, *graph], blocks, st.lists(st.sampled_from(OTHERS), unique_by=str)
        ),
    },
    optional={"web": st.sampled_from([{"redirectUris": []}, {"redirectUris": ["https://a"]}])},
)
plans = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["client_credentials", "authorization_code", "device_code"]),
            "calls": st.lists(st.sampled_from(CALLS), max_size=5),
        }
    ),
    min_size=1,
    max_size=3,
).map(lambda flows: {"version": 1, "complete": True, "flows": flows})


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(values=registrations, plan=plans, layout=LAYOUTS)
def test_whatever_is_declared_and_planned(values: dict[str, Any], plan: dict[str, Any], layout: Layout):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, {"app.json": written(values, layout), "app.calls.json": plan})
        before, once = reported(folder), reported(folder, "--fix=all")
        text = (folder / "app.json").read_bytes()
        again = reported(folder, "--fix=all")
        assert (again["fixed"], (folder / "app.json").read_bytes()) == ([], text)
    assert [one["message"] for one in once["findings"] if one["fixable"]] == []
    assert once["errors"] == []
    assert errors(once) <= errors(before)

    after = application_of(text.decode())
    (inventory,) = calls_file.read("app.calls.json", json.dumps(plan))
    reached = climbs(after, inventory.flows, None, CATALOG, ENTRA)
    assert [f"{climb.call.method} {climb.call.url}" for climb in reached if coverable(climb)] == []
    assert not_ours(after) == not_ours(application_of(written(values, layout)))


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(data=st.data(), values=registrations, plan=plans)
def test_order_changes_nothing(data: st.DataObject, values: dict[str, Any], plan: dict[str, Any]):
    blocks = [
        {**block, "resourceAccess": data.draw(st.permutations(block["resourceAccess"]))}
        for block in data.draw(st.permutations(values["requiredResourceAccess"]))
    ]
    flows = [
        {"name": f"flow {number}", **flow, "calls": data.draw(st.permutations(flow["calls"]))}
        for number, flow in enumerate(plan["flows"])
    ]
    named = {
        **plan,
        "flows": [{"name": f"flow {number}", **flow} for number, flow in enumerate(plan["flows"])],
    }
    other = {**plan, "flows": data.draw(st.permutations(flows))}
    assert declared_after(values, named) == declared_after(
        {**values, "requiredResourceAccess": blocks}, other
    )


def test_what_another_rule_says_after_the_first_pass_is_the_same():
    # Both lack a permission; once one is declared, the other call has one of the wrong type.
    flows = [
        {"name": "nightly", "type": "client_credentials", "calls": ["GET /users"]},
        {"name": "portal", "type": "authorization_code", "calls": ["GET /me/photo/$value"]},
    ]
    app = {"appId": APP, "signInAudience": "AzureADMyOrg", "requiredResourceAccess": []}
    plan = {"version": 1, "complete": True, "flows": flows}
    once = declared_after(app, plan)
    assert once == declared_after(app, {**plan, "flows": flows[::-1]})
    # What one call lacks may cover the other one in part: all comes at once.
    flows = [{"name": "nightly", "type": "client_credentials", "calls": ["GET /users", "GET /organization"]}]
    turned = [{**flows[0], "calls": ["GET /organization", "GET /users"]}]
    assert declared_after(app, {**plan, "flows": flows}) == declared_after(app, {**plan, "flows": turned})
    read = [
        CATALOG.permission(GRAPH, "User.Read.All", "Role"),
        CATALOG.permission(GRAPH, "User.Read", "Scope"),
    ]
    assert once == {(GRAPH, one.id, one.type) for one in read if one is not None}


def declared_after(values: dict[str, Any], plan: dict[str, Any]) -> set[tuple[str, str, str]]:
    """What is declared once all is fixed: API, id and type."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, {"app.json": values, "app.calls.json": plan})
        reported(folder, "--fix=all")
        after = json.loads((folder / "app.json").read_text())
    return {
        (block["resourceAppId"], access["id"], access["type"])
        for block in after["requiredResourceAccess"]
        for access in block["resourceAccess"]
    }


def reported(folder: Path, *arguments: str) -> Any:
    result = run(
        "check",
        ".",
        *arguments,
        "--persona",
        "auditor",
        "--format",
        "json",
        "--today",
        "2026-01-01",
        folder=folder,
    )
    assert result.stderr == ""
    return result.json()


def errors(report: Any) -> set[str]:
    """What is faulty: once a call may have its permission, another rule may say why it still fails."""
    return {one["subject"] for one in report["findings"] if one["severity"] == "error"}


def application_of(text: str) -> Application:
    (application,) = read("app.json", text) or ()
    return application


def not_ours(application: Application) -> set[tuple[str | None, str | None]]:
    """What is declared of other APIs, and for signing in: by API and id."""
    return {
        (block.resource_app_id, access.id)
        for block in application.required_resource_access or ()
        for access in block.resource_access or ()
        if block.resource_app_id != GRAPH or access.id == OPENID["id"]
    }


def coverable(climb: Climb) -> bool:
    """Whether a call is left without a permission that could be declared for it.

    Where something unstated could cover it (consent inside a team, what is written) nothing is said.
    """
    step = climb.step
    if step.covered or step.rung == "open" or step.operation is None or step.support is None:
        return False
    return bool(eligible(Need("", step.scheme, step.operation, step.support), CATALOG))
