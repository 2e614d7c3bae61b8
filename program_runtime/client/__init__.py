"""The caller's side: services, jobs, streams of results.

Its public names load when they are first used, so that importing this package
costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from program_runtime.client.backend import IBMBackend
    from program_runtime.client.batch import Batch
    from program_runtime.client.job import RuntimeJob
    from program_runtime.client.options import RuntimeOptions
    from program_runtime.client.primitives import (
        Estimator,
        EstimatorOptions,
        EstimatorV2,
        Options,
        Sampler,
        SamplerOptions,
        SamplerV2,
    )
    from program_runtime.client.service import QiskitRuntimeService
    from program_runtime.client.session import Session

__all__ = [
    "Batch",
    "Estimator",
    "EstimatorOptions",
    "EstimatorV2",
    "IBMBackend",
    "Options",
    "QiskitRuntimeService",
    "RuntimeJob",
    "RuntimeOptions",
    "Sampler",
    "SamplerOptions",
    "SamplerV2",
    "Session",
]

_HOMES = {
    "Batch": "batch",
    "Estimator": "primitives",
    "EstimatorOptions": "primitives",
    "EstimatorV2": "primitives",
    "IBMBackend": "backend",
    "Options": "primitives",
    "QiskitRuntimeService": "service",
    "RuntimeJob": "job",
    "RuntimeOptions": "options",
    "Sampler": "primitives",
    "SamplerOptions": "primitives",
    "SamplerV2": "primitives",
    "Session": "session",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
