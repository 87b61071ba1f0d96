"""What calls ask of their caller's directory roles, for anybody and for one target."""

import pytest

from linter import examples
from linter.authorization.roles import Act, Target, acts, administrator, needed
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Unknown

CATALOG = Catalog.open()
ENTRA = Entra()
HIGHEST = ("Privileged Authentication Administrator", "Global Administrator")


def flow_of(call, user=None):
    flow = {"type": "authorization_code", "calls": [call]} | ({"user": user} if user else {})
    case = examples.case({"flows": [flow]}, CATALOG)
    assert case.inventory is not None
    return case.inventory.flows[0]


def done(call):
    return list(acts(flow_of(call).calls[0], CATALOG, ENTRA))


def test_what_is_done_to_an_account():
    written = done({"method": "PATCH", "url": "/users/a", "writes": ["passwordProfile/password", "jobTitle"]})
    assert written == [Act("passwordProfile", "either", "high")]
    assert written[0].on_password
    assert done("DELETE /users/a") == [Act(None, "sensitive", "high")]
    (reset,) = done("POST /users/a/authentication/methods/b/resetPassword")
    assert isinstance(reset, Act)
    assert reset.on_password
    assert done("PATCH /users/a") == [Unknown("call.writes")]
    assert done("GET /users/a") == []
    assert done("POST /users") == []


@pytest.mark.parametrize(
    ("target", "writes", "allowed"),
    [
        ({"roles": ["Global Administrator"]}, "accountEnabled", HIGHEST),
        ({"roles": [], "role_assignable_group": True}, "mobilePhone", HIGHEST),
        ({"roles": ["Contoso Role"]}, "mobilePhone", HIGHEST),
        ({"roles": ["User Administrator", "Global Administrator"]}, "mobilePhone", HIGHEST),
        ({"roles": ["Groups Administrator"]}, "userPrincipalName", ("User Administrator", *HIGHEST)),
        ({"role_assignable_group": True}, "mobilePhone", HIGHEST),
        (
            {"roles": ["Helpdesk Administrator"]},
            "mobilePhone",
            ("Helpdesk Administrator", "User Administrator", *HIGHEST),
        ),
    ],
)
def test_who_reaches_an_administrator(target, writes, allowed):
    flow = flow_of({"method": "PATCH", "url": "/users/a", "writes": [writes], "target": target})
    (act,) = acts(flow.calls[0], CATALOG, ENTRA)
    assert isinstance(act, Act)
    found = administrator(flow, flow.calls[0], act, ENTRA)
    assert isinstance(found, Target)
    assert found.allowed == allowed


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (None, Unknown("call.target")),
        ({"id": "b"}, Unknown("call.target")),
        ({"roles": ["${ROLE}"]}, Unknown("call.target")),
        ({"roles": []}, None),
        ("self", None),
    ],
)
def test_who_is_no_administrator(target, expected):
    call = {"method": "PATCH", "url": "/users/a", "writes": ["mobilePhone"]}
    flow = flow_of(call | ({"target": target} if target else {}))
    (act,) = acts(flow.calls[0], CATALOG, ENTRA)
    assert isinstance(act, Act)
    assert administrator(flow, flow.calls[0], act, ENTRA) == expected


def test_a_role_of_the_tenants_own_may_do():
    assert ENTRA.holds_one(["62E90394-69f5-4237-9190-012177145e10"], ["Global Administrator"]) is True
    assert ENTRA.holds_one(["Reports Reader"], ["Global Administrator"]) is False
    assert ENTRA.holds_one(["Contoso Role"], ["Global Administrator"]) is None
    assert ENTRA.holds_one(["Contoso Role", "Global Administrator"], ["Global Administrator"]) is True
    assert ENTRA.holds_one([], ["Global Administrator"]) is False


def test_what_needs_a_role():
    call = flow_of("GET /auditLogs/signIns").calls[0]
    asked = needed(call, CATALOG, ENTRA)
    assert asked is not None
    assert "Reports Reader" in asked.names
    assert needed(flow_of("PATCH /applications/a").calls[0], CATALOG, ENTRA) is None
    assert needed(flow_of("GET /nowhere").calls[0], CATALOG, ENTRA) is None
