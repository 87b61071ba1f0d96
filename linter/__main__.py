"""The command `entralint`."""

import gc
import os
import sys


def run() -> None:
    """The console script: run a command and leave with its exit code.

    The interpreter's own shutdown costs more than a lint, so the process ends as soon as the
    output is flushed.
    """
    from linter import bundled

    bundled.install()
    from linter.cli import main

    # Records hold no cycles and the process is short: collecting them only costs time.
    gc.disable()
    code = main(sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = code or 1
    os._exit(code)


if __name__ == "__main__":
    run()
