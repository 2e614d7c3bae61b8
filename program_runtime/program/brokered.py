"""A real device, seen from a program: its circuits travel, its credentials do not."""

from __future__ import annotations

import io
import json
import zlib
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, Protocol

from qiskit import QuantumCircuit, qpy
from qiskit.providers import BackendV2, Options

from program_runtime.backends.target import target_of
from program_runtime.backends.target_snapshot import target_from
from program_runtime.errors import DeviceError
from program_runtime.program.brokered_estimator import BrokeredEstimator
from program_runtime.program.device_job import DeviceJob

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from qiskit.transpiler import Target

__all__ = [
    "BrokeredBackend",
    "DeviceLine",
    "DeviceRequest",
    "pack_circuits",
]

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
            kind: ``describe``, ``run`` or ``estimate``.
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
        self._exact = bool(description.get("exact"))
        self._standard_gates = bool(description.get("standard_gates"))
        self._max_circuits: int | None = description.get(
            "max_circuits", facts.get("max_experiments")
        )
        self._known_options: dict[str, Any] = description.get("options", {})
        self.options.update_options(**self._known_options)
        snapshot = description.get("target")
        self._target = (
            target_from(snapshot)
            if snapshot
            else target_of(facts, description.get("properties"))
        )

    @property
    def target(self) -> Target:
        """What the device can run."""
        return self._target

    @property
    def max_circuits(self) -> int | None:
        """How many circuits one run takes."""
        return self._max_circuits

    @property
    def counts_pubs(self) -> bool:
        """Whether ``run`` takes ``pubs``."""
        return True

    @property
    def computes_exactly(self) -> bool:
        """Whether ``exact_estimator`` has who answers it."""
        return self._exact

    @property
    def standard_gates(self) -> bool:
        """Whether it runs gates that its target does not have."""
        return self._standard_gates

    def exact_estimator(self) -> BrokeredEstimator:
        """Make an estimator without shot noise, of an ideal simulator."""
        return BrokeredEstimator(self.name, self._line, pack_circuits)

    def configuration(self) -> SimpleNamespace:
        """Return the device's facts, under the names that it uses itself."""
        return SimpleNamespace(**self._facts)

    @classmethod
    def _default_options(cls) -> Options:
        return Options(shots=_DEFAULT_SHOTS, memory=False)

    def run(
        self,
        run_input: QuantumCircuit | Sequence[QuantumCircuit],
        *,
        pubs: int = 0,
        **options: Any,
    ) -> DeviceJob:
        """Put circuits into the device's queue.

        Args:
            run_input: One circuit or several.
            pubs: Those of a primitive that need them, for whoever keeps accounts.
            **options: ``shots``, ``memory``, and what else the device takes.

        Returns:
            The job; ``.result()`` waits for it, however long the queue is.
        """
        circuits = (
            [run_input] if isinstance(run_input, QuantumCircuit) else list(run_input)
        )
        given = {
            "shots": self.options.shots,
            "memory": self.options.memory,
            **self._changed_options(),
            **options,
        }
        content = {"circuits": len(circuits), "options": given, "pubs": pubs}
        try:
            json.dumps(content)
        except (TypeError, ValueError) as error:
            raise DeviceError(
                f"An option for {self.name!r} can not be sent to it: {error}."
            ) from error
        request = self._line.ask("run", content, pack_circuits(circuits))
        return DeviceJob(self, request, circuits)

    def _changed_options(self) -> dict[str, Any]:
        """What the program has set with ``set_options``."""
        return {
            name: value
            for name, value in self.options.items()
            if name in self._known_options and value != self._known_options[name]
        }


def _describe(line: DeviceLine) -> dict[str, Any]:
    request = line.ask("describe", {})
    request.wait()
    answer = request.answer()
    if answer["state"] != "done":
        raise DeviceError(answer.get("message") or "The broker knows no such device.")
    description: dict[str, Any] = json.loads(request.body())
    return description


def pack_circuits(circuits: Sequence[QuantumCircuit]) -> bytes:
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
