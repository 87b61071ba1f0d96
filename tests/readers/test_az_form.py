"""Lists for `az ad app create --required-resource-accesses`. Each with its records whole."""

import pytest

from tests.readers.plain import HERE, plain, read

EXPECTED = {
    "comments.json": [
        {
            "at": "",
            "places": {"required_resource_access": ""},
            "form": "az",
            "completeness": "fragment",
            "required_resource_access": [
                {
                    "at": "/0",
                    "resource_app_id": "00000003-0000-0000-c000-000000000000",
                    "resource_access": [
                        {
                            "at": "/0/resourceAccess/0",
                            "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
                            "type": "Scope",
                        }
                    ],
                }
            ],
        }
    ],
    "incomplete.json": [
        {
            "at": "",
            "places": {"required_resource_access": ""},
            "form": "az",
            "completeness": "fragment",
            "required_resource_access": [
                {
                    "at": "/0",
                    "resource_app_id": "00000003-0000-0000-c000-000000000000",
                    "resource_access": [],
                },
                {"at": "/1", "resource_app_id": "00000002-0000-0ff1-ce00-000000000000"},
                {"at": "/2", "resource_access": [{"at": "/2/resourceAccess/0", "type": "Scope"}]},
            ],
        }
    ],
    "joined.json": [
        {
            "at": "",
            "places": {"required_resource_access": ""},
            "form": "az",
            "completeness": "fragment",
            "required_resource_access": [
                {
                    "at": "/0",
                    "resource_app_id": "00000003-0000-0000-c000-000000000000",
                    "resource_access": [
                        {
                            "at": "/0/resourceAccess/0",
                            "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
                            "type": "Scope",
                        }
                    ],
                },
                {
                    "at": "/1",
                    "resource_app_id": "00000002-0000-0ff1-ce00-000000000000",
                    "resource_access": [
                        {
                            "at": "/1/resourceAccess/0",
                            "id": "dc50a0fb-09a3-484d-be87-e023b12c6440",
                            "type": "Role",
                        }
                    ],
                },
            ],
        }
    ],
    "list.json": [
        {
            "at": "",
            "places": {"required_resource_access": ""},
            "form": "az",
            "completeness": "fragment",
            "required_resource_access": [
                {
                    "at": "/0",
                    "resource_app_id": "00000003-0000-0000-c000-000000000000",
                    "resource_access": [
                        {
                            "at": "/0/resourceAccess/0",
                            "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
                            "type": "Scope",
                        },
                        {
                            "at": "/0/resourceAccess/1",
                            "id": "df021288-bdef-4463-88db-98f22de89214",
                            "type": "Role",
                        },
                    ],
                }
            ],
        }
    ],
    "names.json": [
        {
            "at": "",
            "places": {"required_resource_access": ""},
            "form": "az",
            "completeness": "fragment",
            "required_resource_access": [
                {
                    "at": "/0",
                    "resource_app_id": "Microsoft Graph",
                    "resource_access": [{"at": "/0/resourceAccess/0", "id": "User.Read", "type": "Scope"}],
                }
            ],
        }
    ],
    "object.json": [
        {
            "at": "",
            "places": {"required_resource_access": ""},
            "form": "az",
            "completeness": "fragment",
            "required_resource_access": [
                {
                    "at": "",
                    "resource_app_id": "00000003-0000-0000-c000-000000000000",
                    "resource_access": [
                        {
                            "at": "/resourceAccess/0",
                            "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
                            "type": "Scope",
                        }
                    ],
                }
            ],
        }
    ],
    "powershell.json": [
        {
            "at": "",
            "places": {"required_resource_access": ""},
            "form": "az",
            "completeness": "fragment",
            "required_resource_access": [
                {
                    "at": "/0",
                    "resource_app_id": "00000003-0000-0000-c000-000000000000",
                    "resource_access": [
                        {
                            "at": "/0/ResourceAccess/0",
                            "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
                            "type": "Scope",
                        }
                    ],
                }
            ],
        }
    ],
    "shell.json": [
        {
            "at": "",
            "places": {"required_resource_access": ""},
            "form": "az",
            "completeness": "fragment",
            "required_resource_access": [
                {
                    "at": "/0",
                    "resource_app_id": "$resource",
                    "resource_access": [{"at": "/0/resourceAccess/0", "id": "$id", "type": "Role"}],
                }
            ],
        }
    ],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_records(name):
    assert [plain(application) for application in read("az", name)] == EXPECTED[name]


def test_every_fixture_is_stated():
    assert sorted(file.name for file in (HERE / "az").iterdir()) == sorted(EXPECTED)
