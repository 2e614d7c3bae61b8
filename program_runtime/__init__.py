"""Everything that is present when a runtime program runs or is called.

>>> from program_runtime import QiskitRuntimeService
>>> service = QiskitRuntimeService()

The public names load when they are first used: importing this package imports
neither Qiskit nor an HTTP library.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from program_runtime.client import (
        Batch,
        Estimator,
        EstimatorOptions,
        EstimatorV2,
        IBMBackend,
        Options,
        QiskitRuntimeService,
        RuntimeJob,
        RuntimeOptions,
        Sampler,
        SamplerOptions,
        SamplerV2,
        Session,
    )
    from program_runtime.codec import RuntimeDecoder, RuntimeEncoder
    from program_runtime.errors import (
        ApiError,
        BackendNotFoundError,
        BadBundleError,
        BadInputsError,
        BadMetadataError,
        CodecError,
        ExecutionError,
        InvalidValueError,
        MessengerClosedError,
        NotAuthorizedError,
        Problem,
        ProgramRuntimeError,
        RuntimeDuplicateProgramError,
        RuntimeInvalidStateError,
        RuntimeJobCancelledError,
        RuntimeJobFailureError,
        RuntimeJobMaxTimeoutError,
        RuntimeJobNotFound,
        RuntimeJobTimeoutError,
        RuntimeProgramNotFound,
        ServiceUnreachableError,
        UndecodableError,
        UnserializableError,
    )
    from program_runtime.metadata import ParameterNamespace, RuntimeProgram
    from program_runtime.program import ProgramBackend, ResultDecoder, UserMessenger

__all__ = [
    "ApiError",
    "BackendNotFoundError",
    "BadBundleError",
    "BadInputsError",
    "BadMetadataError",
    "Batch",
    "CodecError",
    "Estimator",
    "EstimatorOptions",
    "EstimatorV2",
    "ExecutionError",
    "IBMBackend",
    "InvalidValueError",
    "MessengerClosedError",
    "NotAuthorizedError",
    "Options",
    "ParameterNamespace",
    "Problem",
    "ProgramBackend",
    "ProgramRuntimeError",
    "QiskitRuntimeService",
    "ResultDecoder",
    "RuntimeDecoder",
    "RuntimeDuplicateProgramError",
    "RuntimeEncoder",
    "RuntimeInvalidStateError",
    "RuntimeJob",
    "RuntimeJobCancelledError",
    "RuntimeJobFailureError",
    "RuntimeJobMaxTimeoutError",
    "RuntimeJobNotFound",
    "RuntimeJobTimeoutError",
    "RuntimeOptions",
    "RuntimeProgram",
    "RuntimeProgramNotFound",
    "Sampler",
    "SamplerOptions",
    "SamplerV2",
    "ServiceUnreachableError",
    "Session",
    "UndecodableError",
    "UnserializableError",
    "UserMessenger",
]

_HOMES = {
    "Batch": "client",
    "Estimator": "client",
    "EstimatorOptions": "client",
    "EstimatorV2": "client",
    "IBMBackend": "client",
    "Options": "client",
    "ParameterNamespace": "metadata",
    "ProgramBackend": "program",
    "QiskitRuntimeService": "client",
    "ResultDecoder": "program",
    "RuntimeDecoder": "codec",
    "RuntimeEncoder": "codec",
    "RuntimeJob": "client",
    "RuntimeOptions": "client",
    "RuntimeProgram": "metadata",
    "Sampler": "client",
    "SamplerOptions": "client",
    "SamplerV2": "client",
    "Session": "client",
    "UserMessenger": "program",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES.get(name, "errors")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
