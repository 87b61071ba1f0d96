"""What is declared, requested and granted, resolved to names."""

from typing import Any

import pytest

from linter import examples
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.entra import Entra
from linter.holdings import (
    Granted,
    Requested,
    api_of,
    declared,
    declared_openly,
    directory_roles,
    granted,
    requested,
    where_declared,
    where_requested,
)

CATALOG = Catalog.open()
ENTRA = Entra()

APP_ID = "6f0c1c6e-1111-4222-8333-444455556666"
OTHER_API = "6f0c1c6e-1111-4222-8333-444455557777"
CLIENT = "11111111-0000-4000-8000-000000000001"
RESOURCE = "11111111-0000-4000-8000-000000000002"
MAIL_READ_ROLE = "810c84a8-4a9e-49e6-bf7d-12d183f40d01"
USER_READ = "e1fe6dd8-ba31-4d61-89e7-88639da4683d"


def application(api: str | None, *entries: tuple[str | None, str | None]):
    block = {} if api is None else {"resourceAppId": api}
    accesses = [
        {key: text for key, text in zip(("id", "type"), entry, strict=True) if text is not None}
        for entry in entries
    ]
    data = {"requiredResourceAccess": [{**block, "resourceAccess": accesses}]}
    return examples.case({"application": data, "form": "toolkit"}, CATALOG).application


@pytest.mark.parametrize(
    ("api", "written", "type_", "resource", "name", "state"),
    [
        (GRAPH, USER_READ, "Scope", GRAPH, "User.Read", "known"),
        (GRAPH.upper(), USER_READ.upper(), "scope", GRAPH, "User.Read", "known"),
        ("Microsoft Graph", "user.read", "Scope", GRAPH, "User.Read", "known"),
        (GRAPH, MAIL_READ_ROLE, "Role", GRAPH, "Mail.Read", "known"),
        (GRAPH, MAIL_READ_ROLE, "Scope", GRAPH, "Mail.Read", "other-type"),
        (GRAPH, MAIL_READ_ROLE, "Application", GRAPH, "Mail.Read", "other-type"),
        (GRAPH, "6f0c1c6e-0000-4222-8333-444455556666", "Scope", GRAPH, None, "unknown"),
        (GRAPH, "Mail.Raed", "Scope", GRAPH, None, "unknown"),
        (GRAPH, "", "Scope", GRAPH, None, "unknown"),
        (OTHER_API, USER_READ, "Scope", OTHER_API, None, "unverifiable"),
        ("Contoso API", "access_as_user", "Scope", None, None, "unverifiable"),
        ("${{API}}", USER_READ, "Scope", None, None, "open"),
        (None, USER_READ, "Scope", None, None, "open"),
        (GRAPH, "${{ID}}", "Scope", GRAPH, None, "open"),
        (GRAPH, USER_READ, "${{TYPE}}", GRAPH, None, "open"),
        (GRAPH, USER_READ, None, GRAPH, None, "open"),
    ],
)
def test_declared(api, written, type_, resource, name, state):
    [entry] = declared(application(api, (written, type_)), CATALOG)
    found = entry.permission.value if entry.permission else None
    assert (entry.resource, found, entry.state) == (resource, name, state)


def test_one_id_for_both_types():
    export = "405a51b5-8d8d-430b-9842-8be4b0e9f324"
    entries = declared(application(GRAPH, (export, "Scope"), (export, "Role")), CATALOG)
    assert [(entry.permission.type, entry.state) for entry in entries] == [
        ("Scope", "known"),
        ("Role", "known"),
    ]


@pytest.mark.parametrize(
    ("data", "is_open"),
    [
        ({}, True),
        ({"requiredResourceAccess": []}, False),
        ({"requiredResourceAccess": [{"resourceAppId": GRAPH, "resourceAccess": []}]}, False),
        ({"requiredResourceAccess": [{"resourceAppId": GRAPH}]}, True),
        ({"requiredResourceAccess": [{"resourceAppId": OTHER_API}]}, False),
        ({"requiredResourceAccess": [{"resourceAppId": "${{X}}", "resourceAccess": []}]}, False),
        (
            {
                "requiredResourceAccess": [
                    {"resourceAppId": "${{X}}", "resourceAccess": [{"id": USER_READ, "type": "Scope"}]}
                ]
            },
            True,
        ),
        (
            {
                "requiredResourceAccess": [
                    {"resourceAppId": OTHER_API, "resourceAccess": [{"id": "${{X}}", "type": "Scope"}]}
                ]
            },
            False,
        ),
    ],
)
def test_declared_openly(data: dict[str, Any], is_open: bool):
    found = examples.case({"application": {"displayName": "x", **data}}, CATALOG).application
    assert declared_openly(found, GRAPH, CATALOG) == is_open


