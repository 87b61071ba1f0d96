"""Wording that messages of several rules share."""

from collections.abc import Callable, Iterable


def quoted(name: str) -> str:
    """A name in backticks."""
    return f"`{name}`"


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
