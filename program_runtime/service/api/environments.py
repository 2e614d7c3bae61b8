"""What programs find installed, and what is built for releases that need more."""

# ruff: noqa: TC001, TC002 - annotations are evaluated at run time
from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from program_runtime.environments import parse_lock
from program_runtime.environments.lock import LOCK_BYTES
from program_runtime.service.api.documents import json_response
from program_runtime.service.api.errors import HttpRefusal
from program_runtime.service.auth import GUARDED
from program_runtime.service.build_queue import check_queue
from program_runtime.service.context import Here
from program_runtime.service.transfer import read_body

router = APIRouter(prefix="/api/v1", dependencies=GUARDED, tags=["environments"])

_BODY = {
    "requestBody": {
        "required": True,
        "description": "A `requirements.lock`, as `qrt build` makes it.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}
_LONGEST_WAIT_S = 30.0


@router.get("/environment")
async def base(here: Here) -> Response:
    """Return what every program finds installed: Python, platform, versions."""
    found = await asyncio.to_thread(lambda: here.environments.base)
    return json_response({**found.document(), "overlays": here.environments.enabled})


@router.put(
    "/environments/{digest}",
    openapi_extra=_BODY,
    responses={202: {"description": "It is being built: ask again."}},
)
async def build(
    digest: str,
    request: Request,
    here: Here,
    wait: Annotated[float, Query(ge=0, le=_LONGEST_WAIT_S)] = 0.0,
) -> Response:
    """Build the environment of a lock, if it is not there; repeat it to see how far."""
    body = await read_body(request, limit=LOCK_BYTES)
    lock = await asyncio.to_thread(parse_lock, body)
    if lock.digest() != digest:
        raise HttpRefusal(
            400,
            "bad_digest",
            f"The lock has the digest {lock.digest()}, the path says {digest}.",
            hint="It is that of the lock as `qrt build` writes it.",
        )
    message = None
    if not await asyncio.to_thread(here.environments.is_there, lock):
        check_queue(here.environments, lock)
        progress = here.environments.progress(lock)
        done, _ = await asyncio.wait([progress.task], timeout=wait)
        message = None if done else progress.message
        if done:
            here.environments.told(lock)
            progress.task.result()
    state = "ready" if message is None else "building"
    return json_response(
        {"digest": digest, "state": state, "message": message},
        status=200 if message is None else 202,
    )
