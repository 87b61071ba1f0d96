"""The calls file's own grammar: parsed data to an `Inventory`, field by field.

The tables below are the format; `schema.json` beside this file says the same to editors, and a
test holds the two equal. What a schema cannot say is said here: names that are taken, `like:`
that leads nowhere or in a circle.
"""

from __future__ import annotations

from collections.abc import Mapping

from linter.calls import defaults
from linter.calls.fields import (
    Invalid,
    Kind,
    Reading,
    cut,
    each,
    flag,
    hours,
    is_mapping,
    members,
    names,
    nearest,
    note,
    one_of,
    record,
    shown,
    text,
    unknown_key,
)
from linter.model import (
    SELF,
    ApiClient,
    Assertion,
    Call,
    Consent,
    Device,
    Flow,
    Inventory,
    OwnApi,
    Person,
    Text,
    TokenRequest,
)
from linter.positions import At, Source, escape
from linter.typed import Any, Final, NamedTuple

__all__ = ["FLOW_TYPES", "METHODS", "Invalid", "inventory"]

HINT_LENGTH: Final = 3
"""How many characters of a secret Microsoft Graph shows as its hint."""

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

FLOW_TYPES: Final = (
    "authorization_code",
    "client_credentials",
    "on_behalf_of",
    "device_code",
    "password",
    "implicit",
    "hybrid",
    "refresh_token",
    "integrated_windows",
    "managed_identity",
    "workload_identity",
    "none",
)

# Names that Microsoft's pages, libraries and OAuth's wire format use; one word per flow is enough.
_MISSPELT_TYPES: Final = {
    "auth_code": "authorization_code",
    "auth_code_web": "authorization_code",
    "auth_code_spa": "authorization_code",
    "auth_code_native": "authorization_code",
    "authcode": "authorization_code",
    "code": "authorization_code",
    "interactive": "authorization_code",
    "app_only": "client_credentials",
    "application": "client_credentials",
    "daemon": "client_credentials",
    "service_principal": "client_credentials",
    "obo": "on_behalf_of",
    "urn:ietf:params:oauth:grant_type:jwt_bearer": "on_behalf_of",
    "urn:ietf:params:oauth:grant_type:device_code": "device_code",
    "device": "device_code",
    "device_flow": "device_code",
    "ropc": "password",
    "iwa": "integrated_windows",
    "urn:ietf:params:oauth:grant_type:saml2_bearer": "integrated_windows",
    "urn:ietf:params:oauth:grant_type:saml1_1_bearer": "integrated_windows",
    "msi": "managed_identity",
    "wif": "workload_identity",
    "fic": "workload_identity",
    "federated": "workload_identity",
    "workload_identity_federation": "workload_identity",
    "id_token": "implicit",
}


def inventory(data: Any, source: Source, pointer: str = "") -> Inventory:
    """The inventory that `data` is, found at `pointer` of `source`.

    Raises `Invalid` with everything that is wrong with it.
    """
    reading = Reading(source)
    found = _inventory(reading, data, pointer)
    reading.finish()
    return found


# --- kinds that only a calls file has ---------------------------------------------------------


def _version(reading: Reading, value: Any, pointer: str) -> int | None:
    if type(value) in (int, float) and value == 1:
        return 1
    reading.refuse(pointer, f"must be 1, the version of this format, not {shown(value)}")
    return None


def _authority(reading: Reading, value: Any, pointer: str) -> str | None:
    found = text(reading, value, pointer)
    if found is None or found.startswith(("https://", "http://")):
        return found
    reading.refuse(pointer, f"must be a URL that begins with https://, not {shown(value)}")
    return None


def _scopes(reading: Reading, value: Any, pointer: str) -> tuple[Text, ...] | None:
    if isinstance(value, str):
        found = text(reading, value, pointer)
        if found is not None and not found.split():
            reading.refuse(pointer, "must not be blank")
        return None if found is None else tuple(Text(scope, reading.at(pointer)) for scope in found.split())
    if type(value) is not list:
        reading.refuse(
            pointer, f"must be a list, or one text with spaces between the scopes, not {shown(value)}"
        )
        return None
    below = [f"{pointer}/{number}" for number in range(len(value))]
    read = [text(reading, scope, at) for scope, at in zip(value, below, strict=True)]
    return tuple(
        Text(scope, reading.at(at)) for scope, at in zip(read, below, strict=True) if scope is not None
    )


def _response_type(reading: Reading, value: Any, pointer: str) -> str | None:
    found = text(reading, value, pointer)
    parts = (found or "").split(" ")
    if found in (None, "none") or (
        len(set(parts)) == len(parts) and set(parts) <= {"code", "id_token", "token"}
    ):
        return found
    reading.refuse(
        pointer,
        f"must be code, id_token, token, several of them with a space between, or none, not {shown(value)}",
    )
    return None


