"""What programs can run on."""

# ruff: noqa: TC001, TC002 - annotations are evaluated at run time
from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from program_runtime.backends import mocks
from program_runtime.service.api.documents import json_response
from program_runtime.service.api.errors import HttpRefusal
from program_runtime.service.auth import GUARDED
from program_runtime.service.context import Context, Here

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.backends.info import BackendInfo

router = APIRouter(prefix="/api/v1/backends", dependencies=GUARDED, tags=["backends"])

Calibration = Annotated[str | None, Query(max_length=200)]


@router.get("")
async def backends(
    *,
    here: Here,
    include_mocks: Annotated[
        bool,
        Query(
            description="Also name those that are for dry runs, and other names, in "
            "the class `mock`: official clients find by name what they do not list."
        ),
    ] = False,
) -> Response:
    """List all backends with the length of their queues."""
    await here.backends.ready()
    waiting = await here.store.jobs.queued_by_backend()
    devices = [await _device(here, info, waiting) for info in here.backends.known()]
    if include_mocks:
        devices += [
            await _mock(here, info, name, waiting)
            for info in (*here.backends.known(), *here.backends.mocks())
            for name in _further_names(info)
        ]
    return json_response({"devices": devices})


@router.get("/{name}/configuration")
async def configuration(
    name: str, here: Here, calibration_id: Calibration = None
) -> Response:
    """Return what does not change: size, gates, coupling map."""
    check_calibration(calibration_id)
    description = await here.backends.describe(name)
    return json_response(description["configuration"])


@router.get("/{name}/properties")
async def properties(
    name: str, here: Here, calibration_id: Calibration = None
) -> Response:
    """Return the calibration data; empty for an ideal simulator."""
    check_calibration(calibration_id)
    description = await here.backends.describe(name)
    return json_response(description["properties"])


@router.get("/{name}/status")
async def status(name: str, here: Here) -> Response:
    """Say whether the backend takes jobs, and how many wait."""
    description = await here.backends.describe(name)
    waiting = await here.store.jobs.queued_by_backend()
    own = description["status"]
    # A device has a queue of its own beside ours.
    length = own["length_queue"] + waiting.get(here.backends.resolve(name).name, 0)
    return json_response({**own, "length_queue": length})


def check_calibration(calibration_id: str | None) -> None:
    """Refuse to give what belongs to another calibration than the one there is.

    Raises:
        HttpRefusal: 400.
    """
    if calibration_id is None:
        return
    raise HttpRefusal(
        400,
        "unknown_calibration",
        f"There is no calibration {calibration_id!r}: this service keeps one for each "
        "backend.",
        hint="Leave calibration_id out.",
    )


async def _device(
    here: Context, info: BackendInfo, waiting: Mapping[str, int]
) -> dict[str, Any]:
    return {
        "name": info.name,
        "status": {"name": "online"},
        "qubits": await here.backends.num_qubits(info),
        "queue_length": waiting.get(info.name, 0),
        "simulator": info.simulator,
        "aliases": list(info.aliases),
        "description": info.description,
    }


async def _mock(
    here: Context, info: BackendInfo, name: str, waiting: Mapping[str, int]
) -> dict[str, Any]:
    device = await _device(here, info, waiting)
    return {**device, "name": name, "aliases": [], "class": "mock"}


def _further_names(info: BackendInfo) -> tuple[str, ...]:
    return (info.name, *info.aliases) if info.source == mocks.SOURCE else info.aliases
