"""A rule's examples: each as a Case, and what rules say of it.

They are the rule's tests and its documentation, so that both are made of the same run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from linter import engine
from linter.calls.inventory import inventory as read_inventory
from linter.cases import Case
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.engine import Outcome, Selection
from linter.entra import Entra
from linter.positions import At, Source
from linter.readers import directory, graph, legacy, toolkit
from linter.ruleset import Rule
from linter.syntax import json_text
from linter.typed import Any, Final

TODAY: Final = "2026-01-01"
"""The day that an example is judged by where it does not say."""

_INVENTORY_KEYS: Final = (
    "app", "tenant", "cloud", "complete", "directory_roles", "consent", "api",
    "resource_specific_permissions", "flows",
)  # fmt: skip
_READERS: Final = {"graph": graph, "legacy": legacy, "toolkit": toolkit}


def case(example: Mapping[str, Any], catalog: Catalog) -> Case:
    """The Case that an example describes; its pointers are those of its own parts."""
    application = inventory = grants = tenant = None
    form = example.get("form", "graph")
    if "application" in example:
        data = example["application"]
        source = _source("application.json", data)
        if form == "graph":
            completeness = example.get("completeness", "partial")
            application = graph.application(data, At(source, ""), completeness=completeness)
        else:
            application = _READERS[form].application(data, At(source, ""))
    if "flows" in example:
        data = {"version": 1} | {key: example[key] for key in _INVENTORY_KEYS if key in example}
        inventory = read_inventory(data, _source("app.calls.json", data))
    if "grants" in example or "whole" in example:
        found = _directory(example, catalog)
        grants, tenant = found.grants(application.app_id if application else None), found.tenant
    return Case("example", "example", application, inventory, grants, tenant, ())


def _directory(example: Mapping[str, Any], catalog: Catalog) -> directory.Directory:
    states = {"collections": {name: {"state": "complete"} for name in example.get("whole", ())}}
    several = [directory.described("snapshot.json", json.dumps(states))]
    if "grants" in example:
        several.insert(0, directory.read("app.grants.json", json.dumps(example["grants"], indent=1)))
    return directory.Directory(
        directory.merge(several),
        sole_app=True,
        is_graph_scope=lambda name: catalog.permission(GRAPH, name, "Scope") is not None,
    )


def _source(path: str, data: Any) -> Source:
    return Source(path, json.dumps(data, indent=1), json_text.spans)


def run(found: Case, rules: Mapping[str, Rule], example: Mapping[str, Any], catalog: Catalog) -> Outcome:
    """What rules say of an example's Case, to the fussiest reader."""
    today = str(example.get("today", TODAY))
    return engine.run((found,), rules, Selection(persona="auditor"), lambda: catalog, Entra(), today)
