"""The devices of all providers, by the names that the service gives them."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from program_runtime.backends import catalog, plugins
from program_runtime.backends.describe import description_of
from program_runtime.backends.info import BackendInfo
from program_runtime.errors import BackendNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qiskit.providers import BackendV2

    from program_runtime.backends.device import Device

__all__ = ["Fleet", "registered_providers"]

_logger = logging.getLogger(__name__)

_FRESH_S: Final = 300.0
_DESCRIBED_S: Final = 60.0


class Fleet:
    """Asks the providers when first needed, and now and then again.

    A device whose name is taken has its provider's in front: ``ibm_aer_simulator``.

    Args:
        providers: Name of a provider -> what returns its devices by their names.
    """

    def __init__(
        self, providers: Mapping[str, Callable[[], Mapping[str, Device]]]
    ) -> None:
        self._providers = providers
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._described: dict[str, tuple[float, dict[str, Any]]] = {}
        self._devices: dict[str, tuple[str, Device]] = {}
        self._asked_at: float | None = None
        self.problems: dict[str, str] = {}
        """Providers that did not answer, and why."""

    def device(self, name: str) -> Device:
        """Find a device.

        Raises:
            BackendNotFoundError: There is none of this name, or its provider does not
                answer.
        """
        found = self._known().get(name)
        if found is None:
            problems = [f"{name}: {text}" for name, text in self.problems.items()]
            hint = f"Not asked: {'; '.join(problems)}" if problems else None
            raise BackendNotFoundError(
                f"No provider has a device called {name!r}.", hint=hint
            )
        return found[1]

    def infos(self) -> list[BackendInfo]:
        """List all devices."""
        known = self._known()
        asked_at = self._asked_at or 0.0
        if time.monotonic() - asked_at > _FRESH_S and self._asking.acquire(
            blocking=False
        ):
            # Meanwhile everybody else goes on with what was known.
            try:
                self._ask()
            finally:
                self._asking.release()
            known = self._devices
        return [
            _info(name, provider, device) for name, (provider, device) in known.items()
        ]

    def describe(self, name: str) -> dict[str, Any]:
        """Describe a device.

        Raises:
            BackendNotFoundError: There is none of this name.
        """
        backend = self.device(name).backend
        now = time.monotonic()
        described_at, description = self._described.get(name, (0.0, {}))
        if not description or now - described_at > _DESCRIBED_S:
            description = description_of(backend, name=name)
            description["status"] |= _status(backend)
            self._described[name] = now, description
        return description

    def _known(self) -> dict[str, tuple[str, Device]]:
        if self._asked_at is None:
            with self._lock:
                if self._asked_at is None:
                    self._ask()
        return self._devices

    def _ask(self) -> None:
        taken = {
            name for info in catalog.known() for name in (info.name, *info.aliases)
        }
        found: dict[str, tuple[str, Device]] = {}
        problems = {}
        for provider, load in self._providers.items():
            try:
                devices = load()
            except Exception as error:  # noqa: BLE001 - other people's code
                problems[provider] = str(error) or type(error).__name__
                _logger.warning("Provider %s does not answer: %s", provider, error)
                devices = {}
                found |= self._of(provider)
            for name, device in devices.items():
                free = name not in taken and name not in found
                own = name if free else f"{provider}_{name}"
                kept = self._devices.get(own)
                if kept is not None and kept[0] == provider:
                    # It knows the jobs that run on it; new is what it is like.
                    kept[1].backend = device.backend
                found[own] = kept or (provider, device)
        self._devices, self.problems = found, problems
        self._asked_at = time.monotonic()

    def _of(self, provider: str) -> dict[str, tuple[str, Device]]:
        """Keep what it had when it answered last."""
        return {
            name: known for name, known in self._devices.items() if known[0] == provider
        }


def registered_providers() -> dict[str, Callable[[], Mapping[str, Device]]]:
    """Take those of the entry points."""
    return {
        name: lambda name=name: plugins.load_provider(name)  # type: ignore[misc]
        for name in plugins.providers()
    }


def _status(backend: BackendV2) -> dict[str, Any]:
    """Ask a device that can tell whether it works, and how long its queue is."""
    ask = getattr(backend, "status", None)
    if not callable(ask):
        return {}
    try:
        status = ask()
        return {
            "state": bool(status.operational),
            "status": str(status.status_msg),
            "length_queue": int(status.pending_jobs),
        }
    except Exception as error:  # noqa: BLE001 - other people's code
        _logger.warning("%s does not tell its status: %s", backend.name, error)
        return {}


def _info(name: str, provider: str, device: Device) -> BackendInfo:
    backend = device.backend
    configuration = getattr(backend, "configuration", None)
    says = configuration() if callable(configuration) else None
    return BackendInfo(
        name=name,
        simulator=bool(getattr(says, "simulator", False)),
        description=backend.description or f"A device of {provider}.",
        source=f"provider:{provider}",
        num_qubits=backend.num_qubits,
        brokered=True,
    )
