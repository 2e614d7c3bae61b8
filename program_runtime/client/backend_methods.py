"""What a service can say about backends."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, cast

from program_runtime.client import fleet
from program_runtime.client.account_methods import AccountMethods

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.client.backend import IBMBackend
    from program_runtime.client.service import QiskitRuntimeService

__all__ = ["BackendMethods"]


class BackendMethods(AccountMethods):
    """List, find and choose backends."""

    def backends(
        self,
        name: str | None = None,
        min_num_qubits: int | None = None,
        instance: str | None = None,
        filters: Callable[[IBMBackend], bool] | None = None,
        *,
        simulator: bool | None = None,
        operational: bool | None = None,
    ) -> list[IBMBackend]:
        """The backends that fit every condition that is given.

        Args:
            name: The backend's name or alias.
            min_num_qubits: At least so many qubits.
            instance: The service's own instance; another one has no backends here.
            filters: A function that says which backend to keep.
            simulator: Simulators, or devices.
            operational: Those that take jobs now, or do not.

        Raises:
            InvalidValueError: The service has no such instance.
        """
        self._require_instance(instance)
        return self._fleet.choose(
            name,
            simulator=simulator,
            operational=operational,
            min_num_qubits=min_num_qubits,
            filters=filters,
        )

    def backend(self, name: str, instance: str | None = None) -> IBMBackend:
        """The backend with this name or alias.

        The same object each time: what one use of it fetched serves the next.

        Args:
            name: The backend's name or alias.
            instance: The service's own instance.

        Raises:
            BackendNotFoundError: There is none.
            InvalidValueError: The service has no such instance.
        """
        self._require_instance(instance)
        return self._fleet.named(name)

    def least_busy(
        self,
        min_num_qubits: int | None = None,
        instance: str | None = None,
        filters: Callable[[IBMBackend], bool] | None = None,
        *,
        simulator: bool | None = None,
        operational: bool = True,
    ) -> IBMBackend:
        """The backend on which the fewest jobs wait.

        Args:
            min_num_qubits: At least so many qubits.
            instance: The service's own instance.
            filters: A function that says which backend to keep.
            simulator: Simulators, or devices.
            operational: False: the one that takes no jobs now and has the fewest.

        Raises:
            BackendNotFoundError: No such backend fits.
            InvalidValueError: The service has no such instance.
        """
        self._require_instance(instance)
        return self._fleet.least_busy(
            simulator=simulator,
            operational=operational,
            min_num_qubits=min_num_qubits,
            filters=filters,
        )

    @functools.cached_property
    def _fleet(self) -> fleet.Fleet:
        return fleet.Fleet(self.api, cast("QiskitRuntimeService", self))
