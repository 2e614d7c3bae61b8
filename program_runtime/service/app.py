"""The application: routes, error answers, and the life of what is behind them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI

from program_runtime.service.answers import GuardedAnswers
from program_runtime.service.api import errors, openapi, routers
from program_runtime.service.api.admission import admit
from program_runtime.service.broker import make_broker
from program_runtime.service.context import make_context, spool_folder
from program_runtime.service.environment_parts import environments_folder
from program_runtime.service.paths import CanonicalPaths
from program_runtime.service.versions import versions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from program_runtime.execution.broker.protocol import Broker
    from program_runtime.service.executors import Executor
    from program_runtime.service.settings import Settings
    from program_runtime.service.store import BlobStore, Store

_DESCRIPTION = (
    "Publish hybrid quantum-classical programs, run them close to a backend, and "
    "follow what they say while they run."
)


def create_app(
    settings: Settings,
    *,
    store: Store | None = None,
    blobs: BlobStore | None = None,
    executor: Executor | None = None,
) -> FastAPI:
    """Make the application of one service.

    Args:
        settings: Where it keeps its data, and its limits.
        store: In place of the database of the settings.
        blobs: In place of the blob folder of the data directory.
        executor: In place of processes on this machine.

    Returns:
        An ASGI application. Its lifespan opens and closes the service;
        ``app.state.context`` holds the parts.
    """
    blobs = blobs if blobs is not None else _blobs(settings)
    broker = make_broker(settings)
    context = make_context(
        settings,
        broker=broker,
        blobs=blobs,
        store=store if store is not None else _store(settings, blobs),
        executor=executor if executor is not None else _executor(settings, broker),
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            await context.start()
            yield
        finally:
            await context.close()

    app = FastAPI(
        title="Qiskit program service",
        description=_DESCRIPTION,
        version=versions()["version"],
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.context = context
    app.add_middleware(GuardedAnswers)
    app.add_middleware(CanonicalPaths)
    errors.install(app)
    for router in routers():
        app.include_router(router, dependencies=[Depends(admit)])
    openapi.install(app)
    return app


def _blobs(settings: Settings) -> BlobStore:
    from program_runtime.service.store import FolderBlobStore  # noqa: PLC0415

    return FolderBlobStore(settings.data_dir / "blobs")


def _store(settings: Settings, blobs: BlobStore) -> Store:
    from program_runtime.service.store import SqlStore  # noqa: PLC0415

    return SqlStore(settings.database(), blobs=blobs)


def _executor(settings: Settings, broker: Broker | None) -> Executor:
    from program_runtime.service.executors import LocalExecutor  # noqa: PLC0415

    return LocalExecutor(
        spool_dir=spool_folder(settings),
        isolation=settings.isolation,
        pool_size=settings.workers,
        disk_bytes=settings.disk_bytes,
        disk_files=settings.disk_files,
        broker=broker,
        hidden=[settings.data_dir] if settings.bubblewrap else (),
        shown=[_made(environments_folder(settings))] if settings.bubblewrap else (),
    )


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder.absolute()
