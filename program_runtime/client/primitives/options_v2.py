"""The options of ``SamplerV2`` and ``EstimatorV2``, as the current client has them.

Only what is set is sent; the defaults are the program's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.client.primitives import option_rules
from program_runtime.client.primitives.option_group import OptionGroup, group, option
from program_runtime.client.primitives.options import LOG_LEVELS, LONGEST_S
from program_runtime.client.primitives.options import (
    SimulatorOptions as _SimulatorOptions,
)
from program_runtime.client.primitives.resilience_v2 import ResilienceOptionsV2

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "DynamicalDecouplingOptions",
    "EnvironmentOptionsV2",
    "EstimatorOptions",
    "ExecutionOptionsV2",
    "SamplerExecutionOptionsV2",
    "SamplerOptions",
    "TwirlingOptions",
]

_VERSION = 2
_AUTO_OR_COUNT = option_rules.either(option_rules.whole(1), option_rules.one_of("auto"))
_OUTSIDE = ("max_execution_time", "environment", "resilience_level", "experimental")
"""Options that do not go into the ``options`` of the program's inputs."""


class DynamicalDecouplingOptions(OptionGroup):
    """Pulses on idle qubits; a device's matter."""

    enable: bool | None = option(option_rules.flag, default=None)
    sequence_type: str | None = option(
        option_rules.one_of("XX", "XpXm", "XY4"), default=None
    )
    extra_slack_distribution: str | None = option(
        option_rules.one_of("middle", "edges"), default=None
    )
    scheduling_method: str | None = option(
        option_rules.one_of("alap", "asap"), default=None
    )
    skip_reset_qubits: bool | None = option(option_rules.flag, default=None)


class TwirlingOptions(OptionGroup):
    """Random Pauli gates that turn coherent errors into incoherent ones."""

    enable_gates: bool | None = option(option_rules.flag, default=None)
    enable_measure: bool | None = option(option_rules.flag, default=None)
    num_randomizations: int | str | None = option(_AUTO_OR_COUNT, default=None)
    shots_per_randomization: int | str | None = option(_AUTO_OR_COUNT, default=None)
    strategy: str | None = option(
        option_rules.one_of("active", "active-accum", "active-circuit", "all"),
        default=None,
    )


class ExecutionOptionsV2(OptionGroup):
    """From which state, and how fast after one another."""

    init_qubits: bool | None = option(option_rules.flag, default=None)
    rep_delay: float | None = option(option_rules.number(0), default=None)
    """Seconds between a measurement and the next shot; a device's matter."""


class SamplerExecutionOptionsV2(ExecutionOptionsV2):
    """Those of a sampler."""

    meas_type: str | None = option(
        option_rules.one_of("classified", "kerneled", "avg_kerneled"), default=None
    )


class EnvironmentOptionsV2(OptionGroup):
    """What surrounds the run."""

    log_level: str = option(option_rules.one_of(*LOG_LEVELS), default="WARNING")
    job_tags: list[str] | None = option(
        option_rules.each(option_rules.text), default=None
    )
    callback: Callable[[str, Any], Any] | None = option(
        option_rules.called, default=None
    )
    """Called with the job's id and each result, in a thread of its own."""


class _OptionsV2(OptionGroup):
    max_execution_time: int | None = option(
        option_rules.whole(1, LONGEST_S), default=None
    )
    """Seconds that the job may run."""
    default_shots: int | None = option(option_rules.whole(1), default=None)
    """Shots of a pub that names none, when ``run`` names none either."""
    dynamical_decoupling: DynamicalDecouplingOptions = group(
        factory=DynamicalDecouplingOptions
    )
    twirling: TwirlingOptions = group(factory=TwirlingOptions)
    environment: EnvironmentOptionsV2 = group(factory=EnvironmentOptionsV2)
    simulator: _SimulatorOptions = group(factory=_SimulatorOptions)
    experimental: Mapping[str, Any] | None = option(option_rules.table, default=None)
    """Passed on as it is; ``image`` in it is the environment to run in."""

    def to_inputs(self) -> dict[str, Any]:
        """The program's inputs that these options are."""
        said = self.to_dict()
        options = {name: said[name] for name in said if name not in _OUTSIDE}
        if "simulator" in said:
            options["simulator"] = self.simulator.to_wire()
        experimental = dict(self.experimental or {})
        experimental.pop("image", None)
        if experimental:
            options["experimental"] = experimental
        inputs = {"options": options, "version": _VERSION, "support_qiskit": True}
        if "resilience_level" in said:
            inputs["resilience_level"] = said["resilience_level"]
        return inputs

    def to_runtime_options(self) -> dict[str, Any]:
        """What ``service.run`` takes as its options."""
        said = {
            "max_execution_time": self.max_execution_time,
            "log_level": self.environment.log_level,
            "job_tags": self.environment.job_tags,
            "image": (self.experimental or {}).get("image"),
        }
        return {name: value for name, value in said.items() if value is not None}


class SamplerOptions(_OptionsV2):
    """Options of a ``SamplerV2``.

    >>> SamplerOptions(default_shots=100).to_inputs()["options"]
    {'default_shots': 100}
    """

    execution: SamplerExecutionOptionsV2 = group(factory=SamplerExecutionOptionsV2)


class EstimatorOptions(_OptionsV2):
    """Options of an ``EstimatorV2``.

    >>> EstimatorOptions(resilience_level=1).to_inputs()["resilience_level"]
    1
    """

    default_precision: float | None = option(option_rules.number(above=0), default=None)
    """Standard error of a pub that names none, when ``run`` names none either."""
    resilience_level: int | None = option(option_rules.whole(0, 2), default=None)
    """0: no mitigation, 1: readout, 2: zero-noise extrapolation too."""
    seed_estimator: int | None = option(option_rules.whole(0), default=None)
    resilience: ResilienceOptionsV2 = group(factory=ResilienceOptionsV2)
    execution: ExecutionOptionsV2 = group(factory=ExecutionOptionsV2)
