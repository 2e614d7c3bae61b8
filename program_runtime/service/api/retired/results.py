"""Results: as they were encoded, or as a link where clients would misread them."""

# ruff: noqa: TC001, TC002 - annotations are evaluated at run time
from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.api import outputs
from program_runtime.service.api.access import visible_job
from program_runtime.service.api.errors import HttpRefusal
from program_runtime.service.api.retired.documents import failure_text, ran_too_long
from program_runtime.service.api.retired.risky import may_be_risky, risky
from program_runtime.service.api.retired.routing import NOTED, RetiredRoute
from program_runtime.service.auth import Caller
from program_runtime.service.context import Context, Here

if TYPE_CHECKING:
    from program_runtime.service.domain import StoredEvent

router = APIRouter(
    dependencies=NOTED, include_in_schema=False, route_class=RetiredRoute
)

_TEXT = "text/plain; charset=utf-8"
_SCHEMES = {"ws": "http", "wss": "https"}
_PIECE_BYTES = 1024 * 1024


@router.get("/jobs/{job_id}/results")
async def results(
    job_id: str, request: Request, caller: Caller, here: Here
) -> Response:
    """Return the result; of a failed job its traceback, and nothing before the end."""
    job = await visible_job(here, caller, job_id)
    if job.status is JobStatus.FAILED:
        # Nothing goes before the reason: it is what clients show of a job that
        # ran too long.
        text = job.failure_message if ran_too_long(job) else failure_text(job)
        return Response(text, media_type=_TEXT)
    event = None
    if job.status is JobStatus.COMPLETED:
        event = await here.store.events.latest(job_id, "result")
    if event is None:
        return Response("", media_type=_TEXT)
    if here.generations.takes_links(request) and await is_misread(here, event):
        return Response(link_text(here, request, job_id, event), media_type=_TEXT)
    return await outputs.payload(here, event, {})


@router.get("/results/{link}")
async def linked(link: str, here: Here) -> Response:
    """Return what a link stands for; the link itself is the permission."""
    named = here.signed_links.read(link)
    if named is not None:
        job_id, seq = named
        events = await here.store.events.read(job_id, after=seq - 1, limit=1)
        if events and events[0].seq == seq:
            return await outputs.payload(here, events[0], {})
    raise HttpRefusal(
        404,
        "link_not_found",
        "This link leads nowhere, or no longer.",
        hint="Ask for the result again: there is a new link in the answer.",
    )


def link_text(
    here: Context, connection: HTTPConnection, job_id: str, event: StoredEvent
) -> str:
    """Return what clients follow to the payload of an event."""
    url = connection.url
    scheme = _SCHEMES.get(url.scheme, url.scheme)
    link = here.signed_links.make(job_id, event.seq)
    return json.dumps({"url": f"{scheme}://{url.netloc}/results/{link}"})


async def is_misread(here: Context, event: StoredEvent) -> bool:
    """Whether clients need a link in place of this payload.

    A large one is not parsed for that: a link does no harm where none is needed.
    """
    if event.blob_digest is None:
        return risky(event.data or "")
    return await asyncio.to_thread(_blob_may_be_misread, here, event.blob_digest)


def _blob_may_be_misread(here: Context, digest: str) -> bool:
    before = ""
    with here.blobs.open(digest) as source:
        while piece := source.read(_PIECE_BYTES):
            text = piece.decode(errors="replace")
            if not before and may_be_risky(text):
                return True
            # The word may lie across the border of two pieces.
            if may_be_risky(f'"{before}{text}'):
                return True
            before = text[-4:]
    return False
