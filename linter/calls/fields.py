"""How one field of a calls file is read: kinds of values, and what is refused about them.

A `Kind` takes a value from the parsed file and its pointer and gives what the record holds. What
is wrong is noted in the `Reading` and the field is left unknown, so that one run tells the writer
everything. Nothing is guessed and nothing is converted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from linter import errors
from linter.errors import Problem, Unreadable
from linter.model import Text
from linter.positions import At, Source, escape
from linter.typed import Any, Final, NamedTuple

MOST_PROBLEMS: Final = 100


class Invalid(Unreadable):
    """A calls file that was parsed but is not valid; `problems` are all of them, in file order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        first = problems[0]
        super().__init__(first.path, first.message, first.line, first.column)
        self.problems = problems


class Refusal(NamedTuple):
    """Something wrong at a pointer; `on_key` if it is the member's key, not its value."""

    pointer: str
    message: str
    on_key: bool


class Reading:
    """One document being read: its source, what was refused, and the notes met on the way."""

    def __init__(self, source: Source) -> None:
        self.source = source
        # A dict, because a field that several flows inherit is refused once.
        self.refusals: dict[Refusal, None] = {}
        self.notes: list[Text] = []

    def at(self, pointer: str) -> At:
        """The place of a value of this document."""
        return At(self.source, pointer)

    def refuse(self, pointer: str, message: str, *, on_key: bool = False) -> None:
        """Note that the value at `pointer` (or its key) is wrong, and why.

        Raises `Invalid` when that is enough: nobody reads more, and hints cost time.
        """
        self.refusals[Refusal(pointer, message, on_key)] = None
        if len(self.refusals) >= MOST_PROBLEMS:
            self.finish()

    def finish(self) -> None:
        """Raise `Invalid` if anything was refused."""
        if not self.refusals:
            return
        problems = []
        for refusal in self.refusals:
            span = self.source.span(refusal.pointer)
            line, column = self.source.line_column(span.key if refusal.on_key else span.start)
            problems.append(Problem(self.source.path, line, column, refusal.message))
        raise Invalid(tuple(sorted(problems, key=lambda problem: (problem.line, problem.column))))


Kind = Callable[[Reading, Any, str], Any]


def text(reading: Reading, value: Any, pointer: str) -> str | None:
    """Text of one character or more, as written."""
    if type(value) is str and value:
        return value
    reading.refuse(pointer, _not_text(value))
    return None


def note(reading: Reading, value: Any, pointer: str) -> str | None:
    """Free text, also collected with all other notes of the file."""
    if value == "" and type(value) is str:
        return value
    found = text(reading, value, pointer)
    if found is not None:
        reading.notes.append(Text(found, reading.at(pointer)))
    return found


def flag(reading: Reading, value: Any, pointer: str) -> bool | None:
    """True or false, nothing that only looks like it."""
    if value is True or value is False:
        return value
    reading.refuse(pointer, f"must be true or false, not {shown(value)}")
    return None


def hours(reading: Reading, value: Any, pointer: str) -> float | None:
    """A number, 0 or more."""
    if type(value) in (int, float) and value >= 0:
        return float(min(value, 1e9))  # some whole numbers are too big for a float
    reading.refuse(pointer, f"must be a number, 0 or more, not {shown(value)}")
    return None


def one_of(*allowed: str, misspelt: Mapping[str, str] | None = None) -> Kind:
    """One of these words. `misspelt` maps words that others use to the right one."""

    def read(reading: Reading, value: Any, pointer: str) -> str | None:
        if isinstance(value, str):
            if value in allowed:
                return str(value)
            right = (misspelt or {}).get(value.lower().replace("-", "_").replace(" ", "_"))
            right = right or nearest(value, allowed)
            if right:
                reading.refuse(pointer, f"{shown(value)} is not known here; write {right}")
                return None
        reading.refuse(pointer, f"must be one of {', '.join(allowed)}, not {shown(value)}")
        return None

    return read


