"""Where output goes: standard output as UTF-8, or a file that is never half-written."""

import os
import sys

from linter.errors import Unreadable


def write(text: str) -> None:
    """Write to standard output as UTF-8, whatever the locale says, with LF line ends."""
    stream = sys.stdout
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    stream.write(text)


def replace_file(path: str, data: bytes) -> None:
    """Write `data` beside `path`, then put it in its place.

    Raises:
        Unreadable: it cannot be written; what was there before is untouched.
    """
    beside = f"{path}.{os.getpid()}.new"
    try:
        with open(beside, "wb") as file:
            file.write(data)
        os.replace(beside, path)
    except OSError as error:
        if os.path.exists(beside):
            os.unlink(beside)
        raise Unreadable(path, f"cannot be written: {(error.strerror or str(error)).lower()}") from None
