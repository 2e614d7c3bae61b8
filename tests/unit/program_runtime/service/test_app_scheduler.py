"""Workers and specs against a store that misbehaves on request."""

import asyncio
import hashlib
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from program_runtime.bundle import write_bundle
from program_runtime.errors import ExecutionError, StorageError
from program_runtime.execution.events import EventType
from program_runtime.execution.outcome import JobStatus
from program_runtime.service import Settings
from program_runtime.service.context import make_context
from program_runtime.service.domain import (
    Inputs,
    NewJob,
    NewSession,
    NotFoundError,
    Release,
    Role,
    hash_token,
)
from program_runtime.service.domain.lifecycle import MAX_ATTEMPTS
from program_runtime.service.executors import InMemoryExecutor, ProcessLost
from program_runtime.service.executors.memory import echo
from program_runtime.service.store import MemoryBlobStore, MemoryStore


@asynccontextmanager
async def context_for(folder, script=echo, **settings):
    """A started service without HTTP, with one user and one program."""
    blobs = MemoryBlobStore()
    chosen = {"data_dir": folder / "data", "workers": 1, "grace_s": 5}
    context = make_context(
        Settings(**chosen | settings),
        store=MemoryStore(blobs),
        blobs=blobs,
        executor=InMemoryExecutor(script),
    )
    files = {
        "program.json": b'{"name": "hello", "version": "1.0.0", "spec": {}}',
        "program.py": b"def main(backend, user_messenger):\n    pass\n",
    }
    info = write_bundle(files, folder / "bundle.zip")
    blobs.put_file(info.path, info.digest)
    await context.start()
    await context.store.users.add("u_b", Role.USER, hash_token("t"))
    release = Release(
        program_id="hello",
        version="1.0.0",
        digest=info.digest,
        size=info.size,
        metadata={"spec": []},
        created=datetime.now(UTC),
        published_by="u_b",
    )
    await context.store.programs.publish(release, owner="u_b", description="")
    try:
        yield context
    finally:
        await context.close()


def a_new_job(inputs=None, **fields):
    return NewJob(
        user="u_b",
        program_id="hello",
        version="1.0.0",
        backend="aer_simulator",
        inputs=inputs or Inputs(text="{}"),
        **fields,
    )


async def submit(context, inputs=None, **fields):
    job, _ = await context.store.jobs.submit(a_new_job(inputs, **fields))
    context.scheduler.wake()
    return job.id


