"""The backends of a service: chosen by their facts, each made once."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from program_runtime import errors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from program_runtime.client.api import ServiceApi
    from program_runtime.client.backend import IBMBackend
    from program_runtime.client.service import QiskitRuntimeService

__all__ = ["Fleet"]


class Fleet:
    """Makes one object a backend, so that what one use fetched serves the next.

    Args:
        api: The service's HTTP interface.
        service: What the backends name as theirs.
    """

    def __init__(
        self, api: ServiceApi, service: QiskitRuntimeService | None = None
    ) -> None:
        self._api = api
        self._service = service
        self._made: dict[str, IBMBackend] = {}
        self._aliases: dict[str, str] = {}

    def choose(
        self,
        name: str | None = None,
        *,
        simulator: bool | None = None,
        operational: bool | None = None,
        min_num_qubits: int | None = None,
        filters: Callable[[IBMBackend], bool] | None = None,
    ) -> list[IBMBackend]:
        """The backends that fit every condition that is not None."""
        backends = (
            self._backend(entry)
            for entry in self._api.backends()
            if (name is None or name in _names(entry))
            and (simulator is None or bool(entry.get("simulator")) == simulator)
            and (operational is None or _is_online(entry) == operational)
            and (min_num_qubits is None or _has_qubits(entry, min_num_qubits))
        )
        return [backend for backend in backends if filters is None or filters(backend)]

    def named(self, name: str) -> IBMBackend:
        """The backend with this name or alias; asks the service at most once.

        Raises:
            BackendNotFoundError: None has it; the hint has the closest.
        """
        true_name = self._aliases.get(name)
        if true_name is not None:
            return self._made[true_name]
        entries = self._api.backends()
        for entry in entries:
            if name in _names(entry):
                return self._backend(entry)
        known = [known for entry in entries for known in _names(entry)]
        close = difflib.get_close_matches(str(name), known, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(known)}."
        raise errors.BackendNotFoundError(f"There is no backend {name!r}.", hint=hint)

    def least_busy(
        self,
        *,
        simulator: bool | None = None,
        operational: bool = True,
        min_num_qubits: int | None = None,
        filters: Callable[[IBMBackend], bool] | None = None,
    ) -> IBMBackend:
        """The backend on which the fewest jobs wait.

        Raises:
            BackendNotFoundError: No backend that takes jobs fits.
        """
        fitting = self.choose(
            simulator=simulator,
            operational=operational,
            min_num_qubits=min_num_qubits,
            filters=filters,
        )
        if not fitting:
            raise errors.BackendNotFoundError(
                f"No backend that takes {'jobs' if operational else 'no jobs'} fits "
                "these conditions.",
                hint="backends() lists them all.",
            )
        return min(fitting, key=lambda backend: backend.queue_length)

    def _backend(self, entry: Mapping[str, Any]) -> IBMBackend:
        from program_runtime.client.backend import (  # noqa: PLC0415 - Qiskit: a second
            IBMBackend,
        )

        name = str(entry["name"])
        made = self._made.get(name)
        if made is None:
            made = IBMBackend(name, self._api, service=self._service)
            self._made[name] = made
            self._aliases.update(dict.fromkeys(_names(entry), name))
        made.note(entry)
        return made


def _names(entry: Mapping[str, Any]) -> list[str]:
    return [entry["name"], *(entry.get("aliases") or ())]


def _has_qubits(entry: Mapping[str, Any], least: int) -> bool:
    """A simulator without a fixed size is listed without one, and fits."""
    qubits = entry.get("qubits")
    return qubits is None or int(qubits) >= least


def _is_online(entry: Mapping[str, Any]) -> bool:
    return bool((entry.get("status") or {}).get("name") == "online")
