"""Who can consent: the flow's page, the permission, the plan and the roles decide together."""

import pytest

from linter.calls.inventory import inventory
from linter.catalog.records import GRAPH, Permission
from linter.consent import may_consent_for_tenant, shows_page, who_consents
from linter.entra import Entra
from linter.positions import Source
from linter.syntax import json_text

ENTRA = Entra()
USERS = Permission(
    GRAPH, "", "Mail.Read", "Scope", False, 2, live=True, hidden=False, enabled=True, personal=True
)
ADMINISTRATORS = USERS._replace(value="Group.Read.All", admin_consent=True, personal=False)


def _read(flow, **members):
    data = {"version": 1, "flows": [{"calls": [], **flow}], **members}
    found = inventory(data, Source("app.calls.yaml", "", json_text.spans))
    return found.flows[0], found.consent


@pytest.mark.parametrize(
    ("flow", "shown"),
    [
        ({"type": "authorization_code"}, True),
        ({"type": "device_code"}, True),
        ({"type": "implicit", "prompt": "none"}, False),
        ({"type": "on_behalf_of"}, False),
        ({"type": "refresh_token"}, False),
        ({"type": "integrated_windows"}, False),
        ({"type": "password"}, False),
        ({"type": "client_credentials"}, False),
        ({"type": "none"}, False),
    ],
)
def test_flows_with_a_consent_page(flow, shown):
    assert shows_page(_read(flow)[0]) is shown


@pytest.mark.parametrize(
    ("permission", "user", "plan", "who"),
    [
        (USERS, None, None, "user"),
        (USERS._replace(admin_consent=None), None, None, "user"),
        (ADMINISTRATORS, None, None, "unsure"),
        (ADMINISTRATORS, {"account": "work"}, None, "unsure"),
        (ADMINISTRATORS, {"roles": []}, None, "administrator"),
        (ADMINISTRATORS, {"roles": ["User Administrator"]}, None, "administrator"),
        (ADMINISTRATORS, {"roles": ["Application Administrator"]}, None, "user"),
        (ADMINISTRATORS, {"roles": []}, {"by": "admin"}, "user"),
        (ADMINISTRATORS, None, {"by": "user"}, "administrator"),
        (ADMINISTRATORS, {"roles": []}, {"roles": ["Global Administrator"]}, "user"),
    ],
)
def test_who_consents_at_the_page(permission, user, plan, who):
    written = {"type": "authorization_code", **({"user": user} if user else {})}
    flow, consent = _read(written, **({"consent": plan} if plan else {}))
    assert who_consents(permission, flow, consent, ENTRA) == who


def test_nobody_consents_where_no_page_is_shown():
    flow, consent = _read({"type": "on_behalf_of"}, consent={"by": "admin"})
    assert who_consents(USERS, flow, consent, ENTRA) == "nobody"


def test_roles_are_known_by_name_and_template_id():
    assert may_consent_for_tenant(("62e90394-69f5-4237-9190-012177145e10",), ENTRA)
    assert not may_consent_for_tenant(("Role that Contoso made",), ENTRA)