@pytest.mark.parametrize(
    ("api", "name"),
    [
        (GRAPH, "Microsoft Graph"),
        ("Graph", "Microsoft Graph"),
        (OTHER_API, OTHER_API),
        ("Contoso API", "Contoso API"),
    ],
)
def test_name_of_the_api(api: str, name: str):
    [entry] = declared(application(api, (USER_READ, "Scope")), CATALOG)
    assert api_of(entry, CATALOG) == name


def flow_of(case):
    return case.inventory.flows[0]


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        (None, None),
        (["openid", "offline_access"], Requested(frozenset(), False, False)),
        (["user.read", "MAIL.READ"], Requested(frozenset({"User.Read", "Mail.Read"}), False, False)),
        (["https://graph.microsoft.com/Mail.Read"], Requested(frozenset({"Mail.Read"}), False, False)),
        (["https://graph.microsoft.com/.default"], Requested(frozenset(), True, False)),
        ([f"{GRAPH}/.default"], Requested(frozenset(), True, False)),
        (["https://outlook.office365.com/.default"], Requested(frozenset(), False, False)),
        ([f"api://{OTHER_API}/User.Read"], Requested(frozenset(), False, False)),
        (["Not.Published"], Requested(frozenset({"Not.Published"}), False, False)),
        (["User.Read", "${SCOPE}"], Requested(frozenset({"User.Read"}), False, True)),
        (["https://graph.microsoft.com/${SCOPE}"], Requested(frozenset(), False, True)),
        (["${GRAPH}/.default"], Requested(frozenset(), True, True)),
    ],
)
def test_requested(scopes, expected):
    flow = {"type": "authorization_code", "calls": [], **({} if scopes is None else {"scopes": scopes})}
    found = flow_of(examples.case({"flows": [flow]}, CATALOG))
    assert requested(found, CATALOG, ENTRA) == expected


CLIENT_PRINCIPAL = {"id": CLIENT, "appId": APP_ID, "servicePrincipalType": "Application"}
GRAPH_PRINCIPAL = {"id": RESOURCE, "appId": GRAPH, "servicePrincipalType": "Application"}
ASSIGNMENT = {"id": "a", "principalId": CLIENT, "resourceId": RESOURCE, "appRoleId": MAIL_READ_ROLE}
FOR_ALL = {
    "id": "g",
    "clientId": CLIENT,
    "resourceId": RESOURCE,
    "consentType": "AllPrincipals",
    "scope": " user.read ",
}


def granted_of(collections: dict[str, Any], user: str | None = None) -> Granted:
    flow = {"type": "authorization_code", "calls": [], **({"user": {"id": user}} if user else {})}
    example = {"application": {"appId": APP_ID}, "flows": [flow], "grants": collections}
    case = examples.case(example, CATALOG)
    return granted(case.grants, flow_of(case), CATALOG)


def test_no_grants():
    assert (
        granted(
            None,
            flow_of(examples.case({"flows": [{"type": "password", "calls": []}]}, CATALOG)),
            CATALOG,
        )
        == Granted()
    )


def test_granted():
    found = granted_of(
        {
            "servicePrincipals": {"value": [CLIENT_PRINCIPAL, GRAPH_PRINCIPAL]},
            "appRoleAssignments": {"value": [ASSIGNMENT]},
            "oauth2PermissionGrants": {"value": [FOR_ALL]},
        }
    )
    assert found == Granted(frozenset({"User.Read"}), frozenset({"Mail.Read"}))


def test_collections_that_were_not_given_are_not_empty():
    assert granted_of({"servicePrincipals": {"value": [CLIENT_PRINCIPAL, GRAPH_PRINCIPAL]}}) == Granted()


def test_an_app_without_service_principal_holds_nothing():
    assert granted_of({"servicePrincipals": {"value": []}}) == Granted(frozenset(), frozenset())


def test_a_first_page_shows_what_is_there():
    page = {"@odata.nextLink": "https://graph.microsoft.com/v1.0/more", "value": [ASSIGNMENT]}
    found = granted_of(
        {"servicePrincipals": {"value": [CLIENT_PRINCIPAL, GRAPH_PRINCIPAL]}, "appRoleAssignments": page}
    )
    assert found == Granted(None, frozenset({"Mail.Read"}), open_roles=("grants.app_role_assignments",))


def test_a_role_of_an_unexplained_api_may_be_microsoft_graphs():
    found = granted_of(
        {"servicePrincipals": {"value": [CLIENT_PRINCIPAL]}, "appRoleAssignments": {"value": [ASSIGNMENT]}}
    )
    assert found == Granted(None, frozenset(), open_roles=("grants.resources",))


