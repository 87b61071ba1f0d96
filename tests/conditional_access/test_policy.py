"""Whether a Conditional Access policy applies to a flow, and what it asks that the flow can never give."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linter import examples
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.conditional_access.audience import policy_audiences
from linter.conditional_access.controls import asked, can, can_without_broker, never_given, words
from linter.conditional_access.policy import Policies, Verdict, verdict
from linter.entra import Entra
from linter.finding import Hit, Unknown
from linter.tenant import ConditionalAccessPolicy

CATALOG = Catalog.open()
ENTRA = Entra()

APP = "6f0c1c6e-1111-4222-8333-444455556666"
PRINCIPAL = "0a0a0a0a-0000-4000-8000-000000000001"
EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
SHAREPOINT = "00000003-0000-0ff1-ce00-000000000000"
TEAMS = "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe"
DIRECTORY = "00000002-0000-0000-c000-000000000000"
AZURE = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
ALICE, BOB = "e0000000-0000-4000-8000-00000000000a", "e0000000-0000-4000-8000-00000000000b"
STAFF, GUESTS = "e0000000-0000-4000-8000-000000000010", "e0000000-0000-4000-8000-000000000011"
OFFICE, ABROAD = "10c00000-0000-4000-8000-000000000001", "10c00000-0000-4000-8000-000000000002"
BRANCH = "10c00000-0000-4000-8000-000000000003"

EVERYBODY = {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}}
MFA = {"operator": "OR", "builtInControls": ["mfa"]}
LOCATIONS = [
    {"id": OFFICE, "isTrusted": True, "ipRanges": [{"cidrAddress": "203.0.113.0/24"}]},
    {"id": ABROAD, "countriesAndRegions": ["FR"]},
    {"id": BRANCH, "isTrusted": False, "ipRanges": [{"cidrAddress": "192.0.2.0/24"}]},
]

APPLIES = Verdict("applies")
DOES_NOT = Verdict("does not apply")


def may(*lacks: str, by_exception: bool = False) -> Verdict:
    return Verdict("may apply", by_exception, lacks)


def policies(
    conditions: dict[str, Any],
    flow: dict[str, Any],
    *,
    state: str = "enabled",
    controls: dict[str, Any] = MFA,
    application: dict[str, Any] | None = None,
    today: str = "2026-11-01",
    **collections: Any,
) -> tuple[Policies, Any]:
    """One policy's tenant, and the flow."""
    policy = {"id": ALICE, "state": state, "conditions": conditions, "grantControls": controls}
    example = {
        "flows": [{"name": "flow", "type": "authorization_code", "calls": ["GET /me"], **flow}],
        "grants": {"conditionalAccessPolicies": [policy], "namedLocations": LOCATIONS, **collections},
    }
    if application is not None:
        example["application"] = application
    case = examples.case(example, CATALOG)
    assert case.tenant is not None
    assert case.inventory is not None
    known = Policies(case.tenant, ENTRA, today, case.application, case.grants)
    return known, case.inventory.flows[0]


def judged(conditions: dict[str, Any], flow: dict[str, Any], **more: Any) -> Verdict:
    known, one = policies(conditions, flow, **more)
    [policy] = known.tenant.conditional_access_policies or ()
    return verdict(policy, known.sign_in(one))


def users(**lists: Any) -> dict[str, Any]:
    return {**EVERYBODY, "users": lists}


