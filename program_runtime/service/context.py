"""Everything that the routes share, put together in one place."""

# ruff: noqa: TC002 - annotations are evaluated at run time
from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from program_runtime.errors import StorageError
from program_runtime.service.access_tokens import AccessTokens
from program_runtime.service.backends import Backends
from program_runtime.service.builtin_programs import publish_builtin_programs
from program_runtime.service.conditions import Conditions
from program_runtime.service.device_jobs import end_unread
from program_runtime.service.environment_parts import environments_of
from program_runtime.service.exposure import check_isolation
from program_runtime.service.generations import Generations
from program_runtime.service.hub import Hub
from program_runtime.service.metrics import Metrics
from program_runtime.service.recent_usage import RecentUsage
from program_runtime.service.releases import ReleaseFolders
from program_runtime.service.remembered import RememberedPrograms
from program_runtime.service.scheduler import Scheduler
from program_runtime.service.session_keeper import SessionKeeper
from program_runtime.service.signed_links import SignedLinks
from program_runtime.service.signing_key import SigningKey
from program_runtime.service.specs import SpecMaker
from program_runtime.service.tokens import Tokens
from program_runtime.service.trial import Trial
from program_runtime.service.uploads import Uploads

if TYPE_CHECKING:
    from pathlib import Path

    from program_runtime.execution.broker.link import BrokerProcess
    from program_runtime.service.environments import Environments
    from program_runtime.service.executors import Executor
    from program_runtime.service.settings import Settings
    from program_runtime.service.store import BlobStore, Store

log = logging.getLogger(__name__)

_INSPECTIONS = 4
_LARGE_BODIES = 4
_LAST_WORDS_S = 2.0
"""For the broker to tell devices that nobody waits for them any more."""


@dataclass(kw_only=True)
class Context:
    """One running service."""

    settings: Settings
    store: Store
    blobs: BlobStore
    executor: Executor
    spool_dir: Path
    hub: Hub
    metrics: Metrics
    signing_key: SigningKey
    access_tokens: AccessTokens
    signed_links: SignedLinks
    tokens: Tokens
    programs: RememberedPrograms
    backends: Backends
    uploads: Uploads
    folders: ReleaseFolders
    environments: Environments
    trial: Trial
    specs: SpecMaker
    sessions: SessionKeeper
    scheduler: Scheduler
    usage: RecentUsage
    since: float = field(default_factory=time.monotonic)
    inspections: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(_INSPECTIONS)
    )
    """Held by who has a bundle looked into: each takes a process."""
    large_bodies: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(_LARGE_BODIES)
    )
    """Held by who has a large submission in memory."""
    large_messages: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(_LARGE_BODIES)
    )
    """Held by who is sent a large result whole, because its client follows no links."""
    generations: Generations = field(default_factory=Generations)
    """Which retired clients are at the other end."""
    broker: BrokerProcess | None = None
    """Reaches the devices; the executor has it, too."""
    sweep_every_s: float = 3600.0
    """How often what nothing refers to any more is deleted."""
    _sweeping: asyncio.Task[None] | None = None
    _looking_back: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open the store, settle what a crash left, run what is queued."""
        await asyncio.to_thread(self._tidy)
        await asyncio.to_thread(self.signing_key.prepare)
        # The executor's own process imports Qiskit while the store opens.
        starting = asyncio.create_task(self.executor.start())
        try:
            await self.store.open()
            await self.store.jobs.recover()
            if self.settings.builtin_programs:
                await publish_builtin_programs(self.store, self.blobs, self.spool_dir)
        finally:
            await starting
        check_isolation(self.settings, self.executor.level)
        await asyncio.to_thread(self.environments.start, self.executor.level)
        await self.sessions.start()
        if self.broker is not None:
            looking_back = end_unread(self.broker, self.store)
            self._looking_back = asyncio.create_task(looking_back)
        self.scheduler.start()
        self._sweeping = asyncio.create_task(self._sweep_now_and_then())

    async def drain(self) -> None:
        """Let running jobs end, then release everyone who waits."""
        await self.scheduler.close(self.settings.grace_s)
        self.hub.close()

    async def close(self) -> None:
        """Give everything back; a service that was drained closes at once."""
        for task in (self._sweeping, self._looking_back):
            if task is not None:
                task.cancel()
        self.sessions.stop()
        await self.drain()
        await self.environments.close()
        await self.executor.close()
        await self.backends.close()
        if self.broker is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LAST_WORDS_S):
                    await end_unread(self.broker, self.store)
            await self.broker.close()
        await self.store.close()

    async def _sweep_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(self.sweep_every_s)
            try:
                await self.store.sweep()
                await asyncio.to_thread(self.uploads.sweep)
                await asyncio.to_thread(self.environments.sweep)
            except (OSError, StorageError):
                log.exception("sweeping failed; it is tried again later")

    def _tidy(self) -> None:
        """Throw away what uploads and jobs of an earlier process left behind."""
        shutil.rmtree(self.spool_dir, ignore_errors=True)
        self.spool_dir.mkdir(mode=0o700, parents=True)
        self.uploads.sweep()


def make_context(
    settings: Settings,
    *,
    store: Store,
    blobs: BlobStore,
    executor: Executor,
    broker: BrokerProcess | None = None,
) -> Context:
    """Put the parts of a service together; nothing is started yet."""
    spool_dir = spool_folder(settings)
    hub = Hub()
    metrics = Metrics()
    folders = ReleaseFolders(settings.data_dir / "releases", spool_dir, blobs)
    backends = Backends(settings.data_dir / "cache", broker=broker)
    environments = environments_of(settings)
    specs = SpecMaker(
        settings,
        store,
        blobs,
        folders,
        spool_dir,
        backends=backends,
        environments=environments,
    )
    sessions = SessionKeeper(store=store, executor=executor, hub=hub, metrics=metrics)
    signing_key = _signing_key(settings)
    access_tokens = AccessTokens(signing_key)
    return Context(
        settings=settings,
        store=store,
        blobs=blobs,
        executor=executor,
        spool_dir=spool_dir,
        hub=hub,
        metrics=metrics,
        signing_key=signing_key,
        access_tokens=access_tokens,
        signed_links=SignedLinks(signing_key),
        tokens=Tokens(store, access_tokens=access_tokens),
        programs=RememberedPrograms(store),
        backends=backends,
        broker=broker,
        uploads=Uploads(settings.data_dir / "uploads"),
        folders=folders,
        environments=environments,
        trial=Trial(
            executor,
            environments,
            spool_dir,
            limits=specs.limits,
            timeout_s=settings.import_s,
        ),
        specs=specs,
        sessions=sessions,
        scheduler=Scheduler(
            store=store,
            executor=executor,
            hub=hub,
            specs=specs,
            metrics=metrics,
            sessions=sessions,
            conditions=Conditions(backends),
            workers=settings.workers,
        ),
        usage=RecentUsage(store),
    )


def _signing_key(settings: Settings) -> SigningKey:
    given = settings.signing_key
    return SigningKey(
        settings.data_dir / "keys" / "signing",
        given=given.get_secret_value() if given is not None else None,
    )


def spool_folder(settings: Settings) -> Path:
    """Return the folder for what is being received or unpacked."""
    return settings.data_dir / "spool"


async def _context_of(connection: HTTPConnection) -> Context:
    context: Context = connection.app.state.context
    return context


Here = Annotated[Context, Depends(_context_of)]
"""The parameter by which a route gets the context."""
