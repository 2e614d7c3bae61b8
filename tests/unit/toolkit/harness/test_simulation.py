"""A device's bad day on a simulated clock."""

import asyncio
import base64
import json
import zlib

import numpy as np
import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.quantum_info import SparsePauliOp, Statevector

from program_runtime.backends.device import CircuitResult
from program_runtime.errors import DeviceError, InvalidValueError
from program_runtime.execution.broker.protocol import DeviceAnswer, DeviceRun
from program_runtime.execution.broker.wire import pack_results
from toolkit.harness.direct_line import DirectLine
from toolkit.harness.local_broker import LocalBroker
from toolkit.harness.readout_error import damp_observables, flip_counts, measured_bits
from toolkit.harness.simulated_broker import SimulatedBroker
from toolkit.harness.simulation import (
    Clock,
    SessionOverError,
    Simulation,
    read_simulation,
)


def test_words_become_a_simulation():
    said = read_simulation(["queue=30s", " ttl = 5m", "drift=0.02", "max_time=90"])
    assert said == Simulation(queue=30, ttl=300, drift=0.02, max_time=90)


def test_all_that_can_not_be_simulated_is_told_at_once():
    words = ["qeue=1", "rain", "ttl=soon", "drift=0.6", "queue=0", "ttl=3s", "drift"]
    with pytest.raises(InvalidValueError) as caught:
        read_simulation(words)
    assert [(each.path, each.message) for each in caught.value.problems] == [
        ("qeue", "did you mean 'queue'?"),
        ("rain", "is none of queue, ttl, drift, max_time"),
        ("ttl", "'soon' is no duration above zero, such as 30s or 5m"),
        ("drift", "'0.6' is no number from 0 to 0.5"),
        ("queue", "'0' is no duration above zero, such as 30s or 5m"),
        ("drift", "'' is no number from 0 to 0.5"),
    ]
    assert "queue=30s,ttl=5m" in caught.value.hint
    with pytest.raises(InvalidValueError, match="Nothing is simulated"):
        read_simulation([])


def test_a_word_that_is_said_twice_is_told():
    with pytest.raises(InvalidValueError) as caught:
        read_simulation(["ttl=3s", "ttl=4s"])
    assert str(caught.value.problems[0].message) == "is said twice"


def test_the_session_counts_from_its_first_execution_and_ends():
    clock = Clock(Simulation(queue=30, ttl=60))
    clock.call()
    clock.call()
    with pytest.raises(SessionOverError) as caught:
        clock.call()
    assert str(caught.value) == (
        "The session is over: its first quantum call began at 30 s of simulated time, "
        "and its max_ttl of 60 s ended at 90 s; this one's turn came at 92 s."
    )
    assert (clock.calls, clock.refused, clock.queued_s) == (3, 1, 90)


def test_the_readout_gets_worse_by_the_minute_up_to_chance():
    clock = Clock(Simulation(queue=59, drift=0.2))
    assert [clock.call() for _ in range(5)] == pytest.approx([0, 0.2, 0.4, 0.5, 0.5])
    assert clock.worst_error == 0.5
    still = Clock(Simulation(queue=59))
    assert [still.call() for _ in range(3)] == [0, 0, 0]


def test_only_what_is_measured_is_misread():
    circuit = QuantumCircuit(QuantumRegister(3), ClassicalRegister(4))
    circuit.measure([0, 2], [3, 1])
    assert measured_bits(circuit) == [1, 3]
    with circuit.if_test((circuit.clbits[1], 1)):
        circuit.measure(1, 0)
    assert measured_bits(circuit) == [0, 1, 2, 3]


def counts_of(body):
    return json.loads(body)["circuits"][0]["counts"]


