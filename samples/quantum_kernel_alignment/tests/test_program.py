"""Tests of the program: as plain functions, and as the service runs it."""

import json
from pathlib import Path

import numpy as np
import pytest
from program_runtime.program.testing import (
    RecordingMessenger,
    assert_expectation_close,
)
from qiskit.quantum_info import Statevector

import program

SAMPLE = json.loads(
    (Path(__file__).parents[1] / "inputs" / "six_points.json").read_text()
)
FEATURES = np.array(SAMPLE["features"])
LABELS = SAMPLE["labels"]


def exact_kernel(features, parameters):
    states = [
        Statevector(program.build_feature_map(point, parameters)).data
        for point in features
    ]
    return np.abs(np.conj(states) @ np.transpose(states)) ** 2


def test_the_ideal_kernel_is_aligned_and_a_flat_one_is_not():
    ideal = np.outer(LABELS, LABELS)

    assert program.alignment(ideal, LABELS) == pytest.approx(1)
    assert program.alignment(np.ones((6, 6)), LABELS) == pytest.approx(0)


def test_fidelities_are_laid_out_symmetrically():
    kernel = program.assemble_kernel([0.1, 0.2, 0.3], num_points=3)

    assert np.array_equal(kernel, [[1, 0.1, 0.2], [0.1, 1, 0.3], [0.2, 0.3, 1]])


def test_the_measured_kernel_is_that_of_the_states(cassette):
    parameters = np.array([1.1, -0.4])
    circuit = program.build_fidelity_circuit()
    kernel = program.Kernel(cassette.backend(seed=1).sampler(), circuit, FEATURES)
    [measured] = kernel.measure([parameters])

    exact = exact_kernel(FEATURES, parameters)
    for found, expected in zip(measured.flat, exact.flat, strict=True):
        # A share of the shots, between -1 and 1 as an expectation value is.
        assert_expectation_close(2 * found - 1, 2 * expected - 1, shots=program.SHOTS)


def test_the_bell_state_is_the_kernel_that_fits_the_sample():
    bell = exact_kernel(FEATURES, [np.pi / 2, 0])
    flat = exact_kernel(FEATURES, [0, 0])

    assert program.alignment(bell, LABELS) > 0.6
    assert program.alignment(flat, LABELS) == pytest.approx(0)


def test_main_improves_the_alignment(cassette):
    messenger = RecordingMessenger()
    result = program.main(
        cassette.backend(seed=1),
        messenger,
        features=FEATURES,
        labels=LABELS,
        iterations=6,
    )

    assert result["alignment"] > result["first_alignment"] + 0.2
    assert result["alignment"] == program.alignment(result["kernel"], LABELS)
    assert result["iterations"] == len(messenger.messages) == 6


def test_main_finishes_early_with_a_result(cassette):
    messenger = RecordingMessenger(stop_after=2)
    result = program.main(
        cassette.backend(seed=1), messenger, features=FEATURES, labels=LABELS
    )

    assert result["iterations"] == 2
    assert result["stopped_early"]


def test_a_resumed_run_goes_on_where_it_was(cassette):
    given = {"features": FEATURES, "labels": LABELS, "iterations": 3}
    unbroken = RecordingMessenger()
    expected = program.main(cassette.backend(seed=1), unbroken, **given)
    resumed = RecordingMessenger(restored=unbroken.checkpoints[1])
    backend = cassette.backend(seed=1, executions=2)
    result = program.main(backend, resumed, **given)

    assert resumed.messages == unbroken.messages[2:]
    assert result["parameters"] == expected["parameters"]
    assert not result["stopped_early"]


def test_a_label_for_each_point_is_needed():
    with pytest.raises(ValueError, match="There are 6 points and 2 labels"):
        program.main(None, RecordingMessenger(), features=FEATURES, labels=[1, -1])


def test_the_sample_runs_as_it_does_on_the_service(run_program):
    run = run_program(sample="six_points", seed=1)

    assert run.outcome.status == "Completed"
    assert run.result["alignment"] > 0.6
    assert run.result["kernel"].shape == (6, 6)
    assert len(run.interim) == 15
