"""Running a project as the service would."""

import signal
import threading

import pytest

from program_runtime.errors import (
    BadInputsError,
    RuntimeJobCancelledError,
    RuntimeJobFailureError,
)
from program_runtime.execution import EventType, JobStatus, Limits
from toolkit.errors import BundleError
from toolkit.harness import Harness, run_project
from toolkit.harness.machine import AUTO
from toolkit.project import load_project

TALKATIVE = """
def main(backend, user_messenger, *, text, times=2):
    print("begins", backend.name)
    for step in range(3):
        user_messenger.publish({"step": step})
        user_messenger.metric(energy=-step, step=step)
        user_messenger.checkpoint({"at": step})
    return {"length": len(text) * times}
"""


@pytest.fixture(scope="module")
def warm():
    with Harness() as harness:
        yield harness


@pytest.fixture
def run(make_project, warm):
    def run(program, inputs=None, *, metadata=None, files=None, **options):
        root = make_project(program=program, metadata=metadata, files=files)
        chosen = {"text": "abc"} if inputs is None else inputs
        return run_project(load_project(root), chosen, harness=warm, **options)

    return run


def test_everything_a_caller_would_see_is_there(run):
    shown = []
    done = run(TALKATIVE, on_event=shown.append)

    assert done.ok
    assert done.result == {"length": 6}
    assert done.interim == [{"step": 0}, {"step": 1}, {"step": 2}]
    assert done.metrics[2] == {"step": 2, "values": {"energy": -2}}
    assert done.checkpoints == [{"at": 0}, {"at": 1}, {"at": 2}]
    assert done.logs == "begins aer_simulator\n"
    assert [event.seq for event in done.events] == list(range(1, len(shown) + 1))
    assert tuple(shown) == done.events
    assert done.events[-1].type is EventType.STATUS
    assert done.report.ok
    assert done.report.interim_examined == done.report.interim_total == 3


def test_inputs_that_do_not_fit_are_refused_before_anything_runs(run):
    with pytest.raises(BadInputsError) as caught:
        run("raise SystemExit\n" + TALKATIVE, {"txt": 3, "times": "x"})

    assert str(caught.value).startswith("The inputs do not fit hello:\n")
    assert {problem.path for problem in caught.value.problems} >= {"times"}


def test_inputs_over_the_limit_are_refused_before_anything_runs(run, monkeypatch):
    small = Limits(inputs_bytes=10)
    monkeypatch.setattr("toolkit.harness.run._limits", lambda *_: small)

    with pytest.raises(BadInputsError) as caught:
        run("raise SystemExit\n" + TALKATIVE)
    assert str(caught.value) == (
        "The inputs are too large:\n  inputs: 15 bytes encoded, at most 10 are taken"
    )


def test_a_program_without_a_time_limit_runs_under_the_services(run, metadata):
    del metadata["max_execution_time"]
    measures = run(TALKATIVE, metadata=metadata).report.measures

    assert next(m.limit for m in measures if m.name == "time") == 3600


def test_human_forms_of_quantum_values_arrive_as_such(run, metadata):
    metadata["spec"]["parameters"]["properties"]["text"] = {"format": "sparse-pauli-op"}
    program = "def main(backend, user_messenger, *, text): return text.num_qubits"
    del metadata["spec"]["return_values"]

    assert run(program, {"text": {"IXX": 1.5}}, metadata=metadata).result == 3


def test_a_failing_program_is_an_outcome_with_the_authors_own_lines(run):
    program = "def main(backend, user_messenger, *, text):\n    return 1 / 0\n"
    done = run(program)

    assert done.outcome.status is JobStatus.FAILED
    assert done.outcome.code == "program_error"
    assert 'File "program.py", line 2, in main' in done.outcome.traceback
    with pytest.raises(RuntimeJobFailureError) as caught:
        _ = done.result
    assert caught.value.failure_code == "program_error"
    assert "ZeroDivisionError" in str(caught.value)
    assert caught.value.traceback == done.outcome.traceback


def test_an_ignored_file_is_missing_here_too(run):
    program = """
from pathlib import Path
def main(backend, user_messenger, *, text):
    here = Path(__file__).parent
    return [name for name in ("in.txt", "out.txt") if (here / name).exists()]
"""
    files = {"in.txt": "", "out.txt": "", ".qrtignore": "out.txt"}

    assert run(program, files=files).result == ["in.txt"]


