"""A broker whose device has a queue, a session that ends, and a readout that drifts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from program_runtime.execution.broker.protocol import DeviceAnswer, Progress
from toolkit.harness.simulation import Clock, SessionOverError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from program_runtime.backends.info import BackendInfo
    from program_runtime.execution.broker.protocol import Broker, DeviceRun
    from toolkit.harness.simulation import Simulation

__all__ = ["SimulatedBroker"]


class SimulatedBroker:
    """Passes quantum calls on as they would come through on a bad day.

    Args:
        inner: Who runs them.
        simulation: What shall happen.
        seed: Of the bits that are misread.
    """

    def __init__(self, inner: Broker, simulation: Simulation, *, seed: int) -> None:
        self.clock = Clock(simulation)
        self._inner = inner
        self._seed = seed

    async def devices(self) -> Sequence[BackendInfo]:
        """List what the other broker has."""
        return await self._inner.devices()

    async def describe(self, backend: str) -> Mapping[str, Any]:
        """Describe a backend; what is simulated is not announced."""
        return await self._inner.describe(backend)

    async def run(
        self, run: DeviceRun, on_progress: Callable[[Progress], None]
    ) -> DeviceAnswer:
        """Run circuits when their turn has come."""
        on_progress(Progress(state="queued"))
        try:
            error = self.clock.call()
        except SessionOverError as over:
            return DeviceAnswer(state="failed", message=str(over))
        if not error:
            return await self._inner.run(run, on_progress)
        seed = [self._seed, self.clock.calls]
        if run.kind == "estimate":
            return await self._inner.run(_damped(run, error), on_progress)
        answer = await self._inner.run(run, on_progress)
        return _misread(run, answer, error, seed) if answer.state == "done" else answer

    async def cancel(self, key: str) -> None:
        """Pass it on."""
        await self._inner.cancel(key)

    async def unfinished(self) -> Collection[str]:
        """Ask the other broker."""
        return await self._inner.unfinished()

    async def abandon(self, job_id: str) -> None:
        """Pass it on."""
        await self._inner.abandon(job_id)

    async def close(self) -> None:
        """Close the other broker."""
        await self._inner.close()


def _misread(
    run: DeviceRun, answer: DeviceAnswer, error: float, seed: Sequence[int]
) -> DeviceAnswer:
    from program_runtime.execution.broker.circuits import (  # noqa: PLC0415 - Qiskit
        read_circuits,
    )
    from toolkit.harness.readout_error import (  # noqa: PLC0415 - NumPy
        flip_counts,
        measured_bits,
    )

    bits = [measured_bits(circuit) for circuit in read_circuits(run.body)]
    return replace(answer, body=flip_counts(answer.body, bits, error, seed))


def _damped(run: DeviceRun, error: float) -> DeviceRun:
    from program_runtime.execution.broker.circuits import (  # noqa: PLC0415 - Qiskit
        read_circuits,
    )
    from program_runtime.program.exact_request import (  # noqa: PLC0415 - Qiskit
        pack_pubs,
        part_pubs,
        pubs_of,
    )
    from toolkit.harness.readout_error import (  # noqa: PLC0415 - NumPy
        damp_observables,
    )

    written, circuits = part_pubs(run.body)
    damped = [
        {**each, "observables": damp_observables(each["observables"], error)}
        for each in written
    ]
    pubs = pubs_of(damped, read_circuits(circuits))
    return replace(run, body=pack_pubs(pubs, circuits))
