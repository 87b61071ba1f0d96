"""The description of a tenant's snapshot: the state of each collection, which wins over guessing.

`snapshot.json` lies beside the collections: `{"collections": {"<name>": {"state": "complete"}}}` with the
states complete, partial, denied (and an `error`) and absent.
"""

from __future__ import annotations

from linter.errors import Unreadable
from linter.positions import At, Source
from linter.readers.directory.answers import Collections
from linter.readers.directory.collections import BY_NAME
from linter.readers.node import Node
from linter.syntax import json_text
from linter.typed import Final

DESCRIPTION: Final = "snapshot.json"

STATES: Final = ("complete", "partial", "denied", "absent")


def described(path: str, text: str) -> Collections:
    """The states of a snapshot's collections, without a record. Raises `Unreadable`."""
    source = Source(path, text, json_text.spans)
    documents = list(json_text.documents(text, path))
    if len(documents) != 1 or type(documents[0][1]) is not dict:
        raise Unreadable(path, "the description of a snapshot is one JSON object")
    at = At(source, documents[0][0])
    collections = Node(documents[0][1], at, "full").node("collections")
    if collections is None:
        raise Unreadable(path, "the description of a snapshot has a member `collections`")
    by_state: dict[str, set[str]] = {state: set() for state in STATES}
    denied: dict[str, str] = {}
    for key in collections.members:
        row = BY_NAME.get(key.lower())
        stated = collections.node(key)
        state = stated.text("state") if stated is not None else None
        if row is None or stated is None:
            continue  # of a newer version, or kept for other tools
        if state not in by_state:
            raise stated.wrong("state", f"one of {', '.join(STATES)}")
        by_state[state].add(row.name)
        if state == "denied":
            error = stated.value("error")
            denied[row.name] = error if isinstance(error, str) and error else "no reason is given"
    return Collections(
        at,
        {},
        partial=frozenset(by_state["partial"]),
        whole=frozenset(by_state["complete"]),
        denied=denied,
    )