def test_modules_beside_the_program_are_imported(run):
    program = "import core\ndef main(backend, user_messenger, *, text): return core.X"

    assert run(program, files={"core.py": "X = 5"}).result == 5


def test_a_file_that_can_be_in_no_bundle_is_refused(run, tmp_path, make_project):
    root = make_project()
    (root / "link").symlink_to(tmp_path)

    with pytest.raises(BundleError, match="leads outside"):
        run(TALKATIVE)


def test_the_time_limit_of_the_call_ends_the_run(run):
    program = "def main(backend, user_messenger, *, text):\n    while True: pass"
    done = run(program, max_time_s=0.3)

    assert done.outcome.code == "wall_time"


def test_shots_and_seed_reach_the_backend(run, metadata):
    del metadata["spec"]["return_values"]
    program = """
from qiskit import QuantumCircuit
def main(backend, user_messenger, *, text):
    circuit = QuantumCircuit(1)
    circuit.h(0)
    circuit.measure_all()
    return backend.run(circuit).result().get_counts()
"""
    counts = [
        run(program, metadata=metadata, shots=77, seed=5).result for _ in range(2)
    ]
    assert sum(counts[0].values()) == 77
    assert counts[0] == counts[1]


def test_a_large_result_is_read_back_whole(run, metadata):
    del metadata["spec"]["return_values"]
    program = "def main(backend, user_messenger, *, text): return 'x' * 200_000"
    done = run(program, metadata=metadata)

    assert done.result == "x" * 200_000
    assert all(event.blob is None for event in done.events)


def test_an_exception_in_the_listener_ends_the_run_and_comes_back(run):
    program = """
def main(backend, user_messenger, *, text):
    while True:
        user_messenger.publish(1)
"""

    def listener(event):
        raise BrokenPipeError("nobody reads")

    with pytest.raises(BrokenPipeError, match="nobody reads"):
        run(program, on_event=listener)


def test_ctrl_c_cancels_the_run(run):
    program = """
def main(backend, user_messenger, *, text):
    user_messenger.publish("here")
    while True: pass
"""
    interrupted = threading.Event()

    def listener(event):
        if not interrupted.is_set():
            interrupted.set()
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run(program, on_event=listener)


def test_a_cancelled_run_has_no_result(run):
    done = run(TALKATIVE)
    outcome = type(done.outcome)(status=JobStatus.CANCELLED)

    with pytest.raises(RuntimeJobCancelledError):
        _ = type(done)(outcome=outcome, events=(), report=done.report).result


def test_a_harness_is_made_and_closed_for_a_single_run(make_project):
    done = run_project(load_project(make_project()), {"text": "ab"}, level="none")

    assert done.result == {"length": 4}
    assert not [t for t in threading.enumerate() if t.name == "qrt-harness"][1:]


def test_closing_a_harness_twice_or_unused_is_fine():
    harness = Harness(level=AUTO)
    harness.close()
    harness.start()
    harness.close()
    harness.close()

    assert not harness.running


def test_the_report_judges_what_the_child_sent(run):
    program = """
import json
class Odd(json.JSONEncoder):
    def iterencode(self, value, _one_shot=False):
        yield "not json"
    def encode(self, value):
        return "not json"
def main(backend, user_messenger, *, text):
    user_messenger.publish(1, encoder=Odd)
    user_messenger.publish({"step": "one"})
    return {"length": "six"}
"""
    done = run(program)

    found = [finding.code for finding in done.report.findings]
    assert found == ["QRT503", "QRT504", "QRT505"]
    assert done.interim == ["not json", {"step": "one"}]


def test_a_caller_who_has_seen_enough_gets_a_result(run):
    program = """
import time
def main(backend, user_messenger, *, text):
    steps = 0
    while not user_messenger.stop_requested:
        user_messenger.publish({"step": steps})
        steps += 1
        time.sleep(0.01)
    return {"length": steps}
"""
    seen = []
    done = run(program, stop_after=3, on_event=seen.append)

    assert done.ok
    assert done.result["length"] == len(done.interim) >= 3
    assert tuple(seen) == done.events


def test_a_run_goes_on_from_a_checkpoint(run):
    program = """
def main(backend, user_messenger, *, text):
    return {"length": (user_messenger.restored or [0])[0]}
"""
    assert run(program).result == {"length": 0}
    assert run(program, restored="[4]").result == {"length": 4}