def test_bits_flip_as_often_as_they_shall():
    body = pack_results([CircuitResult(shots=10_000, counts={0b100: 10_000})])
    flipped = counts_of(flip_counts(body, [[0, 2]], 0.1, [7, 1]))
    assert sum(flipped.values()) == 10_000
    assert set(flipped) == {"0x0", "0x1", "0x4", "0x5"}
    assert flipped["0x4"] / 10_000 == pytest.approx(0.81, abs=0.02)
    assert flipped["0x1"] / 10_000 == pytest.approx(0.01, abs=0.005)
    assert flipped == counts_of(flip_counts(body, [[0, 2]], 0.1, [7, 1]))
    assert flipped != counts_of(flip_counts(body, [[0, 2]], 0.1, [7, 2]))


def test_shots_that_are_kept_apart_flip_one_by_one():
    shots = 4000
    body = pack_results([CircuitResult(shots=shots, packed=b"\x02" * shots)])
    found = flip_counts(body, [[1, 9]], 0.25, [7])
    assert json.loads(found)["circuits"][0]["shots"] == shots
    entry = json.loads(found)["circuits"][0]
    packed = zlib.decompress(base64.b64decode(entry["packed"]))
    values = np.frombuffer(packed, dtype=">u2")
    assert set(values) == {0x000, 0x002, 0x200, 0x202}
    assert np.mean(values & 2 == 0) == pytest.approx(0.25, abs=0.03)
    assert np.mean(values & 0x200 > 0) == pytest.approx(0.25, abs=0.03)


def test_exact_values_shrink_as_those_of_misread_bits_do():
    assert damp_observables([{"XIZ": 2.0, "III": 1.0}], 0.1) == [
        {"XIZ": pytest.approx(2.0 * 0.8**2), "III": 1.0}
    ]
    # A projector on 0 is seen although the bit is 1: that is the error itself.
    state = Statevector.from_label("1")
    for letters, expected in (("0", 0.1), ("1", 0.9)):
        terms = damp_observables({letters: 1.0}, 0.1)
        value = state.expectation_value(SparsePauliOp.from_list(terms.items()))
        assert value == pytest.approx(expected)


class Refusing:
    """A broker that fails each call."""

    async def run(self, run, on_progress):
        return DeviceAnswer(state="failed", message="no")


def test_what_fails_is_passed_on_as_it_is():
    broker = SimulatedBroker(Refusing(), Simulation(queue=60, drift=0.1), seed=1)
    run = DeviceRun(key="1", backend="b", options={}, body=b"")
    for _ in range(2):
        answer = asyncio.run(broker.run(run, lambda _: None))
        assert answer.message == "no"


def called(simulation, seed, calls):
    """Ask something of a program's backend, several times."""
    broker = SimulatedBroker(LocalBroker(), simulation, seed=seed)
    with DirectLine(broker, "aer_simulator") as line:
        backend = line.backend(shots=1000, seed=1)
        return [call(backend) for call in calls]


def measure_one(backend):
    circuit = QuantumCircuit(1, 1)
    circuit.x(0)
    circuit.measure(0, 0)
    return backend.run(circuit).result().get_counts().get("1", 0)


def test_a_program_sees_the_drift_and_then_the_end_of_its_session():
    simulation = Simulation(queue=59, drift=0.1, ttl=170)
    seen = called(simulation, 5, [measure_one] * 3)
    assert seen[0] == 1000
    assert 870 < seen[1] < 930
    assert 760 < seen[2] < 840
    assert seen == called(simulation, 5, [measure_one] * 3)
    assert seen != called(simulation, 6, [measure_one] * 3)
    with pytest.raises(DeviceError, match="The session is over"):
        called(simulation, 5, [measure_one] * 4)


def estimate(backend):
    circuit = QuantumCircuit(2)
    circuit.x(0)
    pub = (circuit, [SparsePauliOp("IZ"), SparsePauliOp("ZZ")])
    return backend.estimator().run([pub]).result()[0].data.evs.tolist()


def test_exact_estimates_drift_too():
    broker = SimulatedBroker(LocalBroker(), Simulation(queue=59, drift=0.1), seed=1)
    with DirectLine(broker, "aer_simulator") as line:
        seen = [estimate(line.backend(seed=1)) for _ in range(2)]
    assert seen[0] == pytest.approx([-1, -1])
    assert seen[1] == pytest.approx([-0.8, -0.64])
