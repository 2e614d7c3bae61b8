"""IBM's devices without IBM: what the official client is asked, and what it answers."""

import numpy as np
import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Clbit
from qiskit.primitives import BackendSamplerV2
from qiskit.providers.fake_provider import GenericBackendV2
from qiskit_aer import AerSimulator
from qiskit_ibm_runtime import RuntimeInvalidStateError, RuntimeJobNotFound

from program_runtime.backends.device import (
    DeviceStage,
    LostJobError,
    MaybeSubmittedError,
)
from program_runtime.backends.ibm_device import IbmDevice


class Job:
    """As the official client answers it."""

    def __init__(self, job_id="j1", status="DONE", pubs=None):
        self._id = job_id
        self._status = status
        self._pubs = pubs
        self.usage = {"quantum_seconds": 2.5}
        self.cancels = 0

    def job_id(self):
        return self._id

    def status(self):
        return self._status

    def error_message(self):
        return "the fridge is warm"

    def result(self):
        return self._pubs

    def metrics(self):
        return {"usage": self.usage}

    def cancel(self):
        self.cancels += 1
        raise RuntimeInvalidStateError("it has ended")


class Service:
    """Finds jobs by id and tag."""

    def __init__(self):
        self.known = {}
        self.tagged = {}

    def job(self, job_id):
        if job_id not in self.known:
            raise RuntimeJobNotFound(f"{job_id} is unknown")
        return self.known[job_id]

    def jobs(self, *, limit, job_tags):
        assert limit == 1
        return [self.tagged[tag] for tag in job_tags if tag in self.tagged]


@pytest.fixture
def service():
    return Service()


@pytest.fixture
def device(service):
    backend = GenericBackendV2(3, seed=1)
    backend.name = "ibm_lab"
    return IbmDevice(backend, service)


@pytest.fixture
def sampler(monkeypatch):
    """Runs what the device submits, exactly; the last one made is at hand."""

    class Sampler:
        error = None
        made = []  # noqa: RUF012

        def __init__(self, mode):
            from types import SimpleNamespace

            self.mode = mode
            self.options = SimpleNamespace(
                environment=SimpleNamespace(job_tags=[]),
                execution=SimpleNamespace(init_qubits=None, rep_delay=None),
            )
            Sampler.made.append(self)

        def run(self, pubs, *, shots):
            if Sampler.error is not None:
                raise Sampler.error
            inner = BackendSamplerV2(backend=AerSimulator())
            return Job(pubs=inner.run(pubs, shots=shots).result())

    monkeypatch.setattr("qiskit_ibm_runtime.SamplerV2", Sampler)
    return Sampler


def measured(device, circuit, shots=20):
    job_id = device.submit([circuit], {"shots": shots, "memory": True}, tag="job_a/1")
    (found,) = device.result(job_id).circuits
    rows = np.frombuffer(found.packed, np.uint8).reshape(found.shots, -1)
    return {int.from_bytes(row.tobytes(), "big") for row in rows}


def test_circuits_go_as_one_job_with_its_tag(device, sampler):
    circuit = QuantumCircuit(1, 1)
    circuit.measure(0, 0)

    job_id = device.submit(
        [circuit] * 2, {"shots": 5, "memory": False, "rep_delay": 0.1}, tag="job_a/1"
    )

    made = sampler.made[-1]
    assert made.mode is device.backend
    assert made.options.environment.job_tags == ["job_a/1"]
    assert made.options.execution.rep_delay == 0.1
    result = device.result(job_id)
    assert [found.shots for found in result.circuits] == [5, 5]
    assert result.qpu_s == 2.5


def test_bits_are_where_the_circuit_has_them_whatever_its_registers(device, sampler):
    bits = [Clbit() for _ in range(2)]
    circuit = QuantumCircuit(
        QuantumRegister(3),
        ClassicalRegister(1, "right"),
        ClassicalRegister(2, "left"),
        bits,
    )
    circuit.x([0, 2])
    circuit.measure(0, 1)
    circuit.measure(1, 0)
    circuit.measure(2, 4)

    assert measured(device, circuit) == {0b10010}


