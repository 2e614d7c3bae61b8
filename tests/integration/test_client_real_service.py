"""The client against the real service, in a process of its own."""

import json
import subprocess
import sys

import pytest
from client_services import COUNTING, COUNTING_METADATA, CuttingProxy, end

from program_runtime import QiskitRuntimeService, errors
from program_runtime.client import local

ANYTHING = """
import time

def main(backend, user_messenger, *, what, value=None):
    print("asked to", what, flush=True)
    if what == "fail":
        return 1 / 0
    if what == "echo":
        return value
    if what == "backend":
        return [backend.name, backend.num_qubits]
    user_messenger.metric(step=1, energy=-1.5)
    user_messenger.publish("began")
    while not (what == "wait" and user_messenger.stop_requested):
        time.sleep(0.01)
    return "stopped"
"""
ANYTHING_METADATA = {"name": "anything", "spec": {"parameters": {}}}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("local")
    yield root / "data", root / "config"
    end(root / "data")


@pytest.fixture(scope="module")
def profile(folders):
    data_dir, config_dir = folders
    return local.ensure_local_service(data_dir, config_dir=config_dir)


@pytest.fixture(scope="module")
def service(profile):
    service = QiskitRuntimeService(url=profile.url, token=profile.token)
    service.upload_program(COUNTING, COUNTING_METADATA)
    service.upload_program(ANYTHING, ANYTHING_METADATA)
    yield service
    service.api.close()


def test_a_callback_gets_every_message_once_over_a_network_that_cuts(profile, service):
    proxy = CuttingProxy(profile.url, cuts=[300, 400_000, 50, 300_000, 70_001])
    through = QiskitRuntimeService(url=proxy.url, token=profile.token)
    calls = []
    job = through.run(
        "counting", {"count": 20_000}, callback=lambda _, result: calls.append(result)
    )
    assert job.result(timeout=60) == {"count": 20_000, "text": ""}
    proxy.close()
    through.api.close()
    assert [call["i"] for call in calls[:-1]] == list(range(20_000))
    assert calls[-1] == {"count": 20_000, "text": ""}
    assert proxy.cut == 5


def test_events_are_gapless_and_end_with_the_final_status(service):
    job = service.run("counting", {"count": 50})
    events = list(job.events())
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    types = [event.type for event in events]
    assert types.count("interim") == 50
    assert types[-2:] == ["result", "status"]
    assert json.loads(events[-1].data)["status"] == "Completed"


def test_long_polls_bring_the_same_events(service, monkeypatch):
    from program_runtime.client import roads, stream

    job = service.run("counting", {"count": 3000})
    job.result(timeout=60)
    by_websocket = list(job.events())
    monkeypatch.setattr(stream, "WebsocketRoad", roads.PollRoad)
    assert list(job.events()) == by_websocket


def test_large_messages_and_results_come_whole(service):
    calls = []
    job = service.run(
        "counting",
        {"count": 2, "size": 100_000},
        callback=lambda _, result: calls.append(len(result["text"])),
    )
    assert job.result(timeout=60)["text"] == "y" * 100_000
    assert calls == [100_000] * 3
    assert len(job.interim_results()) == 2


def test_large_inputs_arrive_and_can_be_read_again(service):
    value = {"numbers": list(range(50_000))}
    job = service.run("anything", {"what": "echo", "value": value})
    assert job.result(timeout=60) == value
    assert job.inputs == {"what": "echo", "value": value}


def test_quantum_values_go_there_and_back(service):
    from qiskit.circuit.library import efficient_su2
    from qiskit.quantum_info import SparsePauliOp

    value = [SparsePauliOp(["ZZ", "XI"], [1, 0.5j]), efficient_su2(2), 1 + 2j]
    job = service.run("anything", {"what": "echo", "value": value})
    assert job.result(timeout=60) == value


def test_a_program_runs_on_the_backend_that_was_asked_for(service):
    options = {"backend": "fake_manila"}
    job = service.run("anything", {"what": "backend"}, options)
    assert job.result(timeout=60)[1] == 5
    assert job.backend().name == "fake_manila"
    assert service.backend("ibmq_qasm_simulator").simulator
    assert "fake_manila" in {
        b.name for b in service.backends(simulator=False, min_num_qubits=5)
    }