def resources(*included: str, exclude: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    return {
        **EVERYBODY,
        "applications": {"includeApplications": included, "excludeApplications": exclude, **more},
    }


@pytest.mark.parametrize(
    ("conditions", "user", "expected"),
    [
        (users(includeUsers=["All"]), None, APPLIES),
        (users(includeUsers=["None"]), None, DOES_NOT),
        (users(), None, DOES_NOT),
        (users(includeUsers=[ALICE]), {"id": ALICE.upper()}, APPLIES),
        (users(includeUsers=[ALICE]), {"id": BOB}, DOES_NOT),
        (users(includeUsers=[ALICE]), None, may("user.id")),
        (users(includeUsers=[ALICE]), {"id": "alice@contoso.com"}, may("user.id")),
        (users(includeUsers=["All"], excludeUsers=[ALICE]), {"id": ALICE}, DOES_NOT),
        (users(includeUsers=["All"], excludeUsers=[ALICE]), {"id": BOB}, APPLIES),
        (users(includeUsers=["All"], excludeUsers=[ALICE]), None, may("user.id", by_exception=True)),
        (users(includeGroups=[STAFF]), {"groups": [STAFF]}, APPLIES),
        (users(includeGroups=[STAFF]), {"groups": []}, DOES_NOT),
        (users(includeGroups=[STAFF]), {"groups": [GUESTS]}, may()),
        (users(includeGroups=[STAFF]), None, may("user.groups")),
        (users(includeRoles=[GLOBAL_ADMINISTRATOR]), {"roles": ["Global Administrator"]}, APPLIES),
        (users(includeRoles=[GLOBAL_ADMINISTRATOR]), {"roles": ["Company Administrator"]}, APPLIES),
        (users(includeRoles=[GLOBAL_ADMINISTRATOR]), {"roles": ["Helpdesk Administrator"]}, DOES_NOT),
        (users(includeRoles=[GLOBAL_ADMINISTRATOR]), {"roles": ["our own role"]}, DOES_NOT),
        (users(includeRoles=[GLOBAL_ADMINISTRATOR]), None, may("user.roles")),
        (users(includeUsers=["GuestsOrExternalUsers"]), {"account": "guest"}, APPLIES),
        (users(includeUsers=["GuestsOrExternalUsers"]), {"account": "work"}, DOES_NOT),
        (users(includeUsers=["GuestsOrExternalUsers"]), None, may("user.account")),
        (
            users(includeGuestsOrExternalUsers={"guestOrExternalUserTypes": "b2bCollaborationGuest"}),
            {"account": "guest"},
            may(),
        ),
        (users(includeUsers=[BOB], includeGroups=[STAFF]), {"id": BOB}, APPLIES),
        (
            {"clientApplications": {"includeServicePrincipals": [PRINCIPAL]}, **resources("All")},
            None,
            APPLIES,
        ),
    ],
)
def test_who(conditions, user, expected):
    flow = {"scopes": ["Mail.Read"], **({"user": user} if user else {})}
    assert judged(conditions, flow) == expected


def test_members_of_a_group_are_found_by_their_own_list():
    known = {"groups/" + STAFF + "/members": [{"@odata.type": "#microsoft.graph.user", "id": ALICE}]}
    assert judged(users(includeGroups=[STAFF]), {"user": {"id": ALICE}}, **known) == APPLIES
    assert judged(users(includeGroups=[STAFF]), {"user": {"id": BOB}}, **known) == may("user.groups")


@pytest.mark.parametrize(
    ("conditions", "flow", "expected"),
    [
        (resources("All"), {"scopes": ["Mail.Read"]}, APPLIES),
        (resources("None"), {"scopes": ["Mail.Read"]}, DOES_NOT),
        (resources(includeUserActions=["urn:user:registerdevice"]), {"scopes": ["Mail.Read"]}, DOES_NOT),
        (resources("Office365"), {"scopes": ["Mail.Read"]}, APPLIES),
        (resources("Office365"), {"scopes": ["User.ReadWrite"]}, DOES_NOT),
        (resources("Office365"), {"scopes": ["Printer.Read.All"]}, may()),
        (resources("Office365"), {"scopes": ["https://management.azure.com/.default"]}, DOES_NOT),
        (resources("MicrosoftAdminPortals"), {"scopes": ["https://management.azure.com/.default"]}, DOES_NOT),
        (resources(AZURE), {"scopes": ["https://api.loganalytics.io/.default"]}, APPLIES),
        (resources(EXCHANGE), {"scopes": ["Mail.Read"]}, APPLIES),
        (resources(EXCHANGE), {"scopes": ["Files.Read"]}, DOES_NOT),
        (resources(EXCHANGE), {"scopes": ["Files.Read", "Mail.Send"]}, APPLIES),
        (
            resources(EXCHANGE),
            {"scopes": ["https://graph.microsoft.com/.default"]},
            may("application.required_resource_access"),
        ),
        (resources(EXCHANGE), {}, may("flow.scopes")),
        (resources(EXCHANGE), {"resource": "https://outlook.office365.com"}, APPLIES),
        (resources(EXCHANGE), {"calls": ["GET https://outlook.office365.com/ews/exchange.asmx"]}, APPLIES),
        (resources("All", exclude=(EXCHANGE,)), {"scopes": ["Mail.Read"]}, DOES_NOT),
        (resources("All", exclude=(EXCHANGE,)), {"scopes": ["Mail.Read", "Files.Read"]}, APPLIES),
        (resources("All", exclude=("Office365",)), {"scopes": ["Files.Read"]}, DOES_NOT),
        (
            resources("All", exclude=(EXCHANGE,)),
            {"scopes": ["https://graph.microsoft.com/.default"]},
            may("application.required_resource_access", by_exception=True),
        ),
        (resources(APP), {"scopes": [f"api://{APP}/read"]}, APPLIES),
        (resources(APP), {"scopes": ["openid", "User.Read"], "platform": "web"}, APPLIES),
        (resources(APP), {"scopes": ["openid", "User.Read"], "platform": "spa"}, DOES_NOT),
        (resources(PRINCIPAL), {"scopes": [f"{PRINCIPAL}/.default"]}, APPLIES),
        (
            resources(applicationFilter={"mode": "include", "rule": "CustomSecurityAttribute.a -eq 1"}),
            {"scopes": ["Mail.Read"]},
            may(),
        ),
        (
            resources(
                "All", applicationFilter={"mode": "exclude", "rule": "CustomSecurityAttribute.a -eq 1"}
            ),
            {"scopes": ["Mail.Read"]},
            may(by_exception=True),
        ),
    ],
)
def test_what_for(conditions, flow, expected):
    assert judged(conditions, flow, application={"appId": APP}) == expected


@pytest.mark.parametrize(
    ("exclude", "scopes", "platform", "today", "expected"),
    [
        ((EXCHANGE,), ["openid", "profile"], "desktop", "2026-06-14", DOES_NOT),
        ((EXCHANGE,), ["openid", "profile"], "desktop", "2026-06-15", APPLIES),
        ((EXCHANGE,), ["user.read"], "desktop", "2026-11-01", APPLIES),
        ((), ["User.Read"], "desktop", "2026-01-01", APPLIES),
        ((EXCHANGE,), ["User.Read", "Files.Read"], "desktop", "2026-01-01", APPLIES),
        ((APP,), ["openid", "User.Read"], "web", "2026-01-01", DOES_NOT),
        ((APP,), ["openid", "User.Read"], "web", "2026-11-01", APPLIES),
        ((APP,), ["openid", "profile"], "web", "2026-11-01", DOES_NOT),
        ((EXCHANGE,), ["openid", "profile"], "web", "2026-01-01", APPLIES),
    ],
)
def test_baseline_scopes(exclude, scopes, platform, today, expected):
    flow = {"scopes": scopes, "platform": platform}
    found = judged(resources("All", exclude=exclude), flow, application={"appId": APP}, today=today)
    assert found == expected


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        (["Mail.Read", "Files.Read.All"], [EXCHANGE, SHAREPOINT]),
        (["ChannelMessage.Read.All", "User.Read", "offline_access"], [TEAMS]),
        (["User.Read", "People.Read"], [DIRECTORY]),
        (["DeviceManagementApps.Read.All", "mail.read"], [None, EXCHANGE]),
        (["{scope}"], [None]),
    ],
)
def test_whose_data_lie_behind_graph(scopes, expected):
    _, flow = policies(EVERYBODY, {"scopes": scopes})
    assert [one.app_id for one in policy_audiences(flow, None, ENTRA)] == expected


