"""Which API an audience, a host or a scope belongs to, and in which cloud."""

import pytest

from linter.entra.facts import GRAPH, Entra

ENTRA = Entra()


def name(resource):
    return resource.name if resource else None


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        ("https://graph.microsoft.com", "Microsoft Graph"),
        ("https://GRAPH.microsoft.com/", "Microsoft Graph"),
        ("https://graph.microsoft.us", "Microsoft Graph"),
        (GRAPH, "Microsoft Graph"),
        ("https://management.core.windows.net/", "Azure Resource Manager"),
        ("https://management.core.windows.net", "Azure Resource Manager"),
        ("https://management.azure.com", "Azure Resource Manager"),
        ("https://contoso.sharepoint.com", "Office 365 SharePoint Online"),
        ("https://contoso-admin.sharepoint.com/", "Office 365 SharePoint Online"),
        ("https://{tenant}.sharepoint.com", "Office 365 SharePoint Online"),
        ("https://contoso.sharepoint.com/sites/x", None),
        ("https://a.b.sharepoint.com", None),
        ("https://evil.example/.sharepoint.com", None),
        ("https://outlook-dod.office365.us", "Office 365 Exchange Online"),
        ("https://storage.azure.com/", "Azure Storage"),
        ("https://account.blob.core.windows.net", "Azure Storage"),
        ("https://contoso.crm4.dynamics.com", "Dataverse"),
        ("https://contoso.api.crm.dynamics.com", "Dataverse"),
        ("499b84ac-1321-427f-aa17-267ca6975798", "Azure DevOps"),
        ("https://app.vssps.visualstudio.com", "Azure DevOps"),
        ("https://analysis.windows.net/powerbi/api", "Power BI Service"),
        ("https://api.manage.microsoft.com/", "Microsoft Intune API"),
        ("https://api.security.microsoft.com", "Microsoft Threat Protection"),
        ("https://securitycenter.onmicrosoft.com/windowsatpservice", "WindowsDefenderATP"),
        ("api://00000000-0000-0000-0000-000000000001", None),
        ("", None),
    ],
)
def test_resource_of_audience(audience, expected):
    assert name(ENTRA.resource_of_audience(audience)) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("graph.microsoft.com", ["Microsoft Graph"]),
        ("https://Graph.Microsoft.com:443/v1.0/me", ["Microsoft Graph"]),
        ("outlook.office.com", ["Office 365 Exchange Online"]),
        ("contoso-my.sharepoint.com", ["Office 365 SharePoint Online"]),
        ("{tenant}.sharepoint.com", ["Office 365 SharePoint Online"]),
        ("vault1.vault.azure.net", ["Azure Key Vault"]),
        ("api.manage.microsoft.com", ["Microsoft Intune", "Microsoft Intune API"]),
        ("api.security.microsoft.com", ["WindowsDefenderATP", "Microsoft Threat Protection"]),
        ("dev.azure.com", ["Azure DevOps"]),
        ("vssps.dev.azure.com", ["Azure DevOps"]),
        ("contoso.visualstudio.com", ["Azure DevOps"]),
        ("dc.services.visualstudio.com", []),
        ("sharepoint.com", []),
        ("graph.microsoft.com.evil.example", []),
        ("api.contoso.com", []),
        ("", []),
    ],
)
def test_resources_of_host(host, expected):
    assert [one.name for one in ENTRA.resources_of_host(host)] == expected


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("Mail.Read", "Microsoft Graph"),
        ("https://graph.microsoft.com/Mail.Read", "Microsoft Graph"),
        ("https://management.core.windows.net//.default", "Azure Resource Manager"),
        ("https://contoso.sharepoint.com/AllSites.Read", "Office 365 SharePoint Online"),
        ("openid", None),
        ("api://x/y/access", None),
    ],
)
def test_resource_of_scope(scope, expected):
    assert name(ENTRA.resource_of_scope(scope)) == expected


def test_a_resource_by_cloud():
    graph = ENTRA.resource(GRAPH.upper())
    assert graph is not None
    assert graph.audience() == "https://graph.microsoft.com"
    assert graph.audience("china") == "https://microsoftgraph.chinacloudapi.cn"
    old = ENTRA.resource("00000002-0000-0000-c000-000000000000")
    assert old is not None
    assert (old.status, old.status_date, old.audience("us-gov-dod")) == ("retired", "2025-08-31", None)
    assert ENTRA.resource("00000000-0000-0000-0000-000000000000") is None


def test_the_audiences_with_a_final_slash_are_the_three_of_azure_management():
    assert [row.audience for row in ENTRA.trailing_slash_audiences] == [
        "https://management.core.windows.net/",
        "https://management.core.usgovcloudapi.net/",
        "https://management.core.chinacloudapi.cn/",
    ]
    found = ENTRA.trailing_slash_audience("https://management.core.windows.net")
    assert found is not None
    assert found.replacement == "https://management.azure.com"
    assert ENTRA.trailing_slash_audience("https://management.azure.com/") is None


def test_apis_with_continuous_access_evaluation():
    exchange = ENTRA.cae_resource("00000002-0000-0ff1-ce00-000000000000")
    assert exchange is not None
    assert exchange.confidence == "high"
    assert ENTRA.cae_resource("797f4846-ba00-4fd7-ba43-dac1f8f63013") is None


@pytest.mark.parametrize(
    ("authority", "clouds", "other"),
    [
        ("https://login.microsoftonline.com/common", ["global"], None),
        ("login.windows.net", ["global"], "alias"),
        ("login.microsoftonline.us", ["us-gov", "us-gov-dod"], None),
        ("login.partner.microsoftonline.cn", ["china"], None),
        ("login.chinacloudapi.cn", ["china"], None),
        ("login-us.microsoftonline.com", [], "renamed"),
        ("login.microsoftonline.de", [], "closed"),
        ("accounts.accesscontrol.windows.net", [], "closed"),
        ("contoso.b2clogin.com", [], "customer"),
        ("contoso.ciamlogin.com", [], "customer"),
        ("login.contoso.com", [], None),
    ],
)
def test_authorities(authority, clouds, other):
    assert [cloud.name for cloud in ENTRA.clouds_of_authority(authority)] == clouds
    found = ENTRA.other_authority(authority)
    assert (found.kind if found else None) == other


def test_graph_hosts_of_clouds():
    assert [cloud.name for cloud in ENTRA.clouds_of_graph_host("dod-graph.microsoft.us")] == ["us-gov-dod"]
    assert ENTRA.clouds_of_graph_host("graph.contoso.com") == ()
    gov = ENTRA.cloud("us-gov")
    assert gov is not None
    assert (gov.graph_hosts, gov.personal_accounts) == (("graph.microsoft.us",), False)
    assert ENTRA.cloud("germany") is None
