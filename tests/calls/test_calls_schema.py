"""The JSON Schema that editors use and the reader that decides say the same."""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linter.calls import fields, inventory
from linter.calls.inventory import FLOW_TYPES, METHODS
from linter.errors import Unreadable
from linter.positions import Source

SCHEMA = json.loads((Path(inventory.__file__).parent / "schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

# What a schema cannot say: how flows stand to each other.
BETWEEN_FLOWS = ("another flow is named", "no flow of this file is named", "leads back to this flow")


def reader_accepts(data: Any) -> bool:
    try:
        inventory.inventory(data, Source("c.json", "", lambda _: {}))
    except fields.Invalid as error:
        return all(any(part in problem.message for part in BETWEEN_FLOWS) for problem in error.problems)
    return True


# --- documents from the schema ----------------------------------------------------------------

SAMPLES = {
    "^https?://": ["https://login.microsoftonline.com/common", "http://x"],
    "\\S": ["User.Read", " a b "],
    "^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) +\\S": ["GET /me", "POST   /$batch", "DELETE x y"],
}


def documents(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Instances of a schema, as far as this project's schema goes."""
    if "$ref" in schema:
        return st.deferred(lambda: documents(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]))
    if "allOf" in schema:
        return documents(schema["allOf"][0]).filter(lambda value: "requests" not in value)
    if "oneOf" in schema:
        return st.one_of([documents(one) for one in schema["oneOf"]])
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema["type"]
    if kind == "object":
        return objects(schema)
    if kind == "array":
        return st.lists(
            documents(schema["items"]),
            min_size=schema.get("minItems", 0),
            max_size=3,
            unique=schema.get("uniqueItems", False),
        )
    if kind == "string":
        return st.sampled_from(SAMPLES.get(schema.get("pattern"), ["a", "b", "0", "é"]))
    return {"boolean": st.booleans(), "number": st.one_of(st.integers(0), st.floats(0, allow_nan=False))}[
        kind
    ]


def objects(schema: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    members = {name: documents(member) for name, member in schema["properties"].items()}
    required = set(schema.get("required", ()))
    if "anyOf" in schema:
        required.add("type")
    found = st.fixed_dictionaries(
        {name: members[name] for name in required},
        optional={name: member for name, member in members.items() if name not in required},
    )
    return found.filter(lambda value: len(value) >= schema.get("minProperties", 0))


# Copied, because a later change may be made inside an earlier one.
WRONG = st.sampled_from(
    [
        *(None, True, False, 0, 1, 1.0, -1, 2.5),
        *("", " ", "a", "A", "none", "self", "GET", "GET ", "get /me", "ropc"),
        *([], ["a"], ["a", "a"], [1], [""], ["GET /me"] * 21),
        *({}, {"a": 1}, {"account": "work"}, {"GET /a": None}),
        {"method": "POST", "url": "/$batch", "requests": ["GET /me"]},
    ]
).map(copy.deepcopy)
KEYS = st.sampled_from(
    [
        "x-a",
        "X-a",
        "y",
        "type",
        "like",
        "calls",
        "flows",
        "note",
        "requests",
        "url",
        "roles",
        "name",
        "<<",
        "x-",
    ]
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container with one of its keys or indices."""
    steps = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    found = []
    for step in steps:
        found.append((value, step))
        found += places(value[step])
    return found


@st.composite
def nearly_documents(draw: st.DrawFn) -> Any:
    """A document with one or two things changed."""
    document = copy.deepcopy(draw(documents(SCHEMA)))
    for _ in range(draw(st.integers(1, 2))):
        found = places(document)
        if not found:
            break
        container, step = draw(st.sampled_from(found))
        change = draw(st.sampled_from(["replace", "remove", "add"]))
        if change == "remove":
            del container[step]
        elif change == "add" and isinstance(container, dict):
            container[draw(KEYS)] = draw(WRONG)
        else:
            container[step] = draw(WRONG)
    return document


@settings(deadline=None)
@given(documents(SCHEMA))
def test_what_the_schema_describes_is_read(document: Any) -> None:
    assert reader_accepts(document) == VALIDATOR.is_valid(document)


@settings(deadline=None, max_examples=200)
@given(nearly_documents())
def test_what_is_nearly_right_is_judged_alike(document: Any) -> None:
    assert reader_accepts(document) == VALIDATOR.is_valid(document)


# --- by hand ----------------------------------------------------------------------------------


def flow(**members: Any) -> dict[str, Any]:
    return {"version": 1, "flows": [{"type": "none", "calls": [], **members}]}


def call(value: Any) -> dict[str, Any]:
    return flow(calls=[value])


BATCH = {"method": "POST", "url": "https://graph.microsoft.com/v1.0/$batch"}


@pytest.mark.parametrize(
    "document",
    [
        flow(),
        flow(scopes="a b"),
        flow(scopes=[]),
        flow(note=""),
        flow(unattended_hours=0),
        flow(unattended_hours=10**400),
        flow(response_type="id_token code"),
        flow(client_assertion={"subject": "x"}),
        {**flow(), "x-": 1, "x-y": None, "version": 1.0},
        {**flow(), "api": {"audiences": ["a"], "clients": [{"app": "b"}]}},
        call("GET /me"),
        call("GET  x"),
        call({"method": "GET", "url": "x", "target": "self"}),
        call({**BATCH, "requests": ["GET /me", {"method": "GET", "url": "/a"}]}),
        call({**BATCH, "requests": []}),
    ],
)
def test_valid_by_hand(document: Any) -> None:
    assert VALIDATOR.is_valid(document)
    assert reader_accepts(document)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"version": 1},
        {"version": 1, "flows": []},
        {"version": True, "flows": [{"type": "none", "calls": []}]},
        {"version": "1", "flows": [{"type": "none", "calls": []}]},
        {**flow(), "cloud": "gcc"},
        {**flow(), "consent": {}},
        {**flow(), "api": {"audiences": []}},
        {**flow(), "api": {"clients": [{}]}},
        {"version": 1, "flows": [{"calls": []}]},
        {"version": 1, "flows": [{"type": "none"}]},
        flow(type="obo"),
        flow(name=""),
        flow(scopes=" "),
        flow(scopes=["a", 1]),
        flow(endpoint="v3"),
        flow(authority="login.microsoftonline.com"),
        flow(response_type="code code"),
        flow(response_type="code  token"),
        flow(response_type="none code"),
        flow(response_type="code\n"),
        flow(unattended_hours=-1),
        flow(unattended_hours=True),
        flow(pkce="yes"),
        flow(ip_ranges=["a", "a"]),
        flow(device={}),
        flow(user={"role_assignable_group": True}),
        call("get /me"),
        call("GET"),
        call("GET \t/me"),
        call("/me"),
        call({}),
        call({"method": "GET"}),
        call({"method": "GET", "url": "x", "target": "me"}),
        call({"method": "GET", "url": "x", "target": {"mfa": True}}),
        call({"method": "GET", "url": "/$batch", "requests": []}),
        call({"method": "POST", "url": "/me", "requests": []}),
        call({**BATCH, "requests": ["GET /me"] * 21}),
        call({**BATCH, "requests": [{**BATCH, "requests": []}]}),
    ],
)
def test_invalid_by_hand(document: Any) -> None:
    assert not VALIDATOR.is_valid(document)
    assert not reader_accepts(document)


@pytest.mark.parametrize(
    "flows",
    [
        [{"name": "a", "like": "a", "calls": []}],
        [{"name": "a", "like": "b", "calls": []}, {"name": "b", "like": "a", "calls": []}],
        [{"name": "a", "type": "none", "calls": []}, {"name": "a", "type": "none", "calls": []}],
        [{"like": "a", "type": "none", "calls": []}],
    ],
)
def test_what_a_schema_cannot_say(flows: Any) -> None:
    document = {"version": 1, "flows": flows}
    assert VALIDATOR.is_valid(document)
    with pytest.raises(Unreadable):
        inventory.inventory(document, Source("c.json", "", lambda _: {}))


def test_the_schema_is_a_schema_and_describes_every_field() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    objects = [SCHEMA, *SCHEMA["$defs"].values()]
    for one in objects:
        for name, member in one.get("properties", {}).items():
            assert "description" in member, name
    assert SCHEMA["$defs"]["flow"]["properties"]["type"]["enum"] == list(FLOW_TYPES)
    assert SCHEMA["$defs"]["call"]["oneOf"][1]["properties"]["method"]["enum"] == list(METHODS)
