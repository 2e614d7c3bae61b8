"""What every executor promises: the same scenarios as programs and as scripts."""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from program_runtime.errors import StorageError
from program_runtime.execution import JobControl, JobSpec, JobStatus, Limits, MemorySink
from program_runtime.service.executors import InMemoryExecutor, LocalExecutor


@dataclass
class Scenario:
    """One behaviour, written twice."""

    program: str
    script: object


async def _echo(run):
    return await run.inputs()


async def _talk(run):
    for number in range(5):
        await run.publish(json.dumps(number))
    return '"said"'


async def _fail(run):
    await run.publish("1")
    raise ValueError("no convergence")


async def _sleep(run):
    await run.publish("1")
    await asyncio.sleep(60)


async def _obey(run):
    await run.publish("1")
    while not run.stop_requested:  # noqa: ASYNC110 - as a program does
        await asyncio.sleep(0.005)
    return '"stopped"'


async def _resume(run):
    return run.spec.restored


HEAD = "def main(backend, user_messenger, **inputs):\n"
SCENARIOS = {
    "echo": Scenario(HEAD + "    return inputs\n", _echo),
    "talk": Scenario(
        HEAD
        + "    for number in range(5):\n        user_messenger.publish(number)\n"
        + "    return 'said'\n",
        _talk,
    ),
    "fail": Scenario(
        HEAD
        + "    user_messenger.publish(1)\n    raise ValueError('no convergence')\n",
        _fail,
    ),
    "sleep": Scenario(
        "import time\n" + HEAD + "    user_messenger.publish(1)\n    time.sleep(60)\n",
        _sleep,
    ),
    "obey": Scenario(
        "import time\n"
        + HEAD
        + "    user_messenger.publish(1)\n"
        + "    while not user_messenger.stop_requested:\n        time.sleep(0.005)\n"
        + "    return 'stopped'\n",
        _obey,
    ),
    "resume": Scenario(HEAD + "    return user_messenger.restored\n", _resume),
}


class Bench:
    """Runs scenarios on one executor; all in one event loop."""

    def __init__(self, kind, folder):
        self.kind = kind
        self.folder = folder

    def run(
        self,
        scenario,
        *,
        sink=None,
        at_first_event=None,
        session_over=None,
        **fields,
    ):
        """Run a scenario; returns the outcome and the sink."""
        first_seq = fields.pop("first_seq", 3)
        sink = sink if sink is not None else MemorySink()
        control = JobControl()
        if at_first_event is not None:
            _act_at_first_event(sink, lambda: at_first_event(control))
        executor = self.executor(scenario)
        spec = self._spec(scenario, **fields)

        async def run():
            await executor.start()
            if session_over is not None:
                _act_at_first_event(sink, lambda: executor.end_session(session_over))
            try:
                return await executor.run(spec, sink, control, first_seq=first_seq)
            finally:
                await executor.close()

        return asyncio.run(run()), sink

    def executor(self, scenario):
        if self.kind == "memory":
            return InMemoryExecutor(SCENARIOS[scenario].script)
        spool = self.folder / "spool"
        spool.mkdir(exist_ok=True)
        return LocalExecutor(spool_dir=spool, pool_size=1)

    def _spec(self, scenario, **fields):
        folder = self.folder / scenario
        folder.mkdir(exist_ok=True)
        (folder / "program.py").write_text(SCENARIOS[scenario].program)
        given = {"job_id": "job_1", "inputs": b"{}", "backend": "aer_simulator"}
        return JobSpec(program_dir=folder, **given | fields)


def _act_at_first_event(sink, action):
    append = sink.append

    async def acting(events):
        await append(events)
        sink.append = append
        action()

    sink.append = acting


@pytest.fixture(
    params=[
        "memory",
        pytest.param(
            "local",
            marks=[
                pytest.mark.fork,
                pytest.mark.skipif(sys.platform != "linux", reason="needs fork"),
            ],
        ),
    ]
)
def bench(request, tmp_path):
    """One executor after the other."""
    return Bench(request.param, tmp_path)


def told(sink, kind):
    return [event.data for event in sink.events if event.type == kind]


