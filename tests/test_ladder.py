"""Whole decisions: what is held, and the rung at which a call stops."""

from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linter import examples
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.finding import Unknown
from linter.ladder import Climb, climbs, schemes, stopped_at

CATALOG = Catalog.open()
ENTRA = Entra()

APP_ID = "6f0c1c6e-1111-4222-8333-444455556666"
CLIENT = "11111111-0000-4000-8000-000000000001"
RESOURCE = "11111111-0000-4000-8000-000000000002"
USER = "11111111-0000-4000-8000-000000000009"


def entry(name: str, type_: str) -> dict[str, str]:
    permission = CATALOG.permission(GRAPH, name, type_)
    assert permission is not None, name
    return {"id": permission.id, "type": type_}


def app(*permissions: str, **fields: Any) -> dict[str, Any]:
    """A registration that declares permissions written as `Name` (delegated) or `Name/Role`."""
    entries = [
        entry(name, type_ or "Scope") for name, _, type_ in (text.partition("/") for text in permissions)
    ]
    return {
        "appId": APP_ID,
        "requiredResourceAccess": [{"resourceAppId": GRAPH, "resourceAccess": entries}],
        **fields,
    }


def grants(*, roles: tuple[str, ...] = (), scopes: str = "", user: str | None = None) -> dict[str, Any]:
    principal = {"servicePrincipalType": "Application"}
    assignment = {"principalId": CLIENT, "resourceId": RESOURCE}
    delegated = {"id": "g", "clientId": CLIENT, "resourceId": RESOURCE, "scope": scopes}
    consent = {"consentType": "Principal", "principalId": user} if user else {"consentType": "AllPrincipals"}
    return {
        "servicePrincipals": {
            "value": [
                {"id": CLIENT, "appId": APP_ID, **principal},
                {"id": RESOURCE, "appId": GRAPH, **principal},
            ]
        },
        "appRoleAssignments": {
            "value": [{"id": name, "appRoleId": entry(name, "Role")["id"], **assignment} for name in roles]
        },
        "oauth2PermissionGrants": {"value": [{**delegated, **consent}] if scopes else []},
    }


def climbed(application: dict[str, Any] | None, flow: dict[str, Any], **more: Any) -> tuple[Climb, ...]:
    example = {"flows": [{"name": "flow", **flow}], **more}
    case = examples.case(example if application is None else {**example, "application": application}, CATALOG)
    assert case.inventory is not None
    return climbs(case.application, case.inventory.flows, case.grants, CATALOG, ENTRA)


class Decision(NamedTuple):
    rung: str
    alternative: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


def decided(found: Climb) -> Decision:
    step = found.step
    return Decision(step.rung, step.alternative, step.missing, step.lacks)


USERS = {"type": "authorization_code", "calls": ["GET /users"]}
DAEMON = {"type": "client_credentials", "calls": ["GET /users"]}
SECURITY_DEFAULTS = {
    "type": "client_credentials",
    "calls": ["PATCH /policies/identitySecurityDefaultsEnforcementPolicy"],
}


def calling(call: Any, type_: str = "authorization_code", **fields: Any) -> dict[str, Any]:
    return {"type": type_, "calls": [call], **fields}


