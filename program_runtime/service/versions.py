"""The versions that clients compare with their own before they send anything."""

from __future__ import annotations

import platform
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from importlib import metadata
from typing import Any

from program_runtime.codec import wire

_DISTRIBUTION = "qiskit-program-toolkit"
_OF_NUMBERS = ("qiskit", "qiskit-aer", "qiskit-ibm-runtime", "numpy", "scipy")


def images() -> tuple[str, str]:
    """Return the names of the one environment that programs run in, as ``name:tag``.

    Who names the first means this version of the service and no other.
    """
    return f"{_DISTRIBUTION}:{versions()['version']}", f"{_DISTRIBUTION}:latest"


@cache
def versions() -> dict[str, Any]:
    """Return the versions of the service, its API, Python, Qiskit and QPY."""
    spoken = asdict(wire.own())
    return {
        "version": metadata.version(_DISTRIBUTION),
        "api": spoken["api"],
        "codec": spoken["codec"],
        "python": platform.python_version(),
        "qiskit": metadata.version("qiskit"),
        "qpy": spoken["qpy"] and spoken["qpy"]["max"],
        "qpy_range": spoken["qpy"],
    }


@cache
def packages() -> dict[str, str]:
    """Return the versions of Python and of what the numbers of a job depend on."""
    found = {"python": platform.python_version()}
    for name in (_DISTRIBUTION, *_OF_NUMBERS):
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found
