"""From a job's record to what an executor runs."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from program_runtime.environments import read_lock
from program_runtime.execution.limits import Limits
from program_runtime.execution.spec import JobSpec
from program_runtime.service.domain import BUILTIN_OWNER, NotFoundError
from program_runtime.service.transfer import copy_blob

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from program_runtime.environments import Lock
    from program_runtime.service.backends import Backends
    from program_runtime.service.domain import Inputs, Job
    from program_runtime.service.environments import Environment, Environments
    from program_runtime.service.preparation import Preparation
    from program_runtime.service.releases import ReleaseFolders
    from program_runtime.service.settings import Settings
    from program_runtime.service.store import BlobStore, Store

_REMEMBERED = 256
_FIRST_SEQ = 2
"""The last number of a job that was queued and started, and nothing before."""


class SpecMaker:
    """Brings together the release, the inputs and the limits of a job."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        blobs: BlobStore,
        folders: ReleaseFolders,
        spool_dir: Path,
        *,
        backends: Backends,
        environments: Environments | None = None,
    ) -> None:
        self._environments = environments
        self._locks: dict[str, Lock | None] = {}
        self.preparing: set[str] = set()
        """The jobs that wait for their environment."""
        self._backends = backends
        self.limits = Limits(
            wall_time_s=settings.wall_time_s,
            cpu_time_s=settings.cpu_time_s,
            device_wait_s=settings.device_wait_s,
            memory_bytes=settings.job_memory(),
            processes=settings.processes,
            disk_bytes=settings.disk_bytes,
            disk_files=settings.disk_files,
            log_bytes=settings.log_bytes,
            message_bytes=settings.message_bytes,
            messages_bytes=settings.messages_bytes,
            result_bytes=settings.result_bytes,
            inputs_bytes=settings.inputs_bytes,
        )
        self._network_programs = settings.network_programs
        self._store = store
        self._blobs = blobs
        self._folders = folders
        self._spool_dir = spool_dir
        self._metadata: dict[str, Mapping[str, Any]] = {}
        self._builtin: dict[tuple[str, str], bool] = {}
        self._fresh: dict[str, str] = {}

    def expect(self, job_id: str, inputs: Inputs) -> None:
        """Keep the inputs of a job that is about to be queued, to save a look-up.

        Most jobs run at once. Of those that do not only the newest are kept.
        """
        if inputs.text is not None:
            while len(self._fresh) >= _REMEMBERED:
                del self._fresh[next(iter(self._fresh))]
            self._fresh[job_id] = inputs.text

    @asynccontextmanager
    async def spec(
        self, job: Job, preparation: Preparation | None = None
    ) -> AsyncIterator[JobSpec]:
        """Make the spec of a job; its spooled inputs last as long as the context.

        Args:
            job: Was claimed.
            preparation: Tells what the job waits for, if it has an environment.

        Raises:
            BadRequirementsError: What it requires can not be installed any more.
            NotFoundError: The release or the inputs are gone.
            StorageError: The disk fails.
        """
        metadata = await self._metadata_of(job.digest)
        folder = await self._folders.folder(job.digest)
        inputs, spooled = await self._inputs(job.id)
        try:
            async with self._environment(job.digest, folder, preparation) as found:
                plain = await self._plain(job, metadata, folder, inputs)
                yield (
                    plain
                    if found is None
                    else replace(plain, overlay=found.overlay, alone=found.alone)
                )
        finally:
            if spooled is not None:
                spooled.unlink(missing_ok=True)

    async def _plain(
        self,
        job: Job,
        metadata: Mapping[str, Any],
        folder: Path,
        inputs: bytes | Path,
    ) -> JobSpec:
        """Make the spec of a job that finds the base environment."""
        options = job.options
        return JobSpec(
            job_id=job.id,
            program_dir=folder,
            inputs=inputs,
            backend=job.backend,
            brokered=await self._backends.is_brokered(job.backend),
            parameters=_parameters(metadata),
            shots=options.get("shots"),
            seed=options.get("seed"),
            qpy=options.get("qpy"),
            log_level=options.get("log_level") or "WARNING",
            limits=self._limits_of(
                options.get("max_execution_time"),
                metadata.get("max_execution_time"),
            ),
            restored=await self._checkpoint(job),
            network=job.program_id in self._network_programs,
            session=await self._session(job),
        )

    @asynccontextmanager
    async def _environment(
        self, digest: str, folder: Path, preparation: Preparation | None
    ) -> AsyncIterator[Environment | None]:
        """Find what the release requires beyond the base, and keep it meanwhile."""
        lock = await self._lock_of(digest, folder)
        if lock is None or preparation is None or self._environments is None:
            yield None
            return
        self.preparing.add(preparation.job_id)
        try:
            found = await preparation.environment(self._environments, lock)
        finally:
            self.preparing.discard(preparation.job_id)
        if found is None:
            yield None
            return
        with self._environments.used(found):
            yield found

    async def _lock_of(self, digest: str, folder: Path) -> Lock | None:
        if digest not in self._locks:
            lock = await asyncio.to_thread(read_lock, folder)
            if len(self._locks) >= _REMEMBERED:
                self._locks.clear()
            self._locks[digest] = lock
        return self._locks[digest]

    async def _metadata_of(self, digest: str) -> Mapping[str, Any]:
        metadata = self._metadata.get(digest)
        if metadata is None:
            release = await self._store.programs.release_by_digest(digest)
            if release is None:
                raise NotFoundError(
                    f"The release with the digest {digest} is gone.", kind="release"
                )
            metadata = release.metadata
            if len(self._metadata) >= _REMEMBERED:
                self._metadata.clear()
            self._metadata[digest] = metadata
        return metadata

    async def _session(self, job: Job) -> str | None:
        """Return the session whose process the job may share.

        A program of a user gets a process of its own for each job: what it leaves in
        memory is not for the next.
        """
        if job.session_id is None:
            return None
        known = (job.program_id, job.digest)
        if known not in self._builtin:
            program = await self._store.programs.get(job.program_id)
            if len(self._builtin) >= _REMEMBERED:
                self._builtin.clear()
            owner = program.owner if program is not None else None
            self._builtin[known] = owner == BUILTIN_OWNER
        return job.session_id if self._builtin[known] else None

    async def _inputs(self, job_id: str) -> tuple[bytes | Path, Path | None]:
        fresh = self._fresh.pop(job_id, None)
        if fresh is not None:
            return fresh.encode(), None
        inputs = await self._store.jobs.inputs(job_id)
        if inputs is None:
            raise NotFoundError(f"The inputs of {job_id} are gone.", kind="job")
        if inputs.text is not None:
            return inputs.text.encode(), None
        path = self._spool_dir / f"inputs-{job_id}"
        await asyncio.to_thread(copy_blob, self._blobs, str(inputs.digest), path)
        return path, path

    async def _checkpoint(self, job: Job) -> str | None:
        """Return the last checkpoint of an earlier attempt, if there was one."""
        if job.last_seq <= _FIRST_SEQ:
            return None
        event = await self._store.events.latest(job.id, "checkpoint")
        if event is None or event.blob_digest is None:
            return event.data if event else None
        with await asyncio.to_thread(self._blobs.open, event.blob_digest) as blob:
            return (await asyncio.to_thread(blob.read)).decode()

    def _limits_of(self, *wall_times: float | None) -> Limits:
        """The smallest wall time of job, program and service holds."""
        given = [time for time in wall_times if time]
        return replace(self.limits, wall_time_s=min([self.limits.wall_time_s, *given]))


def _parameters(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the JSON Schema of the parameters; {} if the author gave none."""
    spec = metadata.get("spec")
    schema = spec.get("parameters") if isinstance(spec, dict) else None
    return schema if isinstance(schema, dict) else {}
