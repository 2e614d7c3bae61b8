"""The simulator that is always there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.backends.info import BackendInfo

if TYPE_CHECKING:
    from qiskit.providers import BackendV2

__all__ = ["AER", "load_aer"]

AER = BackendInfo(
    name="aer_simulator",
    # What the retired service called its simulator: its programs name it.
    aliases=("ibmq_qasm_simulator",),
    simulator=True,
    description="Ideal simulator of Qiskit Aer, any circuit its memory can hold.",
    source="builtin",
)


def load_aer() -> BackendV2:
    """Make the ideal simulator."""
    from qiskit_aer import AerSimulator  # noqa: PLC0415 - loads a simulator library

    return AerSimulator()
