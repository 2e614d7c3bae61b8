"""Jobs in memory."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain import NotFoundError, UsageSum, lifecycle
from program_runtime.service.domain.sequence import check_sequence
from program_runtime.service.domain.states import PENDING, check_delete, check_finish
from program_runtime.service.store.adoption import adopt, to_stored
from program_runtime.service.store.memory import queue_order, session_turns
from program_runtime.service.store.memory.state import Folder

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from program_runtime.execution.events import Event
    from program_runtime.execution.outcome import Outcome
    from program_runtime.service.domain import Inputs, Job, JobQuery, NewJob
    from program_runtime.service.store.memory.state import State


class MemoryJobs:
    """See :class:`~program_runtime.service.store.protocols.JobStore`."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def submit(
        self, new: NewJob, *, idempotency_key: str | None = None
    ) -> tuple[Job, bool]:
        """Queue a job."""
        state = self._state
        if new.user not in state.accounts:
            raise NotFoundError(f"there is no user {new.user}", kind="user")
        earlier = self._earlier(new.user, idempotency_key)
        if earlier is not None:
            return earlier, False
        digest = self._digest(new)
        if new.inputs.digest and not state.blobs.exists(new.inputs.digest):
            raise NotFoundError(f"there is no blob {new.inputs.digest}", kind="blob")
        session_turns.join(state, new)
        job, events = lifecycle.queue(new, digest=digest, now=state.clock())
        state.folders[job.id] = Folder(
            job=job,
            inputs=new.inputs,
            idempotency_key=idempotency_key,
            events=list(events),
        )
        return job, True

    async def submit_and_claim(
        self,
        new: NewJob,
        *,
        idempotency_key: str | None = None,
        isolation: str | None = None,
    ) -> tuple[Job, bool, Job | None]:
        """Queue a job, then take the one whose turn it is."""
        job, created = await self.submit(new, idempotency_key=idempotency_key)
        taken = await self.claim(isolation=isolation) if created else None
        return job, created, taken

    async def claim(
        self, *, running_limit: int | None = None, isolation: str | None = None
    ) -> Job | None:
        """Take the job whose turn it is."""
        jobs = [folder.job for folder in self._state.folders.values()]
        running = Counter(j.user for j in jobs if j.status is JobStatus.RUNNING)
        if running_limit is not None and running.total() >= running_limit:
            return None
        accounts = self._state.accounts
        waiting = [job for job in jobs if job.status is JobStatus.QUEUED]
        places = {job.id: session_turns.place(self._state, job) for job in waiting}
        turn = min(
            (job for job in waiting if places[job.id] is not None),
            key=lambda job: (
                places[job.id] == session_turns.LAST,
                running[job.user],
                accounts[job.user].last_served,
                places[job.id],
            ),
            default=None,
        )
        if turn is None:
            return None
        now = self._state.clock()
        newest = max(account.last_served for account in accounts.values())
        accounts[turn.user].last_served = lifecycle.served_at(now, newest)
        return self._keep(lifecycle.start(turn, isolation=isolation, now=now))

    async def queue_position(self, job_id: str) -> int | None:
        """Return where a job that waits stands."""
        return queue_order.positions(self._state).get(job_id)

    async def get(self, job_id: str) -> Job | None:
        """Return a job."""
        folder = self._state.folders.get(job_id)
        return None if folder is None else folder.job

    async def find(self, query: JobQuery) -> tuple[Sequence[Job], int]:
        """Return the jobs asked for."""
        folders = self._state.folders.values()
        found = [f.job for f in folders if _matches(f.job, query)]
        if not query.oldest_first:
            found.reverse()
        return found[query.offset : query.offset + query.limit], len(found)

    async def inputs(self, job_id: str) -> Inputs | None:
        """Return the inputs of a job."""
        folder = self._state.folders.get(job_id)
        return None if folder is None else folder.inputs

    async def cancel(self, job_id: str) -> JobStatus:
        """Cancel a job that waits; note of one that runs that it is to end."""
        folder = self._state.folder(job_id)
        was = folder.job.status
        if was is JobStatus.QUEUED:
            self._keep(lifecycle.cancel(folder.job, now=self._state.clock()))
        elif was is JobStatus.RUNNING:
            folder.job = replace(folder.job, cancel_requested=True)
        return was

    async def finish(
        self,
        job_id: str,
        events: Sequence[Event],
        outcome: Outcome,
        *,
        conditions: Mapping[str, Any] | None = None,
    ) -> bool:
        """End a running job."""
        folder = self._state.folder(job_id)
        if not check_finish(folder.job.status, outcome.status):
            return False
        last_seq = check_sequence(folder.job.last_seq, (e.seq for e in events))
        adopt(self._state.blobs, events)
        now = self._state.clock()
        folder.job = lifecycle.end(
            folder.job, outcome, last_seq=last_seq, now=now, conditions=conditions
        )
        folder.events += map(to_stored, events)
        session_turns.follow(self._state, folder.job)
        return True

    async def recover(self, job_ids: Collection[str] | None = None) -> Sequence[Job]:
        """Settle what was left running."""
        now = self._state.clock()
        return [
            self._keep(
                lifecycle.resettle(
                    folder.job, has_checkpoint=folder.has_checkpoint(), now=now
                )
            )
            for folder in self._running()
            if job_ids is None or folder.job.id in job_ids
        ]

    async def give_back(
        self, job_ids: Collection[str], *, begun: bool = True
    ) -> Sequence[Job]:
        """Settle jobs that had to be ended."""
        now = self._state.clock()
        return [
            self._keep(
                lifecycle.give_back(
                    folder.job,
                    begun=begun,
                    has_checkpoint=folder.has_checkpoint(),
                    now=now,
                )
            )
            for folder in self._running()
            if folder.job.id in job_ids
        ]

    async def set_tags(self, job_id: str, tags: Sequence[str]) -> Job:
        """Replace the tags."""
        folder = self._state.folder(job_id)
        folder.job = replace(folder.job, tags=lifecycle.distinct(tuple(tags)))
        return folder.job

    async def delete(self, job_id: str) -> None:
        """Forget a final job."""
        check_delete(self._state.folder(job_id).job.status)
        del self._state.folders[job_id]

    async def queued_by_backend(self) -> Mapping[str, int]:
        """Return how many jobs wait for each backend."""
        jobs = (folder.job for folder in self._state.folders.values())
        return Counter(j.backend for j in jobs if j.status is JobStatus.QUEUED)

    async def usage(self, *, user: str | None, since: datetime) -> UsageSum:
        """Return what the jobs used together that ended since."""
        total: Counter[str] = Counter()
        for folder in self._state.folders.values():
            job = folder.job
            if job.ended is None or job.ended < since or user not in {None, job.user}:
                continue
            if job.usage is not None:
                total.update(job.usage, jobs=1)
        return UsageSum(**{name: total[name] for name in asdict(UsageSum())})

    async def mean_qpu_s(self, like: Job, *, newest: int) -> float | None:
        """Return how long a quantum processor worked for jobs like one."""
        known = [each.job for each in self._state.folders.values()]
        used = [
            job.usage["qpu_s"]
            for job in known
            if (job.program_id, job.digest) == (like.program_id, like.digest)
            and job.backend == like.backend
            and job.status is JobStatus.COMPLETED
            and job.usage is not None
        ]
        return statistics.fmean(used[-newest:]) if used else None

    def _running(self) -> Sequence[Folder]:
        folders = self._state.folders.values()
        return [each for each in folders if each.job.status is JobStatus.RUNNING]

    def _keep(self, step: lifecycle.Step) -> Job:
        job, events = step
        folder = self._state.folders[job.id]
        folder.job = job
        folder.events += events
        session_turns.follow(self._state, job)
        return job

    def _earlier(self, user: str, key: str | None) -> Job | None:
        if key is None:
            return None
        for folder in self._state.folders.values():
            if folder.job.user == user and folder.idempotency_key == key:
                return folder.job
        return None

    def _digest(self, new: NewJob) -> str:
        shelf = self._state.shelves.get(new.program_id)
        release = shelf.releases.get(new.version) if shelf is not None else None
        if release is None:
            raise NotFoundError(
                f"there is no release {new.program_id}@{new.version}", kind="release"
            )
        return release.digest


def _is_hidden(job: Job, query: JobQuery) -> bool:
    prefix = query.hidden_prefix
    return prefix is not None and job.backend.startswith(prefix)


def _matches(job: Job, query: JobQuery) -> bool:
    exact = (
        (query.user, job.user),
        (query.program_id, job.program_id),
        (query.backend, job.backend),
        (query.session_id, job.session_id),
        (query.pending, job.status in PENDING),
    )
    return (
        all(wanted is None or wanted == actual for wanted, actual in exact)
        and set(query.tags) <= set(job.tags)
        and not _is_hidden(job, query)
        and (query.created_after is None or job.created >= query.created_after)
        and (query.created_before is None or job.created <= query.created_before)
    )
