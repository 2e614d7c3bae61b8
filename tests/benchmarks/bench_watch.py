"""From a save to the call of ``main`` in a watched project."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.figure import Figure

SAMPLES = Path(__file__).parents[2] / "samples"
QRT = str(Path(sys.executable).with_name("qrt"))
SAVES = 21
BETWEEN_S = 0.5
# The first thing that main does is to say that it was called.
CALLED = """

_main = main


def main(backend, user_messenger, **inputs):
    import time

    user_messenger.metric(called=time.time())
    return _main(backend, user_messenger, **inputs)
"""


def measure() -> list[Figure]:
    """Save a sample again and again, while nothing runs and while it runs."""
    idle, busy = [], []
    with _watched("vqe", "iterations=1") as (program, lines):
        idle = [_save(program, lines, number) for number in range(SAVES)]
    with _watched("vqe", "iterations=100000") as (program, lines):
        busy = [_save(program, lines, number) for number in range(SAVES)]
    return [
        Figure("save to main called, nothing runs (median)", _ms(idle), "ms", most=100),
        Figure("  slowest of 21", max(idle) * 1e3, "ms"),
        Figure("save to main called, a run is ended (median)", _ms(busy), "ms", 100),
        Figure("  slowest of 21", max(busy) * 1e3, "ms"),
    ]


@contextlib.contextmanager
def _watched(sample, word):
    """Watch a copy of a sample; yields its program and the lines of the command."""
    with tempfile.TemporaryDirectory(prefix="qrt-bench-") as temporary:
        folder = Path(temporary) / sample
        shutil.copytree(SAMPLES / sample, folder)
        program = folder / "program.py"
        program.write_text(program.read_text() + CALLED)
        process = subprocess.Popen(
            [QRT, "run", "--watch", "--json", "-q", "-i", word],
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            _called(process.stdout)
            yield program, process.stdout
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate()


def _save(program, lines, number):
    """Save a change as editors do; returns how long it took to be running."""
    time.sleep(BETWEEN_S)
    text = program.read_text().partition("\n# save ")[0] + f"\n# save {number}\n"
    beside = program.with_suffix(".py~")
    beside.write_text(text)
    saved = time.time()
    beside.replace(program)
    return _called(lines) - saved


def _called(lines):
    """Wait for the next run; returns when its main was called."""
    begun = False
    for line in lines:
        content = json.loads(line)
        begun = begun or content.get("type") == "run"
        if begun and content.get("type") == "metric":
            values = json.loads(content["data"])["values"]
            if "called" in values:
                return values["called"]
    raise RuntimeError("The command ended.")


def _ms(seconds):
    return statistics.median(seconds) * 1e3
