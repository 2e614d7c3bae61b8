"""The samples' own tests: their circuits run, and replayed from cassettes."""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.figure import Figure

SAMPLES = Path(__file__).parents[2] / "samples"
ROUNDS = 3
CALL = re.compile(r"^([0-9.]+)s call .*::(\S+)$", re.MULTILINE)

# The first transpile() of a process loads Qiskit's plugins, which is nobody's test.
WARM = """
import pytest
from qiskit import QuantumCircuit, transpile
transpile(QuantumCircuit(1), basis_gates=["rz"], optimization_level=2)
"""
# The same tests without a tape: a backend in the test's own process.
LIVE = """
from types import SimpleNamespace
import qiskit_aer.primitives

from program_runtime import ProgramBackend
from program_runtime.program.testing import local_backend

def backend(source="aer_simulator", **options):
    if callable(source):
        return ProgramBackend(source(), **options)
    return local_backend(source, **options)

@pytest.fixture
def cassette():
    return SimpleNamespace(backend=backend)
"""


def measure() -> list[Figure]:
    """Sum up the tests of each sample that have a cassette."""
    figures = []
    for sample in sorted(path.parent for path in SAMPLES.glob("*/program.json")):
        tapes = list(sample.glob("tests/cassettes/*/*.json"))
        names = {tape.stem for tape in tapes}
        live, replayed = (_seconds(sample, names, conf) for conf in (WARM + LIVE, WARM))
        size = sum(tape.stat().st_size for tape in tapes) / 1024
        figures += [
            Figure(f"{sample.name}: {len(tapes)} tests live", live * 1e3, "ms"),
            Figure("  replayed", replayed * 1e3, "ms"),
            Figure("  their cassettes", size, "KiB"),
        ]
    return figures


def _seconds(sample: Path, names: set[str], conftest: str) -> float:
    with tempfile.TemporaryDirectory(prefix="qrt-bench-") as temporary:
        folder = Path(temporary) / sample.name
        shutil.copytree(sample, folder)
        (folder / "conftest.py").write_text(conftest)
        return statistics.median(_once(folder, names) for _ in range(ROUNDS))


def _once(folder: Path, names: set[str]) -> float:
    words = (
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "--durations=0",
        "-vv",
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *words,
            "--qrt-record=none",
            "-k",
            "not service",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    took = {name: float(seconds) for seconds, name in CALL.findall(done.stdout)}
    return sum(took[name] for name in names)
