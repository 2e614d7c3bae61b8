"""Tests of the program: as plain functions, and as the service runs it."""

import numpy as np
import pytest
from program_runtime.program.testing import RecordingMessenger
from qiskit.quantum_info import SparsePauliOp

import program

# Hydrogen at 0.735 angstrom, and its exact ground energy in hartree.
HYDROGEN = SparsePauliOp.from_list(
    [
        ("II", -1.052373245772859),
        ("IZ", 0.39793742484318045),
        ("ZI", -0.39793742484318045),
        ("ZZ", -0.01128010425623538),
        ("XX", 0.18093119978423156),
    ]
)
GROUND_ENERGY = -1.857275030202


def test_the_ansatz_has_a_parameter_for_every_rotation():
    ansatz = program.build_ansatz(3, reps=2)

    assert ansatz.num_qubits == 3
    assert ansatz.num_parameters == 2 * 3 * (2 + 1)


def test_a_step_goes_downhill():
    point, direction = np.zeros(2), np.array([1.0, -1.0])
    energies = np.array([0.0, 1.0, -1.0])
    stepped = program.next_point(point, direction, energies, iteration=0, scale=1.0)

    assert np.all(stepped * direction < 0)


def test_the_probes_lie_around_the_point():
    point = np.array([0.5, 1.0])
    probes = program.probe_points(point, np.array([1.0, -1.0]), iteration=3)

    assert probes.shape == (3, 2)
    assert np.allclose(probes.mean(axis=0), point)


def test_the_energy_scale_leaves_the_identity_out():
    assert program.energy_scale(SparsePauliOp(["II", "XZ"], [5, -2])) == 2
    assert program.energy_scale(SparsePauliOp("II")) == 1


def test_a_hamiltonian_with_complex_coefficients_is_refused():
    with pytest.raises(ValueError, match="coefficients that are not real"):
        program.energy_scale(SparsePauliOp("X", 1j))


def test_main_finds_the_ground_energy_of_hydrogen(cassette):
    messenger = RecordingMessenger()
    result = program.main(cassette.backend(seed=1), messenger, hamiltonian=HYDROGEN)

    assert result["energy"] == pytest.approx(GROUND_ENERGY, abs=0.02)
    assert result["iterations"] == len(messenger.messages) == 100
    assert not result["stopped_early"]
    assert messenger.metrics[0]["step"] == 0


def test_main_finishes_early_with_a_result(cassette):
    messenger = RecordingMessenger(stop_after=5)
    result = program.main(cassette.backend(seed=1), messenger, hamiltonian=HYDROGEN)

    assert result["stopped_early"]
    assert result["iterations"] == 5


def test_a_resumed_run_ends_where_an_unbroken_one_does(cassette):
    backend, unbroken = cassette.backend(), RecordingMessenger()
    expected = program.main(backend, unbroken, hamiltonian=HYDROGEN, iterations=10)
    resumed = RecordingMessenger(restored=unbroken.checkpoints[3])
    result = program.main(backend, resumed, hamiltonian=HYDROGEN, iterations=10)

    assert [message["iteration"] for message in resumed.messages] == list(range(4, 10))
    assert result["energy"] == pytest.approx(expected["energy"])


def test_the_sample_runs_as_it_does_on_the_service(run_program):
    run = run_program(sample="h2", seed=1)

    assert run.outcome.status == "Completed"
    assert run.result["energy"] == pytest.approx(GROUND_ENERGY, abs=0.02)
    assert len(run.interim) == 100
