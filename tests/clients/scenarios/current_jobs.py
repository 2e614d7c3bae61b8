"""Backends, and the life of a job of a program that IBM has not."""

import datetime
import os

import numpy as np
from checks import check, equal, near, raises, until
from qiskit import QuantumCircuit, transpile
from qiskit.providers.exceptions import QiskitBackendNotFoundError
from qiskit_ibm_runtime import QiskitRuntimeService
from qiskit_ibm_runtime.decoders.result_decoder import ResultDecoder
from qiskit_ibm_runtime.exceptions import (
    IBMRuntimeError,
    RuntimeInvalidStateError,
    RuntimeJobFailureError,
    RuntimeJobMaxTimeoutError,
    RuntimeJobNotFound,
    RuntimeProgramNotFound,
)

URL = os.environ["ROOT"] + "/experimental/api/v1"
WAIT_S = 120


class Keys(ResultDecoder):
    @classmethod
    def decode(cls, data):
        return sorted(super().decode(data))


def run(program, inputs=None, backend="aer_simulator", **options):
    options["backend"] = backend
    return SERVICE._run(program, inputs or {}, options=options)


def backends():
    with check("backends are listed, mocks and other names are not"):
        names = {backend.name for backend in SERVICE.backends()}
        assert {"aer_simulator", "fake_manila", "fake_torino"} <= names, names
        assert not any(name.startswith(("mock_", "ibmq_")) for name in names), names
    with check("a backend has a target with the noise of the device"):
        backend = SERVICE.backend("fake_manila")
        equal((backend.num_qubits, backend.simulator), (5, False))
        assert backend.target["cx"][0, 1].error > 0
        assert backend.target.qubit_properties[0].t1 > 0
        assert backend.properties().t1(0) > 0
        status = backend.status()
        equal((status.operational, status.status_msg), (True, "active"))
        circuit = QuantumCircuit(3)
        circuit.h(0)
        circuit.ccx(0, 1, 2)
        names = set(transpile(circuit, backend, seed_transpiler=1).count_ops())
        assert names <= {"cx", "rz", "sx", "x"}, names
    with check("dynamic circuits are allowed"):
        backend = SERVICE.backend("fake_manila")
        assert {"if_else", "for_loop", "switch_case"} <= set(
            backend.target.operation_names
        )
        assert SERVICE.backends("fake_manila", dynamic_circuits=True)
    with check("an ideal simulator has no properties"):
        backend = SERVICE.backend("aer_simulator")
        equal(backend.properties(), None)
        assert backend.simulator
        assert backend.num_qubits > 10
    with check("the retired name of the simulator is still one"):
        equal(SERVICE.backend("ibmq_qasm_simulator").name, "ibmq_qasm_simulator")
        job = run("echo", {"x": 1}, backend="ibmq_qasm_simulator")
        equal(job.result(timeout=WAIT_S)["backend"], "aer_simulator")
    with check("fractional gates are shown to who asks"):
        assert (
            "rzz"
            in SERVICE.backend(
                "aer_simulator", use_fractional_gates=True
            ).target.operation_names
        )
    with check("the least busy backend"):
        found = SERVICE.least_busy(min_num_qubits=100, simulator=False)
        assert found.num_qubits >= 100
        assert SERVICE.least_busy(operational=True).name
    with check("backends by their properties"):
        found = SERVICE.backends(min_num_qubits=20, simulator=False)
        assert found
        assert all(backend.num_qubits >= 20 for backend in found)
    with check("a backend that is not there"):
        with raises(QiskitBackendNotFoundError):
            SERVICE.backend("ibm_nowhere")


def one_job():
    with check("our own sample runs"):
        job = run("hello-world", {"iterations": 2}, "fake_manila", job_tags=["a", "b"])
        equal(job.result(timeout=WAIT_S), "Hello, World!")
        equal(
            (job.status(), job.done(), job.backend().name),
            ("DONE", True, "fake_manila"),
        )
        equal(sorted(job.tags), ["a", "b"])
    with check("the calibration of the time of a job"):
        now = SERVICE.backend("fake_manila").properties()
        near(job.properties().t1(0), now.t1(0), 0)
    with check("values keep their type on the way there and back"):
        circuit = QuantumCircuit(2)
        circuit.h(0)
        given = {"array": np.arange(3.0), "z": 1 + 2j, "circuit": circuit}
        job = run("echo", given)
        inputs = job.result(timeout=WAIT_S)["inputs"]
        assert np.array_equal(inputs["array"], given["array"])
        equal((inputs["z"], inputs["circuit"]), (1 + 2j, circuit))
    with check("the inputs are given back"):
        equal(job.inputs["circuit"], circuit)
        equal(SERVICE.job(job.job_id()).inputs["z"], 1 + 2j)
    with check("a decoder of one's own"):
        job = SERVICE._run(
            "echo", {"x": 1}, {"backend": "aer_simulator"}, result_decoder=Keys
        )
        equal(job.result(timeout=WAIT_S), ["backend", "inputs"])
        equal(job.result(decoder=ResultDecoder)["inputs"], {"x": 1})
    with check("no result is None"):
        equal(run("silent").result(timeout=WAIT_S), None)
    with check("logs are those of the program"):
        job = run("talker", {"times": 3})
        equal(job.result(timeout=WAIT_S), 3)
        equal(job.logs(), "number 0\nnumber 1\nnumber 2\n")
    with check("metrics have times and usage"):
        metrics = job.metrics()
        assert all(
            metrics["timestamps"][key] for key in ("created", "running", "finished")
        )
        equal(metrics["usage"]["status"], "complete")
        equal(job.usage(), 0)
        assert "quantum_seconds" in job.usage_estimation
    with check("tags are replaced"):
        equal(sorted(job.update_tags(["x", "y"])), ["x", "y"])
        equal(sorted(SERVICE.job(job.job_id()).tags), ["x", "y"])
    with check("a job is found by its id, from another client"):
        found = QiskitRuntimeService(token=os.environ["TOKEN"], url=URL).job(
            job.job_id()
        )
        equal((found.result(), found.primitive_id, found.private), (3, "talker", False))
        age = datetime.datetime.now(datetime.timezone.utc) - found.creation_date
        assert abs(age.total_seconds()) < 600
    with check("a job is deleted"):
        SERVICE.delete_job(job.job_id())
        with raises(RuntimeJobNotFound):
            SERVICE.job(job.job_id())
        with raises(RuntimeJobNotFound):
            SERVICE.delete_job(job.job_id())


