"""The websocket: an ACK, all interim results, and at last the final one."""

# ruff: noqa: TC001 - annotations are evaluated at run time
from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.api import events as native
from program_runtime.service.api import outputs
from program_runtime.service.api.access import visible_job
from program_runtime.service.api.documents import ends_job
from program_runtime.service.api.retired.results import is_misread, link_text
from program_runtime.service.api.waiting import follow
from program_runtime.service.auth import GUARDED, Caller, is_still_valid
from program_runtime.service.context import Context, Here

if TYPE_CHECKING:
    from program_runtime.service.domain import StoredEvent
    from program_runtime.service.hub import Listener

router = APIRouter(dependencies=GUARDED, include_in_schema=False)

_ACK = "ACK"
"""Clients throw the first message away, whatever it says."""
_LARGE = 256 * 1024
"""What is larger is sent as a link, so that slow readers hold little memory."""


@router.websocket("/stream/jobs/{job_id}")
async def stream(websocket: WebSocket, job_id: str, caller: Caller, here: Here) -> None:
    """Send one result a message, from the first on, and close at the end."""
    await visible_job(here, caller, job_id)
    await websocket.accept()
    with here.hub.listen(job_id) as listener:
        reader = asyncio.create_task(native.watch(websocket, listener))
        try:
            await websocket.send_text(_ACK)
            await _send_results(websocket, here, job_id, listener)
        except WebSocketDisconnect:
            pass  # while a message was on its way; the log keeps everything
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)


async def _send_results(
    websocket: WebSocket, here: Context, job_id: str, listener: Listener
) -> None:
    final: StoredEvent | None = None
    groups = follow(here, job_id, listener, after=0, quiet_s=native.QUIET_S)
    async for group in groups:
        if not await is_still_valid(websocket):
            await websocket.close(native.NOT_ALLOWED)
            return
        for event in group:
            if event.type == "interim":
                await _send(websocket, here, job_id, event)
            elif event.type == "result":
                final = event  # it counts if the job is completed
            elif final is not None and _completes(event):
                await _send(websocket, here, job_id, final)
    if not listener.left:
        stops = here.hub.closed and not await _is_final(here, job_id)
        await websocket.close(native.GOING_AWAY if stops else native.DONE)


async def _send(
    websocket: WebSocket, here: Context, job_id: str, event: StoredEvent
) -> None:
    links = here.generations.takes_links(websocket)
    is_large = event.size > _LARGE
    if links and (is_large or await is_misread(here, event)):
        await websocket.send_text(link_text(here, websocket, job_id, event))
    elif is_large:
        async with here.large_messages:
            await websocket.send_text(await outputs.text_of(here, event))
    else:
        await websocket.send_text(await outputs.text_of(here, event))


def _completes(event: StoredEvent) -> bool:
    if not ends_job(event):
        return False
    status: str = json.loads(event.data or "{}")["status"]
    return status == JobStatus.COMPLETED


async def _is_final(here: Context, job_id: str) -> bool:
    job = await here.store.jobs.get(job_id)
    return job is None or job.ended is not None
