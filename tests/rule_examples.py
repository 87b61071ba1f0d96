"""A rule's examples as cases: what `tests/test_rules.py` runs."""

import json
from typing import Any

from linter.calls.inventory import inventory as read_inventory
from linter.cases import Case
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.positions import At, Source
from linter.readers import directory, graph, legacy, toolkit
from linter.syntax import json_text

INVENTORY_KEYS = (
    "app", "tenant", "cloud", "complete", "directory_roles", "consent", "api",
    "resource_specific_permissions", "flows",
)  # fmt: skip
READERS = {"graph": graph, "legacy": legacy, "toolkit": toolkit}


def case(example: dict[str, Any], catalog: Catalog) -> Case:
    """The Case that an example describes; its pointers are those of its own parts."""
    application = inventory = found_grants = tenant = None
    form = example.get("form", "graph")
    if "application" in example:
        data = example["application"]
        source = _source("application.json", data)
        if form == "graph":
            completeness = example.get("completeness", "partial")
            application = graph.application(data, At(source, ""), completeness=completeness)
        else:
            application = READERS[form].application(data, At(source, ""))
    if "flows" in example:
        data = {"version": 1} | {key: example[key] for key in INVENTORY_KEYS if key in example}
        inventory = read_inventory(data, _source("app.calls.json", data))
    if "grants" in example or "whole" in example:
        saved = json.dumps(example.get("grants", {}), indent=1)
        states = {"collections": {name: {"state": "complete"} for name in example.get("whole", ())}}
        several = [directory.described("snapshot.json", json.dumps(states))]
        several[:0] = [directory.read("app.grants.json", saved)] if "grants" in example else []
        found = directory.Directory(
            directory.merge(several),
            sole_app=True,
            is_graph_scope=lambda name: catalog.permission(GRAPH, name, "Scope") is not None,
        )
        found_grants, tenant = found.grants(application.app_id if application else None), found.tenant
    return Case("example", "example", application, inventory, found_grants, tenant, ())


def _source(path: str, data: Any) -> Source:
    return Source(path, json.dumps(data, indent=1), json_text.spans)
