"""What the five stores in memory share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from program_runtime.execution.events import EventType
from program_runtime.service.domain import NotFoundError, Release

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.service.domain import (
        Inputs,
        Job,
        Session,
        StoredEvent,
        User,
        Visibility,
    )
    from program_runtime.service.store.protocols import BlobStore


@dataclass(slots=True, kw_only=True)
class Account:
    """A user, the hash of the token, and when a job of theirs last began."""

    user: User
    token_hash: str
    last_served: float = 0.0


@dataclass(slots=True, kw_only=True)
class Shelf:
    """A program with its releases by version."""

    id: str
    owner: str
    description: str
    visibility: Visibility
    created: datetime
    updated: datetime
    labels: dict[str, str] = field(default_factory=dict)
    releases: dict[str, Release] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Folder:
    """A job with all that belongs to it."""

    job: Job
    inputs: Inputs
    idempotency_key: str | None
    events: list[StoredEvent] = field(default_factory=list)

    def has_checkpoint(self) -> bool:
        """Whether there is a state that the job could go on from."""
        return any(event.type == EventType.CHECKPOINT for event in self.events)


@dataclass(slots=True, kw_only=True)
class State:
    """Everything; dictionaries keep the order in which things came."""

    clock: Callable[[], float]
    blobs: BlobStore
    accounts: dict[str, Account] = field(default_factory=dict)
    shelves: dict[str, Shelf] = field(default_factory=dict)
    withdrawn: list[Release] = field(default_factory=list)
    """Releases of deleted programs that jobs refer to."""
    folders: dict[str, Folder] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    """Their ``busy`` means nothing here."""

    def now(self) -> datetime:
        """Return the time as records hold it."""
        return datetime.fromtimestamp(self.clock(), UTC)

    def folder(self, job_id: str) -> Folder:
        """Return the folder of a job or say that there is none."""
        if job_id not in self.folders:
            raise NotFoundError(f"there is no job {job_id}", kind="job")
        return self.folders[job_id]
