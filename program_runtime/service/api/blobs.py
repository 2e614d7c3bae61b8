"""Large inputs, sent before the job that names them."""

# ruff: noqa: TC001, TC002 - annotations are evaluated at run time
from __future__ import annotations

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from program_runtime.service.api.documents import json_response
from program_runtime.service.api.errors import HttpRefusal
from program_runtime.service.auth import GUARDED, Caller
from program_runtime.service.context import Here
from program_runtime.service.transfer import receive

router = APIRouter(prefix="/api/v1/blobs", dependencies=GUARDED, tags=["blobs"])

_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary"}
            }
        },
    }
}


@router.put(
    "/{digest}",
    status_code=201,
    openapi_extra=_BODY,
    responses={200: {"description": "You sent these bytes before."}},
)
async def put(digest: str, request: Request, caller: Caller, here: Here) -> Response:
    """Store bytes under their digest, to be named as ``inputs_digest`` by a job."""
    limit = here.settings.inputs_bytes
    with await receive(request, here.spool_dir, limit=limit) as upload:
        if upload.digest != digest:
            raise HttpRefusal(
                400,
                "bad_digest",
                f"The body has the digest {upload.digest}, the path says {digest}.",
                hint="The upload was damaged on its way: send it again.",
            )
        # That others sent them is not told: who guesses bytes would learn of them.
        known = await asyncio.to_thread(here.uploads.has, caller.name, digest)
        await asyncio.to_thread(here.blobs.put_file, upload.path, digest)
        await asyncio.to_thread(here.uploads.add, caller.name, digest)
    document = {"digest": digest, "size": upload.size}
    return json_response(document, status=200 if known else 201)
