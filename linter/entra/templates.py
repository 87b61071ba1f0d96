"""Comparing the path templates of operations."""

from __future__ import annotations

from linter.memory import remembers


@remembers(4096)  # the tables' own templates are compared with every call
def plain_template(template: str) -> str:
    """A template as compared: lower case, `{any}` as `{}`, no final slash.

    A namespace before a cast or function is dropped, for the catalogue and Microsoft's pages
    differ in writing it.
    """
    first, *rest = template.strip().lower().rstrip("/").replace("/microsoft.graph.", "/").split("{")
    if not rest:
        return first
    slots = [(part, *part.partition("}")) for part in rest]
    return first + "".join("{}" + after if closed else "{" + part for part, _, closed, after in slots)


def lies_below(template: str, prefix: str) -> bool:
    """Whether the plain `template` is the plain `prefix` or a path below it."""
    return template.startswith(prefix) and template[len(prefix) : len(prefix) + 1] in ("", "/", "(")
