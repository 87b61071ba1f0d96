"""Who is at the consent page: the flow, the plan and the roles say it together."""

import pytest

from linter.calls.inventory import inventory
from linter.consent.decision import Decision, who_consents
from linter.consent.page import may_consent_for_tenant, shows_page
from linter.entra import Entra
from linter.positions import Source
from linter.syntax import json_text

ENTRA = Entra()
USERS, ADMINISTRATORS = Decision("user"), Decision("administrator", "permission")


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
    ("decision", "user", "plan", "who"),
    [
        (USERS, None, None, "user"),
        (ADMINISTRATORS, None, None, "unsure"),
        (ADMINISTRATORS, {"account": "work"}, None, "unsure"),
        (ADMINISTRATORS, {"roles": []}, None, "administrator"),
        (ADMINISTRATORS, {"roles": ["User Administrator"]}, None, "administrator"),
        (ADMINISTRATORS, {"roles": ["Application Administrator"]}, None, "user"),
        (ADMINISTRATORS, {"roles": ["Role that Contoso made"]}, None, "unsure"),
        (ADMINISTRATORS, {"roles": []}, {"by": "admin"}, "user"),
        (ADMINISTRATORS, None, {"by": "user"}, "administrator"),
        (ADMINISTRATORS, {"roles": []}, {"roles": ["Global Administrator"]}, "user"),
    ],
)
def test_who_consents_at_the_page(decision, user, plan, who):
    written = {"type": "authorization_code", **({"user": user} if user else {})}
    flow, consent = _read(written, **({"consent": plan} if plan else {}))
    assert who_consents(decision, flow, consent, ENTRA) == who


def test_nobody_consents_where_no_page_is_shown():
    flow, consent = _read({"type": "on_behalf_of"}, consent={"by": "admin"})
    assert who_consents(USERS, flow, consent, ENTRA) == "nobody"


@pytest.mark.parametrize(
    ("roles", "delegated", "graph_app_roles"),
    [
        ((), False, False),
        (("62e90394-69f5-4237-9190-012177145e10",), True, True),
        (("Privileged Role Administrator",), True, True),
        (("cloud application administrator",), True, False),
        (("User Administrator",), False, False),
        (("Role that Contoso made",), None, None),
        (("Role that Contoso made", "Application Administrator"), True, None),
    ],
)
def test_what_roles_suffice_for(roles, delegated, graph_app_roles):
    assert may_consent_for_tenant(roles, ENTRA) is delegated
    assert may_consent_for_tenant(roles, ENTRA, graph_app_roles=True) is graph_app_roles
