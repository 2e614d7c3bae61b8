"""The primitives as a caller sees them: what they take, their options and results.

Its public names load when they are first used; most import Qiskit.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from program_runtime.client.primitives.estimator import Estimator
    from program_runtime.client.primitives.estimator_v2 import EstimatorV2
    from program_runtime.client.primitives.options import Options
    from program_runtime.client.primitives.options_v2 import (
        EstimatorOptions,
        SamplerOptions,
    )
    from program_runtime.client.primitives.results import EstimatorResult, SamplerResult
    from program_runtime.client.primitives.sampler import Sampler
    from program_runtime.client.primitives.sampler_v2 import SamplerV2

__all__ = [
    "Estimator",
    "EstimatorOptions",
    "EstimatorResult",
    "EstimatorV2",
    "Options",
    "Sampler",
    "SamplerOptions",
    "SamplerResult",
    "SamplerV2",
]

_HOMES = {
    "Estimator": "estimator",
    "EstimatorOptions": "options_v2",
    "EstimatorResult": "results",
    "EstimatorV2": "estimator_v2",
    "Options": "options",
    "Sampler": "sampler",
    "SamplerOptions": "options_v2",
    "SamplerResult": "results",
    "SamplerV2": "sampler_v2",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