DECISIONS = {
    # --- what is called
    "not Microsoft Graph": (app(), calling("GET https://api.contoso.com/users"), Decision("elsewhere")),
    "an API of Microsoft's whose host has a placeholder": (
        app(),
        calling("GET https://{tenant}.sharepoint.com/_api/web"),
        Decision("elsewhere"),
    ),
    "the service document": (
        app(),
        calling("GET https://graph.microsoft.com/v1.0/"),
        Decision("elsewhere"),
    ),
    "the public schema": (app(), calling("GET /$metadata"), Decision("elsewhere")),
    "another API's token": (
        app(),
        calling("GET /users", scopes=["https://outlook.office365.com/.default"]),
        Decision("other-token"),
    ),
    "an unknown path": (
        app(),
        calling("GET /uesrs"),
        Decision("unknown-operation", lacks=("catalog.operations",)),
    ),
    "an operation of which no permission is published": (
        app(),
        calling("GET /beta/security/zones"),
        Decision("unknown-operation", lacks=("catalog.operations",)),
    ),
    "a batch whose requests are not listed": (
        app(),
        calling("POST /$batch"),
        Decision("open", lacks=("call.requests",)),
    ),
    "an address that is a variable": (
        app(),
        calling("GET ${NEXT_LINK}"),
        Decision("open", lacks=("call.url",)),
    ),
    "a host that is a variable, and no path of Microsoft Graph's": (
        app(),
        calling("GET https://${HOST}/orders"),
        Decision("open", lacks=("call.url",)),
    ),
    "a host that is a variable, and a path of Microsoft Graph's": (
        app("User.ReadBasic.All"),
        calling("GET https://${HOST}/v1.0/users"),
        Decision("reached", ("User.ReadBasic.All",)),
    ),
    # --- access
    "an operation for users, called by the app": (
        app(),
        calling("POST /users/{id}/findMeetingTimes", "client_credentials"),
        Decision("unsupported"),
    ),
    "/me, called by the app": (
        app("Mail.Read/Role"),
        calling("GET /me/messages", "managed_identity"),
        Decision("unsupported"),
    ),
    "an operation for apps, called for a user": (
        app(),
        calling("GET /communications/callRecords/{id}"),
        Decision("unsupported"),
    ),
    # --- declared, requested
    "nothing is stated": (
        {"displayName": "x"},
        USERS,
        Decision("open", lacks=("application.required_resource_access",)),
    ),
    "no registration": (None, USERS, Decision("open", lacks=("application.required_resource_access",))),
    "a placeholder among what is declared": (
        {
            "requiredResourceAccess": [
                {"resourceAppId": GRAPH, "resourceAccess": [{"id": "${{ID}}", "type": "Scope"}]}
            ]
        },
        USERS,
        Decision("open", lacks=("application.required_resource_access",)),
    ),
    "a placeholder for the API": (
        {
            "requiredResourceAccess": [
                {"resourceAppId": "${{API}}", "resourceAccess": [entry("User.Read.All", "Scope")]}
            ]
        },
        USERS,
        Decision("open", lacks=("application.required_resource_access",)),
    ),
    "a block that does not say what it holds": (
        {"requiredResourceAccess": [{"resourceAppId": GRAPH}]},
        USERS,
        Decision("open", lacks=("application.required_resource_access",)),
    ),
    "an API by a name that nobody knows is not Microsoft Graph": (
        {
            "requiredResourceAccess": [
                {"resourceAppId": "Contoso API", "resourceAccess": [{"id": "x", "type": "Scope"}]}
            ]
        },
        USERS,
        Decision("uncovered", ("User.ReadBasic.All",), ("User.ReadBasic.All",)),
    ),
    "declared": (app("User.Read.All"), USERS, Decision("reached", ("User.Read.All",))),
    "declared, the least is told": (
        app("Directory.Read.All", "User.ReadBasic.All"),
        USERS,
        Decision("reached", ("User.ReadBasic.All",)),
    ),
    "not declared": (
        app("User.Read"),
        USERS,
        Decision("uncovered", ("User.ReadBasic.All",), ("User.ReadBasic.All",)),
    ),
    "declared under the wrong type": (
        {
            "requiredResourceAccess": [
                {
                    "resourceAppId": GRAPH,
                    "resourceAccess": [{**entry("User.Read.All", "Role"), "type": "Scope"}],
                }
            ]
        },
        USERS,
        Decision("uncovered", ("User.ReadBasic.All",), ("User.ReadBasic.All",)),
    ),
    "declared and not asked for": (
        app("User.Read.All"),
        {**USERS, "scopes": ["User.Read"]},
        Decision("uncovered", ("User.ReadBasic.All",), ("User.ReadBasic.All",)),
    ),
    "asked for and not declared": (
        app(),
        {**USERS, "scopes": ["user.read.all"]},
        Decision("reached", ("User.Read.All",)),
    ),
    "sign-in scopes alone": (
        app("User.Read.All"),
        {**USERS, "scopes": ["openid", "profile"]},
        Decision("uncovered", ("User.ReadBasic.All",), ("User.ReadBasic.All",)),
    ),
    ".default is what is declared": (
        app("User.Read.All"),
        {**USERS, "scopes": ["https://graph.microsoft.com/.default"]},
        Decision("reached", ("User.Read.All",)),
    ),
    "a scope that is a placeholder": (
        app("User.Read.All"),
        {**USERS, "scopes": ["User.Read", "${MORE}"]},
        Decision("open", lacks=("flow.scopes",)),
    ),
    "an audience that is a placeholder": (
        app("User.Read.All"),
        {**USERS, "scopes": ["${GRAPH}/.default"]},
        Decision("reached", ("User.Read.All",)),
    ),
    "named scopes do not matter to an app-only token": (
        app("User.Read.All/Role"),
        {**DAEMON, "scopes": ["User.Read"]},
        Decision("reached", ("User.Read.All",)),
    ),
    # --- of the other type, of two
    "the other type, for a user": (
        app("Mail.Read/Role"),
        calling("GET /me/messages"),
        Decision("other-type", ("Mail.Read",), ("Mail.Read",)),
    ),
    "the other type, for the app": (
        app("User.Read.All"),
        DAEMON,
        Decision("other-type", ("User.Read.All",), ("User.Read.All",)),
    ),
    "one of two": (
        app("Policy.ReadWrite.SecurityDefaults/Role"),
        SECURITY_DEFAULTS,
        Decision(
            "half-covered", ("Policy.ReadWrite.SecurityDefaults", "Policy.Read.All"), ("Policy.Read.All",)
        ),
    ),
    "the other type wholly goes before the right one by half": (
        app("Policy.ReadWrite.SecurityDefaults/Role", "Policy.ReadWrite.SecurityDefaults", "Policy.Read.All"),
        SECURITY_DEFAULTS,
        Decision(
            "other-type",
            ("Policy.ReadWrite.SecurityDefaults", "Policy.Read.All"),
            ("Policy.ReadWrite.SecurityDefaults", "Policy.Read.All"),
        ),
    ),
    "the reading companion of a permission for one property": (
        app("User.EnableDisableAccount.All"),
        calling({"method": "PATCH", "url": "/users/{id}", "writes": ["accountEnabled"]}),
        Decision("half-covered", ("User.EnableDisableAccount.All", "User.Read.All"), ("User.Read.All",)),
    ),
    "a permission for one property, and nobody says what is written": (
        app("User-PasswordProfile.ReadWrite.All"),
        calling("PATCH /users/{id}"),
        Decision("open", lacks=("call.writes",)),
    ),
    # --- what other grants decide
    "a site may have granted it": (
        app("Sites.Selected/Role"),
        calling("GET /sites/{id}/lists", "client_credentials"),
        Decision("reached", ("Sites.Selected",)),
    ),
    "a permission for what was shared": (
        app("Mail.Read.Shared"),
        calling("GET /users/{id}/messages"),
        Decision("reached", ("Mail.Read.Shared",)),
    ),
    "what writes one thing reads no other": (
        app("Mail.ReadWrite"),
        calling("GET /me/mailFolders/inbox/messageRules"),
        Decision("uncovered", ("MailboxSettings.Read",), ("MailboxSettings.Read",)),
    ),
    "what writes reads as well": (
        app("MailboxSettings.ReadWrite"),
        calling("GET /me/mailFolders/inbox/messageRules"),
        Decision("reached", ("MailboxSettings.ReadWrite",)),
    ),
    "what reads all reads the basics as well": (
        app("Chat.Read.All/Role"),
        calling("GET /users/{id}/chats", "client_credentials"),
        Decision("reached", ("Chat.Read.All",)),
    ),
    "groups have their members": (
        app("Group.ReadWrite.All/Role"),
        calling("POST /groups/{id}/members/$ref", "client_credentials"),
        Decision("reached", ("Group.ReadWrite.All",)),
    ),
    "what only reads does not write": (
        app("GroupMember.Read.All/Role", "Group.Read.All/Role"),
        calling("POST /groups/{id}/members/$ref", "client_credentials"),
        Decision("uncovered", ("GroupMember.ReadWrite.All",), ("GroupMember.ReadWrite.All",)),
    ),
    "a team may have granted it": (
        app("Channel.ReadBasic.All"),
        calling("GET /teams/{id}/channels", "client_credentials"),
        Decision("open", lacks=("grants.resource_specific_grants",)),
    ),
}


