"""From a file's text to applications: which form it has, and the reader of that form.

Each reader is one module and is loaded when a file of its form is met.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from linter.errors import Problem, Unreadable
from linter.model import Application
from linter.positions import At, Source
from linter.readers.keys import (
    APPLICATION_ONLY,
    GRANT_CONTEXTS,
    GRANTS,
    LEGACY_ONLY,
    PLATFORMS,
    PRINCIPAL_ONLY,
)
from linter.syntax import json_text
from linter.typed import Final

SNIFFED: Final = 65536  # code points that decide the form


def read(source_path: str, text: str) -> tuple[Application, ...] | None:
    """The applications in a file; None if it has no known form.

    Raises `Unreadable` for a file of a known form that cannot be read.
    """
    form = sniff(text)
    if form is None:
        return None
    return READERS[form](Source(source_path, text, json_text.spans))


def read_line(source: Source, number: int) -> tuple[Application, ...] | None:
    """The applications in one line of NDJSON, the value number `number` of the file; None if it holds none.

    Raises `Unreadable`.
    """
    from linter.readers import graph, legacy, shape  # noqa: PLC0415  only for such files

    documents = list(json_text.documents(source.text, source.path))
    at = At(source, f"/{number}")
    if len(documents) != 1:
        raise wrong_line(source)
    found = tuple(
        legacy.application(members, place) if shape.is_legacy(members) else graph.application(members, place)
        for members, place in shape.within(documents[0][1], at)
    )
    return found or None


def wrong_line(source: Source) -> Unreadable:
    """The error for a line that holds several values."""
    return Unreadable(source.path, "one JSON value a line is expected here", 1, 1)


def notes(source_path: str, text: str) -> tuple[Problem, ...]:
    """What a file says about itself that its applications do not: it is a page of a longer list."""
    at = text.find('"@odata.nextLink"')
    if at < 0:
        return ()
    line = text.count("\n", 0, at) + 1
    message = "the list goes on at @odata.nextLink: only the applications of this page are read"
    return (Problem(source_path, line, at - text.rfind("\n", 0, at), message),)


def sniff(text: str) -> str | None:
    """The form of a file by the keys in its beginning; None for no known form.

    Decides also for a text that is not JSON in the end, so that it is refused
    rather than skipped. Whether the keys stand where they belong is the reader's to see.
    """
    return _form(text[:SNIFFED].lower())


@lru_cache(1)  # asked of a file's first bytes, and then again of its text
def _form(head: str) -> str | None:
    if not head.lstrip().startswith(("{", "[", '"', "/", "\x1b")):
        return None
    form = _portal_form(head)
    if form is not None:
        # A template's placeholders stand inside strings; a saved answer of Graph holds none.
        return "toolkit" if "{{" in head and not _has(head, "@odata.context") else form
    if _has(head, "resourceappid") and _has(head, "resourceaccess"):
        return "az"
    return None


def sniff_grants(text: str) -> bool:
    """Whether the text is meant as Microsoft Graph's answers about principals, consent or licences."""
    head = text[:SNIFFED].lower()
    if not head.removeprefix("\ufeff").lstrip().startswith(("{", "[")):
        return False
    return any(mark in head for mark in GRANT_CONTEXTS) or any(
        all(f'"{key}"' in head for key in keys) for keys in GRANTS
    )


def _portal_form(head: str) -> str | None:
    if "#applications" in head and _has(head, "@odata.context"):
        return "graph"
    is_application = any(_has(head, key) for key in APPLICATION_ONLY) or (
        _has(head, "redirecturis") and any(_has(head, key) for key in PLATFORMS)
    )
    if not is_application and any(_has(head, key) for key in PRINCIPAL_ONLY):
        return None
    if any(_has(head, key) for key in LEGACY_ONLY) or _has(head, "publicclient", ("true", "false")):
        return "legacy"
    return "graph" if is_application or _has(head, "signinaudience") else None


def _has(head: str, key: str, values: tuple[str, ...] = ("",)) -> bool:
    """Whether `key` is written as a key, with one of the values where they matter."""
    quoted = f'"{key}"'
    at = head.find(quoted)
    while at >= 0:
        at += len(quoted)
        after = head[at : at + 80].lstrip()
        if after.startswith("\x1b["):  # the Azure CLI's colours
            after = after.partition("m")[2].lstrip()
        if after.startswith(":") and after[1:].lstrip().startswith(values):
            return True
        at = head.find(quoted, at)
    return False


def _graph(source: Source) -> tuple[Application, ...] | None:
    from linter.readers import graph  # noqa: PLC0415  only for its form

    return graph.read(source)


def _legacy(source: Source) -> tuple[Application, ...] | None:
    from linter.readers import legacy  # noqa: PLC0415  only for its form

    return legacy.read(source)


def _toolkit(source: Source) -> tuple[Application, ...] | None:
    from linter.readers import toolkit  # noqa: PLC0415  only for its form

    return toolkit.read(source)


def _az(source: Source) -> tuple[Application, ...] | None:
    from linter.readers import az  # noqa: PLC0415  only for its form

    return az.read(source)


READERS: Final[dict[str, Callable[[Source], tuple[Application, ...] | None]]] = {
    "graph": _graph,
    "legacy": _legacy,
    "toolkit": _toolkit,
    "az": _az,
}
