"""Any Qiskit backend as a device of the broker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from program_runtime.backends.device import (
    CircuitResult,
    DeviceResult,
    DeviceStage,
    DeviceState,
    LostJobError,
    NotFindableError,
    told_seconds,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2, JobV1
    from qiskit.result import Result

__all__ = ["BackendDevice", "circuit_result"]

_STAGES: Final = {
    "INITIALIZING": DeviceStage.QUEUED,
    "QUEUED": DeviceStage.QUEUED,
    "VALIDATING": DeviceStage.QUEUED,
    "RUNNING": DeviceStage.RUNNING,
    "DONE": DeviceStage.DONE,
    "CANCELLED": DeviceStage.CANCELLED,
    "ERROR": DeviceStage.FAILED,
}
_ALWAYS: Final = frozenset({"memory", "shots"})


class BackendDevice:
    """Runs circuits with ``BackendV2.run``.

    Args:
        backend: Of a provider.
        retrieve: Finds a job that an earlier process has submitted, by its id; without
            it such a job is lost. ``retrieve_job`` of the backend, if it has one.
    """

    def __init__(
        self, backend: BackendV2, *, retrieve: Callable[[str], JobV1] | None = None
    ) -> None:
        self.backend = backend
        self._retrieve = retrieve or getattr(backend, "retrieve_job", None)
        self._jobs: dict[str, JobV1] = {}

    def submit(
        self,
        circuits: Sequence[QuantumCircuit],
        options: Mapping[str, Any],
        *,
        tag: str,
    ) -> str:
        """Run circuits; the tag is nothing that a ``BackendV2`` knows."""
        del tag
        known = set(self.backend.options)
        unknown = sorted(set(options) - known - _ALWAYS)
        if unknown:
            raise ValueError(
                f"{self.backend.name} takes no option {', '.join(map(repr, unknown))}; "
                f"it takes {', '.join(sorted(known | _ALWAYS))}."
            )
        given = {
            name: value
            for name, value in options.items()
            if name == "shots" or name in known
        }
        job = self.backend.run(list(circuits), **given)
        job_id = str(job.job_id())
        self._jobs[job_id] = job
        return job_id

    def state(self, job_id: str) -> DeviceState:
        """Translate the job's status."""
        job = self._job(job_id)
        status = job.status()
        stage = _STAGES.get(str(getattr(status, "name", status)), DeviceStage.RUNNING)
        position = _called(job, "queue_position")
        message = _called(job, "error_message") if stage is DeviceStage.FAILED else None
        return DeviceState(
            stage=stage,
            position=position if isinstance(position, int) else None,
            message=str(message or ""),
        )

    def result(self, job_id: str) -> DeviceResult:
        """Fetch memory where it was asked for, else counts."""
        job = self._job(job_id)
        result = job.result()
        self._jobs.pop(job_id, None)
        return DeviceResult(
            circuits=[
                circuit_result(result, index) for index in range(len(result.results))
            ],
            qpu_s=_reported_s(job),
        )

    def cancel(self, job_id: str) -> None:
        """Cancel the job."""
        self._job(job_id).cancel()

    def find(self, tag: str) -> str | None:
        """Refuse: backends know no tags."""
        raise NotFindableError(f"{self.backend.name} can not look for {tag}.")

    def _job(self, job_id: str) -> JobV1:
        job = self._jobs.get(job_id)
        if job is None:
            if self._retrieve is None:
                raise LostJobError(
                    f"{self.backend.name} has no retrieve_job, so its job {job_id} is "
                    "lost with the process that submitted it."
                )
            job = self._jobs[job_id] = self._retrieve(job_id)
        return job


def circuit_result(result: Result, index: int) -> CircuitResult:
    """Take what one circuit gave out of Qiskit's form.

    Args:
        result: Of a backend.
        index: Of the circuit.

    Returns:
        Memory if it is there, else counts.
    """
    found = result.results[index]
    shots = int(found.shots)
    memory = getattr(found.data, "memory", None)
    if memory:
        values = [int(value, 16) for value in memory]
        size = -(-max(1, *(value.bit_length() for value in values)) // 8)
        packed = b"".join(value.to_bytes(size, "big") for value in values)
        return CircuitResult(shots=shots, packed=packed)
    counts = getattr(found.data, "counts", {})
    return CircuitResult(
        shots=shots,
        counts={int(value, 16): int(count) for value, count in counts.items()},
    )


def _reported_s(job: JobV1) -> float | None:
    return told_seconds(_called(job, "usage"))


def _called(job: JobV1, name: str) -> Any:
    method = getattr(job, name, None)
    return method() if callable(method) else None
