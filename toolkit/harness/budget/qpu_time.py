"""How long a device would be busy with circuits: an estimate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from program_runtime.backends.fake_devices import FAKE_DEVICES
from toolkit.errors import BudgetError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2
    from qiskit.transpiler import Target

__all__ = [
    "JOB_OVERHEAD_S",
    "REP_DELAY_S",
    "QpuClock",
    "clock_of",
    "device_hint",
    "duration_s",
]

JOB_OVERHEAD_S: Final = 2.0
"""What a job costs beside its shots, as IBM says (see `QpuClock.estimate_s`)."""
REP_DELAY_S: Final = 250e-6
"""The pause before each shot of IBM's devices, where a backend does not say its own."""
_TIMELESS: Final = frozenset({"barrier", "delay"})
_SECONDS: Final = {"ms": 1e-3, "us": 1e-6, "ns": 1e-9, "ps": 1e-12}


@dataclass(frozen=True, slots=True, kw_only=True)
class QpuClock:
    """What the estimate for one device is made of."""

    backend: str
    target: Target
    rep_delay_s: float
    job_overhead_s: float = JOB_OVERHEAD_S

    def estimate_s(
        self,
        circuits: Iterable[QuantumCircuit],
        shots: int,
        *,
        rep_delay_s: float | None = None,
    ) -> float:
        """Estimate for how many seconds one job keeps the device busy.

        The formula is the one that IBM gives for usage without error mitigation
        (https://quantum.cloud.ibm.com/docs/guides/estimate-job-run-time), ``<per
        sub-job overhead> + (rep_delay + <circuit length>) * <num executions>``, with
        each circuit's own length::

            2 s + sum over circuits of shots * (rep_delay + duration(circuit))

        A circuit's length is `duration_s`. IBM's short form of it, ``2 + 0.00035 *
        executions``, has 350 microseconds for an average circuit with its pause.

        Args:
            circuits: Those of one job, each transpiled for the device.
            shots: Of each circuit.
            rep_delay_s: The pause that the program asks for; the device's own if None.

        Returns:
            Seconds.

        Raises:
            BudgetError: A duration is not known.
        """
        pause_s = self.rep_delay_s if rep_delay_s is None else rep_delay_s
        each = (pause_s + duration_s(circuit, self) for circuit in circuits)
        return self.job_overhead_s + shots * sum(each)


def clock_of(backend: BackendV2) -> QpuClock:
    """Read off a backend what the estimate needs.

    Args:
        backend: Its ``default_rep_delay``, in seconds, is taken if it has one.
    """
    configuration = getattr(backend, "configuration", None)
    facts = configuration() if callable(configuration) else None
    pause_s = getattr(facts, "default_rep_delay", None)
    return QpuClock(
        backend=backend.name,
        target=backend.target,
        rep_delay_s=REP_DELAY_S if pause_s is None else float(pause_s),
    )


def duration_s(circuit: QuantumCircuit, clock: QpuClock) -> float:
    """Say how long one shot of a circuit takes, in seconds.

    That is its longest path, each instruction taking what the device's target says, as
    ``QuantumCircuit.estimate_duration`` of Qiskit computes it.

    Args:
        circuit: Transpiled for the device.
        clock: Of the device.

    Raises:
        BudgetError: The target lacks a duration, or the circuit has control flow.
    """
    from qiskit.circuit import ControlFlowOp  # noqa: PLC0415 - 0.6 s
    from qiskit.exceptions import QiskitError  # noqa: PLC0415 - 0.6 s

    for item in circuit.data:
        if isinstance(item.operation, ControlFlowOp):
            raise BudgetError(
                f"The duration of {item.operation.name!r} is only known when it runs, "
                "so no QPU time can be estimated for a circuit with control flow.",
                hint="Take qpu_s out of the budget, or the control flow out of the "
                "circuit.",
            )
    try:
        seconds: float = _in_seconds(circuit).estimate_duration(clock.target)
    except QiskitError as error:
        names = ", ".join(_untimed(circuit, clock.target))
        why = f"no durations of {names}" if names else f"no duration: {error.message}"
        raise BudgetError(
            f"{clock.backend!r} has {why}, so that no QPU time can be estimated.",
            hint=device_hint(circuit.num_qubits),
        ) from error
    return seconds


def device_hint(num_qubits: int) -> str:
    """Name the smallest device that has durations and room for a circuit."""
    by_size = sorted(FAKE_DEVICES, key=lambda info: info.num_qubits or 0)
    fitting = [info for info in by_size if (info.num_qubits or 0) >= num_qubits]
    name = (fitting or by_size[-1:])[0].name
    return f"Measure it on a backend with durations: qrt budget --backend {name}"


def _untimed(circuit: QuantumCircuit, target: Target) -> list[str]:
    """Name the instructions whose durations the target lacks."""
    place = {bit: number for number, bit in enumerate(circuit.qubits)}
    found = set()
    for item in circuit.data:
        name = item.operation.name
        if name in _TIMELESS:
            continue
        places = target[name] if name in target.operation_names else None
        known = (places or {}).get(tuple(place[bit] for bit in item.qubits))
        if known is None or known.duration is None:
            found.add(name)
    return sorted(found)


def _in_seconds(circuit: QuantumCircuit) -> QuantumCircuit:
    """Rewrite delays: Qiskit adds up those in seconds and in dt alone."""
    if not any(item.operation.name == "delay" for item in circuit.data):
        return circuit
    found = circuit.copy_empty_like()
    for item in circuit.data:
        unit = getattr(item.operation, "unit", None)
        if item.operation.name == "delay" and unit in _SECONDS:
            seconds = item.operation.duration * _SECONDS[unit]
            found.delay(seconds, item.qubits[0], unit="s")
        else:
            found.append(item)
    return found
