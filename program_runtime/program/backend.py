"""The backend that a program is given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from qiskit import QuantumCircuit
from qiskit.providers import BackendV2, Options

from program_runtime.backends import configuration
from program_runtime.program.circuit_check import check_of, forget_check
from program_runtime.program.counted_primitives import (
    CountedEstimator,
    CountedSampler,
)
from program_runtime.program.estimator import ExactEstimator, is_ideal_simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qiskit.primitives import BaseEstimatorV2, BaseSamplerV2
    from qiskit.providers import JobV1, QubitProperties
    from qiskit.transpiler import Target

__all__ = ["Execution", "ProgramBackend"]

_SEED_RANGE = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """Circuits on their way to a backend, for whoever keeps accounts."""

    circuits: tuple[QuantumCircuit, ...]
    shots: int | None
    """For each circuit; None for exact expectation values."""
    pubs: int = 0
    """Of the backend's sampler or estimator, when their first circuits run."""


class ProgramBackend(BackendV2):
    """A Qiskit backend with the caller's shots and seed as defaults.

    Everything that a Qiskit backend has is that of the wrapped one. ``seed`` makes a
    program's whole sequence of executions repeatable: the first execution runs with
    the seed itself, each later one with the next number, so that their shot noise is
    independent.

    Args:
        backend: The backend that runs the circuits.
        shots: Default number of shots; the backend's own default when None.
        seed: Seed of the simulator; ignored by a backend that knows no seed.
        on_execution: Called with every ``Execution`` before it starts.
        executions: How many an earlier run has made, whose seeds this one goes on with.

    Example:
        >>> from qiskit import QuantumCircuit
        >>> from program_runtime.program.testing import local_backend
        >>> circuit = QuantumCircuit(1, 1)
        >>> circuit.x(0); circuit.measure(0, 0)  # doctest: +ELLIPSIS
        <...>
        <...>
        >>> local_backend(shots=100).run(circuit).result().get_counts()
        {'1': 100}
    """

    def __init__(
        self,
        backend: BackendV2,
        *,
        shots: int | None = None,
        seed: int | None = None,
        on_execution: Callable[[Execution], None] | None = None,
        executions: int = 0,
    ) -> None:
        super().__init__(
            name=backend.name,
            description=backend.description,
            online_date=backend.online_date,
            backend_version=backend.backend_version,
        )
        self._backend = backend
        self._shots = shots
        self._seed = seed
        self._on_execution = on_execution
        self._executions = executions
        self._pubs = 0
        self._lock = Lock()

    def run(
        self, run_input: QuantumCircuit | Sequence[QuantumCircuit], **options: Any
    ) -> JobV1:
        """Run circuits that were transpiled for this backend.

        Args:
            run_input: One circuit or several.
            **options: ``shots`` and whatever else the wrapped backend takes.

        Returns:
            The job; ``.result().get_counts()`` waits for it.

        Raises:
            UnsupportedCircuitError: A circuit does not fit the backend.
        """
        circuits = (
            (run_input,) if isinstance(run_input, QuantumCircuit) else tuple(run_input)
        )
        check_of(self._backend)(circuits)
        options = {**self._defaults(), **_given(options)}
        pubs = self._take_pubs()
        self._account(circuits, options.get("shots", self._own_shots()), pubs)
        if pubs and getattr(self._backend, "counts_pubs", False):
            options["pubs"] = pubs
        # One circuit goes as one: get_counts() then answers one dictionary.
        return self._backend.run(
            run_input if isinstance(run_input, QuantumCircuit) else list(circuits),
            **options,
        )

    def sampler(self, *, shots: int | None = None) -> BaseSamplerV2:
        """Make a sampler primitive (V2) that runs on this backend.

        Args:
            shots: Default of this sampler; the backend's default when None.
        """
        shots = shots or self._shots or self._own_shots() or 1024
        return CountedSampler(
            backend=self, options={"default_shots": shots}, before=self._expect_pubs
        )

    def estimator(self, *, shots: int | None = None) -> BaseEstimatorV2:
        """Make an estimator primitive (V2) that fits this backend.

        On an ideal simulator without ``shots`` its expectation values are exact;
        otherwise they are measured, with the noise of the device and of the shots.

        Args:
            shots: Shots for each measured basis; the backend's default when None.
        """
        shots = shots or self._shots
        options = {"default_precision": shots**-0.5} if shots else {}
        measured = CountedEstimator(
            backend=self, options=options, before=self._expect_pubs
        )
        if shots or not is_ideal_simulator(self._backend):
            return measured
        return ExactEstimator(self._backend, measured=measured, before=self._begin)

    def configuration(self) -> SimpleNamespace:
        """Answer the part of the old configuration that retired programs read.

        Returns:
            An object with ``backend_name``, ``n_qubits``, ``basis_gates``,
            ``coupling_map``, ``simulator``, ``max_shots`` and the like.
        """
        return self._configuration

    @cached_property
    def _configuration(self) -> SimpleNamespace:
        values = configuration.configuration_of(self._backend)
        return SimpleNamespace(**values, num_qubits=values["n_qubits"])

    @property
    def executions(self) -> int:
        """How many executions have taken a seed, those of earlier runs included."""
        return self._executions

    @property
    def device(self) -> BackendV2:
        """The wrapped backend."""
        return self._backend

    @property
    def seed(self) -> int | None:
        """The job's seed, for what a program draws beside the shots."""
        return self._seed

    @property
    def target(self) -> Target:
        """What the wrapped backend can run, for the transpiler."""
        return self._backend.target

    @property
    def max_circuits(self) -> int | None:
        """How many circuits one call of ``run`` takes; None is any number."""
        limit: int | None = self._backend.max_circuits
        return limit

    @property
    def dtm(self) -> float:
        """Time resolution of output signals in seconds."""
        seconds: float = self._backend.dtm
        return seconds

    @property
    def meas_map(self) -> list[list[int]]:
        """Groups of qubits that are measured together."""
        groups: list[list[int]] = self._backend.meas_map
        return groups

    def qubit_properties(
        self, qubit: int | list[int]
    ) -> QubitProperties | list[QubitProperties]:
        """Answer coherence times and frequency.

        Args:
            qubit: One index or several.
        """
        return self._backend.qubit_properties(qubit)

    @property
    def options(self) -> Options:
        """The wrapped backend's options."""
        return self._backend.options

    def set_options(self, **fields: Any) -> None:
        """Set options of the wrapped backend.

        Args:
            **fields: Their names and values.
        """
        self._backend.set_options(**fields)
        # A noise model changes what Aer says of itself.
        forget_check(self._backend)
        self.__dict__.pop("_configuration", None)

    @classmethod
    def _default_options(cls) -> Options:
        return Options()

    def __getattr__(self, name: str) -> Any:
        # Only what BackendV2 does not have comes here: properties(), the transpiler's
        # plugin hooks, the extras of a provider.
        if name.startswith("_"):
            raise AttributeError(f"ProgramBackend has no attribute {name!r}")
        return getattr(self._backend, name)

    def __repr__(self) -> str:
        return f"<ProgramBackend({self.name!r})>"

    def _begin(self, circuits: Sequence[QuantumCircuit]) -> None:
        """Check and account for an exact execution."""
        check_of(self._backend)(circuits)
        self._account(circuits, None, len(circuits))

    def _account(
        self, circuits: Sequence[QuantumCircuit], shots: int | None, pubs: int
    ) -> None:
        if self._on_execution is not None:
            self._on_execution(
                Execution(circuits=tuple(circuits), shots=shots, pubs=pubs)
            )

    def _expect_pubs(self, count: int) -> None:
        """Hear of PUBs whose circuits come next, from a thread of the primitive."""
        with self._lock:
            self._pubs += count

    def _take_pubs(self) -> int:
        with self._lock:
            pubs, self._pubs = self._pubs, 0
        return pubs

    def _own_shots(self) -> int | None:
        shots: int | None = getattr(self._backend.options, "shots", None)
        return shots

    def _defaults(self) -> dict[str, Any]:
        defaults: dict[str, Any] = {}
        if self._shots is not None:
            defaults["shots"] = self._shots
        if self._seed is not None and hasattr(self._backend.options, "seed_simulator"):
            with self._lock:
                defaults["seed_simulator"] = (
                    self._seed + self._executions
                ) % _SEED_RANGE
                self._executions += 1
        return defaults


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """Leave out what asks for a default: primitives pass ``seed_simulator=None``."""
    return {
        name: value
        for name, value in options.items()
        if value is not None or name not in {"shots", "seed_simulator"}
    }
