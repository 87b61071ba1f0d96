"""What the directory holds, from saved answers of Microsoft Graph: of one app, and of the whole tenant.

`read` takes one file, `merge` joins several, `Directory` tells what of them is one app's. `described`
takes the states that a snapshot's description gives.
"""

from __future__ import annotations

from linter.readers.directory.answers import Collections, merge, read
from linter.readers.directory.joining import Directory
from linter.readers.directory.snapshot import DESCRIPTION, described

__all__ = ["DESCRIPTION", "Collections", "Directory", "described", "merge", "read"]
