"""What Git ignores: Git itself is asked, once for each walked folder that lies in a repository.

No library is used: those that know all of Git's patterns import more than a whole lint does.
"""

from __future__ import annotations

import os

from linter import git


def ignored_below(folder: str) -> frozenset[str]:
    """The absolute paths of ignored files and folders below `folder`; what lies in those is left out.

    Empty outside a repository, without Git, and for a folder that Git itself ignores: who names that
    one means it.
    """
    top = os.path.abspath(folder)
    if not _in_repository(top):
        return frozenset()
    try:
        listed = git.ask(top, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
    except git.Refused:
        return frozenset()
    found = [os.fsdecode(name).rstrip("/") for name in listed.split(b"\0") if name]
    if "." in found:
        return frozenset()
    return frozenset(os.path.join(top, *name.split("/")) for name in found)


def _in_repository(folder: str) -> bool:
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return False
        folder = parent
    return True
