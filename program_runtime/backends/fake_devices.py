"""Fake devices: the size, wiring and noise of real ones, simulated.

The table stands here so that listing them imports nothing; a test compares it with
the snapshots themselves.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from program_runtime.backends.info import BackendInfo

if TYPE_CHECKING:
    from qiskit.providers import BackendV2

__all__ = ["FAKE_DEVICES", "INSTALL_HINT", "available", "load_fake", "load_snapshot"]

_PACKAGE = "qiskit_ibm_runtime"
_CLASSES = {
    "fake_manila": ("FakeManilaV2", 5, "five qubits in a line"),
    "fake_lagos": ("FakeLagosV2", 7, "seven qubits in an H"),
    "fake_cairo": ("FakeCairoV2", 27, "twenty-seven qubits, two heavy hexagons"),
    "fake_sherbrooke": ("FakeSherbrooke", 127, "127 qubits, ECR gates"),
    "fake_torino": ("FakeTorino", 133, "133 qubits, CZ gates"),
}

INSTALL_HINT = "Install it: pip install 'qiskit-program-toolkit[fake-devices]'."

FAKE_DEVICES = tuple(
    BackendInfo(
        name=name,
        # Programs are to treat it as the device it stands for.
        simulator=False,
        num_qubits=num_qubits,
        description=f"Noise snapshot of a real device: {shape}.",
        source="fake",
    )
    for name, (_, num_qubits, shape) in _CLASSES.items()
)


def available() -> bool:
    """Tell whether the package with the snapshots is installed."""
    return find_spec(_PACKAGE) is not None


def load_fake(name: str) -> BackendV2:
    """Make a simulator with the noise, wiring and basis gates of a device.

    Args:
        name: One of the names in ``FAKE_DEVICES``.

    Returns:
        The simulator, under the device's name.
    """
    from qiskit_aer import AerSimulator  # noqa: PLC0415 - loads a simulator library

    device = load_snapshot(name)
    backend = AerSimulator.from_backend(device)
    backend.name = name
    backend.online_date = device.online_date
    return backend


def load_snapshot(name: str) -> BackendV2:
    """Make what the simulator is made of: target and names, without a noise model.

    Args:
        name: One of the names in ``FAKE_DEVICES``.
    """
    from qiskit_ibm_runtime import fake_provider  # noqa: PLC0415 - an extra, and slow

    return getattr(fake_provider, _CLASSES[name][0])()
