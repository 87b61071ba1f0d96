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
from linter.report.needs import Answer, Asked, Least
from linter.report.safe import plain as safe
from linter.typed import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from linter.model import Inventory

#: The kinds of access as users name them.
ACCESS: Final[dict[str, Scheme]] = {
    "application": "Application",
    "delegated": "DelegatedWork",
    "personal": "DelegatedPersonal",
}
_NAME_OF: Final = {scheme: name for name, scheme in ACCESS.items()}
#: Of more unknown calls than these it is not said what may be meant: each is compared with all templates.
_MOST_HINTS: Final = 10
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


def main(arguments: list[str]) -> int:
    """Run the command."""
    options = _options(arguments)
    catalog, entra = choice.catalog(options.catalog), Entra()
    today = choice.today(options.today)
    answer = (
        _of_files(options.calls, options.access, catalog, entra)
        if options.calls
        else _of_calls(list(_calls(options.asked)), options.access, catalog, entra)
    )
    if old := catalog.age_note(today):
        print(f"note: {old}", file=sys.stderr)
    if options.emit:
        _emit(answer, options.emit, catalog)
    elif options.format == "json":
        from linter.report.needs import json

        write(json.render(answer, catalog, entra))
    else:
        from linter.report.needs import text

        write(text.render(answer, catalog, entra, proof=options.proof))
    return _exit_code(answer)


def _options(arguments: list[str]) -> Any:
    """The options as attributes; argparse answers what asks for help or is wrong, and ends the run."""
    options: Any = plain(arguments, NEEDS, CALLS)
    if options is None:
        from linter.cli import parser

        options = parser.needs().parse_intermixed_args(arguments)
    if options.calls and options.asked:
        raise Unreadable("needs", "give calls or --calls, not both")
    if not (options.calls or options.asked):
        raise Unreadable("needs", "name calls as 'METHOD url', - to read them, or a calls file with --calls")
    if options.emit and (options.proof or options.format == "json"):
        other = "--proof" if options.proof else "--format json"
        raise Unreadable("needs", f"--emit prints the least set alone, and does not go with {other}")
    if options.emit and options.access == "all" and not options.calls:
        message = "--emit needs --access: application, delegated and personal are three answers"
        raise Unreadable("needs", message)
    return options


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


# --- what they need ---------------------------------------------------------------------------


def _of_calls(calls: list[tuple[str, str]], access: str, catalog: Catalog, entra: Entra) -> Answer:
    """The same calls under each kind of access that is wanted.

    Raises:
        Unreadable: there is no call.
    """
    if not calls:
        raise Unreadable("needs", "no call was given")
    wanted = list(ACCESS) if access == "all" else [access]
    asked = []
    for method, url in calls:
        operation = catalog.find(method, url)
        supports = {name: catalog.support(operation, ACCESS[name]) for name in wanted} if operation else {}
        asked.append(Asked(method, url, operation, supports))
    asked = _with_reasons(asked, catalog, entra)
    least = [
        _least("", name, [(number, name) for number in range(len(asked))], asked, catalog, entra)
        for name in wanted
    ]
    return Answer(tuple(asked), tuple(least))


def _of_files(paths: list[str], access: str, catalog: Catalog, entra: Entra) -> Answer:
    """The calls of calls files, each under the access of its flow: per flow, and all together.

    Raises:
        Unreadable: a file cannot be read, or no flow makes a call of Microsoft Graph with this access.
    """
    from linter.ladder import find, schemes

    asked: list[Asked] = []
    elsewhere: list[str] = []
    flows: list[tuple[str, str, range]] = []
    for flow in [flow for inventory in _inventories(paths) for flow in inventory.flows]:
        found = [(scheme, _NAME_OF[scheme]) for scheme, _ in schemes(flow, None)]
        wanted = [(scheme, name) for scheme, name in found if access in ("all", name)]
        first = len(asked)
        for call in flow.every_call() if wanted else ():
            target = find(call, catalog, entra)
            if target.kind == "elsewhere":
                elsewhere.append(f"{call.method} {call.url}")
                continue
            operation = target.operation
            supports = (
                {name: catalog.support(operation, scheme, call.writes) for scheme, name in wanted}
                if operation
                else {}
            )
            asked.append(Asked(call.method, call.url, operation, supports))
        flows += [(flow.name, name, range(first, len(asked))) for _, name in wanted]
    if not asked:
        of_access = "" if access == "all" else f" with {access} access"
        message = f"no flow makes a call of Microsoft Graph{of_access}"
        raise Unreadable(", ".join(map(files.shown, paths)), message)
    asked = _with_reasons(asked, catalog, entra)
    every: dict[str, list[tuple[int, str]]] = {}
    for _, name, numbers in flows:
        # One registration declares for all accounts that sign in.
        declared = "application" if name == "application" else "delegated"
        every.setdefault(declared, []).extend((number, name) for number in numbers)
    return Answer(
        tuple(asked),
        tuple(_least("", name, every[name], asked, catalog, entra) for name in ACCESS if name in every),
        tuple(
            _least(flow, name, [(number, name) for number in numbers], asked, catalog, entra)
            for flow, name, numbers in flows
        ),
        tuple(elsewhere),
    )


def _inventories(paths: list[str]) -> Iterator[Inventory]:
    from linter.calls import file
    from linter.syntax.decode import decode

    for path in paths:
        yield from file.read(files.shown(path), decode(files.read(path), files.shown(path)))


def _with_reasons(asked: list[Asked], catalog: Catalog, entra: Entra) -> list[Asked]:
    """The calls, and why the catalogue has none of those that it does not have."""
    unknown = [number for number, call in enumerate(asked) if call.operation is None]
    if not unknown:
        return asked
    from linter.explain.operation import unknown as why

    found = list(asked)
    for number in unknown:
        call = asked[number]
        reason, free = why(call.method, call.url, catalog, entra, near=len(unknown) <= _MOST_HINTS)
        found[number] = call._replace(reason=reason, free=free)
    return found


def _least(
    flow: str, access: str, made: list[tuple[int, str]], asked: list[Asked], catalog: Catalog, entra: Entra
) -> Least:
    """The least set for calls of `asked`, each by its index and with the access of its flow."""
    made = [(number, name) for number, name in made if not asked[number].free]
    needs = [
        Need(call.label, ACCESS[name], call.operation, call.access.get(name))
        for call, name in ((asked[number], name) for number, name in made)
    ]
    return Least(flow, access, tuple(number for number, _ in made), minimum(needs, catalog, entra))


# --- the end ----------------------------------------------------------------------------------


def _emit(answer: Answer, form: str, catalog: Catalog) -> None:
    """Print the least sets alone; what they do not cover, and narrower ones, go to standard error."""
    from linter.report.needs import declaration, exchange, narrower_how

    for one in answer.least:
        found = one.minimum
        for cover in found.uncovered:
            print(f"entralint: not covered: {safe(cover.need.label)}: {safe(cover.reason)}", file=sys.stderr)
        if found.narrower:
            instead = ", ".join(exchange(found, found.narrower))
            print(f"note: {one.access} access: {narrower_how(found)}: {instead}", file=sys.stderr)
    write(declaration.render(answer.least, form, catalog))


def _exit_code(answer: Answer) -> int:
    if any(call.operation is None and not call.free for call in answer.calls):
        return 2
    return 0 if len(answer.covered()) == len(answer.calls) else 1
