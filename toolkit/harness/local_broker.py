"""The broker of a local run: circuits run in a thread of this process.

A brokered run's quantum calls all pass one `program_runtime.execution.broker.protocol
.Broker`, whatever the backend is. Whoever wants to see, count, hold or replace them
wraps a broker in another one.
"""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from program_runtime import backends
from program_runtime.execution.broker.protocol import DeviceAnswer, Progress
from program_runtime.execution.broker.wire import pack_results

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2
    from qiskit.result import Result

    from program_runtime.backends.info import BackendInfo
    from program_runtime.execution.broker.protocol import DeviceRun

__all__ = ["LocalBroker"]


class LocalBroker:
    """Runs circuits on backends of the catalog, one call after the other.

    Simulators, fake devices and what plugins bring run here as they would in the
    program's own process: the same circuits with the same seed give the same counts.
    """

    def __init__(self) -> None:
        self._loaded: dict[str, BackendV2] = {}
        # One thread: Aer, too, works on one job of a backend at a time.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="local-broker")

    def lend(self, name: str, backend: BackendV2) -> None:
        """Use a backend under a name, in place of the catalog's.

        Args:
            name: By which programs ask for it.
            backend: Any Qiskit backend.
        """
        self._loaded[name] = backend

    async def devices(self) -> Sequence[BackendInfo]:
        """List the catalog."""
        return backends.known()

    async def describe(self, backend: str) -> Mapping[str, Any]:
        """Describe a backend so closely that circuits come out of the transpiler alike.

        Raises:
            BackendNotFoundError: There is no such backend.
        """
        found: dict[str, Any] = await self._in_thread(self._describe, backend)
        return found

    async def run(
        self, run: DeviceRun, on_progress: Callable[[Progress], None]
    ) -> DeviceAnswer:
        """Run circuits, or compute what an ideal simulator knows exactly."""
        on_progress(Progress(state="running"))
        serve = self._estimate if run.kind == "estimate" else self._measure
        try:
            answer: DeviceAnswer = await self._in_thread(serve, run)
        except Exception as error:  # noqa: BLE001 - whatever a backend raises
            message = f"{run.backend} failed: {type(error).__name__}: {error}"
            return DeviceAnswer(state="failed", message=message)
        return answer

    async def cancel(self, key: str) -> None:
        """Leave it: what runs here ends soon, and nobody reads the answer."""

    async def unfinished(self) -> Collection[str]:
        """Answer that nothing outlives a run."""
        return ()

    async def abandon(self, job_id: str) -> None:
        """Do nothing: nothing outlives a run."""

    async def close(self) -> None:
        """Let the thread go."""
        self._thread.shutdown(wait=False)

    async def _in_thread(self, function: Callable[..., Any], *values: Any) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, function, *values)

    def _backend(self, name: str) -> BackendV2:
        if name not in self._loaded:
            loaded = backends.load(name)
            if hasattr(loaded.options, "max_parallel_threads"):
                # Of small circuits, threads that wait for each other take most time.
                loaded.set_options(max_parallel_threads=1)
            self._loaded[name] = loaded
        return self._loaded[name]

    def _describe(self, name: str) -> dict[str, Any]:
        from program_runtime.backends.describe import description_of  # noqa: PLC0415
        from program_runtime.backends.target_snapshot import (  # noqa: PLC0415
            snapshot_of,
        )
        from program_runtime.program.circuit_check import (  # noqa: PLC0415
            takes_standard_gates,
        )
        from program_runtime.program.estimator import (  # noqa: PLC0415
            is_ideal_simulator,
        )

        backend = self._backend(name)
        return {
            **description_of(backend, name=name),
            "target": snapshot_of(backend.target),
            "options": _plain_options(backend),
            "max_circuits": backend.max_circuits,
            "standard_gates": takes_standard_gates(backend),
            "exact": is_ideal_simulator(backend),
        }

    def _measure(self, run: DeviceRun) -> DeviceAnswer:
        from program_runtime.backends.backend_device import (  # noqa: PLC0415
            circuit_result,
        )
        from program_runtime.execution.broker.circuits import (  # noqa: PLC0415
            read_circuits,
        )

        circuits = read_circuits(run.body)
        backend = self._backend(run.backend)
        result = _result(backend, circuits, run.options)
        measured = [circuit_result(result, index) for index in range(len(circuits))]
        return DeviceAnswer(
            state="done",
            body=pack_results(measured),
            circuits=len(circuits),
            shots=sum(each.shots for each in measured),
        )

    def _estimate(self, run: DeviceRun) -> DeviceAnswer:
        from qiskit_aer.primitives import EstimatorV2  # noqa: PLC0415

        from program_runtime.execution.broker.circuits import (  # noqa: PLC0415
            read_circuits,
        )
        from program_runtime.program.exact_request import (  # noqa: PLC0415
            part_pubs,
            pubs_of,
        )

        written, circuits = part_pubs(run.body)
        pubs = pubs_of(written, read_circuits(circuits))
        estimator = EstimatorV2.from_backend(self._backend(run.backend))
        result = estimator.run(pubs, precision=0.0).result()
        found = {"pubs": [{"evs": each.data.evs.tolist()} for each in result]}
        return DeviceAnswer(
            state="done", body=json.dumps(found).encode(), circuits=len(pubs)
        )


def _plain_options(backend: BackendV2) -> dict[str, Any]:
    """Those that can travel: a noise model stays where it is."""
    return {
        name: value
        for name, value in backend.options.items()
        if value is None or isinstance(value, bool | int | float | str)
    }


def _result(
    backend: BackendV2, circuits: list[QuantumCircuit], options: Mapping[str, Any]
) -> Result:
    # Whatever else was given is the backend's to take or refuse, as at home.
    # By identity: 0 is a seed, and equal to False.
    given = {
        name: value
        for name, value in options.items()
        if value is not None and not (name == "memory" and value is False)
    }
    result = backend.run(circuits, **given).result()
    if not result.success:
        raise RuntimeError(_failure(result))
    return result


def _failure(result: Result) -> str:
    texts = [str(result.status), *(str(each.status) for each in result.results)]
    return "; ".join(text for text in dict.fromkeys(texts) if text != "DONE")
