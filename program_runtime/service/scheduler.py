"""Hands queued jobs to the executor, as many at once as there are workers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING

from program_runtime.errors import (
    BadRequirementsError,
    ProgramRuntimeError,
    StorageError,
)
from program_runtime.execution.control import JobControl
from program_runtime.service.domain import FINAL
from program_runtime.service.domain.lifecycle import may_run_again
from program_runtime.service.endings import failed, run_again, settle
from program_runtime.service.hub import Ending, Wakeup
from program_runtime.service.preparation import Preparation
from program_runtime.service.run import Run
from program_runtime.service.sink import StoreSink

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from program_runtime.execution.outcome import Outcome
    from program_runtime.service.conditions import Conditions
    from program_runtime.service.domain import Job, NewJob
    from program_runtime.service.executors import Executor
    from program_runtime.service.hub import Hub
    from program_runtime.service.metrics import Metrics
    from program_runtime.service.session_keeper import SessionKeeper
    from program_runtime.service.specs import SpecMaker
    from program_runtime.service.store import Store

log = logging.getLogger(__name__)

_RETRY_S = 0.2
_LONGEST_RETRY_S = 5.0
_KILL_S = 1.5
"""What children get to die in once they were killed."""


class Scheduler:
    """The workers, and the handles of the jobs that run.

    A worker sleeps until it is woken; nothing is polled. Which job is next is the
    store's decision.
    """

    def __init__(
        self,
        *,
        store: Store,
        executor: Executor,
        hub: Hub,
        specs: SpecMaker,
        metrics: Metrics,
        sessions: SessionKeeper,
        conditions: Conditions,
        workers: int,
    ) -> None:
        self._store = store
        self._executor = executor
        self._hub = hub
        self._specs = specs
        self._metrics = metrics
        self._sessions = sessions
        self._conditions = conditions
        self._workers = workers
        self._tasks: list[asyncio.Task[None]] = []
        self._wakeup: Wakeup[Run] = Wakeup()
        self._runs: dict[str, Run] = {}
        self._early: dict[str, JobControl] = {}
        self._claiming = 0
        self._queued: int | None = None
        """Not fewer than could be taken from the store, None before there were none:
        at 0 nobody needs to ask it."""
        self._last_end = time.monotonic()
        self._stopping = asyncio.Event()
        self._hurried = asyncio.Event()

    def start(self) -> None:
        """Let the workers look for jobs."""
        self._tasks = [
            asyncio.create_task(self._work(), name=f"worker-{number}")
            for number in range(self._workers)
        ]

    async def submit(
        self, new: NewJob, *, idempotency_key: str | None = None
    ) -> tuple[Job, bool]:
        """Queue a job, and give an idle worker the one whose turn it is.

        Both are one transaction: most jobs never wait, and cost one commit less.

        Args:
            new: The job.
            idempotency_key: The job of an earlier submission with it is the answer.

        Returns:
            The job as it was queued, and False if it is that of an earlier submission.

        Raises:
            NotFoundError: As the store's ``submit``.
            ConflictError: Likewise.
            StorageError: The store failed.
        """
        worker = None if self.closing else self._wakeup.reserve()
        if worker is not None:
            # Whoever asks may be gone before the answer; the worker still gets its job.
            return await asyncio.shield(self._submit_for(worker, new, idempotency_key))
        job, created = await self._store.jobs.submit(
            new, idempotency_key=idempotency_key
        )
        if created:
            self.wake()
        return job, created

    async def _submit_for(
        self, worker: asyncio.Future[Run | None], new: NewJob, key: str | None
    ) -> tuple[Job, bool]:
        run = None
        try:
            with self._claims():
                job, created, taken = await self._store.jobs.submit_and_claim(
                    new, idempotency_key=key, isolation=self._executor.level
                )
                run = self._begin(taken)
        finally:
            worker.set_result(run)
        return job, created

    def wake(self) -> None:
        """Say that a job was queued."""
        if self._queued is not None:
            self._queued += 1
        self._wakeup.notify()

    @property
    def closing(self) -> bool:
        """Whether no more jobs are taken: the service stops."""
        return self._stopping.is_set()

    @property
    def running(self) -> int:
        """How many jobs run."""
        return len(self._runs)

    @property
    def idle_s(self) -> float:
        """For how long no job has run."""
        return 0.0 if self._runs else time.monotonic() - self._last_end

    def control(self, job_id: str) -> JobControl:
        """Return the handle of a job that runs, or is about to.

        Between the claim in the store and the worker's next step a job runs without
        being known here: what is asked of it then is kept for it.
        """
        run = self._runs.get(job_id)
        control = run.control if run is not None else self._early.get(job_id)
        if control is None:
            control = JobControl()
            if self._claiming:
                self._early[job_id] = control
        return control

    async def close(self, grace_s: float) -> None:
        """Take no more jobs, give those that run some time, then end them.

        A job that would be lost by being ended is asked to finish early. What had
        to be ended is queued again if it may run again or its program had not been
        started yet; else it fails with ``service_restarted``. Whose cancellation was
        asked for is cancelled.
        """
        if self.closing:
            return
        self._stopping.set()
        self._wakeup.notify_all()
        if not self._tasks:
            return
        ends = asyncio.ensure_future(asyncio.wait(self._tasks))
        hurried = asyncio.ensure_future(self._hurried.wait())
        asking = asyncio.ensure_future(self._ask_to_finish())
        await asyncio.wait(
            {ends, hurried}, timeout=grace_s, return_when=asyncio.FIRST_COMPLETED
        )
        for task in (ends, hurried, asking):
            task.cancel()
        await self._end(list(self._runs.values()))

    def hurry(self) -> None:
        """Let the time be over that ``close`` gives to jobs that run."""
        self._hurried.set()

    async def _ask_to_finish(self) -> None:
        for run in list(self._runs.values()):
            if run.begun and not await self._may_run_again(run.job):
                run.sink.asked_to_finish = True
                run.control.stop()

    async def _may_run_again(self, job: Job) -> bool:
        try:
            checkpoint = await self._store.events.latest(job.id, "checkpoint")
        except StorageError:
            log.exception("whether job %s has a checkpoint is not known", job.id)
            return job.retry
        return may_run_again(job, has_checkpoint=checkpoint is not None)

    async def _end(self, runs: Sequence[Run]) -> None:
        """Kill what still runs; nothing that it says from now on is stored."""
        for run in runs:
            run.sink.abandoned = True
            if run.worker is not None:
                run.worker.cancel()
        unfinished = [task for task in self._tasks if not task.done()]
        if unfinished:
            await asyncio.wait(unfinished, timeout=_KILL_S)
        await self._settle_ended(runs)

    async def _settle_ended(self, runs: Sequence[Run]) -> None:
        for begun in (True, False):
            cut_off = [run.job.id for run in runs if run.begun is begun]
            if cut_off:
                await self._give_back(cut_off, begun=begun)

    async def _give_back(self, job_ids: Collection[str], *, begun: bool = True) -> None:
        try:
            settled = await self._store.jobs.give_back(job_ids, begun=begun)
        except StorageError:
            log.exception("the jobs that were ended are settled at the next start")
            return
        for job in settled:
            self._tell(job)

    def _tell(self, job: Job) -> None:
        """Wake who waits for a job that was settled without its program."""
        if job.status not in FINAL:
            self._hub.notify(job.id)
            return
        self._metrics.jobs_finished.labels(
            status=str(job.status), code=job.failure_code or ""
        ).inc()
        self._hub.end(job.id, Ending(job.status, None))

    async def _work(self) -> None:
        pause_s = _RETRY_S
        while not self.closing:
            try:
                run = await self._next_run()
            except StorageError as err:
                log.error("no job can be taken: %s", err)  # noqa: TRY400 - told
                pause_s = await self._pause(pause_s)
                continue
            if run is not None:
                run.worker = asyncio.current_task()
                works = await self._run(run)
                pause_s = _RETRY_S if works else await self._pause(pause_s)

    async def _next_run(self) -> Run | None:
        """Wait until there may be a job, and take it if it is still there."""
        ticket = self._wakeup.ticket
        if self._queued == 0:
            return await self._wakeup.wait(ticket)
        with self._claims():
            job = await self._store.jobs.claim(isolation=self._executor.level)
            run = self._begin(job)
        if run is None and ticket == self._wakeup.ticket:
            self._queued = 0
        elif run is not None and self._queued:
            self._queued -= 1
        return run

    async def _pause(self, pause_s: float) -> float:
        """Wait, but not longer than the service runs; return the next pause."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), pause_s)
        return min(2 * pause_s, _LONGEST_RETRY_S)

    @contextlib.contextmanager
    def _claims(self) -> Iterator[None]:
        """While the store is asked for a job, what is asked of that job is kept."""
        self._claiming += 1
        try:
            yield
        finally:
            self._claiming -= 1
            if not self._claiming:
                self._early.clear()

    def _begin(self, job: Job | None) -> Run | None:
        """Know a job that was taken, if one was."""
        if job is None:
            return None
        run = Run(
            job=job,
            control=self._early.pop(job.id, JobControl()),
            sink=StoreSink(self._store, self._hub, self._metrics, job),
        )
        self._runs[job.id] = run
        return run

    async def _run(self, run: Run) -> bool:
        """Run a job; False if the machinery failed, as it may for the next as well.

        Without a pause then, a machine that has no process or file to spare for a
        moment would fail all that wait.
        """
        self._hub.notify(run.job.id)
        try:
            outcome = await self._execute(run)
            if outcome is None:
                await self._give_back([run.job.id], begun=False)
                return True
            await settle(run, outcome, store=self._store, hub=self._hub)
            if run.sink.goes_on:
                for job in await run_again(run, store=self._store):
                    self._tell(job)
                self.wake()
            works = outcome.code != "internal"
            if run.job.session_id is not None:
                await self._leave_session(run.job, looks=works)
            return works
        finally:
            # A job that goes on may have been taken by another worker meanwhile.
            if self._runs.get(run.job.id) is run:
                del self._runs[run.job.id]
            self._last_end = time.monotonic()

    async def _leave_session(self, job: Job, *, looks: bool) -> None:
        """Let the session have its next job, which this worker or another looks for."""
        if not await self._sessions.job_ended(job):
            return
        if self._queued is not None:
            self._queued += 1
        if not looks:
            self._wakeup.notify()

    async def _execute(self, run: Run) -> Outcome | None:
        """Run a job; None if the service was stopped before its program was."""
        job = run.job
        try:
            preparation = Preparation(run)
            async with self._specs.spec(job, preparation) as spec:
                if self.closing:
                    return None
                run.begun = True
                async with self._conditions.noted(spec) as run.sink.conditions:
                    return await self._executor.run(
                        spec,
                        run.sink,
                        run.control,
                        first_seq=preparation.next_seq,
                    )
        except (StorageError, OSError) as err:
            log.exception("job %s can not be stored", job.id)
            return failed("storage", f"The service could not store the job: {err}")
        except BadRequirementsError as err:
            return failed("bad_environment", str(err))
        except ProgramRuntimeError as err:
            log.exception("job %s can not be run", job.id)
            return failed("internal", f"The service could not run the job: {err}")
        except Exception:  # a worker outlives whatever a job does to it
            log.exception("job %s can not be run", job.id)
            return failed("internal", "The service could not run the job.")
