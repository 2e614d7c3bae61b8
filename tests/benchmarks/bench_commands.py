"""Commands as whole processes, beside what they are measured against."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.figure import Figure

ROOT = Path(__file__).parents[2]
QRT = [str(Path(sys.executable).with_name("qrt"))]

# What an author would write to try the same main() without any tool.
PLAIN = """
import sys
sys.path.insert(0, sys.argv[1])
from qiskit_aer import AerSimulator
from program_runtime.program import ProgramBackend, UserMessenger
import program
print(program.main(ProgramBackend(AerSimulator()), UserMessenger(), **{inputs}))
"""


def measure() -> list[Figure]:
    """Time the commands of the first five minutes."""
    with tempfile.TemporaryDirectory(prefix="qrt-bench-") as temporary:
        folder = Path(temporary)
        help_ms = _median(lambda: _call([*QRT, "--help"]), 11) * 1e3
        new_s = _median(lambda: _new(folder), 5)
        hello = ROOT / "samples" / "hello_world"
        plain, ours = [], []
        script = folder / "plain.py"
        script.write_text(PLAIN.replace("{inputs}", "{'iterations': 2}"))
        for _ in range(7):
            plain.append(
                _seconds(lambda: _call([sys.executable, str(script), str(hello)]))
            )
            ours.append(
                _seconds(
                    lambda: _call(
                        [*QRT, "run", "-i", "iterations=2", str(hello), "--quiet"]
                    )
                )
            )
        added = statistics.median(b - a for a, b in zip(plain, ours, strict=True))
    return [
        Figure("qrt --help", help_ms, "ms", most=150),
        Figure("qrt new", new_s, "s", most=2),
        Figure("hello_world in a plain script", statistics.median(plain), "s"),
        Figure("hello_world by qrt run", statistics.median(ours), "s"),
        Figure("  qrt run adds", added, "s", most=0.3),
    ]


def _call(words):
    subprocess.run(
        words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _new(folder):
    target = folder / f"p{len(list(folder.iterdir()))}"
    _call([*QRT, "new", str(target), "--defaults"])


def _seconds(function):
    begun = time.perf_counter()
    function()
    return time.perf_counter() - begun


def _median(function, count):
    return statistics.median(_seconds(function) for _ in range(count))
