"""Importing from the bundles of a wheel (`tools/bundle.py`): two files in place of a hundred and fifty.

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
#: The bundles, in the order in which a lint comes to need them.
_BUNDLES = ("manifest", "calls")


class _Bundled:
    """A finder and loader for `sys.meta_path`; a bundle is read when a module of it is asked for."""

    def __init__(self, spec: Any) -> None:
        self._spec = spec
        self._waiting = list(_BUNDLES)
        self._modules: dict[str, tuple[CodeType, bool]] = {}

    def find_spec(self, name: str, path: object = None, _target: object = None) -> Any:
        """The specification of one of our modules; None for any other."""
        if path is None or not name.startswith("linter.") or name.startswith("linter.bundle."):
            return None
        while name not in self._modules and self._waiting:
            self._modules.update(_read(self._waiting.pop(0)))
        if name not in self._modules:
            return None
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


def _read(bundle: str) -> Mapping[str, tuple[CodeType, bool]]:
    try:
        found = __import__(f"linter.bundle.{bundle}", fromlist=["MODULES"])
    except ImportError:
        return {}
    return {name: (function.__code__, package) for name, (function, package) in found.MODULES.items()}


def install() -> None:
    """Import from the bundles from now on, where there are any."""
    if os.path.isdir(os.path.join(_FOLDER, "bundle")):
        sys.meta_path.insert(0, _Bundled(type(__spec__)))
