"""A large NDJSON of registrations, line by line: an app is checked and forgotten before the next is read."""

from __future__ import annotations

from collections.abc import Iterator

from linter import files, readers
from linter.errors import Problem, Unreadable
from linter.pairing import App
from linter.positions import Source
from linter.syntax import json_text
from linter.syntax.decode import decode


def apps(path: str, max_bytes: int, problems: list[Problem]) -> Iterator[App]:
    """Every registration of the file; a line that cannot be read is added to `problems`."""
    shown = files.shown(path)
    try:
        number = 0
        for above, line in enumerate(files.lines(path, max_bytes)):
            if line.isspace():
                continue
            yield from _apps_of_line(path, shown, line, number, above, problems)
            number += 1
    except Unreadable as error:
        problems.extend(error.problems)


def _apps_of_line(
    path: str, shown: str, line: bytes, number: int, above: int, problems: list[Problem]
) -> Iterator[App]:
    try:
        text = decode(line.rstrip(b"\r\n"), shown)
        source = Source(shown, text, json_text.spans_of_line(f"/{number}"), above)
        found = readers.read_line(source, number)
    except Unreadable as error:
        problems.extend(
            problem._replace(line=problem.line + above if problem.line else above + 1)
            for problem in error.problems
        )
        return
    if found is None:
        problems.append(Problem(shown, above + 1, 1, "this line holds no app registration"))
        return
    for application in found:
        yield App(path, application, asked=True)
