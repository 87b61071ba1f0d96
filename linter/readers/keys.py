"""Keys that tell the forms apart, in lower case: PowerShell writes `AppId` for `appId`."""

from __future__ import annotations

from linter.typed import Final

# Only the older Azure AD Graph manifest has these.
# https://learn.microsoft.com/entra/identity-platform/azure-active-directory-graph-app-manifest-deprecation
LEGACY_ONLY: Final = frozenset(
    {
        "accesstokenacceptedversion",
        "allowpublicclient",
        "availabletoothertenants",
        "informationalurls",
        "oauth2allowidtokenimplicitflow",
        "oauth2allowimplicitflow",
        "oauth2permissions",
        "replyurlswithtype",
    }
)
# A service principal has these, an application has none of them.
PRINCIPAL_ONLY: Final = frozenset(
    {"appownerorganizationid", "approleassignmentrequired", "serviceprincipalnames", "serviceprincipaltype"}
)
# Only an application has these; one is enough. (`signInAudience` is a principal's too.)
APPLICATION_ONLY: Final = frozenset(
    {
        "groupmembershipclaims",
        "identifieruris",
        "implicitgrantsettings",
        "isfallbackpublicclient",
        "requiredresourceaccess",
    }
)
# These have redirect URIs inside.
PLATFORMS: Final = frozenset({"publicclient", "spa", "web"})

# Sets of keys that only answers about principals, consent or licences hold together: ARM templates have
# roleDefinitionId, too, and application exports owners.
GRANTS: Final = (
    ("clientid", "consenttype"),
    ("approleid", "principalid"),
    ("skupartnumber", "serviceplans"),
    ("appid", "serviceprincipaltype"),
    ("appid", "approleassignmentrequired"),
    ("oauth2permissiongrants",),
)
# How `@odata.context` of such an answer ends.
GRANT_CONTEXTS: Final = (
    "$metadata#serviceprincipals",
    "$metadata#oauth2permissiongrants",
    "$metadata#approleassignments",
    "$metadata#rolemanagement/directory/roleassignments",
    "$metadata#subscribedskus",
)
