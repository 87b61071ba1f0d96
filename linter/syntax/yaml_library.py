"""PyYAML, imported without compiling the patterns of its Python half.

The C parser, which is all that reading needs, uses none of them, and one of them alone takes most of a bare
interpreter's start to be compiled. Each is compiled when somebody matches with it, as before.
"""

from __future__ import annotations

import re

from linter.typed import Any

__all__ = ["yaml"]


class _Pattern:
    """A pattern that is compiled when it is first used."""

    __slots__ = ("_arguments", "_compiled")

    def __init__(self, *arguments: Any) -> None:
        self._arguments = arguments
        self._compiled: Any = None

    def __getattr__(self, name: str) -> Any:
        if self._compiled is None:
            self._compiled = _compile(*self._arguments)
        return getattr(self._compiled, name)


_compile = re.compile
re.compile = _Pattern  # type: ignore[assignment]
try:
    import yaml
finally:
    re.compile = _compile
