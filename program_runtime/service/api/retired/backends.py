"""What programs can run on, as lists of names and old forms of descriptions."""

# ruff: noqa: TC001, TC002 - annotations are evaluated at run time
from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from program_runtime.service.api import backends as native
from program_runtime.service.api.documents import json_response
from program_runtime.service.api.retired.instance import Provider
from program_runtime.service.api.retired.routing import NOTED, RetiredRoute
from program_runtime.service.context import Context, Here

router = APIRouter(
    dependencies=NOTED, include_in_schema=False, route_class=RetiredRoute
)


@router.get("/backends", dependencies=[Provider])
async def backends(here: Here) -> Response:
    """List the names, aliases too: clients know no backend that is not in the list."""
    return json_response({"devices": names(here)})


@router.get("/backends/{name}/configuration")
async def configuration(name: str, here: Here) -> Response:
    """Return what does not change, under the name that was asked for."""
    return json_response(await configuration_as(here, name))


@router.get("/backends/{name}/defaults")
async def defaults(name: str, here: Here) -> Response:
    """Return no pulse defaults: pulses are gone."""
    here.backends.resolve(name)
    return json_response({})


@router.get("/backends/{name}/properties")
async def properties(name: str, here: Here) -> Response:
    """Return the calibration data, that of delays too; empty where there is none.

    Clients since 0.9 fail to make a target that no delay is told for.
    """
    description = await here.backends.describe(name)
    known: dict[str, Any] = description["properties"]
    if not known:
        return json_response({})
    delays = [_delay(qubit) for qubit in range(len(known["qubits"]))]
    return json_response(
        {**known, "backend_name": name, "gates": [*known["gates"], *delays]}
    )


router.get("/backends/{name}/status")(native.status)


def _delay(qubit: int) -> dict[str, Any]:
    return {
        "gate": "delay",
        "name": f"delay{qubit}",
        "qubits": [qubit],
        "parameters": [],
    }


def names(here: Context) -> list[str]:
    """Return every name that a backend goes by."""
    return [
        name for info in here.backends.known() for name in (info.name, *info.aliases)
    ]


async def configuration_as(here: Context, name: str) -> dict[str, Any]:
    """Return the configuration of a backend under one of its names."""
    description = await here.backends.describe(name)
    return {**description["configuration"], "backend_name": name}
