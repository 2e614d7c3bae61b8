"""A job's events: as a page, as server-sent events, as a websocket."""

# ruff: noqa: TC001, TC002 - annotations are evaluated at run time
from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from program_runtime.service.api.access import visible_job
from program_runtime.service.api.documents import event_text, events_text
from program_runtime.service.api.waiting import Wait, events_when_there, follow
from program_runtime.service.auth import GUARDED, Caller, is_still_valid
from program_runtime.service.context import Context, Here

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from program_runtime.service.domain import StoredEvent
    from program_runtime.service.hub import Listener

router = APIRouter(prefix="/api/v1/jobs/{job_id}", dependencies=GUARDED, tags=["jobs"])

QUIET_S = 15.0
"""After so long without an event a comment keeps proxies from closing a stream, and
it is looked whether the reader may still read."""
DONE, GOING_AWAY, NOT_ALLOWED = 1000, 1001, 1008

After = Annotated[
    int, Query(ge=0, le=2**63 - 1, description="The last `seq` that the reader has.")
]


@router.get(
    "/events",
    responses={
        200: {
            "description": "Events in order, or a stream of them.",
            "content": {"application/json": {}, "text/event-stream": {}},
        }
    },
)
async def events(
    *,
    job_id: str,
    request: Request,
    caller: Caller,
    here: Here,
    after: After = 0,
    limit: Annotated[int, Query(ge=1, le=10000)] = 1000,
    wait: Wait = 0,
) -> Response:
    """Return the events after a number, waiting for the first if asked to."""
    job = await visible_job(here, caller, job_id)
    if "text/event-stream" in request.headers.get("accept", ""):
        last = request.headers.get("last-event-id", "")
        start = int(last) if last.isdecimal() else after
        return _server_sent(here, request, job_id, start)
    found, final = await events_when_there(
        here, job, after=after, limit=limit, wait_s=wait
    )
    last_seq = found[-1].seq if found else after
    text = (
        f'{{"events":{events_text(found)},"last_seq":{last_seq},'
        f'"final":{"true" if final else "false"}}}'
    )
    return Response(text, media_type="application/json")


@router.websocket("/stream")
async def stream(
    websocket: WebSocket, job_id: str, caller: Caller, here: Here, after: After = 0
) -> None:
    """Send each group of events as a JSON array in a text frame; close at the end."""
    await visible_job(here, caller, job_id)
    await websocket.accept()
    with here.hub.listen(job_id) as listener:
        reader = asyncio.create_task(watch(websocket, listener))
        try:
            groups = follow(here, job_id, listener, after=after, quiet_s=QUIET_S)
            async for group in groups:
                if not await is_still_valid(websocket):
                    await websocket.close(NOT_ALLOWED)
                    return
                if group:
                    await websocket.send_text(events_text(group))
            if not listener.left:
                await websocket.close(GOING_AWAY if here.hub.closed else DONE)
        except WebSocketDisconnect:
            pass  # while a frame was on its way; the log keeps everything
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)


async def watch(websocket: WebSocket, listener: Listener) -> None:
    """Notice that the reader has left; what it says is not asked for."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
    listener.leave()


def _server_sent(here: Context, request: Request, job_id: str, after: int) -> Response:
    return StreamingResponse(
        _server_sent_events(here, request, job_id, after),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _server_sent_events(
    here: Context, request: Request, job_id: str, after: int
) -> AsyncIterator[str]:
    with here.hub.listen(job_id) as listener:
        groups = follow(here, job_id, listener, after=after, quiet_s=QUIET_S)
        async for group in groups:
            if not await is_still_valid(request):
                return
            yield "".join(map(_server_sent_event, group)) or ": quiet\n\n"


def _server_sent_event(event: StoredEvent) -> str:
    return f"id: {event.seq}\nevent: {event.type}\ndata: {event_text(event)}\n\n"
