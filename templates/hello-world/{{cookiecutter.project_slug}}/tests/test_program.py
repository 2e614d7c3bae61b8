"""Tests of the program: as plain functions, and as the service runs it."""

from program_runtime.program.testing import RecordingMessenger, assert_counts_close
from qiskit.quantum_info import Statevector

from program import NUM_QUBITS, build_circuit, main, most_frequent


def test_a_circuit_measures_every_qubit():
    circuit = build_circuit(seed=1)

    assert circuit.num_qubits == NUM_QUBITS
    assert circuit.count_ops()["measure"] == NUM_QUBITS


def test_the_same_seed_builds_the_same_circuit():
    assert build_circuit(seed=1) == build_circuit(seed=1)
    assert build_circuit(seed=1) != build_circuit(seed=2)


def test_the_most_frequent_outcome_is_found():
    assert most_frequent({"00": 3, "11": 5}) == "11"
    assert most_frequent({"11": 4, "01": 4}) == "01"


def test_main_publishes_the_counts_of_each_iteration(cassette):
    messenger = RecordingMessenger()
    result = main(cassette.backend(shots=100, seed=1), messenger, iterations=2, seed=7)

    assert result == "Hello, World!"
    assert [message["iteration"] for message in messenger.messages] == [0, 1]
    for message in messenger.messages:
        circuit = build_circuit(seed=7 + message["iteration"])
        circuit.remove_final_measurements()
        assert sum(message["counts"].values()) == 100
        assert_counts_close(
            message["counts"], Statevector(circuit).probabilities_dict()
        )


def test_main_finishes_early_when_it_is_asked_to(cassette):
    messenger = RecordingMessenger(stop_after=1)
    result = main(cassette.backend(shots=10, seed=1), messenger, iterations=50)

    assert result == "Hello, World!"
    assert len(messenger.messages) == 1


def test_the_sample_runs_as_it_does_on_the_service(run_program):
    run = run_program(sample="short", shots=100, seed=1)

    assert run.outcome.status == "Completed"
    assert run.result == "Hello, World!"
    assert len(run.interim) == 3
