"""`entralint needs`: which permissions calls need, and the least set that covers them all.

Exit codes: 0 all calls are known and can be covered, 1 one cannot, 2 one is
unknown or no call at all.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from linter import files
from linter.catalog.records import Scheme
from linter.catalog.store import Catalog
from linter.cli import choice
from linter.cli.options import CALLS, NEEDS, plain
from linter.cli.output import write
from linter.entra import Entra
from linter.errors import Unreadable
from linter.minimum import Need, minimum
from linter.report import needs as report
from linter.report.needs import Answer, Asked, Least
from linter.report.safe import plain as safe
from linter.typed import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from linter.model import Flow, Inventory

#: The kinds of access as users name them.
ACCESS: Final[dict[str, Scheme]] = {
    "application": "Application",
    "delegated": "DelegatedWork",
    "personal": "DelegatedPersonal",
}
_NAME_OF: Final = {scheme: name for name, scheme in ACCESS.items()}
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


def main(arguments: list[str]) -> int:
    """Run the command."""
    options = _options(arguments)
    catalog, entra = choice.catalog(options.catalog), Entra()
    today = choice.today(options.today)
    if options.calls and options.asked:
        raise Unreadable("needs", "give calls or --calls, not both")
    answer = (
        _of_files(options.calls, options.access, catalog, entra)
        if options.calls
        else _of_calls(list(_calls(options.asked)), options.access, catalog, entra)
    )
    if not answer.calls:
        raise Unreadable("needs", "no call was given")
    if old := catalog.age_note(today):
        print(f"note: {old}", file=sys.stderr)
    if options.emit:
        _emit(answer, options.emit, catalog)
    elif options.format == "json":
        import json

        text = json.dumps(report.document(answer, catalog, entra), indent=2)
        # URLs are echoed as given, so what CI logs take for a command is escaped as JSON does it.
        write(text.replace("##", "#\\u0023") + "\n")
    else:
        write(report.text(answer, catalog, entra, proof=options.proof))
    return _exit_code(answer)


def _options(arguments: list[str]) -> Any:
    """The options as attributes; argparse answers what asks for help or is wrong, and ends the run."""
    found = plain(arguments, NEEDS, CALLS)
    if found is not None:
        return found
    from linter.cli import parser

    return parser.needs().parse_intermixed_args(arguments)


# --- calls as arguments -----------------------------------------------------------------------


def _calls(arguments: list[str]) -> Iterator[tuple[str, str]]:
    """`METHOD url` from the arguments; `-` reads lines, and METHOD and url may be two arguments."""
    waiting = list(arguments)
    while waiting:
        argument = waiting.pop(0)
        if argument == "-":
            from linter.syntax.decode import decode

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


def _of_calls(calls: list[tuple[str, str]], access: str, catalog: Catalog, entra: Entra) -> Answer:
    """The same calls under each kind of access that is asked for."""
    wanted = list(ACCESS) if access == "all" else [access]
    asked = tuple(_asked(catalog, method, url, wanted) for method, url in calls)
    least = []
    for name in wanted:
        needs = [
            Need(f"{call.method} {call.url}", ACCESS[name], call.operation, call.access.get(name))
            for call in asked
        ]
        least.append(Least("", name, tuple(range(len(asked))), minimum(needs, catalog, entra)))
    return Answer(asked, tuple(least))


def _asked(catalog: Catalog, method: str, url: str, wanted: list[str]) -> Asked:
    operation = catalog.find(method, url)
    if operation is None:
        return Asked(method, url, None, {})
    return Asked(method, url, operation, {name: catalog.support(operation, ACCESS[name]) for name in wanted})


# --- calls of a calls file --------------------------------------------------------------------


def _of_files(paths: list[str], access: str, catalog: Catalog, entra: Entra) -> Answer:
    """The calls of calls files, each under the access of its flow: per flow, and all together."""
    asked: list[Asked] = []
    flows: list[Least] = []
    elsewhere: list[str] = []
    every: dict[str, list[tuple[int, Need]]] = {}
    for flow in [flow for inventory in _inventories(paths) for flow in inventory.flows]:
        for name, found in _of_flow(flow, access, asked, elsewhere, catalog, entra):
            numbers, needs = tuple(number for number, _ in found), [need for _, need in found]
            flows.append(Least(flow.name, name, numbers, minimum(needs, catalog, entra)))
            # One registration declares for all accounts that sign in.
            every.setdefault("application" if name == "application" else "delegated", []).extend(found)
    least = [
        Least(
            "",
            name,
            tuple(number for number, _ in every[name]),
            minimum([need for _, need in every[name]], catalog, entra),
        )
        for name in ACCESS
        if name in every
    ]
    return Answer(tuple(asked), tuple(least), tuple(flows), tuple(elsewhere))


def _inventories(paths: list[str]) -> Iterator[Inventory]:
    from linter.calls import file
    from linter.syntax.decode import decode

    for path in paths:
        yield from file.read(files.shown(path), decode(files.read(path), files.shown(path)))


def _of_flow(
    flow: Flow, access: str, asked: list[Asked], elsewhere: list[str], catalog: Catalog, entra: Entra
) -> Iterator[tuple[str, list[tuple[int, Need]]]]:
    """The calls of one flow by kind of access, added to `asked`; those of other APIs, to `elsewhere`."""
    from linter.ladder import find, schemes

    wanted = [(scheme, _NAME_OF[scheme]) for scheme, _ in schemes(flow, None)]
    wanted = [(scheme, name) for scheme, name in wanted if access in ("all", name)]
    if not wanted:
        return
    first = len(asked)
    for call in flow.every_call():
        found = find(call, catalog, entra)
        if found.kind in ("elsewhere", "free"):
            elsewhere.append(f"{call.method} {call.url}")
            continue
        operation = found.operation
        supports = (
            {name: catalog.support(operation, scheme, call.writes) for scheme, name in wanted}
            if operation
            else {}
        )
        asked.append(Asked(call.method, call.url, operation, supports))
    for scheme, name in wanted:
        yield (
            name,
            [
                (number, Need(f"{call.method} {call.url}", scheme, call.operation, call.access.get(name)))
                for number, call in enumerate(asked[first:], first)
            ],
        )


# --- the end ----------------------------------------------------------------------------------


def _emit(answer: Answer, form: str, catalog: Catalog) -> None:
    """Print the least set alone; what it does not cover goes to standard error."""
    if not answer.flows and len(answer.least) > 1:
        raise Unreadable(
            "needs", "--emit needs --access: application, delegated and personal are three answers"
        )
    for one in answer.least:
        for cover in one.minimum.uncovered:
            print(f"entralint: not covered: {safe(cover.need.label)}: {safe(cover.reason)}", file=sys.stderr)
    write(report.emitted(answer.least, form, catalog))


def _exit_code(answer: Answer) -> int:
    if any(call.operation is None for call in answer.calls):
        return 2
    coverable = (any(support.supported for support in call.access.values()) for call in answer.calls)
    return 0 if all(coverable) else 1
