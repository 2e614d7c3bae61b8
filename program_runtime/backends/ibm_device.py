"""One of IBM's devices: circuits go through its sampler, jobs are found by a tag."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any, Final

from program_runtime.backends.device import (
    CircuitResult,
    DeviceResult,
    DeviceStage,
    DeviceState,
    LostJobError,
    MaybeSubmittedError,
    told_seconds,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2

__all__ = ["IbmDevice"]

_STAGES: Final = {
    "INITIALIZING": DeviceStage.QUEUED,
    "QUEUED": DeviceStage.QUEUED,
    "RUNNING": DeviceStage.RUNNING,
    "DONE": DeviceStage.DONE,
    "CANCELLED": DeviceStage.CANCELLED,
    "ERROR": DeviceStage.FAILED,
}
_OPTIONS: Final = frozenset({"init_qubits", "memory", "rep_delay", "shots"})
_ALL_BITS: Final = "all_bits"
_REFUSED: Final = range(400, 500)
_QUEUE_EVERY_S: Final = 5.0


class IbmDevice:
    """Runs circuits with the official client.

    Args:
        backend: Of that client.
        service: The ``QiskitRuntimeService`` that it comes from.
    """

    def __init__(self, backend: BackendV2, service: Any) -> None:
        self.backend = backend
        self._service = service
        self._jobs: dict[str, Any] = {}
        self._queue: tuple[float, int | None] = (float("-inf"), None)

    def submit(
        self,
        circuits: Sequence[QuantumCircuit],
        options: Mapping[str, Any],
        *,
        tag: str,
    ) -> str:
        """Send all circuits as one job of the program ``sampler``."""
        from qiskit_ibm_runtime import SamplerV2  # noqa: PLC0415 - an extra, and slow

        unknown = sorted(set(options) - _OPTIONS)
        if unknown:
            raise ValueError(
                f"{self.backend.name} takes no option {', '.join(map(repr, unknown))}; "
                f"it takes {', '.join(sorted(_OPTIONS))}."
            )
        sampler = SamplerV2(mode=self.backend)
        sampler.options.environment.job_tags = [tag]
        for name in ("init_qubits", "rep_delay"):
            if options.get(name) is not None:
                setattr(sampler.options.execution, name, options[name])
        pubs = [(_one_register(circuit),) for circuit in circuits]
        try:
            job = sampler.run(pubs, shots=options.get("shots"))
        except Exception as error:
            if _is_refusal(error):
                raise
            raise MaybeSubmittedError(str(error)) from error
        self._jobs[job.job_id()] = job
        return str(job.job_id())

    def state(self, job_id: str) -> DeviceState:
        """Ask the platform."""
        job = self._job(job_id)
        stage = _STAGES.get(str(job.status()), DeviceStage.RUNNING)
        if stage is DeviceStage.QUEUED:
            return DeviceState(stage=stage, waiting=self._waiting())
        message = job.error_message() if stage is DeviceStage.FAILED else None
        return DeviceState(stage=stage, message=str(message or ""))

    def result(self, job_id: str) -> DeviceResult:
        """Fetch the bits of every circuit."""
        job = self._job(job_id)
        found = [_circuit(pub.data) for pub in job.result()]
        qpu_s = None
        with contextlib.suppress(Exception):  # no figure is worth a result
            qpu_s = _seconds(job.metrics().get("usage") or {})
        self._jobs.pop(job_id, None)
        return DeviceResult(circuits=found, qpu_s=qpu_s)

    def cancel(self, job_id: str) -> None:
        """Cancel the job."""
        from qiskit_ibm_runtime import (  # noqa: PLC0415 - an extra, and slow
            RuntimeInvalidStateError,
        )

        with contextlib.suppress(RuntimeInvalidStateError):
            self._job(job_id).cancel()

    def find(self, tag: str) -> str | None:
        """Look for the job with this tag."""
        jobs = self._service.jobs(limit=1, job_tags=[tag])
        return str(jobs[0].job_id()) if jobs else None

    def _job(self, job_id: str) -> Any:
        from qiskit_ibm_runtime import (  # noqa: PLC0415 - an extra, and slow
            RuntimeJobNotFound,
        )

        job = self._jobs.get(job_id)
        if job is None:
            try:
                job = self._jobs[job_id] = self._service.job(job_id)
            except RuntimeJobNotFound as error:
                raise LostJobError(str(error)) from error
        return job

    def _waiting(self) -> int | None:
        """How many jobs the device has to do; not asked at every look."""
        asked_at, waiting = self._queue
        now = time.monotonic()
        if now - asked_at > _QUEUE_EVERY_S:
            with contextlib.suppress(Exception):
                waiting = self.backend.status().pending_jobs
            self._queue = now, waiting
        return waiting


def _one_register(circuit: QuantumCircuit) -> QuantumCircuit:
    """Gather all classical bits in one register, so that a result needs no circuit."""
    from qiskit import ClassicalRegister, QuantumCircuit  # noqa: PLC0415 - 0.6 s

    if len(circuit.cregs) == 1 and circuit.cregs[0].size == circuit.num_clbits:
        return circuit
    flat = QuantumCircuit(
        *circuit.qregs,
        ClassicalRegister(circuit.num_clbits, _ALL_BITS),
        name=circuit.name,
        global_phase=circuit.global_phase,
        metadata=circuit.metadata,
    )
    loose = [bit for bit in circuit.qubits if bit not in set(flat.qubits)]
    flat.add_bits(loose)
    order = [flat.qubits[flat.find_bit(bit).index] for bit in circuit.qubits]
    return flat.compose(circuit, order, flat.clbits)


def _circuit(data: Any) -> CircuitResult:
    bits = data[_ALL_BITS] if _ALL_BITS in data else next(iter(data.values()))
    return CircuitResult(shots=bits.num_shots, packed=bits.array.tobytes())


def _seconds(usage: Mapping[str, Any]) -> float | None:
    for name in ("quantum_seconds", "qpu_charge_time_seconds"):
        seconds = told_seconds(usage.get(name))
        if seconds is not None:
            return seconds
    return None


def _is_refusal(error: BaseException) -> bool:
    """Whether the platform has surely not taken the job.

    The client wraps the answer of the platform; what has no answer in it was raised
    before anything was sent, unless the line broke.
    """
    seen: BaseException | None = error
    while seen is not None:
        status = getattr(seen, "status_code", None)
        if isinstance(status, int):
            return status in _REFUSED
        if isinstance(seen, OSError):
            return False
        seen = seen.__cause__ or seen.__context__
    return True
