"""coerce_inputs: what people write in JSON."""

import numpy as np
import pytest
from qiskit import QuantumCircuit, qasm2, qasm3
from qiskit.quantum_info import SparsePauliOp

from program_runtime.errors import BadInputsError
from program_runtime.metadata import coerce_inputs, validate_inputs

SCHEMA = {
    "$defs": {"circuit": {"format": "quantum-circuit"}},
    "type": "object",
    "properties": {
        "hamiltonian": {"format": "sparse-pauli-op"},
        "circuit": {"$ref": "#/$defs/circuit"},
        "circuits": {"items": {"format": "quantum-circuit"}},
        "points": {"format": "ndarray", "dtype": "float64"},
        "phases": {"format": "ndarray", "dtype": "complexfloating"},
        "amplitude": {"format": "complex"},
        "options": {"properties": {"shift": {"format": "complex"}}},
        "pair": {"prefixItems": [{"format": "complex"}, {"type": "integer"}]},
        "table": {"additionalProperties": {"format": "complex"}},
        "iterations": {"type": "integer"},
    },
}


def bell():
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    return circuit


def test_operators_are_read_from_objects_and_lists():
    expected = SparsePauliOp(["II", "XX"], [-1.05, 0.18])
    for plain in ({"II": -1.05, "XX": 0.18}, [["II", -1.05], ["XX", 0.18]]):
        assert coerce_inputs(SCHEMA, {"hamiltonian": plain}) == {
            "hamiltonian": expected
        }
    found = coerce_inputs(SCHEMA, {"hamiltonian": {"Z": [0, 1]}})
    assert found["hamiltonian"] == SparsePauliOp(["Z"], [1j])


def test_circuits_are_read_from_both_qasms():
    texts = [qasm2.dumps(bell()), qasm3.dumps(bell())]
    found = coerce_inputs(SCHEMA, {"circuit": texts[0], "circuits": texts})
    assert found["circuit"].count_ops() == bell().count_ops()
    assert [each.num_qubits for each in found["circuits"]] == [2, 2]
    assert validate_inputs(SCHEMA, found) == []


def test_arrays_and_complex_numbers_are_read():
    plain = {
        "points": [[1, 2], [3, 4]],
        "phases": [1, 2],
        "amplitude": [0, 1],
        "options": {"shift": [1, -1], "other": [1, 1]},
        "pair": [[1, 2], 3],
        "table": {"a": [1, 0]},
        "iterations": 3,
        "unknown": [1, 2],
    }
    found = coerce_inputs(SCHEMA, plain)
    assert found["points"].dtype == np.float64
    assert found["points"].shape == (2, 2)
    assert found["phases"].dtype == np.complex128
    assert found["amplitude"] == 1j
    assert found["options"] == {"shift": 1 - 1j, "other": [1, 1]}
    assert found["pair"] == [1 + 2j, 3]
    assert found["table"] == {"a": 1 + 0j}
    assert (found["iterations"], found["unknown"]) == (3, [1, 2])


def test_the_first_form_that_fits_is_read():
    circuit = {"$ref": "#/$defs/circuit"}
    schema = {
        "$defs": {"circuit": {"format": "quantum-circuit"}},
        "properties": {
            "circuits": {"anyOf": [circuit, {"type": "array", "items": circuit}]},
            "start": {"oneOf": [{"type": "null"}, {"format": "ndarray"}]},
            "odd": {"anyOf": [True, {"format": "complex"}]},
        },
    }
    text = qasm2.dumps(bell())
    for plain in (text, [text, text]):
        found = coerce_inputs(schema, {"circuits": plain, "start": None})
        assert validate_inputs(schema, found) == []
        assert found["start"] is None
    assert coerce_inputs(schema, {"start": [1, 2]})["start"].shape == (2,)
    found = coerce_inputs(schema, {"circuits": "nonsense", "odd": "x"})
    assert found == {"circuits": "nonsense", "odd": "x"}


