"""The old ``properties`` of a backend: what its target knows of noise and time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qiskit.providers import BackendV2
    from qiskit.transpiler import Target

__all__ = ["properties_of"]


def properties_of(backend: BackendV2, *, date: str) -> dict[str, Any]:
    """Describe noise and times in the form of a ``BackendProperties``.

    Args:
        backend: Any Qiskit backend.
        date: ISO time stamp of the calibration.

    Returns:
        A dictionary that ``json.dumps`` takes, empty when the target knows no
        qubit's coherence times: clients take a partial answer for an error.
    """
    target = backend.target
    if not target.qubit_properties or None in target.qubit_properties:
        return {}
    return {
        "backend_name": backend.name,
        "backend_version": str(backend.backend_version or "0"),
        "last_update_date": date,
        "qubits": [_qubit(target, qubit, date) for qubit in range(target.num_qubits)],
        "gates": _gates(target, date),
        "general": [],
    }


def _qubit(target: Target, qubit: int, date: str) -> list[dict[str, Any]]:
    known = target.qubit_properties[qubit]
    readout = (target["measure"] or {}).get((qubit,))
    values = [
        ("T1", "us", known.t1, 1e6),
        ("T2", "us", known.t2, 1e6),
        ("frequency", "GHz", known.frequency, 1e-9),
        ("readout_error", "", readout and readout.error, 1.0),
        ("readout_length", "ns", readout and readout.duration, 1e9),
    ]
    return _named_values(values, date)


def _gates(target: Target, date: str) -> list[dict[str, Any]]:
    gates = []
    for name in target.operation_names:
        for qargs, properties in (target[name] or {}).items():
            if name == "measure" or not qargs or properties is None:
                continue
            parameters = _named_values(
                [
                    ("gate_error", "", properties.error, 1.0),
                    ("gate_length", "ns", properties.duration, 1e9),
                ],
                date,
            )
            if parameters:
                gates.append(
                    {
                        "gate": name,
                        "name": f"{name}{'_'.join(map(str, qargs))}",
                        "qubits": list(qargs),
                        "parameters": parameters,
                    }
                )
    # Not in the order of a set: the same device is always described alike.
    return sorted(gates, key=lambda gate: (gate["gate"], gate["qubits"]))


def _named_values(
    values: list[tuple[str, str, float | None, float]], date: str
) -> list[dict[str, Any]]:
    return [
        {"name": name, "unit": unit, "value": value * factor, "date": date}
        for name, unit, value, factor in values
        if value is not None
    ]