def _secret_hint(reading: Reading, value: Any, pointer: str) -> str | None:
    found = text(reading, value, pointer)
    if found is None or len(found) == HINT_LENGTH:
        return found
    # The value is not repeated: somebody may have put the secret here.
    reading.refuse(pointer, f"must be the first {HINT_LENGTH} characters of the secret and no more")
    return None


def _target(reading: Reading, value: Any, pointer: str) -> Person | None:
    if value == SELF:
        return Person(reading.at(pointer), id=SELF)
    if isinstance(value, str):
        reading.refuse(pointer, f"must be {SELF}, or a mapping as in {{roles: []}}, not {shown(value)}")
        return None
    found: Person | None = _TARGET(reading, value, pointer)
    return found


def _call(reading: Reading, value: Any, pointer: str) -> Call | None:
    if isinstance(value, str):
        return _call_line(reading, value, pointer)
    if type(value) is not dict:
        reading.refuse(pointer, f"must be a call as in 'GET /me', or a mapping, not {shown(value)}")
        return None
    key = next(iter(value), "")
    method, space, _ = key.partition(" ")
    if space and method.upper() in METHODS:
        call = f"{key}: {value[key]}" if isinstance(value[key], str) else f"{key}:"
        reading.refuse(
            pointer, f'a colon and a space (or a colon at the end) make a mapping; quote: "{cut(call)}"'
        )
        return None
    found: Call | None = _CALL_RECORD(reading, value, pointer)
    if "requests" in value and not _is_batch(value):
        reading.refuse(f"{pointer}/requests", "only a POST to /$batch has requests", on_key=True)
    return found


def _request(reading: Reading, value: Any, pointer: str) -> Call | None:
    found = _call(reading, value, pointer)
    if type(value) is dict and "requests" in value:
        reading.refuse(f"{pointer}/requests", "a request of a batch is not a batch", on_key=True)
    return found


def _call_line(reading: Reading, value: str, pointer: str) -> Call | None:
    """`METHOD url`."""
    line = text(reading, value, pointer)
    if line is None:
        return None
    method, _, rest = line.partition(" ")
    url = rest.lstrip(" ")
    if method in METHODS and url and not url[0].isspace():
        return Call(reading.at(pointer), method, url)
    if method.upper() in METHODS and method not in METHODS:
        reading.refuse(pointer, f"write the method in capitals: {method.upper()}, not {shown(method)}")
    else:
        reading.refuse(
            pointer,
            f"must be a method and a URL, as in 'GET /me', not {shown(value)}; methods: {', '.join(METHODS)}",
        )
    return None


def _is_batch(call: Mapping[str, Any]) -> bool:
    url = call.get("url")
    return call.get("method") == "POST" and isinstance(url, str) and "/$batch" in url


# --- the fields -------------------------------------------------------------------------------

_account: Final = one_of("work", "personal", "guest")

_TARGET: Final = record(
    Person,
    {
        "account": _account,
        "id": text,
        "tenant": text,
        "roles": names(),
        "licences": names(),
        "synced": flag,
        "federated": flag,
        "role_assignable_group": flag,
    },
)

_USER: Final = record(
    Person,
    {
        "account": _account,
        "id": text,
        "tenant": text,
        "roles": names(),
        "eligible_roles": names(),
        "groups": names(),
        "licences": names(),
        "synced": flag,
        "federated": flag,
        "passwordless": flag,
        "mfa": flag,
    },
)

_ASSERTION: Final = record(
    Assertion,
    {
        "issuer": text,
        "subject": text,
        "audience": text,
        "access": one_of("delegated", "application"),
        "use": one_of("access_token", "id_token"),
        "renewed": flag,
    },
)

_DEVICE: Final = record(
    Device,
    {
        "os": one_of("windows", "macos", "linux", "ios", "android"),
        "join": one_of("none", "registered", "entra", "hybrid", "domain"),
        "compliant": flag,
    },
)

_TOKEN_REQUEST: Final = record(TokenRequest, {"redirect_uri": text, "tenant": text})

_CALL: Final[Mapping[str, Kind]] = {
    "method": one_of(*METHODS),
    "url": text,
    "writes": names(),
    "target": _target,
    "headers": names(),
    "resource": text,
    "entity_types": names(),
    "note": note,
    "requests": each(_request, most=20),  # Graph's limit of one batch
}
_CALL_RECORD: Final = record(Call, _CALL, required=("method", "url"), least=0)