def test_conditions_on_registers_survive_the_gathering_of_bits(device, sampler):
    first, second = ClassicalRegister(2, "first"), ClassicalRegister(1, "second")
    circuit = QuantumCircuit(QuantumRegister(2), first, second)
    circuit.x(0)
    circuit.measure([0, 0], first)
    with circuit.if_test((first, 3)):
        circuit.x(1)
    circuit.measure(1, second)

    assert measured(device, circuit) == {0b111}


def test_an_option_that_the_sampler_does_not_take_is_refused(device, sampler):
    with pytest.raises(ValueError, match=r"ibm_lab takes no option 'seed_simulator'"):
        device.submit([], {"shots": 1, "seed_simulator": 7}, tag="t")


class PlatformError(Exception):
    """What the client raises; the answer of the platform is in its context."""

    def __init__(self, status_code):
        super().__init__(f"status {status_code}")
        self.status_code = status_code


def wrapped(cause):
    """As the client does with ``raise ... from None``."""
    error = RuntimeError("Failed to run program")
    error.__context__ = cause
    return error


@pytest.mark.parametrize(
    "cause", [PlatformError(400), PlatformError(404), ValueError()], ids=repr
)
def test_a_refusal_is_a_refusal(device, sampler, cause, monkeypatch):
    monkeypatch.setattr(sampler, "error", wrapped(cause))

    with pytest.raises(RuntimeError, match="Failed to run program"):
        device.submit([], {"shots": 1}, tag="t")


@pytest.mark.parametrize(
    "cause",
    [PlatformError(-1), PlatformError(502), ConnectionResetError("reset")],
    ids=repr,
)
def test_without_an_answer_nobody_knows(device, sampler, cause, monkeypatch):
    monkeypatch.setattr(sampler, "error", wrapped(cause))

    with pytest.raises(MaybeSubmittedError, match="Failed to run program"):
        device.submit([], {"shots": 1}, tag="t")


def test_a_job_is_found_by_its_tag(device, service):
    service.tagged["job_a/1"] = Job("j7")

    assert device.find("job_a/1") == "j7"
    assert device.find("job_a/2") is None


def test_a_job_of_an_earlier_process_is_asked_for(device, service):
    service.known["j7"] = Job("j7", "RUNNING")

    assert device.state("j7").stage is DeviceStage.RUNNING


def test_a_job_that_is_gone_is_lost(device):
    with pytest.raises(LostJobError, match="j8 is unknown"):
        device.state("j8")


def test_a_failure_has_the_words_of_the_platform(device, service):
    service.known["j7"] = Job("j7", "ERROR")

    state = device.state("j7")

    assert (state.stage, state.message) == (DeviceStage.FAILED, "the fridge is warm")


def test_the_queue_is_asked_for_now_and_then(device, service):
    from types import SimpleNamespace

    asked = []
    device.backend.status = lambda: asked.append(1) or SimpleNamespace(pending_jobs=12)
    service.known["j7"] = Job("j7", "QUEUED")

    states = [device.state("j7") for _ in range(3)]

    assert [state.waiting for state in states] == [12, 12, 12]
    assert len(asked) == 1


def test_cancelling_what_has_ended_is_no_error(device, service):
    job = service.known["j7"] = Job("j7")

    device.cancel("j7")

    assert job.cancels == 1


@pytest.mark.parametrize(
    ("usage", "seconds"),
    [
        ({"quantum_seconds": 3}, 3.0),
        ({"qpu_charge_time_seconds": 4}, 4.0),
        ({"status": "pending"}, None),
        (None, None),
    ],
    ids=["quantum", "charged", "pending", "nothing"],
)
def test_seconds_are_what_the_platform_says(device, service, usage, seconds):
    job = service.known["j7"] = Job("j7", pubs=[])
    job.usage = usage

    assert device.result("j7").qpu_s == seconds
