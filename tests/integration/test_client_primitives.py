"""Primitives, sessions and their options against the real service."""

import time

import pytest
from client_services import end
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.primitives import BasePrimitiveJob
from qiskit.quantum_info import SparsePauliOp

from program_runtime import (
    Batch,
    Estimator,
    EstimatorV2,
    QiskitRuntimeService,
    RuntimeJob,
    Sampler,
    SamplerV2,
    Session,
    errors,
)
from program_runtime.client import local
from program_runtime.client.primitives import EstimatorResult, SamplerResult

BACKEND = "aer_simulator"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    root = tmp_path_factory.mktemp("local")
    profile = local.ensure_local_service(root / "data", config_dir=root / "config")
    service = QiskitRuntimeService(url=profile.url, token=profile.token)
    yield service
    service.api.close()
    end(root / "data")


@pytest.fixture(scope="module")
def bell():
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    return circuit


@pytest.fixture(scope="module")
def turned():
    circuit = QuantumCircuit(1)
    circuit.ry(Parameter("angle"), 0)
    return circuit


def test_all_four_primitives_run_in_one_session(service, bell, turned):
    with Session(service, BACKEND, max_time="10m") as session:
        counts = SamplerV2().run([bell], shots=500).result()[0].data.meas.get_counts()
        evs = EstimatorV2().run([(turned, ["Z"], [[0.0]])]).result()[0].data.evs
        sampled = Sampler().run(bell, shots=500).result()
        estimated = Estimator().run(turned, SparsePauliOp("Z"), [0.0]).result()
        assert session.status() == "In progress, accepting new jobs"
        assert session.details()["max_time"] == 600
    assert set(counts) == {"00", "11"}
    assert evs == pytest.approx([1.0])
    assert isinstance(sampled, SamplerResult)
    assert set(sampled.quasi_dists[0]) == {0, 3}
    assert sum(sampled.quasi_dists[0].values()) == pytest.approx(1)
    assert isinstance(estimated, EstimatorResult)
    assert estimated.values == pytest.approx([1.0])
    jobs = service.jobs(session_id=session.session_id)
    assert len(jobs) == 4
    assert session.status() == "Closed"


def test_a_call_in_an_open_session_is_two_requests(service, bell, monkeypatch):
    sent, send = [], service.api.transport.request

    def note(method, path, **more):
        sent.append((method, path.split("/")[-1]))
        return send(method, path, **more)

    with Session(service, BACKEND):
        sampler = SamplerV2()
        sampler.run([bell]).result()
        monkeypatch.setattr(service.api.transport, "request", note)
        sampler.run([bell]).result()
        assert sent == [("POST", "jobs"), ("GET", "results")]


def test_a_job_is_found_again_and_decoded_as_before(service, bell):
    job = SamplerV2(service.backend(BACKEND)).run([bell])
    assert isinstance(job, RuntimeJob)
    assert isinstance(job, BasePrimitiveJob)
    again = service.job(job.job_id())
    assert again.result()[0].data.meas.num_bits == 2
    assert (again.done(), again.running(), again.cancelled()) == (True, False, False)
    old = Sampler(BACKEND, Session(service, BACKEND)).run(bell)
    old.result()
    assert isinstance(service.job(old.job_id()).result(), SamplerResult)


def test_a_session_that_was_closed_elsewhere_takes_no_job(service, bell):
    session = Session(service, BACKEND)
    SamplerV2(session).run([bell]).result()
    found = Session.from_id(session.session_id, service)
    assert found.backend() == BACKEND
    found.close()
    with pytest.raises(errors.RuntimeInvalidStateError, match="closed"):
        SamplerV2(session).run([bell])
    assert Session.from_id(session.session_id, service).status() == "Closed"


def test_a_session_whose_time_is_over_takes_no_job(service, bell):
    session = Session(service, BACKEND, max_time=1)
    SamplerV2(session).run([bell]).result()
    give_up_at = time.monotonic() + 30
    while session.status() != "Closed":
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
    with pytest.raises(errors.RuntimeInvalidStateError) as caught:
        SamplerV2(session).run([bell])
    assert session.session_id in str(caught.value)
    session.close()


def test_a_run_may_begin_a_session_of_its_own(service, bell):
    options = {"backend": BACKEND, "session_time": "10m"}
    inputs = {"pubs": [(bell,)], "version": 2}
    job = service.run("sampler", inputs, options, start_session=True)
    assert job.session_id == job.job_id()
    session = Session.from_id(job.session_id, service)
    assert session.details()["max_time"] == 600
    assert SamplerV2(session).run([bell]).session_id == job.job_id()
    session.close()


def test_a_session_of_nobody_is_not_found(service):
    with pytest.raises(errors.ApiError) as caught:
        Session.from_id("session_none", service)
    assert caught.value.status == 404


def test_a_session_can_not_last_longer_than_the_service_allows(service, bell):
    session = Session(service, BACKEND, max_time="300d")
    with pytest.raises(errors.InvalidValueError, match="25,920,000 s is more than"):
        SamplerV2(session).run([bell])


def test_the_warnings_of_a_program_are_logged(service, bell, caplog):
    options = {"dynamical_decoupling": {"enable": True}}
    result = SamplerV2(service.backend(BACKEND), options).run([bell]).result()
    (warning,) = result.metadata["warnings"]
    assert "dynamical_decoupling" in warning
    assert warning in caplog.messages


def test_a_batch_runs_its_jobs_and_cancels_those_that_wait(service, bell):
    with Batch(service, BACKEND) as batch:
        jobs = [SamplerV2().run([bell]) for _ in range(3)]
    assert batch.details()["mode"] == "batch"
    assert all(len(job.result()) == 1 for job in jobs)
    batch.cancel()
    assert batch.status() == "Closed"


def test_an_image_that_the_service_has_not_is_refused(service, bell):
    options = {"experimental": {"image": "lab/base:1"}}
    sampler = SamplerV2(service.backend(BACKEND), options)
    with pytest.raises(errors.InvalidValueError, match="is not an environment"):
        sampler.run([bell])


def test_an_instance_that_the_service_has_not_is_refused(service):
    with pytest.raises(errors.InvalidValueError, match="There is no instance"):
        service.run("sampler", {"pubs": []}, options={"instance": "other"})


def test_the_options_of_the_environment_are_effective(service, bell):
    seen = []
    options = {
        "environment": {
            "job_tags": ["tagged"],
            "callback": lambda _, result: seen.append(result),
        },
        "max_execution_time": 60,
        "simulator": {"seed_simulator": 7},
    }
    backend = service.backend(BACKEND)
    first = SamplerV2(backend, options).run([bell])
    second = SamplerV2(backend, options).run([bell])
    counts = [job.result()[0].data.meas.get_counts() for job in (first, second)]
    assert counts[0] == counts[1]
    assert first.tags == ["tagged"]
    assert len(seen) == 2
