"""Jobs, from their submission to their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from program_runtime.execution.events import Event
    from program_runtime.execution.outcome import JobStatus, Outcome
    from program_runtime.service.domain import Inputs, Job, JobQuery, NewJob, UsageSum

__all__ = ["JobStore"]


class JobStore(Protocol):
    """Jobs, from the queue to their end."""

    async def submit(
        self, new: NewJob, *, idempotency_key: str | None = None
    ) -> tuple[Job, bool]:
        """Queue a job: its row, inputs, event 1 and session in one transaction.

        Args:
            new: The job.
            idempotency_key: A second submission by the same user with the same
                key is answered with the first job.

        Returns:
            The job, and False if it is that of an earlier submission.

        Raises:
            NotFoundError: There is no such user, release or blob of inputs, or no
                such session of this user.
            ConflictError: ``session_closed``, ``session_backend``: the job can not
                join its session. ``too_many_sessions``: it can not begin one.
        """
        ...

    async def submit_and_claim(
        self,
        new: NewJob,
        *,
        idempotency_key: str | None = None,
        isolation: str | None = None,
    ) -> tuple[Job, bool, Job | None]:
        """Queue a job, then take the one whose turn it is, in the same transaction.

        Args:
            new: The job.
            idempotency_key: As for ``submit``.
            isolation: As for ``claim``.

        Returns:
            What ``submit`` returns, and what ``claim`` does: the new job or another,
            or None. Nothing is taken for the job of an earlier submission.

        Raises:
            NotFoundError: As for ``submit``.
            ConflictError: As for ``submit``.
        """
        ...

    async def claim(
        self, *, running_limit: int | None = None, isolation: str | None = None
    ) -> Job | None:
        """Take the job whose turn it is: it is Running now, and its log says so.

        Jobs of sessions whose first job was started come first; then those of the
        user with the fewest running jobs, then of the one who was served longest ago;
        then of the oldest session, then the oldest. A dedicated session has its jobs
        run one after the other; those behind it do not wait for that.

        Args:
            running_limit: Take none if so many jobs run already.
            isolation: The level that the job will run at, for its record.

        Returns:
            The job, whose next event is ``last_seq + 1``; None if there is none.
        """
        ...

    async def queue_position(self, job_id: str) -> int | None:
        """Return where a job that waits stands: 1 for the next one.

        Counted is who ``claim`` would take before it from the queue as it is, if no
        running job ended and none came. So neither are jobs that wait for another one
        of their dedicated session, nor is it foreseen that the first job of a batch
        lets the others of the batch go first.

        Returns:
            None if it does not wait, or waits for another job of its session.
        """
        ...

    async def get(self, job_id: str) -> Job | None:
        """Return a job whoever asks; ``domain.may_see_job`` decides."""
        ...

    async def find(self, query: JobQuery) -> tuple[Sequence[Job], int]:
        """Return the jobs asked for, and how many there are without limit, offset."""
        ...

    async def inputs(self, job_id: str) -> Inputs | None:
        """Return the inputs of a job; None if there is no such job."""
        ...

    async def cancel(self, job_id: str) -> JobStatus:
        """Cancel a job that waits; note of one that runs that it is to end.

        One that runs is cancelled by whoever runs it, or settled so by ``recover`` and
        ``give_back``; one that is final stays as it is.

        Returns:
            What it was until now.

        Raises:
            NotFoundError: There is no such job.
        """
        ...

    async def finish(
        self,
        job_id: str,
        events: Sequence[Event],
        outcome: Outcome,
        *,
        conditions: Mapping[str, Any] | None = None,
    ) -> bool:
        """End a running job: last events, status and usage in one transaction.

        Args:
            job_id: The job.
            events: Go on where the log ends; the last is the final status event.
            outcome: Its status must be final.
            conditions: Under which it ran, JSON-able.

        Returns:
            False if the job is final already: nothing was changed then.

        Raises:
            NotFoundError: There is no such job.
            ConflictError: ``invalid_state``: the job does not run, or the outcome
                is not final. ``event_sequence``: the events do not go on.
        """
        ...

    async def recover(self, job_ids: Collection[str] | None = None) -> Sequence[Job]:
        """Settle what an earlier process left running; call it before any claim.

        Jobs that are marked ``retry`` or have a checkpoint are queued again, unless
        they were started ``domain.lifecycle.MAX_ATTEMPTS`` times; the others fail
        with the code ``service_restarted``, and whose cancellation was asked for is
        cancelled. Their logs go on.

        Args:
            job_ids: Of jobs whose process was lost, to settle these alone.

        Returns:
            The jobs as they are now.
        """
        ...

    async def give_back(
        self, job_ids: Collection[str], *, begun: bool = True
    ) -> Sequence[Job]:
        """Settle jobs of this process that it had to end because it stops.

        As ``recover`` does, but these starts do not count.

        Args:
            job_ids: Of jobs; those that do not run are left alone.
            begun: Their programs may have been started. What was only claimed is
                queued again, whatever it is.

        Returns:
            The jobs as they are now.
        """
        ...

    async def set_tags(self, job_id: str, tags: Sequence[str]) -> Job:
        """Replace the tags.

        Raises:
            NotFoundError: There is no such job.
        """
        ...

    async def delete(self, job_id: str) -> None:
        """Forget a final job with its inputs and events.

        Raises:
            NotFoundError: There is no such job.
            ConflictError: ``invalid_state``: it is not final.
        """
        ...

    async def queued_by_backend(self) -> Mapping[str, int]:
        """Return how many jobs wait for each backend that any waits for."""
        ...

    async def usage(self, *, user: str | None, since: datetime) -> UsageSum:
        """Return what the jobs used together that ended at a moment or later.

        Args:
            user: Whose jobs; None for all.
            since: The moment.
        """
        ...

    async def mean_qpu_s(self, like: Job, *, newest: int) -> float | None:
        """Return how long a quantum processor worked for jobs like one, on average.

        Args:
            like: Those of its release on its backend are; whose they are is no matter.
            newest: So many of those that completed, at most.

        Returns:
            None if there was none.
        """
        ...
