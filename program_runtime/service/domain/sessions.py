"""Sessions: the record of one, the state that follows from it, and how it moves on.

Which state a session is in is nowhere stored::

    open ──► active ◄──► inactive ──► closed

It is open until its first job starts, then active while a job of it waits or runs and
inactive while none does. It is closed by whom it belongs to, or when its time is over:
``max_ttl_s`` after its first job began, ``interactive_ttl_s`` after its last job ended.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from program_runtime.backends.mocks import mock_name
from program_runtime.service.domain.ids import new_session_id
from program_runtime.service.domain.refusals import ConflictError
from program_runtime.service.domain.session_wording import in_words, why_over

__all__ = [
    "NewSession",
    "Session",
    "SessionMode",
    "SessionState",
    "begin",
    "check_join",
    "check_room",
    "close",
    "deadline",
    "end_job",
    "is_over",
    "look_again_s",
    "set_accepting",
    "start_job",
    "why_cancelled",
]

_CLOSED_HINT = "Open a new session for further jobs."


class SessionMode(StrEnum):
    """How the jobs of a session run."""

    DEDICATED = "dedicated"
    """One after the other."""
    BATCH = "batch"
    """As many at once as there are workers."""


class SessionState(StrEnum):
    """What a session is in the eyes of its user."""

    OPEN = "open"
    """No job of it was started yet."""
    ACTIVE = "active"
    """A job of it waits or runs."""
    INACTIVE = "inactive"
    """None does; the next one goes first, if it comes in time."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session that is to be opened."""

    user: str
    max_ttl_s: float
    interactive_ttl_s: float
    mode: SessionMode = SessionMode.DEDICATED
    backend: str | None = None
    """The only one that its jobs may use; None: any."""
    most: int | None = None
    """Do not open it beside so many open ones of its user."""
    id: str = field(default_factory=new_session_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Jobs of one user that belong together, wherever they are in their lives."""

    id: str
    user: str
    mode: SessionMode
    backend: str | None
    max_ttl_s: float
    interactive_ttl_s: float
    created: datetime
    activated: datetime | None = None
    """When its first job was started."""
    closed: datetime | None = None
    accepting_jobs: bool = True
    last_job_started: datetime | None = None
    last_job_completed: datetime | None = None
    """When a job of it ended last, in whatever way."""
    busy: bool = False
    """Whether a job of it waits or runs: looked up whenever the session is read."""

    @property
    def state(self) -> SessionState:
        """The state that follows from all this."""
        if self.closed is not None:
            return SessionState.CLOSED
        if self.activated is None:
            return SessionState.OPEN
        return SessionState.ACTIVE if self.busy else SessionState.INACTIVE

    @property
    def goes_first(self) -> bool:
        """Whether its jobs run before those of no session."""
        return self.activated is not None and self.closed is None

    @property
    def idle_since(self) -> datetime:
        """When it was used last, if nothing of it waits or runs now."""
        used = (self.activated, self.last_job_started, self.last_job_completed)
        return max([self.created, *(moment for moment in used if moment is not None)])


def begin(new: NewSession, *, at: datetime) -> Session:
    """Return the session that was asked for."""
    return Session(
        id=new.id,
        user=new.user,
        mode=new.mode,
        backend=new.backend,
        max_ttl_s=new.max_ttl_s,
        interactive_ttl_s=new.interactive_ttl_s,
        created=at,
    )


def check_room(new: NewSession, *, open_ones: int) -> None:
    """Refuse a session beside too many.

    Raises:
        ConflictError: ``too_many_sessions``.
    """
    if new.most is not None and open_ones >= new.most:
        raise ConflictError(
            f"{new.user} has {open_ones:,} open sessions, and may have {new.most:,}.",
            reason="too_many_sessions",
            hint="Close some of them; GET /api/v1/sessions?open=true lists them.",
        )


def check_join(session: Session, *, backend: str, at: datetime) -> None:
    """Refuse a job that comes too late for a session, or is for another backend.

    Raises:
        ConflictError: ``session_closed`` or ``session_backend``.
    """
    if session.closed is not None:
        why = why_over(session, session.closed)
        raise _closed(
            f"The session {session.id} is closed since {in_words(session.closed)}"
            + (f": {why}." if why else ".")
        )
    if is_over(session, at=at):
        raise _closed(f"The session {session.id} is over: {why_over(session, at)}.")
    if not session.accepting_jobs:
        raise _closed(
            f"The session {session.id} takes no further jobs: it is closed when those "
            "that it has are done."
        )
    if not _is_for(session, backend):
        raise ConflictError(
            f"The session {session.id} is for the backend {session.backend}, and the "
            f"job is for {backend}.",
            reason="session_backend",
            hint="Name the same backend for both, or open another session.",
        )


def start_job(session: Session, *, at: datetime) -> Session:
    """Let a job of the session begin; the first one activates it."""
    return replace(
        session,
        activated=session.activated or at,
        last_job_started=at,
        busy=True,
    )


def end_job(session: Session, *, at: datetime) -> Session:
    """Let a job of the session end.

    Args:
        session: ``busy`` says whether it has others.
        at: When.
    """
    ended = replace(session, last_job_completed=at)
    return ended if ended.accepting_jobs or ended.busy else close(ended, at=at)


def set_accepting(session: Session, *, accepting: bool, at: datetime) -> Session:
    """Let no more jobs in, or in again; without any left the session is closed.

    Raises:
        ConflictError: ``session_closed``: it was, and stays so.
    """
    if session.closed is not None:
        if accepting:
            raise _closed(
                f"The session {session.id} is closed since {in_words(session.closed)}."
            )
        return session
    changed = replace(session, accepting_jobs=accepting)
    return changed if accepting or changed.busy else close(changed, at=at)


def close(session: Session, *, at: datetime) -> Session:
    """Close the session; one that is closed stays as it is."""
    if session.closed is not None:
        return session
    return replace(session, accepting_jobs=False, closed=max(at, session.created))


def deadline(session: Session) -> datetime | None:
    """Return when the session is over, as things are; None if that is open.

    Jobs that wait for their first turn are not to blame for the queue before them.
    """
    if session.closed is not None:
        return None
    if session.activated is None:
        return None if session.busy else _after(session.created, session.max_ttl_s)
    over = _after(session.activated, session.max_ttl_s)
    if session.busy:
        return over
    return min(over, _after(session.idle_since, session.interactive_ttl_s))


def is_over(session: Session, *, at: datetime) -> bool:
    """Whether the session's time has come, and it is to be closed."""
    over = deadline(session)
    return over is not None and over <= at


def look_again_s(session: Session, *, at: datetime) -> float | None:
    """Return after how many seconds the session may be over; None: it is closed.

    Nobody has to tell when a job begins or ends: if one ended a moment from now, the
    session would still last its interactive time.
    """
    if session.closed is not None:
        return None
    over = deadline(session)
    if over is None:
        return session.interactive_ttl_s
    return max(0.0, min((over - at).total_seconds(), session.interactive_ttl_s))


def why_cancelled(session: Session, *, at: datetime | None = None) -> str:
    """Return what is said of a job that waited when its session was closed.

    Args:
        session: As it was before.
        at: When its time was over; None if somebody closed it.
    """
    why = why_over(session, at) if at is not None else ""
    return f"The session {session.id} was closed{': ' if why else ''}{why}."


def _is_for(session: Session, backend: str) -> bool:
    # A dry run in a session goes to the mock of its backend.
    own = session.backend
    return own is None or backend in {own, mock_name(own)}


def _closed(message: str) -> ConflictError:
    return ConflictError(message, reason="session_closed", hint=_CLOSED_HINT)


def _after(moment: datetime, seconds: float) -> datetime:
    return moment + timedelta(seconds=seconds)
