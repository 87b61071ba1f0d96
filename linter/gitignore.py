"""What Git ignores: Git itself is asked, once for each walked folder that lies in a repository.

No library is used: those that know all of Git's patterns import more than a whole lint does.
"""

from __future__ import annotations

import os


def ignored_below(folder: str) -> frozenset[str]:
    """The absolute paths of ignored files and folders below `folder`; what lies in those is left out.

    Empty outside a repository, without Git, and for a folder that Git itself ignores: who names that
    one means it.
    """
    top = os.path.abspath(folder)
    if not _in_repository(top):
        return frozenset()
    # A repository's own configuration may name a program to run: nobody asked for that.
    command = ["git", "-c", "core.fsmonitor=false", "-C", top, "ls-files", "-z"]
    command += ["--others", "--ignored", "--exclude-standard", "--directory"]
    found = [os.fsdecode(name).rstrip("/") for name in _output(command).split(b"\0") if name]
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


def _output(command: list[str]) -> bytes:
    """The standard output of a command; nothing where it fails."""
    # A hook's own GIT_INDEX_FILE and the like speak of another run.
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    if not hasattr(os, "posix_spawnp"):
        import subprocess  # noqa: PLC0415  heavy, and only where the system call is missing

        try:
            done = subprocess.run(command, capture_output=True, check=False, env=surroundings)  # noqa: S603
        except OSError:
            return b""
        return done.stdout if done.returncode == 0 else b""
    reading, writing = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, writing, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        process = os.posix_spawnp(command[0], command, surroundings, file_actions=actions)
    except OSError:
        os.close(writing)
        os.close(reading)
        return b""
    os.close(writing)
    with open(reading, "rb") as pipe:
        output = pipe.read()
    _, status = os.waitpid(process, 0)
    return output if os.waitstatus_to_exitcode(status) == 0 else b""