def assert_well_formed(sink, outcome, first_seq=3):
    """Numbers go on without a gap; the last event is the final status."""
    numbers = [event.seq for event in sink.events]
    assert numbers == list(range(first_seq, first_seq + len(numbers)))
    last = sink.events[-1]
    assert last.type == "status"
    assert json.loads(last.data)["status"] == outcome.status
    assert sink.outcome == outcome
    assert len(told(sink, "status")) == 1


def test_the_result_is_the_last_event_before_the_final_status(bench):
    outcome, sink = bench.run("echo", inputs=b'{"x": 1}')
    assert outcome.status is JobStatus.COMPLETED
    assert (outcome.code, outcome.message) == (None, None)
    assert_well_formed(sink, outcome)
    assert [json.loads(text) for text in told(sink, "result")] == [{"x": 1}]
    assert outcome.usage.wall_s > 0


def test_inputs_may_lie_in_a_file(bench, tmp_path):
    path = Path(tmp_path, "inputs.json")
    path.write_text('{"y": "☃"}', encoding="utf-8")
    _, sink = bench.run("echo", inputs=path)
    assert [json.loads(text) for text in told(sink, "result")] == [{"y": "☃"}]


def test_messages_come_in_order_from_the_number_given(bench):
    outcome, sink = bench.run("talk", first_seq=11)
    assert_well_formed(sink, outcome, first_seq=11)
    assert told(sink, "interim") == ["0", "1", "2", "3", "4"]
    assert told(sink, "result") == ['"said"']


def test_an_error_of_the_program_fails_the_job_with_its_traceback(bench):
    outcome, sink = bench.run("fail")
    assert (outcome.status, outcome.code) == (JobStatus.FAILED, "program_error")
    assert "no convergence" in outcome.message
    assert "ValueError" in outcome.traceback
    assert_well_formed(sink, outcome)
    [error] = map(json.loads, told(sink, "error"))
    assert error["code"] == "program_error"
    assert told(sink, "interim") == ["1"]


def test_a_cancelled_job_ends_soon_and_keeps_its_messages(bench):
    outcome, sink = bench.run("sleep", at_first_event=JobControl.cancel)
    assert outcome.status is JobStatus.CANCELLED
    assert_well_formed(sink, outcome)
    assert told(sink, "interim") == ["1"]
    assert told(sink, "result") == []


def test_a_stopped_job_completes_with_a_result(bench):
    outcome, sink = bench.run("obey", at_first_event=JobControl.stop)
    assert outcome.status is JobStatus.COMPLETED
    assert_well_formed(sink, outcome)
    assert told(sink, "result") == ['"stopped"']


def test_a_job_over_its_time_fails(bench):
    outcome, sink = bench.run("sleep", limits=Limits(wall_time_s=0.5))
    assert (outcome.status, outcome.code) == (JobStatus.FAILED, "wall_time")
    assert_well_formed(sink, outcome)
    assert told(sink, "interim") == ["1"]


@pytest.mark.parametrize("over", ["session_1", "session_unknown"])
def test_a_job_goes_on_when_its_session_or_another_is_over(bench, over):
    outcome, sink = bench.run("talk", session="session_1", session_over=over)
    assert_well_formed(sink, outcome)
    assert told(sink, "result") == ['"said"']


def test_the_last_checkpoint_is_handed_to_the_program(bench):
    outcome, sink = bench.run("resume", restored='{"at": 7}')
    assert outcome.status is JobStatus.COMPLETED
    assert [json.loads(text) for text in told(sink, "result")] in (
        [{"at": 7}],
        ['{"at": 7}'],
    )


class FullSink(MemorySink):
    """A sink whose disk is full until the end of the job is stored."""

    async def append(self, events):
        raise StorageError("No space left on device")

    async def finish(self, events, outcome):
        await MemorySink.append(self, events)
        self.outcome = outcome


def test_a_job_whose_messages_can_not_be_stored_fails_with_storage(bench):
    outcome, sink = bench.run("talk", sink=FullSink())
    assert (outcome.status, outcome.code) == (JobStatus.FAILED, "storage")
    assert_well_formed(sink, outcome)


def test_an_executor_says_its_level_and_how_it_is(bench):
    async def look():
        executor = bench.executor("echo")
        await executor.start()
        try:
            return executor.level, executor.health()
        finally:
            await executor.close()

    level, health = asyncio.run(look())
    assert level in {"none", "reduced", "strong"}
    assert isinstance(health, dict)
