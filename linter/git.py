"""Git, asked as a program: no shell, no hook, nothing that a repository's own configuration could start."""

from __future__ import annotations

import os

from linter.typed import Final

_ERRORS: Final = 2


class Refused(Exception):
    """Git could not be run, or ended with an error; the message is its reason, in one line."""


def ask(folder: str, *arguments: str, stdin: str = os.devnull) -> bytes:
    """What a command of Git's writes to standard output in `folder`; `stdin` is a file's path.

    Raises:
        Refused: there is no Git, or it refuses.
    """
    # A repository's configuration may name a program to run: nobody asked for that. Nor for fetching what a
    # partial clone lacks, and no path is a pattern.
    command = ["git", "-c", "core.fsmonitor=false", "--literal-pathspecs", "-C", folder, *arguments]
    code, output = _run(command, stdin, stream=1)
    if code == 0:
        return output
    _, errors = _run(command, stdin, stream=_ERRORS)
    lines = errors.decode("utf-8", "replace").strip().splitlines() or [f"git ended with {code}"]
    raise Refused(lines[0].removeprefix("fatal: "))


def _run(command: list[str], stdin: str, stream: int) -> tuple[int, bytes]:
    """The exit code and one of the two output streams of a command; the other one is dropped."""
    # A hook's own GIT_INDEX_FILE and the like speak of another run.
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    surroundings |= {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    if not hasattr(os, "posix_spawnp"):
        return _run_slowly(command, stdin, surroundings, stream)
    reading, writing = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, writing, stream),
        (os.POSIX_SPAWN_OPEN, 3 - stream, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        process = os.posix_spawnp(command[0], command, surroundings, file_actions=actions)
    except (OSError, ValueError) as error:  # a NUL in an argument is a ValueError
        os.close(writing)
        os.close(reading)
        raise Refused(_cannot_run(error)) from None
    os.close(writing)
    with open(reading, "rb") as pipe:
        output = pipe.read()
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status), output


def _run_slowly(
    command: list[str], stdin: str, surroundings: dict[str, str], stream: int
) -> tuple[int, bytes]:
    import subprocess  # noqa: PLC0415  heavy, and only where the system call is missing

    try:
        with open(stdin, "rb") as given:
            done = subprocess.run(  # noqa: S603  a fixed program, and its arguments are no shell's
                command, stdin=given, capture_output=True, check=False, env=surroundings
            )
    except (OSError, ValueError) as error:
        raise Refused(_cannot_run(error)) from None
    return done.returncode, done.stderr if stream == _ERRORS else done.stdout


def _cannot_run(error: OSError | ValueError) -> str:
    return f"git cannot be run: {(getattr(error, 'strerror', None) or str(error)).lower()}"
