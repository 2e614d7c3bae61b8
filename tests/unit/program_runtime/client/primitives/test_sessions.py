import threading

import pytest
from qiskit.providers.fake_provider import GenericBackendV2

from program_runtime import errors
from program_runtime.client import service as service_module
from program_runtime.client.batch import Batch
from program_runtime.client.options import RuntimeOptions
from program_runtime.client.primitives import EstimatorV2, Sampler, SamplerV2
from program_runtime.client.session import Session


def refusal(make):
    with pytest.raises(errors.InvalidValueError) as caught:
        make()
    return str(caught.value)


def test_a_session_is_opened_by_its_first_job_and_closed_at_the_end(service):
    with Session(service, "aer_simulator", max_time="2h 30m 40s") as session:
        assert session.session_id is None
        assert service.api.calls == []
        assert session.run("vqe", {"x": 1}) == "job 1"
        session.run("vqe", {"x": 2})
        assert session.session_id == "session_1"
    assert service.api.calls == [
        (
            "open",
            {"mode": "dedicated", "backend": "aer_simulator", "max_ttl_s": 9040},
        ),
        ("close", "session_1"),
    ]
    assert [run[4]["session_id"] for run in service.runs] == ["session_1"] * 2
    assert service.options == {"backend": "aer_simulator"}


def test_a_session_without_a_job_asks_the_service_for_nothing(service):
    with Session(service) as session:
        assert session.details() is None
        assert session.status() == "Pending"
    assert session.status() == "Closed"
    session.cancel()
    assert service.api.calls == []


def test_a_batch_is_opened_as_one(service):
    with Batch(backend=service.simulator) as batch:
        batch.run("vqe")
    assert service.api.calls[0][1]["mode"] == "batch"
    assert repr(batch) == "<Batch('session_1', backend='aer_simulator')>"


@pytest.mark.parametrize("kind", [Session, Batch])
def test_a_closed_session_takes_no_job(service, kind):
    session = kind(service)
    session.close()
    with pytest.raises(errors.RuntimeInvalidStateError) as caught:
        session.run("vqe")
    assert str(caught.value) == (
        f"{kind.__name__} without a job is closed. Begin another one."
    )
    assert service.runs == []


def test_a_closed_session_is_closed_once(service):
    session = Session(service)
    session.run("vqe")
    session.close()
    session.close()
    assert service.api.calls[1:] == [("close", "session_1")]
    session.cancel()
    assert service.api.calls[2:] == [("cancel", "session_1")]


def test_a_session_that_can_not_be_closed_hides_no_error_of_its_block(
    service, monkeypatch, caplog
):
    def refuse(session_id):
        raise errors.ServiceUnreachableError(f"Nobody knows {session_id}.")

    monkeypatch.setattr(service.api, "close_session", refuse)
    session = Session(service)
    session.run("vqe")
    with pytest.raises(ZeroDivisionError), session:
        raise ZeroDivisionError
    assert caplog.messages == [
        "<Session('session_1', backend=None)> was not closed: Nobody knows session_1."
    ]
    again = Session(service)
    with pytest.raises(errors.ServiceUnreachableError), again:
        again.run("vqe")


