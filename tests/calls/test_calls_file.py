"""Recognising and reading calls files as text: YAML and JSON, several in one, with faults."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.calls import sniff
from linter.calls.fields import Invalid
from linter.calls.file import read
from linter.errors import Problem, Unreadable
from linter.model import Call, Flow, Inventory, Text
from linter.positions import At, Place

SHARED = Path(__file__).parents[2].parent / "shared"
EXAMPLES = sorted((SHARED / "design" / "calls-examples").glob("*.calls.yaml"))


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nflows: []\n",
        "# comment\r\nversion: 1\r\napp: x\r\nflows:\r\n  - type: @broken",
        "\ufeffflows:\nversion: 2",
        '{"version": 1, "flows": []}',
        '// JSON with comments\n[{"app": "a \\" {", "x-y": {"z": []}, "version": 1, /* " */ "flows": [',
        '\ufeff {"flows": [{"type": "none"}], "version": 1}',
    ],
)
def test_sniffs_calls_files(text: str) -> None:
    assert sniff(text)


OPENAPI_JSON = """{"openapi": "3.0.0", "info": {"title": "x", "version": "1"}, "components":
    {"securitySchemes": {"o": {"type": "oauth2", "flows": {"implicit": {}}}}}}"""
OPENAPI_YAML = """openapi: 3.0.0
info:
  version: 1
components:
  securitySchemes:
    o:
      flows:
        implicit: {}
"""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "version: 1\n",
        "apiVersion: v2\nname: chart\nversion: 1.0.0\ndependencies: []\n",
        "AWSTemplateFormatVersion: '2010-09-09'\nResources: {}\n",
        OPENAPI_YAML,
        OPENAPI_JSON,
        '{"appId": "x", "api": {"version": 1, "flows": 2}}',
        '{"a": "version", "b": "flows"}',
        '[["version", "flows"]]',
        '{"text": "\\"version\\": 1, \\"flows\\": 2"}',
        "x\n" * 70_000 + "version: 1\nflows:\n",
        "not version: 1\nno flows: 1\n",
    ],
)
def test_sniffs_nothing_else(text: str) -> None:
    assert not sniff(text)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_design_examples_are_read(path: Path) -> None:
    text = path.read_text("utf-8")
    assert sniff(text)
    assert read(path.name, text)


@pytest.mark.skipif(len(EXAMPLES) != 6, reason=f"the design examples are not below {SHARED}")
def test_design_examples_are_there() -> None:
    assert len(EXAMPLES) == 6


YAML = """\
version: 1
app: one
flows:
  - type: none
    calls: [GET /me]
---
version: 1
app: two
flows:
  - type: none
    calls: []
"""
JSON = """[
  {"version": 1, "app": "one", "flows": [{"type": "none", "calls": ["GET /me"]}]},
  {"version": 1, "app": "two", "flows": [{"type": "none", "calls": []}]}
]"""


@pytest.mark.parametrize("text", [YAML, JSON], ids=["yaml", "json"])
def test_several_apps_in_one_file(text: str) -> None:
    one, two = read("a", text)
    source = one.at.source

    def at(pointer: str) -> At:
        return At(source, pointer)

    def flow(root: str, calls: tuple[Call, ...]) -> Flow:
        places = {"type": at(f"{root}/flows/0/type"), "calls": at(f"{root}/flows/0/calls")}
        return Flow(at(f"{root}/flows/0"), places, "none", "none", calls)

    def places(root: str) -> dict[str, At]:
        return {key: at(f"{root}/{key}") for key in ("version", "app", "flows")}

    call = Call(at("/0/flows/0/calls/0"), "GET", "/me")
    assert one == Inventory(at("/0"), places("/0"), (flow("/0", (call,)),), app="one")
    assert two == Inventory(at("/1"), places("/1"), (flow("/1", ()),), app="two")
    assert source.path == "a"


def test_places_are_those_of_the_file() -> None:
    one, two = read("a", YAML)
    source = one.at.source
    assert source.place(one.flows[0].calls[0].at.pointer) == Place(5, 13, 5, 20)
    assert source.place(two.places["app"].pointer) == Place(8, 6, 8, 9)
    [one, two] = read("a", JSON)
    assert one.at.source.place(two.places["app"].pointer) == Place(3, 25, 3, 30)


def test_an_alias_has_its_own_place_and_its_fields_that_of_the_anchor() -> None:
    text = """\
