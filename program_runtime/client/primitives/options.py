"""The options of the V1 primitives, as the retired client had them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Self

from program_runtime import errors
from program_runtime.client.primitives import noise_of_backend, option_rules
from program_runtime.client.primitives.option_group import OptionGroup, group, option

__all__ = [
    "EnvironmentOptions",
    "ExecutionOptions",
    "Options",
    "ResilienceOptions",
    "SimulatorOptions",
    "TranspilationOptions",
]

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LONGEST_S = 8 * 60 * 60

_POINTS = {
    "LinearExtrapolator": 2,
    "QuadraticExtrapolator": 3,
    "CubicExtrapolator": 4,
    "QuarticExtrapolator": 5,
}
_AMPLIFIERS = (
    "TwoQubitAmplifier",
    "GlobalFoldingAmplifier",
    "LocalFoldingAmplifier",
    "CxAmplifier",
)


class TranspilationOptions(OptionGroup):
    """How the service makes a circuit fit the backend."""

    skip_transpilation: bool = option(option_rules.flag, default=False)
    """Run the circuits as they are."""
    initial_layout: Sequence[int] | Mapping[int, int] | None = option(
        option_rules.layout, default=None
    )
    """The physical qubit of each virtual one."""
    layout_method: str | None = option(
        option_rules.one_of(
            "trivial", "dense", "sabre", gone={"noise_adaptive": "sabre"}
        ),
        default=None,
    )
    routing_method: str | None = option(
        option_rules.one_of(
            "basic", "lookahead", "sabre", "none", gone={"stochastic": "sabre"}
        ),
        default=None,
    )
    approximation_degree: float | None = option(option_rules.number(0, 1), default=None)
    """1 allows no approximation in synthesis."""


class ResilienceOptions(OptionGroup):
    """Zero-noise extrapolation, at resilience level 2."""

    noise_amplifier: str | None = option(
        option_rules.one_of(*_AMPLIFIERS), default=None
    )
    noise_factors: Sequence[float] | None = option(
        option_rules.each(option_rules.number(1), least=2), default=None
    )
    extrapolator: str | None = option(option_rules.one_of(*_POINTS), default=None)

    def _own_conflicts(self) -> Iterator[errors.Problem]:
        factors, extrapolator = self.noise_factors, self.extrapolator
        if factors and extrapolator and len(factors) < _POINTS[extrapolator]:
            yield errors.Problem(
                path="noise_factors",
                message=f"has {len(factors)} values; {extrapolator} needs at least "
                f"{_POINTS[extrapolator]}",
            )


class ExecutionOptions(OptionGroup):
    """How often, and from which state."""

    shots: int = option(option_rules.whole(1), default=4000)
    init_qubits: bool = option(option_rules.flag, default=True)
    """Reset the qubits before each shot."""


class EnvironmentOptions(OptionGroup):
    """What surrounds the run."""

    log_level: str = option(option_rules.one_of(*LOG_LEVELS), default="WARNING")
    callback: Callable[[str, Any], Any] | None = option(
        option_rules.called, default=None
    )
    """Called with the job's id and each result, in a thread of its own."""
    job_tags: list[str] | None = option(
        option_rules.each(option_rules.text), default=None
    )


class SimulatorOptions(OptionGroup):
    """What a simulator pretends to be."""

    noise_model: Any = option(option_rules.noise, default=None)
    """A ``NoiseModel`` of Aer, or its dict."""
    seed_simulator: int | None = option(option_rules.whole(0), default=None)
    coupling_map: Any = option(option_rules.coupling, default=None)
    basis_gates: list[str] | None = option(
        option_rules.each(option_rules.text), default=None
    )

    def set_backend(self, backend: Any) -> None:
        """Take noise, coupling map and basis gates from a backend."""
        self.update(**noise_of_backend.options_like(backend))

    def to_wire(self) -> dict[str, Any]:
        """What is set, a coupling map as the list of its edges."""
        wire = self.to_dict()
        edges = getattr(self.coupling_map, "get_edges", None)
        if edges is not None:
            wire["coupling_map"] = [list(edge) for edge in edges()]
        return wire


