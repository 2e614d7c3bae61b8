"""Programs as one source and its metadata, published as releases.

A retired program has no version: it begins with 1.0.0, and each change of it is
the release of the next patch version.
"""

# ruff: noqa: TC001, TC002 - annotations are evaluated at run time
from __future__ import annotations

import base64
import binascii
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from program_runtime.errors import Problem
from program_runtime.metadata import bounds, json_text
from program_runtime.service.api.access import own_program
from program_runtime.service.api.documents import json_response
from program_runtime.service.api.errors import HttpRefusal
from program_runtime.service.api.retired import program_ids, single_file
from program_runtime.service.api.retired.documents import DISPLAY_NAME
from program_runtime.service.api.retired.routing import RetiredRoute
from program_runtime.service.auth import GUARDED, Caller
from program_runtime.service.context import Here
from program_runtime.service.domain import Visibility
from program_runtime.service.transfer import read_body

router = APIRouter(
    prefix="/programs",
    dependencies=GUARDED,
    include_in_schema=False,
    route_class=RetiredRoute,
)

_METADATA_BYTES = 512 * 1024
_DEPTH, _NODES = 60, 30_000
_FIRST_VERSION = "1.0.0"


@router.post("", status_code=201)
async def upload(request: Request, caller: Caller, here: Here) -> Response:
    """Publish a program; a name that is taken gets an id of its own."""
    asked = _document(await read_body(request, limit=_body_bytes(here)))
    name = asked.get("name")
    if not isinstance(name, str) or not name.strip():
        raise _unreadable("name", "must be a text that is not empty")
    source = _source(asked.pop("data", None))
    visibility = Visibility.PUBLIC if asked.pop("is_public", False) else None
    program_id = await program_ids.free(here, name)
    metadata = {**asked, "name": program_id, "version": _FIRST_VERSION}
    if name != program_id:
        metadata[DISPLAY_NAME] = name
    await single_file.publish(
        here,
        caller,
        metadata,
        {single_file.SOURCE: source},
        visibility=visibility,
    )
    return json_response({"id": program_id}, status=201)


@router.put("/{program_id}/data", status_code=204)
async def change_source(
    program_id: str, request: Request, caller: Caller, here: Here
) -> Response:
    """Publish the next release with another source: base64, as it is."""
    source = _source(await read_body(request, limit=_body_bytes(here)))
    program = await own_program(here, caller, program_id)
    await single_file.change(here, caller, program, {}, source=source)
    return Response(status_code=204)


@router.patch("/{program_id}", status_code=204)
async def change_metadata(
    program_id: str, request: Request, caller: Caller, here: Here
) -> Response:
    """Publish the next release with other metadata; ``spec`` is replaced whole."""
    asked = _document(await read_body(request, limit=_METADATA_BYTES))
    program = await own_program(here, caller, program_id)
    names = ("description", "cost", "spec")
    changes = {name: asked[name] for name in names if asked.get(name)}
    if asked.get("name"):
        changes[DISPLAY_NAME] = asked["name"]
    await single_file.change(here, caller, program, changes)
    return Response(status_code=204)


def _body_bytes(here: Here) -> int:
    """A source is a third larger in base64."""
    return here.settings.bundle_bytes * 4 // 3 + _METADATA_BYTES


def _document(body: bytes) -> dict[str, Any]:
    try:
        value = json_text.load(body)
    except json_text.NotJsonError as err:
        raise _unreadable("body", f"is not JSON: {err}") from None
    if not isinstance(value, dict):
        raise _unreadable("body", "must be a JSON object")
    problems = bounds.exceeded(value, depth=_DEPTH, nodes=_NODES, path="body")
    if problems:
        raise HttpRefusal(
            400, "bad_request", "The program can not be read.", problems=problems
        )
    return value


def _source(data: Any) -> bytes:
    if not isinstance(data, (str, bytes)):
        raise _unreadable("data", "must be the source in base64")
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as err:
        raise _unreadable("data", f"is not base64: {err}") from None


def _unreadable(path: str, message: str) -> HttpRefusal:
    return HttpRefusal(
        400,
        "bad_request",
        f"The program can not be published: {path} {message}.",
        problems=[Problem(path=path, message=message)],
    )
