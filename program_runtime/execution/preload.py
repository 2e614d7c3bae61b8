"""What a zygote imports before it forks, so that no job has to.

Only imports, never a call into Qiskit: a thread pool that runs before a fork makes
``transpile`` hang for ever in the child (rayon's pool does not survive a fork).
"""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["preload"]

_LIBRARIES: Final = (
    "numpy",
    "numpy.random",
    "scipy.linalg",
    "scipy.optimize",
    "scipy.sparse",
    "qiskit",
    "qiskit.circuit.library",
    "qiskit.primitives",
    "qiskit.providers",
    "qiskit.qpy",
    "qiskit.quantum_info",
    "qiskit.transpiler.preset_passmanagers",
    "qiskit_aer",
    "qiskit_aer.noise",
    "qiskit_aer.primitives",
    "jsonschema",
)
_PLUGIN_GROUPS: Final = ("qiskit.transpiler.", "qiskit.synthesis", "qiskit.unitary_")
_OWN_PACKAGES: Final = ("codec", "metadata", "backends", "program", "primitives")
_NOT_NEEDED: Final = ("__main__", "describe", "fake", "testing")


def preload(extra: Sequence[str] = ()) -> None:
    """Import all that a job is likely to need.

    Args:
        extra: Further modules, for instance those of an environment.

    Raises:
        ImportError: A library is missing.
    """
    for name in (*_LIBRARIES, *_own_modules(), *extra):
        importlib.import_module(name)
    for name in _transpiler_plugins():
        # Who is broken is passed over, as Qiskit does it.
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def _transpiler_plugins() -> list[str]:
    """The modules that the first ``transpile`` of a process would import.

    Qiskit loads every registered plugin then, whether it is used or not: with IBM's
    package installed that is two seconds, in each child anew.
    """
    found = entry_points()
    groups = [name for name in found.groups if name.startswith(_PLUGIN_GROUPS)]
    return sorted(
        {entry.module for name in groups for entry in found.select(group=name)}
    )


def _own_modules() -> Iterator[str]:
    """Our packages load their parts lazily, so each part is named."""
    for package in _OWN_PACKAGES:
        name = f"program_runtime.{package}"
        module = importlib.import_module(name)
        yield name
        for part in pkgutil.iter_modules(module.__path__):
            if not part.name.startswith(_NOT_NEEDED):
                yield f"{name}.{part.name}"
