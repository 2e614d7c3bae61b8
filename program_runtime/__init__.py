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
        IBMBackend,
        QiskitRuntimeService,
        RuntimeJob,
        RuntimeOptions,
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
    "CodecError",
    "ExecutionError",
    "IBMBackend",
    "InvalidValueError",
    "MessengerClosedError",
    "NotAuthorizedError",
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
    "ServiceUnreachableError",
    "UndecodableError",
    "UnserializableError",
    "UserMessenger",
]

_HOMES = {
    "IBMBackend": "client",
    "ParameterNamespace": "metadata",
    "ProgramBackend": "program",
    "QiskitRuntimeService": "client",
    "ResultDecoder": "program",
    "RuntimeDecoder": "codec",
    "RuntimeEncoder": "codec",
    "RuntimeJob": "client",
    "RuntimeOptions": "client",
    "RuntimeProgram": "metadata",
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
