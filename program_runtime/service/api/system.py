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
from program_runtime.service.context import Here
from program_runtime.service.versions import versions

router = APIRouter(dependencies=GUARDED, tags=["system"])


@router.get("/healthz")
async def health(here: Here) -> Response:
    """Say whether the service works: isolation, zygote, queue, store."""
    try:
        waiting = sum((await here.store.jobs.queued_by_backend()).values())
        store = "ok"
    except StorageError as err:
        waiting, store = None, f"failed: {err.message}"
    document = {
        "status": "ok" if store == "ok" else "failed",
        "version": versions()["version"],
        "isolation": here.executor.level,
        "zygote": here.executor.health(),
        "queue": {"queued": waiting, "running": here.scheduler.running},
        "store": store,
        "uptime_s": round(time.monotonic() - here.since, 3),
    }
    return json_response(document, status=200 if store == "ok" else 503)


@router.get("/metrics")
async def prometheus(here: Here) -> Response:
    """Return the numbers of the service as Prometheus reads them."""
    waiting = await here.store.jobs.queued_by_backend()
    here.metrics.jobs_queued.set(sum(waiting.values()))
    here.metrics.jobs_running.set(here.scheduler.running)
    here.metrics.listeners.set(len(here.hub))
    return Response(here.metrics.text(), media_type=metrics.MEDIA_TYPE)


@router.get("/api/v1/version")
async def version() -> Response:
    """Return the versions of the service, its API, Python, Qiskit and QPY."""
    return json_response(versions())
