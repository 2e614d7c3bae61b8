"""IBM Cloud's search and catalog: which instances there are. There is one."""

# ruff: noqa: TC001, TC002 - annotations are evaluated at run time
from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from program_runtime.service.api.documents import json_response, usage_document
from program_runtime.service.api.errors import not_found
from program_runtime.service.auth import GUARDED, Caller
from program_runtime.service.context import Here
from program_runtime.service.domain import Role
from program_runtime.service.instance import instance_name

router = APIRouter(dependencies=GUARDED, tags=["official clients"])

_PLAN = "qrt-open"


@router.post("/v3/resources/search")
async def search(here: Here) -> Response:
    """Return the instance of this service, whatever is searched for."""
    instance = here.settings.instance
    item = {
        "crn": instance,
        "name": instance_name(instance),
        "service_plan_unique_id": _PLAN,
        "tags": [],
        # Clients drop an instance that has nothing here.
        "doc": {"extensions": {"kind": "qrt"}},
    }
    return json_response({"items": [item], "limit": 100})


@router.get("/catalog/{plan}")
async def catalog(plan: str) -> Response:
    """Return the plan of the instance: nothing is charged."""
    if plan != _PLAN:
        raise not_found("plan", plan, known=[_PLAN])
    return json_response(
        {
            "id": _PLAN,
            "name": _PLAN,
            "overview_ui": {"en": {"display_name": "Open"}},
            "metadata": {"pricing": {"type": "free"}},
        }
    )


@router.get("/api/v1/instances/usage")
async def usage(caller: Caller, here: Here) -> Response:
    """Return what the caller's jobs used, an admin all jobs; there is no limit."""
    user = None if caller.role is Role.ADMIN else caller.name
    return json_response(usage_document(await here.usage.of(user)))
