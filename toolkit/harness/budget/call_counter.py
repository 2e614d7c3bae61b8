"""Counts the requests for circuits that a broker gets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from toolkit.errors import BudgetError
from toolkit.harness.budget import circuit_size, qpu_time
from toolkit.harness.budget.counts import Counts, QuantumCall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qiskit import QuantumCircuit

    from program_runtime.execution.broker.protocol import DeviceRun
    from toolkit.harness.budget.qpu_time import QpuClock

__all__ = ["CallCounter"]


class CallCounter:
    """Sees what passes a `toolkit.harness.observing_broker.ObservingBroker`."""

    def __init__(self) -> None:
        self._clocks: dict[str, QpuClock] = {}
        self.calls: list[QuantumCall] = []
        """In any order."""

    def see(self, run: DeviceRun, at: float) -> None:
        """Count a request.

        Args:
            run: The request.
            at: When it came, in Unix time.
        """
        count = _count_exact if run.kind == "estimate" else self._count
        self.calls.append(count(run, at))

    def _count(self, run: DeviceRun, at: float) -> QuantumCall:
        from program_runtime.execution.broker.circuits import (  # noqa: PLC0415
            read_circuits,
        )

        circuits = read_circuits(run.body)
        shots = int(run.options.get("shots") or 0)
        missing = remedy = qpu_s = None
        try:
            qpu_s = self._clock(run.backend).estimate_s(
                circuits, shots, rep_delay_s=run.options.get("rep_delay")
            )
        except BudgetError as error:
            missing, remedy = error.message, error.hint
        counts = _sizes(circuits, pubs=run.pubs, shots=shots, qpu_s=qpu_s)
        return QuantumCall(
            at=at, counts=counts, missing=missing, remedy=remedy, options=run.options
        )

    def _clock(self, name: str) -> QpuClock:
        if name not in self._clocks:
            from program_runtime.backends import catalog  # noqa: PLC0415

            self._clocks[name] = qpu_time.clock_of(catalog.load_to_describe(name))
        return self._clocks[name]


def _count_exact(run: DeviceRun, at: float) -> QuantumCall:
    """Count expectation values that a simulator computes: they take no shots."""
    from program_runtime.execution.broker.circuits import (  # noqa: PLC0415
        read_circuits,
    )
    from program_runtime.program.exact_request import part_pubs  # noqa: PLC0415

    written, body = part_pubs(run.body)
    templates = read_circuits(body)
    sizes = _sizes(templates, pubs=len(written), shots=0, qpu_s=None)
    circuits = sum(_points(each["values"]) for each in written)
    return QuantumCall(
        at=at,
        counts=replace(sizes, circuits=circuits),
        exact=True,
        missing=f"{run.backend!r} computes expectation values, which no device does",
        remedy=qpu_time.device_hint(max(each.num_qubits for each in templates)),
        options=run.options,
    )


def _points(values: Any) -> int:
    """Count the sets of parameter values: all axes but the last."""
    import numpy as np  # noqa: PLC0415 - 0.1 s

    return int(np.prod(np.shape(values)[:-1]))


def _sizes(
    circuits: Sequence[QuantumCircuit], *, pubs: int, shots: int, qpu_s: float | None
) -> Counts:
    found = [circuit_size.size_of(circuit) for circuit in circuits]
    return Counts(
        calls=1,
        pubs=pubs,
        circuits=len(circuits),
        shots=shots * len(circuits),
        depth=max((size.depth for size in found), default=0),
        two_qubit_gates=max((size.two_qubit_gates for size in found), default=0),
        qpu_s=qpu_s,
    )
