"""Quantum formats are judged on Python values."""

import subprocess
import sys

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.quantum_info import Pauli, SparsePauliOp

from program_runtime.metadata import check_schema, validate_inputs, validate_value


def wrong(schema, value):
    assert check_schema(schema) == []
    return [problem.message for problem in validate_value(schema, value)]


def parametrized():
    circuit = QuantumCircuit(1)
    circuit.rx(Parameter("a"), 0)
    return circuit


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"format": "quantum-circuit"}, QuantumCircuit(2)),
        ({"format": "quantum-circuit", "maxQubits": 2}, QuantumCircuit(2)),
        ({"format": "quantum-circuit", "parametrized": True}, parametrized()),
        ({"format": "quantum-circuit", "parametrized": False}, QuantumCircuit(1)),
        ({"format": "sparse-pauli-op", "maxQubits": 2}, SparsePauliOp(["ZZ"])),
        ({"format": "ndarray"}, np.zeros(2)),
        ({"format": "ndarray", "dtype": "float64", "shape": [2, 3]}, np.zeros((2, 3))),
        ({"format": "ndarray", "shape": [None, 3]}, np.zeros((7, 3))),
        ({"format": "ndarray", "dtype": "number"}, np.zeros(2, complex)),
        ({"format": "ndarray", "dtype": "floating"}, np.zeros(2, np.float32)),
        ({"format": "complex"}, 1j),
        ({"format": "complex"}, 2),
        ({"format": "complex"}, np.complex64(1)),
        ({"format": "complex", "type": "string"}, 1j),
        ({"format": "quantum-circuit", "type": "object"}, QuantumCircuit(1)),
        ({"format": "quantum-circuit", "type": ["object", "null"]}, None),
        ({"items": {"format": "quantum-circuit"}}, [QuantumCircuit(1)] * 2),
        ({"anyOf": [{"format": "quantum-circuit"}, {"type": "string"}]}, "text"),
    ],
)
def test_values_that_fit(schema, value):
    assert wrong(schema, value) == []


@pytest.mark.parametrize(
    ("schema", "value", "wording"),
    [
        ({"format": "quantum-circuit"}, "x", "is a string, must be a QuantumCircuit"),
        ({"format": "quantum-circuit"}, None, "is null, must be a QuantumCircuit"),
        (
            {"format": "quantum-circuit"},
            {"__type__": "QuantumCircuit", "__value__": "..."},
            "is an object, must be a QuantumCircuit",
        ),
        (
            {"format": "quantum-circuit", "maxQubits": 1},
            QuantumCircuit(2),
            "has 2 qubits, the limit is 1",
        ),
        (
            {"format": "quantum-circuit", "maxQubits": 2},
            QuantumCircuit(3),
            "has 3 qubits, the limit is 2",
        ),
        (
            {"format": "quantum-circuit", "parametrized": True},
            QuantumCircuit(1),
            "has no parameters, must be parametrized",
        ),
        (
            {"format": "quantum-circuit", "parametrized": False},
            parametrized(),
            "has 1 unbound parameter, must have none",
        ),
        (
            {"format": "sparse-pauli-op"},
            Pauli("Z"),
            "is a Pauli, must be a SparsePauliOp",
        ),
        (
            {"format": "sparse-pauli-op", "maxQubits": 2},
            SparsePauliOp(["ZZZ"]),
            "has 3 qubits, the limit is 2",
        ),
        ({"format": "ndarray"}, [1, 2], "is a list, must be a NumPy array"),
        (
            {"format": "ndarray", "dtype": "complex128"},
            np.zeros(1),
            "has dtype float64, must be complex128",
        ),
        (
            {"format": "ndarray", "shape": [None, 2]},
            np.zeros(3),
            "has shape (3), must be (any, 2)",
        ),
        ({"format": "complex"}, "1j", "is '1j', must be a complex number"),
        ({"format": "complex"}, True, "is True, must be a complex number"),
    ],
)
def test_what_does_not_fit_is_said_in_words(schema, value, wording):
    assert wrong(schema, value) == [wording]


def test_each_circuit_of_a_list_is_judged():
    schema = {
        "properties": {
            "circuits": {"items": {"format": "quantum-circuit", "maxQubits": 2}}
        }
    }
    inputs = {"circuits": [QuantumCircuit(1), QuantumCircuit(3), 7]}
    assert [str(problem) for problem in validate_inputs(schema, inputs)] == [
        "circuits[1]: has 3 qubits, the limit is 2",
        "circuits[2]: is an integer, must be a QuantumCircuit",
    ]


def test_neither_qiskit_nor_numpy_is_imported_to_judge_or_to_parse():
    code = """
import sys
from program_runtime.metadata import parse_metadata, RuntimeProgram, validate_inputs
assert "jsonschema" not in sys.modules
assert validate_inputs({}, {"a": 1}) == []
assert "jsonschema" not in sys.modules
spec = {"parameters": {"properties": {"c": {"format": "quantum-circuit"},
        "a": {"format": "ndarray"}, "n": {"type": "integer"}}}}
found = parse_metadata({"name": "a", "version": "1.0.0", "spec": spec})
inputs = RuntimeProgram("a", "a", parameters=found.spec["parameters"]).parameters()
inputs.c, inputs.a, inputs.n = "x", [1], 1
print(len(validate_inputs(found.spec["parameters"], inputs.to_dict())))
heavy = {"qiskit", "numpy", "scipy", "requests"} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "2\n"
