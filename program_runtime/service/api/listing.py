"""How lists are asked for: what they hold, whose it is, which part of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import Depends, Query

from program_runtime.service.domain import JobQuery, Role, User

__all__ = ["AskedJobs", "Limit", "Offset", "Whose", "listed_user"]

Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=2**31)]
Whose = Annotated[
    Literal["me", "all"] | None,
    Query(description="An admin sees all; `me` shows only the own."),
]


def listed_user(caller: User, of: Literal["me", "all"] | None) -> str | None:
    """Return the user whose jobs or sessions are listed; None for everyone's."""
    everyone = caller.role is Role.ADMIN and of != "me"
    return None if everyone else caller.name


async def _asked_jobs(
    *,
    program: str | None = None,
    backend: str | None = None,
    pending: bool | None = None,
    tags: Annotated[list[str] | None, Query()] = None,
    session_id: str | None = None,
    created_after: datetime | None = None,
    created_before: datetime | None = None,
    sort: Annotated[str, Query(pattern="^(?i:asc|desc)$")] = "DESC",
) -> JobQuery:
    return JobQuery(
        program_id=program,
        backend=backend,
        pending=pending,
        tags=tuple(tags or ()),
        session_id=session_id,
        created_after=_aware(created_after),
        created_before=_aware(created_before),
        oldest_first=sort.upper() == "ASC",
    )


AskedJobs = Annotated[JobQuery, Depends(_asked_jobs)]
"""Which jobs, in which order; not yet whose, and which part of them."""


def _aware(moment: datetime | None) -> datetime | None:
    """Take a time without a zone for UTC."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=UTC)
