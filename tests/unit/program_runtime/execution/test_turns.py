"""Jobs of a session share a process, one after another, and nothing else does."""

import asyncio
import os
import signal

import pytest

from program_runtime.execution import JobControl, JobStatus, MemorySink

COUNTS = """
    import os, sys

    def main(backend, user_messenger, **inputs):
        seen = sys.__dict__.setdefault("_seen_by_test", [])
        seen.append(inputs.get("x"))
        print("turn", len(seen))
        user_messenger.publish(len(seen))
        return {"seen": seen, "pid": os.getpid(), "home": os.environ["HOME"]}
"""
FAILS = """
    import sys

    def main(backend, user_messenger):
        raise ValueError(f"after {len(sys._seen_by_test)}")
"""
WAITS = """
    import time

    def main(backend, user_messenger):
        user_messenger.publish("here")
        time.sleep(60)
"""


@pytest.fixture
def session(laboratory, request):
    yield request.node.name
    laboratory.runner.end_session(request.node.name)


def test_a_later_job_finds_what_the_earlier_one_left_in_memory(laboratory, session):
    first = laboratory.run(COUNTS, inputs={"x": 1}, session=session)
    second = laboratory.run(COUNTS, inputs={"x": 2}, session=session)
    assert first.result["seen"] == [1]
    assert second.result["seen"] == [1, 2]
    assert second.interim == [2]
    assert second.log == "turn 2\n"
    assert second.outcome.usage.wall_s < 10
    assert [event.seq for event in second.events] == list(
        range(1, len(second.events) + 1)
    )


def test_jobs_of_no_session_or_another_one_find_nothing(laboratory, session):
    laboratory.run(COUNTS, session=session)
    assert laboratory.run(COUNTS).result["seen"] == [None]
    other = laboratory.run(COUNTS, session=f"{session}-other")
    assert other.result["seen"] == [None]
    laboratory.runner.end_session(f"{session}-other")


def test_another_program_of_the_session_replaces_the_files_of_the_last(
    laboratory, session
):
    laboratory.run(COUNTS, session=session)
    failed = laboratory.run(FAILS, session=session)
    assert failed.failure == ("program_error", "ValueError: after 1")
    again = laboratory.run(COUNTS, session=session)
    assert len(again.result["seen"]) == 2


def test_a_job_beside_another_of_its_session_has_a_process_of_its_own(
    laboratory, session
):
    async def both():
        specs = [laboratory.spec(COUNTS, session=session) for _ in range(2)]
        sinks = [MemorySink() for _ in specs]
        runs = [
            laboratory.runner.run(spec, sink, JobControl())
            for spec, sink in zip(specs, sinks, strict=True)
        ]
        return await asyncio.gather(*runs)

    laboratory.run(COUNTS, session=session)
    outcomes = laboratory.do(both())
    assert [outcome.status for outcome in outcomes] == [JobStatus.COMPLETED] * 2
    assert len(laboratory.run(COUNTS, session=session).result["seen"]) == 3


def test_a_session_that_is_over_takes_its_process_with_it(laboratory, session):
    laboratory.run(COUNTS, session=session)
    laboratory.runner.end_session(session)
    assert laboratory.run(COUNTS, session=session).result["seen"] == [None]


def test_a_cancelled_job_leaves_no_process_to_the_next(laboratory, session):
    class Begun(MemorySink):
        async def append(self, events):
            await super().append(events)
            begun.set()

    async def cancel(control):
        await begun.wait()
        control.cancel()

    laboratory.run(COUNTS, session=session)
    sink, begun = Begun(), asyncio.Event()
    cancelled = laboratory.run(WAITS, session=session, sink=sink, meanwhile=cancel)
    assert cancelled.outcome.status is JobStatus.CANCELLED
    assert laboratory.run(COUNTS, session=session).result["seen"] == [None]


def test_a_process_that_died_between_two_jobs_is_replaced(open_laboratory, session):
    first = open_laboratory.run(COUNTS, session=session)
    os.kill(first.result["pid"], signal.SIGKILL)
    second = open_laboratory.run(COUNTS, session=session)
    assert second.outcome.status is JobStatus.COMPLETED
    assert second.result["seen"] == [None]
    open_laboratory.runner.end_session(session)


def test_other_limits_are_kept_by_another_process(laboratory, session):
    laboratory.run(COUNTS, session=session)
    limits = {"processes": 100}
    assert laboratory.run(COUNTS, session=session, limits=limits).result["seen"] == [
        None
    ]


def test_processor_time_is_limited_by_a_process_for_the_job_alone(laboratory, session):
    limits = {"cpu_time_s": 30.0}
    for _ in range(2):
        run = laboratory.run(COUNTS, session=session, limits=limits)
        assert run.result["seen"] == [None]


def test_the_least_used_session_gives_way_to_a_new_one(laboratory, session):
    names = [f"{session}-{number}" for number in range(5)]
    for name in names:
        laboratory.run(COUNTS, session=name)
    assert laboratory.runner.health()["sessions"] <= 4
    assert laboratory.run(COUNTS, session=names[-1]).result["seen"] == [None, None]
    for name in names:
        laboratory.runner.end_session(name)
