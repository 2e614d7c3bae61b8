"""Jobs: their results as they come, and all that is asked about them."""

import datetime
import json
import threading
import warnings

import numpy as np
from checks import check, equal, until
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.quantum_info import Operator, SparsePauliOp
from qiskit_ibm_runtime import RuntimeDecoder, RuntimeEncoder
from qiskit_ibm_runtime.program import ResultDecoder
from retired_account import (
    BACKEND,
    CHANNEL,
    SERVICE,
    VERSION,
    WAIT_S,
    fresh,
    log_in,
    metadata,
    name_of,
    start,
)

SOURCE = """
import time

def main(backend, user_messenger, times=2, value=None, final=False, pause=0.0):
    for number in range(times):
        print("number", number)
        user_messenger.publish({"number": number})
        time.sleep(pause)
    if final:
        user_messenger.publish(value, final=True)
        return None
    return value
"""
RISKY = [5, 2.5, True, "a url", ["url", 1], {"url": "x"}, "plain", [1], {"a": 1}]


class Doubling(ResultDecoder):
    @classmethod
    def decode(cls, data):
        return {"doubled": super().decode(data)}


def run():
    program_id = SERVICE.upload_program(SOURCE, metadata(fresh("talker")))
    _streamed(program_id)
    _risky(program_id)
    _decoders(program_id)
    _values()
    _asked(program_id)
    _found(program_id)
    SERVICE.delete_program(program_id)


def stream(program_id, inputs, **more):
    """Run a program to its end; returns the job, its result and what was called."""
    seen, all_there = [], threading.Event()
    awaited = inputs.get("times", 2) + (inputs.get("value") is not None)

    def callback(job_id, result):
        seen.append(result)
        if len(seen) == awaited:
            all_there.set()

    job = start(program_id, inputs, callback=callback, **more)
    result = job.result(timeout=WAIT_S)
    all_there.wait(10)
    return job, result, seen


def _streamed(program_id):
    interim = [{"number": number} for number in range(3)]
    with check("a callback gets each interim result and the final one, in order"):
        inputs = {"times": 3, "value": {"done": 1}, "pause": 0.2}
        job, result, seen = stream(program_id, inputs)
        equal((result, seen), ({"done": 1}, [*interim, {"done": 1}]))
    with check("interim results are there afterwards"):
        equal(job.interim_results(), interim)
    with check("a job that has ended is streamed from its beginning"):
        seen = []
        late = SERVICE.job(job.job_id())
        late.stream_results(lambda _, result: seen.append(result))
        until(lambda: len(seen) == 4, 20)
        equal(seen, [*interim, {"done": 1}])
    with check("publish with final=True is the result"):
        _, result, seen = stream(
            program_id, {"times": 1, "value": {"a": 1}, "final": True}
        )
        equal((result, seen), ({"a": 1}, [{"number": 0}, {"a": 1}]))
    _ended(program_id)
    with check("a large result"):
        value = {"text": "x" * 3_000_000}
        _, result, seen = stream(program_id, {"times": 0, "value": value})
        equal((result == value, len(seen), seen[-1] == value), (True, 1, True))


def _ended(program_id):
    if CHANNEL == "ibm_cloud":  # once is enough: the client itself takes ten seconds
        return
    with check("streaming is ended by the caller"):
        seen, inputs = [], {"times": 600, "pause": 0.1}
        job = start(program_id, inputs, callback=lambda *_: seen.append(1))
        until(lambda: seen, 20)  # earlier the client forgets that it is to end
        job.cancel_result_streaming()
        until(lambda: not job._is_streaming(), 20)
        job.cancel()


def _risky(program_id):
    for value in RISKY:
        with check("the result " + json.dumps(value)):
            job, result, seen = stream(program_id, {"times": 1, "value": value})
            equal((result, seen), (value, [{"number": 0}, value]))
            equal(SERVICE.job(job.job_id()).result(timeout=WAIT_S), value)
    with check("no result is None"):
        equal(start(program_id, {"times": 0}).result(timeout=WAIT_S), None)


def _decoders(program_id):
    with check("a decoder for all results"):
        inputs = {"times": 1, "value": 7}
        _, result, seen = stream(program_id, inputs, result_decoder=Doubling)
        expected = [{"doubled": {"number": 0}}, {"doubled": 7}]
        equal((result, seen), ({"doubled": 7}, expected))
    with check("a decoder for interim results, another for the final one"):
        decoders = [Doubling, ResultDecoder]
        job, result, _ = stream(program_id, inputs, result_decoder=decoders)
        equal(result, 7)
        equal(job.interim_results(), {"doubled": [{"number": 0}]})
        equal(job.interim_results(decoder=ResultDecoder), {"doubled": [{"number": 0}]})