_FLOW: Final[Mapping[str, Kind]] = {
    "name": text,
    "like": text,
    "type": one_of(*FLOW_TYPES, misspelt=_MISSPELT_TYPES),
    "platform": one_of("web", "spa", "desktop", "mobile", "daemon", "api", misspelt={"cli": "desktop"}),
    "tenant": text,
    "authority": _authority,
    "endpoint": one_of("v1", "v2"),
    "scopes": _scopes,
    "resource": text,
    "audience": text,
    "redirect_uri": text,
    "token_request": _TOKEN_REQUEST,
    "response_type": _response_type,
    "prompt": one_of("none", "login", "consent", "select_account"),
    "pkce": flag,
    "client_id": text,
    "credential": one_of("none", "secret", "certificate", "federated"),
    "secret_hint": _secret_hint,
    "assertion": _ASSERTION,
    "client_assertion": _ASSERTION,
    "token": one_of("access_token", "id_token", "static"),
    "library": text,
    "broker": flag,
    "capabilities": names(),
    "handles_claims_challenge": flag,
    "parses_aadsts": flag,
    "unattended_hours": hours,
    "device": _DEVICE,
    "ip_ranges": names(),
    "user": _USER,
    "calls": each(_call),
    "note": note,
}

# `like:` takes everything but what makes it another flow (a name, another API, its calls) and the
# note, which is about the flow that it is written in.
_NOT_INHERITED: Final = frozenset({"name", "like", "note", "scopes", "resource", "calls"})


def _api_client(at: At, app: str | None, scopes: tuple[str, ...] | None = None) -> ApiClient:
    return ApiClient(at, app, scopes)


_CONSENT: Final = record(
    Consent, {"by": one_of("user", "admin"), "roles": names(), "url": text, "note": note}
)

_OWN_API: Final = record(
    OwnApi,
    {
        "audiences": names(least=1),
        "issuers": names(least=1),
        "issues_claims_challenges": flag,
        "clients": each(record(_api_client, {"app": text, "scopes": names()}, required=("app",), least=0)),
    },
)

_FILE: Final[Mapping[str, Kind]] = {
    "version": _version,
    "app": text,
    "tenant": text,
    "cloud": one_of(
        "global", "us-gov", "us-gov-dod", "china", misspelt={"gcc": "global", "public": "global"}
    ),
    "complete": flag,
    "directory_roles": names(),
    "consent": _CONSENT,
    "api": _OWN_API,
    "resource_specific_permissions": names(),
    "note": note,
}


# --- the file ---------------------------------------------------------------------------------


def _inventory(reading: Reading, data: Any, pointer: str) -> Inventory:
    at = reading.at(pointer)
    if not is_mapping(reading, data, pointer):
        return Inventory(at, {}, ())
    own = {key: value for key, value in data.items() if key != "flows" and not key.startswith("x-")}
    fields = members(reading, own, pointer, _FILE, required=("version",), known=(*_FILE, "flows"))
    places = {key: at.child(key) for key in data}
    tenant = Text(fields["tenant"], places["tenant"]) if "tenant" in fields else None
    flows: tuple[Flow, ...] = ()
    if "flows" in data:
        flows = _flows(reading, data["flows"], f"{pointer}/flows", tenant)
    else:
        reading.refuse(pointer, "the key 'flows' is missing")
    del fields["version"]
    fields.pop("note", None)  # among the notes
    return Inventory(at, places, flows, **fields, notes=tuple(reading.notes))


# --- flows ------------------------------------------------------------------------------------


class _Written(NamedTuple):
    """A field's value as parsed, and where it is written."""

    value: Any
    pointer: str


def _flows(reading: Reading, value: Any, pointer: str, tenant: Text | None) -> tuple[Flow, ...]:
    if type(value) is not list or not value:
        reading.refuse(
            pointer,
            f"must be a list of one flow or more, not {shown(value) if value != [] else 'an empty one'}",
        )
        return ()
    own: list[dict[str, _Written]] = []
    for number, flow in enumerate(value):
        at = f"{pointer}/{number}"
        written = flow if is_mapping(reading, flow, at) else {}
        own.append({key: _Written(item, f"{at}/{escape(key)}") for key, item in written.items()})
    by_name = _names(reading, own)
    whole = _inherit(reading, own, by_name)
    taken = set(by_name)
    read = (
        _flow(reading, f"{pointer}/{number}", own[number], fields, tenant=tenant, taken=taken)
        for number, fields in enumerate(whole)
        if type(value[number]) is dict
    )
    return tuple(flow for flow in read if flow is not None)


