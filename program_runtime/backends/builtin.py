"""The simulator that is always there."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

from program_runtime.backends.info import BackendInfo

if TYPE_CHECKING:
    from qiskit.providers import BackendV2

__all__ = ["AER", "load_aer"]

_AMPLITUDE_BYTES = 16


def _qubits_that_fit() -> int:
    """Return the size that Aer gives itself: a state that fills the memory."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return int(math.log2(memory / _AMPLITUDE_BYTES))


AER = BackendInfo(
    name="aer_simulator",
    # What the retired service called its simulator: its programs name it.
    aliases=("ibmq_qasm_simulator",),
    simulator=True,
    num_qubits=_qubits_that_fit(),
    description="Ideal simulator of Qiskit Aer, any circuit its memory can hold.",
    source="builtin",
)


def load_aer() -> BackendV2:
    """Make the ideal simulator."""
    from qiskit_aer import AerSimulator  # noqa: PLC0415 - loads a simulator library

    return AerSimulator()
