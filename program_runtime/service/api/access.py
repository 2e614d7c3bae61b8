"""Finds what a request names, if the caller may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.service.api.errors import HttpRefusal, did_you_mean, not_found
from program_runtime.service.domain import (
    LATEST,
    may_change_program,
    may_see_job,
    may_see_program,
    may_see_session,
)

if TYPE_CHECKING:
    from program_runtime.service.context import Context
    from program_runtime.service.domain import Job, Program, Release, Session, User

_SUGGESTED_FROM = 500


async def visible_program(here: Context, caller: User, program_id: str) -> Program:
    """Return a program that the caller may see and run.

    Raises:
        HttpRefusal: 404, whether it is not there or private.
    """
    program = await here.programs.get(program_id)
    if program is None or not may_see_program(caller, program):
        others, _ = await here.store.programs.find(caller, limit=_SUGGESTED_FROM)
        raise not_found("program", program_id, known=[other.id for other in others])
    return program


async def own_program(here: Context, caller: User, program_id: str) -> Program:
    """Return a program that the caller may change.

    Raises:
        HttpRefusal: 404 if it is not to be seen, 403 if it is someone else's.
    """
    program = await visible_program(here, caller, program_id)
    if not may_change_program(caller, program):
        raise HttpRefusal(
            403,
            "forbidden",
            f"The program {program_id!r} belongs to {program.owner}.",
            hint="Only its owner and admins change it or read its bundle.",
        )
    return program


async def release_of(here: Context, program: Program, ref: str) -> Release:
    """Return the release of a program under a version or label.

    Raises:
        HttpRefusal: 404.
    """
    if ref == LATEST:
        return program.latest
    release = await here.store.programs.release(program.id, ref)
    if release is None:
        releases = await here.store.programs.releases(program.id)
        known = [*program.labels, *(each.version for each in releases)]
        refusal = not_found("release", f"{program.id}@{ref}")
        meant = did_you_mean(ref, known)
        refusal.hint = f"{meant or ''} There are {', '.join(known)}.".lstrip()
        raise refusal
    return release


async def visible_job(here: Context, caller: User, job_id: str) -> Job:
    """Return a job of the caller; an admin sees all.

    Raises:
        HttpRefusal: 404, whether it is not there or someone else's.
    """
    job = await here.store.jobs.get(job_id)
    if job is None or not may_see_job(caller, job):
        refusal = not_found("job", job_id)
        refusal.hint = "`qrt jobs` lists yours."
        raise refusal
    return job


async def visible_session(here: Context, caller: User, session_id: str) -> Session:
    """Return a session of the caller; an admin sees all.

    Raises:
        HttpRefusal: 404, whether it is not there or someone else's.
    """
    session = await here.store.sessions.get(session_id)
    if session is None or not may_see_session(caller, session):
        raise not_found("session", session_id)
    return session
