"""What the query of a URL asks for: properties, conditions, order, count."""

from __future__ import annotations

from linter.catalog.match import parse_url, tokens
from linter.typed import NamedTuple


class Query(NamedTuple):
    """The options of OData that a URL holds, decoded; None where one is not there.

    `with_count` is whether it says `$count=true`, `counts` whether the path itself ends in `$count`.
    """

    select: str | None
    filter: str | None
    search: str | None
    orderby: str | None
    with_count: bool
    counts: bool

    @property
    def properties(self) -> frozenset[str]:
        """The properties that it shows, filters or sorts by, in lower case: the first step of each path."""
        selected = (self.select or "").split(",")
        compared = _words(self.filter or "")
        ordered = (part.strip().partition(" ")[0] for part in (self.orderby or "").split(","))
        names = (name.strip().partition("/")[0].lower() for name in (*selected, *compared, *ordered))
        return frozenset(name for name in names if name)


def query(url: str) -> Query:
    """The query of a URL; the `$` of an option may be left out, as Microsoft Graph allows."""
    address = parse_url(url)
    options: dict[str, str] = {}
    for part in address.query.split("&"):
        name, _, value = part.partition("=")
        options[_plain(name).strip().lower().removeprefix("$")] = _plain(value)
    return Query(
        options.get("select"),
        options.get("filter"),
        options.get("search"),
        options.get("orderby"),
        options.get("count", "").strip().lower() == "true",
        tokens(address.path)[-1:] == ["$count"],
    )


def advanced(asked: Query) -> tuple[str, bool] | None:
    """What in a query for objects of the directory needs its second index, and whether `$count=true` as well.

    The reasons complete "it …". None where the query is an ordinary one.
    """
    words = _words(asked.filter or "")
    if asked.search is not None:
        return "searches", False
    if any(word.startswith("endswith") for word in words):
        return "filters with `endsWith`", True
    if asked.filter is not None and asked.orderby is not None:
        return "filters and sorts", True
    if any(word.endswith("/$count") for word in words):
        return "filters by `$count`", True
    if not {"ne", "not"}.isdisjoint(words):
        return f"filters with `{'ne' if 'ne' in words else 'not'}`", True
    return ("counts", False) if asked.counts else None


def _words(condition: str) -> list[str]:
    """The words of a filter in lower case, without its texts."""
    bare = " ".join(condition.split("'")[::2])
    for mark in "(),":
        bare = bare.replace(mark, f" {mark} " if mark != "(" else " ")
    return [word.lower() for word in bare.split()]


def _plain(text: str) -> str:
    """A text of a query without percent-encoding; characters beyond ASCII stay encoded."""
    first, *rest = text.replace("+", " ").split("%")
    decoded = [first]
    for part in rest:
        try:
            code = int(part[:2], 16) if len(part) >= 2 else 128
        except ValueError:
            code = 128
        decoded.append(chr(code) + part[2:] if code < 128 else f"%{part}")
    return "".join(decoded)
