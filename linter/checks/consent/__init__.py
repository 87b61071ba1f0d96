"""Consent: whether what the app needs was granted, by whom it can be, and on what.

Consent is the tenant's, but what a user can change is in files: the permission, where the
registration declares it or a flow asks for it, is the primary place. Sources:
https://learn.microsoft.com/entra/identity-platform/permissions-consent-overview and
https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant

The family has one module for each subject; a check is imported when it is first asked for.
"""

from linter.typed import Any, Final

CHECKS: Final = {
    "ungranted": (
        "application_permission_not_granted",
        "declared_not_granted",
        "delegated_permission_not_granted",
        "grant_on_wrong_resource",
        "principal_consent_for_shared_workload",
    ),
    "asked": (
        "admin_consent_needed_user_flow",
        "admin_workflow_off",
        "assignment_required_blocks_user_consent",
        "microsoft_managed_consent_blocks",
        "unverified_multitenant_consent",
        "user_consent_disabled",
        "user_consent_low_impact_only",
    ),
    "held": ("grant_scope_unknown_value", "granted_not_declared"),
    "planned": (
        "consenter_role_too_low",
        "portal_path_outdated",
        "preauthorization_incomplete",
        "url_tenant_mismatch",
    ),
    "principal": ("principal_or_app_disabled", "service_principal_missing", "user_not_assigned"),
    "single": ("rsc_not_installed", "selected_scope_without_resource_grant"),
}
"""Which module holds which checks."""


def __getattr__(name: str) -> Any:
    for module, checks in CHECKS.items():
        if name in checks:
            return getattr(__import__(f"{__name__}.{module}", fromlist=[name]), name)
    raise AttributeError(name)
