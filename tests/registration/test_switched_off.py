"""Scopes and roles that APIs have switched off, the app's own and those of the directory."""

from linter import examples
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.registration.switched_off import switched_off

CATALOG = Catalog.open()
APP, ORDERS = "6f0c1c6e-1111-4222-8333-444455556666", "a9100000-0000-4000-8000-000000000001"


def entry(number: int, value: str | None, *, enabled: bool | None) -> dict[str, object]:
    found: dict[str, object] = {"id": f"5C0BE000-0000-4000-8000-00000000000{number}", "value": value}
    return found if enabled is None else {**found, "isEnabled": enabled}


def principal(number: int, app_id: str, **published: object) -> dict[str, object]:
    return {
        "id": f"5b000000-0000-4000-8000-00000000000{number}",
        "appId": app_id,
        "displayName": f"API {number}",
        "servicePrincipalType": "Application",
        **published,
    }


CASE = examples.case(
    {
        "application": {
            "appId": APP,
            "identifierUris": ["api://orders"],
            "api": {"oauth2PermissionScopes": [entry(1, "a", enabled=False), entry(2, "b", enabled=True)]},
            "appRoles": [
                entry(3, "c", enabled=False),
                entry(4, None, enabled=False),
                entry(5, "e", enabled=None),
            ],
        },
        "grants": {
            "servicePrincipals": [
                principal(1, APP, oauth2PermissionScopes=[entry(1, "a", enabled=False)], appRoles=[]),
                principal(2, ORDERS, oauth2PermissionScopes=[], appRoles=[entry(6, "f", enabled=False)]),
                principal(3, GRAPH, oauth2PermissionScopes=[entry(7, "g", enabled=False)], appRoles=[]),
            ]
        },
    },
    CATALOG,
)


def test_what_is_switched_off():
    found = switched_off(CASE.application, CASE.grants)
    assert [(one.own, one.app_id, one.api, one.id[-1], one.value, one.type) for one in found] == [
        (True, APP, None, "1", "a", "Scope"),
        (True, APP, None, "3", "c", "Role"),
        (False, ORDERS, "API 2", "6", "f", "Role"),
    ]


def test_without_the_directory_only_the_apps_own_are_known():
    assert [one.value for one in switched_off(CASE.application, None)] == ["a", "c"]


def test_whose_they_are():
    own, _, other = switched_off(CASE.application, CASE.grants)
    assert [own.is_for(audience, CASE.application) for audience in (APP, "api://orders", ORDERS)] == [
        True,
        True,
        False,
    ]
    assert [other.is_for(audience, CASE.application) for audience in (APP, f"api://{ORDERS.upper()}")] == [
        False,
        True,
    ]
