"""What Git ignores, without asking Git: starting a process costs more than a lint.

The patterns are matched by `pathspec`, which is imported only when a
`.gitignore` lies in a repository that holds a walked folder.
"""

from __future__ import annotations

import os
from functools import cache

TYPE_CHECKING = False

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


def ignored_by_git(path: str, *, folder: bool) -> bool:
    """Whether the repository around `path` excludes it; False outside a repository.

    The nearest `.gitignore` that has an opinion decides, as in Git.
    """
    at = os.path.abspath(path)
    parent = os.path.dirname(at)
    root = _root(parent)
    if root is None:
        return False
    while True:
        spec = _spec(parent, top=parent == root)
        if spec is not None:
            relative = os.path.relpath(at, parent).replace(os.sep, "/") + ("/" if folder else "")
            verdict = spec.check_file(relative).include
            if verdict is not None:
                return verdict
        if parent == root:
            return False
        parent = os.path.dirname(parent)


@cache
def _root(folder: str) -> str | None:
    """The folder of the repository that holds `folder`."""
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


@cache
def _spec(folder: str, *, top: bool) -> "GitIgnoreSpec | None":
    lines: list[str] = []
    names = (os.path.join(".git", "info", "exclude"), ".gitignore") if top else (".gitignore",)
    for name in names:
        try:
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                lines.extend(file)
        except OSError:
            continue
    if not any(line.strip() and not line.startswith("#") for line in lines):
        return None
    from pathspec import GitIgnoreSpec  # noqa: PLC0415

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return None  # Git, too, passes over a pattern that it cannot read
