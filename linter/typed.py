"""What annotations need, without importing `typing`.

A pre-commit hook pays for every import. `typing` costs a third of a bare interpreter's start, and
each class made with its `NamedTuple` compiles a function and evaluates its annotations: a hundred of
them cost another whole start (`bench/README.md`). Type checkers see typing's own names here; at run
time the special forms are inert, and `NamedTuple` makes the same immutable tuples with named fields
and defaults from the same class statement.

Modules that use these names begin with `from __future__ import annotations`, so that no annotation
is evaluated.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any as Any
    from typing import Final as Final
    from typing import Literal as Literal
    from typing import NamedTuple as NamedTuple
    from typing import NoReturn as NoReturn
    from typing import Protocol as Protocol
    from typing import Self as Self
    from typing import TypeVar as TypeVar
else:
    from _collections import _tuplegetter

    class _Inert:
        """Stands for a special form where an alias like `Literal["a", "b"]` is evaluated."""

        def __class_getitem__(cls, _item):
            return cls

    Any = Final = Literal = NoReturn = Self = _Inert

    class Protocol:
        """A class that only type checkers compare with others."""

    def TypeVar(name, *_constraints, **_bounds):  # noqa: N802  typing's name
        """Nothing at run time."""
        return name

    class _Fields(type):
        """Turns the annotations of a class statement into the fields of a tuple."""

        def __new__(mcs, name, bases, namespace):
            if not bases:
                return super().__new__(mcs, name, (tuple,), namespace)
            if "__annotations__" not in namespace:
                message = f"{name} needs fields, and its module `from __future__ import annotations`"
                raise TypeError(message)
            fields = tuple(namespace["__annotations__"])
            defaults = {field: namespace.pop(field) for field in fields if field in namespace}
            namespace |= {field: _tuplegetter(index, "") for index, field in enumerate(fields)}
            namespace |= {"__slots__": (), "__match_args__": fields}
            namespace |= {"_fields": fields, "_field_defaults": defaults}
            return super().__new__(mcs, name, bases, namespace)

    class NamedTuple(metaclass=_Fields):
        """An immutable record; see the module."""

        __slots__ = ()

        def __new__(cls, *values, **named):
            """Make a record from values in the order of the fields, then from names, then from defaults."""
            fields = cls._fields
            if len(values) == len(fields) and not named:
                return tuple.__new__(cls, values)
            if len(values) < len(fields):
                defaults = cls._field_defaults
                try:
                    values += tuple(
                        [
                            named.pop(field) if field in named else defaults[field]
                            for field in fields[len(values) :]
                        ]
                    )
                except KeyError as error:
                    raise TypeError(f"{cls.__name__} needs the field {error}") from None
            if named or len(values) > len(fields):
                raise TypeError(f"{cls.__name__} has no field {', '.join(named) or len(fields)}")
            return tuple.__new__(cls, values)

        @classmethod
        def _make(cls, values):
            return cls(*values)

        def _replace(self, **named):
            values = [named.pop(field, value) for field, value in zip(self._fields, self, strict=True)]
            return type(self)(*values, **named)

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            fields = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({fields})"

        def __getnewargs__(self):
            return tuple(self)
