import json

import pytest
from qiskit.providers import JobStatus

from program_runtime.client.job_usage import QueueInfo
from program_runtime.client.primitives.results import EstimatorResult, SamplerResult

STATES = ["Queued", "Running", "Completed", "Failed", "Cancelled"]


def device(name):
    return {"name": name, "qubits": 5, "simulator": True}


@pytest.mark.parametrize("state", STATES)
def test_each_state_has_a_word_and_a_question(job, running, state):
    running.status = state
    asked = {
        "Queued": job.queued,
        "Running": job.running,
        "Completed": job.done,
        "Failed": job.errored,
        "Cancelled": job.cancelled,
    }
    assert [name for name, question in asked.items() if question()] == [state]
    assert job.in_final_state() == (state not in {"Queued", "Running"})
    names = ["QUEUED", "RUNNING", "DONE", "ERROR", "CANCELLED"]
    assert job.status() is JobStatus[names[STATES.index(state)]]


def test_the_backend_of_a_job_is_the_services_own(contract, service):
    contract.devices = [device("aer_simulator")]
    job = service.run("vqe", {"iterations": 1})
    assert job.service is service
    assert job.backend() is service.backend("aer_simulator")
    assert service.job(job.job_id()).backend() is job.backend()
    assert service.jobs()[0].backend() is job.backend()
    assert contract.seen("GET /backends") == ["GET /backends"]


def test_a_job_without_a_service_makes_its_backend(job):
    assert job.service is None
    assert job.backend().name == "aer_simulator"


@pytest.mark.parametrize(
    ("usage", "seconds"),
    [
        ({"wall_s": 9.0}, 0.0),
        ({"qpu_s": 2.5, "qpu_charge_time_seconds": 3}, 2.5),
        ({"qpu_s": 0.0, "qpu_charge_time_seconds": 3}, 3.0),
        ({"seconds": 4}, 4.0),
        (None, 0.0),
    ],
    ids=["none", "qpu", "charged", "retired", "absent"],
)
def test_usage_is_the_time_on_a_quantum_processor(job, running, usage, seconds):
    running.metrics = {"usage": usage}
    assert job.usage() == seconds


def test_the_place_in_the_queue_is_told_where_the_service_tells_it(
    job, running, contract
):
    assert job.queue_info() == QueueInfo(position=None, status="Queued")
    assert "queue_position=true" in contract.requests[-1]
    running.more = {"queue_position": 3}
    assert job.queue_info() == QueueInfo(position=3, status="Queued")
    shown = job._repr_mimebundle_()
    assert "Queued (number 3 in the queue)" in shown["text/plain"]
    assert "Queued (number 3 in the queue)" in shown["text/html"]
    running.status = "Running"
    assert job.queue_info() is None
    state = {"status": "Running", "reason": "Waits on ibm_x."}
    running.more = {"state": state}
    assert job.queue_info() == QueueInfo(status="Running", reason="Waits on ibm_x.")
    assert "Running (Waits on ibm_x.)" in job._repr_mimebundle_()["text/plain"]
    running.more = {}
    running.finish()
    assert job.queue_info() is None


def test_an_estimate_is_asked_for_once(job, contract, service):
    contract.jobs["job_1"].more = {"estimated_running_time_seconds": 12.5}
    assert job.usage_estimation == {"quantum_seconds": 12.5}
    contract.jobs["job_1"].more = {}
    assert job.usage_estimation == {"quantum_seconds": 12.5}
    assert service.job("job_1").usage_estimation == {"quantum_seconds": None}


def test_a_primitives_result_is_decoded_when_its_job_is_found_again(contract, service):
    sampled = {"quasi_dists": [{"00": 0.5, "11": 0.5}], "metadata": [{"shots": 2}]}
    contract.add_job("job_s", program="sampler").finish(json.dumps(sampled))
    found = service.job("job_s").result()
    assert isinstance(found, SamplerResult)
    assert found.quasi_dists[0].binary_probabilities() == {"00": 0.5, "11": 0.5}
    estimated = {"values": [0.25], "metadata": [{}]}
    contract.add_job("job_e", program="estimator").finish(json.dumps(estimated))
    found = service.job("job_e").result()
    assert isinstance(found, EstimatorResult)
    assert list(found.values) == [0.25]
    contract.add_job("job_x", program="vqe").finish(json.dumps(sampled))
    assert service.job("job_x").result() == sampled


def test_interim_results_of_a_primitive_stay_what_they_are(contract, service):
    job = contract.add_job("job_s", program="sampler")
    job.publish({"quasi_dists": "soon"})
    assert service.job("job_s").interim_results() == [{"quasi_dists": "soon"}]
