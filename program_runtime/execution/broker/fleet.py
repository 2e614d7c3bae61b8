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

    from program_runtime.backends.device import Device

__all__ = ["Fleet", "registered_providers"]

_logger = logging.getLogger(__name__)

_FRESH_S: Final = 300.0


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
        return [
            _info(name, provider, device)
            for name, (provider, device) in self._known(fresh=True).items()
        ]

    def describe(self, name: str) -> dict[str, Any]:
        """Describe a device.

        Raises:
            BackendNotFoundError: There is none of this name.
        """
        return description_of(self.device(name).backend, name=name)

    def _known(self, *, fresh: bool = False) -> dict[str, tuple[str, Device]]:
        with self._lock:
            now = time.monotonic()
            if self._asked_at is None or (fresh and now - self._asked_at > _FRESH_S):
                self._asked_at = now
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
                # The device that jobs run on must stay the same object: it knows them.
                own = name if free else f"{provider}_{name}"
                found[own] = self._devices.get(own, (provider, device))
        self._devices, self.problems = found, problems

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
