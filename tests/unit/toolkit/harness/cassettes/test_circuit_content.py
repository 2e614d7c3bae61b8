"""The same circuit is the same text, whoever made it and whatever it is called."""

import io

import numpy as np
import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, qpy, transpile
from qiskit.circuit import Parameter
from qiskit.circuit.classical import expr, types
from qiskit.circuit.library import UnitaryGate, efficient_su2

from toolkit.harness.cassettes.content import content_of


def rich_circuit():
    """One with all that a circuit can hold."""
    circuit = QuantumCircuit(3, 3)
    circuit.cx(0, 2, ctrl_state=0)
    circuit.append(UnitaryGate(np.array([[0, 1], [1, 0]])), [1])
    circuit.delay(100, 0, unit="dt")
    circuit.initialize([1, 0], 2)
    circuit.pauli("XY", [0, 1])
    inner = QuantumCircuit(2)
    inner.ry(0.1, 0)
    inner.cx(0, 1)
    circuit.append(inner.to_gate(), [2, 0])
    circuit.measure(0, 1)
    with circuit.if_test((circuit.clbits[1], 1)):
        circuit.rz(0.7, 2)
    both = expr.logic_and(circuit.clbits[1], expr.equal(circuit.cregs[0], 3))
    with circuit.if_test(both) as otherwise:
        circuit.x(1)
    with otherwise:
        circuit.y(0)
    with circuit.for_loop(range(2)):
        circuit.h(1)
    with circuit.switch(circuit.cregs[0]) as case:
        with case(0, 1):
            circuit.x(0)
        with case(case.DEFAULT):
            circuit.z(0)
    return circuit


def test_a_circuit_is_text_with_its_numbers_apart():
    circuit = QuantumCircuit(2, 1)
    circuit.rx(0.5, 1)
    circuit.cx(1, 0)
    circuit.measure(0, 0)
    content = content_of(circuit)

    assert content.lines == ("2 qubits, 1 bits", "rx(%) 1", "cx 1 0", "measure 0 -> 0")
    assert content.numbers == (0.5,)


def test_everything_that_a_circuit_can_hold_is_written():
    content = content_of(rich_circuit())

    assert content.lines == (
        "3 qubits, 3 bits",
        "cx_o0 0 2",
        "unitary(% 2x2x2) 1",
        "delay[dt](%) 0",
        "initialize(% 2, % 2) 2",
        "pauli(XY) 0 1",
        "block 2 0",
        "  ry(%) 0",
        "  cx 0 1",
        "end",
        "measure 0 -> 1",
        "if_else [1] == 1 2 -> 1",
        "  rz(%) 2",
        "end",
        "if_else LOGIC_AND([1], EQUAL([0, 1, 2], 3)) 0 1 -> 0 1 2",
        "  x 1",
        "end",
        "  y 0",
        "end",
        "for_loop [0, 1] 1",
        "  h 1",
        "end",
        "switch_case [0, 1, 2] [['0', '1'], ['<default case>']] 0 -> 0 1 2",
        "  x 0",
        "end",
        "  z 0",
        "end",
    )
    assert content.numbers == (*(0, 0, 1, 0, 1, 0, 0, 0), 100, 1, 0, 0, 0, 0.1, 0.7)


def test_a_circuit_that_has_travelled_is_the_same():
    circuit = rich_circuit()
    stream = io.BytesIO()
    qpy.dump(circuit, stream)
    stream.seek(0)

    assert content_of(qpy.load(stream)[0]) == content_of(circuit)


def test_names_metadata_layout_and_global_phase_are_no_content():
    plain = QuantumCircuit(2, 1)
    named = QuantumCircuit(
        QuantumRegister(2, "here"),
        ClassicalRegister(1, "there"),
        name="fancy",
        metadata={"n": 1},
        global_phase=1.5,
    )
    for circuit in (plain, named):
        circuit.ry(0.5, 1)
        circuit.measure(1, 0)
    placed = transpile(plain, basis_gates=["ry"], initial_layout=[0, 1])

    assert content_of(plain) == content_of(named) == content_of(placed)


@pytest.mark.parametrize("names", [("a", "b"), ("theta", "x[0]")])
def test_parameters_that_are_not_bound_have_no_names(names):
    one, other = map(Parameter, names)
    circuit = QuantumCircuit(1)
    circuit.rx(one, 0)
    circuit.rz(2 * other + 0.1234567890123456, 0)
    content = content_of(circuit)

    assert content.lines[1:] == ("rx(p0) 0", "rz(0.123456789 + 2*p1) 0")
    assert content.numbers == ()


def test_a_bound_circuit_is_one_with_numbers():
    ansatz = efficient_su2(2, reps=1)
    bound = ansatz.assign_parameters(np.arange(ansatz.num_parameters) / 10)

    assert content_of(bound).numbers == pytest.approx(np.arange(8) / 10)


@pytest.mark.parametrize("change", ["gate", "place", "order", "bits"])
def test_another_circuit_is_another_text(change):
    circuit = QuantumCircuit(2, 2 if change == "bits" else 1)
    gates = [("h", 0), ("s", 0)]
    if change == "order":
        gates.reverse()
    if change == "place":
        gates[1] = ("s", 1)
    if change == "gate":
        gates[0] = ("x", 0)
    for name, qubit in gates:
        getattr(circuit, name)(qubit)
    usual = QuantumCircuit(2, 1)
    usual.h(0)
    usual.s(0)

    assert content_of(circuit).lines != content_of(usual).lines


def test_classical_expressions_have_no_names_of_registers():
    circuit = QuantumCircuit(QuantumRegister(1), ClassicalRegister(3, "mine"))
    register, first = circuit.cregs[0], circuit.clbits[0]
    declared = circuit.add_var("kept", expr.lift(True))
    conditions = [
        expr.not_equal(register, 2),
        expr.logic_not(first),
        expr.index(register, 1),
        expr.less(expr.cast(first, types.Uint(3)), register),
        declared,
    ]
    for condition in conditions:
        with circuit.if_test(condition):
            circuit.x(0)
    found = [line for line in content_of(circuit).lines if line.startswith("if_else")]

    assert [line.removeprefix("if_else ").split(" 0")[0] for line in found] == [
        "NOT_EQUAL([0, 1, 2], 2)",
        "LOGIC_NOT([0])",
        "INDEX([0, 1, 2], 1)",
        "LESS(CAST Uint(3)([0]), [0, 1, 2])",
        "var kept",
    ]


def test_a_loop_until_a_bit_is_set_is_written():
    circuit = QuantumCircuit(1, 1)
    with circuit.while_loop((circuit.clbits[0], 0)):
        circuit.h(0)
        circuit.measure(0, 0)

    assert content_of(circuit).lines[1] == "while_loop [0] == 0 0 -> 0"
