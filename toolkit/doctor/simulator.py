"""Does a circuit run here? In a process of its own: a broken wheel may crash it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from toolkit.doctor.diagnosis import Diagnosis, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.doctor.situation import Situation

__all__ = ["check"]

_PATIENCE_S = 120.0
_HINT = "python -m pip install --force-reinstall qiskit qiskit-aer numpy"
_BELL = """
from qiskit import QuantumCircuit, transpile
from qiskit_aer import AerSimulator
circuit = QuantumCircuit(2)
circuit.h(0)
circuit.cx(0, 1)
circuit.measure_all()
simulator = AerSimulator()
counts = simulator.run(transpile(circuit, simulator), shots=100).result().get_counts()
assert set(counts) <= {"00", "11"}, counts
"""


def check(situation: Situation) -> Iterator[Diagnosis]:
    """Sample a Bell pair."""
    del situation
    began = time.monotonic()
    try:
        done = subprocess.run(
            # -P: a file of the user's folder must not stand in for a module.
            [sys.executable, "-P", "-c", _BELL],
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        yield problem("simulator", f"no Bell pair within {_PATIENCE_S:g} s", _HINT)
        return
    if done.returncode != 0:
        yield problem("simulator", f"no Bell pair: {_reason(done)}", _HINT)
        return
    took_s = time.monotonic() - began
    yield Diagnosis(name="simulator", message=f"a Bell pair, in {took_s:.1f} s")


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode < 0:
        return f"the process was ended by {signal.Signals(-done.returncode).name}"
    return (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
