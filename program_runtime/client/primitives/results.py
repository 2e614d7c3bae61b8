"""The results of the V1 primitives, which Qiskit 2 removed."""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self

from program_runtime.program.decoding import ResultDecoder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from qiskit.result import QuasiDistribution

__all__ = [
    "EstimatorResult",
    "EstimatorResultDecoder",
    "SamplerResult",
    "SamplerResultDecoder",
]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Result:
    @property
    def num_experiments(self) -> int:
        """How many circuits were run."""
        return len(getattr(self, fields(self)[0].name))

    @property
    def experiments(self) -> tuple[dict[str, Any], ...]:
        """What was found, one dict a circuit."""
        names = [field.name for field in fields(self)]
        columns = (getattr(self, name) for name in names)
        return tuple(
            dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)
        )

    def decompose(self) -> Iterator[Self]:
        """A result for each circuit."""
        for row in self.experiments:
            yield type(self)(**{name: _alone(value) for name, value in row.items()})


@dataclass(frozen=True)
class SamplerResult(_Result):
    """What a V1 sampler found.

    >>> from qiskit.result import QuasiDistribution
    >>> result = SamplerResult([QuasiDistribution({"00": 0.5, "11": 0.5})], [{}])
    >>> result.quasi_dists[0].binary_probabilities()
    {'00': 0.5, '11': 0.5}
    """

    quasi_dists: list[QuasiDistribution]
    """Probabilities of the outcomes, which mitigation may make negative."""
    metadata: list[dict[str, Any]]


@dataclass(frozen=True)
class EstimatorResult(_Result):
    """What a V1 estimator found."""

    values: NDArray[Any]
    """Expectation values."""
    metadata: list[dict[str, Any]]
    """``variance``, ``shots`` and what mitigation added, one dict a circuit."""


class SamplerResultDecoder(ResultDecoder):
    """Makes a :class:`SamplerResult`; a V2 result stays what it is."""

    @classmethod
    def decode(cls, data: str, /) -> Any:
        """Decode one result."""
        decoded = _told(super().decode(data))
        if not isinstance(decoded, dict) or "quasi_dists" not in decoded:
            return decoded
        from qiskit.result import QuasiDistribution  # noqa: PLC0415 - 0.6 s

        return SamplerResult(
            quasi_dists=[QuasiDistribution(each) for each in decoded["quasi_dists"]],
            metadata=decoded["metadata"],
        )


class EstimatorResultDecoder(ResultDecoder):
    """Makes an :class:`EstimatorResult`; a V2 result stays what it is."""

    @classmethod
    def decode(cls, data: str, /) -> Any:
        """Decode one result."""
        decoded = _told(super().decode(data))
        if not isinstance(decoded, dict) or "values" not in decoded:
            return decoded
        import numpy as np  # noqa: PLC0415 - 0.1 s

        return EstimatorResult(
            values=np.asarray(decoded["values"]), metadata=decoded["metadata"]
        )


def _told(decoded: Any) -> Any:
    """The same; what the program warned of is in the log as well."""
    metadata = (
        decoded.get("metadata")
        if isinstance(decoded, dict)
        else getattr(decoded, "metadata", None)
    )
    parts = metadata if isinstance(metadata, list) else [metadata]
    warnings = (
        text
        for part in parts
        if isinstance(part, dict)
        for text in part.get("warnings") or ()
    )
    for text in dict.fromkeys(warnings):
        _logger.warning("%s", text)
    return decoded


def _alone(value: Any) -> Any:
    """One circuit's share in the form of all circuits' shares."""
    if isinstance(value, dict):
        return [value]
    import numpy as np  # noqa: PLC0415 - 0.1 s

    return np.asarray([value])
