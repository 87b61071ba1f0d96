"""Wording that messages of several rules share."""

from collections.abc import Callable, Iterable, Sequence

from linter.finding import Related
from linter.model import Flow, place
from linter.typed import Final

_OF_PERMISSIONS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_")


def quoted(name: str) -> str:
    """A name in backticks."""
    return f"`{name}`"


def is_permission_name(text: str) -> bool:
    """Whether a text can be the name of a permission, and may be repeated.

    What is none may be a piece of anything that somebody pasted, a secret among it.
    """
    return set(text.lower()) <= _OF_PERMISSIONS


def listed(names: Iterable[str], most: int = 4, quote: Callable[[str], str] = quoted) -> str:
    """Names in backticks, as `a`, `b` and `c`; of more than `most` the rest is counted."""
    shown = [quote(name) for name in names]
    if len(shown) > most:
        return f"{', '.join(shown[:most])} and {len(shown) - most} more"
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def counted(number: int, noun: str) -> str:
    """A secret, 2 secrets."""
    return f"a {noun}" if number == 1 else f"{number} {noun}s"


def kind(type_: str) -> str:
    """The word for a permission's type: `Role` is application, `Scope` delegated."""
    return "application" if type_.lower() == "role" else "delegated"


def permissions(names: Iterable[str], type_: str, quote: Callable[[str], str] = quoted) -> str:
    """Permissions of one type (`Scope` or `Role`): the delegated permissions `a` and `b`."""
    names = tuple(names)
    return f"the {kind(type_)} permission{'' if len(names) == 1 else 's'} {listed(names, quote=quote)}"


def alternatives(found: Iterable[tuple[str, ...]]) -> str:
    """Alternatives, each one permission or several together: `a` or `b` and `c`."""
    return " or ".join(" and ".join(map(quoted, names)) for names in found)


def names_of(flows: Sequence[Flow], most: int = 3) -> str:
    """The names of flows, for a sentence: `a`, `b` and `c`; of more than `most` the rest is counted."""
    names = [flow.name for flow in flows]
    if len(names) <= most:
        return listed(names)
    shown = ", ".join(f"`{name}`" for name in names[: most - 1])
    return f"{shown} and {len(names) - most + 1} more flows"


def verb(flows: Sequence[Flow], one: str, several: str) -> str:
    """The names of flows and what they do: `a` sends, `a` and `b` send."""
    return f"{names_of(flows)} {one if len(flows) == 1 else several}"


def uses(flow: Flow) -> Related:
    """The flow's type as a related place."""
    return Related(place(flow, "type"), f"`{flow.name}` uses {flow.type}")


def token(type_: str) -> str:
    """The kind of token that carries permissions of a type (`Scope` or `Role`)."""
    return "an app-only token" if type_ == "Role" else "a delegated token"


def token_of(flow: Flow) -> str:
    """The kind of token that a flow gets."""
    return token("Role" if flow.access == "application" else "Scope")


def gets(flow: Flow) -> Related:
    """The flow's type as a related place, with the kind of token that it gets."""
    return Related(place(flow, "type"), token_of(flow))
