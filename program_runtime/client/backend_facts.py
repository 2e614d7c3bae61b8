"""What a service says about a backend that does not change, and its state now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["BackendConfiguration", "BackendStatus", "GateConfiguration"]

_ALIASES = {"num_qubits": "n_qubits", "max_circuits": "max_experiments"}
"""Other names of the same fact, as both generations of official clients use them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateConfiguration:
    """One gate of a backend."""

    name: str
    parameters: tuple[str, ...] = ()
    qasm_def: str = ""
    coupling_map: tuple[tuple[int, ...], ...] | None = None
    """The qubits it acts on; None: any."""

    @classmethod
    def from_dict(cls, gate: Mapping[str, Any]) -> GateConfiguration:
        """A gate as the service describes it."""
        wires = gate.get("coupling_map")
        return cls(
            name=str(gate["name"]),
            parameters=tuple(gate.get("parameters") or ()),
            qasm_def=str(gate.get("qasm_def") or ""),
            coupling_map=None if wires is None else tuple(map(tuple, wires)),
        )


class BackendConfiguration:
    """The fixed facts of a backend, as attributes and as a dict.

    The attribute ``dt`` is in seconds, ``online_date`` is a date and ``gates`` are
    objects; the dict has all facts as the service sent them.

    >>> BackendConfiguration({"n_qubits": 5}).num_qubits
    5
    """

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self._facts = dict(facts)

    def __getattr__(self, name: str) -> Any:
        # Not yet set while a copy or a pickle is being made.
        facts = self.__dict__.get("_facts", {})
        key = name if name in facts else _ALIASES.get(name, name)
        if key not in facts:
            raise AttributeError(f"The backend's configuration has no {name!r}.")
        value, read = facts[key], _READERS.get(key)
        return value if read is None or value is None else read(value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._facts})

    def __repr__(self) -> str:
        return f"BackendConfiguration({self._facts.get('backend_name')!r})"

    def to_dict(self) -> dict[str, Any]:
        """All facts, as the service sent them."""
        return dict(self._facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendStatus:
    """Whether a backend takes jobs now."""

    backend_name: str
    backend_version: str
    operational: bool
    pending_jobs: int
    status_msg: str


def _seconds(nanoseconds: float) -> float:
    return nanoseconds * 1e-9


def _gates(entries: list[Mapping[str, Any]]) -> list[GateConfiguration]:
    return [GateConfiguration.from_dict(entry) for entry in entries]


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "dt": _seconds,
    "gates": _gates,
    "online_date": datetime.fromisoformat,
}