@pytest.mark.parametrize("name", DECISIONS)
def test_decision(name: str):
    application, flow, expected = DECISIONS[name]
    assert [decided(found) for found in climbed(application, flow)] == [expected]


CONSENTED = {
    "granted": (
        app("User.Read.All/Role"),
        DAEMON,
        grants(roles=("User.Read.All",)),
        Decision("reached", ("User.Read.All",)),
    ),
    "granted and not declared": (
        app(),
        DAEMON,
        grants(roles=("User.Read.All",)),
        Decision("reached", ("User.Read.All",)),
    ),
    "its writing sibling was granted": (
        app("Directory.Read.All/Role"),
        calling("GET /directoryObjects/{id}", "client_credentials"),
        grants(roles=("Directory.ReadWrite.All",)),
        Decision("reached", ("Directory.ReadWrite.All",)),
    ),
    "another one that also does was granted": (
        app("User.ReadBasic.All/Role"),
        DAEMON,
        grants(roles=("Directory.Read.All",)),
        Decision("reached", ("Directory.Read.All",)),
    ),
    "declared and not granted": (
        app("User.Read.All/Role"),
        DAEMON,
        grants(),
        Decision("ungranted", ("User.Read.All",), ("User.Read.All",)),
    ),
    "asked for and not granted": (
        app(),
        {**USERS, "scopes": ["User.Read.All"]},
        grants(scopes="User.Read"),
        Decision("ungranted", ("User.Read.All",), ("User.Read.All",)),
    ),
    "not asked for, but granted to everybody before": (
        app(),
        {**USERS, "scopes": ["User.Read"]},
        grants(scopes="User.Read User.Read.All"),
        Decision("reached", ("User.Read.All",)),
    ),
    "granted to this user": (
        app(),
        {**USERS, "user": {"id": USER}},
        grants(scopes="User.Read.All", user=USER),
        Decision("reached", ("User.Read.All",)),
    ),
    "granted to another user": (
        app(),
        {**USERS, "user": {"id": CLIENT}},
        grants(scopes="User.Read.All", user=USER),
        Decision("uncovered", ("User.ReadBasic.All",), ("User.ReadBasic.All",)),
    ),
    "granted to a user, and nobody says who signs in": (
        app(),
        USERS,
        grants(scopes="User.Read.All", user=USER),
        Decision("open", lacks=("user.id",)),
    ),
    "the same, and only consent is open": (
        app("User.Read.All"),
        USERS,
        grants(scopes="User.Read.All", user=USER),
        Decision("open", ("User.Read.All",), lacks=("user.id",)),
    ),
    "a user by name cannot be compared with an object id": (
        app(),
        {**USERS, "user": {"id": "ada@contoso.com"}},
        grants(scopes="User.Read.All", user=USER),
        Decision("open", lacks=("user.id",)),
    ),
    "the tenant's consent does not hold for a personal account": (
        app(),
        calling("GET /me/messages", user={"account": "personal"}),
        grants(scopes="Mail.Read"),
        Decision("uncovered", ("Mail.ReadBasic",), ("Mail.ReadBasic",)),
    ),
    "nor does its absence": (
        app("Mail.Read"),
        calling("GET /me/messages", user={"account": "personal"}),
        grants(),
        Decision("reached", ("Mail.Read",)),
    ),
    "Sites.Selected itself needs consent": (
        app("Sites.Selected/Role"),
        calling("GET /sites/{id}/lists", "client_credentials"),
        grants(),
        Decision("ungranted", ("Sites.Selected",), ("Sites.Selected",)),
    ),
}