def endings():
    with check("a running job is cancelled"):
        job = run("sleeper")
        until(job.running)
        with raises(IBMRuntimeError, "Failed to delete job"):
            SERVICE.delete_job(job.job_id())
        job.cancel()
        until(job.cancelled)
        with raises(RuntimeInvalidStateError, "Job was cancelled"):
            job.result(timeout=WAIT_S)
    with check("a final job can not be cancelled"):
        done = run("talker")
        done.result(timeout=WAIT_S)
        with raises(RuntimeInvalidStateError, "is final already"):
            done.cancel()
    with check("a failed job says why and where"):
        job = run("breaker", {"by": 0})
        with raises(RuntimeJobFailureError, "ZeroDivisionError: division by zero"):
            job.result(timeout=WAIT_S)
        equal((job.status(), job.errored()), ("ERROR", True))
        for words in ("ZeroDivisionError", "return 1 / by", "program.py"):
            assert words in job.error_message(), job.error_message()
        assert "ZeroDivisionError" in SERVICE.job(job.job_id()).error_message()
    with check("a job that ran too long is told from others"):
        job = run("sleeper", max_execution_time=1)
        with raises(RuntimeJobMaxTimeoutError, "1305"):
            job.result(timeout=WAIT_S)


def refusals():
    with check("a program that is not there"):
        with raises(RuntimeProgramNotFound, "There is no program", "nowhere"):
            run("nowhere")
    with check("an image that is not there"):
        with raises(IBMRuntimeError, "a:b", "is not an environment of this service"):
            run("echo", image="a:b")
    with check("a private job is refused in words"):
        with raises(IBMRuntimeError, "private: is not kept here"):
            run("echo", private=True)
    with check("another calibration is refused in words"):
        with raises(IBMRuntimeError, "There is no calibration", "c1"):
            SERVICE._run(
                "echo", {}, options={"backend": "fake_manila"}, calibration_id="c1"
            )
    with check("what is refused is told once, without the answer around it"):
        told = ""
        try:
            run("echo", private=True)
        except IBMRuntimeError as err:
            told = str(err)
        assert "Error code: bad_request." in told, told
        assert "errors" not in told, told
    with check("a job that is not there"):
        with raises(RuntimeJobNotFound):
            SERVICE.job("job_none")


def lists():
    program = "talker"
    mark = ["mark-" + os.urandom(4).hex()]
    made = [run(program, job_tags=mark + [f"n{n}"]) for n in range(3)]
    for job in made:
        job.result(timeout=WAIT_S)
    ids = [job.job_id() for job in reversed(made)]

    def found(**query):
        query.setdefault("job_tags", mark)
        return [job.job_id() for job in SERVICE.jobs(**query)]

    with check("jobs are listed, newest first"):
        equal(found(), ids)
        equal(found(descending=False), ids[::-1])
    with check("jobs are listed by page, and past the end is an end"):
        equal(found(limit=1, skip=1), ids[1:2])
        equal(found(limit=2), ids[:2])
        equal(found(limit=None), ids)
        equal(found(skip=50), [])
    with check("jobs are found by tag, program, backend, state and time"):
        equal(found(job_tags=mark + ["n1"]), ids[1:2])
        equal(found(program_id=program), ids)
        equal(found(program_id="echo"), [])
        equal(found(backend_name="aer_simulator"), ids)
        equal(found(backend_name="fake_lagos"), [])
        equal((found(pending=True), found(pending=False)), ([], ids))
        now = datetime.datetime.now()
        hour = datetime.timedelta(hours=1)
        equal(found(created_after=now - hour), ids)
        equal(found(created_after=now + hour), [])
        equal(found(created_before=now - hour), [])
    with check("a listed job gives its result"):
        equal(SERVICE.jobs(job_tags=mark, limit=1)[0].result(), 3)


SERVICE = QiskitRuntimeService(token=os.environ["TOKEN"], url=URL, instance="auto")
for part in (backends, one_job, endings, refusals, lists):
    part()
