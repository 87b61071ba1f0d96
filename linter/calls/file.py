"""The calls file: what the app will do, written by hand as YAML or JSON.

Its grammar is `inventory`'s.
"""

from __future__ import annotations

from linter.calls import SNIFFED, is_json
from linter.calls.fields import MOST_PROBLEMS, Invalid
from linter.calls.inventory import inventory
from linter.errors import Problem, Unreadable
from linter.model import Inventory
from linter.positions import Source
from linter.typed import Any


def read(path: str, text: str) -> tuple[Inventory, ...]:
    """One inventory for every YAML document or element of a JSON array.

    Raises `Unreadable`: for text that is not YAML or JSON with the first fault, for a calls file
    that is not valid as `Invalid`, with the problems of all its documents.
    """
    found: list[Inventory] = []
    problems: list[Problem] = []
    source, documents = _parse(path, text)
    for pointer, data in documents:
        try:
            found.append(inventory(data, source, pointer))
        except Invalid as error:
            problems += error.problems
            if len(problems) >= MOST_PROBLEMS:
                break
    if problems:
        raise Invalid(tuple(problems))
    if not found:
        raise Unreadable(path, "a calls file without anything in it")
    return tuple(found)


def _parse(path: str, text: str) -> tuple[Source, list[tuple[str, Any]]]:
    """The source and its documents, an array's elements each for itself."""
    # Each syntax is loaded only for a file that is written in it; PyYAML is not cheap.
    if is_json(text[:SNIFFED]):
        from linter.syntax import json_text  # noqa: PLC0415

        source = Source(path, text, json_text.spans)
        documents = list(json_text.documents(text, path))
    else:
        from linter.syntax import yaml_text  # noqa: PLC0415

        source = Source(path, text, yaml_text.spans)
        documents = yaml_text.documents(text, path)
    apart: list[tuple[str, Any]] = []
    for pointer, data in documents:
        if type(data) is list:
            apart += [(f"{pointer}/{number}", item) for number, item in enumerate(data)]
        else:
            apart.append((pointer, data))
    return source, apart
