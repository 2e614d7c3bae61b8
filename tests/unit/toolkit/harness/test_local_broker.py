"""A program whose quantum calls are brokered here gets the numbers it has without."""

import asyncio

import pytest
from qiskit import QuantumCircuit, transpile
from qiskit.circuit import Gate, Parameter
from qiskit.quantum_info import SparsePauliOp
from qiskit_aer import AerSimulator

from program_runtime.errors import (
    DeviceError,
    UnsupportedCircuitError,
)
from program_runtime.execution.broker.protocol import DeviceAnswer, DeviceRun
from program_runtime.program.testing import local_backend
from toolkit.harness.direct_line import DirectLine
from toolkit.harness.local_broker import LocalBroker

SHOTS = 200


def bell():
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    return circuit


def rotation():
    angle = Parameter("angle")
    circuit = QuantumCircuit(1)
    circuit.ry(angle, 0)
    return circuit


@pytest.fixture(scope="module")
def line():
    with DirectLine(LocalBroker(), "aer_simulator") as opened:
        yield opened


def counts(backend):
    return [backend.run([bell(), bell()]).result().get_counts() for _ in range(2)]


def memory(backend):
    return backend.run(bell(), memory=True).result().get_memory()


def sampled(backend):
    return backend.sampler().run([bell()]).result()[0].data.meas.array.tolist()


def estimated(backend):
    pub = (rotation(), [["Z"], ["X"]], [[0.1], [0.7], [1.5]])
    data = backend.estimator(shots=SHOTS).run([pub]).result()[0].data
    return data.evs.tolist(), data.stds.tolist()


def exact(backend):
    pubs = [
        (rotation(), [[SparsePauliOp(["Z", "X"], [1, 0.5])], ["Y"]], [[0.1], [0.7]]),
        (QuantumCircuit(1), "Z"),
    ]
    found = backend.estimator().run(pubs).result()
    return [(each.data.evs.tolist(), each.data.stds.tolist()) for each in found]


@pytest.mark.parametrize("work", [counts, memory, sampled, estimated, exact])
def test_the_numbers_are_those_of_a_backend_of_ones_own(line, work):
    shots = None if work is exact else SHOTS
    brokered = work(line.backend(shots=shots, seed=5))

    assert brokered == work(local_backend(shots=shots, seed=5))


def test_the_seed_zero_is_a_seed(line):
    assert counts(line.backend(seed=0)) == counts(local_backend(seed=0))


def test_an_option_that_is_switched_off_reaches_the_backend():
    class Listening(AerSimulator):
        heard = ()

        def run(self, circuits, **options):
            Listening.heard = options
            return super().run(circuits, **options)

    broker = LocalBroker()
    broker.lend("listening", Listening())
    with DirectLine(broker, "listening") as opened:
        opened.backend(shots=1).run(bell(), fusion_enable=False).result()

    assert Listening.heard["fusion_enable"] is False
    assert "memory" not in Listening.heard


def test_options_that_a_program_sets_reach_the_backend(line):
    backend = line.backend(shots=10)
    backend.set_options(method="no such method")
    with pytest.raises(DeviceError, match="no such method"):
        backend.run(bell()).result()


def test_a_job_knows_its_state_and_an_exact_one_too(line):
    backend = line.backend()
    job, estimate = (
        backend.run(bell()),
        backend.estimator().run([(rotation(), "Z", [1])]),
    )
    job.result()
    estimate.result()

    assert job.status().name == estimate.status().name == "DONE"
    assert estimate.done()
    assert estimate.in_final_state()
    assert not estimate.running()
    assert not estimate.cancelled()
    estimate.cancel()


@pytest.mark.parametrize(
    ("message", "told"),
    [("No room.", "No room."), ("", "'aer_simulator' did not compute it.")],
)
def test_an_exact_value_that_can_not_be_computed_says_why(message, told):
    class Refusing(LocalBroker):
        async def run(self, run, on_progress):
            return DeviceAnswer(state="failed", message=message)

    with DirectLine(Refusing(), "aer_simulator") as opened:
        job = opened.backend().estimator().run([(rotation(), "Z", [1])])
        with pytest.raises(DeviceError, match=told):
            job.result()

    assert job.status().name == "ERROR"


def test_a_simulation_that_fails_says_why(line):
    circuit = QuantumCircuit(16, 16)
    circuit.h(range(16))
    circuit.t(range(16))
    circuit.measure(range(16), range(16))
    job = line.backend().run(circuit, method="density_matrix", max_memory_mb=1)
    with pytest.raises(DeviceError, match=r"failed: RuntimeError: .*memory"):
        job.result()


def test_a_gate_that_the_backend_lacks_is_refused_as_ever(line):
    circuit = QuantumCircuit(1)
    circuit.append(Gate("mystery", 1, []), [0])
    with pytest.raises(UnsupportedCircuitError, match="'mystery'"):
        line.backend().run(circuit)


def test_a_backend_that_was_lent_runs_under_its_name():
    broker, lent = (
        LocalBroker(),
        AerSimulator(coupling_map=[[1, 0]], basis_gates=["cx", "rz", "sx"]),
    )
    broker.lend("lab", lent)
    with DirectLine(broker, "lab") as opened:
        backend = opened.backend(shots=50)
        found = backend.run(transpile(bell(), backend)).result().get_counts()

    assert list(backend.coupling_map) == list(lent.coupling_map) == [(1, 0)]
    assert sum(found.values()) == 50


def test_a_backend_that_there_is_not_is_an_error_with_its_name():
    opened = DirectLine(LocalBroker(), "aer_simulatr")
    with opened, pytest.raises(DeviceError, match="aer_simulatr"):
        opened.backend()


def test_a_broker_that_breaks_is_an_error_of_the_call():
    class Broken(LocalBroker):
        async def run(self, run, on_progress):
            raise LookupError("lost")

    opened = DirectLine(Broken(), "aer_simulator")
    with opened, pytest.raises(DeviceError, match="failed: LookupError: lost"):
        opened.backend().run(bell()).result()


def test_a_request_that_is_none_is_an_answer():
    run = DeviceRun(
        key="a/1", backend="aer_simulator", options={}, body=b"?", kind="estimate"
    )
    answer = asyncio.run(LocalBroker().run(run, lambda _: None))

    assert answer.state == "failed"
    assert "too short" in answer.message


def test_a_broker_that_stays_open_has_nothing_to_give_up():
    async def ask():
        broker = LocalBroker()
        await broker.cancel("a/1")
        await broker.abandon("a")
        return await broker.unfinished(), [info.name for info in await broker.devices()]

    unfinished, names = asyncio.run(ask())
    assert not unfinished
    assert "aer_simulator" in names
