"""Which backends there are, and how to get one by name."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from program_runtime.backends import builtin, fake_devices, mocks, plugins
from program_runtime.backends.info import BackendInfo
from program_runtime.errors import BackendNotFoundError

if TYPE_CHECKING:
    from qiskit.providers import BackendV2

__all__ = ["BackendInfo", "known", "load", "load_to_describe", "resolve", "shipped"]


def known() -> list[BackendInfo]:
    """List the backends that can be loaded here, without importing any of them.

    Returns:
        The built-in ones first, then fake devices, then those registered through
        the entry-point group ``program_runtime.backends``.
    """
    infos = [builtin.AER]
    if fake_devices.available():
        infos.extend(fake_devices.FAKE_DEVICES)
    return infos + [
        info for name, info in plugins.registered().items() if shipped(name) is None
    ]


def shipped(name: str) -> BackendInfo | None:
    """Look a name up among those this package brings, installed or not.

    Args:
        name: A backend's name or alias.

    Returns:
        The catalog's line, or None.
    """
    for info in (builtin.AER, *fake_devices.FAKE_DEVICES):
        if name == info.name or name in info.aliases:
            return info
    return None


def resolve(name: str) -> BackendInfo:
    """Find the backend with this name or alias.

    Args:
        name: What the caller asked for.

    Returns:
        The catalog's line, its ``name`` being the true one.

    Raises:
        BackendNotFoundError: There is none, or it needs an extra that is missing.
    """
    info = shipped(name) or _mock(name)
    if info is None:
        # Entry points come last: reading them walks every installed distribution.
        info = plugins.registered().get(name)
    if info is None:
        raise _unknown(name)
    if info.source == "fake" and not fake_devices.available():
        raise BackendNotFoundError(
            f"Backend {name!r} needs the package qiskit-ibm-runtime.",
            hint=fake_devices.INSTALL_HINT,
        )
    return info


def load(name: str) -> BackendV2:
    """Make a fresh backend; this is where Qiskit gets imported.

    Args:
        name: A backend's name or alias.

    Returns:
        A Qiskit backend that nobody else holds.

    Raises:
        BackendNotFoundError: There is none with this name, or its own code failed.
    """
    info = resolve(name)
    if info.source == "builtin":
        return builtin.load_aer()
    if info.source == "fake":
        return fake_devices.load_fake(info.name)
    if info.source == mocks.SOURCE:
        return _load_mock(info)
    return plugins.load_plugin(info.name)


def load_to_describe(name: str) -> BackendV2:
    """Make a backend that is described and never run: a noise model takes seconds.

    Args:
        name: A backend's name or alias.

    Raises:
        BackendNotFoundError: As :func:`load` does.
    """
    info = resolve(name)
    if info.source == "fake":
        return fake_devices.load_snapshot(info.name)
    return load(name)


def _mock(name: str) -> BackendInfo | None:
    twin = mocks.twin_name(name, known())
    return None if twin is None else mocks.mock_of(resolve(twin))


def _load_mock(info: BackendInfo) -> BackendV2:
    backend = load(str(mocks.twin_name(info.name, known())))
    backend.name = info.name
    return backend


def _unknown(name: str) -> BackendNotFoundError:
    names = [entry for info in known() for entry in (info.name, *info.aliases)]
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    meant = f"Did you mean {close[0]!r}? " if close else ""
    return BackendNotFoundError(
        f"No backend is called {name!r}.",
        hint=f"{meant}Known backends: {', '.join(names)}.",
    )