def _values():
    source = "def main(backend, user_messenger, **kwargs):\n    return kwargs\n"
    program_id = SERVICE.upload_program(source, metadata(fresh("echo")))
    with check("values keep their type on the way there and back"):
        given = {
            "array": np.arange(3.0),
            "z": 1 + 2j,
            "set": {1, 2},
            "operator": SparsePauliOp(["XX", "ZZ"], [1.0, 2.0]),
            "parameter": Parameter("p"),
            "matrix": Operator([[0, 1], [1, 0]]),
        }
        job = start(program_id, given)
        found = job.result(timeout=WAIT_S)
        assert np.array_equal(found.pop("array"), given["array"])
        found.pop("parameter")  # its identity is in its bytes; the name is below
        equal(found, {name: given[name] for name in ("z", "set", "operator", "matrix")})
        equal(job.inputs["z"], 1 + 2j)
        inputs = SERVICE.job(job.job_id()).inputs
        if not isinstance(inputs["z"], complex):  # before 0.11 they came as text
            inputs = json.loads(json.dumps(inputs), cls=RuntimeDecoder)
        equal((inputs["z"], inputs["parameter"].name), (1 + 2j, "p"))
    with check("inputs are sent as the client writes them"):
        text = json.dumps({"x": [1e-7, float("inf"), 10**30]}, cls=RuntimeEncoder)
        found = start(program_id, json.loads(text)).result(timeout=WAIT_S)
        equal(json.dumps(found), text)
    with check("a null that was meant is one"):
        equal(start(program_id, {"a": None}).result(timeout=WAIT_S), {"a": None})
    SERVICE.delete_program(program_id)
    source = (
        "def main(backend, user_messenger, circuit):\n"
        "    return [circuit.num_qubits, dict(circuit.count_ops())]\n"
    )
    program_id = SERVICE.upload_program(source, metadata(fresh("circuit")))
    with check("a circuit in the client's own QPY is read"):
        circuit = QuantumCircuit(2)
        circuit.h(0)
        circuit.cx(0, 1)
        found = start(program_id, {"circuit": circuit}).result(timeout=WAIT_S)
        equal(found, [2, {"h": 1, "cx": 1}])
    SERVICE.delete_program(program_id)


def _asked(program_id):
    tag = fresh("tag")
    options = {"job_tags": [tag]} if VERSION > (0, 8) else {}
    job, _, _ = stream(program_id, {"times": 2, "value": {"a": 1}}, **options)
    with check("what a job says of itself"):
        equal((job.program_id, name_of(_backend(job))), (program_id, BACKEND))
        equal(job.status().name, "DONE")
        equal(job.error_message(), None)
        age = datetime.datetime.now().astimezone() - job.creation_date.astimezone()
        assert abs(age.total_seconds()) < 600, age
    with check("logs are those of the program"):
        equal(job.logs(), "number 0\nnumber 1\n")
    with check("metrics have times and usage"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        metrics = job.metrics()
        if isinstance(metrics, str):  # before 0.11
            metrics = json.loads(metrics)
        times = metrics["timestamps"]
        assert times["created"] <= times["running"] <= times["finished"], times
        assert metrics["usage"]["seconds"] >= 0
        assert metrics["bss"]["seconds"] >= 0
    if VERSION > (0, 8):
        with check("tags are kept"):
            equal(SERVICE.job(job.job_id()).tags, [tag])
    if VERSION > (0, 10):
        with check("tags are replaced"):
            equal(sorted(job.update_tags([tag, "other"])), sorted([tag, "other"]))
        with check("the estimate of the usage"):
            assert "quantum_seconds" in job.usage_estimation


def _found(program_id):
    with check("a job is found from another service object"):
        jobs = [start(program_id, {"times": 0, "value": {"n": n}}) for n in range(23)]
        for job in jobs:
            job.wait_for_final_state(WAIT_S)
        found = log_in().job(jobs[0].job_id())
        equal(found.result(timeout=WAIT_S), {"n": 0})
        equal(found.inputs, {"times": 0, "value": {"n": 0}})
    ids = [job.job_id() for job in jobs]
    with check("jobs of a program, more than a page holds"):
        found = SERVICE.jobs(limit=None, program_id=program_id)
        listed = [job.job_id() for job in found]
        equal(listed[:23], ids[::-1])
        equal(len(listed), len(set(listed)))
    with check("jobs from one on"):
        found = SERVICE.jobs(limit=4, skip=2, program_id=program_id)
        equal([job.job_id() for job in found], ids[::-1][2:6])
        equal(found[0].inputs["value"], {"n": 20})
    with check("jobs that wait, and those that do not"):
        equal(SERVICE.jobs(pending=True, program_id=program_id, limit=None), [])
        assert len(SERVICE.jobs(pending=False, program_id=program_id, limit=30)) >= 23
    with check("no job of a program that is not there"):
        equal(SERVICE.jobs(program_id="not-there", limit=None), [])
    if VERSION > (0, 8):
        with check("jobs by their time, oldest first"):
            after = jobs[3].creation_date
            found = SERVICE.jobs(
                limit=2, program_id=program_id, created_after=after, descending=False
            )
            equal([job.job_id() for job in found], ids[3:5])
        with check("jobs of a backend"):
            found = SERVICE.jobs(
                limit=1, program_id=program_id, backend_name="ibmq_qasm_simulator"
            )
            equal([job.job_id() for job in found], ids[-1:])
    with check("a job is deleted"):
        SERVICE.delete_job(ids[0])
        try:
            SERVICE.job(ids[0])
        except Exception as err:
            equal(type(err).__name__, "RuntimeJobNotFound")
        else:
            raise AssertionError("it is still there")


def _backend(job):
    return job.backend() if callable(job.backend) else job.backend
