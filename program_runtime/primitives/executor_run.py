"""Run a quantum program on a backend, chunk by chunk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from program_runtime.errors import UnsupportedCircuitError
from program_runtime.primitives import executor_samplex
from program_runtime.primitives.executor_bits import register_columns, shot_bits
from program_runtime.primitives.executor_chunks import plan_chunks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2
    from qiskit.result import Result

    from program_runtime.primitives.executor_chunks import Part
    from program_runtime.primitives.executor_options import RunOptions
    from program_runtime.primitives.executor_program import Item, QuantumProgram

__all__ = ["Outcome", "Span", "run_program"]

_SEED_RANGE: Final = 2**31
# Aer itself counts on from the seed within a call.
_STRIDE: Final = 1_000_003
# Below this Aer has no use for more threads, and waiting for them costs
# milliseconds where other processes keep the cores busy.
_THREADED_QUBITS: Final = 14
_QUARTER_TURN: Final = np.pi / 2
# What a samplex draws is of single precision.
_DRIFT: Final = 2e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """When a chunk ran, and what was in it."""

    start: datetime
    stop: datetime
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came out: arrays by name for each item, and when."""

    arrays: tuple[dict[str, NDArray[Any]], ...]
    spans: tuple[Span, ...]


def run_program(
    program: QuantumProgram, backend: BackendV2, options: RunOptions
) -> Outcome:
    """Run everything.

    Args:
        program: What to run.
        backend: Its circuits must fit it.
        options: How.
    """
    generator = np.random.default_rng(_seed(backend, options))
    runs = [_ItemRun(item, program.shots, generator) for item in program.items]
    chunks = plan_chunks(
        [item.size for item in program.items],
        program.chunk_sizes,
        shots=program.shots,
        most=backend.max_circuits,
    )
    settings = {**options.for_backend, **_threads(program, backend)}
    spans = []
    for number, parts in enumerate(chunks):
        start = datetime.now(UTC)
        extra = dict(settings)
        if options.seed is not None:
            extra["seed_simulator"] = (options.seed + number * _STRIDE) % _SEED_RANGE
        _run_chunk(runs, parts, backend, extra)
        spans.append(Span(start=start, stop=datetime.now(UTC), parts=parts))
    return Outcome(arrays=tuple(run.arrays() for run in runs), spans=tuple(spans))


def _run_chunk(
    runs: Sequence[_ItemRun],
    parts: Sequence[Part],
    backend: BackendV2,
    extra: dict[str, Any],
) -> None:
    places = [
        (runs[part.item], element)
        for part in parts
        for element in range(part.start, part.stop)
        if runs[part.item].measures
    ]
    if not places:
        return
    circuits = [run.bound(element) for run, element in places]
    shots = places[0][0].shots
    result = backend.run(circuits, shots=shots, memory=True, **extra).result()
    if not result.success:
        raise UnsupportedCircuitError(
            f"{backend.name!r} could not run the circuits: {_reason(result)}"
        )
    for (run, element), experiment in zip(places, result.results, strict=True):
        run.keep(element, experiment)


class _ItemRun:
    """An item on its way through the chunks."""

    def __init__(self, item: Item, shots: int, generator: np.random.Generator) -> None:
        self.shots = shots
        self._circuit = item.circuit
        self._shape = item.shape
        self._columns = register_columns(item.circuit)
        self._drawn: dict[str, NDArray[Any]] = {}
        values = item.arguments
        if item.samplex is not None:
            self._drawn = executor_samplex.draw(
                item.samplex, item.samplex_inputs, item.shape, generator
            )
            values = self._drawn.pop(executor_samplex.PARAMETERS, None)
        count = item.circuit.num_parameters
        if values is None:
            values = np.empty((*item.shape, 0))
        self._values = values.reshape(item.size, count)
        bits = item.circuit.num_clbits
        self._bits = np.zeros((item.size, shots, bits), dtype=np.bool_)
        self.measures = bits > 0

    def bound(self, element: int) -> QuantumCircuit:
        """Give the circuit the parameters of one element."""
        if not self._values.shape[1]:
            return self._circuit
        values = _without_drift(self._values[element])
        return self._circuit.assign_parameters(values, flat_input=True)

    def keep(self, element: int, experiment: Any) -> None:
        """Store the outcome of one element."""
        bits = self._bits.shape[-1]
        self._bits[element] = shot_bits(experiment, shots=self.shots, bits=bits)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Answer registers and what the samplex drew, in the item's shape."""
        bits = self._bits.shape[-1]
        whole = self._bits.reshape(*self._shape, self.shots, bits)
        registers = {name: whole[..., at] for name, at in self._columns.items()}
        return {**self._drawn, **registers}


def _threads(program: QuantumProgram, backend: BackendV2) -> dict[str, int]:
    option = "max_parallel_threads"
    if not hasattr(backend.options, option):
        return {}
    wide = max((_width(item.circuit) for item in program.items), default=0)
    return {option: 1} if wide < _THREADED_QUBITS else {}


def _width(circuit: QuantumCircuit) -> int:
    """Count the qubits that something happens to."""
    return len(
        {
            qubit
            for instruction in circuit.data
            if instruction.name != "barrier"
            for qubit in instruction.qubits
        }
    )


def _reason(result: Result) -> str:
    """Shorten what may be the same for hundreds of circuits."""
    told = [each.status for each in result.results if not each.success]
    return str(told[0] if told else result.status).removeprefix("ERROR:").strip()


def _without_drift(values: NDArray[Any]) -> NDArray[Any]:
    """Make almost quarter turns exact: a circuit of them runs as a stabilizer's."""
    values = values.astype(np.float64, copy=False)
    turns = np.round(values / _QUARTER_TURN) * _QUARTER_TURN
    return np.where(np.abs(values - turns) < _DRIFT, turns, values)


def _seed(backend: BackendV2, options: RunOptions) -> int | None:
    """The seed that the caller gave to the program or, failing that, to the job."""
    if options.seed is not None:
        return options.seed
    seed: int | None = getattr(backend, "seed", None)
    return options.drawing_seed if seed is None else seed