@pytest.mark.parametrize("name", CONSENTED)
def test_consent(name: str):
    application, flow, given_grants, expected = CONSENTED[name]
    assert [decided(found) for found in climbed(application, flow, grants=given_grants)] == [expected]


MIXED = "AzureADandPersonalMicrosoftAccount"
WORK, PERSONAL = ("DelegatedWork", True), ("DelegatedPersonal", True)


@pytest.mark.parametrize(
    ("audience", "flow", "expected"),
    [
        (None, USERS, (WORK,)),
        ("AzureADMyOrg", USERS, (WORK,)),
        ("PersonalMicrosoftAccount", USERS, (PERSONAL,)),
        (MIXED, USERS, (WORK, ("DelegatedPersonal", False))),
        (MIXED, {**USERS, "tenant": "common"}, (WORK, ("DelegatedPersonal", False))),
        (MIXED, {**USERS, "tenant": "${TENANT}"}, (WORK, ("DelegatedPersonal", False))),
        (MIXED, {**USERS, "tenant": "organizations"}, (WORK,)),
        (MIXED, {**USERS, "tenant": "contoso.com"}, (WORK,)),
        (MIXED, {**USERS, "tenant": "consumers"}, (PERSONAL,)),
        (MIXED, {**USERS, "user": {"account": "guest"}}, (WORK,)),
        ("AzureADMyOrg", {**USERS, "user": {"account": "personal"}}, (PERSONAL,)),
        (MIXED, DAEMON, (("Application", True),)),
        (MIXED, {"type": "none", "calls": []}, ()),
    ],
)
def test_schemes(audience: str | None, flow: dict[str, Any], expected: tuple[tuple[str, bool], ...]):
    application = {"displayName": "x", **({"signInAudience": audience} if audience else {})}
    case = examples.case({"application": application, "flows": [flow]}, CATALOG)
    assert case.inventory is not None
    assert schemes(case.inventory.flows[0], case.application) == expected


