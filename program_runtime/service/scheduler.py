"""Hands queued jobs to the executor, as many at once as there are workers."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from typing import TYPE_CHECKING

from program_runtime.errors import ProgramRuntimeError, StorageError
from program_runtime.execution.control import JobControl
from program_runtime.execution.events import Event, EventType
from program_runtime.execution.outcome import JobStatus, Outcome
from program_runtime.service.domain import ConflictError, NotFoundError
from program_runtime.service.hub import Wakeup
from program_runtime.service.sink import StoreSink

if TYPE_CHECKING:
    from program_runtime.service.domain import Job
    from program_runtime.service.executors import Executor
    from program_runtime.service.hub import Hub
    from program_runtime.service.metrics import Metrics
    from program_runtime.service.specs import SpecMaker
    from program_runtime.service.store import Store

log = logging.getLogger(__name__)

_RETRY_S = 0.2
_LONGEST_RETRY_S = 5.0
_KILL_S = 3.0
"""What children get to die in once the grace period is over."""


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
        workers: int,
    ) -> None:
        self._store = store
        self._executor = executor
        self._hub = hub
        self._specs = specs
        self._metrics = metrics
        self._workers = workers
        self._tasks: list[asyncio.Task[None]] = []
        self._wakeup = Wakeup()
        self._controls: dict[str, JobControl] = {}
        self._early: dict[str, JobControl] = {}
        self._sinks: dict[str, StoreSink] = {}
        self._claiming = 0
        self._queued: int | None = None
        """Not fewer than wait in the store, None before it was seen empty: at 0
        nobody needs to ask it."""
        self._last_end = time.monotonic()
        self._closing = False

    def start(self) -> None:
        """Let the workers look for jobs."""
        self._tasks = [
            asyncio.create_task(self._work(), name=f"worker-{number}")
            for number in range(self._workers)
        ]

    def wake(self) -> None:
        """Say that a job was queued."""
        if self._queued is not None:
            self._queued += 1
        self._wakeup.notify()

    @property
    def running(self) -> int:
        """How many jobs run."""
        return len(self._controls)

    @property
    def idle_s(self) -> float:
        """For how long no job has run."""
        return 0.0 if self._controls else time.monotonic() - self._last_end

    def control(self, job_id: str) -> JobControl:
        """Return the handle of a job that runs, or is about to.

        Between the claim in the store and the worker's next step a job runs without
        being known here: what is asked of it then is kept for it.
        """
        control = self._controls.get(job_id) or self._early.get(job_id)
        if control is None:
            control = JobControl()
            if self._claiming:
                self._early[job_id] = control
        return control

    async def close(self, grace_s: float) -> None:
        """Take no more jobs, give those that run some time, then end them.

        What had to be ended is settled as after a crash: jobs marked ``retry`` are
        queued again, the others fail with ``service_restarted``.
        """
        if self._closing:
            return
        self._closing = True
        self._wakeup.notify_all()
        if not self._tasks:
            return
        _, busy = await asyncio.wait(self._tasks, timeout=grace_s)
        if busy:
            for sink in self._sinks.values():
                sink.abandoned = True
            for control in self._controls.values():
                control.cancel()
            _, busy = await asyncio.wait(busy, timeout=_KILL_S)
            for task in busy:
                task.cancel()
            await asyncio.gather(*busy, return_exceptions=True)
            await self._settle_abandoned()

    async def _settle_abandoned(self) -> None:
        try:
            await self._store.jobs.recover()
        except StorageError:
            log.exception("the jobs that were ended are settled at the next start")

    async def _work(self) -> None:
        pause_s = _RETRY_S
        while not self._closing:
            ticket = self._wakeup.ticket
            if self._queued == 0:
                await self._wakeup.wait(ticket)
                continue
            try:
                job = await self._claim()
            except StorageError as err:
                log.error("no job can be taken: %s", err)  # noqa: TRY400 - told
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_RETRY_S)
                continue
            pause_s = _RETRY_S
            if job is not None:
                if self._queued:
                    self._queued -= 1
                await self._run(job)
            elif ticket == self._wakeup.ticket:
                self._queued = 0

    async def _claim(self) -> Job | None:
        self._claiming += 1
        try:
            job = await self._store.jobs.claim(isolation=self._executor.level)
        finally:
            self._claiming -= 1
        if job is not None:
            control = self._early.pop(job.id, None) or JobControl()
            self._controls[job.id] = control
        if not self._claiming:
            self._early.clear()
        return job

    async def _run(self, job: Job) -> None:
        sink = StoreSink(self._store, self._hub, self._metrics, job.id)
        self._sinks[job.id] = sink
        self._hub.notify(job.id)
        try:
            outcome = await self._execute(job, sink)
            await self._settle(job.id, sink, outcome)
        finally:
            del self._sinks[job.id]
            del self._controls[job.id]
            self._last_end = time.monotonic()

    async def _execute(self, job: Job, sink: StoreSink) -> Outcome:
        try:
            async with self._specs.spec(job) as spec:
                return await self._executor.run(
                    spec, sink, self._controls[job.id], first_seq=job.last_seq + 1
                )
        except (StorageError, OSError) as err:
            log.exception("job %s can not be stored", job.id)
            return _failed("storage", f"The service could not store the job: {err}")
        except ProgramRuntimeError as err:
            log.exception("job %s can not be run", job.id)
            return _failed("internal", f"The service could not run the job: {err}")
        except Exception:  # a worker outlives whatever a job does to it
            log.exception("job %s can not be run", job.id)
            return _failed("internal", "The service could not run the job.")

    async def _settle(self, job_id: str, sink: StoreSink, outcome: Outcome) -> None:
        """Store the end of a job whose last events could not be stored.

        A full disk may take its time to become free: until then the job is shown as
        running, and a restart would settle it.
        """
        pause_s = _RETRY_S
        while not (sink.finished or sink.abandoned):
            try:
                seq = await self._store.events.last_seq(job_id) + 1
                await sink.finish(_last_events(seq, outcome), outcome)
            except StorageError:
                log.warning("the end of job %s can not be stored yet", job_id)
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_RETRY_S)
            except (ConflictError, NotFoundError):
                log.exception("the end of job %s was not wanted", job_id)
                self._hub.end(job_id)
                return


def _failed(code: str, message: str) -> Outcome:
    return Outcome(status=JobStatus.FAILED, code=code, message=message)


def _last_events(seq: int, outcome: Outcome) -> list[Event]:
    status: dict[str, str] = {"status": outcome.status}
    events = []
    if outcome.status is JobStatus.FAILED:
        error = {
            "code": outcome.code,
            "message": outcome.message,
            "traceback": outcome.traceback,
        }
        status["code"] = outcome.code or "internal"
        events.append(Event(seq, time.time(), EventType.ERROR, json.dumps(error)))
        seq += 1
    events.append(Event(seq, time.time(), EventType.STATUS, json.dumps(status)))
    return events
