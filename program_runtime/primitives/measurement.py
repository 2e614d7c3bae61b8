"""Circuits that end with the measurement of a basis."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qiskit import ClassicalRegister, QuantumCircuit

from program_runtime.primitives.transpilation import remember

if TYPE_CHECKING:
    from collections.abc import Hashable

    from program_runtime.primitives.machine import Machine
    from program_runtime.primitives.observables import Basis
    from program_runtime.primitives.transpilation import Prepared

__all__ = ["measured", "translated"]

_REGISTER = "observed"


def measured(
    prepared: Prepared, basis: Basis, machine: Machine, key: Hashable
) -> Prepared:
    """Measure a basis after a circuit; made once for each circuit and basis.

    The outcomes come in bits after those that the circuit has itself.

    Args:
        prepared: Runs on the machine.
        basis: What to measure.
        machine: Runs it.
        key: Stands for the prepared circuit.
    """
    circuit, _ = remember(
        (key, basis.paulis), lambda: _measured(prepared, basis, machine)
    )
    return replace(prepared, circuit=circuit)


def _measured(prepared: Prepared, basis: Basis, machine: Machine) -> QuantumCircuit:
    circuit = prepared.circuit.copy()
    circuit.metadata = {}
    bits = ClassicalRegister(len(basis.paulis), _free_name(circuit))
    circuit.add_register(bits)
    for bit, (qubit, letter) in zip(bits, basis.paulis, strict=True):
        place = prepared.positions[qubit]
        if letter == "Y":
            circuit.sdg(place)
        if letter != "Z":
            circuit.h(place)
        circuit.measure(place, bit)
    return circuit if machine.runs(circuit) else translated(circuit, machine)


def _free_name(circuit: QuantumCircuit) -> str:
    taken = {register.name for register in circuit.cregs}
    name = _REGISTER
    while name in taken:
        name += "_"
    return name


def translated(circuit: QuantumCircuit, machine: Machine) -> QuantumCircuit:
    """Write gates of one qubit as the machine knows them.

    Args:
        circuit: Fits the machine but for such gates.
        machine: Is to run it.
    """
    from qiskit.transpiler import PassManager  # noqa: PLC0415 - devices only
    from qiskit.transpiler.passes import (  # noqa: PLC0415 - devices only
        Optimize1qGatesDecomposition,
    )

    rotations = Optimize1qGatesDecomposition(target=machine.target)
    ready: QuantumCircuit = PassManager([rotations]).run(circuit)
    return ready