def test_threads_open_one_session(service):
    session = Session(service)
    threads = [threading.Thread(target=session.run, args=("vqe",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(service.api.calls) == 1
    assert len(service.runs) == 8


def test_primitives_in_a_session_run_in_it(service, bell, turned):
    with Session(service, service.simulator) as outer:
        with Batch(service, service.simulator):
            SamplerV2().run([bell])
        EstimatorV2().run([(turned, "ZZ", [0, 1])])
        sampler = Sampler(options={"shots": 3})
        sampler.run(bell)
        SamplerV2(service.simulator).run([bell])
        SamplerV2("ibmq_qasm_simulator").run([bell])
    assert [call[0] for call in service.api.calls] == ["open", "close", "open", "close"]
    assert all(run[4]["session_id"] for run in service.runs)
    assert sampler.session is outer
    assert SamplerV2(outer).mode is outer


def test_a_primitive_for_another_backend_does_not_leave_the_session(service):
    with Session(service, "ibmq_qasm_simulator"):
        said = refusal(lambda: SamplerV2(service.device))
    assert said == (
        "The primitive is for the backend 'fake_line', the session around it is on "
        "'aer_simulator'. Leave the backend out, or make the primitive outside the "
        "session."
    )


def test_after_the_block_there_is_no_session(service):
    with Session(service):
        pass
    said = refusal(SamplerV2)
    assert said.startswith("No backend and no session. Give a backend")


def test_a_session_without_a_backend_leaves_the_choice_to_the_service(service, bell):
    with Session(service) as session:
        Sampler().run(bell)
        SamplerV2().run([bell])
        session.run("vqe", options={"backend": "fake_line"})
        assert "on None" in refusal(lambda: SamplerV2(service.device))
    assert service.api.calls[0][1]["backend"] is None
    assert [run[2].backend for run in service.runs] == [None, None, "fake_line"]


def test_the_options_of_a_run_can_not_leave_the_session(service):
    session = Session(service, "ibmq_qasm_simulator")
    options = RuntimeOptions(backend="aer_simulator", job_tags=["a"])
    session.run("vqe", options=options)
    assert service.options == {"backend": "ibmq_qasm_simulator", "tags": ["a"]}
    assert options.backend == "aer_simulator"
    said = refusal(lambda: session.run("vqe", options={"backend": "fake_line"}))
    assert said == (
        "The options are for the backend 'fake_line', the session is on "
        "'ibmq_qasm_simulator'. Leave the backend out of the options."
    )


def test_a_backend_may_be_the_only_argument(service):
    session = Session(service.device)
    assert session.service is service
    assert session.backend() == "fake_line"


def test_a_backend_of_no_service_is_refused():
    backend = GenericBackendV2(2)
    for make in (lambda: Session(backend=backend), lambda: SamplerV2(backend)):
        assert "service.backend(name)" in refusal(make)
    assert "neither a backend" in refusal(lambda: SamplerV2(3))


def test_without_a_service_it_is_that_of_this_machine(service, monkeypatch, bell):
    monkeypatch.setattr(service_module, "QiskitRuntimeService", lambda: service)
    assert Session(backend="aer_simulator").service is service
    Sampler("ibmq_qasm_simulator").run(bell)
    assert service.options["backend"] == "aer_simulator"


@pytest.mark.parametrize("max_time", ["soon", 0, True, 1.5])
def test_what_is_no_duration_is_no_max_time(service, max_time):
    said = refusal(lambda: Session(service, max_time=max_time))
    assert said == (
        f"max_time: {max_time!r} is no duration. "
        "Write seconds, or a text such as '2h 30m 40s'."
    )


def test_details_have_the_names_of_the_official_clients(service):
    service.api.answer = {
        "id": "session_1",
        "mode": "dedicated",
        "backend_name": "aer_simulator",
        "state": "active",
        "accepting_jobs": True,
        "max_ttl": 100,
        "interactive_ttl": 60,
        "active_ttl": 40,
        "elapsed_time": 1.5,
        "new": 1,
    }
    session = Session.from_id("session_1", service)
    details = session.details()
    assert details["max_time"] == 100
    assert details["interactive_timeout"] == 60
    assert details["active_timeout"] == 40
    assert details["usage_time"] == 1.5
    assert details["closed_at"] is None
    assert "new" not in details
    assert session.session_id == "session_1"
    assert session.backend() == "aer_simulator"
    session.run("vqe")
    assert service.runs[0][4]["session_id"] == "session_1"


@pytest.mark.parametrize(
    ("state", "accepting", "said"),
    [
        ("open", True, "Pending"),
        ("active", True, "In progress, accepting new jobs"),
        ("inactive", False, "In progress, not accepting new jobs"),
        ("pending_closed", False, "In progress, not accepting new jobs"),
        ("closed", False, "Closed"),
        ("unheard_of", True, None),
    ],
)
def test_the_state_is_said_in_words(service, state, accepting, said):
    service.api.answer = {"state": state, "accepting_jobs": accepting}
    assert Session.from_id("session_1", service).status() == said


def test_a_session_that_was_closed_elsewhere_takes_no_job(service):
    service.api.answer = {"state": "active", "accepting_jobs": False}
    session = Session.from_id("session_7", service, "aer_simulator")
    with pytest.raises(errors.RuntimeInvalidStateError, match="session_7 is closed"):
        session.run("vqe")


def test_a_batch_is_no_session(service):
    service.api.answer = {"mode": "batch", "state": "open", "accepting_jobs": True}
    said = refusal(lambda: Session.from_id("session_1", service))
    assert said == (
        "session_1 is of the mode 'batch', a Session of the mode 'dedicated'. "
        "Use Batch.from_id for 'batch', Session.from_id for 'dedicated'."
    )
    assert Batch.from_id("session_1", service).session_id == "session_1"
