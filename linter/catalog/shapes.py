"""What upstream's files must look like for the compiler to read them.

Only what is read is described, and only its types: a value that means nothing
(an odd name, a GUID of 37 digits) is quarantined where it is read, so that one
of them does not keep all the others out.
"""

from __future__ import annotations

from linter.errors import Unreadable
from linter.typed import Any, Final

_TEXT: Final = {"type": "string"}
_TEXT_OR_NULL: Final = {"type": ["string", "null"]}
_FLAG_OR_NULL: Final = {"type": ["boolean", "null"]}
_TEXTS: Final = {"type": "array", "items": _TEXT}


def _record(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": required | optional}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _map(values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values}


_ROLES: Final = {"Value": _TEXT, "Id": _TEXT, "IsEnabled": {"type": "boolean"}}
_SCHEME: Final = _record({}, privilegeLevel={"type": ["integer", "null"]}, requiresAdminConsent=_FLAG_OR_NULL)
_DESCRIBED: Final = _list(_record({"value": _TEXT}, id=_TEXT_OR_NULL))

SHAPES: Final[dict[str, dict[str, Any]]] = {
    "permissions.json": _record(
        {
            "permissions": _map(
                _record(
                    {
                        "schemes": _map(_SCHEME),
                        "pathSets": _list(
                            _record({"schemeKeys": _TEXTS, "methods": _TEXTS, "paths": _map(_TEXT)})
                        ),
                    }
                )
            )
        }
    ),
    "GraphAppRoles.json": _list(_record(_ROLES)),
    "GraphDelegateRoles.json": _list(_record({**_ROLES, "Type": _TEXT})),
    "provisioningInfo.json": _record(
        {
            "permissionDeployments": _map(
                _list(
                    _record(
                        {"scheme": _TEXT, "resourceAppId": _TEXT_OR_NULL},
                        id=_TEXT_OR_NULL,
                        isHidden=_FLAG_OR_NULL,
                        isEnabled=_FLAG_OR_NULL,
                    )
                )
            )
        }
    ),
    "permissions-descriptions.json": _record(
        {"applicationScopesList": _DESCRIBED, "delegatedScopesList": _DESCRIBED}
    ),
    "MicrosoftApps.json": _list(_record({"AppId": _TEXT, "AppDisplayName": _TEXT})),
    "docs_permissions.jsonl": _list(
        _record(
            {
                "version": {"enum": ["v1.0", "beta"]},
                "method": _TEXT,
                "path": _TEXT,
                "scheme": {"enum": ["Delegated", "Application"]},
                "all": _TEXTS,
            },
            and_notes=_map(_TEXT),
        )
    ),
    "sources.json": _map(
        {**_record({}, repository=_TEXT, commit=_TEXT, date=_TEXT), "additionalProperties": False}
    ),
}

# A key of a hostile file may be megabytes long.
_SHOWN: Final = 160


def require(name: str, value: Any, place: str) -> None:
    """See that the parsed file `name` has its shape; `place` says where it came from.

    Raises:
        linter.errors.Unreadable: it has not; the message names the first place where.
    """
    from jsonschema import Draft202012Validator  # noqa: PLC0415  only compiling needs it

    # The first one that is met: to sort them all costs minutes where all is wrong.
    error = next(Draft202012Validator(SHAPES[name]).iter_errors(value), None)
    if error is None:
        return
    pointer = "".join(f"/{step}" for step in error.absolute_path)
    line = 0
    if name.endswith(".jsonl") and error.absolute_path:
        line = int(error.absolute_path[0]) + 1
        pointer = "".join(f"/{step}" for step in list(error.absolute_path)[1:])
    where = f"`{_cut(pointer)}`" if pointer else "it"
    raise Unreadable(place, f"{where} {_fault(error)}", line, 1 if line else 0)


def _fault(error: Any) -> str:
    """What is wrong, without the value: it may be the whole file."""
    if error.validator == "required":
        lacking = next(key for key in error.validator_value if key not in error.instance)
        return f"lacks `{lacking}`"
    if error.validator == "enum":
        return f"must be {' or '.join(error.validator_value)}"
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        odd = next(key for key in error.instance if key not in known)
        return f"has the unknown key `{_cut(odd)}`; known: {', '.join(known)}"
    types = error.validator_value
    return f"must be {' or '.join(_TYPES[one] for one in ([types] if isinstance(types, str) else types))}"


_TYPES: Final = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "object": "an object",
    "string": "a text",
}


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
