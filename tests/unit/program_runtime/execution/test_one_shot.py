"""Jobs from code that is not asynchronous."""

import os
import signal
import threading

import pytest

from program_runtime.execution import (
    EventType,
    JobControl,
    JobSpec,
    JobStatus,
    SpawnLauncher,
    WarmRunner,
    run_job,
)


@pytest.fixture(scope="module")
def runner():
    with WarmRunner(launcher=SpawnLauncher()) as runner:
        yield runner


@pytest.fixture
def spec(tmp_path):
    def spec(source):
        (tmp_path / "program.py").write_text(source)
        return JobSpec(
            job_id="job_local",
            program_dir=tmp_path,
            inputs=b"{}",
            backend="aer_simulator",
        )

    return spec


def test_a_warm_runner_runs_one_job_after_another(runner, spec):
    for expected in ("1", "2"):
        events = []
        outcome = run_job(
            spec(f"def main(b, m): return {expected}"), events.extend, runner=runner
        )
        assert outcome.status is JobStatus.COMPLETED
        assert [event.data for event in events] == [expected, '{"status": "Completed"}']


def test_without_a_runner_one_is_made(spec):
    events = []
    outcome = run_job(spec("def main(b, m): m.publish(1)"), events.extend, level="none")
    assert outcome.status is JobStatus.COMPLETED
    assert [event.type for event in events] == [
        EventType.INTERIM,
        EventType.RESULT,
        EventType.STATUS,
    ]


def test_ctrl_c_cancels(runner, spec):
    def interrupt(events):
        if events[0].type is EventType.INTERIM:
            os.kill(os.getpid(), signal.SIGINT)

    source = "import time\ndef main(b, m):\n    m.publish(1)\n    time.sleep(60)"
    outcome = runner.run(spec(source), interrupt)
    assert outcome.status is JobStatus.CANCELLED


def test_it_works_in_another_thread_and_can_be_stopped_from_its_events(spec):
    outcomes = []

    def work():
        control = JobControl()
        source = (
            "import time\n"
            "def main(b, m):\n"
            "    m.publish(1)\n"
            "    while not m.stop_requested: time.sleep(0.01)\n"
            "    return 'partial'"
        )
        with WarmRunner(launcher=SpawnLauncher()) as runner:
            outcomes.append(
                runner.run(spec(source), lambda _: control.stop(), control=control)
            )

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(30)
    assert [outcome.status for outcome in outcomes] == [JobStatus.COMPLETED]


def test_closing_twice_is_harmless(spec):
    runner = WarmRunner(launcher=SpawnLauncher())
    runner.close()
    runner.close()


def test_without_refill_a_child_is_started_only_when_it_is_needed(spec):
    launcher = SpawnLauncher()
    with WarmRunner(launcher=launcher, refill=False) as runner:
        started = []
        for _ in range(2):
            runner.run(spec("def main(b, m): pass"), lambda _: None)
            started.append(launcher.health()["children_started"])
    assert started == [1, 2]


def test_a_child_that_can_not_start_says_why(spec, tmp_path):
    (tmp_path / "qiskit.py").write_text("raise ImportError('planted')")
    launcher = SpawnLauncher(environment={**os.environ, "PYTHONPATH": str(tmp_path)})
    with WarmRunner(launcher=launcher) as runner:
        outcome = runner.run(spec("def main(b, m): pass"), lambda _: None)
    assert outcome.code == "internal"
    assert outcome.message.startswith("A child ended before it was ready: Traceback")
    assert outcome.message.endswith("ImportError: planted")
