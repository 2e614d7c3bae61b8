"""Is what the toolkit needs installed, and in which version?"""

from __future__ import annotations

import os
import platform
import re
import sys
from importlib import metadata
from typing import TYPE_CHECKING

from toolkit.doctor.diagnosis import Diagnosis, problem, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.doctor.situation import Situation

__all__ = ["check"]

_OURS = "qiskit-program-toolkit"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SERVICE = re.compile(r"""extra\s*==\s*['"]service['"]""")


def check(situation: Situation) -> Iterator[Diagnosis]:
    """Name the versions, and what is missing."""
    del situation
    version = platform.python_version()
    yield Diagnosis(name="python", message=f"{version} ({sys.executable})")
    yield Diagnosis(name="toolkit", message=f"{_OURS} {metadata.version(_OURS)}")
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    processors = os.cpu_count() or 1
    yield Diagnosis(name="platform", message=f"{system}, {processors} processors")
    yield from _packages()


def _packages() -> Iterator[Diagnosis]:
    needed = metadata.requires(_OURS) or []
    missing = _missing(line for line in needed if "extra ==" not in line)
    if missing:
        yield problem(
            "packages",
            f"not installed: {', '.join(missing)}",
            f"python -m pip install --upgrade {_OURS}",
        )
    for name in ("qiskit", "qiskit-aer"):
        if name not in missing:
            yield Diagnosis(name=name, message=metadata.version(name))
    missing = _missing(line for line in needed if _SERVICE.search(line))
    if missing:
        yield warning(
            "service packages",
            f"no service can run here: {', '.join(missing)} not installed",
            f"python -m pip install '{_OURS}[service]'",
        )


def _missing(requirements: Iterator[str]) -> list[str]:
    names = (found[0] for line in requirements if (found := _NAME.match(line)))
    return sorted(name for name in names if not _is_installed(name))


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        # uvloop is asked for where it exists, and nothing needs it.
        return name == "uvloop"
    return True