@pytest.mark.parametrize(
    ("condition", "flow", "expected"),
    [
        ({"clientAppTypes": ["all"]}, {}, APPLIES),
        ({"clientAppTypes": ["browser"]}, {"platform": "web"}, APPLIES),
        ({"clientAppTypes": ["browser"]}, {"platform": "desktop"}, DOES_NOT),
        ({"clientAppTypes": ["mobileAppsAndDesktopClients"]}, {"platform": "mobile"}, APPLIES),
        ({"clientAppTypes": ["mobileAppsAndDesktopClients"]}, {"credential": "secret"}, DOES_NOT),
        ({"clientAppTypes": ["mobileAppsAndDesktopClients"]}, {}, may("flow.platform")),
        ({"clientAppTypes": ["browser", "mobileAppsAndDesktopClients"]}, {}, APPLIES),
        ({"clientAppTypes": ["exchangeActiveSync", "other"]}, {}, DOES_NOT),
        ({"clientAppTypes": ["browser"]}, {"type": "on_behalf_of", "credential": "certificate"}, may()),
        ({"platforms": {"includePlatforms": ["all"]}}, {}, APPLIES),
        ({"platforms": {"includePlatforms": ["windows"]}}, {"device": {"os": "windows"}}, APPLIES),
        ({"platforms": {"includePlatforms": ["windows"]}}, {"device": {"os": "linux"}}, DOES_NOT),
        ({"platforms": {"includePlatforms": ["windows"]}}, {"platform": "mobile"}, DOES_NOT),
        ({"platforms": {"includePlatforms": ["iOS", "android"]}}, {"platform": "mobile"}, APPLIES),
        ({"platforms": {"includePlatforms": ["iOS"]}}, {"platform": "mobile"}, may("flow.device.os")),
        ({"platforms": {"includePlatforms": ["iOS"]}}, {"type": "device_code"}, may()),
        (
            {"platforms": {"includePlatforms": ["all"], "excludePlatforms": ["windows"]}},
            {},
            may("flow.device.os", by_exception=True),
        ),
        (
            {"platforms": {"includePlatforms": ["all"], "excludePlatforms": ["iOS", "android"]}},
            {"platform": "mobile"},
            DOES_NOT,
        ),
        ({"locations": {"includeLocations": ["All"]}}, {}, APPLIES),
        ({"locations": {"includeLocations": [OFFICE]}}, {"ip_ranges": ["203.0.113.7/32"]}, APPLIES),
        ({"locations": {"includeLocations": [OFFICE]}}, {"ip_ranges": ["198.51.100.7/32"]}, DOES_NOT),
        ({"locations": {"includeLocations": [OFFICE]}}, {}, may("flow.ip_ranges")),
        ({"locations": {"includeLocations": ["AllTrusted"]}}, {"ip_ranges": ["203.0.113.7/32"]}, APPLIES),
        ({"locations": {"includeLocations": [ABROAD]}}, {"ip_ranges": ["203.0.113.7/32"]}, may()),
        ({"locations": {"includeLocations": [ALICE]}}, {"ip_ranges": ["203.0.113.7/32"]}, may()),
        ({"locations": {"includeLocations": [OFFICE, ALICE]}}, {"ip_ranges": ["203.0.113.7/32"]}, APPLIES),
        (
            {"locations": {"includeLocations": ["All"], "excludeLocations": [OFFICE, BRANCH]}},
            {"ip_ranges": ["203.0.113.7/32", "192.0.2.0/28"]},
            DOES_NOT,
        ),
        (
            {"locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}},
            {"ip_ranges": ["203.0.113.0/24"]},
            DOES_NOT,
        ),
        (
            {"locations": {"includeLocations": ["All"], "excludeLocations": [OFFICE]}},
            {"ip_ranges": ["203.0.112.0/23"]},
            may(by_exception=True),
        ),
        ({"authenticationFlows": {"transferMethods": "deviceCodeFlow"}}, {}, DOES_NOT),
        ({"authenticationFlows": {"transferMethods": "deviceCodeFlow"}}, {"type": "device_code"}, APPLIES),
        ({"authenticationFlows": {"transferMethods": "none"}}, {}, APPLIES),
        (
            {"authenticationFlows": {"transferMethods": "authenticationTransfer"}},
            {"type": "device_code"},
            DOES_NOT,
        ),
        ({"authenticationFlows": {"transferMethods": "deviceCodeFlow"}}, {"type": "refresh_token"}, may()),
        ({"signInRiskLevels": ["high"]}, {}, may()),
        ({"userRiskLevels": ["high"]}, {}, may()),
        ({"insiderRiskLevels": "elevated"}, {}, may()),
        ({"signInRiskLevels": []}, {}, APPLIES),
        (
            {"devices": {"deviceFilter": {"mode": "include", "rule": "device.isCompliant -eq True"}}},
            {},
            may(),
        ),
        (
            {"devices": {"deviceFilter": {"mode": "exclude", "rule": "device.isCompliant -eq True"}}},
            {},
            may(by_exception=True),
        ),
    ],
)
def test_how_and_from_where(condition, flow, expected):
    assert judged({**EVERYBODY, **condition}, {"scopes": ["Mail.Read"], **flow}) == expected


WORKLOADS = {
    "clientApplications": {"includeServicePrincipals": ["ServicePrincipalsInMyTenant"]},
    "applications": {"includeApplications": ["All"]},
}
SINGLE = {"appId": APP, "signInAudience": "AzureADMyOrg"}
SERVICE_PRINCIPAL = {"id": PRINCIPAL, "appId": APP, "servicePrincipalType": "Application"}


@pytest.mark.parametrize(
    ("clients", "application", "principal", "expected"),
    [
        ({"includeServicePrincipals": ["ServicePrincipalsInMyTenant"]}, SINGLE, None, APPLIES),
        ({"includeServicePrincipals": ["None"]}, SINGLE, None, DOES_NOT),
        ({"includeServicePrincipals": [PRINCIPAL]}, SINGLE, SERVICE_PRINCIPAL, APPLIES),
        ({"includeServicePrincipals": [ALICE]}, SINGLE, SERVICE_PRINCIPAL, DOES_NOT),
        ({"includeServicePrincipals": [PRINCIPAL]}, SINGLE, None, may("grants.service_principal")),
        (
            {"includeServicePrincipals": ["ServicePrincipalsInMyTenant"]},
            {"appId": APP, "signInAudience": "AzureADMultipleOrgs"},
            None,
            DOES_NOT,
        ),
        (
            {"includeServicePrincipals": ["ServicePrincipalsInMyTenant"]},
            {"appId": APP},
            None,
            may("application.sign_in_audience"),
        ),
        (
            {
                "includeServicePrincipals": ["ServicePrincipalsInMyTenant"],
                "excludeServicePrincipals": [PRINCIPAL],
            },
            SINGLE,
            SERVICE_PRINCIPAL,
            DOES_NOT,
        ),
        (
            {
                "includeServicePrincipals": ["ServicePrincipalsInMyTenant"],
                "servicePrincipalFilter": {"mode": "exclude", "rule": "CustomSecurityAttribute.a -eq 1"},
            },
            SINGLE,
            None,
            may(by_exception=True),
        ),
        (
            {"includeServicePrincipals": [], "servicePrincipalFilter": {"mode": "include", "rule": "a"}},
            SINGLE,
            None,
            may(),
        ),
    ],
)
def test_workload_identities(clients, application, principal, expected):
    flow = {"type": "client_credentials", "scopes": ["https://graph.microsoft.com/.default"]}
    more = {"servicePrincipals": [principal]} if principal else {}
    conditions = {**WORKLOADS, "clientApplications": clients}
    assert judged(conditions, flow, application=application, **more) == expected


def test_policies_for_users_are_not_about_apps_and_the_other_way_round():
    app = {"type": "client_credentials", "scopes": ["https://graph.microsoft.com/.default"]}
    assert judged(EVERYBODY, app, application=SINGLE) == DOES_NOT
    assert judged(WORKLOADS, {"scopes": ["Mail.Read"]}, application=SINGLE) == DOES_NOT


def test_an_app_of_another_organisation_is_not_meant():
    foreign = {**SERVICE_PRINCIPAL, "appOwnerOrganizationId": BOB}
    more = {"servicePrincipals": [foreign], "organization": [{"id": ALICE, "verifiedDomains": []}]}
    flow = {"type": "client_credentials", "scopes": ["https://graph.microsoft.com/.default"]}
    assert judged(WORKLOADS, flow, application=SINGLE, **more) == DOES_NOT


@pytest.mark.parametrize(
    ("flow", "exempt"),
    [
        ({}, False),
        ({"type": "managed_identity"}, True),
        ({"type": "none"}, True),
        ({"user": {"account": "personal"}}, True),
        ({"user": {"account": "guest"}}, False),
        ({"authority": "https://contoso.b2clogin.com/contoso.onmicrosoft.com/b2c_1_in"}, True),
        ({"authority": "https://contoso.ciamlogin.com"}, True),
        ({"tenant": ALICE}, False),
        ({"tenant": BOB}, True),
        ({"tenant": "contoso.com"}, False),
        ({"tenant": "fabrikam.com"}, True),
        ({"tenant": "organizations"}, False),
    ],
)
def test_who_is_under_no_policy_of_the_tenant(flow, exempt):
    organization = [{"id": ALICE, "verifiedDomains": [{"name": "contoso.com"}], "tenantType": "AAD"}]
    known, one = policies(EVERYBODY, flow, organization=organization)
    assert known.is_exempt(one) is exempt
    assert known.leave_alone(one) is exempt


def test_where_no_location_is_trusted_none_is_excluded():
    conditions = {
        **EVERYBODY,
        "locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]},
    }
    assert judged(conditions, {"scopes": ["Mail.Read"]}, namedLocations=[]) == APPLIES


@pytest.mark.parametrize("state", ["disabled", "enabledForReportingButNotEnforced"])
def test_only_enforced_policies_are_met(state):
    known, flow = policies(EVERYBODY, {}, state=state)
    assert known.met(flow, lambda _: True) == ((), ())
    assert known.leave_alone(flow)


def test_what_is_not_known_of_the_policies_is_said():
    known, flow = policies(EVERYBODY, {"scopes": ["Mail.Read"]})
    unread = known._replace(tenant=known.tenant._replace(conditional_access_policies=None))
    assert unread.met(flow, lambda _: True) == ((), ("tenant.conditional_access_policies",))
    partial = known._replace(tenant=known.tenant._replace(partial=frozenset({"conditionalAccessPolicies"})))
    assert partial.met(flow, lambda _: False) == ((), ("tenant.conditional_access_policies",))
    assert partial.met(flow, lambda _: True).lacks == ()  # one is sure to apply


def test_the_surest_policy_comes_first_and_only_it_is_told():
    known, flow = policies(EVERYBODY, {"scopes": ["Mail.Read"]})
    [sure] = known.tenant.conditional_access_policies or ()
    some = sure._replace(display_name="some", include_users=(), include_groups=(STAFF,))
    most = sure._replace(display_name="most", exclude_users=(ALICE,))
    all_ = sure._replace(display_name="all")

    def found(*given: ConditionalAccessPolicy) -> Any:
        tenant = known.tenant._replace(conditional_access_policies=given)
        return known._replace(tenant=tenant).met(flow, lambda _: True)

    def told(*given: ConditionalAccessPolicy) -> list[Any]:
        return list(found(*given).told(lambda one: Hit("subject", flow.at, one.name)))

    assert [one.name for one in found(some, most, all_).policies] == ["all", "most", "some"]
    assert told(some, most, all_) == [Hit("subject", flow.at, "all")]
    assert told(some, most) == [
        Unknown("user.id"),
        Unknown("user.groups"),
        Hit("subject", flow.at, "most", severity="warning", confidence="medium"),
    ]
    assert told(some)[1:] == [Hit("subject", flow.at, "some", severity="warning", confidence="low")]
    assert told() == []


# --- what is asked ----------------------------------------------------------------------------


def control(**fields: Any) -> ConditionalAccessPolicy:
    known, _ = policies(EVERYBODY, {}, controls=fields)
    [policy] = known.tenant.conditional_access_policies or ()
    return policy


@pytest.mark.parametrize(
    ("flow", "controls", "lacking"),
    [
        ({"type": "password"}, ["mfa"], "multifactor authentication"),
        ({"type": "integrated_windows"}, ["mfa"], "multifactor authentication"),
        ({"type": "device_code"}, ["mfa"], ""),
        ({"type": "device_code"}, ["domainJoinedDevice"], "a hybrid joined device"),
        ({"type": "authorization_code"}, ["mfa", "compliantDevice"], ""),
        ({"prompt": "none"}, ["mfa"], ""),
        ({"type": "on_behalf_of"}, ["mfa"], ""),
        (
            {"type": "password"},
            ["mfa", "approvedApplication"],
            "multifactor authentication and an approved app",
        ),
        ({"type": "integrated_windows"}, ["compliantDevice"], ""),
        (
            {"type": "integrated_windows", "device": {"compliant": False}},
            ["compliantDevice"],
            "a compliant device",
        ),
        (
            {"type": "integrated_windows", "device": {"join": "entra"}},
            ["domainJoinedDevice"],
            "a hybrid joined device",
        ),
        ({"type": "integrated_windows", "device": {"join": "hybrid"}}, ["domainJoinedDevice"], ""),
        ({"type": "integrated_windows"}, [], ""),
    ],
)
def test_what_a_flow_can_never_give(flow, controls, lacking):
    _, one = policies(EVERYBODY, flow)
    policy = control(operator="AND", builtInControls=controls)
    assert words(policy, never_given(policy, one)) == lacking


@pytest.mark.parametrize(
    ("fields", "lacking"),
    [
        ({"termsOfUse": ["a"]}, "consent to terms of use"),
        ({"authenticationStrength": {"id": "a"}}, "an authentication strength"),
        ({"customAuthenticationFactors": ["Duo"]}, "a further control"),
        ({"operator": "OR", "builtInControls": ["mfa", "compliantDevice"]}, ""),
        (
            {"operator": "OR", "builtInControls": ["mfa"], "termsOfUse": ["a"]},
            "multifactor authentication or consent to terms of use",
        ),
    ],
)
def test_what_nobody_can_give_where_nobody_is_asked(fields, lacking):
    _, one = policies(EVERYBODY, {"type": "integrated_windows"})
    policy = control(**fields)
    assert words(policy, never_given(policy, one)) == lacking


def test_nobody_passes_a_block():
    _, flow = policies(EVERYBODY, {})
    assert never_given(control(operator="OR", builtInControls=["block"]), flow) == ("block",)


def test_without_a_broker_nothing_tells_of_the_device():
    _, flow = policies(EVERYBODY, {"platform": "mobile"})
    policy = control(operator="AND", builtInControls=["mfa", "compliantDevice", "compliantApplication"])
    assert never_given(policy, flow) == ()
    assert never_given(policy, flow, can_without_broker) == ("compliantdevice", "compliantapplication")


# --- properties -------------------------------------------------------------------------------

IDS = (ALICE, BOB)
GROUPS = (STAFF, GUESTS)
ROLES = (GLOBAL_ADMINISTRATOR, "729827e3-9c14-49f7-bb1b-9608f156bbb8")  # the second is Helpdesk Administrator
ROLE_NAMES = ("Global Administrator", "Helpdesk Administrator")


def some(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True)


ASSIGNMENTS = st.fixed_dictionaries(
    {
        "includeUsers": some((*IDS, "All", "None", "GuestsOrExternalUsers")),
        "excludeUsers": some((*IDS, "GuestsOrExternalUsers")),
        "includeGroups": some(GROUPS),
        "excludeGroups": some(GROUPS),
        "includeRoles": some(ROLES),
        "excludeRoles": some(ROLES),
    }
)
APIS = (EXCHANGE, SHAREPOINT, TEAMS, AZURE, DIRECTORY, "Office365")
CONDITIONS = st.builds(
    lambda assigned, included, excluded, more: {
        "users": assigned,
        "applications": {"includeApplications": included, "excludeApplications": excluded},
        **more,
    },
    ASSIGNMENTS,
    some((*APIS, "All")),
    some(APIS),
    st.fixed_dictionaries(
        {},
        optional={
            "locations": st.builds(
                lambda included, excluded: {"includeLocations": included, "excludeLocations": excluded},
                some(("All", "AllTrusted", OFFICE, ABROAD)),
                some(("AllTrusted", OFFICE, ABROAD)),
            ),
            "platforms": st.builds(
                lambda included, excluded: {"includePlatforms": included, "excludePlatforms": excluded},
                some(("all", "windows", "iOS", "android")),
                some(("windows", "iOS")),
            ),
            "clientAppTypes": some(("all", "browser", "mobileAppsAndDesktopClients", "other")),
            "signInRiskLevels": some(("high", "medium")),
        },
    ),
)
#: Everything that may be said of a flow, each fact or its absence.
FACTS = {
    "id": (*IDS, None),
    "groups": ([], [STAFF], [GUESTS], None),
    "roles": ([], [ROLE_NAMES[0]], [ROLE_NAMES[1]], None),
    "account": ("work", "guest", None),
}
AROUND = {
    "ip_ranges": (["203.0.113.0/28"], ["198.51.100.0/24"], None),
    "device": ({"os": "windows"}, {"os": "ios"}, None),
    "platform": ("desktop", "mobile", "web", None),
    "scopes": (["Mail.Read"], ["Files.Read", "Chat.Read"], ["User.Read"], None),
}
STATED = st.fixed_dictionaries(
    {name: st.sampled_from(values) for name, values in {**FACTS, **AROUND}.items()}
)


def flow_of(stated: dict[str, Any]) -> dict[str, Any]:
    user = {name: stated[name] for name in FACTS if stated[name] is not None}
    around = {name: stated[name] for name in AROUND if stated[name] is not None}
    return {**around, **({"user": user} if user else {})}


@settings(max_examples=300, deadline=None)
@given(CONDITIONS, STATED, st.sampled_from(sorted({**FACTS, **AROUND})), st.data())
def test_what_is_left_unsaid_never_decides_against_what_could_be_said(
    conditions: dict[str, Any], stated: dict[str, Any], name: str, data: st.DataObject
):
    """A fact only moves the answer from `may apply`; it never turns a sure answer into the other one."""
    unsaid = judged(conditions, flow_of({**stated, name: None}))
    value = data.draw(st.sampled_from([one for one in {**FACTS, **AROUND}[name] if one is not None]))
    said = judged(conditions, flow_of({**stated, name: value}))
    if unsaid.answer != "may apply":
        assert said.answer == unsaid.answer


ORDER = ("does not apply", "may apply", "applies")


@settings(max_examples=200, deadline=None)
@given(
    CONDITIONS, STATED, st.sampled_from(("excludeUsers", "excludeGroups", "excludeRoles", "api")), st.data()
)
def test_an_exclusion_more_never_makes_a_policy_apply(
    conditions: dict[str, Any], stated: dict[str, Any], where: str, data: st.DataObject
):
    before = judged(conditions, flow_of(stated))
    if where == "api":
        more = data.draw(st.sampled_from(APIS))
        applications = conditions["applications"]
        excluded = [*applications["excludeApplications"], more]
        narrowed = {**conditions, "applications": {**applications, "excludeApplications": excluded}}
    else:
        more = data.draw(
            st.sampled_from({"excludeUsers": IDS, "excludeGroups": GROUPS, "excludeRoles": ROLES}[where])
        )
        assigned = conditions["users"]
        narrowed = {**conditions, "users": {**assigned, where: [*assigned[where], more]}}
    after = judged(narrowed, flow_of(stated))
    assert ORDER.index(after.answer) <= ORDER.index(before.answer)


@settings(max_examples=200, deadline=None)
@given(CONDITIONS, STATED)
def test_an_inclusion_more_never_takes_a_policy_away(conditions: dict[str, Any], stated: dict[str, Any]):
    before = judged(conditions, flow_of(stated))
    widened = {**conditions, "users": {**conditions["users"], "includeUsers": ["All"]}}
    assert ORDER.index(judged(widened, flow_of(stated)).answer) >= ORDER.index(before.answer)


CONTROLS = ("block", "mfa", "compliantDevice", "domainJoinedDevice", "approvedApplication", "passwordChange")
TYPES = (
    "authorization_code",
    "password",
    "integrated_windows",
    "device_code",
    "on_behalf_of",
    "refresh_token",
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(CONTROLS), max_size=3, unique=True), st.sampled_from(TYPES))
def test_one_of_several_controls_is_never_harder_than_all_of_them(controls: list[str], kind: str):
    _, flow = policies(EVERYBODY, {"type": kind})
    either, both = (control(operator=operator, builtInControls=controls) for operator in ("OR", "AND"))
    assert set(never_given(either, flow)) <= set(never_given(both, flow))
    assert never_given(both, flow) == tuple(one for one in asked(both) if can(flow, one) is False)


