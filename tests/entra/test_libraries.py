"""Client libraries by the names people write."""

import pytest

from linter.entra.facts import Entra

ENTRA = Entra()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("adal", "adal"),
        ("adal-node 0.2", "adal"),
        ("adal-node@0.2.3", "adal"),
        ("adal==1.2.7", "adal"),
        ("npm:adal-angular", "adal"),
        ("ADAL.NET", "adal"),
        ("Microsoft.IdentityModel.Clients.ActiveDirectory 5.3.0", "adal"),
        ("com.microsoft.azure:adal4j:1.6.7", "adal"),
        ("github.com/Azure/go-autorest/autorest/adal", "adal"),
        ("AzureAD", "adal"),
        ("MSOnline", "adal"),
        ("msal", "msal"),
        ("MSAL.NET", "msal"),
        ("msal>=1.20", "msal"),
        ("@azure/msal-node", "msal"),
        ("@azure/msal-browser@^3.10.0", "msal"),
        ("pkg:npm/%40azure/msal-node@2.1.0", "msal"),
        ("Microsoft.Identity.Client/4.60.1", "msal"),
        ("pkg:maven/com.microsoft.azure/msal4j@1.13", "msal"),
        ("com.microsoft.azure:msal4j:1.13.0", "msal"),
        ("Microsoft.Identity.Web", "msal"),
        ("azure-identity", "msal"),
        ("@azure/identity", "msal"),
        ("github.com/AzureAD/microsoft-authentication-library-for-go/apps/public", "msal"),
        ("raw", "raw"),
        ("requests==2.31", "raw"),
        ("curl 8.5", "raw"),
        ("oauthlib", "other"),
        ("passport-azure-ad", "other"),
        ("adalberto", "other"),
        ("", "other"),
    ],
)
def test_library_kind(text, kind):
    assert ENTRA.library_kind(text) == kind


def test_msal_asks_for_openid_scopes_itself():
    msal, raw = ENTRA.library("msal"), ENTRA.library("raw")
    assert msal is not None
    assert raw is not None
    assert (msal.adds, raw.adds) == (("openid", "profile", "offline_access"), ())
