"""Tests of the program: as plain functions, and as the service runs it."""

import pytest
from program_runtime.program.testing import RecordingMessenger, assert_counts_close

from program import agreement, build_circuit, main


@pytest.mark.parametrize("num_qubits", [2, 5])
def test_the_circuit_entangles_and_measures_all_qubits(num_qubits):
    operations = build_circuit(num_qubits).count_ops()

    assert operations["cx"] == num_qubits - 1
    assert operations["measure"] == num_qubits


def test_agreement_is_the_share_of_equal_bits():
    assert agreement({"000": 40, "111": 40, "010": 20}) == pytest.approx(0.8)


def test_an_ideal_backend_agrees_always(cassette):
    messenger = RecordingMessenger()
    result = main(cassette.backend(seed=1), messenger, num_qubits=3, shots=200)

    assert result["agreement"] == 1
    assert sum(result["counts"].values()) == 200
    assert_counts_close(result["counts"], {"000": 0.5, "111": 0.5})
    assert [message["num_qubits"] for message in messenger.messages] == [2, 3]
    assert messenger.messages[-1] == result


def test_main_finishes_early_when_it_is_asked_to(cassette):
    messenger = RecordingMessenger(stop_after=1)
    result = main(cassette.backend(seed=1), messenger, num_qubits=20, shots=10)

    assert result["num_qubits"] == 2


@pytest.mark.parametrize(("sample", "sizes"), [("bell", 1), ("ghz", 4)])
def test_the_samples_run_as_they_do_on_the_service(run_program, sample, sizes):
    run = run_program(sample=sample, seed=1)

    assert run.outcome.status == "Completed"
    assert run.result["agreement"] == 1
    assert len(run.interim) == sizes