def test_a_role_of_an_unexplained_api_is_not_microsoft_graphs_where_that_is_known():
    elsewhere = {**ASSIGNMENT, "resourceId": "11111111-0000-4000-8000-000000000003"}
    found = granted_of(
        {
            "servicePrincipals": {"value": [CLIENT_PRINCIPAL, GRAPH_PRINCIPAL]},
            "appRoleAssignments": {"value": [elsewhere]},
        }
    )
    assert found == Granted(None, frozenset())


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        (None, Granted(frozenset(), None, open_scopes=("user.id",))),
        ("ada@contoso.com", Granted(frozenset(), None, open_scopes=("user.id",))),
        (RESOURCE, Granted(frozenset(), None)),
        (CLIENT.upper(), Granted(frozenset({"User.Read"}), None)),
    ],
)
def test_one_users_consent(user: str | None, expected: Granted):
    own = {**FOR_ALL, "consentType": "Principal", "principalId": CLIENT}
    found = granted_of(
        {
            "servicePrincipals": {"value": [CLIENT_PRINCIPAL, GRAPH_PRINCIPAL]},
            "oauth2PermissionGrants": {"value": [own]},
        },
        user,
    )
    assert found == expected


def test_directory_roles_are_stated_or_found():
    case = examples.case(
        {"flows": [{"type": "none", "calls": []}], "directory_roles": ["Directory Readers"]}, CATALOG
    )
    assert directory_roles(case.inventory, None) == ("Directory Readers",)
    assert directory_roles(None, None) == ()


def test_places():
    flow = {
        "name": "portal",
        "type": "authorization_code",
        "calls": [],
        "scopes": ["openid", "mail.read", "User.Read"],
    }
    case = examples.case({"flows": [flow]}, CATALOG)
    manifest = application(GRAPH, (USER_READ, "Scope"), (MAIL_READ_ROLE, "Role"))
    asked = where_requested(flow_of(case), ["Mail.Read"], CATALOG, ENTRA)
    assert [(found.at.pointer, found.label) for found in asked] == [
        ("/flows/0/scopes/1", "`portal` asks for Mail.Read")
    ]
    lines = where_declared(manifest, ["Mail.Read", "User.Read"], "Role", CATALOG)
    assert [(found.at.pointer, found.label) for found in lines] == [
        ("/requiredResourceAccess/0/resourceAccess/1", "declares Mail.Read")
    ]


IDENTITY = {"id": CLIENT, "appId": OTHER_API, "servicePrincipalType": "ManagedIdentity"}
SECOND = {
    "id": "11111111-0000-4000-8000-000000000003",
    "appId": APP_ID,
    "servicePrincipalType": "ManagedIdentity",
}
ASSIGNED = {"principalId": CLIENT, "resourceId": RESOURCE, "appRoleId": MAIL_READ_ROLE}


@pytest.mark.parametrize(
    ("principals", "client_id", "assignments", "expected"),
    [
        ([IDENTITY], None, [ASSIGNED], Granted(frozenset(), frozenset({"Mail.Read"}))),
        ([IDENTITY], None, [], Granted(frozenset(), frozenset())),
        ([IDENTITY], None, None, Granted(frozenset(), None, (), ("grants.app_role_assignments",))),
        ([IDENTITY, SECOND], OTHER_API.upper(), [ASSIGNED], Granted(frozenset(), frozenset({"Mail.Read"}))),
        ([IDENTITY, SECOND], None, [ASSIGNED], Granted(open_roles=("flow.client_id",))),
        ([IDENTITY], APP_ID, [ASSIGNED], Granted(open_roles=("grants.managed_identities",))),
        (None, None, [ASSIGNED], Granted(open_roles=("grants.managed_identities",))),
        (None, None, None, Granted(open_roles=("grants.managed_identities",))),
    ],
)
def test_a_managed_identity_holds_what_was_assigned_to_it(
    principals: list[dict[str, str]] | None,
    client_id: str | None,
    assignments: list[dict[str, str]] | None,
    expected: Granted,
):
    graph = {"id": RESOURCE, "appId": GRAPH}
    found: dict[str, Any] = {}
    if principals is not None:
        found["servicePrincipals"] = {"value": [*principals, graph]}
    elif assignments is not None:
        found["servicePrincipals"] = {"value": [{"id": CLIENT, "appId": APP_ID}, graph]}
    if assignments is not None:
        found["appRoleAssignments"] = {"value": assignments}
    flow = {"name": "f", "type": "managed_identity", "calls": []} | (
        {"client_id": client_id} if client_id else {}
    )
    example = {"application": {"appId": APP_ID}, "flows": [flow]} | ({"grants": found} if found else {})
    case = examples.case(example, CATALOG)
    assert case.inventory is not None
    assert granted(case.grants, case.inventory.flows[0], CATALOG) == expected
