"""The seam behind which everything durable lives: four stores and the blobs.

Every method that writes returns when the change is durable. A refusal
(:class:`~program_runtime.service.domain.NotFoundError`,
:class:`~program_runtime.service.domain.ConflictError`) changed nothing. What the
database or the disk can not do raises
:class:`~program_runtime.errors.StorageError`; the store can be used afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from program_runtime.execution.events import Event
    from program_runtime.execution.outcome import Outcome
    from program_runtime.service.domain import (
        Inputs,
        Job,
        JobQuery,
        NewJob,
        Program,
        Release,
        Role,
        StoredEvent,
        User,
        Visibility,
    )


class UserStore(Protocol):
    """Who may use the service."""

    async def add(self, name: str, role: Role, token_hash: str) -> User:
        """Open an account; a revoked one of this name comes back with this role.

        Raises:
            ConflictError: ``user_exists``: an active user has this name.
        """
        ...

    async def by_token_hash(self, token_hash: str) -> User | None:
        """Return the active user whose token has this hash."""
        ...

    async def list(self) -> Sequence[User]:
        """Return all users, revoked ones too, oldest first."""
        ...

    async def set_token(self, name: str, token_hash: str) -> User:
        """Replace the token; the old one is worthless from now on.

        Raises:
            NotFoundError: No active user has this name.
        """
        ...

    async def revoke(self, name: str) -> User:
        """Close the account; programs and jobs stay. Closing twice is no error.

        Raises:
            NotFoundError: No user has this name.
        """
        ...


class ProgramStore(Protocol):
    """Programs, their releases, and the labels that point at these."""

    async def publish(
        self,
        release: Release,
        *,
        owner: str,
        description: str,
        visibility: Visibility | None = None,
        labels: Collection[str] = (),
    ) -> tuple[Release, bool]:
        """Add a release, and its program if it is the first.

        The bundle must be in the blob store by then. ``latest`` moves as
        ``domain.versions.moves_latest`` says.

        Args:
            release: What to add; its own ``labels`` are not looked at.
            owner: Of the program; a published program keeps its owner.
            description: Of the program, from now on.
            visibility: None leaves it as it is, which is private at first.
            labels: Labels that are to point at this release.

        Returns:
            The stored release, and False if the same digest was there already
            under this version (labels and visibility are set all the same).

        Raises:
            ConflictError: ``name_taken``: the program has another owner.
                ``version_exists``: the version has another digest.
        """
        ...

    async def get(self, program_id: str) -> Program | None:
        """Return a program whoever asks; ``domain.may_see_program`` decides."""
        ...

    async def find(
        self, viewer: User, *, search: str = "", limit: int = 20, offset: int = 0
    ) -> tuple[Sequence[Program], int]:
        """Return the programs that the viewer may see, oldest first.

        Args:
            viewer: Sees public programs and their own; an admin all.
            search: Part of the name or the description, in any case.
            limit: At most so many.
            offset: After so many.

        Returns:
            The programs, and how many there are without limit and offset.
        """
        ...

    async def releases(self, program_id: str) -> Sequence[Release]:
        """Return all releases, the highest version first; none if unknown."""
        ...

    async def release(self, program_id: str, ref: str = "latest") -> Release | None:
        """Return the release of this version or, if there is none, of this label."""
        ...

    async def release_by_digest(self, digest: str) -> Release | None:
        """Return the release that a job runs, even when its program is deleted."""
        ...

    async def set_label(self, program_id: str, label: str, version: str) -> Program:
        """Point a label at a version.

        Raises:
            NotFoundError: There is no such program or release.
        """
        ...

    async def set_visibility(self, program_id: str, visibility: Visibility) -> Program:
        """Choose who sees and runs the program.

        Raises:
            NotFoundError: There is no such program.
        """
        ...

    async def delete(self, program_id: str) -> None:
        """Take the program away and free its name.

        Releases that jobs refer to are kept for them, out of sight.

        Raises:
            NotFoundError: There is no such program.
        """
        ...


class JobStore(Protocol):
    """Jobs, from the queue to their end."""

    async def submit(
        self, new: NewJob, *, idempotency_key: str | None = None
    ) -> tuple[Job, bool]:
        """Queue a job: its row, its inputs and event 1 in one transaction.

        Args:
            new: The job.
            idempotency_key: A second submission by the same user with the same
                key is answered with the first job.

        Returns:
            The job, and False if it is that of an earlier submission.

        Raises:
            NotFoundError: There is no such user, release or blob of inputs.
        """
        ...

    async def claim(
        self, *, running_limit: int | None = None, isolation: str | None = None
    ) -> Job | None:
        """Take the job whose turn it is: it is Running now, and its log says so.

        Jobs of a session come first; then those of the user with the fewest
        running jobs, then of the one who was served longest ago; then the oldest.

        Args:
            running_limit: Take none if so many jobs run already.
            isolation: The level that the job will run at, for its record.

        Returns:
            The job, whose next event is ``last_seq + 1``; None if there is none.
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

    async def cancel_queued(self, job_id: str) -> bool:
        """Cancel a job that waits; False if it runs already or is final.

        Raises:
            NotFoundError: There is no such job.
        """
        ...

    async def finish(
        self, job_id: str, events: Sequence[Event], outcome: Outcome
    ) -> bool:
        """End a running job: last events, status and usage in one transaction.

        Args:
            job_id: The job.
            events: Go on where the log ends; the last is the final status event.
            outcome: Its status must be final.

        Returns:
            False if the job is final already: nothing was changed then.

        Raises:
            NotFoundError: There is no such job.
            ConflictError: ``invalid_state``: the job does not run, or the outcome
                is not final. ``event_sequence``: the events do not go on.
        """
        ...

    async def recover(self) -> Sequence[Job]:
        """Settle what an earlier process left running; call it before any claim.

        Jobs marked ``retry`` are queued again, unless they were started
        ``domain.lifecycle.MAX_ATTEMPTS`` times; the others fail with the code
        ``service_restarted``. Their logs go on.

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


class EventStore(Protocol):
    """The log of each job: numbers from 1 without gaps, stored before sent."""

    async def append(self, job_id: str, events: Sequence[Event]) -> None:
        """Add to the log of a running job; spooled payloads move to the blobs.

        Raises:
            NotFoundError: There is no such job.
            ConflictError: ``invalid_state``: the job does not run.
                ``event_sequence``: the numbers do not go on where the log ends.
        """
        ...

    async def read(
        self,
        job_id: str,
        *,
        after: int = 0,
        limit: int = 1000,
        max_bytes: int = 4 * 1024 * 1024,
        types: Collection[str] | None = None,
    ) -> Sequence[StoredEvent]:
        """Return the events after a number, in order; none for an unknown job.

        Args:
            job_id: The job.
            after: The number of the last event that the reader has.
            limit: At most so many.
            max_bytes: Stop when their inline payloads reach this size; at least
                one event is returned.
            types: Only these.
        """
        ...

    async def latest(self, job_id: str, event_type: str) -> StoredEvent | None:
        """Return the last event of a type: the result, a checkpoint, an error."""
        ...

    async def last_seq(self, job_id: str) -> int:
        """Return the number of the newest event, 0 for an unknown job."""
        ...


class Store(Protocol):
    """The four stores of one database, and its life."""

    @property
    def users(self) -> UserStore:
        """Who may use the service."""
        ...

    @property
    def programs(self) -> ProgramStore:
        """What is published."""
        ...

    @property
    def jobs(self) -> JobStore:
        """What was submitted."""
        ...

    @property
    def events(self) -> EventStore:
        """What the jobs said."""
        ...

    async def open(self) -> None:
        """Connect, and bring the database to the form that this version needs.

        Raises:
            StorageError: It can not be opened, or is newer than this version.
        """
        ...

    async def close(self) -> None:
        """Finish the writes under way and disconnect; closing twice is no error."""
        ...

    async def sweep(self, *, older_than_s: float = 3600.0) -> int:
        """Delete what nothing refers to: blobs, and releases of deleted programs.

        Args:
            older_than_s: Leave younger blobs: their row may be under way.

        Returns:
            How many blobs were deleted.
        """
        ...


class BlobStore(Protocol):
    """Large payloads by their digest; what is stored never changes.

    Blocking: from asyncio call it in a thread.
    """

    def put_file(self, path: Path, digest: str, *, verify: bool = False) -> None:
        """Take a file over: it is durable afterwards, and the path is gone.

        A blob that is there already becomes young again; the file is not needed
        then, so a put can be repeated.

        Args:
            path: The file, complete and no longer written to.
            digest: ``sha256:<hex>`` of its bytes.
            verify: Read the file and compare; else the caller did.

        Raises:
            InvalidValueError: The digest is malformed, or is not that of the file.
            StorageError: The disk is full or fails; the file is where it was.
        """
        ...

    def open(self, digest: str) -> BinaryIO:
        """Open a blob for reading.

        Raises:
            NotFoundError: There is no such blob.
        """
        ...

    def exists(self, digest: str) -> bool:
        """Whether the blob is there."""
        ...

    def delete(self, digest: str, *, older_than_s: float = 0.0) -> bool:
        """Delete a blob unless it is younger; False if it was left or not there."""
        ...

    def digests(self, *, older_than_s: float = 0.0) -> Iterator[str]:
        """Return the digests of all blobs that were put so long ago or earlier."""
        ...
