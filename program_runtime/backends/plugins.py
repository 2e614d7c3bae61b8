"""Backends and providers of devices that other distributions register.

An entry point of the group ``program_runtime.backends`` names a callable without
arguments that returns a Qiskit ``BackendV2``; its name is the backend's name. Such a
backend is made in the program's own process, so it must need no secret.

One of the group ``program_runtime.providers`` names a callable that returns a provider:
an object whose ``backends()`` are devices, or one ``BackendV2``. It is called in the
broker's process alone, so it may hold credentials. Two groups, because what is a device
must be known without importing anything.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from program_runtime.backends.info import BackendInfo
from program_runtime.errors import BackendNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qiskit.providers import BackendV2

    from program_runtime.backends.device import Device

__all__ = [
    "GROUP",
    "PROVIDERS_GROUP",
    "load_plugin",
    "load_provider",
    "providers",
    "registered",
]

GROUP = "program_runtime.backends"
PROVIDERS_GROUP = "program_runtime.providers"


def registered() -> dict[str, BackendInfo]:
    """Read the metadata of installed distributions; nothing is imported."""
    return {name: _info(entry) for name, entry in _entries(GROUP).items()}


def providers() -> list[str]:
    """Name the registered providers of devices; nothing is imported."""
    return list(_entries(PROVIDERS_GROUP))


def load_provider(name: str) -> Mapping[str, Device]:
    """Call the entry point of a provider; only the broker does that.

    Args:
        name: The entry point's name.

    Returns:
        Its devices by their own names.

    Raises:
        BackendNotFoundError: It can not be imported, it raised, or it returned
            something other than a provider.
    """
    from qiskit.providers import BackendV2  # noqa: PLC0415 - 0.6 s

    from program_runtime.backends.backend_device import (  # noqa: PLC0415 - 0.6 s
        BackendDevice,
    )

    entry = _entries(PROVIDERS_GROUP)[name]
    try:
        provider = entry.load()()
        found = [provider] if isinstance(provider, BackendV2) else provider.backends()
        retrieve = getattr(provider, "retrieve_job", None)
        return {
            backend.name: BackendDevice(backend, retrieve=retrieve) for backend in found
        }
    except Exception as err:  # other people's code: whatever it raises
        raise BackendNotFoundError(
            f"Provider {name!r} could not be loaded from {_origin(entry)}: "
            f"{type(err).__name__}: {err}"
        ) from err


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

    entry = _entries(GROUP)[name]
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


def _entries(group: str) -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=group):
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
