"""What programs can run on."""

# ruff: noqa: TC001, TC002 - annotations are evaluated at run time
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.responses import Response

from program_runtime.service.api.documents import json_response
from program_runtime.service.auth import GUARDED
from program_runtime.service.context import Here

if TYPE_CHECKING:
    from program_runtime.backends.info import BackendInfo

router = APIRouter(prefix="/api/v1/backends", dependencies=GUARDED, tags=["backends"])


@router.get("")
async def backends(here: Here) -> Response:
    """List all backends with the length of their queues."""
    waiting = await here.store.jobs.queued_by_backend()
    devices = [
        _device(info, waiting.get(info.name, 0)) for info in here.backends.known()
    ]
    return json_response({"devices": devices})


@router.get("/{name}/configuration")
async def configuration(name: str, here: Here) -> Response:
    """Return what does not change: size, gates, coupling map."""
    description = await here.backends.describe(name)
    return json_response(description["configuration"])


@router.get("/{name}/properties")
async def properties(name: str, here: Here) -> Response:
    """Return the calibration data; empty for an ideal simulator."""
    description = await here.backends.describe(name)
    return json_response(description["properties"])


@router.get("/{name}/status")
async def status(name: str, here: Here) -> Response:
    """Say whether the backend takes jobs, and how many wait."""
    description = await here.backends.describe(name)
    waiting = await here.store.jobs.queued_by_backend()
    length = waiting.get(here.backends.resolve(name).name, 0)
    return json_response({**description["status"], "length_queue": length})


def _device(info: BackendInfo, queue_length: int) -> dict[str, Any]:
    return {
        "name": info.name,
        "status": {"name": "online"},
        "qubits": info.num_qubits,
        "queue_length": queue_length,
        "simulator": info.simulator,
        "aliases": list(info.aliases),
        "description": info.description,
    }
