"""Sessions: opened, looked at, closed to new jobs, and closed at once."""

# ruff: noqa: TC001 - annotations are evaluated at run time
from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from program_runtime.errors import Problem
from program_runtime.service.api.access import visible_session
from program_runtime.service.api.documents import json_response, session_document
from program_runtime.service.api.errors import HttpRefusal
from program_runtime.service.api.json_bodies import BoundedRoute
from program_runtime.service.api.listing import Limit, Offset, Whose, listed_user
from program_runtime.service.auth import GUARDED, Caller
from program_runtime.service.context import Context, Here
from program_runtime.service.domain import (
    NewSession,
    SessionMode,
    SessionQuery,
    User,
)

__all__ = ["new_session", "router"]

router = APIRouter(
    prefix="/api/v1/sessions",
    dependencies=GUARDED,
    tags=["sessions"],
    route_class=BoundedRoute,
)

_Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Opening(BaseModel):
    """A session that is asked for; official clients send more than is read here."""

    model_config = ConfigDict(extra="ignore")

    mode: Literal["dedicated", "batch"] | None = None
    """``dedicated``, if absent: one job after the other."""
    backend: str | None = Field(default=None, max_length=200)
    """The only one that its jobs may use; if absent, any."""
    max_ttl: _Seconds | None = None
    """In seconds from the start of the first job on."""
    interactive_ttl: _Seconds | None = None
    """In seconds from the end of a job on: closed if no other came."""


class Change(BaseModel):
    """Whether a session is to take jobs."""

    accepting_jobs: bool


@router.post("", status_code=201)
async def begin(asked: Opening, caller: Caller, here: Here) -> Response:
    """Open a session; its times begin with its first job."""
    new = new_session(
        here,
        caller,
        mode=SessionMode(asked.mode or SessionMode.DEDICATED),
        backend=here.backends.resolve(asked.backend).name if asked.backend else None,
        max_ttl=asked.max_ttl,
        interactive_ttl=asked.interactive_ttl,
    )
    session = await here.store.sessions.add(new)
    here.sessions.look()
    return json_response(session_document(session), status=201)


@router.get("")
async def sessions(
    *,
    caller: Caller,
    here: Here,
    is_open: Annotated[
        bool | None, Query(alias="open", description="Those that are not closed.")
    ] = None,
    limit: Limit = 10,
    offset: Offset = 0,
    of: Whose = None,
) -> Response:
    """List sessions, newest first; ``count`` is that of all that fit."""
    query = SessionQuery(
        user=listed_user(caller, of),
        is_open=is_open,
        limit=limit,
        offset=offset,
    )
    found, count = await here.store.sessions.find(query)
    return json_response(
        {
            "sessions": [session_document(session) for session in found],
            "count": count,
            "limit": limit,
            "offset": offset,
        }
    )


@router.get("/{session_id}")
async def session(session_id: str, caller: Caller, here: Here) -> Response:
    """Return a session as it is now."""
    return json_response(
        session_document(await visible_session(here, caller, session_id))
    )


@router.patch("/{session_id}")
async def change(
    session_id: str, asked: Change, caller: Caller, here: Here
) -> Response:
    """Let no more jobs in: those that it has still run, then it is closed."""
    await visible_session(here, caller, session_id)
    changed = await here.sessions.set_accepting(
        session_id, accepting=asked.accepting_jobs
    )
    return json_response(session_document(changed))


@router.delete("/{session_id}/close", status_code=204)
async def close(session_id: str, caller: Caller, here: Here) -> Response:
    """Close a session and cancel its jobs that wait; one that runs goes on."""
    await visible_session(here, caller, session_id)
    await here.sessions.close(session_id)
    return Response(status_code=204)


def new_session(
    here: Context,
    caller: User,
    *,
    max_ttl: float | None,
    interactive_ttl: float | None = None,
    path: str = "max_ttl",
    **fields: Any,
) -> NewSession:
    """Return the session that is asked for, with what the service gives at most.

    Args:
        here: The service.
        caller: Whose session it will be.
        max_ttl: In seconds; None: the most.
        interactive_ttl: In seconds; None: what is usual.
        path: What the caller calls ``max_ttl``.
        fields: Of the session.

    Raises:
        HttpRefusal: 400: a time is longer than sessions last here.
    """
    settings = here.settings
    most_s = settings.session_max_ttl_s
    problems = [
        Problem(
            path=name,
            message=f"{asked_s:,.10g} s is more than {most_s:,.10g} s, which is the "
            "longest that a session lasts here",
            hint="Ask for less, or leave it out.",
        )
        for name, asked_s in ((path, max_ttl), ("interactive_ttl", interactive_ttl))
        if asked_s is not None and asked_s > most_s
    ]
    if problems:
        raise HttpRefusal(
            400, "bad_request", "The session can not be opened.", problems=problems
        )
    return NewSession(
        user=caller.name,
        max_ttl_s=float(max_ttl or most_s),
        interactive_ttl_s=float(interactive_ttl or settings.session_interactive_ttl_s),
        most=settings.sessions_per_user,
        **fields,
    )
