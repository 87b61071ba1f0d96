"""The command line within this process: as a user would run it, but a hundred times as fast."""

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

from linter.cli import main

GRAPH = "00000003-0000-0000-c000-000000000000"
APP = "6f0c1c6e-1111-4222-8333-444455556666"
USER_READ = "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
KEY = "7d3c2b1a-0000-4000-8000-000000000001"


class Result(NamedTuple):
    code: int
    stdout: str
    stderr: str

    def json(self) -> Any:
        return json.loads(self.stdout)


def run(*arguments: str, folder: Path, stdin: bytes = b"") -> Result:
    """Run a command in a folder; a traceback is raised as what it is."""
    streams = [io.TextIOWrapper(io.BytesIO(data), encoding="utf-8") for data in (stdin, b"", b"")]
    before = sys.stdin, os.getcwd()
    os.chdir(folder)
    sys.stdin = streams[0]
    try:
        with contextlib.redirect_stdout(streams[1]), contextlib.redirect_stderr(streams[2]):
            streams[2].reconfigure(errors="backslashreplace")
            try:
                code = main(list(arguments))
            except SystemExit as left:
                code = left.code if isinstance(left.code, int) else 1
            # Not `with`: the command has set the encoding of the first of them.
            sys.stdout.flush()
            sys.stderr.flush()
    finally:
        sys.stdin = before[0]
        os.chdir(before[1])
    output, errors = (stream.buffer.getvalue().decode() for stream in streams[1:])  # type: ignore[attr-defined]
    return Result(code, output, errors)


def write(folder: Path, files: dict[str, object]) -> None:
    """Write files: text and bytes as they are, everything else as JSON."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content, indent=2), "utf-8")


def manifest(name: str = "Portal", app_id: str | None = APP, **more: object) -> dict[str, object]:
    """A registration that declares User.Read."""
    access = [{"resourceAppId": GRAPH, "resourceAccess": [{"id": USER_READ, "type": "Scope"}]}]
    stated = {"displayName": name, "signInAudience": "AzureADMyOrg", "requiredResourceAccess": access}
    return ({"appId": app_id} if app_id else {}) | stated | more


def with_secret(end: str, **more: object) -> dict[str, object]:
    """A registration whose only credential is a secret that ends on a date."""
    secret = {"keyId": KEY, "displayName": "ci", "endDateTime": f"{end}T00:00:00Z"}
    return manifest(passwordCredentials=[secret], keyCredentials=[], **more)


def calls(*urls: str, app: str | None = None, name: str = "portal") -> str:
    """A calls file with one flow of a signed-in user."""
    head = "version: 1\n" + (f"app: {app}\n" if app else "")
    flow = (
        f"flows:\n  - name: {name}\n    type: authorization_code\n    user: {{account: work}}\n    calls:\n"
    )
    return head + flow + "".join(f"      - {url}\n" for url in urls)
