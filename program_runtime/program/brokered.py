"""A real device, seen from a program: its circuits travel, its credentials do not."""

from __future__ import annotations

import base64
import io
import json
import zlib
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, Protocol

from qiskit import QuantumCircuit, qpy
from qiskit.providers import BackendV2, JobStatus, JobV1, Options
from qiskit.result import Result

from program_runtime.backends.target import target_of
from program_runtime.errors import DeviceError, RuntimeJobTimeoutError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qiskit.transpiler import Target

__all__ = ["BrokeredBackend", "DeviceJob", "DeviceLine", "DeviceRequest"]

_STATUS: Final = {
    "asked": JobStatus.INITIALIZING,
    "queued": JobStatus.QUEUED,
    "running": JobStatus.RUNNING,
    "done": JobStatus.DONE,
    "failed": JobStatus.ERROR,
    "cancelled": JobStatus.CANCELLED,
}
_DEFAULT_SHOTS: Final = 4096


class DeviceRequest(Protocol):
    """Something that was asked of the broker."""

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the last answer; False if it has not come by then."""

    def answer(self) -> Mapping[str, Any]:
        """Return the newest answer, ``state`` among it; does not wait."""

    def body(self) -> bytes:
        """Return what came with the last answer."""

    def cancel(self) -> None:
        """Ask the broker to end it."""


class DeviceLine(Protocol):
    """The way to the broker, wherever it is."""

    def ask(
        self, kind: str, content: Mapping[str, Any], body: bytes = b""
    ) -> DeviceRequest:
        """Send a request and go on.

        Args:
            kind: ``describe`` or ``run``.
            content: JSON values.
            body: Circuits.
        """


class BrokeredBackend(BackendV2):
    """Sends circuits out of the process, and knows the device from its description.

    Args:
        name: By which the service knows it.
        line: To the broker.

    Raises:
        DeviceError: The broker can not say what the device is like.
    """

    def __init__(self, name: str, line: DeviceLine) -> None:
        description = _describe(line)
        facts = description["configuration"]
        super().__init__(
            name=name,
            description=facts.get("description"),
            online_date=facts.get("online_date"),
            backend_version=facts.get("backend_version"),
        )
        self._line = line
        self._facts = facts
        self._target = target_of(facts, description.get("properties"))

    @property
    def target(self) -> Target:
        """What the device can run."""
        return self._target

    @property
    def max_circuits(self) -> int | None:
        """How many circuits one run takes."""
        limit: int | None = self._facts.get("max_experiments")
        return limit

    def configuration(self) -> SimpleNamespace:
        """Return the device's facts, under the names that it uses itself."""
        return SimpleNamespace(**self._facts)

    @classmethod
    def _default_options(cls) -> Options:
        return Options(shots=_DEFAULT_SHOTS, memory=False)

    def run(
        self, run_input: QuantumCircuit | Sequence[QuantumCircuit], **options: Any
    ) -> DeviceJob:
        """Put circuits into the device's queue.

        Args:
            run_input: One circuit or several.
            **options: ``shots``, ``memory``, and what else the device takes.

        Returns:
            The job; ``.result()`` waits for it, however long the queue is.
        """
        circuits = (
            [run_input] if isinstance(run_input, QuantumCircuit) else list(run_input)
        )
        given = {"shots": self.options.shots, "memory": self.options.memory, **options}
        content = {"circuits": len(circuits), "options": given}
        try:
            json.dumps(content)
        except (TypeError, ValueError) as error:
            raise DeviceError(
                f"An option for {self.name!r} can not be sent to it: {error}."
            ) from error
        request = self._line.ask("run", content, _pack(circuits))
        return DeviceJob(self, request, circuits)


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


def _describe(line: DeviceLine) -> dict[str, Any]:
    request = line.ask("describe", {})
    request.wait()
    answer = request.answer()
    if answer["state"] != "done":
        raise DeviceError(answer.get("message") or "The broker knows no such device.")
    description: dict[str, Any] = json.loads(request.body())
    return description


def _ended(name: str, answer: Mapping[str, Any]) -> str:
    return f"The job on {name!r} ended as {answer['state']}."


def _pack(circuits: list[QuantumCircuit]) -> bytes:
    """Encode circuits, the same ones always to the same bytes.

    A second attempt of a job is recognised by what it asks for. But names come from a
    counter of the process, and the layout, which no device needs, is written in the
    order of a set.
    """
    bare = [circuit.copy(name="circuit") for circuit in circuits]
    for circuit in bare:
        circuit.metadata = {}
        circuit._layout = None  # noqa: SLF001 - nothing public takes it away
    stream = io.BytesIO()
    qpy.dump(bare, stream)
    return zlib.compress(stream.getvalue())


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