def _names(reading: Reading, flows: list[dict[str, _Written]]) -> dict[str, int]:
    """The flows that are named, by name; refuses a name that is taken."""
    by_name: dict[str, int] = {}
    for number, flow in enumerate(flows):
        name = flow.get("name")
        if name is None or not isinstance(name.value, str):
            continue
        if name.value in by_name:
            reading.refuse(name.pointer, f"another flow is named {shown(name.value)}; names are unique")
        by_name.setdefault(name.value, number)
    return by_name


def _inherit(
    reading: Reading, flows: list[dict[str, _Written]], by_name: Mapping[str, int]
) -> list[dict[str, _Written]]:
    """Every flow's fields with those that `like:` takes over, each with the place of its writing."""
    whole: dict[int, dict[str, _Written]] = {}
    for number in range(len(flows)):
        chain: dict[int, None] = {}  # from the flow to its furthest ancestor
        at: int | None = number
        while at is not None and at not in whole:
            last = at
            chain[at] = None
            at = _parent(reading, flows[at], by_name)
            if at in chain:
                like = flows[last]["like"]
                reading.refuse(like.pointer, f"'like: {like.value}' leads back to this flow")
                at = None
        inherited = whole[at] if at is not None else {}
        for step in reversed(chain):
            kept = {key: field for key, field in inherited.items() if key not in _NOT_INHERITED}
            inherited = whole[step] = {**kept, **flows[step]}
    return [whole[number] for number in range(len(flows))]


def _parent(reading: Reading, flow: dict[str, _Written], by_name: Mapping[str, int]) -> int | None:
    like = flow.get("like")
    if like is None or not isinstance(like.value, str) or not like.value:
        return None  # what is not text is refused with the other fields
    if like.value not in by_name:
        right = nearest(like.value, by_name)
        hint = f"; did you mean {shown(right)}?" if right else ""
        reading.refuse(like.pointer, f"no flow of this file is named {shown(like.value)}{hint}")
    return by_name.get(like.value)


def _flow(
    reading: Reading,
    pointer: str,
    own: Mapping[str, _Written],
    whole: Mapping[str, _Written],
    *,
    tenant: Text | None,
    taken: set[str],
) -> Flow | None:
    """One flow from its own and its inherited fields; `taken` gains its name."""
    fields: dict[str, Any] = {}
    for key, written in whole.items():
        kind = _FLOW.get(key)
        if kind is None:
            if key in own:
                reading.refuse(written.pointer, unknown_key(key, _FLOW), on_key=True)
        elif (found := kind(reading, written.value, written.pointer)) is not None:
            fields[key] = found
    if "calls" not in own:
        reading.refuse(pointer, "the key 'calls' is missing; write [] where there are none")
    if "type" not in whole and "like" not in own:
        reading.refuse(pointer, f"the key 'type' is missing; it is one of {', '.join(FLOW_TYPES)}")
    if "type" not in fields or "calls" not in fields:
        return None  # refused above
    places = {key: reading.at(written.pointer) for key, written in whole.items() if key in fields}
    return _complete(reading.at(pointer), fields, places, tenant, taken)


def _complete(
    at: At, fields: dict[str, Any], places: dict[str, At], tenant: Text | None, taken: set[str]
) -> Flow:
    """The flow with what its calls file leaves to the defaults. Their place is the flow's."""
    kind: str = fields["type"]
    fields.pop("like", None)
    places.pop("like", None)
    if "tenant" not in fields and "authority" in fields:
        named = defaults.tenant_of(fields["authority"])
        if named != "":
            fields["tenant"], places["tenant"] = named, places["authority"]
    if "tenant" not in fields and tenant is not None:
        fields["tenant"], places["tenant"] = tenant
    user = fields.get("user")
    fields["calls"] = tuple(_acting_on(call, user) for call in fields["calls"] if call is not None)
    if "name" not in fields:
        fields["name"] = defaults.name(kind, taken)
        taken.add(fields["name"])
    unwritten = {
        "platform": defaults.platform(kind, fields.get("redirect_uri")),
        "credential": defaults.credential(kind),
        "response_type": defaults.response_type(kind),
        "token": defaults.token(kind),
        "pkce": defaults.pkce(kind, fields.get("library")),
    }
    return Flow(at=at, places=places, **{**unwritten, **fields})


def _acting_on(call: Call, user: Person | None) -> Call:
    """The call, its target filled with what is known of the user where that is the target."""
    if call.requests is not None:
        requests = tuple(_acting_on(request, user) for request in call.requests if request is not None)
        call = call._replace(requests=requests)
    if user is not None and call.target is not None and call.target.id == SELF:
        call = call._replace(target=user._replace(at=call.target.at, id=SELF))
    return call
