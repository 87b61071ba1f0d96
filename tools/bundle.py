"""The modules that a command imports, as few that are read at once: what a wheel carries beside its sources.

Opening, checking and reading a hundred small files takes most of a bare interpreter's start. Each module
becomes a function whose body is that module's; its names are declared global, so that running the function's
code in a module's namespace is what importing that module does. `linter.bundled` imports from them; where
they are not (a checkout), Python imports the sources.
"""

import ast
import json
import os
import subprocess
import symtable
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

#: A registration that a lint finds nothing wrong with.
MANIFEST = {
    "id": "9b1a7a64-0d5c-4b0a-8f51-6d0c6a0e4c02",
    "appId": "7f0c5f0a-6a2f-4a2c-9d0e-2b8a5d3c1e11",
    "displayName": "App",
    "signInAudience": "AzureADMyOrg",
    "requiredResourceAccess": [
        {
            "resourceAppId": "00000003-0000-0000-c000-000000000000",
            "resourceAccess": [{"id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope"}],
        }
    ],
    "passwordCredentials": [],
    "keyCredentials": [],
}
# Not from a bundle: what the bundles are read by, and what runs before they are looked for.
_APART = {"linter", "linter.__main__", "linter.bundled"}


def bundles(root: Path) -> dict[str, str]:
    """The text of each file of `linter.bundle`, made from the checkout at `root`.

    Modules that the same commands import are in one bundle, so that none reads what it does not run.
    """
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder, "app.json")
        manifest.write_text(json.dumps(MANIFEST), encoding="utf-8")
        day = ("--today", "2026-01-01")
        runs = (
            _loaded(root, "check", str(manifest), "--no-config", *day),
            _loaded(root, "check", str(root / "examples"), "--no-config", *day),
            _loaded(root, "needs", "GET /me", "POST /users", "GET /sites/{id}"),
        )
    together: dict[tuple[bool, ...], list[str]] = {}
    for name in sorted(set().union(*runs)):
        together.setdefault(tuple(name in run for run in runs), []).append(name)
    made: dict[str, str] = {}
    index: dict[str, str] = {}
    for number, names in enumerate(together.values()):
        made[f"part{number}.py"] = _bundle(root, names)
        index |= dict.fromkeys(names, f"part{number}")
    made["tables.py"] = _tables(root)
    rows = "".join(f"    {name!r}: {part!r},\n" for name, part in index.items())
    made["__init__.py"] = f"# Made by tools/bundle.py.\nPARTS = {{\n{rows}}}\n"
    return made


def _tables(root: Path) -> str:
    """The tables that a lint of the examples asks, as the values that reading them gives."""
    names = _printed(
        root,
        "import linter.entra.facts as facts; asked = {}; read = facts.read;"
        "facts.read = lambda table, record: (asked.update({table: None}), read(table, record))[1]",
        "check", str(root / "examples"), "--no-config", "--today", "2026-01-01",
        then="asked",
    )  # fmt: skip
    sys.path.insert(0, str(root))
    try:
        from linter.entra.tables import frozen

        tables = {name: frozen(name) for name in sorted(names)}
    finally:
        sys.path.remove(str(root))
    return f"# Made by tools/bundle.py.\nTABLES = {tables!r}\n"


def _loaded(root: Path, *arguments: str) -> set[str]:
    """The modules of ours that a command imports."""
    ours = "(name for name in sys.modules if name.partition('.')[0] == 'linter')"
    return _printed(root, "pass", *arguments, then=ours) - _APART


def _printed(root: Path, before: str, *arguments: str, then: str) -> set[str]:
    """The words of the iterable `then` after a command ran; `before` is run first."""
    program = (
        f"import sys, io; {before}; from linter.cli import main; out, sys.stdout = sys.stdout, io.StringIO();"
        f"main({list(arguments)!r}); sys.stdout = out; print(*{then})"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(root), *sys.path]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, env=environment, check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


def _bundle(root: Path, names: Iterable[str]) -> str:
    functions, table = [], []
    for number, name in enumerate(names):
        path = root.joinpath(*name.split("."))
        package = path.is_dir() and (path / "__init__.py").is_file()
        file = path / "__init__.py" if package else path.with_suffix(".py")
        functions.append(_function(f"m{number}", file.read_text(encoding="utf-8"), name))
        table.append(f"    {name!r}: (m{number}, {package}),")
    return "\n\n".join(
        [
            "# Made by tools/bundle.py from the sources beside it.",
            "from __future__ import annotations",
            *functions,
            "MODULES = {\n" + "\n".join(table) + "\n}\n",
        ]
    )


def _function(name: str, source: str, module: str) -> str:
    """A function whose body is that of a module."""
    tree = _Slimmer().visit(ast.parse(source))
    tree.body = [node for node in tree.body if not _is_future(node)] or [ast.Pass()]
    scope = symtable.symtable(source, module, "exec")
    bound = sorted(
        symbol.get_name() for symbol in scope.get_symbols() if symbol.is_assigned() or symbol.is_imported()
    )
    bound = [name for name in bound if name != "annotations"]
    body: list[ast.stmt] = [ast.Global(names=bound)] if bound else []
    function = ast.FunctionDef(
        name=name,
        args=ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[]),
        body=[*body, *tree.body],
        decorator_list=[],
    )
    return ast.unparse(ast.fix_missing_locations(function))


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


class _Slimmer(ast.NodeTransformer):
    """Takes out what only people and type checkers read."""

    def visit_Module(self, node: ast.Module) -> ast.Module:
        self.generic_visit(node)
        node.body = _without_docstring(node.body)
        # A name that is declared global may not be annotated.
        node.body = [_plain(statement) for statement in node.body if not _is_bare_annotation(statement)]
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.returns = None
        node.body = _without_docstring(node.body) or [ast.Pass()]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        self.generic_visit(node)
        node.body = _without_docstring(node.body) or [ast.Pass()]
        return node

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return node.orelse
        return node


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    return [
        statement
        for statement in body
        if not (
            isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Constant)
            and isinstance(statement.value.value, str)
        )
    ]


def _is_bare_annotation(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.AnnAssign) and statement.value is None


def _plain(statement: ast.stmt) -> ast.stmt:
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return ast.Assign(targets=[statement.target], value=statement.value, lineno=statement.lineno)
    return statement
