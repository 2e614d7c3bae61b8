"""Jobs that do not end well, and options that bound them."""

from checks import check, equal, raises, until
from qiskit_ibm_runtime import exceptions
from retired_account import SERVICE, VERSION, WAIT_S, fresh, metadata, start

SOURCE = """
import logging
import time
import warnings

def divide(by):
    return 1 / by

def main(backend, user_messenger, what="fail", seconds=60):
    logging.getLogger(__name__).debug("a debug line")
    logging.getLogger(__name__).error("an error line")
    user_messenger.publish("begun")
    if what == "fail":
        return divide(0)
    if what == "sleep":
        time.sleep(seconds)
    return what
"""


def run():
    program_id = SERVICE.upload_program(SOURCE, metadata(fresh("ending")))
    _failed(program_id)
    _cancelled(program_id)
    _too_long(program_id)
    _options(program_id)
    SERVICE.delete_program(program_id)


def _failed(program_id):
    with check("a failure tells the program's traceback"):
        seen = []
        job = start(program_id, callback=lambda _, result: seen.append(result))
        with raises(exceptions.RuntimeJobFailureError, "division by zero", "divide"):
            job.result(timeout=WAIT_S)
        equal(job.status().name, "ERROR")
        assert "Traceback" in job.error_message(), job.error_message()
        until(lambda: seen, 10)
        equal(seen, ["begun"])
    with check("a failed job keeps its interim results"):
        equal(job.interim_results(), ["begun"])
    with check("the log of a failed job"):
        assert "an error line" in job.logs()
    with check("a failure is told to who comes later"):
        with raises(exceptions.RuntimeJobFailureError, "division by zero"):
            SERVICE.job(job.job_id()).result(timeout=WAIT_S)
    with check("a final job can not be cancelled"):
        with raises(exceptions.RuntimeInvalidStateError, "final"):
            job.cancel()
    with check("a final job is streamed no more"):
        with raises(exceptions.RuntimeInvalidStateError):
            job.stream_results(print)


def _cancelled(program_id):
    with check("a running job is cancelled"):
        job = start(program_id, {"what": "sleep"})
        until(job.interim_results, WAIT_S)
        equal(job.status().name, "RUNNING")
        job.cancel()
        until(lambda: job.status().name == "CANCELLED", WAIT_S)
        equal(job.interim_results(), ["begun"])
    if VERSION > (0, 10):
        with check("a cancelled job has no result"):
            with raises(exceptions.RuntimeInvalidStateError, "cancelled"):
                job.result(timeout=WAIT_S)


def _too_long(program_id):
    with check("a job that runs too long"):
        limit = {"max_execution_time": 1} if VERSION > (0, 8) else {}
        if limit:
            job = start(program_id, {"what": "sleep"}, **limit)
        else:
            short = SERVICE.upload_program(
                SOURCE, {**metadata(fresh("short")), "max_execution_time": 1}
            )
            job = start(short, {"what": "sleep"})
        with raises(
            exceptions.RuntimeJobMaxTimeoutError
            if hasattr(exceptions, "RuntimeJobMaxTimeoutError")
            else exceptions.RuntimeJobFailureError
        ):
            job.result(timeout=WAIT_S)
        equal(job.status().name, "ERROR")
        assert "maximum execution time" in job.error_message(), job.error_message()
    if hasattr(exceptions, "RuntimeJobTimeoutError"):
        with check("who waits for less time than a job takes"):
            job = start(program_id, {"what": "sleep"})
            with raises(exceptions.RuntimeJobTimeoutError):
                job.wait_for_final_state(timeout=1)
            job.cancel()


def _options(program_id):
    with check("the log level is the one that was asked for"):
        job = start(program_id, {"what": "x"}, log_level="DEBUG")
        equal(job.result(timeout=WAIT_S), "x")
        assert "a debug line" in job.logs(), job.logs()
        job = start(program_id, {"what": "x"}, log_level="ERROR")
        job.result(timeout=WAIT_S)
        assert "a debug line" not in job.logs(), job.logs()
    with check("the environment that there is"):
        job = start(program_id, {"what": "x"}, image="qiskit-program-toolkit:latest")
        equal(job.result(timeout=WAIT_S), "x")
        equal(job.image, "qiskit-program-toolkit:latest")
    with check("an environment that is not there"):
        with raises(exceptions.IBMRuntimeError, "not an environment"):
            start(program_id, image="other:latest")
    with check("a program that is not there"):
        with raises(exceptions.RuntimeProgramNotFound):
            start("not-there")
