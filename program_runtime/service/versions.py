"""The versions that clients compare with their own before they send anything."""

from __future__ import annotations

import platform
import re
from contextlib import suppress
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_API = {"min": 1, "max": 1}
_QPY_VERSION = re.compile(r"^QPY_VERSION\s*=\s*(\d+)", re.MULTILINE)


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
    return {
        "version": metadata.version(_DISTRIBUTION),
        "api": _API,
        "python": platform.python_version(),
        "qiskit": metadata.version("qiskit"),
        "qpy": _qpy_version(),
    }


@cache
def packages() -> dict[str, str]:
    """Return the versions of Python and of what the numbers of a job depend on."""
    found = {"python": platform.python_version()}
    for name in (_DISTRIBUTION, *_OF_NUMBERS):
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def _qpy_version() -> int | None:
    """Read the number in Qiskit's source: importing Qiskit would cost 100 MB."""
    spec = find_spec("qiskit")
    if spec is None or spec.origin is None:  # pragma: no cover - it is required
        return None
    source = Path(spec.origin).parent / "qpy" / "common.py"
    found = _QPY_VERSION.search(source.read_text()) if source.exists() else None
    return int(found[1]) if found else None
