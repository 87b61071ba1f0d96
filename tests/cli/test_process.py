"""What only a process of its own can show: pipes that close, interrupts, closed streams, a terminal."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests import golden
from tests.cli.run import calls, manifest, with_secret, write

ENTRALINT = [sys.executable, "-P", "-m", "linter"]
FINDING = "error[credential/expired]"
CHECK = ["check", "app.json", "--select", "credential/expired", "--today", "2026-11-25"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, {"app.json": with_secret("2025-01-01")})
    return tmp_path


def start(*arguments: str, folder: Path, **more: Any) -> subprocess.Popen[bytes]:
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
    return subprocess.Popen([*ENTRALINT, *arguments], cwd=folder, env=golden.environment(), **streams)


def test_a_pipe_that_closes(tmp_path: Path):
    """`| head -1` of a report longer than a pipe holds."""
    write(tmp_path, {f"{n}.json": with_secret("2025-01-01", appId=f"app-{n}") for n in range(400)})
    process = start("check", ".", "--format", "json", "--today", "2026-11-25", folder=tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == b"{\n"
    process.stdout.close()
    process.stdout = None
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (1, b"")


@pytest.mark.parametrize(
    "arguments", [CHECK, ["--help"], ["--version"], ["needs", "GET /me"], ["rules"], ["schema", "calls"]]
)
def test_a_full_disk(folder: Path, arguments: list[str]):
    with open("/dev/full", "wb") as full:
        process = start(*arguments, folder=folder, stdout=full)
        _, errors = process.communicate(timeout=60)
    expected = b"entralint: standard output: cannot be written: no space left on device\n"
    assert (process.returncode, errors) == (2, expected)


def test_an_interrupt(tmp_path: Path):
    # A shell's background job, which may be what runs these tests, has its children ignore interrupts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = start("check", "-", folder=tmp_path)
    finally:
        signal.signal(signal.SIGINT, before)
    # It waits for standard input once it has started.
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, b"")


@pytest.mark.parametrize(("closed", "code"), [("0", 1), ("1", 1), ("2", 1), ("0 1 2", 1)])
def test_closed_streams(folder: Path, closed: str, code: int):
    redirects = " ".join({"0": "<&-", "1": ">&-", "2": "2>&-"}[number] for number in closed.split())
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirects}', "sh", *ENTRALINT, *CHECK],
        cwd=folder,
        env=golden.environment(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert (FINDING.encode() in done.stdout) == ("1" not in closed)


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}, {"PYTHONUTF8": "0", "LC_ALL": "C"}, {}]
)
def test_output_is_utf8_in_every_locale(tmp_path: Path, locale: dict[str, str]):
    write(tmp_path, {"app.json": with_secret("2025-01-01", displayName="Büro 🏢")})
    environment = golden.environment() | locale
    done = subprocess.run(
        [*ENTRALINT, *CHECK], cwd=tmp_path, env=environment, capture_output=True, check=False, timeout=60
    )
    assert "Büro 🏢: 1 rule evaluated\n" in done.stdout.decode("utf-8")
    assert done.returncode == 1


@pytest.mark.parametrize("environment", [{}, {"PYTHONIOENCODING": "ascii"}, {"TERM": "dumb"}])
def test_a_terminal(folder: Path, environment: dict[str, str]):
    surroundings = {name: value for name, value in golden.environment().items() if name != "NO_COLOR"}
    surroundings |= {"TERM": "xterm-256color"} | environment
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*ENTRALINT, *CHECK], cwd=folder, env=surroundings, stdout=theirs, check=False, timeout=60
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    assert done.returncode == 1
    assert FINDING.encode() in shown
    assert (b"\x1b[1;31m" in shown) == (environment.get("TERM") != "dumb")


def test_from_a_sub_folder_and_by_absolute_path(tmp_path: Path):
    write(
        tmp_path,
        {
            "apps/my app/app.json": manifest(),
            "apps/my app/app.calls.yaml": calls("GET /users"),
            "other/x.txt": "",
        },
    )
    select = ["--select", "permission/call-not-covered"]
    for folder, path, shown in (
        ("apps/my app", ".", "app.calls.yaml:7:9"),
        ("apps", str(tmp_path / "apps"), "my app/app.calls.yaml:7:9"),
        ("other", "../apps", "../apps/my app/app.calls.yaml:7:9"),
        ("other", str(tmp_path / "apps"), f"{tmp_path}/apps/my app/app.calls.yaml:7:9"),
    ):
        process = start("check", path, *select, folder=tmp_path / folder)
        output, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (1, b"")
        assert f"--> {shown}\n" in output.decode()
