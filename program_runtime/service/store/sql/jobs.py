"""Jobs in the database."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain import Inputs, UsageSum, lifecycle
from program_runtime.service.domain.sequence import check_sequence
from program_runtime.service.domain.states import check_delete, check_finish
from program_runtime.service.store.adoption import adopt_in_thread, to_stored
from program_runtime.service.store.sql import job_statements as statements
from program_runtime.service.store.sql.job_rows import tags_text, to_job
from program_runtime.service.store.sql.job_writing import (
    held_job,
    insert_tags,
    keep,
    submit_job,
    take_turn,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from program_runtime.execution.events import Event
    from program_runtime.execution.outcome import Outcome
    from program_runtime.service.domain import Job, JobQuery, NewJob
    from program_runtime.service.store.protocols import BlobStore
    from program_runtime.service.store.sql.reader import Reader
    from program_runtime.service.store.sql.writer import GroupWriter


class SqlJobs:
    """See :class:`~program_runtime.service.store.protocols.JobStore`."""

    def __init__(
        self,
        reader: Reader,
        writer: GroupWriter,
        blobs: BlobStore,
        clock: Callable[[], float],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._blobs = blobs
        self._clock = clock

    async def submit(
        self, new: NewJob, *, idempotency_key: str | None = None
    ) -> tuple[Job, bool]:
        """Queue a job."""
        return await self._writer.do(
            lambda connection: submit_job(
                connection,
                new,
                blobs=self._blobs,
                idempotency_key=idempotency_key,
                now=self._clock(),
            )
        )

    async def submit_and_claim(
        self,
        new: NewJob,
        *,
        idempotency_key: str | None = None,
        isolation: str | None = None,
    ) -> tuple[Job, bool, Job | None]:
        """Queue a job, then take the one whose turn it is."""

        def write(connection: Connection) -> tuple[Job, bool, Job | None]:
            job, created = submit_job(
                connection,
                new,
                blobs=self._blobs,
                idempotency_key=idempotency_key,
                now=self._clock(),
            )
            if not created:
                return job, False, None
            taken = take_turn(
                connection, running_limit=None, isolation=isolation, now=self._clock
            )
            return job, True, taken

        return await self._writer.do(write)

    async def claim(
        self, *, running_limit: int | None = None, isolation: str | None = None
    ) -> Job | None:
        """Take the job whose turn it is."""
        return await self._writer.do(
            lambda connection: take_turn(
                connection,
                running_limit=running_limit,
                isolation=isolation,
                now=self._clock,
            )
        )

    async def queue_position(self, job_id: str) -> int | None:
        """Return where a job that waits stands."""

        def read(connection: Connection) -> int | None:
            statement = statements.select_queue_position()
            return connection.execute(statement, {"job_id": job_id}).scalar()

        return await self._reader.do(read)

    async def get(self, job_id: str) -> Job | None:
        """Return a job."""

        def read(connection: Connection) -> Job | None:
            rows = connection.execute(statements.select_job(), {"job_id": job_id})
            row = rows.one_or_none()
            return None if row is None else to_job(row)

        return await self._reader.do(read)

    async def find(self, query: JobQuery) -> tuple[Sequence[Job], int]:
        """Return the jobs asked for."""

        def read(connection: Connection) -> tuple[Sequence[Job], int]:
            count = connection.execute(statements.count_jobs(query)).scalar_one()
            rows = connection.execute(statements.select_jobs(query))
            return [to_job(row) for row in rows], count

        return await self._reader.do(read)

    async def inputs(self, job_id: str) -> Inputs | None:
        """Return the inputs of a job."""

        def read(connection: Connection) -> Inputs | None:
            rows = connection.execute(statements.select_inputs(), {"job_id": job_id})
            row = rows.one_or_none()
            return None if row is None else Inputs(text=row.text, digest=row.digest)

        return await self._reader.do(read)

    async def cancel(self, job_id: str) -> JobStatus:
        """Cancel a job that waits; note of one that runs that it is to end."""

        def write(connection: Connection) -> JobStatus:
            key, job = held_job(connection, job_id)
            if job.status is JobStatus.QUEUED:
                keep(connection, key, lifecycle.cancel(job, now=self._clock()))
            elif job.status is JobStatus.RUNNING:
                noted = {"of_key": key, "cancel_requested": True}
                connection.execute(statements.update_job(), noted)
            return job.status

        return await self._writer.do(write)

    async def finish(
        self,
        job_id: str,
        events: Sequence[Event],
        outcome: Outcome,
        *,
        conditions: Mapping[str, Any] | None = None,
    ) -> bool:
        """End a running job."""
        await adopt_in_thread(self._blobs, events)

        def write(connection: Connection) -> bool:
            key, job = held_job(connection, job_id)
            if not check_finish(job.status, outcome.status):
                return False
            last_seq = check_sequence(job.last_seq, (e.seq for e in events))
            ended = lifecycle.end(
                job,
                outcome,
                last_seq=last_seq,
                now=self._clock(),
                conditions=conditions,
            )
            keep(connection, key, (ended, tuple(map(to_stored, events))))
            return True

        return await self._writer.do(write)

    async def recover(self, job_ids: Collection[str] | None = None) -> Sequence[Job]:
        """Settle what was left running."""

        def write(connection: Connection) -> Sequence[Job]:
            now = self._clock()
            if job_ids is None:
                rows = connection.execute(statements.select_running()).all()
            else:
                wanted = {"job_ids": list(job_ids)}
                rows = connection.execute(statements.select_running_of(), wanted).all()
            return [
                keep(
                    connection,
                    row.key,
                    lifecycle.resettle(
                        to_job(row), has_checkpoint=row.has_checkpoint, now=now
                    ),
                )
                for row in rows
            ]

        return await self._writer.do(write)

    async def give_back(
        self, job_ids: Collection[str], *, begun: bool = True
    ) -> Sequence[Job]:
        """Settle jobs that had to be ended."""
        wanted = {"job_ids": list(job_ids)}

        def write(connection: Connection) -> Sequence[Job]:
            now = self._clock()
            rows = connection.execute(statements.select_running_of(), wanted).all()
            return [
                keep(
                    connection,
                    row.key,
                    lifecycle.give_back(
                        to_job(row),
                        begun=begun,
                        has_checkpoint=row.has_checkpoint,
                        now=now,
                    ),
                )
                for row in rows
            ]

        return await self._writer.do(write)

    async def set_tags(self, job_id: str, tags: Sequence[str]) -> Job:
        """Replace the tags."""
        wanted = lifecycle.distinct(tuple(tags))

        def write(connection: Connection) -> Job:
            key, job = held_job(connection, job_id)
            connection.execute(statements.delete_tags(), {"job_key": key})
            insert_tags(connection, key, wanted)
            change = {"of_key": key, "tags": tags_text(wanted)}
            connection.execute(statements.update_job(), change)
            return replace(job, tags=wanted)

        return await self._writer.do(write)

    async def delete(self, job_id: str) -> None:
        """Forget a final job."""

        def write(connection: Connection) -> None:
            key, job = held_job(connection, job_id)
            check_delete(job.status)
            connection.execute(statements.delete_job(), {"of_key": key})

        await self._writer.do(write)

    async def queued_by_backend(self) -> Mapping[str, int]:
        """Return how many jobs wait for each backend."""

        def read(connection: Connection) -> Mapping[str, int]:
            rows = connection.execute(statements.count_queued_by_backend())
            return {row[0]: row[1] for row in rows}

        return await self._reader.do(read)

    async def usage(self, *, user: str | None, since: datetime) -> UsageSum:
        """Return what the jobs used together that ended since."""

        def read(connection: Connection) -> UsageSum:
            statement = statements.sum_usage(user=user, since=since)
            row = connection.execute(statement).one()
            return UsageSum(
                jobs=row.jobs,
                wall_s=row.wall_s,
                cpu_s=row.cpu_s,
                qpu_s=row.qpu_s,
                circuits=int(row.circuits),
                shots=int(row.shots),
            )

        return await self._reader.do(read)

    async def mean_qpu_s(self, like: Job, *, newest: int) -> float | None:
        """Return how long a quantum processor worked for jobs like one."""
        wanted = {"job_id": like.id, "backend": like.backend, "newest": newest}

        def read(connection: Connection) -> float | None:
            return connection.execute(statements.mean_qpu_s(), wanted).scalar()

        return await self._reader.do(read)
