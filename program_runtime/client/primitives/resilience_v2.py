"""Error mitigation of ``EstimatorV2``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime import errors
from program_runtime.client.primitives import option_rules
from program_runtime.client.primitives.option_group import OptionGroup, group, option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "LayerNoiseLearningOptions",
    "MeasureNoiseLearningOptions",
    "PecOptions",
    "ResilienceOptionsV2",
    "ZneOptions",
]

_POINTS = {
    "linear": 2,
    "exponential": 2,
    "double_exponential": 4,
    "fallback": 2,
    **{f"polynomial_degree_{degree}": degree + 1 for degree in range(1, 8)},
}
_EXTRAPOLATOR = option_rules.one_of(*_POINTS)
_DEFAULT_FACTORS = (1, 3, 5)
_DEFAULT_EXTRAPOLATORS = ("exponential", "linear")


class MeasureNoiseLearningOptions(OptionGroup):
    """How readout errors are learned."""

    num_randomizations: int | None = option(option_rules.whole(1), default=None)
    shots_per_randomization: int | str | None = option(
        option_rules.either(option_rules.whole(1), option_rules.one_of("auto")),
        default=None,
    )


class ZneOptions(OptionGroup):
    """Zero-noise extrapolation."""

    amplifier: str | None = option(
        option_rules.one_of(
            "gate_folding", "gate_folding_front", "gate_folding_back", "pea"
        ),
        default=None,
    )
    noise_factors: Sequence[float] | None = option(
        option_rules.each(option_rules.number(1)), default=None
    )
    extrapolator: str | Sequence[str] | None = option(
        option_rules.either(_EXTRAPOLATOR, option_rules.each(_EXTRAPOLATOR, least=1)),
        default=None,
    )
    extrapolated_noise_factors: Sequence[float] | None = option(
        option_rules.each(option_rules.number(0)), default=None
    )

    def _own_conflicts(self) -> Iterator[errors.Problem]:
        factors = _DEFAULT_FACTORS if self.noise_factors is None else self.noise_factors
        chosen = self.extrapolator or _DEFAULT_EXTRAPOLATORS
        for name in (chosen,) if isinstance(chosen, str) else chosen:
            if len(factors) < _POINTS[name]:
                yield errors.Problem(
                    path="noise_factors",
                    message=f"has {len(factors)} values; {name!r} needs at least "
                    f"{_POINTS[name]}",
                )


class PecOptions(OptionGroup):
    """Probabilistic error cancellation."""

    max_overhead: float | None = option(option_rules.number(above=0), default=None)
    noise_gain: float | str | None = option(
        option_rules.either(option_rules.number(0), option_rules.one_of("auto")),
        default=None,
    )


class LayerNoiseLearningOptions(OptionGroup):
    """How the noise of layers of gates is learned."""

    max_layers_to_learn: int | None = option(option_rules.whole(0), default=None)
    shots_per_randomization: int | None = option(option_rules.whole(1), default=None)
    num_randomizations: int | None = option(option_rules.whole(1), default=None)
    layer_pair_depths: Sequence[int] | None = option(
        option_rules.each(option_rules.whole(0)), default=None
    )


class ResilienceOptionsV2(OptionGroup):
    """Which mitigation, beside what the resilience level brings."""

    measure_mitigation: bool | None = option(option_rules.flag, default=None)
    zne_mitigation: bool | None = option(option_rules.flag, default=None)
    pec_mitigation: bool | None = option(option_rules.flag, default=None)
    measure_noise_learning: MeasureNoiseLearningOptions = group(
        factory=MeasureNoiseLearningOptions
    )
    zne: ZneOptions = group(factory=ZneOptions)
    pec: PecOptions = group(factory=PecOptions)
    layer_noise_learning: LayerNoiseLearningOptions = group(
        factory=LayerNoiseLearningOptions
    )
    layer_noise_model: Any = option(option_rules.free, default=None)
    """What a noise learner found, so that nothing is learned again."""

    def _own_conflicts(self) -> Iterator[errors.Problem]:
        if self.zne_mitigation and self.pec_mitigation:
            yield errors.Problem(
                path="pec_mitigation",
                message="and zne_mitigation exclude each other",
                hint="Set one of them to False.",
            )
        if self.measure_mitigation is False and self.measure_noise_learning.to_dict():
            yield errors.Problem(
                path="measure_noise_learning",
                message="is set, but measure_mitigation is False",
            )
