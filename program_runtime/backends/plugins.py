"""Backends that other distributions register.

An entry point of the group ``program_runtime.backends`` names a callable without
arguments that returns a Qiskit ``BackendV2``; its name is the backend's name.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from program_runtime.backends.info import BackendInfo
from program_runtime.errors import BackendNotFoundError

if TYPE_CHECKING:
    from qiskit.providers import BackendV2

__all__ = ["GROUP", "load_plugin", "registered"]

GROUP = "program_runtime.backends"


def registered() -> dict[str, BackendInfo]:
    """Read the metadata of installed distributions; nothing is imported."""
    return {name: _info(entry) for name, entry in _entries().items()}


def load_plugin(name: str) -> BackendV2:
    """Call the entry point of this name.

    Args:
        name: The entry point's name.

    Returns:
        What the callable returned.

    Raises:
        BackendNotFoundError: It can not be imported, it raised, or it returned
            something other than a ``BackendV2``.
    """
    from qiskit.providers import BackendV2  # noqa: PLC0415 - 0.6 s

    entry = _entries()[name]
    try:
        backend = entry.load()()
    except Exception as err:  # other people's code: whatever it raises
        raise BackendNotFoundError(
            f"Backend {name!r} could not be loaded from {_origin(entry)}: "
            f"{type(err).__name__}: {err}"
        ) from err
    if not isinstance(backend, BackendV2):
        raise BackendNotFoundError(
            f"Backend {name!r} from {_origin(entry)} is of type "
            f"{type(backend).__name__}, expected a qiskit.providers.BackendV2."
        )
    return backend


def _entries() -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=GROUP):
        found.setdefault(entry.name, entry)
    return found


def _info(entry: EntryPoint) -> BackendInfo:
    return BackendInfo(
        name=entry.name,
        simulator=False,
        description=f"Registered by {_origin(entry)}.",
        source=entry.value,
    )


def _origin(entry: EntryPoint) -> str:
    return f"{entry.dist.name} ({entry.value})" if entry.dist else entry.value
