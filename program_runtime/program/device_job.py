"""A job of a device that is reached through the broker."""

from __future__ import annotations

import base64
import json
import zlib
from typing import TYPE_CHECKING, Any, Final

from qiskit.providers import JobStatus, JobV1
from qiskit.result import Result

from program_runtime.errors import DeviceError, RuntimeJobTimeoutError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qiskit import QuantumCircuit

    from program_runtime.program.brokered import BrokeredBackend, DeviceRequest

__all__ = ["DeviceJob"]

_STATUS: Final = {
    "asked": JobStatus.INITIALIZING,
    "queued": JobStatus.QUEUED,
    "running": JobStatus.RUNNING,
    "done": JobStatus.DONE,
    "failed": JobStatus.ERROR,
    "cancelled": JobStatus.CANCELLED,
}


class DeviceJob(JobV1):
    """A job of a device, which the broker watches."""

    def __init__(
        self,
        backend: BrokeredBackend,
        request: DeviceRequest,
        circuits: Sequence[QuantumCircuit],
    ) -> None:
        super().__init__(backend, "")
        self._request = request
        self._circuits = circuits
        self._result: Result | None = None

    def job_id(self) -> str:
        """Return the device's own id of the job; empty until it has it."""
        return str(self._request.answer().get("device_job", ""))

    def submit(self) -> None:
        """Refuse: it is submitted already."""
        raise NotImplementedError("run() has submitted this job.")

    def status(self) -> JobStatus:
        """Say how far the device is, as the broker saw it last."""
        return _STATUS[self._request.answer().get("state", "asked")]

    def queue_position(self) -> int | None:
        """Return the place in the device's queue, if it tells."""
        position: int | None = self._request.answer().get("position")
        return position

    def cancel(self) -> None:
        """Ask the device to end the job."""
        self._request.cancel()

    def result(self, timeout: float | None = None) -> Result:
        """Wait for what was measured.

        Args:
            timeout: In seconds; without it as long as it takes.

        Raises:
            DeviceError: The device or the broker failed, or the job was cancelled.
            RuntimeJobTimeoutError: It is not done yet.
        """
        if self._result is None:
            name = self.backend().name
            if not self._request.wait(timeout):
                raise RuntimeJobTimeoutError(
                    f"The job on {name!r} is not done after {timeout:g} s."
                )
            answer = self._request.answer()
            if answer["state"] != "done":
                raise DeviceError(answer.get("message") or _ended(name, answer))
            self._result = _result(self, answer, self._request.body(), self._circuits)
        return self._result


def _ended(name: str, answer: Mapping[str, Any]) -> str:
    return f"The job on {name!r} ended as {answer['state']}."


def _result(
    job: DeviceJob,
    answer: Mapping[str, Any],
    body: bytes,
    circuits: Sequence[QuantumCircuit],
) -> Result:
    found = json.loads(body)["circuits"]
    if len(found) != len(circuits):
        raise DeviceError(
            f"{job.backend().name!r} answered {len(found)} results for "
            f"{len(circuits)} circuits."
        )
    memory = bool(answer.get("memory"))
    return Result.from_dict(
        {
            "backend_name": job.backend().name,
            "backend_version": str(job.backend().backend_version),
            "job_id": job.job_id(),
            "qobj_id": "",
            "success": True,
            "results": [
                {
                    "shots": entry["shots"],
                    "success": True,
                    "meas_level": 2,
                    "data": _data(entry, memory=memory),
                    "header": _header(circuit),
                }
                for entry, circuit in zip(found, circuits, strict=True)
            ],
        }
    )


def _data(entry: Mapping[str, Any], *, memory: bool) -> dict[str, Any]:
    """Give counts, and memory in the form of Qiskit: hexadecimal numbers."""
    if "packed" not in entry:
        counts: dict[str, int] = entry["counts"]
        if not memory:
            return {"counts": counts}
        shots = [value for value, count in counts.items() for _ in range(count)]
        return {"counts": counts, "memory": shots}
    packed = zlib.decompress(base64.b64decode(entry["packed"]))
    size = len(packed) // entry["shots"]
    shots = [
        hex(int.from_bytes(packed[start : start + size], "big"))
        for start in range(0, len(packed), size)
    ]
    counts = {}
    for shot in shots:
        counts[shot] = counts.get(shot, 0) + 1
    return {"counts": counts, "memory": shots} if memory else {"counts": counts}


def _header(circuit: QuantumCircuit) -> dict[str, Any]:
    return {
        "name": circuit.name,
        "n_qubits": circuit.num_qubits,
        "memory_slots": circuit.num_clbits,
        "creg_sizes": [[register.name, register.size] for register in circuit.cregs],
        "qreg_sizes": [[register.name, register.size] for register in circuit.qregs],
        "metadata": circuit.metadata or {},
    }