def test_a_redirect_uri_of_a_server_makes_the_flow_a_confidential_clients():
    flow = {"redirect_uri": "https://portal.contoso.com/cb"}
    application = {"appId": APP, "web": {"redirectUris": ["https://portal.contoso.com/cb"]}}
    native = EVERYBODY | {"clientAppTypes": ["mobileAppsAndDesktopClients"]}
    assert judged(native, flow, application=application) == DOES_NOT


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (["570282fd-fa5c-430d-a7fd-fc8dc98a9dca"], [EXCHANGE]),
        (["570282fd-fa5c-430d-a7fd-fc8dc98a9dca", "e1fe6dd8-ba31-4d61-89e7-88639da4683d"], [EXCHANGE]),
        (["570282fd-fa5c-430d-a7fd-fc8dc98a9dca", "{permission}"], [None]),
        ([], [None]),
    ],
)
def test_default_asks_for_what_is_declared(declared, expected):
    access = [{"id": identity, "type": "Scope"} for identity in declared]
    application = {"requiredResourceAccess": [{"resourceAppId": GRAPH, "resourceAccess": access}]}
    known, flow = policies(EVERYBODY, {"scopes": [".default"]}, application=application)
    found = policy_audiences(flow, known.application, ENTRA, CATALOG)
    assert [one.app_id for one in found] == expected
