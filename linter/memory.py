"""Remembering what pure functions answered: many rules ask the same, one after the other.

`functools` has more of it, and takes a fifth of a bare interpreter's start to be imported with all that it
imports itself; a lint that reads no YAML needs nothing else of it.
"""

from __future__ import annotations

from _operator import is_not  # `operator` itself is a module more
from collections.abc import Callable

from linter.typed import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from functools import cached_property as cached_property
else:

    class cached_property:  # noqa: N801  the standard library's name
        """A method's answer, kept in place of the method when it is first asked for."""

        def __init__(self, make):
            self._make = make
            self.__doc__ = make.__doc__

        def __set_name__(self, owner, name):
            self._name = name

        def __get__(self, instance, owner=None):
            if instance is None:
                return self
            made = instance.__dict__[self._name] = self._make(instance)
            return made


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
    """A function that keeps its answers for up to `most` different arguments, then begins anew.

    It must be pure, and is called with positional arguments that can be keys of a dictionary.
    """

    def of(function: Function) -> Function:
        answers: dict[tuple[Any, ...], Any] = {}

        def remembering(*arguments: Any) -> Any:
            try:
                return answers[arguments]
            except KeyError:
                if len(answers) >= most:
                    answers.clear()
                answer = answers[arguments] = function(*arguments)
                return answer

        remembering.__doc__ = function.__doc__
        return remembering  # type: ignore[return-value]

    return of


def remembers_objects(most: int) -> Callable[[Function], Function]:
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
