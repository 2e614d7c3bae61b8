"""Sessions and batches of the current client."""

import os
import warnings

from checks import check, equal, raises, until
from qiskit import QuantumCircuit, transpile
from qiskit_ibm_runtime import Batch, QiskitRuntimeService, SamplerV2, Session
from qiskit_ibm_runtime.exceptions import IBMInputValueError, IBMRuntimeError

warnings.simplefilter("ignore", DeprecationWarning)
URL = os.environ["ROOT"] + "/experimental/api/v1"
WAIT_S = 120


def circuit():
    made = QuantumCircuit(2)
    made.h(0)
    made.cx(0, 1)
    made.measure_all()
    return transpile(made, DEVICE, optimization_level=1, seed_transpiler=7)


def modes():
    for kind, mode in ((Session, "dedicated"), (Batch, "batch")):
        name = kind.__name__
        with check("jobs of a " + name):
            with kind(backend=DEVICE, max_time="10m") as session:
                assert session.session_id
                sampler = SamplerV2(mode=session)
                jobs = [sampler.run([circuit()], shots=10) for _ in range(3)]
                for job in jobs:
                    equal(job.result(timeout=WAIT_S)[0].data.meas.num_shots, 10)
                    equal(job.session_id, session.session_id)
                # It is pending again when no job runs.
                open_ones = ("Pending", "In progress, accepting new jobs")
                assert session.status() in open_ones, session.status()
            listed = SERVICE.jobs(session_id=session.session_id)
            equal(
                [job.job_id() for job in listed], [job.job_id() for job in jobs][::-1]
            )
        with check("the details of a " + name):
            details = session.details()
            equal((details["id"], details["mode"]), (session.session_id, mode))
            equal((details["backend_name"], details["max_time"]), (DEVICE.name, 600))
            equal((details["state"], details["accepting_jobs"]), ("closed", False))
            equal(session.status(), "Closed")
            for name_of_time in ("started_at", "activated_at", "closed_at"):
                assert details[name_of_time], details
            assert session.usage() > 0
            states = [each["status"] for each in details["timestamps"]]
            equal((states[0], states[-1]), ("open", "closed"))
        with check("a closed " + name + " takes no job"):
            with raises(IBMRuntimeError, "losed"):
                SamplerV2(mode=session).run([circuit()])
            with raises(IBMRuntimeError, session.session_id, "closed"):
                options = {"backend": DEVICE}
                SERVICE._run("echo", {}, options, session_id=session.session_id)
        with check("a " + name + " is found by its id"):
            found = kind.from_id(session.session_id, service=SERVICE)
            equal((found.session_id, found._active), (session.session_id, False))
            with raises(IBMInputValueError, "not found"):
                kind.from_id("session_none", service=SERVICE)


def ends():
    with check("a closed session runs what is queued"):
        session = Session(backend=DEVICE)
        jobs = [session._run("sleeper", {"seconds": 1}) for _ in range(2)]
        session.close()
        assert not session.details()["accepting_jobs"]
        equal([job.result(timeout=WAIT_S) for job in jobs], ["slept", "slept"])
        until(lambda: session.status() == "Closed")
    with check("a cancelled session cancels what is queued"):
        session = Session(backend=DEVICE)
        first = session._run("sleeper", {"seconds": 60})
        until(first.running)
        second = session._run("sleeper", {"seconds": 60})
        session.cancel()
        until(second.cancelled)
        equal(session.details()["accepting_jobs"], False)
        if not first.in_final_state():
            first.cancel()
        session.cancel()  # once more does no harm
    with check("the first job of a session"):
        options = {"backend": DEVICE, "session_time": 60}
        job = SERVICE._run("echo", {}, options, start_session=True)
        equal(job.session_id, job.job_id())
        job.result(timeout=WAIT_S)
        with Session.from_id(job.job_id(), service=SERVICE) as session:
            equal(session.details()["max_time"], 60)
    with check("a simulator gets no session, and runs all the same"):
        with Session(backend=SERVICE.backend("aer_simulator")) as session:
            equal(session.session_id, None)
            equal(
                session._run("echo", {"x": 1}).result(timeout=WAIT_S)["inputs"]["x"], 1
            )
    with check("a session that lasts longer than allowed is refused in words"):
        with raises(Exception, "max_ttl"):
            Session(backend=DEVICE, max_time=10**7)


SERVICE = QiskitRuntimeService(token=os.environ["TOKEN"], url=URL, instance="auto")
DEVICE = SERVICE.backend("fake_manila")
modes()
ends()
