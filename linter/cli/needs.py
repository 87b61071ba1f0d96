"""`entralint needs`: which permissions calls need, the least one first.

Exit codes: 0 all calls are known and can be covered, 1 one cannot, 2 one is
unknown or no call at all.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from linter import files
from linter.catalog.records import GRAPH, Operation, PermissionType, Scheme, Support
from linter.catalog.store import Catalog
from linter.cli import choice, parser
from linter.cli.output import write
from linter.errors import Unreadable
from linter.report.safe import masked, plain
from linter.syntax.decode import decode
from linter.typed import Any, Final, NamedTuple

#: The kinds of access as users name them.
ACCESS: Final[dict[str, Scheme]] = {
    "application": "Application",
    "delegated": "DelegatedWork",
    "personal": "DelegatedPersonal",
}
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class Need(NamedTuple):
    """One call as given, and what it needs; `operation` is None where nobody knows it."""

    method: str
    url: str
    operation: Operation | None
    access: dict[str, Support]


def main(arguments: list[str]) -> int:
    """Run the command."""
    options = parser.needs().parse_args(arguments)
    catalog = choice.catalog(options.catalog)
    today = choice.today(options.today)
    wanted = list(ACCESS) if options.access == "all" else [options.access]
    needs = [_need(catalog, method, url, wanted) for method, url in _calls(options.calls)]
    if not needs:
        raise Unreadable("needs", "no call was given")
    if old := catalog.age_note(today):
        print(f"note: {old}", file=sys.stderr)
    if options.format == "json":
        import json

        text = json.dumps({"version": 1, "calls": list(map(document, needs))}, indent=2)
        # URLs are echoed as given, so what CI logs take for a command is escaped as JSON does it.
        write(text.replace("##", "#\\u0023") + "\n")
    else:
        write("\n".join(_text(need, catalog) for need in needs))
    return _exit_code(needs)


def _calls(arguments: list[str]) -> Iterator[tuple[str, str]]:
    """`METHOD url` from the arguments; `-` reads lines, and METHOD and url may be two arguments."""
    waiting = list(arguments)
    while waiting:
        argument = waiting.pop(0)
        if argument == "-":
            lines = decode(files.read(files.STDIN), "<stdin>").split("\n")
            for number, line in enumerate(map(str.strip, lines), 1):
                if line and not line.startswith("#"):
                    yield split(line, "<stdin>", number)
        elif argument.upper() in _METHODS and waiting:
            yield split(f"{argument} {waiting.pop(0)}")
        else:
            yield split(argument)


def split(call: str, where: str = "needs", line: int = 0) -> tuple[str, str]:
    """Method and URL: the URL is all that follows the first blank, as given.

    `where` and `line` say where the call is written.

    Raises:
        Unreadable: there is no method or no URL.
    """
    method, *rest = call.split(maxsplit=1) or [""]
    if method.upper() not in _METHODS or not rest:
        message = f"`{call}` is no call: write it as 'METHOD url', like 'GET /users/{{id}}'"
        raise Unreadable(where, message, line, 1 if line else 0)
    return method.upper(), rest[0].strip()


def _need(catalog: Catalog, method: str, url: str, wanted: list[str]) -> Need:
    operation = catalog.find(method, url)
    if operation is None:
        return Need(method, url, None, {})
    return Need(method, url, operation, {name: catalog.support(operation, ACCESS[name]) for name in wanted})


def document(need: Need) -> dict[str, Any]:
    """One call as in the JSON report."""
    return {
        "method": need.method,
        "url": masked(need.url),
        "operation": need.operation.template if need.operation else None,
        "version": need.operation.version if need.operation else None,
        "access": {
            name: {
                "supported": support.supported,
                "accepted": [list(alternative) for alternative in support.accepted],
                "least": [list(alternative) for alternative in support.least],
                "confidence": support.confidence,
            }
            for name, support in need.access.items()
        },
    }


def _text(need: Need, catalog: Catalog) -> str:
    head = f"{need.method} {plain(need.url)}"
    if need.operation is None:
        return f"{head}\n  unknown: the catalogue has no such operation of Microsoft Graph\n"
    lines = [head, f"  is {need.method} {need.operation.template} ({need.operation.version})"]
    for name, support in need.access.items():
        lines.append(f"  {name:11} {_support(name, support, catalog)}")
    return "\n".join(lines) + "\n"


def _support(access: str, support: Support, catalog: Catalog) -> str:
    doubt = "" if support.confidence == "high" else f"  (confidence {support.confidence})"
    if not support.supported:
        return f"not supported{doubt}"
    type_: PermissionType = "Role" if access == "application" else "Scope"
    least = support.least or support.accepted
    also = [alternative for alternative in support.accepted if alternative not in least]
    text = (
        " or ".join(_alternative(alternative, type_, catalog) for alternative in least)
        or "no permission at all"
    )
    if also:
        text += f"; also {', '.join(map(' and '.join, also))}"
    return text + doubt


def _alternative(alternative: tuple[str, ...], type_: PermissionType, catalog: Catalog) -> str:
    names = []
    for name in alternative:
        permission = catalog.permission(GRAPH, name, type_)
        admin = type_ == "Scope" and permission is not None and permission.admin_consent
        names.append(f"{name} [admin consent]" if admin else name)
    return " and ".join(names)


def _exit_code(needs: list[Need]) -> int:
    if any(need.operation is None for need in needs):
        return 2
    return 0 if all(any(support.supported for support in need.access.values()) for need in needs) else 1
