"""The permissions of an application as a file for the Azure CLI.

`az ad app create --required-resource-accesses @manifest.json` takes the list that stands
under `requiredResourceAccess`. Files with one entry outside a list, or with entries joined
by commas alone, are common and mean the same to their reader.
https://learn.microsoft.com/cli/azure/ad/app
"""

from __future__ import annotations

from linter.model import Application, RequiredResourceAccess
from linter.positions import At, Source
from linter.readers import parts
from linter.readers.node import Node, wrong
from linter.syntax import json_text
from linter.typed import Any


def read(source: Source) -> tuple[Application, ...] | None:
    """The one application that the entries belong to; None if there are none. Raises `Unreadable`."""
    entries: list[RequiredResourceAccess] = []
    root = At(source, "")
    for pointer, value in json_text.documents(source.text, source.path):
        at = At(source, pointer)
        if type(value) is list and any(map(_is_entry, value)):
            entries.extend(_entry(item, at.child(number)) for number, item in enumerate(value))
        elif _is_entry(value):
            entries.append(_entry(value, at))
        else:
            return None
    if not entries:
        return None
    return (
        Application(
            at=root,
            places={"required_resource_access": root},
            form="az",
            completeness="fragment",
            required_resource_access=tuple(entries),
        ),
    )


def _is_entry(value: Any) -> bool:
    return type(value) is dict and {"resourceappid", "resourceaccess"} <= {key.lower() for key in value}


def _entry(value: Any, at: At) -> RequiredResourceAccess:
    if type(value) is not dict:
        raise wrong(at, "each entry must be an object with resourceAppId and resourceAccess")
    return parts.required_resource(Node(value, at, "fragment"))