def test_an_unknown_backend_is_refused(service):
    with pytest.raises(errors.BackendNotFoundError, match="fake_manila"):
        service.run("anything", {"what": "backend"}, {"backend": "fake_manilla"})


def test_wrong_inputs_are_refused_before_a_job_exists(service):
    before = len(service.jobs(limit=None))
    with pytest.raises(errors.BadInputsError) as caught:
        service.run("counting", {"cuont": 3, "size": "large"})
    assert {problem.path for problem in caught.value.problems} == {"cuont", "size"}
    assert len(service.jobs(limit=None)) == before


def test_a_failure_shows_the_authors_own_line(service):
    job = service.run("anything", {"what": "fail"})
    with pytest.raises(errors.RuntimeJobFailureError) as caught:
        job.result(timeout=60)
    assert caught.value.failure_code == "program_error"
    assert "ZeroDivisionError: division by zero" in str(caught.value)
    assert 'program.py", line 7, in main' in caught.value.traceback
    assert job.state() == "Failed"
    assert "asked to fail" in job.logs()


def test_a_job_over_its_time_has_its_own_error(service):
    job = service.run("anything", {"what": "loop"}, {"max_execution_time": 0.5})
    with pytest.raises(errors.RuntimeJobMaxTimeoutError, match="longer than its max"):
        job.result(timeout=60)


def test_a_cancelled_job_has_no_result(service):
    job = service.run("anything", {"what": "loop"})
    _wait_for_interim(job)
    with pytest.raises(errors.RuntimeJobTimeoutError):
        job.result(timeout=0.05)
    job.cancel()
    with pytest.raises(errors.RuntimeJobCancelledError):
        job.result(timeout=60)
    with pytest.raises(errors.RuntimeInvalidStateError, match="final already"):
        job.cancel()
    assert job.interim_results() == ["began"]


def test_a_stopped_job_has_a_result_and_metrics(service):
    job = service.run("anything", {"what": "wait"})
    _wait_for_interim(job)
    job.stop()
    assert job.result(timeout=60) == "stopped"
    metrics = job.metrics()
    assert metrics["metrics"][0]["values"] == {"energy": -1.5}
    assert metrics["usage"]["wall_s"] > 0


def _wait_for_interim(job):
    events = job.events()
    next(event for event in events if event.type == "interim")
    events.close()


def test_jobs_are_found_by_tag_and_deleted(service):
    job = service.run("counting", {}, {"job_tags": ["mine", "first"]})
    job.wait_for_final_state(timeout=60)
    assert job.update_tags(["mine", "second"]) == ["mine", "second"]
    found = service.jobs(job_tags=["second"], program_id="counting", pending=False)
    assert [each.job_id() for each in found] == [job.job_id()]
    assert found[0].creation_date == job.creation_date
    service.delete_job(job.job_id())
    with pytest.raises(errors.RuntimeJobNotFound):
        service.job(job.job_id())


def test_an_update_is_a_new_release_and_the_old_one_stays(service):
    service.upload_program(
        "def main(backend, user_messenger):\n    return 1\n", {"name": "growing"}
    )
    service.update_program(
        "growing", data="def main(backend, user_messenger):\n    return 2\n"
    )
    assert service.program("growing").version == "1.0.1"
    assert service.run("growing").result(timeout=60) == 2
    assert service.run("growing@1.0.0").result(timeout=60) == 1
    assert "return 2" in service.program("growing").data
    service.set_program_visibility("growing", public=True)
    assert service.program("growing").is_public
    service.delete_program("growing")
    with pytest.raises(errors.RuntimeProgramNotFound):
        service.program("growing")


def test_a_wrong_token_is_told(profile):
    service = QiskitRuntimeService(url=profile.url, token="qrt_wrong")
    with pytest.raises(errors.NotAuthorizedError):
        service.programs()
    service.api.close()


def test_the_local_service_is_found_from_another_process(folders, profile, service):
    data_dir, config_dir = folders
    script = (
        "import sys\n"
        "from program_runtime import QiskitRuntimeService\n"
        "service = QiskitRuntimeService(data_dir=sys.argv[1], config_dir=sys.argv[2])\n"
        "print(service.api.url, service.run('counting', {'count': 1}).result()['count'])"
    )
    command = [sys.executable, "-c", script, str(data_dir), str(config_dir)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"{profile.url} 1\n"
