"""The cloud that an app is said to be in."""

import json
from typing import Any

import pytest

from linter.calls.inventory import inventory
from linter.entra import Entra
from linter.model import Inventory
from linter.positions import At, Source
from linter.sign_in import cloud
from linter.syntax import json_text
from linter.tenant import Tenant

ENTRA = Entra()


def calls(flows: list[dict[str, Any]], **top: Any) -> Inventory:
    data = {
        "version": 1,
        "flows": [{"type": "client_credentials", "calls": [], **flow} for flow in flows],
    } | top
    return inventory(data, Source("app.calls.json", json.dumps(data), json_text.spans))


def tenant(graph_host: str) -> Tenant:
    return Tenant(At(Source("tenant.json", "{}", json_text.spans), ""), graph_host=graph_host)


@pytest.mark.parametrize(
    ("found", "directory", "name", "pointer"),
    [
        (calls([{}], cloud="china"), None, "china", "/cloud"),
        (calls([{}], cloud="china"), tenant("graph.microsoft.us"), "china", "/cloud"),
        (calls([{}]), tenant("graph.microsoft.us"), "us-gov", ""),
        (None, tenant("dod-graph.microsoft.us"), "us-gov-dod", ""),
        (
            calls([{}, {"authority": "https://login.microsoftonline.us/x"}]),
            None,
            "us-gov or us-gov-dod",
            "/flows/1/authority",
        ),
        (calls([{"authority": "https://LOGIN.windows.net/x"}]), None, "global", "/flows/0/authority"),
        (calls([{"authority": "https://contoso.b2clogin.com/x"}]), None, "global", "/flows/0/authority"),
    ],
)
def test_who_says_it(found: Inventory | None, directory: Tenant | None, name: str, pointer: str) -> None:
    stated = cloud.of_app(found, directory, ENTRA)
    assert stated is not None
    assert (stated.name, stated.where.at.pointer) == (name, pointer)


@pytest.mark.parametrize(
    "authority",
    [
        "https://login.contoso.com/x",
        "https://adfs.contoso.com/adfs",
        "https://${HOST}/x",
        "https://login.microsoftonline.de/x",
    ],
)
def test_nothing_is_assumed(authority: str) -> None:
    found = calls([{"authority": authority}])
    assert cloud.of_app(found, tenant("graph.contoso.com"), ENTRA) is None
    assert cloud.of_app(None, None, ENTRA) is None


def test_an_authority_says_nothing_of_itself() -> None:
    found = calls([{"authority": "https://login.microsoftonline.us/x"}])
    assert cloud.of_registration(found, None, ENTRA) is None
    assert cloud.of_flow(found.flows[0], found, None, ENTRA) is not None


def test_a_login_host_of_two_clouds_may_be_either() -> None:
    stated = cloud.of_app(calls([{"authority": "https://login.microsoftonline.us/x"}]), None, ENTRA)
    assert stated is not None
    assert stated.national
    assert stated.may_be(ENTRA.clouds_of_graph_host("dod-graph.microsoft.us"))
    assert not stated.may_be(ENTRA.clouds_of_graph_host("graph.microsoft.com"))
