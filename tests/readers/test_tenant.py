"""A tenant's collections as Microsoft Graph and Exchange write them, record by record."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from linter.errors import Unreadable
from linter.readers.directory import Directory, described, merge, read
from linter.readers.directory.collections import COLLECTIONS, by_path
from linter.tenant import ConditionalAccessPolicy, Tenant
from tests.readers.plain import plain

APP = "7f0c5f0a-6a2f-4a2c-9d0e-2b8a5d3c1e11"
CLIENT = "aaaaaaaa-0000-4000-8000-000000000001"
OTHER = "cccccccc-0000-4000-8000-000000000009"
GRAPH_CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#"


def directory(
    files: dict[str, Any], *, sole_app: bool = True, states: dict[str, Any] | None = None
) -> Directory:
    """What a folder with these files tells; values are what the files hold."""
    several = [read(f"t/{name}.json", json.dumps(value), name) for name, value in files.items()]
    if states is not None:
        several.append(described("t/snapshot.json", json.dumps({"collections": states})))
    return Directory(merge(several), sole_app=sole_app, is_graph_scope=lambda _: False)


def tenant(files: dict[str, Any], **more: Any) -> Tenant:
    found = directory(files, **more).tenant
    assert found is not None
    return found


def without_places(value: Any) -> Any:
    """A plain record without its places."""
    if isinstance(value, dict):
        return {key: without_places(item) for key, item in value.items() if key not in ("at", "places")}
    if isinstance(value, list):
        return [without_places(item) for item in value]
    return value


FACTS = [
    (fact["name"], fact["answer"], fact["field"], fact["expected"])
    for fact in yaml.safe_load((Path(__file__).parent / "directory" / "tenant.yaml").read_text("utf-8"))
]


@pytest.mark.parametrize(("name", "answer", "field", "expected"), FACTS, ids=[fact[0] for fact in FACTS])
def test_a_collection(name: str, answer: Any, field: str, expected: Any) -> None:
    found = tenant({name: answer})
    told = {key for key, value in plain(found).items() if value not in ({}, [])} - {"at", "partial", "denied"}
    assert told - {field} == set()
    assert without_places(plain(getattr(found, field))) == expected


def test_every_collection_of_the_tenant_is_tried() -> None:
    tried = {by_path(name).collection.name for name, *_ in FACTS}  # type: ignore[union-attr]
    about_tenant = {row.name for row in COLLECTIONS if row.about == "tenant"}
    assert about_tenant - tried == {"conditionalAccessPolicies"}


def test_conditional_access() -> None:
    policy = {
        "id": "P1",
        "displayName": "MFA for all",
        "state": "enabled",
        "conditions": {
            "clientAppTypes": ["browser", "mobileAppsAndDesktopClients"],
            "signInRiskLevels": ["high"],
            "applications": {
                "includeApplications": ["All"],
                "excludeApplications": ["Office365"],
                "includeUserActions": [],
                "applicationFilter": {"mode": "exclude", "rule": "CustomSecurityAttribute.x -eq 1"},
            },
            "users": {
                "includeUsers": ["All"],
                "excludeUsers": ["U1"],
                "includeGuestsOrExternalUsers": None,
                "excludeGuestsOrExternalUsers": {"guestOrExternalUserTypes": "b2bCollaborationGuest"},
            },
            "platforms": None,
            "locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]},
            "authenticationFlows": {"transferMethods": "deviceCodeFlow, authenticationTransfer"},
            "clientApplications": None,
            "devices": {"deviceFilter": {"mode": "include", "rule": "device.isCompliant -eq True"}},
        },
        "grantControls": {
            "operator": "OR",
            "builtInControls": ["mfa"],
            "termsOfUse": ["T1"],
            "customAuthenticationFactors": [],
            "authenticationStrength": {"id": "S1", "displayName": "Phishing-resistant"},
        },
        "sessionControls": {
            "signInFrequency": {
                "isEnabled": True,
                "value": 2,
                "type": "days",
                "frequencyInterval": "timeBased",
            },
            "persistentBrowser": {"isEnabled": False},
            "secureSignInSession": {"isEnabled": True},
            "continuousAccessEvaluation": {"mode": "strictLocation"},
        },
    }
    found = tenant({"conditionalAccessPolicies": {"value": [policy, {"id": "p2", "state": "disabled"}]}})
    assert found.conditional_access_policies is not None
    first, second = found.conditional_access_policies
    assert first._replace(at=None) == ConditionalAccessPolicy(  # type: ignore[arg-type]
        at=None,  # type: ignore[arg-type]
        id="p1",
        display_name="MFA for all",
        state="enabled",
        include_users=("all",),
        exclude_users=("u1",),
        exclude_guests=True,
        include_applications=("all",),
        exclude_applications=("office365",),
        application_filter="exclude CustomSecurityAttribute.x -eq 1",
        include_locations=("all",),
        exclude_locations=("alltrusted",),
        client_app_types=("browser", "mobileappsanddesktopclients"),
        sign_in_risk_levels=("high",),
        authentication_flows=("devicecodeflow", "authenticationtransfer"),
        device_filter="include device.isCompliant -eq True",
        operator="OR",
        controls=("mfa",),
        other_controls=("authenticationStrength s1", "termsOfUse t1"),
        session=("signInFrequency", "secureSignInSession", "continuousAccessEvaluation strictLocation"),
        sign_in_frequency_hours=48.0,
    )
    assert second._replace(at=None) == ConditionalAccessPolicy(None, "p2", None, "disabled")  # type: ignore[arg-type]


# --- states -----------------------------------------------------------------------------------


def test_an_empty_collection_is_known_and_a_missing_one_is_not() -> None:
    found = tenant({"conditionalAccessPolicies": {"value": []}})
    assert (found.conditional_access_policies, found.named_locations) == ((), None)


def test_a_page_is_partial_and_an_error_is_denied() -> None:
    more = {"value": [{"id": "1", "conditions": {}}], "@odata.nextLink": "https://graph.microsoft.com/next"}
    refusal = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges"}}
    found = tenant({"conditionalAccessPolicies": more, "namedLocations": refusal})
    assert found.partial == {"conditionalAccessPolicies"}
    assert found.named_locations is None
    assert found.denied == {"namedLocations": "Authorization_RequestDenied: Insufficient privileges"}


def test_the_description_of_a_snapshot_says_what_is_whole_and_what_was_denied() -> None:
    principals = [{"id": CLIENT, "appId": APP, "servicePrincipalType": "Application"}]
    grant = {"id": "1", "clientId": OTHER, "consentType": "AllPrincipals", "resourceId": "r", "scope": "a"}
    states = {
        "servicePrincipals": {"state": "complete", "count": 1},
        "oauth2PermissionGrants": {"state": "complete"},
        "appRoleAssignments": {"state": "partial"},
        "domains": {"state": "denied", "error": "403"},
        "ofTheFuture": {"state": "sideways"},
    }
    found = directory(
        {"servicePrincipals": principals, "oauth2PermissionGrants": [grant]}, sole_app=False, states=states
    )
    grants = found.grants(APP)
    assert grants is not None
    assert (grants.oauth2_permission_grants, grants.app_role_assignments) == ((), None)
    assert grants.partial == {"appRoleAssignments"}
    assert found.tenant is not None
    assert [one.id for one in found.tenant.service_principals or ()] == [CLIENT]
    assert found.tenant.denied == {"domains": "403"}
    nobody = found.grants("00000000-0000-4000-8000-00000000dead")
    assert nobody is not None
    assert nobody.service_principal_absent


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "the description of a snapshot is one JSON object"),
        ("{}", "the description of a snapshot has a member `collections`"),
        (
            '{"collections": {"domains": {"state": "fine"}}}',
            "state must be one of complete, partial, denied, absent",
        ),
    ],
)
def test_a_wrong_description_is_refused(text: str, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        described("snapshot.json", text)
    assert caught.value.problem.message == message


# --- children, and both ends of an assignment -------------------------------------------------


def test_children_are_told_by_their_path_by_the_context_and_by_their_parent() -> None:
    registration = {"id": "A1", "appId": APP, "signInAudience": "AzureADMyOrg"}
    found = directory(
        {
            "servicePrincipals": [{"id": CLIENT, "appId": APP, "servicePrincipalType": "Application"}],
            "applications": [registration],
            "owners": [{"@parent": "applications/a1", "id": "U1", "displayName": "Ada"}],
            "anything": {
                "@odata.context": f"{GRAPH_CONTEXT}applications('a1')/federatedIdentityCredentials",
                "value": [{"id": "f", "name": "n", "issuer": "i", "subject": "s", "audiences": ["a"]}],
            },
            "sites/contoso.sharepoint.com,1,2/permissions": {
                "value": [
                    {
                        "id": "p",
                        "roles": ["read"],
                        "grantedToIdentitiesV2": [{"application": {"id": APP.upper()}}],
                    }
                ]
            },
            "teams/T1/permissionGrants": {
                "value": [
                    {
                        "id": "g",
                        "clientAppId": APP,
                        "permission": "ChannelMessage.Read.Group",
                        "permissionType": "Application",
                    }
                ]
            },
        }
    ).grants(APP)
    assert found is not None
    assert without_places(plain(found.owners)) == [{"id": "u1", "display_name": "Ada"}]
    assert [one.name for one in found.federated_identity_credentials or ()] == ["n"]
    assert without_places(plain(found.site_permissions)) == {
        "contoso.sharepoint.com,1,2": [{"app_ids": [APP], "roles": ["read"]}]
    }
    assert without_places(plain(found.resource_specific_grants)) == {
        "teams/t1": [
            {
                "client_app_id": APP,
                "permission": "ChannelMessage.Read.Group",
                "permission_type": "Application",
            }
        ]
    }


def test_as_many_owners_as_an_expansion_holds_may_go_on() -> None:
    owners = [{"id": str(number)} for number in range(20)]
    found = directory({"applications": [{"id": "A1", "appId": APP, "owners": owners}]}).grants(APP)
    assert found is not None
    assert found.partial == {"owners"}


def test_an_assignment_is_the_same_from_both_ends() -> None:
    mine = {
        "id": "1",
        "principalId": CLIENT,
        "resourceId": OTHER,
        "appRoleId": "r",
        "principalType": "ServicePrincipal",
    }
    user = {"id": "2", "principalId": "u1", "resourceId": CLIENT, "appRoleId": "r", "principalType": "User"}
    found = directory(
        {
            "servicePrincipals": [{"id": CLIENT, "appId": APP, "servicePrincipalType": "Application"}],
            "appRoleAssignments": [mine],
            "appRoleAssignedTo": [mine, user],
        }
    ).grants(APP)
    assert found is not None
    assert [one.principal_id for one in found.app_role_assignments or ()] == [CLIENT]
    assert [one.principal_id for one in found.app_role_assigned_to or ()] == ["u1"]


KEYS = ["value", "id", "conditions", "users", "restrictions", "definition", "isEnabled", "x"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.sampled_from([row.name for row in COLLECTIONS]), JSON)
def test_any_value_of_any_collection_is_read_or_refused(name: str, value: Any) -> None:
    try:
        collections = read("t.json", json.dumps(value), name)
    except Unreadable:
        return
    found = Directory(collections, sole_app=True, is_graph_scope=lambda _: False)
    found.grants(APP)
