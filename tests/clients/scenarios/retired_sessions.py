"""Sessions: whatever belongs to one, and how it ends."""

from checks import check, equal, raises, until
from qiskit_ibm_runtime import Session, exceptions
from retired_account import (
    BACKEND,
    SERVICE,
    VERSION,
    WAIT_S,
    fresh,
    log_in,
    metadata,
    start,
)

SOURCE = """
import time

def main(backend, user_messenger, value=None, seconds=0):
    time.sleep(seconds)
    return {"value": value}
"""


def run():
    program_id = SERVICE.upload_program(SOURCE, metadata(fresh("in-session")))
    _opened(program_id)
    _closed(program_id)
    _ended_early(program_id)
    SERVICE.delete_program(program_id)


def _run(session, program_id, **inputs):
    return session.run(program_id=program_id, inputs=inputs)


def _opened(program_id):
    with check("a session is the id of its first job"):
        with Session(service=SERVICE, backend=BACKEND) as session:
            first = _run(session, program_id, value=1)
            equal(session.session_id, first.job_id())
            equal(first.result(timeout=WAIT_S), {"value": 1})
            second = _run(session, program_id, value=2)
            equal(second.result(timeout=WAIT_S), {"value": 2})
        if VERSION > (0, 8):
            equal(second.session_id, first.job_id())
            found = SERVICE.jobs(session_id=first.job_id(), limit=None)
            equal({job.job_id() for job in found}, {first.job_id(), second.job_id()})
    with check("a session is bounded in time"):
        session = Session(service=SERVICE, backend=BACKEND, max_time="10m 30s")
        equal(_run(session, program_id, value=1).result(timeout=WAIT_S), {"value": 1})
        if VERSION > (0, 12):
            equal(session.details()["max_time"], 630)
        session.close()
    if VERSION > (0, 12):
        with check("what a session says of itself"):
            session = Session(service=SERVICE, backend=BACKEND)
            job = _run(session, program_id, value=1)
            job.result(timeout=WAIT_S)
            details = session.details()
            equal((details["id"], details["backend_name"]), (job.job_id(), BACKEND))
            equal(details["accepting_jobs"], True)
            assert session.status() in {
                "Pending",
                "In progress, accepting new jobs",
            }, session.status()
            session.close()
            assert "not accepting" in session.status() or "Closed" in session.status()
            equal(session.details()["accepting_jobs"], False)


def _closed(program_id):
    with check("a closed session takes no job, whoever asks"):
        session = Session(service=SERVICE, backend=BACKEND)
        first = _run(session, program_id, value=1)
        first.result(timeout=WAIT_S)
        session.close()
        with raises(RuntimeError, "closed"):
            _run(session, program_id, value=2)
        with raises(exceptions.IBMRuntimeError, "session"):
            start(program_id, session_id=first.job_id(), service=log_in())
    with check("a session is closed twice"):
        session._active = True
        session.close()


def _ended_early(program_id):
    end = "cancel" if VERSION > (0, 12) else "close"
    with check("a session that is ended early runs none of its jobs that wait"):
        session = Session(service=SERVICE, backend=BACKEND)
        first = _run(session, program_id, seconds=60)
        until(lambda: first.status().name == "RUNNING", WAIT_S)
        waiting = _run(session, program_id, value=1)
        getattr(session, end)()
        until(lambda: waiting.status().name == "CANCELLED", WAIT_S)
        first.cancel()
