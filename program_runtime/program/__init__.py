"""What a program's ``main`` touches while it runs.

``program_runtime.program.testing`` has the doubles for a program's own tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.program.decoding import ResultDecoder
from program_runtime.program.messenger import MessageSink, UserMessenger

if TYPE_CHECKING:
    from program_runtime.program.backend import Execution, ProgramBackend

__all__ = [
    "Execution",
    "MessageSink",
    "ProgramBackend",
    "ResultDecoder",
    "UserMessenger",
]


def __getattr__(name: str) -> Any:
    if name in {"Execution", "ProgramBackend"}:
        from program_runtime.program import backend  # noqa: PLC0415 - imports Qiskit

        return getattr(backend, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
