"""Wording that messages of several rules share."""

from collections.abc import Iterable


def listed(names: Iterable[str], most: int = 4) -> str:
    """Names in backticks, as `a`, `b` and `c`; of more than `most` the rest is counted."""
    quoted = [f"`{name}`" for name in names]
    if len(quoted) > most:
        return f"{', '.join(quoted[:most])} and {len(quoted) - most} more"
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def kind(type_: str) -> str:
    """The word for a permission's type: `Role` is application, `Scope` delegated."""
    return "application" if type_.lower() == "role" else "delegated"


def permissions(names: Iterable[str], type_: str) -> str:
    """Permissions of one type (`Scope` or `Role`): the delegated permissions `a` and `b`."""
    names = tuple(names)
    return f"the {kind(type_)} permission{'' if len(names) == 1 else 's'} {listed(names)}"
