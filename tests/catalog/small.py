"""A small upstream of the same forms as the real one, so that tests compile in a moment."""

import copy
import json
from pathlib import Path
from typing import Any

from linter.catalog.inputs import Input, Inputs
from tests.cli.run import write

GUID = "10000000-0000-4000-8000-00000000000"
EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"


def _listed(schemes: dict[str, int | None], *sets: tuple[str, str, dict[str, str]]) -> dict[str, Any]:
    return {
        "authorizationType": "oAuth2",
        "schemes": {
            name: {"privilegeLevel": level, "requiresAdminConsent": name == "Application"}
            for name, level in schemes.items()
        },
        "pathSets": [
            {"schemeKeys": keys.split(), "methods": methods.split(), "paths": paths}
            for keys, methods, paths in sets
        ],
    }


PERMISSIONS = {
    "permissions": {
        "User.Read": _listed(
            {"DelegatedWork": 1, "DelegatedPersonal": 1},
            ("DelegatedWork DelegatedPersonal", "GET", {"/me": "least=DelegatedWork,DelegatedPersonal"}),
            ("DelegatedWork", "GET", {"/users/{id}": ""}),
        ),
        "User.Read.All": _listed(
            {"DelegatedWork": 3, "Application": 3},
            (
                "DelegatedWork Application",
                "GET",
                {"/users": "least=Application", "/users/{id}": "", "/me": ""},
            ),
            ("DelegatedWork Application", "DELETE", {"/users/{id}": ""}),
        ),
        "User.ReadWrite.All": _listed(
            {"DelegatedWork": 4, "Application": 4},
            ("DelegatedWork Application", "GET", {"/users": "", "/users/{id}": ""}),
            (
                "DelegatedWork Application",
                "DELETE",
                {"/users/{id}": "least=DelegatedWork,Application;AlsoRequires=User.Read.All"},
            ),
        ),
        "Mail.Read": _listed(
            {"DelegatedWork": 2, "Application": None},
            ("DelegatedWork", "GET", {"/me/messages": "least=DelegatedWork"}),
            ("Application", "GET", {"/users/{id}/messages": "least=Application"}),
            ("DelegatedWork", "GET", {"/me/messages/microsoft.graph.delta(token={token})": ""}),
        ),
    }
}
UPSTREAM: dict[str, Any] = {
    "permissions.json": PERMISSIONS,
    "GraphAppRoles.json": [
        {"Value": name, "Id": f"{GUID}{at}", "IsEnabled": True}
        for at, name in enumerate(["User.Read.All", "User.ReadWrite.All", "Mail.Read"])
    ],
    "GraphDelegateRoles.json": [
        {"Value": name, "Id": f"{GUID}{at + 4}", "IsEnabled": True, "Type": type_}
        for at, (name, type_) in enumerate(
            [
                ("User.Read", "User"),
                ("User.Read.All", "Admin"),
                ("User.ReadWrite.All", "Admin"),
                ("Mail.Read", "User"),
            ]
        )
    ],
    "provisioningInfo.json": {
        "permissionDeployments": {
            "EWS.AccessAsUser.All": [
                {
                    "id": f"{GUID}8",
                    "scheme": "DelegatedWork",
                    "resourceAppId": EXCHANGE,
                    "isHidden": False,
                    "isEnabled": True,
                }
            ]
        }
    },
    "permissions-descriptions.json": {
        "applicationScopesList": [],
        "delegatedScopesList": [{"value": "Old.Read", "id": f"{GUID}9"}],
    },
    "MicrosoftApps.json": [{"AppId": EXCHANGE, "AppDisplayName": "Office 365 Exchange Online"}],
    "docs_permissions.jsonl": [
        {"version": version, "method": method, "path": path, "scheme": scheme, "all": names}
        for version, method, path, scheme, names in [
            ("v1.0", "GET", "/me", "Delegated", ["User.Read", "User.Read.All"]),
            ("v1.0", "GET", "/users", "Delegated", ["User.Read.All", "User.ReadWrite.All"]),
            (
                "v1.0",
                "GET",
                "/users",
                "Application",
                ["User.Read.All", "User.ReadWrite.All", "User.Raed.All"],
            ),
            ("beta", "GET", "/users/{id}", "Delegated", ["User.Read.All", "User.ReadWrite.All"]),
            ("v1.0", "GET", "/me/messages", "Delegated", ["Mail.Read"]),
            ("v1.0", "GET", "/me/messages", "Application", []),
        ]
    ],
}


def upstream() -> dict[str, Any]:
    """A copy to change."""
    return copy.deepcopy(UPSTREAM)


def encoded(name: str, value: Any) -> bytes:
    if name.endswith(".jsonl") and isinstance(value, list):
        return "".join(json.dumps(row) + "\n" for row in value).encode()
    return json.dumps(value).encode()


def inputs(files: dict[str, Any]) -> Inputs:
    return Inputs([Input(name, name, encoded(name, value)) for name, value in files.items()])


def lay(folder: Path, files: dict[str, Any]) -> None:
    """Write upstream's files into a folder."""
    write(folder, {name: encoded(name, value) for name, value in files.items()})
