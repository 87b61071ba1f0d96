"""The standard library's JSON scanner in C, without the package around it.

`json` costs most of a millisecond to be imported, and a lint needs no more of it than this. The scanner is
the one that `json.loads` uses, told the same things.
"""

from __future__ import annotations

from collections.abc import Callable

from linter.typed import Any, Final, NoReturn

#: Takes a text and an offset; gives the value that begins there and where it ends.
Scanner = Callable[[str, int], "tuple[Any, int]"]


#: How a scanner refuses a text. Until `json.decoder` is imported Python 3.11 has no error of its own to
#: raise, and says so with SystemError.
REFUSALS: Final = (ValueError, RecursionError, StopIteration, SystemError)

NO_CONSTANT: Final = "NaN and Infinity are not JSON"


def no_constant(_: str) -> NoReturn:
    """For `parse_constant`: NaN and Infinity are not JSON."""
    raise ValueError(NO_CONSTANT)


class _Decoder:
    """What the scanner asks of a `json.JSONDecoder`."""

    strict = True
    object_hook = None
    parse_float, parse_int = float, int

    def __init__(self, object_pairs_hook: Callable[[list[tuple[str, Any]]], Any] | None) -> None:
        self.object_pairs_hook = object_pairs_hook
        self.parse_constant = no_constant
        self.memo: dict[str, str] = {}


def scanner(object_pairs_hook: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Scanner:
    """A scanner. It raises one of `REFUSALS` for what is no JSON."""
    try:
        from _json import make_scanner  # noqa: PLC0415  an interpreter may lack it
    except ImportError:
        import json  # noqa: PLC0415  only there

        decoder = json.JSONDecoder(object_pairs_hook=object_pairs_hook, parse_constant=no_constant)
        return decoder.raw_decode
    found: Scanner = make_scanner(_Decoder(object_pairs_hook))  # type: ignore[arg-type]
    return found
