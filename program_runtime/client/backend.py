"""A backend of the service, seen from the caller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.client.api import ServiceApi

__all__ = ["BackendConfiguration", "BackendStatus", "IBMBackend"]


class BackendConfiguration:
    """The fixed facts of a backend, as attributes and as a dict.

    >>> BackendConfiguration({"n_qubits": 5}).n_qubits
    5
    """

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._facts = dict(facts)

    def __getattr__(self, name: str) -> Any:
        # Not yet set while a copy or a pickle is being made.
        facts = self.__dict__.get("_facts", {})
        if name not in facts:
            raise AttributeError(f"The backend's configuration has no {name!r}.")
        return facts[name]

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._facts})

    def __repr__(self) -> str:
        return f"BackendConfiguration({self._facts.get('backend_name')!r})"

    def to_dict(self) -> dict[str, Any]:
        """All facts."""
        return dict(self._facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendStatus:
    """Whether a backend takes jobs now."""

    backend_name: str
    backend_version: str
    operational: bool
    pending_jobs: int
    status_msg: str


class IBMBackend:
    """A backend of the service: its facts, and its state when it is asked.

    Programs run on it by its name:
    ``service.run("vqe", inputs, options={"backend": backend.name})``.
    """

    def __init__(
        self, name: str, api: ServiceApi, *, facts: Mapping[str, Any] | None = None
    ) -> None:
        self._name = name
        self._api = api
        self._facts = facts
        self._configuration: BackendConfiguration | None = None

    @property
    def name(self) -> str:
        """The name by which a run asks for it."""
        return self._name

    @property
    def num_qubits(self) -> int | None:
        """How many qubits it has; None when the service does not say."""
        qubits = self._fact("qubits", "n_qubits")
        return None if qubits is None else int(qubits)

    @property
    def simulator(self) -> bool:
        """Whether it is a simulator."""
        return bool(self._fact("simulator", "simulator"))

    @property
    def queue_length(self) -> int:
        """How many jobs waited for it when the service listed it."""
        if self._facts is not None and "queue_length" in self._facts:
            return int(self._facts["queue_length"] or 0)
        return self.status().pending_jobs

    def configuration(self) -> BackendConfiguration:
        """Its fixed facts: size, basis gates, coupling map.

        Raises:
            BackendNotFoundError: The service has no such backend.
        """
        if self._configuration is None:
            facts = self._api.backend_configuration(self._name)
            self._configuration = BackendConfiguration(facts)
        return self._configuration

    def status(self) -> BackendStatus:
        """Its state now, asked of the service at each call.

        Raises:
            BackendNotFoundError: The service has no such backend.
        """
        state = self._api.backend_status(self._name)
        return BackendStatus(
            backend_name=self._name,
            backend_version=str(state.get("backend_version", "")),
            operational=bool(state.get("state", False)),
            pending_jobs=int(state.get("length_queue", 0)),
            status_msg=str(state.get("status", "")),
        )

    def _fact(self, listed: str, configured: str) -> Any:
        """From the list of backends where it was said, else its configuration."""
        if self._facts is not None and self._facts.get(listed) is not None:
            return self._facts[listed]
        return self.configuration().to_dict().get(configured)

    def __repr__(self) -> str:
        return f"<IBMBackend({self._name!r})>"
