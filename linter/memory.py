"""Remembering a pure function's last answer: many rules ask the same of one app, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from operator import is_not

from linter.typed import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., object])


def remembers_last(function: Function) -> Function:
    """A function that answers from memory while its arguments are the very same objects.

    It must be pure, and is called with positional arguments.
    """
    asked: tuple[Any, ...] = ()
    answer: Any = None

    def remembering(*arguments: Any) -> Any:
        nonlocal asked, answer
        if len(asked) != len(arguments) or any(map(is_not, asked, arguments)):
            answer = function(*arguments)
            asked = arguments
        return answer

    remembering.__doc__ = function.__doc__
    return remembering  # type: ignore[return-value]
