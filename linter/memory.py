"""Remembering a pure function's answers: many rules ask the same of one app, and many apps of one API."""

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


def remembers(most: int) -> Callable[[Function], Function]:
    """A function of one argument that answers from memory for the last few objects, `most` at most.

    It must be pure. For what many apps share, such as an API's service principal and what it publishes.
    """

    def decorate(function: Function) -> Function:
        answers: dict[int, tuple[object, Any]] = {}  # an object that is kept keeps its id

        def remembering(argument: object) -> Any:
            known = answers.get(id(argument))
            if known is None:
                if len(answers) == most:
                    answers.clear()
                known = answers[id(argument)] = (argument, function(argument))
            return known[1]

        remembering.__doc__ = function.__doc__
        return remembering  # type: ignore[return-value]

    return decorate