version: 1
x-people: {admin: &admin {account: work, roles: [Helpdesk Administrator]}}
flows:
  - {type: device_code, user: *admin, calls: []}
"""
    [found] = read("a", text)
    user = found.flows[0].user
    assert user is not None
    assert (user.account, user.roles) == ("work", ("Helpdesk Administrator",))
    assert found.at.source.place(user.at.pointer) == Place(4, 31, 4, 37)
    assert found.at.source.place(user.at.child("roles").pointer) == Place(2, 49, 2, 73)


def refused(text: str) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read("a", text)
    return caught.value


def test_faults_of_all_documents_are_told_in_file_order() -> None:
    error = refused(YAML.replace("app:", "apps:").replace("none", "code"))
    assert isinstance(error, Invalid)
    assert error.problems == (
        Problem("a", 2, 1, "unknown key 'apps'; did you mean app?"),
        Problem("a", 4, 11, "'code' is not known here; write authorization_code"),
        Problem("a", 8, 1, "unknown key 'apps'; did you mean app?"),
        Problem("a", 10, 11, "'code' is not known here; write authorization_code"),
    )
    assert error.problem == error.problems[0]


def test_a_text_that_does_not_parse_is_refused_with_the_place() -> None:
    text = "version: 1\nflows:\n  - {type: none, calls: [GET /users/{id}]}\n"
    assert refused(text).problem[:3] == ("a", 3, 37)
    assert refused('{"version": 1,\n "flows": [}').problem[:3] == ("a", 2, 12)


def test_a_text_without_documents_is_refused() -> None:
    message = "a calls file without anything in it"
    assert refused("# nothing\n").problem == Problem("a", 0, 0, message)
    assert refused("[]").problem == Problem("a", 0, 0, message)


def test_problems_end_at_a_hundred() -> None:
    error = refused("version: 1\nflows: []\n" + "".join(f"unknown{n}: 1\n" for n in range(5000)))
    assert isinstance(error, Invalid)
    assert len(error.problems) == 100


def test_only_yaml_files_import_yaml() -> None:
    program = f"""
import sys
from linter.calls import sniff
from linter.calls.file import read
before = set(sys.modules)
text = {JSON!r}
assert sniff(text)
read("a", text)
heavy = {{"yaml", "re", "dataclasses", "pathlib", "difflib", "jsonschema", "inspect"}}
print(sorted(heavy & set(sys.modules)))
"""
    root = str(Path(__file__).parents[2])
    run = subprocess.run(
        [sys.executable, "-S", "-c", program], check=True, capture_output=True, text=True, cwd=root
    )
    assert run.stdout.strip() in ("[]", "['re']")  # json.decoder imports re


LINES = st.sampled_from(
    [
        *("version: 1", "flows:", "- type: none", "  calls: []", "  calls: [GET /me, 3]", "  name: on"),
        *("app: 1", "  like: a", "  name: a", "x-a: &a {}", "  user: *a", "tenant:", "---", "<<: *a"),
    ]
)


@given(st.one_of(st.text(), st.lists(LINES, max_size=12).map("\n".join)))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    assert sniff(text) in (True, False)
    try:
        found = read("a", text)
    except Unreadable as error:
        problems = getattr(error, "problems", (error.problem,))
        lines = text.count("\n") + 1
        assert error.problem in problems  # noqa: PT017  both outcomes are checked
        assert all(0 <= problem.line <= lines and problem.message for problem in problems)
        return
    assert all(flow.at.source.place(flow.at.pointer).line for item in found for flow in item.flows)


def test_scopes_of_one_string_stand_at_the_string() -> None:
    [found] = read("a", "version: 1\nflows:\n  - {type: none, calls: [], scopes: a  b}\n")
    at = found.at.child("flows", 0, "scopes")
    assert found.flows[0].scopes == (Text("a", at), Text("b", at))
