"""Calibration data of a backend: times and errors, in seconds and Hertz."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["BackendProperties"]

_PREFIXES = {
    "p": 1e-12,
    "n": 1e-9,
    "u": 1e-6,
    "µ": 1e-6,
    "m": 1e-3,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
}
_BASE_UNITS = ("s", "Hz")


class BackendProperties:
    """What was measured of a backend, by qubit and by gate.

    A value that was not measured is None.

    Args:
        content: The properties as the service sends them.
    """

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = dict(content)
        self._qubits = [_values(entry) for entry in content.get("qubits") or ()]
        self._gates = {
            (str(entry["gate"]), tuple(entry["qubits"])): _values(entry["parameters"])
            for entry in content.get("gates") or ()
        }

    @property
    def backend_name(self) -> str:
        """Whose they are."""
        return str(self._content.get("backend_name", ""))

    @property
    def backend_version(self) -> str:
        """Of which version of it."""
        return str(self._content.get("backend_version", ""))

    @property
    def last_update_date(self) -> datetime | None:
        """When they were measured."""
        date = self._content.get("last_update_date")
        return datetime.fromisoformat(date) if date else None

    @property
    def num_qubits(self) -> int:
        """How many qubits they are about."""
        return len(self._qubits)

    def qubit_property(self, qubit: int, name: str) -> float | None:
        """One value of a qubit, ``T1`` for example."""
        known = self._qubits[qubit] if 0 <= qubit < len(self._qubits) else {}
        return known.get(name)

    def gate_property(
        self, gate: str, qubits: int | Iterable[int], name: str
    ) -> float | None:
        """One value of a gate on these qubits, ``gate_error`` for example."""
        place = (qubits,) if isinstance(qubits, int) else tuple(qubits)
        return self._gates.get((gate, place), {}).get(name)

    def t1(self, qubit: int) -> float | None:
        """The relaxation time of a qubit in seconds."""
        return self.qubit_property(qubit, "T1")

    def t2(self, qubit: int) -> float | None:
        """The dephasing time of a qubit in seconds."""
        return self.qubit_property(qubit, "T2")

    def frequency(self, qubit: int) -> float | None:
        """The frequency of a qubit in Hertz."""
        return self.qubit_property(qubit, "frequency")

    def readout_error(self, qubit: int) -> float | None:
        """How often a qubit is read wrongly."""
        return self.qubit_property(qubit, "readout_error")

    def readout_length(self, qubit: int) -> float | None:
        """How long reading a qubit takes, in seconds."""
        return self.qubit_property(qubit, "readout_length")

    def gate_error(self, gate: str, qubits: int | Iterable[int]) -> float | None:
        """The error of a gate on these qubits."""
        return self.gate_property(gate, qubits, "gate_error")

    def gate_length(self, gate: str, qubits: int | Iterable[int]) -> float | None:
        """How long a gate on these qubits takes, in seconds."""
        return self.gate_property(gate, qubits, "gate_length")

    def is_qubit_operational(self, qubit: int) -> bool:
        """Whether a qubit works; True unless the service says that it does not."""
        return self.qubit_property(qubit, "operational") != 0

    def is_gate_operational(self, gate: str, qubits: int | Iterable[int]) -> bool:
        """Whether a gate works there; True unless the service says it does not."""
        return self.gate_property(gate, qubits, "operational") != 0

    def faulty_qubits(self) -> list[int]:
        """The qubits that do not work."""
        count = range(len(self._qubits))
        return [qubit for qubit in count if not self.is_qubit_operational(qubit)]

    def to_dict(self) -> dict[str, Any]:
        """All of them, as the service sent them."""
        return dict(self._content)

    def __repr__(self) -> str:
        return f"<BackendProperties({self.backend_name!r})>"


def _values(entries: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """By name, in seconds, Hertz or without a unit."""
    return {
        str(entry["name"]): float(entry["value"]) * _factor(str(entry.get("unit", "")))
        for entry in entries
    }


def _factor(unit: str) -> float:
    for base in _BASE_UNITS:
        if unit.endswith(base):
            return _PREFIXES.get(unit.removesuffix(base), 1.0)
    return 1.0
