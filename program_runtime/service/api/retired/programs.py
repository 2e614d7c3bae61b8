"""Programs: found, shown with their source to their owner, opened to all, deleted."""

# ruff: noqa: TC001 - annotations are evaluated at run time
from __future__ import annotations

import asyncio

from fastapi import APIRouter
from starlette.responses import Response

from program_runtime.service.api import programs as native
from program_runtime.service.api.access import visible_program
from program_runtime.service.api.documents import json_response
from program_runtime.service.api.listing import Limit, Offset
from program_runtime.service.api.retired.documents import program_document
from program_runtime.service.api.retired.routing import NOTED, RetiredRoute
from program_runtime.service.auth import Caller
from program_runtime.service.context import Here
from program_runtime.service.domain import Visibility, may_change_program

router = APIRouter(
    prefix="/programs",
    dependencies=NOTED,
    include_in_schema=False,
    route_class=RetiredRoute,
)


@router.get("")
async def programs(
    caller: Caller,
    here: Here,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Response:
    """List the programs that the caller may run, oldest first."""
    found, count = await here.store.programs.find(caller, limit=limit, offset=offset)
    documents = [program_document(program) for program in found]
    return json_response({"programs": documents, "count": count})


@router.get("/{program_id}")
async def program(program_id: str, caller: Caller, here: Here) -> Response:
    """Return a program, with the text of its source to who may change it."""
    found = await visible_program(here, caller, program_id)
    document = program_document(found)
    if may_change_program(caller, found):
        folder = await here.folders.folder(found.latest.digest)
        source = folder / "program.py"
        document["data"] = await asyncio.to_thread(
            source.read_text, encoding="utf-8", errors="replace"
        )
    return json_response(document)


@router.put("/{program_id}/public", status_code=204)
async def make_public(program_id: str, caller: Caller, here: Here) -> Response:
    """Let everyone see and run a program, but not read it."""
    change = native.ProgramChange(visibility=Visibility.PUBLIC)
    await native.change(program_id, change, caller, here)
    return Response(status_code=204)


@router.put("/{program_id}/private", status_code=204)
async def make_private(program_id: str, caller: Caller, here: Here) -> Response:
    """Take a program out of everyone's sight."""
    change = native.ProgramChange(visibility=Visibility.PRIVATE)
    await native.change(program_id, change, caller, here)
    return Response(status_code=204)


router.delete("/{program_id}", status_code=204)(native.delete)