class Options(OptionGroup):
    """Options of the V1 primitives.

    >>> options = Options(optimization_level=3)
    >>> options.execution.shots = 1024
    >>> options.to_dict()["execution"]
    {'shots': 1024, 'init_qubits': True}
    """

    optimization_level: int | None = option(option_rules.whole(0, 3), default=None)
    """How hard the transpiler works; the service chooses when it is not set."""
    resilience_level: int | None = option(option_rules.whole(0, 3), default=None)
    """How much error mitigation: here a sampler has 0 and 1, an estimator 0 to 2."""
    max_execution_time: int | None = option(
        option_rules.whole(1, LONGEST_S), default=None
    )
    """Seconds that the job may run."""
    transpilation: TranspilationOptions = group(factory=TranspilationOptions)
    resilience: ResilienceOptions = group(factory=ResilienceOptions)
    execution: ExecutionOptions = group(factory=ExecutionOptions)
    environment: EnvironmentOptions = group(factory=EnvironmentOptions)
    simulator: SimulatorOptions = group(factory=SimulatorOptions)

    @classmethod
    def of(cls, options: Self | Mapping[str, Any] | None) -> Self:
        """A copy of options, or options of a dict, whose groups may be left out.

        Raises:
            InvalidValueError: It lists everything that is wrong.
        """
        if isinstance(options, Mapping):
            return cls().overridden(options)
        return super().of(options)

    def overridden(self, run_options: Mapping[str, Any]) -> Self:
        """A copy with other values, as ``run(..., shots=100)`` names them.

        Args:
            run_options: Options by name, with or without the group they are in.

        Raises:
            InvalidValueError: It lists everything that is wrong.
        """
        changed = self.copy()
        if run_options:
            changed.update(**self._nested(run_options))
        return changed

    def to_inputs(self) -> dict[str, Any]:
        """The program's inputs that these options are."""
        simulator = self.simulator.to_wire()
        transpilation = self.transpilation.to_dict()
        if isinstance(self.transpilation.initial_layout, Mapping):
            by_qubit = self.transpilation.initial_layout
            transpilation["initial_layout"] = [
                by_qubit[qubit] for qubit in range(len(by_qubit))
            ]
        for name in ("coupling_map", "basis_gates"):
            if name in simulator:
                transpilation[name] = simulator[name]
        if self.optimization_level is not None:
            level = {"level": self.optimization_level}
            transpilation["optimization_settings"] = level
        resilience = self.resilience.to_dict()
        if self.resilience_level is not None:
            resilience["level"] = self.resilience_level
        run_options = self.execution.to_dict()
        for name in ("noise_model", "seed_simulator"):
            if name in simulator:
                run_options[name] = simulator[name]
        return {
            "transpilation_settings": transpilation,
            "resilience_settings": resilience,
            "run_options": run_options,
        }

    def to_runtime_options(self) -> dict[str, Any]:
        """What ``service.run`` takes as its options."""
        said = {
            "max_execution_time": self.max_execution_time,
            "log_level": self.environment.log_level,
            "job_tags": self.environment.job_tags,
        }
        return {name: value for name, value in said.items() if value is not None}

    def _nested(self, run_options: Mapping[str, Any]) -> dict[str, Any]:
        nested: dict[str, Any] = {}
        for name, value in run_options.items():
            home = next(
                (key for key, inner in self._groups() if name in inner.names()),
                None,
            )
            if home is None or name in self.__dict__:
                nested[name] = _merged(nested.get(name), value)
            else:
                nested[home] = _merged(nested.get(home), {name: value})
        return nested


def _merged(known: Any, value: Any) -> Any:
    if isinstance(known, dict) and isinstance(value, Mapping):
        return {**known, **value}
    return value
