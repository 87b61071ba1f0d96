"""Comparing the path templates of operations."""


def plain_template(template: str) -> str:
    """A template as compared: lower case, `{any}` as `{}`, no final slash.

    A namespace before a cast or function is dropped, for the catalogue and Microsoft's pages
    differ in writing it.
    """
    parts: list[str] = []
    rest = template.strip().lower().rstrip("/").replace("/microsoft.graph.", "/")
    while True:
        before, opened, after = rest.partition("{")
        parts.append(before)
        slot, closed, rest = after.partition("}")
        if not opened:
            return "".join(parts)
        if not closed:
            return "".join((*parts, opened, slot))
        parts.append("{}")


def lies_below(template: str, prefix: str) -> bool:
    """Whether the plain `template` is the plain `prefix` or a path below it."""
    return template.startswith(prefix) and template[len(prefix) : len(prefix) + 1] in ("", "/", "(")
