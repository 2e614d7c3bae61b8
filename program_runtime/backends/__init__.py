"""The catalog: name -> Qiskit backend.

``known``, ``resolve`` and ``BackendInfo`` need no Qiskit, ``load`` and
``describe_backend`` do.
"""

from __future__ import annotations

from program_runtime.backends.catalog import BackendInfo, known, load, resolve
from program_runtime.backends.describe import describe_backend

__all__ = ["BackendInfo", "describe_backend", "known", "load", "resolve"]
