"""Who, at least, can consent: the permission, the principal and the tenant's policies decide together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.catalog.records import GRAPH, Permission
from linter.consent.decision import Setting, client_of, decide, who_consents
from linter.consent.policies import Client, assigned, users_may
from linter.entra import Entra
from linter.model import NULL, Application, Flow, Grants, Person, ServicePrincipal
from linter.positions import At, Source
from linter.tenant import (
    AuthorizationPolicy,
    GroupSetting,
    Organization,
    PermissionClassification,
    PermissionGrantCondition,
    PermissionGrantPolicy,
    Tenant,
)

ENTRA = Entra()
AT = At(Source("tenant.json", "", lambda _: {}), "")
HOME, OTHER = "11111111-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002"
APP = "6f0c1c6e-1111-4222-8333-444455556666"
THUNDERBIRD = "9e5f94bc-e8a4-4e73-b8be-63364c29d753"
EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
LEGACY, LOW, MANAGED, MAIL = (
    f"ManagePermissionGrantsForSelf.microsoft-user-default-{name}"
    for name in ("legacy", "low", "recommended", "allow-consent-apps")
)


def permission(name, *, admin=False, type_="Scope", resource=GRAPH):
    return Permission(
        resource,
        f"id of {name}",
        name,
        type_,
        admin,
        2,
        live=True,
        hidden=False,
        enabled=True,
        personal=False,
    )


FILES, MAIL_READ, GROUPS = (
    permission("Files.Read"),
    permission("Mail.Read"),
    permission("Group.Read.All", admin=True),
)


EWS = permission("EWS.AccessAsUser.All", resource=EXCHANGE)


def policy(*ids, risky=None):
    return AuthorizationPolicy(AT, {}, ids, None, risky, None, None)


def condition(**fields):
    plain = dict.fromkeys(PermissionGrantCondition._fields) | {"at": AT, "permission_type": "delegated"}
    return PermissionGrantCondition(**(plain | fields))


def custom(*includes, excludes=()):
    return PermissionGrantPolicy(AT, "contoso", includes, tuple(excludes))


def setting(*policies, app=None, tenant=None, assignment=False, risky=None):
    application = Application(
        AT, {}, "graph", "full", **({"app_id": APP, "sign_in_audience": "AzureADMyOrg"} | (app or {}))
    )
    principal = ServicePrincipal(
        AT, "p", APP, app_role_assignment_required=assignment, app_owner_organization_id=HOME
    )
    facts = {"organization": Organization(AT, HOME, None, None, ("contoso.com",))} | (tenant or {})
    found = Tenant(AT, **({"authorization_policy": policy(*policies, risky=risky)} | facts))
    return Setting(application, Grants(AT, service_principal=principal), found)


def told(asked, where):
    found = decide(asked, where, ENTRA)
    return found.least, found.reason, found.lacks


@pytest.mark.parametrize(
    ("asked", "least"),
    [
        (permission("User.Read.All", type_="Role"), "privileged"),
        (
            permission("Directory.Read.All", type_="Role", resource="00000002-0000-0000-c000-000000000000"),
            "privileged",
        ),
        (permission("Mail.Read", type_="Role", resource=EXCHANGE), "administrator"),
        (GROUPS, "administrator"),
        (FILES, "user"),
        (FILES._replace(admin_consent=None), "user"),
    ],
)
def test_what_the_permission_alone_says(asked, least):
    assert decide(asked, Setting(), ENTRA).least == least


@pytest.mark.parametrize(
    ("asked", "policies", "expected"),
    [
        (FILES, (LEGACY,), ("user", None)),
        (GROUPS, (LEGACY,), ("administrator", "permission")),
        (FILES, (), ("administrator", "off")),
        (GROUPS, (), ("administrator", "permission")),
        (FILES, ("ManagePermissionGrantsForOwnedResource.for-team",), ("administrator", "off")),
        (FILES, (MANAGED,), ("user", None)),
        (MAIL_READ, (MANAGED,), ("administrator", "managed")),
        (permission("MailboxSettings.Read"), (MANAGED.upper(),), ("administrator", "managed")),
        (EWS, (MANAGED, MAIL), ("administrator", "managed")),
        (permission("Mail.Read", resource=EXCHANGE), (MANAGED,), ("user", None)),
        (MAIL_READ, (MANAGED, LEGACY), ("user", None)),
        (MAIL_READ, (MAIL,), ("administrator", "limited")),
    ],
)  # fmt: skip
def test_built_in_policies(asked, policies, expected):
    found = decide(asked, setting(*policies), ENTRA)
    assert (found.least, found.reason) == expected


def test_mail_clients_may_be_given_what_the_managed_policy_excludes():
    where = setting(MANAGED, MAIL, app={"app_id": THUNDERBIRD})
    assert told(MAIL_READ, where) == ("user", None, ())
    unnamed = Setting(tenant=where.tenant)
    assert told(MAIL_READ, unnamed) == ("user", "managed", ("application.app_id",))


LOW_FILES = (PermissionClassification(AT, "ID of Files.Read", None, "low"),)
BY_NAME = (PermissionClassification(AT, None, "Files.Read", "low"),)


@pytest.mark.parametrize(
    ("classified", "app", "organization", "expected"),
    [
        (LOW_FILES, {}, HOME, ("user", None, ())),
        (BY_NAME, {}, HOME, ("user", None, ())),
        ((), {}, HOME, ("administrator", "limited", ())),
        (LOW_FILES, {"verified_publisher_id": NULL}, OTHER, ("administrator", "limited", ())),
        (LOW_FILES, {"verified_publisher_id": "1"}, OTHER, ("user", None, ())),
        (LOW_FILES, {}, OTHER, ("user", "limited", ("application.verified_publisher_id",))),
        (None, {}, HOME, ("user", "limited", ("tenant.permission_classifications",))),
    ],
)
def test_low_impact(classified, app, organization, expected):
    tenant = {
        "permission_classifications": classified,
        "organization": Organization(AT, organization, None, None, None),
    }
    assert told(FILES, setting(LOW, app=app, tenant=tenant)) == expected


def test_a_classification_that_was_read_in_part_says_nothing_of_the_rest():
    partial = {"permission_classifications": (), "partial": frozenset({"delegatedPermissionClassifications"})}
    assert told(FILES, setting(LOW, tenant=partial)) == (
        "user", "limited", ("tenant.permission_classifications",),
    )  # fmt: skip


CONTOSO = "managePermissionGrantsForSelf.contoso"


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ((custom(condition()),), ("user", None, ())),
        ((custom(condition(permission_type="application")),), ("administrator", "limited", ())),
        ((custom(condition(permissions=("all",), resource_application="any")),), ("user", None, ())),
        ((custom(condition(permissions=(FILES.id.lower(),))),), ("user", None, ())),
        ((custom(condition(resource_application=GRAPH)),), ("user", None, ())),
        ((custom(condition(permissions=("another",))),), ("administrator", "limited", ())),
        ((custom(condition(resource_application=EXCHANGE)),), ("administrator", "limited", ())),
        ((custom(condition(client_application_ids=(APP,))),), ("user", None, ())),
        ((custom(condition(client_application_ids=(THUNDERBIRD,))),), ("administrator", "limited", ())),
        ((custom(condition(client_application_tenant_ids=(HOME,))),), ("user", None, ())),
        ((custom(condition(permission_classification="medium")),),
         ("user", "limited", ("tenant.permission_classifications",))),
        ((custom(condition(client_applications_from_verified_publisher_only=True)),),
         ("user", "limited", ("application.verified_publisher_id",))),
        ((custom(condition(client_application_publisher_ids=("123",))),),
         ("user", "limited", ("application.verified_publisher_id",))),
        ((custom(condition(), excludes=[condition(permissions=("id of files.read",))]),),
         ("administrator", "limited", ())),
        ((custom(condition(), excludes=[condition(permissions=("another",))]),), ("user", None, ())),
        ((), ("user", "limited", ("tenant.permission_grant_policies",))),
        (None, ("user", "limited", ("tenant.permission_grant_policies",))),
    ],
)  # fmt: skip
def test_a_policy_of_the_tenants_own(policies, expected):
    assert told(FILES, setting(CONTOSO, tenant={"permission_grant_policies": policies})) == expected


def test_a_policy_of_the_tenants_own_may_let_users_grant_what_takes_an_administrator():
    lets = {"permission_grant_policies": (custom(condition()),)}
    assert told(GROUPS, setting(CONTOSO, tenant=lets)) == ("user", None, ())
    consentable = {
        "permission_grant_policies": (custom(condition(permission_type="delegatedUserConsentable")),)
    }
    assert told(GROUPS, setting(CONTOSO, tenant=consentable)) == ("administrator", "permission", ())


def test_what_the_tenant_shows_of_the_managed_policy_is_newer_than_the_table():
    excludes = [condition(permissions=("id of files.read",))]
    record = custom(condition(), excludes=excludes)._replace(id="microsoft-user-default-recommended")
    where = setting(MANAGED, tenant={"permission_grant_policies": (record,)})
    assert told(FILES, where) == ("administrator", "managed", ())
    assert told(MAIL_READ, where) == ("user", None, ())


def test_users_of_an_app_that_requires_assignment_consent_to_nothing():
    assert told(FILES, setting(LEGACY, assignment=True)) == ("administrator", "assignment", ())
    assert told(GROUPS, setting(LEGACY, assignment=True)) == ("administrator", "permission", ())
    without_tenant = setting(assignment=True)._replace(tenant=None)
    assert told(FILES, without_tenant) == ("administrator", "assignment", ())


UNVERIFIED = {
    "sign_in_audience": "AzureADMultipleOrgs",
    "verified_publisher_id": NULL,
    "created_date_time": "2024-01-01T00:00:00Z",
}
AT_HOME = {"organization": Organization(AT, HOME, None, None, None)}
ELSEWHERE = {"organization": Organization(AT, OTHER, None, None, None)}


@pytest.mark.parametrize(
    ("asked", "app", "more", "expected"),
    [
        (FILES, {}, {}, ("administrator", "risky", ())),
        (permission("User.Read"), {}, {}, ("user", None, ())),
        (FILES, {"verified_publisher_id": "123"}, {}, ("user", None, ())),
        (FILES, {"created_date_time": "2020-11-08T12:00:00Z"}, {}, ("user", None, ())),
        (FILES, {"created_date_time": None}, {}, ("user", "risky", ("application.created_date_time",))),
        (FILES, {"sign_in_audience": "AzureADMyOrg"}, {}, ("user", None, ())),
        (FILES, {}, {"risky": True}, ("user", None, ())),
        (FILES, {}, {"risky": False}, ("administrator", "risky", ())),
        (FILES, {}, {"tenant": {"organization": None}}, ("user", "risky", ("tenant.organization",))),
        (FILES, {}, {"tenant": AT_HOME}, ("user", None, ())),
        (FILES, {}, {"tenant": {**ELSEWHERE, "group_settings": (
            GroupSetting(AT, None, "BlockUserConsentForRiskyApps", "False"),)}}, ("user", None, ())),
    ],
)  # fmt: skip
def test_unverified_apps_of_other_tenants(asked, app, more, expected):
    where = setting(LEGACY, app=UNVERIFIED | app, **({"tenant": ELSEWHERE} | more))
    assert told(asked, where) == expected


@pytest.mark.parametrize(
    ("home", "domain", "local"),
    [
        (HOME, None, True),
        (OTHER, None, False),
        ("contoso.com", None, True),
        ("fabrikam.com", None, False),
        ("${{TENANT}}", None, None),
        (None, None, None),
        (None, "Contoso.com", True),
        (None, "fabrikam.com", None),
    ],
)
def test_whether_the_app_is_the_tenants_own(home, domain, local):
    several = {"publisher_domain": domain, "sign_in_audience": "AzureADMultipleOrgs"}
    where = setting(app=several)._replace(grants=None, home=home)
    assert client_of(where, ENTRA).local is local


def test_an_app_for_one_tenant_is_that_tenants_own():
    assert client_of(setting()._replace(grants=None), ENTRA).local is True


def test_policies_for_self_are_told_from_those_for_owned_groups():
    other = "ManagePermissionGrantsForOwnedResource.x"
    assert assigned(Tenant(AT, authorization_policy=policy(other, LOW))) == ("microsoft-user-default-low",)
    assert assigned(Tenant(AT, authorization_policy=policy())) == ()
    assert assigned(Tenant(AT)) is None
    assert assigned(None) is None


# --- properties -------------------------------------------------------------------------------

NAMES = ("Files.Read", "Mail.Read", "User.Read", "Group.Read.All")
permissions = st.builds(permission, st.sampled_from(NAMES), admin=st.booleans())
maybe = st.none() | st.just(("all",))
conditions = st.builds(
    condition,
    permission_type=st.sampled_from(["delegated", "delegatedUserConsentable", "application", None]),
    permissions=maybe | st.lists(st.sampled_from([f"id of {name.lower()}" for name in NAMES])).map(tuple),
    resource_application=st.sampled_from([None, "any", GRAPH, EXCHANGE]),
    client_application_ids=maybe | st.just((APP,)) | st.just((THUNDERBIRD,)),
    client_application_tenant_ids=maybe | st.just((HOME,)),
    client_applications_from_verified_publisher_only=st.none() | st.booleans(),
    permission_classification=st.sampled_from([None, "all", "low"]),
)
clients = st.builds(
    Client,
    st.sampled_from([None, APP, THUNDERBIRD]),
    st.sampled_from([None, HOME, OTHER]),
    st.sampled_from([None, NULL, "123"]),
    st.none() | st.booleans(),
)
classified = st.none() | st.lists(st.sampled_from(NAMES)).map(
    lambda names: tuple(PermissionClassification(AT, None, name, "low") for name in names)
)
built_in = st.lists(st.sampled_from(["legacy", "low", "recommended", "allow-consent-apps"]), unique=True)
# How much is let through: no, unknown, yes.
RANK = {False: 0, None: 1, True: 2}


def let_through(asked, client, ids, low=(), custom_policies=()):
    tenant = Tenant(AT, permission_classifications=low, permission_grant_policies=tuple(custom_policies))
    return RANK[users_may(asked, client, ids, tenant, ENTRA).allows]


def names(kinds):
    return [f"microsoft-user-default-{kind}" for kind in kinds]


@given(permissions, clients, built_in, built_in, classified)
def test_one_more_assigned_policy_lets_no_less_through(asked, client, few, more, low):
    assert let_through(asked, client, names(few), low) <= let_through(
        asked, client, names([*few, *more]), low
    )


@given(permissions, clients, st.sampled_from(["low", "recommended"]), classified)
def test_a_stricter_built_in_policy_lets_no_more_through(asked, client, stricter, low):
    nothing, strict, lax = (
        let_through(asked, client, names(ids), low) for ids in ([], [stricter], ["legacy"])
    )
    assert nothing <= strict <= lax


@given(permissions, clients, st.lists(conditions), st.lists(conditions), conditions, classified)
def test_an_exclude_lets_no_more_and_an_include_no_less_through(asked, client, includes, excludes, one, low):
    def allowed(record):
        return let_through(asked, client, ["contoso"], low, [record])

    before = allowed(custom(*includes, excludes=excludes))
    assert allowed(custom(*includes, excludes=[*excludes, one])) <= before
    assert before <= allowed(custom(*includes, one, excludes=excludes))


ROLES = st.lists(
    st.sampled_from(
        ["Global Administrator", "Application Administrator", "User Administrator", "Role that Contoso made"]
    )
)
WHO = {"nobody": -1, "administrator": 0, "unsure": 1, "user": 2}


@given(permissions, ROLES, ROLES, st.sampled_from([(), (LOW,), (MANAGED,), (LEGACY,)]), st.booleans())
def test_more_roles_at_the_page_never_take_consent_away(asked, few, more, policies, assignment):
    decision = decide(asked, setting(*policies, assignment=assignment), ENTRA)

    def who(roles):
        flow = Flow(AT, {}, "portal", "authorization_code", (), user=Person(AT, roles=tuple(roles)))
        return WHO[who_consents(decision, flow, None, ENTRA)]

    assert who(few) <= who([*few, *more])