def test_a_possible_account_is_named_only_where_the_certain_one_does_not_stop():
    flow = {"type": "authorization_code", "calls": ["GET /me/messages", "GET /me"]}
    found = climbed(app("User.Read.All", signInAudience=MIXED), flow)
    stopped = [
        (one.call.url, one.certain) for one in stopped_at("uncovered", found) if isinstance(one, Climb)
    ]
    assert stopped == [("/me/messages", True), ("/me", False)]


@pytest.mark.parametrize(
    ("application", "flow", "given_grants", "unknown_at"),
    [
        (app(), calling("GET /uesrs"), None, ("unsupported", "uncovered", "ungranted")),
        ({"displayName": "x"}, USERS, None, ("uncovered", "ungranted")),
        (app("User.Read.All"), USERS, grants(scopes="User.Read.All", user=USER), ("ungranted",)),
        (app("User.Read.All"), USERS, None, ()),
        (app(), calling("GET https://api.contoso.com/users"), None, ()),
    ],
)
def test_what_is_unknown_is_said_where_it_matters(application, flow, given_grants, unknown_at):
    found = climbed(application, flow, **({"grants": given_grants} if given_grants else {}))
    for rung in ("unsupported", "uncovered", "ungranted"):
        assert any(isinstance(one, Unknown) for one in stopped_at(rung, found)) == (rung in unknown_at), rung


def test_severity_is_an_error_only_where_all_is_sure():
    sure, possible = climbed(app("User.Read.All", signInAudience=MIXED), calling("GET /users"))[:2]
    assert (sure.severity, sure.confidence) == ("error", "high")
    assert possible.severity == "warning"


# --- order ----------------------------------------------------------------------------------------

NAMES = (
    "User.Read",
    "User.ReadBasic.All",
    "User.Read.All",
    "Directory.Read.All",
    "Mail.Read",
    "Mail.Read.Shared",
    "Policy.Read.All",
    "Sites.Selected",
    "User.EnableDisableAccount.All",
    "User.Read.All/Role",
    "Mail.Read/Role",
    "Policy.Read.All/Role",
    "Policy.ReadWrite.SecurityDefaults/Role",
    "Sites.Selected/Role",
)
CALLS = (
    "GET /users",
    "GET /me/messages",
    "GET /users/{id}/messages",
    "GET /sites/{id}/lists",
    "GET /me",
    "PATCH /users/{id}",
    "PATCH /policies/identitySecurityDefaultsEnforcementPolicy",
)
FLOWS = [
    {"name": "user", "type": "authorization_code", "calls": list(CALLS)},
    {"name": "app", "type": "client_credentials", "calls": list(CALLS)},
]


@settings(deadline=None, max_examples=60)
@given(names=st.lists(st.sampled_from(NAMES), unique=True, max_size=8), data=st.data())
def test_no_order_of_declared_permissions_changes_a_step(names: list[str], data: st.DataObject):
    shuffled = data.draw(st.permutations(names))
    split = data.draw(st.integers(0, len(shuffled)))
    one = app(*names)
    two = app(*shuffled[:split])
    two["requiredResourceAccess"] += app(*shuffled[split:])["requiredResourceAccess"]
    assert steps(one) == steps(two)


def steps(application: dict[str, Any]) -> list[Any]:
    case = examples.case({"application": application, "flows": FLOWS}, CATALOG)
    assert case.inventory is not None
    return [
        found.step for found in climbs(case.application, case.inventory.flows, case.grants, CATALOG, ENTRA)
    ]


@settings(deadline=None, max_examples=60)
@given(names=st.lists(st.sampled_from(NAMES), unique=True, max_size=6), more=st.sampled_from(NAMES))
def test_one_more_permission_never_uncovers_a_call(names: list[str], more: str):
    stops = ("uncovered", "half-covered", "other-type")
    fewer, all_ = steps(app(*names)), steps(app(*names, more))
    assert not any(
        before.rung not in stops and after.rung in stops for before, after in zip(fewer, all_, strict=True)
    )
