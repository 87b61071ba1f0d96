"""A rule's examples as cases: what `tests/test_rules.py` runs."""

import json
from typing import Any

from linter.calls.inventory import inventory as read_inventory
from linter.cases import Case
from linter.catalog.records import GRAPH
from linter.catalog.store import Catalog
from linter.positions import At, Source
from linter.readers import grants, graph, legacy, toolkit
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
    if "grants" in example:
        collections = grants.read("app.grants.json", json.dumps(example["grants"], indent=1))
        app_id = application.app_id if application else None
        found_grants, tenant = grants.join(
            collections, app_id, True, lambda name: catalog.permission(GRAPH, name, "Scope") is not None
        )
    return Case("example", "example", application, inventory, found_grants, tenant, ())


def _source(path: str, data: Any) -> Source:
    return Source(path, json.dumps(data, indent=1), json_text.spans)