def each(kind: Kind, *, least: int = 0, most: int | None = None) -> Kind:
    """A list, every item of one kind."""

    def read(reading: Reading, value: Any, pointer: str) -> tuple[Any, ...] | None:
        if type(value) is not list:
            reading.refuse(pointer, f"must be a list, as in [a, b], not {shown(value)}")
            return None
        if len(value) < least:
            reading.refuse(pointer, "must not be empty")
        if most is not None and len(value) > most:
            reading.refuse(pointer, f"must not have more than {most} items, but has {len(value)}")
        return tuple(kind(reading, item, f"{pointer}/{number}") for number, item in enumerate(value))

    return read


def names(*, least: int = 0) -> Kind:
    """A list of texts, none of them twice."""
    items = each(text, least=least)

    def read(reading: Reading, value: Any, pointer: str) -> tuple[str, ...] | None:
        found: tuple[str, ...] | None = items(reading, value, pointer)
        seen: set[str] = set()
        for number, name in enumerate(found or ()):
            if name in seen:
                reading.refuse(f"{pointer}/{number}", f"{shown(name)} is in the list twice")
            if name is not None:
                seen.add(name)
        return found

    return read


def record(
    make: Callable[..., Any], fields: Mapping[str, Kind], required: Collection[str] = (), least: int = 1
) -> Kind:
    """A mapping of these fields, given to `make` with its place `at`; a field left out stays out."""

    def read(reading: Reading, value: Any, pointer: str) -> Any:
        if not is_mapping(reading, value, pointer):
            return None
        if len(value) < least:
            reading.refuse(pointer, f"must not be empty; it has {', '.join(fields)}")
        written = members(reading, value, pointer, fields, required=required)
        return make(at=reading.at(pointer), **written)

    return read


def members(
    reading: Reading,
    value: Mapping[str, Any],
    pointer: str,
    fields: Mapping[str, Kind],
    *,
    required: Iterable[str] = (),
    known: Collection[str] = (),
) -> dict[str, Any]:
    """The written fields of a mapping that were read well; refuses unknown and missing keys.

    `known` are the keys that a message may name, where they are more than `fields`.
    """
    read: dict[str, Any] = {}
    for key, item in value.items():
        kind = fields.get(key)
        below = f"{pointer}/{escape(key)}"
        if kind is None:
            reading.refuse(below, unknown_key(key, known or fields), on_key=True)
        elif (found := kind(reading, item, below)) is not None:
            read[key] = found
    for key in required:
        if key not in value:
            reading.refuse(pointer, f"the key {shown(key)} is missing")
    # A required field that was refused makes no record; everything is refused at the end anyway.
    return {**{key: read.get(key) for key in required}, **read}


def is_mapping(reading: Reading, value: Any, pointer: str) -> bool:
    """Whether the value has keys; refuses it otherwise."""
    if type(value) is dict:
        return True
    reading.refuse(pointer, f"must be a mapping of keys and values, not {shown(value)}")
    return False


def unknown_key(key: str, known: Collection[str]) -> str:
    """Why a key is refused, with the nearest known one."""
    if key == "<<":
        return "YAML merge keys are not read; write 'like:' with the name of a flow"
    right = nearest(key, known)
    return f"unknown key {shown(key)}" + (
        f"; did you mean {right}?" if right else f"; known: {', '.join(known)}"
    )


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The most similar known word, if one is similar."""
    return errors.nearest(word[:80].lower().replace("-", "_"), list(known)[:500], 0.7)


def _not_text(value: Any) -> str:
    why = getattr(value, "why", None)
    if why:
        return f"{shown(value)} is written without quotes: {why}"
    if value == "" and type(value) is str:
        return "must not be empty"
    if value is None:
        return "must be text, but nothing is written here; leave the key out, or quote the text"
    if type(value) in (bool, int, float):
        return f"must be text, not {shown(value)}; quote it"
    return f"must be text, not {shown(value)}; quote it if it is meant as text"


def shown(value: Any) -> str:
    """The value as a message names it."""
    if value is None:
        return "nothing"
    if value is True or value is False:
        return str(value).lower()
    if type(value) is dict:
        return "a mapping"
    if type(value) is list:
        return "a list"
    return f"'{cut(value)}'" if isinstance(value, str) else cut(repr(value))


def cut(value: str) -> str:
    """The value, not longer than a message bears."""
    return value if len(value) <= 80 else value[:77] + "…"