async def until(condition):
    """Wait for what is a tick or two away."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)


async def ended(context, job_id):
    """Wait until the job is final; returns it."""
    with context.hub.listen(job_id, final_only=True) as listener:
        while True:
            job = await context.store.jobs.get(job_id)
            if job.status not in {JobStatus.QUEUED, JobStatus.RUNNING}:
                return job
            assert await listener.wait(10)


def test_a_cancel_between_claim_and_start_is_not_lost(tmp_path):
    async def script(run):
        await asyncio.sleep(60)

    async def scenario():
        async with context_for(tmp_path, script) as context:
            claim = context.store.jobs.claim

            async def claim_and_dawdle(**options):
                job = await claim(**options)
                if job is not None:
                    context.scheduler.control(job.id).cancel()
                return job

            context.store.jobs.claim = claim_and_dawdle
            return await ended(context, await submit(context))

    assert asyncio.run(scenario()).status is JobStatus.CANCELLED


def test_a_control_of_nothing_does_nothing(tmp_path):
    async def scenario():
        async with context_for(tmp_path) as context:
            await ended(context, await submit(context))
            await until(lambda: not context.scheduler.running)
            control = context.scheduler.control("job_gone")
            control.cancel()
            return context.scheduler.control("job_gone") is control

    assert asyncio.run(scenario()) is False


def test_jobs_that_were_queued_before_the_start_are_all_run(tmp_path):
    async def scenario():
        async with context_for(tmp_path) as context:
            wake = context.scheduler.wake
            context.scheduler.wake = lambda: None
            context.scheduler._queued = None
            ids = [await submit(context) for _ in range(5)]
            wake()
            return [(await ended(context, job_id)).status for job_id in ids]

    assert asyncio.run(scenario()) == [JobStatus.COMPLETED] * 5


def test_an_idle_worker_does_not_ask_the_store(tmp_path):
    async def scenario():
        async with context_for(tmp_path) as context:
            claims = 0
            claim = context.store.jobs.claim

            async def counted(**options):
                nonlocal claims
                claims += 1
                return await claim(**options)

            await ended(context, await submit(context))
            context.store.jobs.claim = counted
            for _ in range(4):
                await ended(context, await submit(context))
            return claims

    assert asyncio.run(scenario()) == 4


async def a_session(context):
    new = NewSession(user="u_b", max_ttl_s=3600, interactive_ttl_s=300)
    return (await context.store.sessions.add(new)).id


def counted_claims(context):
    """Count how often workers look for a job from now on."""
    claim, found = context.store.jobs.claim, []

    async def counted(**options):
        job = await claim(**options)
        found.append(job)
        return job

    context.store.jobs.claim = counted
    return found


def test_a_job_of_a_session_wakes_one_worker_and_nobody_at_its_end(tmp_path):
    async def scenario():
        async with context_for(tmp_path, workers=3) as context:
            session_id = await a_session(context)
            await ended(context, await submit(context))
            await until(lambda: not context.scheduler.running)
            found = counted_claims(context)
            for _ in range(4):
                await ended(context, await submit(context, session_id=session_id))
            return [job is not None for job in found]

    assert asyncio.run(scenario()) == [True] * 4


def test_jobs_that_wait_for_their_session_all_run_in_the_end(tmp_path):
    async def scenario():
        async with context_for(tmp_path, workers=3) as context:
            session_id = await a_session(context)
            ids = [await submit(context, session_id=session_id) for _ in range(5)]
            found = [await ended(context, job_id) for job_id in ids]
            starts = sorted(job.started for job in found)
            assert starts == [job.started for job in found]
            return [job.status for job in found]

    assert asyncio.run(scenario()) == [JobStatus.COMPLETED] * 5


def test_the_next_job_of_a_session_does_not_wait_for_a_worker_that_pauses(tmp_path):
    async def scenario():
        async with context_for(tmp_path, workers=2) as context:
            pause, run = asyncio.Event(), context.executor.run

            async def fail_once(*arguments, **options):
                context.executor.run = run
                raise ExecutionError("no process can be started")

            async def for_long(pause_s):
                await pause.wait()
                return pause_s

            session_id = await a_session(context)
            context.executor.run = fail_once
            context.scheduler._pause = for_long
            ids = [await submit(context, session_id=session_id) for _ in range(2)]
            second = await ended(context, ids[1])
            pause.set()
            return second.status

    assert asyncio.run(scenario()) is JobStatus.COMPLETED


def test_a_job_whose_release_or_inputs_are_gone_fails(tmp_path, caplog):
    async def scenario():
        async with context_for(tmp_path) as context:
            digest = f"sha256:{hashlib.sha256(b'{}').hexdigest()}"
            (tmp_path / "inputs").write_bytes(b"{}")
            context.blobs.put_file(tmp_path / "inputs", digest)
            inputs = Inputs(digest=digest)

            async def gone(job_id):
                return None

            context.store.jobs.inputs = gone
            first = await ended(context, await submit(context, inputs))
            del context.store.jobs.inputs
            context.store.programs.release_by_digest = gone
            context.specs._metadata.clear()
            second = await ended(context, await submit(context, inputs))
            return first, second

    first, second = asyncio.run(scenario())
    assert (first.failure_code, second.failure_code) == ("internal", "internal")
    assert "The inputs of" in first.failure_message
    assert "is gone" in second.failure_message


def test_an_end_that_the_store_refuses_frees_the_worker(tmp_path, caplog):
    async def scenario():
        async with context_for(tmp_path) as context:
            finish = context.store.jobs.finish

            async def refuse(job_id, *_, **_options):
                context.store.jobs.finish = refuse_again
                raise NotFoundError("it was deleted", kind="job")

            async def refuse_again(job_id, *_, **_options):
                context.store.jobs.finish = finish
                raise NotFoundError("it was deleted", kind="job")

            context.store.jobs.finish = refuse
            await submit(context)
            return await ended(context, await submit(context))

    assert asyncio.run(scenario()).status is JobStatus.COMPLETED
    assert "was not wanted" in caplog.text


def test_a_store_that_fails_at_the_end_does_not_keep_the_service_up(tmp_path, caplog):
    async def script(run):
        await run.publish("1")
        await asyncio.sleep(60)

    async def scenario():
        async with context_for(tmp_path, script, grace_s=0) as context:
            job_id = await submit(context)
            with context.hub.listen(job_id) as listener:
                await listener.wait(10)

            async def fail(*_, **__):
                raise StorageError("the disk is gone")

            context.store.jobs.give_back = fail
            context.store.events.append = context.store.jobs.finish = fail
            await context.drain()
            return context.hub.closed

    assert asyncio.run(scenario()) is True
    assert "settled at the next start" in caplog.text


def test_fresh_inputs_are_remembered_for_the_newest_jobs_only(tmp_path):
    async def scenario():
        async with context_for(tmp_path) as context:
            for number in range(600):
                context.specs.expect(f"job_{number}", Inputs(text="{}"))
            return list(context.specs._fresh)

    kept = asyncio.run(scenario())
    assert kept == [f"job_{number}" for number in range(344, 600)]


@pytest.mark.parametrize("size", [10, 100_000])
def test_a_checkpoint_of_any_size_is_restored(tmp_path, size):
    text = '"' + "x" * size + '"'

    async def scenario():
        async with context_for(tmp_path) as context:
            blobs, events = context.blobs, context.store.events
            digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
            (tmp_path / "state").write_text(text)
            blobs.put_file(tmp_path / "state", digest)

            async def latest(job_id, kind):
                from program_runtime.service.domain import StoredEvent

                data, blob = (text, None) if size == 10 else (None, digest)
                return StoredEvent(3, 0.0, kind, data, blob, size)

            events.latest = latest
            job_id = await submit(context)
            job = await ended(context, job_id)
            from dataclasses import replace

            async with context.specs.spec(replace(job, attempts=2)) as spec:
                return spec.restored

    assert asyncio.run(scenario()) == text


def test_the_service_sweeps_now_and_then_and_survives_a_failure(tmp_path, caplog):
    async def scenario():
        async with context_for(tmp_path) as context:
            swept = asyncio.Queue()
            answers = [StorageError("the disk is gone"), 3]

            async def sweep():
                answer = answers.pop(0) if answers else 0
                swept.put_nowait(answer)
                if isinstance(answer, StorageError):
                    raise answer
                return answer

            context.store.sweep = sweep
            context._sweeping.cancel()
            context.sweep_every_s = 0
            context._sweeping = asyncio.create_task(context._sweep_now_and_then())
            return [str(await swept.get()) for _ in range(2)]

    assert asyncio.run(scenario()) == ["the disk is gone", "3"]
    assert "tried again later" in caplog.text


async def has_an_idle_worker(context):
    await until(lambda: context.scheduler._queued == 0)
    await asyncio.sleep(0)


def test_an_idle_worker_gets_a_job_with_its_submission(tmp_path):
    async def scenario():
        async with context_for(tmp_path) as context:
            await has_an_idle_worker(context)
            claims = counted_claims(context)
            job, created = await context.scheduler.submit(a_new_job())
            final = await ended(context, job.id)
            # In memory a submission that takes asks by the same method.
            return job.status, created, final.status, len(claims)

    found = asyncio.run(scenario())
    assert found == (JobStatus.QUEUED, True, JobStatus.COMPLETED, 1)


def test_a_job_that_no_worker_is_free_for_waits_for_one(tmp_path):
    async def scenario():
        async with context_for(tmp_path) as context:
            submit = context.scheduler.submit
            jobs = [(await submit(a_new_job()))[0] for _ in range(5)]
            return [(await ended(context, job.id)).status for job in jobs]

    assert asyncio.run(scenario()) == [JobStatus.COMPLETED] * 5


def test_a_job_is_run_whose_sender_left_before_the_answer(tmp_path):
    async def scenario():
        async with context_for(tmp_path) as context:
            await has_an_idle_worker(context)
            take, storing = context.store.jobs.submit_and_claim, asyncio.Event()

            async def slow(new, **options):
                storing.set()
                await asyncio.sleep(0.05)
                return await take(new, **options)

            context.store.jobs.submit_and_claim = slow
            new = a_new_job()
            asking = asyncio.ensure_future(context.scheduler.submit(new))
            await storing.wait()
            asking.cancel()
            async with asyncio.timeout(10):
                while await context.store.jobs.get(new.id) is None:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            return (await ended(context, new.id)).status

    assert asyncio.run(scenario()) is JobStatus.COMPLETED


def test_a_submission_that_fails_leaves_the_worker_as_it_was(tmp_path):
    async def scenario():
        async with context_for(tmp_path) as context:
            await has_an_idle_worker(context)
            take = context.store.jobs.submit_and_claim

            async def full(new, **options):
                raise StorageError("the disk is full")

            context.store.jobs.submit_and_claim = full
            with pytest.raises(StorageError):
                await context.scheduler.submit(a_new_job())
            context.store.jobs.submit_and_claim = take
            job, _ = await context.scheduler.submit(a_new_job())
            return (await ended(context, job.id)).status

    assert asyncio.run(scenario()) is JobStatus.COMPLETED


def test_what_was_taken_while_the_service_stopped_is_given_back(tmp_path):
    async def scenario():
        async with context_for(tmp_path) as context:
            await has_an_idle_worker(context)
            take = context.store.jobs.submit_and_claim

            closings = []

            async def slow(new, **options):
                closings.append(asyncio.ensure_future(context.scheduler.close(1)))
                await asyncio.sleep(0)
                assert context.scheduler.closing
                return await take(new, **options)

            context.store.jobs.submit_and_claim = slow
            job, _ = await context.scheduler.submit(a_new_job())
            await asyncio.gather(*closings)
            return (await context.store.jobs.get(job.id)).status

    assert asyncio.run(scenario()) is JobStatus.QUEUED


def lost_once(*kinds):
    """A script whose process is killed when it runs first, after some messages."""
    starts = []

    async def script(run):
        starts.append(run.spec.restored)
        for kind in kinds:
            await run.publish('"said"', kind=kind)
        if len(starts) == 1:
            raise ProcessLost
        return '"done"'

    return script, starts


@pytest.mark.parametrize(
    ("retry", "kinds", "restored"),
    [
        (True, [], None),
        (True, [EventType.INTERIM], None),
        (False, [EventType.CHECKPOINT], '"said"'),
    ],
)
def test_a_job_whose_process_was_killed_runs_again(tmp_path, retry, kinds, restored):
    script, starts = lost_once(*kinds)

    async def scenario():
        async with context_for(tmp_path, script) as context:
            job = await ended(context, await submit(context, retry=retry))
            return job, await context.store.events.read(job.id)

    job, events = asyncio.run(scenario())
    assert (job.status, job.attempts) == (JobStatus.COMPLETED, 2)
    assert starts == [None, restored]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert "error" not in [event.type for event in events]
    statuses = [json.loads(e.data)["status"] for e in events if e.type == "status"]
    assert statuses == ["Queued", "Running", "Queued", "Running", "Completed"]


def test_a_job_that_can_not_run_again_fails_with_its_process(tmp_path):
    script, starts = lost_once(EventType.INTERIM)

    async def scenario():
        async with context_for(tmp_path, script) as context:
            return await ended(context, await submit(context))

    job = asyncio.run(scenario())
    assert (job.status, job.failure_code) == (JobStatus.FAILED, "crashed")
    assert starts == [None]


def test_a_job_that_loses_its_process_each_time_fails_in_the_end(tmp_path):
    async def script(run):
        raise ProcessLost

    async def scenario():
        async with context_for(tmp_path, script) as context:
            return await ended(context, await submit(context, retry=True))

    job = asyncio.run(scenario())
    assert (job.failure_code, job.attempts) == ("crashed", MAX_ATTEMPTS)


def test_a_job_that_lost_its_process_while_it_was_cancelled_is_cancelled(tmp_path):
    cancelled = []

    async def scenario():
        async def script(run):
            cancelled.append(await context.store.jobs.cancel(run.spec.job_id))
            raise ProcessLost

        async with context_for(tmp_path, script) as context:
            return await ended(context, await submit(context, retry=True))

    assert asyncio.run(scenario()).status is JobStatus.CANCELLED
    assert cancelled == [JobStatus.RUNNING]


def test_a_lost_process_is_made_up_for_as_soon_as_the_store_works(
    tmp_path, caplog, monkeypatch
):
    monkeypatch.setattr("program_runtime.service.endings._RETRY_S", 0.01)
    script, starts = lost_once()

    async def scenario():
        async with context_for(tmp_path, script) as context:
            recover, failures = context.store.jobs.recover, [1, 2]

            async def failing(*wanted):
                if failures:
                    failures.pop()
                    raise StorageError("the disk is full")
                return await recover(*wanted)

            context.store.jobs.recover = failing
            return await ended(context, await submit(context, retry=True))

    assert asyncio.run(scenario()).status is JobStatus.COMPLETED
    assert len(starts) == 2
    assert caplog.text.count("can not be queued again yet") == 2


def test_a_job_that_another_worker_took_meanwhile_stays_known(tmp_path):
    script, starts = lost_once()
    again = asyncio.Event()

    async def followed(run):
        if len(starts) == 1:
            again.set()
            while not run.stop_requested:  # noqa: ASYNC110 - a tick or two
                await asyncio.sleep(0.01)
        return await script(run)

    async def scenario():
        async with context_for(tmp_path, followed, workers=2) as context:
            leave = context.sessions.job_ended

            async def leave_late(job):
                await asyncio.wait_for(again.wait(), 10)
                return await leave(job)

            context.sessions.job_ended = leave_late
            session_id = await a_session(context)
            job_id = await submit(context, retry=True, session_id=session_id)
            await asyncio.wait_for(again.wait(), 10)
            await asyncio.sleep(0.1)  # the first worker leaves the job
            context.scheduler.control(job_id).stop()
            first = await ended(context, job_id)
            others = [await submit(context) for _ in range(2)]
            return first, [await ended(context, each) for each in others]

    first, others = asyncio.run(scenario())
    assert (first.status, first.attempts) == (JobStatus.COMPLETED, 2)
    assert {job.status for job in others} == {JobStatus.COMPLETED}
