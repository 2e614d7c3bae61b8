"""Runners of environments of their own come when they are needed, and go."""

import asyncio
from pathlib import Path

import pytest

from program_runtime.errors import ExecutionError
from program_runtime.service.executors.own_runners import OwnRunners


class FakeRunner:
    def __init__(self, name):
        self.name = name
        self.starts = 0
        self.closed = False
        self.ended = asyncio.Event()
        self.failure = None

    async def start(self):
        self.starts += 1
        await asyncio.sleep(0)
        if self.failure:
            raise self.failure

    async def close(self):
        self.closed = True
        self.ended.set()


@pytest.fixture
def made():
    return []


@pytest.fixture
def make(made):
    def make(**options):
        def runner(interpreter):
            made.append(FakeRunner(interpreter.name))
            return made[-1]

        return OwnRunners(runner, **options)

    return make


async def use(runners, *names):
    for name in names:
        async with runners.runner(Path(name)):
            pass
    await asyncio.sleep(0)


def test_a_runner_is_started_once_for_all_its_jobs(make, made):
    async def scene():
        runners = make()
        await asyncio.gather(use(runners, "a"), use(runners, "a"))
        await use(runners, "a")
        assert [(each.name, each.starts, each.closed) for each in made] == [
            ("a", 1, False)
        ]
        await runners.close()
        assert made[0].closed

    asyncio.run(scene())


def test_the_one_that_was_idle_for_longest_goes_first(make, made):
    async def scene():
        runners = make(most=2)
        await use(runners, "a", "b", "a", "c")
        assert {each.name: each.closed for each in made} == {
            "a": False,
            "b": True,
            "c": False,
        }
        assert len(runners) == 2
        await runners.close()

    asyncio.run(scene())


def test_a_runner_with_a_job_is_never_ended_for_others(make, made):
    async def scene():
        runners = make(most=0)
        async with runners.runner(Path("a")):
            await use(runners, "b")
            assert [each.closed for each in made] == [False, True]
        await asyncio.sleep(0)
        assert made[0].closed

    asyncio.run(scene())


def test_an_idle_runner_ends(make, made):
    async def scene():
        runners = make(idle_s=0.01)
        await use(runners, "a")
        await made[0].ended.wait()
        await use(runners, "a")
        assert len(made) == 2
        await runners.close()

    asyncio.run(scene())


def test_a_runner_that_does_not_start_is_made_anew_the_next_time(make, made):
    async def scene():
        runners = make()
        task = asyncio.create_task(use(runners, "a"))
        await asyncio.sleep(0)
        made[0].failure = ExecutionError("no")
        with pytest.raises(ExecutionError):
            await task
        await use(runners, "a")
        assert len(made) == 2
        await runners.close()

    asyncio.run(scene())
