"""Saved answers of Microsoft Graph: shapes, states, and whose they are."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.errors import Problem, Unreadable
from linter.model import (
    AppRole,
    AppRoleAssignment,
    FederatedIdentityCredential,
    Grants,
    OAuth2PermissionGrant,
    ServicePrincipal,
)
from linter.positions import At, Place
from linter.readers import sniff_grants as sniff
from linter.readers.directory import Collections, Directory, merge, read
from linter.readers.directory.collections import COLLECTIONS, GRAPH
from linter.tenant import ServicePlan, Tenant

FILE = Path(__file__).parent / "directory" / "portal.grants.json"

APP = "7f0c5f0a-6a2f-4a2c-9d0e-2b8a5d3c1e11"
CLIENT = "aaaaaaaa-0000-4000-8000-000000000001"
RESOURCE = "bbbbbbbb-0000-4000-8000-000000000003"

PRINCIPAL = {"id": CLIENT, "appId": APP, "servicePrincipalType": "Application"}
DELEGATED = {
    "id": "d1",
    "clientId": CLIENT,
    "consentType": "AllPrincipals",
    "resourceId": RESOURCE,
    "scope": "User.Read",
}
APPLICATION = {"id": "a1", "principalId": CLIENT, "resourceId": RESOURCE, "appRoleId": "r1"}
CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#"


def is_graph_scope(scope: str) -> bool:
    return scope in {"User.Read", "Mail.Read", "openid"}


def join(collections: Collections, app_id: str | None, sole_app: bool) -> tuple[Grants | None, Tenant | None]:
    found = Directory(collections, sole_app=sole_app, is_graph_scope=is_graph_scope)
    return found.grants(app_id), found.tenant


def given_file(value: Any) -> Collections:
    return read("g.json", json.dumps(value))


def grants(value: Any, app_id: str | None = APP, *, sole_app: bool = True) -> Grants | None:
    return join(given_file(value), app_id, sole_app)[0]


def refused(text: str) -> Problem:
    with pytest.raises(Unreadable) as caught:
        read("g.json", text)
    return caught.value.problem


def test_one_apps_file() -> None:
    text = FILE.read_text("utf-8")
    assert sniff(text)
    collections = read("portal.grants.json", text)
    source = collections.at.source

    def at(pointer: str) -> At:
        return At(source, pointer)

    principal = ServicePrincipal(
        at("/0/value/0"), CLIENT, APP, "Contoso Portal", "Application", False, (), (), (), (),
        places={
            "app_role_assignment_required": at("/0/value/0/appRoleAssignmentRequired"),
            "password_credentials": at("/0/value/0/passwordCredentials"),
            "key_credentials": at("/0/value/0/keyCredentials"),
        },
    )  # fmt: skip
    role = AppRole(
        at("/3/appRoles/0"),
        "df021288-bdef-4463-88db-98f22de89214",
        "User.Read.All",
        ("Application",),
        True,
    )
    graph = ServicePrincipal(at("/3"), RESOURCE, GRAPH, "Microsoft Graph", app_roles=(role,))
    found, tenant = join(collections, APP.upper(), False)
    assert found == Grants(
        at=at(""),
        service_principal=principal,
        resources={CLIENT: principal, RESOURCE: graph},
        oauth2_permission_grants=(
            OAuth2PermissionGrant(
                at("/2/value/0"), CLIENT, "AllPrincipals", None, RESOURCE, ("User.Read", "Mail.Read")
            ),
        ),
        app_role_assignments=(
            AppRoleAssignment(
                at("/1/value/0"),
                CLIENT,
                RESOURCE,
                "df021288-bdef-4463-88db-98f22de89214",
                "Microsoft Graph",
                "ServicePrincipal",
            ),
        ),
        partial=frozenset({"oauth2PermissionGrants"}),
    )
    assert tenant is None
    assert source.place("/2/value/0/scope") == Place(41, 16, 41, 39)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([PRINCIPAL, DELEGATED, APPLICATION]),
        "\n".join(map(json.dumps, [PRINCIPAL, DELEGATED, APPLICATION])),
        json.dumps({"value": [PRINCIPAL, DELEGATED, APPLICATION]}),
        json.dumps([{"value": [PRINCIPAL]}, {"value": [DELEGATED]}, APPLICATION]),
        json.dumps(
            {
                "servicePrincipals": {"value": [PRINCIPAL]},
                "oauth2PermissionGrants": [DELEGATED],
                "appRoleAssignments": APPLICATION,
            }
        ),
        json.dumps(
            {
                "responses": [
                    {"id": "3", "status": 200, "body": {"value": [APPLICATION]}},
                    {"id": "servicePrincipals", "status": 200, "body": PRINCIPAL},
                    {"id": "2", "status": 200, "body": {"value": [DELEGATED]}},
                ]
            }
        ),
        json.dumps({key[0].upper() + key[1:]: value for key, value in PRINCIPAL.items()})
        + json.dumps([DELEGATED, APPLICATION, DELEGATED]),
    ],
    ids=["array", "ndjson", "page", "pages", "keyed", "batch", "powershell-and-duplicate"],
)
def test_shapes_mean_the_same(text: str) -> None:
    collections = read("g.json", text)
    assert collections.empty == collections.partial == collections.absent == frozenset()
    assert (collections.denied, collections.remarks) == ({}, ())
    assert [record[1:] for record in collections.of("servicePrincipals")] == [
        ServicePrincipal(None, CLIENT, APP, service_principal_type="Application")[1:]  # type: ignore[arg-type]
    ]
    assert [record[1:] for record in collections.of("oauth2PermissionGrants")] == [
        (CLIENT, "AllPrincipals", None, RESOURCE, ("User.Read",))
    ]
    assert [record[1:] for record in collections.of("appRoleAssignments")] == [
        (CLIENT, RESOURCE, "r1", None, None)
    ]
    assert set(collections.records) == {"servicePrincipals", "oauth2PermissionGrants", "appRoleAssignments"}


@pytest.mark.parametrize(
    ("context", "name"),
    [
        ("servicePrincipals(id,appId)/$entity", "servicePrincipals"),
        ("servicePrincipals('x')/appRoleAssignments", "appRoleAssignments"),
        ("servicePrincipals('x')/appRoleAssignedTo", "appRoleAssignedTo"),
        ("servicePrincipals('x')/oauth2PermissionGrants(id,scope)", "oauth2PermissionGrants"),
        ("roleManagement/directory/roleAssignments(roleDefinition())", "roleAssignments"),
        ("applications(id,appId,federatedIdentityCredentials())/$entity", "applications"),
        ("identity/conditionalAccess/policies", "conditionalAccessPolicies"),
        ("policies/authorizationPolicy/$entity", "authorizationPolicy"),
        ("policies/crossTenantAccessPolicy/partners", "crossTenantAccessPolicyPartners"),
        ("subscribedSkus", "subscribedSkus"),
    ],
)
def test_the_context_names_the_collection(context: str, name: str) -> None:
    page = given_file({"@odata.context": CONTEXT + context, "value": []})
    assert page.empty == {name}
    assert set(given_file({"@odata.context": CONTEXT + context, "id": "1"}).records) == {name}


def test_every_collection_is_recognised_by_its_keys() -> None:
    for row in COLLECTIONS:
        for keys in row.keys:
            found = given_file([dict.fromkeys(keys)])
            assert set(found.records) == {row.name}


def test_states() -> None:
    found = given_file(
        {
            "servicePrincipals": {"error": {"code": "Request_ResourceNotFound", "message": "no"}},
            "oauth2PermissionGrants": {"value": []},
            "appRoleAssignments": {"@odata.count": 2, "value": [APPLICATION]},
            "roleAssignments": {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient"}},
            "subscribedSkus": {"@odata.nextLink": "x", "value": []},
        }
    )
    assert found.absent == {"servicePrincipals"}
    assert found.empty == {"oauth2PermissionGrants"}
    assert found.partial == {"appRoleAssignments", "subscribedSkus"}
    assert found.denied == {"roleAssignments": "Authorization_RequestDenied: Insufficient"}
    assert found.answered("oauth2PermissionGrants")
    assert not found.answered("roleAssignments")


def test_states_of_a_batch() -> None:
    found = given_file(
        {
            "responses": [
                {"id": "servicePrincipals", "status": 404, "body": {"error": {"code": "x"}}},
                {"id": "roleAssignments", "status": 403, "body": {"error": {"code": "Forbidden"}}},
                {"id": "appRoleAssignments", "status": 401},
                {"id": "7", "status": 403, "body": {"error": {"code": "Forbidden"}}},
            ]
        }
    )
    assert found.absent == {"servicePrincipals"}
    assert found.denied == {"roleAssignments": "403: Forbidden", "appRoleAssignments": "401"}
    assert found.remarks == ("one answer is an error and does not say of which request (403: Forbidden)",)


def test_an_answer_that_names_nothing_is_remarked() -> None:
    assert given_file({"value": []}).remarks == ("one answer is empty and does not say of which collection",)


def test_users_in_the_list_of_role_holders_are_no_clients() -> None:
    user = {**APPLICATION, "id": "u", "principalId": "user", "principalType": "User"}
    found = given_file({"@odata.context": CONTEXT + "appRoleAssignments", "value": [user, APPLICATION]})
    assert {name: len(records) for name, records in found.records.items()} == {
        "appRoleAssignedTo": 1,
        "appRoleAssignments": 1,
    }


def test_two_answers_about_one_record_are_joined() -> None:
    other = {"id": CLIENT.upper(), "appId": APP, "appRoleAssignmentRequired": True}
    [principal] = merge([given_file(PRINCIPAL), given_file(other)]).of("servicePrincipals")
    assert (principal.service_principal_type, principal.app_role_assignment_required) == ("Application", True)
    assert principal.at.pointer == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            json.dumps([DELEGATED]) + "\n" + json.dumps({**DELEGATED, "scope": "Mail.Read"}),
            Problem("g.json", 2, 1, "two records of the id d1 differ in scopes"),
        ),
        (
            '[{"clientId": "x", "consentType": 1,\n "scope": ["a"]}]',
            Problem("g.json", 1, 35, "consentType must be a string"),
        ),
        ('{"a": 1, "b": 2}', Problem("g.json", 1, 1, "no known collection has such a record (keys: a, b)")),
        ("{}", Problem("g.json", 1, 1, "no known collection has such a record (no keys)")),
        ('{"value": [\n 3]}', Problem("g.json", 2, 2, "each record must be an object")),
        (
            "[1]",
            Problem("g.json", 1, 2, "an answer of Microsoft Graph is expected here, an object or a list"),
        ),
        (
            '{"responses": [1]}',
            Problem("g.json", 1, 16, "a response of a $batch is expected here, an object"),
        ),
    ],
)
def test_what_is_refused(text: str, problem: Problem) -> None:
    assert refused(text) == problem


def test_text_that_is_no_json_is_refused_with_a_place() -> None:
    assert refused('{"a":\n }')[:3] == ("g.json", 2, 2)


def test_without_a_principal_one_client_and_one_app_are_joined_and_this_is_said() -> None:
    found = grants([DELEGATED, APPLICATION])
    assert found is not None
    assert found.service_principal is None
    assert [grant.scopes for grant in found.oauth2_permission_grants or ()] == [("User.Read",)]
    assert [held.app_role_id for held in found.app_role_assignments or ()] == ["r1"]
    assert found.assumptions == (
        f"all grants are of the one client {CLIENT}; they are taken for this app's",
        f"the API {RESOURCE} is taken for Microsoft Graph: every scope granted there is one of its",
    )
    assert found.directory_roles is None


def test_without_a_principal_nothing_else_is_joined() -> None:
    other = {**DELEGATED, "id": "d2", "clientId": "other"}
    assert grants([DELEGATED], sole_app=False) is None
    assert grants([DELEGATED, other]) is None
    assert grants([{**PRINCIPAL, "appId": "another"}, DELEGATED]) is None


def test_an_app_without_app_id_takes_the_one_client() -> None:
    found = grants([PRINCIPAL, DELEGATED], None)
    assert found is not None
    assert found.service_principal is not None
    assert found.service_principal.app_id == APP


@pytest.mark.parametrize("app_id", [APP, None])
def test_managed_identities_are_read_beside_the_app(app_id: str | None) -> None:
    """They have no registration, and one to which nothing was assigned is no client by any record."""
    identity = {
        "id": RESOURCE,
        "appId": "CCCCCCCC-0000-4000-8000-000000000004",
        "servicePrincipalType": "ManagedIdentity",
    }
    found = grants({"servicePrincipals": {"value": [identity]}, "appRoleAssignments": {"value": []}}, app_id)
    assert found is not None
    [one] = found.managed_identities
    assert one.principal.app_id == "cccccccc-0000-4000-8000-000000000004"
    assert one.app_role_assignments == ()
    assert one.directory_roles is None
    assert found.app_role_assignments is None
    both = grants(
        {"servicePrincipals": {"value": [identity, PRINCIPAL]}, "appRoleAssignments": {"value": []}}, app_id
    )
    assert both is not None
    assert both.app_role_assignments is None, "nobody knows of whom the empty answer is"
    assert both.managed_identities[0].app_role_assignments is None
    own = grants([identity, {**APPLICATION, "principalId": RESOURCE}, PRINCIPAL], app_id)
    assert own is not None
    [one] = own.managed_identities
    assert [held.app_role_id for held in one.app_role_assignments or ()] == ["r1"]


def test_records_of_others_do_not_say_that_the_app_has_none() -> None:
    other = {**DELEGATED, "id": "d2", "clientId": "other"}
    found = grants([PRINCIPAL, other, APPLICATION])
    assert found is not None
    assert found.oauth2_permission_grants is None
    assert len(found.app_role_assignments or ()) == 1


def test_empty_collections_belong_to_the_one_app() -> None:
    file = {"servicePrincipals": [PRINCIPAL], "oauth2PermissionGrants": {"value": []}, "roleAssignments": []}
    found = grants(file)
    assert found is not None
    assert (found.oauth2_permission_grants, found.directory_roles) == ((), ())
    assert found.app_role_assignments is None
    among_others = grants(file, sole_app=False)
    assert among_others is not None
    assert among_others.oauth2_permission_grants is None


@pytest.mark.parametrize(
    "file",
    [
        {"servicePrincipals": {"value": []}},
        {"servicePrincipals": {"error": {"code": "Request_ResourceNotFound"}}},
        {"appRoleAssignments": {"error": {"code": "Request_ResourceNotFound"}}},
    ],
)
def test_the_apps_principal_is_known_to_be_absent(file: Any) -> None:
    found = grants(file)
    assert found is not None
    assert found.service_principal_absent
    assert grants(file, sole_app=False) is None


def test_denied_reaches_the_grants() -> None:
    found = grants({"oauth2PermissionGrants": {"error": {"code": "Forbidden", "message": "no"}}})
    assert found is not None
    assert found.denied == {"oauth2PermissionGrants": "Forbidden: no"}
    assert found.oauth2_permission_grants is None


def test_graph_is_taken_from_the_display_name_of_a_role_assignment() -> None:
    found = grants(
        [
            PRINCIPAL,
            {**DELEGATED, "scope": "Unheard.Of"},
            {**APPLICATION, "resourceDisplayName": "Microsoft Graph"},
        ]
    )
    assert found is not None
    assert found.resources[RESOURCE].app_id == GRAPH
    assert found.assumptions == (f"the API {RESOURCE} is taken for Microsoft Graph by its display name",)


@pytest.mark.parametrize("scope", ["", "User.Read Unheard.Of"])
def test_an_api_with_other_scopes_stays_unexplained(scope: str) -> None:
    found = grants([PRINCIPAL, {**DELEGATED, "scope": scope}])
    assert found is not None
    assert set(found.resources) == {CLIENT}
    assert found.assumptions == ()


def test_an_api_beside_graphs_own_principal_is_not_graph() -> None:
    graph = {"id": "g", "appId": GRAPH, "servicePrincipalType": "Application"}
    found = grants([PRINCIPAL, graph, DELEGATED])
    assert found is not None
    assert set(found.resources) == {CLIENT, "g"}


def test_directory_roles_are_named_by_the_expanded_definition() -> None:
    held = [
        {"principalId": CLIENT, "roleDefinitionId": "t1", "roleDefinition": {"displayName": "Reader"}},
        {"principalId": CLIENT, "roleDefinitionId": "t2"},
        {"principalId": "other", "roleDefinitionId": "t3"},
    ]
    found = grants([PRINCIPAL, *held])
    assert found is not None
    assert found.directory_roles == ("Reader", "t2")


def test_federated_credentials_come_with_the_application() -> None:
    credential = {"name": "ci", "issuer": "https://i", "subject": "s", "audiences": ["a"]}
    application = {"id": "o", "appId": APP.upper(), "federatedIdentityCredentials": [credential]}
    found = grants([PRINCIPAL, application])
    assert found is not None
    [federated] = found.federated_identity_credentials or ()
    at = found.at.child(1, "federatedIdentityCredentials", 0)
    assert federated == FederatedIdentityCredential(at, "ci", "https://i", "s", ("a",))


def test_service_plans_of_the_tenant() -> None:
    file = {
        "@odata.context": CONTEXT + "subscribedSkus",
        "value": [
            {
                "skuPartNumber": "A",
                "capabilityStatus": "Enabled",
                "servicePlans": [{"servicePlanName": "P1"}],
            },
            {
                "skuPartNumber": "B",
                "capabilityStatus": "Warning",
                "servicePlans": [{"servicePlanName": "P2"}],
            },
        ],
    }
    collections = given_file(file)
    root = collections.at
    found, tenant = join(collections, APP, True)
    assert found is None
    assert tenant == Tenant(
        root,
        (
            ServicePlan(root.child("value", 0, "servicePlans", 0), "P1", True),
            ServicePlan(root.child("value", 1, "servicePlans", 0), "P2", False),
        ),
    )
    assert join(given_file({"subscribedSkus": []}), APP, True)[1] is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "version: 1\nflows:\n",
        json.dumps({"appId": APP, "requiredResourceAccess": [], "owners": []}),
        json.dumps({"resources": [{"properties": {"roleDefinitionId": "x", "principalId": "y"}}]}),
        json.dumps({"@odata.context": CONTEXT + "applications", "value": []}),
    ],
)
def test_sniffs_nothing_else(text: str) -> None:
    assert not sniff(text)


@pytest.mark.parametrize(
    "value", [PRINCIPAL, [DELEGATED], {"value": [APPLICATION]}, {"oauth2PermissionGrants": 1}]
)
def test_sniffs_grants(value: Any) -> None:
    assert sniff("\ufeff " + json.dumps(value))


WORDS = st.sampled_from(
    sorted(
        {key for row in COLLECTIONS for keys in row.keys for key in keys}
        | {"value", "responses", "body", "status", "error", "id", "@odata.context", "@odata.count"}
        | {"servicePrincipals", "oauth2PermissionGrants", "scope", "roleDefinition", "appRoles"}
    )
)
ANSWERS = st.recursive(
    st.sampled_from([None, True, 0, 404, "x", CLIENT, APP, CONTEXT + "servicePrincipals", "User.Read"]),
    lambda value: st.lists(value, max_size=3) | st.dictionaries(WORDS, value, max_size=5),
    max_leaves=20,
)


@given(ANSWERS, st.booleans())
def test_any_json_is_read_or_refused_with_a_place(value: Any, sole_app: bool) -> None:
    text = json.dumps(value, indent=1)
    try:
        collections = read("g.json", text)
    except Unreadable as error:
        assert 1 <= error.problem.line <= text.count("\n") + 1  # noqa: PT017  both outcomes are checked
        return
    join(collections, APP, sole_app)
    spans = collections.at.source
    for name in collections.records:
        assert all(resolves(record.at.pointer, value) for record in collections.of(name))
    assert spans.place("").line == 1


def resolves(pointer: str, value: Any) -> bool:
    for step in pointer.split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[step.replace("~1", "/")]
    return isinstance(value, dict)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    sniff(text)
    try:
        read("g.json", text)
    except Unreadable as error:
        assert error.problem.message  # noqa: PT017
