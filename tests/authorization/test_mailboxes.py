"""What Exchange says of an app's mailboxes."""

import pytest

from linter.authorization.mailboxes import (
    POLICIES,
    answers_about,
    gives,
    is_scoped,
    mailbox_of,
    policies_of,
    roles_held,
)
from linter.entra import Entra
from linter.model import Application, Call, Grants, Person, ServicePrincipal
from linter.positions import At, Source
from linter.tenant import (
    ApplicationAccessPolicy,
    ExchangeAuthorization,
    ExchangeRoleAssignment,
    Tenant,
)

AT = At(Source("x.json", "{}", lambda _: {}), "")
ENTRA = Entra()
APP = "6f0c1c6e-1111-4222-8333-444455556666"
OBJECT = "11111111-0000-4000-8000-000000000001"


def role(app: str | None, scope: str | None = "Sales") -> ExchangeRoleAssignment:
    return ExchangeRoleAssignment(AT, "Application Mail.Read", app, scope)


def test_an_app_has_roles_by_its_ids_or_its_name():
    application = Application(AT, {}, "graph", "partial", app_id=APP.upper(), display_name="Nightly")
    grants = Grants(AT, service_principal=ServicePrincipal(AT, OBJECT, APP))
    mine = (role(APP), role(OBJECT), role("nightly"))
    tenant = Tenant(AT, exchange_role_assignments=(*mine, role("other"), role(None)))
    assert roles_held(tenant, application, grants) == mine
    assert roles_held(tenant, application, None) == (mine[0], mine[2])
    assert roles_held(Tenant(AT), application, grants) is None
    assert roles_held(None, application, grants) is None


@pytest.mark.parametrize(
    ("scope", "scoped"), [("Sales", True), ("Organization", False), ("/", False), (None, False)]
)
def test_a_role_over_everything_has_no_scope(scope, scoped):
    assert is_scoped(role(APP, scope)) is scoped


@pytest.mark.parametrize(
    ("name", "permission", "expected"),
    [
        ("Application Mail.Read", "Mail.Read", True),
        ("application mail full access", "Mail.Send", True),
        ("Application Mail.Read", "Mail.Send", False),
        ("Mail Recipients", "Mail.Read", False),
        (None, "Mail.Read", False),
    ],
)
def test_what_a_role_gives(name, permission, expected):
    assert gives(name, permission, ENTRA) is expected


def test_policies_are_known_only_where_all_were_read():
    mine = ApplicationAccessPolicy(AT, APP, "RestrictAccess", "Sales")
    other = ApplicationAccessPolicy(AT, "other", "RestrictAccess", "Sales")
    assert policies_of(Tenant(AT, application_access_policies=(mine, other)), APP.upper()) == (mine,)
    assert policies_of(Tenant(AT, application_access_policies=(other,)), APP) == ()
    part = Tenant(AT, application_access_policies=(other,), partial=frozenset({POLICIES}))
    assert policies_of(part, APP) is None
    assert policies_of(part._replace(application_access_policies=(mine,)), APP) == (mine,)
    assert policies_of(Tenant(AT), APP) is None
    assert policies_of(None, APP) is None
    assert policies_of(Tenant(AT, application_access_policies=()), None) is None


@pytest.mark.parametrize(
    ("url", "target", "mailbox"),
    [
        ("/users/Jo@contoso.com/messages", None, "jo@contoso.com"),
        ("https://graph.microsoft.com/v1.0/users/jo@contoso.com/events?$top=1", None, "jo@contoso.com"),
        ("/users/{id}/messages", None, None),
        ("/users/{id}/messages", Person(AT, id="Jo@contoso.com"), "jo@contoso.com"),
        ("/users/jo@contoso.com/messages", Person(AT, id="self"), "jo@contoso.com"),
        ("/me/messages", None, None),
        ("/groups/g/events", None, None),
    ],
)
def test_which_mailbox_a_call_is_about(url, target, mailbox):
    assert mailbox_of(Call(AT, "GET", url, target=target)) == mailbox


def test_an_answer_is_about_what_it_grants_or_its_role_gives():
    by_name = ExchangeAuthorization(AT, None, ("Mail.Read",), False)
    by_role = ExchangeAuthorization(AT, "Application Mail.Read", (), True)
    other = ExchangeAuthorization(AT, "Application Calendars.Read", ("Calendars.Read",), True)
    assert list(answers_about((by_name, by_role, other), ("Mail.Read",), ENTRA)) == [by_name, by_role]