def test_what_has_no_plain_form_passes_unchanged():
    marker = object()
    plain = {"circuit": marker, "points": marker, "hamiltonian": [["Z"]], "pair": []}
    assert coerce_inputs(SCHEMA, plain) == plain
    assert coerce_inputs({}, plain) == plain
    circle = {"$defs": {"a": {"$ref": "#/$defs/a"}}}
    circle["properties"] = {"x": {"$ref": "#/$defs/a"}}
    assert coerce_inputs(circle, {"x": [1, 2]}) == {"x": [1, 2]}


def test_kinds_of_dtypes_are_honoured():
    schema = {
        "properties": {
            "f": {"format": "ndarray", "dtype": "floating"},
            "c": {"format": "ndarray", "dtype": "complexfloating"},
            "n": {"format": "ndarray", "dtype": "number"},
            "z": {"format": "complex"},
        }
    }
    found = coerce_inputs(schema, {"f": [1, 2], "c": [1.0], "n": [1], "z": "1 + 2j"})
    assert [str(found[name].dtype) for name in "fcn"] == [
        "float64",
        "complex128",
        "int64",
    ]
    assert found["z"] == 1 + 2j
    for plain in ({"n": ["a"]}, {"n": [None]}, {"z": "nan"}, {"z": [1, None]}):
        with pytest.raises(BadInputsError):
            coerce_inputs(schema, plain)


def test_values_of_the_right_kind_pass_unchanged():
    circuit, points = bell(), np.zeros(3)
    found = coerce_inputs(SCHEMA, {"circuit": circuit, "points": points})
    assert found["circuit"] is circuit
    assert found["points"] is points


def test_null_and_what_has_no_plain_form_are_left_to_validation():
    found = coerce_inputs(SCHEMA, {"circuit": None, "hamiltonian": 3})
    assert found == {"circuit": None, "hamiltonian": 3}
    assert [problem.message for problem in validate_inputs(SCHEMA, found)] == [
        "is an integer, must be a SparsePauliOp",
        "is null, must be a QuantumCircuit",
    ]


def test_all_that_can_not_be_read_is_listed():
    plain = {
        "hamiltonian": {"QQ": 1},
        "circuits": ["OPENQASM 2.0; nonsense", "OPENQASM 3.0; nonsense("],
        "points": [[1], [2, 3]],
        "amplitude": ["a", "b"],
    }
    with pytest.raises(BadInputsError) as caught:
        coerce_inputs(SCHEMA, plain)
    assert str(caught.value).startswith("The inputs can not be read:\n")
    assert [(each.path, each.hint) for each in caught.value.problems] == [
        ("hamiltonian", 'write {"II": -1.05, "XX": 0.18}'),
        ("circuits[0]", "give the text of an OpenQASM 2 or 3 program"),
        ("circuits[1]", "give the text of an OpenQASM 2 or 3 program"),
        ("points", "write nested lists of numbers"),
        ("amplitude", "write [real, imaginary]"),
    ]


def test_a_circuit_can_not_include_files_of_this_machine(tmp_path):
    secret = tmp_path / "secret.inc"
    secret.write_text("gate leaked a { }\n")
    for version in ("2.0", "3.0"):
        text = f'OPENQASM {version};\ninclude "{secret}";\nqreg q[1];\nleaked q[0];\n'
        with pytest.raises(BadInputsError):
            coerce_inputs(SCHEMA, {"circuit": text})


def test_inputs_that_nest_too_deep_are_refused():
    plain = []
    for _ in range(900):
        plain = [plain]
    schema = {"properties": {"a": {"$ref": "#/$defs/a"}}}
    schema["$defs"] = {"a": {"items": {"$ref": "#/$defs/a"}}}
    with pytest.raises(BadInputsError, match="nested too deeply to be read"):
        coerce_inputs(schema, {"a": plain})
