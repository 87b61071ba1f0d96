"""Whole-process times through the installed console script, as ratios to a bare interpreter.

    python bench/startup.py [--rounds N]

Makes a clean virtual environment, installs this checkout and (beside it, in another) zizmor, and
runs everything in turn: each round times every command once, so that a slow moment hits all alike.
The figure is the median of the rounds' ratios to `python -I -c pass` in the same environment.
"""

import argparse
import os
import pty
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
INPUTS = Path(__file__).parent / "inputs"


class Command(NamedTuple):
    name: str
    arguments: list[str]
    target: float | None
    terminal: bool = False


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=31)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as scratch:
        ours = environment(Path(scratch, "ours"), str(ROOT))
        peer = environment(Path(scratch, "peer"), "zizmor")
        python, entralint = str(ours / "python"), str(ours / "entralint")
        check = [entralint, "check", "--no-config", "--today", "2026-11-25"]
        pair = [str(INPUTS / "pair" / name) for name in ("app.json", "app.calls.yaml")]
        commands = [
            Command("python -I -c pass", [python, "-I", "-c", "pass"], 1.0),
            Command("--version", [entralint, "--version"], 2.5),
            Command("manifest, no finding", [*check, str(INPUTS / "clean" / "app.json")], 3.5),
            Command("manifest, three findings", [*check, str(INPUTS / "three" / "app.json")], 4.5),
            Command("manifest + YAML calls, findings", [*check, *pair], 5.5),
            Command("the same on a terminal", [*check, *pair], 8.0, terminal=True),
            Command("manifest + JSON calls, findings", [*check, str(INPUTS / "json")], None),
            Command("needs, one call", [entralint, "needs", "GET /me/messages"], None),
            Command(
                "zizmor --offline, one workflow",
                [str(peer / "zizmor"), "--offline", str(INPUTS / "workflow.yml")],
                None,
            ),
        ]
        times, memory = measure(commands, rounds)
    bare = times[commands[0].name]
    print(f"Python {sys.version.split()[0]}, {rounds} rounds, median milliseconds and median ratio")
    print(f"{'command':36} {'ms':>7} {'ratio':>6} {'target':>7} {'MB':>5}")
    missed = False
    for command in commands:
        ratio = statistics.median(mine / other for mine, other in zip(times[command.name], bare, strict=True))
        target = "" if command.target is None else f"<= {command.target}"
        missed = missed or (command.target is not None and ratio > command.target)
        ms = statistics.median(times[command.name]) * 1000
        print(f"{command.name:36} {ms:7.1f} {ratio:6.2f} {target:>7} {memory[command.name]:5.0f}")
    return 1 if missed else 0


def environment(folder: Path, package: str) -> Path:
    """A new virtual environment with one package; its folder of scripts."""
    venv.create(folder, with_pip=True)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run(
        [scripts / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package],
        check=True,
    )
    # Path files are run at every start and would blur the bare interpreter's time.
    for path in folder.rglob("*.pth"):
        path.unlink()
    return scripts


def measure(commands: list[Command], rounds: int) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Seconds per round and the largest resident size in MB, by command."""
    times: dict[str, list[float]] = {command.name: [] for command in commands}
    memory: dict[str, float] = dict.fromkeys(times, 0.0)
    for number in range(rounds + 1):
        for command in commands:
            seconds, megabytes = run(command)
            if number:  # the first round fills caches
                times[command.name].append(seconds)
                memory[command.name] = max(memory[command.name], megabytes)
    return times, memory


def run(command: Command) -> tuple[float, float]:
    if command.terminal:
        return run_on_terminal(command)
    null = os.open(os.devnull, os.O_RDWR)
    reading, writing = os.pipe()
    actions = [
        (os.POSIX_SPAWN_DUP2, null, 0),
        (os.POSIX_SPAWN_DUP2, writing, 1),
        (os.POSIX_SPAWN_DUP2, null, 2),
    ]
    begin = time.perf_counter()
    process = os.posix_spawn(command.arguments[0], command.arguments, os.environ, file_actions=actions)
    os.close(writing)
    while os.read(reading, 65536):
        pass
    _, _, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - begin
    os.close(reading)
    os.close(null)
    return seconds, usage.ru_maxrss / 1024


def run_on_terminal(command: Command) -> tuple[float, float]:
    controller, terminal = pty.openpty()
    reader = threading.Thread(target=drain, args=(controller,), daemon=True)
    reader.start()
    actions = [(os.POSIX_SPAWN_DUP2, terminal, number) for number in (0, 1, 2)]
    begin = time.perf_counter()
    surroundings = {**os.environ, "TERM": "xterm-256color"}
    process = os.posix_spawn(command.arguments[0], command.arguments, surroundings, file_actions=actions)
    _, _, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - begin
    os.close(terminal)
    reader.join(1)
    os.close(controller)
    return seconds, usage.ru_maxrss / 1024


def drain(descriptor: int) -> None:
    try:
        while os.read(descriptor, 65536):
            pass
    except OSError:
        return


if __name__ == "__main__":
    raise SystemExit(main())
