"""Backends as version 0.8 asks for them: below the network, as whole configurations."""

# ruff: noqa: TC001, TC002 - annotations are evaluated at run time
from __future__ import annotations

import json

from fastapi import APIRouter, Depends
from starlette.responses import Response

from program_runtime.errors import BackendNotFoundError
from program_runtime.service.api import backends as native
from program_runtime.service.api.documents import json_response
from program_runtime.service.api.retired.backends import (
    configuration_as,
    defaults,
    names,
    properties,
)
from program_runtime.service.api.retired.instance import check_instance
from program_runtime.service.api.retired.routing import RetiredRoute
from program_runtime.service.auth import GUARDED
from program_runtime.service.context import Here


def _of_this_instance(hub: str, group: str, project: str) -> None:
    check_instance(f"{hub}/{group}/{project}")


router = APIRouter(
    prefix="/Network/{hub}/Groups/{group}/Projects/{project}/devices",
    dependencies=[*GUARDED, Depends(_of_this_instance)],
    include_in_schema=False,
    route_class=RetiredRoute,
)


@router.get("/v/1")
async def devices(here: Here) -> Response:
    """List the configurations of all backends that can be described."""
    found = []
    for name in names(here):
        try:
            found.append(await configuration_as(here, name))
        except BackendNotFoundError:
            continue  # it is out of order
    return json_response(found)


@router.get("/{name}/queue/status")
async def status(name: str, here: Here) -> Response:
    """Say whether a backend takes jobs, and how many wait."""
    known = json.loads(bytes((await native.status(name, here)).body))
    return json_response({**known, "lengthQueue": known["length_queue"]})


@router.get("/{name}/jobsLimit")
async def jobs_limit(name: str, here: Here) -> Response:
    """Say that there is no limit on how many jobs may wait."""
    here.backends.resolve(name)
    return json_response({"maximumJobs": -1, "runningJobs": 0})


@router.get("/{name}/bookings/v2")
async def bookings(name: str, here: Here) -> Response:
    """Say that nobody has a backend to themselves."""
    here.backends.resolve(name)
    return json_response([])


router.get("/{name}/properties")(properties)
router.get("/{name}/defaults")(defaults)
