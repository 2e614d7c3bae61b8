"""What the service remembers, as values that never change."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from program_runtime.service.domain.ids import new_job_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from program_runtime.execution.outcome import JobStatus
    from program_runtime.service.domain.sessions import NewSession

BUILTIN_OWNER: Final = "qiskit-program-toolkit"
"""Who owns the programs that come with the toolkit: no user, and nobody logs in as it.

Jobs of these programs in one session share a process; those of others never do.
"""


class Role(StrEnum):
    """What a user may do; each role may do what those before it may."""

    USER = "user"
    """Run public programs and their own."""
    AUTHOR = "author"
    """And publish."""
    ADMIN = "admin"
    """And manage users, and see everyone's programs and jobs."""


class Visibility(StrEnum):
    """Who sees and runs a program."""

    PRIVATE = "private"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Someone with a token."""

    name: str
    role: Role
    created: datetime
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One published version of a program; its bytes never change."""

    program_id: str
    version: str
    digest: str
    """``sha256:<hex>`` of the bundle, which is the blob of that digest."""
    size: int
    """Of the bundle, in bytes."""
    metadata: Mapping[str, Any]
    """The program.json of this release as it was published."""
    created: datetime
    published_by: str
    labels: tuple[str, ...] = ()
    """The labels that point here now, sorted."""
    was_latest: bool = False
    """The label ``latest`` points here or once did: one that was only tried never had
    it, and nobody rolls back to that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A name that releases are published under."""

    id: str
    """The name: a program is called by it, and it is unique in the service."""
    owner: str
    description: str
    visibility: Visibility
    created: datetime
    updated: datetime
    """When a release, a label or the visibility last changed."""
    labels: Mapping[str, str]
    """Label to version; ``latest`` is always there."""
    latest: Release
    """The release under the label ``latest``."""

    @property
    def name(self) -> str:
        """The same as the id."""
        return self.id

    @property
    def latest_version(self) -> str:
        """The version that runs when none is asked for."""
        return self.latest.version

    @property
    def is_public(self) -> bool:
        """Whether everyone sees and runs it."""
        return self.visibility is Visibility.PUBLIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The inputs of a job: their text, or the digest of the blob that holds it."""

    text: str | None = None
    digest: str | None = None

    def __post_init__(self) -> None:
        if (self.text is None) == (self.digest is None):
            raise ValueError("inputs are either a text or a digest, not both")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job that is to be queued."""

    user: str
    program_id: str
    version: str
    """Of a release: labels are resolved before."""
    backend: str
    inputs: Inputs
    options: Mapping[str, Any] = field(default_factory=dict)
    """What the caller chose, JSON-able: log_level, shots, seed, ...; and the seed that
    was drawn if none was chosen."""
    tags: tuple[str, ...] = ()
    session_id: str | None = None
    """A session of the same user that takes jobs."""
    opens: NewSession | None = None
    """A session that this job begins, in place of one that is there."""
    retry: bool = False
    """The release says that it may run again when the service stops under it."""
    id: str = field(default_factory=new_job_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run of a release, wherever it is in its life."""

    id: str
    user: str
    program_id: str
    version: str
    digest: str
    """Of the release's bundle."""
    backend: str
    status: JobStatus
    created: datetime
    options: Mapping[str, Any]
    tags: tuple[str, ...] = ()
    session_id: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    last_seq: int = 0
    """Of the newest stored event; the next one is this plus one."""
    attempts: int = 0
    """How often it was started. A start that ended because the service was stopped
    in good order does not count; one at which it was killed does."""
    retry: bool = False
    cancel_requested: bool = False
    """Its end was asked for while it ran; it never runs again."""
    isolation: str | None = None
    usage: Mapping[str, Any] | None = None
    conditions: Mapping[str, Any] | None = None
    """Under which it ran: versions, limits, backend. Known once it has ended."""
    failure_code: str | None = None
    failure_message: str | None = None
    traceback: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSum:
    """What jobs used together; times in seconds."""

    jobs: int = 0
    """That left a measure of what they used: those that were started and have ended."""
    wall_s: float = 0.0
    cpu_s: float = 0.0
    qpu_s: float = 0.0
    circuits: int = 0
    shots: int = 0


# A named tuple where the others are dataclasses: a listener reads a hundred
# thousand of these a second, and a frozen dataclass costs four times as much.
class StoredEvent(NamedTuple):
    """One event as it was stored; either data or blob_digest is there."""

    seq: int
    time: float
    """Seconds since the epoch."""
    type: str
    data: str | None
    blob_digest: str | None
    size: int
    """Of the payload, in bytes of UTF-8 where it is a blob, else in characters."""
