"""A backend of the service, as Qiskit's tools and the caller see it."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from qiskit.providers import BackendV2, Options

from program_runtime import errors
from program_runtime.client.backend_facts import BackendConfiguration, BackendStatus
from program_runtime.client.backend_properties import BackendProperties

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

    from qiskit.transpiler import Target

    from program_runtime.client.api import ServiceApi
    from program_runtime.client.service import QiskitRuntimeService

__all__ = ["IBMBackend"]

_LAZY = ("backend_version", "description", "online_date")


class IBMBackend(BackendV2):
    """A backend of the service: what circuits are transpiled for.

    It comes from ``service.backend(name)``. Its facts are asked for when they are
    needed, once; each fact of the configuration is an attribute too. Circuits run on
    it through a primitive or a program, see :meth:`run`.

    Args:
        name: The name by which a run asks for it.
        api: The service's HTTP interface.
        service: The service that it came from.
        facts: What the service's list of backends says of it.
    """

    def __init__(
        self,
        name: str,
        api: ServiceApi,
        *,
        service: QiskitRuntimeService | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(name=name)
        # Without values of their own they come from the configuration.
        for fact in _LAZY:
            delattr(self, fact)
        self._api = api
        self._service = service
        self._facts = facts
        self._configuration: BackendConfiguration | None = None
        self._properties: tuple[BackendProperties | None] | None = None
        self._target: Target | None = None

    @property
    def service(self) -> QiskitRuntimeService | None:
        """The service that it came from."""
        return self._service

    @property
    def num_qubits(self) -> int:
        """How many qubits it has."""
        return int(self._fact("qubits", "n_qubits") or 0)

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

    @property
    def target(self) -> Target:
        """What the transpiler works for: gates, wires, times and errors."""
        if self._target is None:
            self._target = self._build_target(self.properties())
        return self._target

    @property
    def max_circuits(self) -> int | None:
        """How many circuits one run takes; None: any number."""
        most = self._known("max_experiments")
        return None if most is None else int(most)

    @property
    def dt(self) -> float | None:
        """The resolution of its clock in seconds."""
        nanoseconds = self._known("dt")
        return None if nanoseconds is None else float(nanoseconds) * 1e-9

    @property
    def dtm(self) -> None:
        """Not told: nothing reads the measurement's own clock."""

    def configuration(self) -> BackendConfiguration:
        """Its fixed facts: size, basis gates, coupling map.

        Raises:
            BackendNotFoundError: The service has no such backend.
        """
        if self._configuration is None:
            facts = self._api.backend_configuration(self.name)
            self._configuration = BackendConfiguration(facts)
        return self._configuration

    def properties(
        self,
        refresh: bool = False,  # noqa: FBT001, FBT002 - the retired client's signature
        datetime: datetime | None = None,
    ) -> BackendProperties | None:
        """Its calibration data; None for an ideal simulator.

        Args:
            refresh: Ask the service again.
            datetime: The data as of then; without a zone it is local time.

        Raises:
            BackendNotFoundError: The service has no such backend.
        """
        if datetime is not None:
            return self._properties_before(datetime.astimezone(UTC))
        if refresh or self._properties is None:
            content = self._api.backend_properties(self.name)
            self._properties = (BackendProperties(content) if content else None,)
        return self._properties[0]

    def defaults(self, refresh: bool = False) -> None:  # noqa: FBT001, FBT002
        """Pulse defaults; there are none, Qiskit 2 has no pulses."""

    def status(self) -> BackendStatus:
        """Its state now, asked of the service at each call.

        Raises:
            BackendNotFoundError: The service has no such backend.
        """
        state = self._api.backend_status(self.name)
        return BackendStatus(
            backend_name=self.name,
            backend_version=str(state.get("backend_version", "")),
            operational=bool(state.get("state", False)),
            pending_jobs=int(state.get("length_queue", 0)),
            status_msg=str(state.get("status", "")),
        )

    def target_history(self, datetime: datetime | None = None) -> Target:
        """The target with the calibration data as of a date."""
        return self._build_target(self.properties(datetime=datetime))

    def note(self, facts: Mapping[str, Any]) -> None:
        """Keep what the service's list says of it now."""
        self._facts = facts

    def refresh(self) -> None:
        """Forget what was fetched; the next look asks the service again."""
        self._configuration = self._properties = self._target = None
        self._coupling_map = None

    def run(self, *_arguments: Any, **_options: Any) -> NoReturn:
        """Not how circuits run here.

        Raises:
            RuntimeInvalidStateError: Always; the hint shows the ways.
        """
        raise errors.RuntimeInvalidStateError(
            f"The backend {self.name!r} of a service does not run circuits itself.",
            hint="Use a primitive, SamplerV2(backend).run([circuit]), or a program, "
            f"service.run(program_id, inputs, options={{'backend': {self.name!r}}}).",
        )

    @classmethod
    def _default_options(cls) -> Options:
        return Options()

    def _build_target(self, properties: BackendProperties | None) -> Target:
        from program_runtime.backends.target import target_of  # noqa: PLC0415 - 0.3 s

        known = None if properties is None else properties.to_dict()
        return target_of(self.configuration().to_dict(), known)

    def _properties_before(self, moment: datetime) -> BackendProperties | None:
        content = self._api.backend_properties(
            self.name, updated_before=moment.isoformat()
        )
        found = BackendProperties(content)
        measured = found.last_update_date
        # A service that keeps no history sends what it has.
        return found if measured and measured.astimezone(UTC) <= moment else None

    def _fact(self, listed: str, configured: str) -> Any:
        """From the list of backends where it was said, else its configuration."""
        if self._facts is not None and self._facts.get(listed) is not None:
            return self._facts[listed]
        return self._known(configured)

    def _known(self, configured: str) -> Any:
        return self.configuration().to_dict().get(configured)

    def __getattr__(self, name: str) -> Any:
        # Python asks for many private names in vain; none is worth a request.
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return getattr(self.configuration(), name)
        except AttributeError:
            raise AttributeError(
                f"The backend {self.name!r} has no {name!r}."
            ) from None

    def __deepcopy__(self, memo: dict[int, Any]) -> IBMBackend:
        """A copy with facts of its own, over the same connection."""
        twin = copy.copy(self)
        memo[id(self)] = twin
        twin._facts = copy.deepcopy(self._facts, memo)  # noqa: SLF001 - one class
        return twin

    def __repr__(self) -> str:
        return f"<IBMBackend({self.name!r})>"
