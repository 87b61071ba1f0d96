"""Where output goes: standard output as UTF-8, or a file that is never half-written."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable, Iterator

from linter import files
from linter.errors import Unreadable
from linter.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import TextIO

    from linter.report.text import Segment


def write(text: str) -> None:
    """Write to standard output as UTF-8, whatever the locale says, with LF line ends.

    Raises:
        Unreadable: it cannot be written (a full disk).
        BrokenPipeError: nobody reads it any more.
    """
    stream = ready()
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        drop()
        raise Unreadable("standard output", _cannot(error)) from None


def ready() -> TextIO:
    """Standard output, set to UTF-8."""
    stream = sys.stdout
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    return stream


def deliver(format_: Any, report: Any, output: str | None) -> None:
    """Send a report to the file `output`, else to standard output; `format_` is the module that renders it.

    One that renders `segments` is for people and is shown in colours.
    """
    if output is not None:
        replace_file(output, format_.render(report).encode("utf-8", "backslashreplace"))
    elif hasattr(format_, "segments"):
        show(format_.segments(report))
    else:
        write(format_.render(report))


def show(segments: Iterator[Segment]) -> None:
    """Write pieces of text: in colours for a person at a terminal that has any, else plain."""
    if not sys.stdout.isatty():
        write("".join(segment.text for segment in segments))
        return
    stream = ready()
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") in ("dumb", "unknown"):
        stream.write("".join(segment.text for segment in segments))
    elif sys.platform == "win32":
        # Older consoles know no escape sequences: rich knows which.
        from rich.console import Console
        from rich.text import Text

        Console(file=stream, highlight=False, soft_wrap=True).print(Text.assemble(*segments), end="")
    else:
        # Its styles alone: the console would double the time of a lint, and the sixteen colours used
        # here are the same on every terminal.
        from rich.color import ColorSystem
        from rich.style import Style

        for piece, style in segments:
            stream.write(
                Style.parse(style).render(piece, color_system=ColorSystem.STANDARD) if style else piece
            )


def target(output: str | None, inputs: Iterable[str | None]) -> str | None:
    """The file that a report goes to; None for standard output, which `-` is as well.

    Raises:
        Unreadable: it is one of `inputs`.
    """
    if output == "-":
        return None
    spare(output, inputs)
    return output


def spare(output: str | None, inputs: Iterable[str | None]) -> None:
    """Refuse to write over a file that the command reads.

    Raises:
        Unreadable: `output` is one of `inputs`.
    """
    if output is None or not os.path.isfile(output):
        return
    lost = files.real(output)
    if any(path is not None and files.real(path) == lost for path in inputs):
        raise Unreadable(output, "it is an input of this command, and would be lost; write to another file")


def drop() -> None:
    """Forget what could not be written: Python would try it again when it ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:
        return  # not a file of the system, so nothing will be written


def replace_file(path: str, data: bytes) -> None:
    """Write `data` beside `path`, then put it in its place; a link stays a link, a device a device.

    Raises:
        Unreadable: it cannot be written; what was there before is untouched.
    """
    target = os.path.realpath(path)
    beside = f"{target}.{os.getpid()}.new"
    try:
        if os.path.exists(target) and not os.path.isfile(target):
            with open(target, "wb") as file:  # /dev/stdout, a pipe
                file.write(data)
            return
        if os.path.exists(target) and not os.access(target, os.W_OK):
            # Its folder would let it be replaced all the same.
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        with open(beside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # whole on the disk before it takes the place of what was there
        if os.path.exists(target):
            os.chmod(beside, os.stat(target).st_mode & 0o7777)
        os.replace(beside, target)
    except OSError as error:
        raise Unreadable(path, _cannot(error)) from None
    finally:
        if os.path.exists(beside):
            os.unlink(beside)


def _cannot(error: OSError) -> str:
    return f"cannot be written: {(error.strerror or str(error)).lower()}"
