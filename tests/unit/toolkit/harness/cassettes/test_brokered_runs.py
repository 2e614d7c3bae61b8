"""Runs of the harness: unbrokered, brokered, recorded and replayed, all alike."""

import pytest

from toolkit import harness, project
from toolkit.harness import cassettes
from toolkit.harness.local_broker import LocalBroker

PROGRAM = """
from qiskit import QuantumCircuit

def main(backend, user_messenger, *, turns=1):
    circuit = QuantumCircuit(1)
    for _ in range(turns):
        circuit.h(0)
    [value] = backend.estimator().run([(circuit, ["X"])]).result()[0].data.evs
    circuit.measure_all()
    return [backend.run(circuit, shots=100).result().get_counts(), float(value)]
"""
METADATA = {"name": "tiny", "version": "1.0.0", "max_execution_time": 60, "spec": {}}


@pytest.fixture(scope="module")
def warm():
    with harness.Harness() as machine:
        yield machine


@pytest.fixture
def run(warm, make_project):
    loaded = project.load_project(make_project(program=PROGRAM, metadata=METADATA))

    def run_it(broker, **inputs):
        return harness.run_project(loaded, inputs, seed=3, harness=warm, broker=broker)

    return run_it


def test_a_recorded_and_a_replayed_run_are_the_run_itself(run, tmp_path):
    recorder = cassettes.RecordingBroker(LocalBroker())
    recorded = run(recorder)
    cassettes.save(recorder.cassette(), tmp_path / "tape.json")
    player = cassettes.ReplayBroker(cassettes.load(tmp_path / "tape.json"))
    replayed = run(player)

    assert run(None).result == recorded.result == replayed.result
    assert player.unplayed == 0
    for done in (recorded, replayed):
        assert done.outcome.usage.circuits == 2
        assert done.outcome.usage.shots == 100


def test_a_run_that_asks_for_another_circuit_fails_with_the_nearest_one(run):
    recorder = cassettes.RecordingBroker(LocalBroker())
    run(recorder)
    done = run(cassettes.ReplayBroker(recorder.cassette()), turns=2)

    assert done.outcome.code == "program_error"
    assert "This circuit is not on the tape (aer_simulator)." in done.outcome.message
    assert "\n h 0\n+h 0\n" in done.outcome.message
    assert "Record it anew if that is meant" in done.outcome.message
