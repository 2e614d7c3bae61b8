"""What an uploaded program goes through before it is published."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from program_runtime.bundle import unpack_bundle
from program_runtime.environments import LOCK_NAME, read_lock
from program_runtime.errors import ExecutionError
from program_runtime.service.api.errors import RETRY_AFTER_S, HttpRefusal
from program_runtime.service.build_queue import check_queue
from program_runtime.service.smoke_import import smoke_import

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from program_runtime.environments import Lock
    from program_runtime.execution.limits import Limits
    from program_runtime.service.environments import Environment, Environments
    from program_runtime.service.executors import Executor

__all__ = ["Trial"]

_PATIENCE_S: Final = 45.0
"""Clients wait a minute for an answer."""
_AT_ONCE: Final = 4


class Trial:
    """Gets the environment of a bundle ready, and imports the program in it.

    Args:
        executor: Runs jobs.
        environments: Of releases that have a lock.
        spool_dir: Where bundles are unpacked for it.
        limits: Of a job.
        timeout_s: How long an import may take.
    """

    def __init__(
        self,
        executor: Executor,
        environments: Environments,
        spool_dir: Path,
        *,
        limits: Limits,
        timeout_s: float,
    ) -> None:
        self._executor = executor
        self._environments = environments
        self._spool_dir = spool_dir
        self._limits = limits
        self._timeout_s = timeout_s
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def run(self, bundle: Path) -> None:
        """Try a bundle that was looked into before.

        Raises:
            BadBundleError: The program can not be imported.
            BadRequirementsError: What it requires can not be installed.
            HttpRefusal: Its environment is not ready yet, or nothing can be tried now.
            StorageError: The disk is full.
        """
        work = Path(
            await asyncio.to_thread(tempfile.mkdtemp, "", "trial-", self._spool_dir)
        )
        try:
            folder = work / "content"
            await asyncio.to_thread(unpack_bundle, bundle, folder)
            lock = await asyncio.to_thread(read_lock, folder)
            async with self._environment(lock) as environment, self._turns:
                await self._import(folder, environment)
        finally:
            await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)

    async def _import(self, folder: Path, environment: Environment | None) -> None:
        try:
            await smoke_import(
                self._executor,
                folder,
                limits=self._limits,
                timeout_s=self._timeout_s,
                environment=environment,
            )
        except ExecutionError as err:
            raise HttpRefusal(
                503,
                "not_tried",
                err.message,
                hint="Nothing was published; try it again.",
                headers={"Retry-After": str(RETRY_AFTER_S)},
            ) from err

    @contextlib.asynccontextmanager
    async def _environment(
        self, lock: Lock | None
    ) -> AsyncIterator[Environment | None]:
        if lock is None:
            yield None
            return
        if not await asyncio.to_thread(self._environments.is_there, lock):
            check_queue(self._environments, lock)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                environment = await self._environments.of(lock)
        except TimeoutError:
            raise HttpRefusal(
                503,
                "environment_building",
                f"The environment of this {LOCK_NAME} is still being built.",
                hint="Nothing was published yet; send it again in a moment.",
                headers={"Retry-After": str(RETRY_AFTER_S)},
            ) from None
        with self._environments.used(environment):
            yield environment
