"""Who sees and who changes what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.service.domain.records import Role

if TYPE_CHECKING:
    from program_runtime.service.domain.records import Job, Program, User
    from program_runtime.service.domain.sessions import Session


def may_see_program(user: User, program: Program) -> bool:
    """Everyone sees public programs, owners and admins private ones."""
    return program.is_public or may_change_program(user, program)


def may_change_program(user: User, program: Program) -> bool:
    """Owners change their programs, admins all; so with reading the bundle."""
    return user.role is Role.ADMIN or program.owner == user.name


def may_see_job(user: User, job: Job) -> bool:
    """A job, its inputs and its results belong to who submitted it, and to admins."""
    return user.role is Role.ADMIN or job.user == user.name


def may_see_session(user: User, session: Session) -> bool:
    """A session is that of its user; admins see all, and join none."""
    return user.role is Role.ADMIN or session.user == user.name
