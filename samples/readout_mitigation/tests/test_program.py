"""Tests of the program: as plain functions, and as the service runs it."""

import json
from pathlib import Path

import pytest
from program_runtime.program.testing import (
    RecordingMessenger,
    assert_expectation_close,
)
from qiskit import QuantumCircuit, transpile

import program

SAMPLE = json.loads((Path(__file__).parents[1] / "inputs" / "ghz.json").read_text())
OPERATORS = SAMPLE["operators"]


def misreading():
    """Make a backend whose only flaw is its readout: the ideal values are known."""
    from qiskit_aer import AerSimulator
    from qiskit_aer.noise import NoiseModel, ReadoutError

    noise = NoiseModel()
    noise.add_all_qubit_readout_error(ReadoutError([[0.97, 0.03], [0.08, 0.92]]))
    return AerSimulator(noise_model=noise)


@pytest.fixture
def ghz():
    """Every product of two or four Z has the value 1 in this state."""
    return QuantumCircuit.from_qasm_str(SAMPLE["circuit"])


def test_measurements_at_the_end_are_made_once(ghz):
    once = program.build_measured(ghz)

    assert once.count_ops()["measure"] == 4
    assert program.build_measured(once).count_ops()["measure"] == 4


def test_qubits_are_found_where_the_transpiler_put_them():
    circuit = QuantumCircuit(2)
    circuit.measure_all()
    placed = transpile(circuit, coupling_map=[[0, 1], [1, 2]], initial_layout=[2, 0])

    assert program.measured_qubits(placed) == [2, 0]


def test_main_comes_closer_to_the_ideal_values(cassette, ghz):
    backend, messenger = cassette.backend(misreading, seed=3), RecordingMessenger()
    estimates = program.main(backend, messenger, circuit=ghz, operators=OPERATORS)

    assert [estimate["operator"] for estimate in estimates] == OPERATORS
    for estimate in estimates:
        assert estimate["raw"] < 0.9
        assert abs(1 - estimate["mitigated"]) < 0.3 * abs(1 - estimate["raw"])
        assert_expectation_close(
            estimate["mitigated"], 1, standard_error=estimate["stddev"]
        )
    assert [message["stage"] for message in messenger.messages] == [
        "calibrated",
        "measured",
    ]


def test_an_operator_of_the_wrong_length_is_refused_before_anything_runs(ghz):
    with pytest.raises(ValueError, match="ZZ has 2 letters, the circuit has 4 qubits"):
        program.main(None, RecordingMessenger(), circuit=ghz, operators=["ZZZZ", "ZZ"])


def test_the_sample_gains_on_a_fake_device_as_on_the_service(run_program):
    pytest.importorskip("qiskit_ibm_runtime")
    run = run_program(sample="ghz", backend="fake_manila", seed=3)

    assert run.outcome.status == "Completed"
    assert len(run.interim) == 2
    for estimate in run.result:
        assert abs(1 - estimate["mitigated"]) < 0.5 * abs(1 - estimate["raw"])


def test_the_mitigated_values_hold_on_every_backend(cassette, backend_name, ghz):
    backend = cassette.backend(backend_name, seed=3)
    estimates = program.main(
        backend, RecordingMessenger(), circuit=ghz, operators=OPERATORS
    )

    for estimate in estimates:
        # What mitigation of the readout leaves are the errors of the gates: 3 %.
        assert_expectation_close(
            estimate["mitigated"],
            1,
            standard_error=estimate["stddev"],
            tolerance=0.03,
        )
