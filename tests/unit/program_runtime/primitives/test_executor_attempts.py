"""A second attempt of a job asks a device for what the first one asked for."""

import pytest
from executor_inputs import arrays, bell, inputs, run
from qiskit import QuantumCircuit
from qiskit.providers.basic_provider import BasicSimulator

from program_runtime.program import ProgramBackend
from program_runtime.program.testing import RecordingMessenger


def device(asked, seed=None):
    """Not Aer, so it stands for a device; notes the circuits that it is given."""
    return ProgramBackend(BasicSimulator(), seed=seed, on_execution=asked.append)


def angles(asked):
    return [
        [value for item in circuit.data for value in item.operation.params]
        for execution in asked
        for circuit in execution.circuits
    ]


@pytest.fixture(scope="module")
def twirled():
    samplomatic = pytest.importorskip("samplomatic")
    serialization = pytest.importorskip("samplomatic.serialization")
    circuit = QuantumCircuit(2)
    with circuit.box([samplomatic.Twirl()]):
        circuit.cx(0, 1)
    with circuit.box([samplomatic.Twirl()]):
        circuit.measure_all()
    template, samplex = samplomatic.build(circuit)
    wire = {"ssv": 4, "samplex_json": serialization.samplex_to_json(samplex, None, 4)}
    item = {"item_type": "samplex", "samplex": wire, "shape": [6]}
    return inputs([template], [item], shots=3)


def test_it_draws_the_same_as_the_first(twirled):
    first, second, another = [], [], []
    messenger = RecordingMessenger()
    run(twirled, device(first), messenger=messenger)
    [kept] = messenger.checkpoints
    run(twirled, device(second), messenger=RecordingMessenger(restored=kept))
    run(twirled, device(another))
    assert angles(first) == angles(second)
    assert angles(first) != angles(another)


def test_a_seed_of_the_caller_comes_first(twirled):
    twirled = {**twirled, "options": {"experimental": {"seed_simulator": 4}}}
    first, second = [], []
    run(twirled, device(first))
    run(twirled, device(second))
    assert angles(first) == angles(second)


def test_the_seed_of_the_job_repeats_what_is_drawn(twirled):
    first, second, another = [], [], []
    for asked, seed in ((first, 7), (second, 7), (another, 8)):
        run(twirled, device(asked, seed))
    assert angles(first) == angles(second)
    assert angles(first) != angles(another)


def test_a_program_that_draws_nothing_can_be_tried_again_too():
    messenger = RecordingMessenger()
    result = run(inputs([bell()]), device([]), messenger=messenger)
    assert messenger.checkpoints == [{"drawing_seed": None}]
    assert arrays(result)["meas"].shape == (100, 2)
