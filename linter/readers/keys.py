"""Keys that tell the forms apart, in lower case: PowerShell writes `AppId` for `appId`."""

from typing import Final

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
    {"identifieruris", "implicitgrantsettings", "isfallbackpublicclient", "requiredresourceaccess"}
)
# These have redirect URIs inside.
PLATFORMS: Final = frozenset({"publicclient", "spa", "web"})
