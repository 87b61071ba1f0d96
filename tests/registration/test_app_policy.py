"""Which of the tenant's app management policies are in force for an app."""

import pytest

from linter.finding import Unknown
from linter.model import Application, Credential
from linter.positions import At, Source
from linter.registration import app_policy
from linter.syntax import json_text
from linter.tenant import AppManagementPolicy, CredentialRestriction, Tenant

AT = At(Source("app.json", "{}", json_text.spans), "")
SECRET = Credential(AT, "secret", "k", None, "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z")


def application(id_: str | None = "APP", created: str | None = "2025-01-01T00:00:00Z") -> Application:
    return Application(
        AT, {}, "graph", "full", id=id_, created_date_time=created, password_credentials=(SECRET,)
    )


def policy(
    days: float,
    *,
    is_enabled: bool | None = True,
    state: str | None = "enabled",
    after: str | None = None,
    applies_to: tuple[str, ...] | None = None,
) -> AppManagementPolicy:
    restriction = CredentialRestriction(AT, "passwordLifetime", state, days, after)
    return AppManagementPolicy(AT, None, is_enabled, (restriction,), applies_to=applies_to)


def violations(
    app: Application, default: AppManagementPolicy | None, *custom: AppManagementPolicy
) -> list[str]:
    tenant = Tenant(AT, default_app_management_policy=default, app_management_policies=custom)
    return [
        found.field if isinstance(found, Unknown) else found.message
        for found in app_policy.violations(app, tenant)
    ]


TOO_LONG = "this secret is made for 365 days, and the tenant allows {}".format


@pytest.mark.parametrize(
    ("default", "custom", "expected"),
    [
        (policy(365), (), []),
        (policy(364), (), [TOO_LONG(364)]),
        (policy(90, is_enabled=False), (), []),
        (policy(90, state="disabled"), (), []),
        (policy(90, state=None), (), [TOO_LONG(90)]),
        (policy(90, after="2025-01-01T00:00:00Z"), (), [TOO_LONG(90)]),
        (policy(90, after="2025-01-02T00:00:00Z"), (), []),
        (policy(90), (policy(365, applies_to=("app",)),), []),
        (policy(365), (policy(90, applies_to=("app",)),), [TOO_LONG(90)]),
        (policy(90), (policy(90, state="disabled", applies_to=("app",)),), []),
        (policy(90), (policy(365, applies_to=("other",)),), [TOO_LONG(90)]),
        (policy(90), (policy(365, is_enabled=False, applies_to=("app",)),), [TOO_LONG(90)]),
        (policy(365), (policy(90),), ["tenant.app_management_policies.applies_to"]),
        (policy(90, is_enabled=None), (), ["tenant.default_app_management_policy.is_enabled"]),
        (None, (), ["tenant.default_app_management_policy"]),
    ],
)
def test_lifetimes(
    default: AppManagementPolicy | None, custom: tuple[AppManagementPolicy, ...], expected: list[str]
) -> None:
    assert violations(application(), default, *custom) == expected


def test_what_the_registration_must_state() -> None:
    assert violations(application(id_=None), policy(365), policy(365, applies_to=("app",))) == [
        "application.id"
    ]
    dated = policy(90, after="2025-01-01T00:00:00Z")
    assert violations(application(created=None), dated) == ["application.created_date_time"]
