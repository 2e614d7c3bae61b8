"""How the service is: health, numbers, versions."""

# ruff: noqa: TC001 - annotations are evaluated at run time
from __future__ import annotations

import time

from fastapi import APIRouter
from starlette.responses import Response

from program_runtime.errors import StorageError
from program_runtime.service import metrics
from program_runtime.service.api.documents import json_response
from program_runtime.service.auth import GUARDED
from program_runtime.service.context import Context, Here
from program_runtime.service.instance import PROVIDER
from program_runtime.service.versions import images, versions

_ALIVE = {"ok", "degraded"}

router = APIRouter(dependencies=GUARDED, tags=["system"])


@router.get(
    "/healthz", responses={503: {"description": "It is stopping, or has failed."}}
)
async def health(here: Here) -> Response:
    """Say whether the service works: isolation, zygote, queue, store.

    ``degraded`` (200) is a service that can only read; ``stopping`` and ``failed``
    (503) should get no requests.
    """
    status, store, waiting = await _condition(here)
    document = {
        "status": status,
        "version": versions()["version"],
        "isolation": here.executor.level,
        "zygote": here.executor.health(),
        "queue": {"queued": waiting, "running": here.scheduler.running},
        "store": store,
        "broker": here.broker.health() if here.broker is not None else None,
        "uptime_s": round(time.monotonic() - here.since, 3),
    }
    return json_response(document, status=200 if status in _ALIVE else 503)


async def _condition(here: Context) -> tuple[str, str, int | None]:
    """Return the status, how the store is, and how many jobs wait."""
    try:
        waiting = sum((await here.store.jobs.queued_by_backend()).values())
    except StorageError as err:
        return "failed", f"failed: {err.message}", None
    status, store = "ok", "ok"
    try:
        await here.store.check()
    except StorageError as err:
        status, store = "degraded", f"can not be written: {err.message}"
    return "stopping" if here.scheduler.closing else status, store, waiting


@router.get("/metrics")
async def prometheus(here: Here) -> Response:
    """Return the numbers of the service as Prometheus reads them."""
    waiting = await here.store.jobs.queued_by_backend()
    here.metrics.jobs_queued.set(sum(waiting.values()))
    here.metrics.jobs_running.set(here.scheduler.running)
    here.metrics.listeners.set(len(here.hub))
    return Response(here.metrics.text(), media_type=metrics.MEDIA_TYPE)


@router.get("/api/v1/version")
async def version(here: Here) -> Response:
    """Return the service's instance and its versions: API, Python, Qiskit, QPY."""
    named = {
        "instance": here.settings.instance,
        "provider": PROVIDER,
        "image": images()[0],
    }
    return json_response({**versions(), **named})
