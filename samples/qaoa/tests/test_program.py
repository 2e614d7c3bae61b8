"""Tests of the program: as plain functions, and as the service runs it."""

import itertools
import json
from pathlib import Path

import pytest
from program_runtime.program.testing import (
    RecordingMessenger,
    assert_expectation_close,
)
from qiskit.quantum_info import Statevector

import program

SAMPLE = json.loads(
    (Path(__file__).parents[1] / "inputs" / "ten_nodes.json").read_text()
)
EDGES = SAMPLE["edges"]
SQUARE = [[0, 1], [1, 2], [2, 3], [3, 0]]


def best_cut_of_all(edges):
    colourings = itertools.product("01", repeat=program.count_nodes(edges))
    return max(program.cut_value(edges, colours) for colours in colourings)


def test_a_square_is_cut_by_alternating_colours():
    assert program.cut_value(SQUARE, "0101") == 4
    assert program.cut_value(SQUARE, "0011") == 2


@pytest.mark.parametrize(
    ("edges", "message"),
    [([], "has no edges"), ([[1, 1]], r"\[1, 1\] joins a node to itself")],
)
def test_a_graph_that_is_none_is_refused(edges, message):
    with pytest.raises(ValueError, match=message):
        program.count_nodes(edges)


def test_counts_are_read_with_node_0_last():
    mean, best = program.digest_counts([[0, 1], [1, 2]], {"001": 1, "010": 3})

    assert mean == pytest.approx((1 * 1 + 3 * 2) / 4)
    assert best == "010"


def first_mean_cut(edges, layers):
    """Compute the mean cut at the first angles, without shots."""
    circuit = program.build_circuit(edges, layers=layers)
    circuit.remove_final_measurements()
    state = Statevector(circuit.assign_parameters(program.first_angles(layers)))
    return sum(
        probability * program.cut_value(edges, bits[::-1])
        for bits, probability in state.probabilities_dict().items()
    )


def test_the_first_angles_cut_more_than_chance():
    assert first_mean_cut(SQUARE, layers=1) > 2.5


def test_main_finds_the_maximum_cut_and_improves_the_mean(cassette):
    messenger = RecordingMessenger()
    result = program.main(cassette.backend(shots=200, seed=1), messenger, **SAMPLE)

    assert result["best_cut"] == best_cut_of_all(EDGES) == 13
    assert program.cut_value(EDGES, result["best"]) == 13
    half = len(EDGES) / 2  # a cut lies between no edge and all of them
    assert_expectation_close(
        result["first_mean_cut"] - half,
        first_mean_cut(EDGES, SAMPLE["layers"]) - half,
        shots=200,
        norm=half,
    )
    assert result["best_mean_cut"] > result["first_mean_cut"] + 0.5
    assert result["best_mean_cut"] > 1.4 * len(EDGES) / 2
    assert result["evaluations"] == len(messenger.messages)


def test_main_finishes_early_with_a_result(cassette):
    messenger = RecordingMessenger(stop_after=3)
    result = program.main(cassette.backend(seed=1), messenger, edges=SQUARE)

    assert result["stopped_early"]
    assert result["evaluations"] == 3
    assert result["best_cut"] == 4


def test_a_resumed_run_goes_on_where_it_was_and_asks_for_nothing_twice(cassette):
    unbroken = RecordingMessenger()
    given = {"edges": SQUARE, "evaluations": 10}
    expected = program.main(cassette.backend(seed=1), unbroken, **given)
    resumed = RecordingMessenger(restored=unbroken.checkpoints[4])
    backend = cassette.backend(seed=1, executions=5)
    result = program.main(backend, resumed, **given)

    assert result == expected
    assert not result["stopped_early"]
    assert resumed.messages == unbroken.messages[5:]


def test_the_sample_runs_as_it_does_on_the_service(run_program):
    run = run_program(sample="ten_nodes", seed=1)

    assert run.outcome.status == "Completed"
    assert run.result["best_cut"] == 13
    assert len(run.interim) == run.result["evaluations"]
