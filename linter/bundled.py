"""Importing from the bundles of a wheel (`tools/bundle.py`): a few files in place of a hundred and fifty.

Nothing else depends on it: where there is no bundle, or a module is in none, Python imports the sources.
"""

from __future__ import annotations

import os
import sys

from linter.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType, ModuleType

_FOLDER = os.path.dirname(os.path.abspath(__file__))


class _Bundled:
    """A finder and loader for `sys.meta_path`; a bundle is read when a module of it is asked for."""

    def __init__(self, parts: Mapping[str, str], spec: Any) -> None:
        self._parts = parts
        self._spec = spec
        self._modules: dict[str, tuple[CodeType, bool]] = {}

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> Any:
        """The specification of one of our modules; None for any other."""
        part = self._parts.get(name)
        if part is None:
            return None
        if name not in self._modules:
            self._modules.update(_read(part))
        _, package = self._modules[name]
        steps = name.split(".")[1:] + (["__init__"] if package else [])
        file = os.path.join(_FOLDER, *steps)
        spec = self._spec(name, self, origin=file + ".py", is_package=package)
        spec.has_location = True
        if package:
            spec.submodule_search_locations = [os.path.dirname(file)]
        return spec

    def create_module(self, _spec: object) -> None:
        """The usual module."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's body in its namespace."""
        exec(self._modules[module.__name__][0], module.__dict__)  # noqa: S102  our own code, as an import runs it


def _read(part: str) -> Mapping[str, tuple[CodeType, bool]]:
    found = __import__(f"linter.bundle.{part}", fromlist=["MODULES"])
    return {name: (function.__code__, package) for name, (function, package) in found.MODULES.items()}


def install() -> None:
    """Import from the bundles from now on, where there are any."""
    try:
        from linter.bundle import PARTS  # type: ignore[import-not-found]  # noqa: PLC0415  a checkout has none
    except ImportError:
        return
    sys.meta_path.insert(0, _Bundled(PARTS, type(__spec__)))
