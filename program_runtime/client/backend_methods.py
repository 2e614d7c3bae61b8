"""What a service can say about backends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.client import fleet
from program_runtime.client.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.client.backend import IBMBackend

__all__ = ["BackendMethods"]


class BackendMethods(Connection):
    """List, find and choose backends."""

    def backends(
        self,
        name: str | None = None,
        *,
        simulator: bool | None = None,
        operational: bool | None = None,
        min_num_qubits: int | None = None,
        filters: Callable[[IBMBackend], bool] | None = None,
    ) -> list[IBMBackend]:
        """The backends that fit every condition that is given.

        Args:
            name: The backend's name or alias.
            simulator: Simulators, or devices.
            operational: Those that take jobs now, or do not.
            min_num_qubits: At least so many qubits.
            filters: A function that says which backend to keep.
        """
        return fleet.choose(
            self.api,
            name,
            simulator=simulator,
            operational=operational,
            min_num_qubits=min_num_qubits,
            filters=filters,
        )

    def backend(self, name: str) -> IBMBackend:
        """The backend with this name or alias.

        Raises:
            BackendNotFoundError: There is none.
        """
        return fleet.named(self.api, name)

    def least_busy(
        self,
        min_num_qubits: int | None = None,
        *,
        simulator: bool | None = None,
        filters: Callable[[IBMBackend], bool] | None = None,
    ) -> IBMBackend:
        """The backend on which the fewest jobs wait.

        Args:
            min_num_qubits: At least so many qubits.
            simulator: Simulators, or devices.
            filters: A function that says which backend to keep.

        Raises:
            BackendNotFoundError: No backend that takes jobs fits.
        """
        return fleet.least_busy(
            self.api,
            simulator=simulator,
            min_num_qubits=min_num_qubits,
            filters=filters,
        )
