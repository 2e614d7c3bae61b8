"""Programs: found, shown, made public or private, deleted."""

# ruff: noqa: TC001 - annotations are evaluated at run time
from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from program_runtime.service.api.access import own_program, visible_program
from program_runtime.service.api.documents import json_response, program_document
from program_runtime.service.api.json_bodies import BoundedRoute
from program_runtime.service.api.listing import Limit, Offset
from program_runtime.service.auth import GUARDED, Caller
from program_runtime.service.context import Here
from program_runtime.service.domain import Visibility

router = APIRouter(
    prefix="/api/v1/programs",
    dependencies=GUARDED,
    tags=["programs"],
    route_class=BoundedRoute,
)


class ProgramChange(BaseModel):
    """What can be changed about a program."""

    visibility: Visibility


@router.get("")
async def programs(
    caller: Caller,
    here: Here,
    search: Annotated[str, Query(max_length=200)] = "",
    limit: Limit = 20,
    offset: Offset = 0,
) -> Response:
    """List the programs that the caller may run."""
    found, count = await here.store.programs.find(
        caller, search=search, limit=limit, offset=offset
    )
    documents = [program_document(program) for program in found]
    return json_response({"programs": documents, "count": count})


@router.get("/{program_id}")
async def program(program_id: str, caller: Caller, here: Here) -> Response:
    """Return a program as of its latest release."""
    found = await visible_program(here, caller, program_id)
    return json_response(program_document(found))


@router.patch("/{program_id}")
async def change(
    program_id: str, change: ProgramChange, caller: Caller, here: Here
) -> Response:
    """Make a program public or private."""
    await own_program(here, caller, program_id)
    changed = await here.store.programs.set_visibility(program_id, change.visibility)
    here.programs.forget(program_id)
    return json_response(program_document(changed))


@router.delete("/{program_id}", status_code=204)
async def delete(program_id: str, caller: Caller, here: Here) -> Response:
    """Take a program away; its jobs keep their results."""
    await own_program(here, caller, program_id)
    await here.store.programs.delete(program_id)
    here.programs.forget(program_id)
    return Response(status_code=204)
