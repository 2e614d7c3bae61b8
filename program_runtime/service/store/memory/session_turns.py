"""What jobs and sessions in memory do to each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain import (
    FINAL,
    PENDING,
    NotFoundError,
    SessionMode,
    sessions,
)

if TYPE_CHECKING:
    from program_runtime.service.domain import Job, NewJob, NewSession, Session
    from program_runtime.service.store.memory.state import State

LAST = float("inf")
"""The place of jobs that do not go first."""


def read(state: State, session_id: str) -> Session | None:
    """Return a session as it is now."""
    session = state.sessions.get(session_id)
    if session is None:
        return None
    busy = any(job.status in PENDING for job in _jobs(state, session_id))
    return replace(session, busy=busy)


def check_room(state: State, new: NewSession) -> None:
    """Refuse a session beside too many of its user."""
    known = state.sessions.values()
    open_ones = sum(s.user == new.user and s.closed is None for s in known)
    sessions.check_room(new, open_ones=open_ones)


def join(state: State, new: NewJob) -> None:
    """Open the session that a new job begins, or refuse one that can not join its."""
    at = state.now()
    if new.opens is not None:
        check_room(state, new.opens)
        state.sessions[new.opens.id] = sessions.begin(new.opens, at=at)
    elif new.session_id is not None:
        session = read(state, new.session_id)
        if session is None or session.user != new.user:
            message = f"There is no session {new.session_id}."
            raise NotFoundError(message, kind="session")
        sessions.check_join(session, backend=new.backend, at=at)


def follow(state: State, job: Job) -> None:
    """Let the session of a job know that it moved on."""
    session = read(state, job.session_id) if job.session_id is not None else None
    if session is None:
        return
    if job.status is JobStatus.RUNNING and job.started is not None:
        state.sessions[session.id] = sessions.start_job(session, at=job.started)
    elif job.status in FINAL and job.ended is not None:
        state.sessions[session.id] = sessions.end_job(session, at=job.ended)


def place(state: State, job: Job) -> float | None:
    """Return where a job that waits stands among those that go first.

    Returns:
        The older its session the smaller; ``LAST`` if it does not go first; None
        while it has to wait for another job of its session.
    """
    session = state.sessions.get(job.session_id or "")
    if session is None or session.closed is not None:
        return LAST
    if session.mode is SessionMode.DEDICATED:
        jobs = [j for j in _jobs(state, session.id) if j.status in PENDING]
        if jobs[0] != job or any(j.status is JobStatus.RUNNING for j in jobs):
            return None
    return list(state.sessions).index(session.id) if session.goes_first else LAST


def _jobs(state: State, session_id: str) -> list[Job]:
    jobs = (folder.job for folder in state.folders.values())
    return [job for job in jobs if job.session_id == session_id]
