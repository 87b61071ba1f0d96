"""Directory roles: who may do what, and reset whose password."""

import pytest

from linter.entra.facts import Entra

ENTRA = Entra()


def test_directory_roles():
    for text in (
        "Global Administrator",
        "global administrator",
        "Company Administrator",
        "62e90394-69f5-4237-9190-012177145e10",
    ):
        role = ENTRA.directory_role(text)
        assert role is not None
        assert role.name == "Global Administrator"
    assert ENTRA.directory_role("Gobal Administrator") is None


def test_roles_for_sign_ins():
    roles = ENTRA.roles_for("get", "/AuditLogs/signIns/{signIn-id}")
    assert roles is not None
    assert roles.required
    assert {"Reports Reader", "Security Reader", "Global Administrator"} <= set(roles.roles)
    assert "User Administrator" not in roles.roles


def test_roles_for_reset_password():
    roles = ENTRA.roles_for(
        "POST", "/users/{id}/authentication/methods/{authenticationMethod-id}/resetPassword"
    )
    assert roles is not None
    assert set(roles.roles) == {
        "Authentication Administrator",
        "Privileged Authentication Administrator",
        "Global Administrator",
        "User Administrator",
        "Helpdesk Administrator",
        "Password Administrator",
    }


@pytest.mark.parametrize(
    ("method", "template", "open_to", "required"),
    [
        ("GET", "/directoryRoles/{id}", ("members",), False),
        ("PATCH", "/applications/{id}", ("owners", "members"), False),
        ("GET", "/me/authentication/methods", ("members",), False),
        ("GET", "/users/{id}/authentication/methods", ("self",), True),
        ("GET", "/policies/adminConsentRequestPolicy", (), True),
    ],
)
def test_who_may_do_without_a_role(method, template, open_to, required):
    roles = ENTRA.roles_for(method, template)
    assert roles is not None
    assert (roles.open_to, roles.required) == (open_to, required)


@pytest.mark.parametrize(
    ("method", "template"),
    [
        ("POST", "/me/events"),
        ("POST", "/users/{id}/events"),
        ("PATCH", "/users/{id}"),
        ("POST", "/servicePrincipals"),
        ("GET", "/me"),
        ("", ""),
    ],
)
def test_operations_without_role_requirement(method, template):
    assert ENTRA.roles_for(method, template) is None


def test_global_administrator_suffices_except_for_custom_security_attributes():
    exceptions = {
        text
        for row in ENTRA.role_requirements
        if "Global Administrator" not in row.roles
        for text in row.templates
    }
    assert exceptions == {
        "/directory/attributeSets",
        "/directory/attributeSets/{id}",
        "/directory/customSecurityAttributeDefinitions",
        "/directory/customSecurityAttributeDefinitions/{id}",
    }


def test_who_may_consent_for_the_tenant():
    assert ENTRA.consent_roles(graph_app_roles=True) == (
        "Global Administrator",
        "Privileged Role Administrator",
    )
    assert ENTRA.consent_roles(graph_app_roles=False) == (
        "Global Administrator",
        "Privileged Role Administrator",
        "Cloud Application Administrator",
        "Application Administrator",
    )


TOP = {"Privileged Authentication Administrator", "Global Administrator"}


@pytest.mark.parametrize(
    ("target", "group", "expected"),
    [
        (
            (),
            False,
            TOP
            | {
                "Password Administrator",
                "Helpdesk Administrator",
                "Authentication Administrator",
                "User Administrator",
            },
        ),
        ((), True, TOP),
        (("Global Administrator",), False, TOP),
        (("62e90394-69f5-4237-9190-012177145e10",), False, TOP),
        (("Helpdesk Administrator",), False, TOP | {"Helpdesk Administrator", "User Administrator"}),
        (
            ("Helpdesk Administrator", "Reports Reader"),
            False,
            TOP | {"Helpdesk Administrator", "User Administrator"},
        ),
        (("Helpdesk Administrator", "Groups Administrator"), False, TOP | {"User Administrator"}),
        (("Teams Administrator",), False, TOP),
        (("a custom role",), False, TOP),
        (("Directory Readers",), True, TOP),
    ],
)
def test_who_may_reset_a_password(target, group, expected):
    assert ENTRA.reset_callers(target, role_assignable_group=group) == expected


def test_who_may_act_sensitively():
    assert ENTRA.sensitive_callers(()) == TOP | {"Authentication Administrator", "User Administrator"}
    assert ENTRA.sensitive_callers(("Helpdesk Administrator",)) == TOP | {"User Administrator"}


def test_password_operations():
    write = ENTRA.password_operation("write", "application")
    assert write is not None
    assert write.permissions == ("User-PasswordProfile.ReadWrite.All",)
    assert ENTRA.password_operation("reset", "application") is None
    assert ENTRA.password_operation("change", "application") is None
    assert [(row.kind, row.access) for row in ENTRA.password_operations_of("patch", "/users/{user-id}")] == [
        ("write", "application"),
        ("write", "delegated"),
    ]
    (reset,) = ENTRA.password_operations_of(
        "POST", "/users/{id}/authentication/passwordmethods/{id}/resetpassword"
    )
    assert (reset.kind, reset.own_account, reset.permissions) == (
        "reset",
        False,
        ("UserAuthenticationMethod.ReadWrite.All",),
    )
    (change,) = ENTRA.password_operations_of("POST", "/me/changePassword")
    assert (change.kind, change.own_account) == ("change", True)


def test_sensitive_properties():
    enabled = ENTRA.sensitive_property("accountenabled")
    assert enabled is not None
    assert (enabled.matrix, enabled.application) == (
        "sensitive",
        (("User.EnableDisableAccount.All", "User.Read.All"),),
    )
    phone = ENTRA.sensitive_property("mobilePhone")
    assert phone is not None
    assert phone.matrix == "either"
    assert ENTRA.sensitive_property("displayName") is None
