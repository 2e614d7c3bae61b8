"""Runs jobs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from program_runtime.errors import ExecutionError
from program_runtime.execution.conclusion import conclude
from program_runtime.execution.confinement import (
    AUTO,
    Level,
    Walls,
    choose_level,
    levels_to_try,
)
from program_runtime.execution.confinement.job_users import JobUsers
from program_runtime.execution.hand_over import inputs_size
from program_runtime.execution.job_folders import make_folders, remove_folders
from program_runtime.execution.launch import Launcher, default_launcher
from program_runtime.execution.limits import Limits
from program_runtime.execution.outcome import JobStatus, Outcome, Usage
from program_runtime.execution.pool import ChildPool
from program_runtime.execution.recorder import Recorder
from program_runtime.execution.supervisor import JobNotTakenError, Supervisor
from program_runtime.execution.verdict import Verdict
from program_runtime.execution.work_dir import remove_tree, shared_work_root

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from program_runtime.execution.confinement.cgroup import Delegation, Group
    from program_runtime.execution.control import JobControl
    from program_runtime.execution.job_folders import JobFolders
    from program_runtime.execution.launch import Child
    from program_runtime.execution.sink import EventSink
    from program_runtime.execution.spec import JobSpec

__all__ = ["Runner"]

_logger = logging.getLogger(__name__)

_CHILDREN: Final = 3
_USUAL: Final = Limits()


class Runner:
    """Runs any number of jobs at once, each in a process of its own.

    Args:
        level: The confinement of every job; the best that holds here, if not given.
        pool_size: How many children wait for a job.
        spool_dir: For large payloads and jobs' folders; belongs to this runner alone.
        launcher: Starts the children; by forking a zygote where that is safe.
        jobs_per_zygote: After so many jobs the zygote is replaced.
        refill: Start a child for each one that is handed out. Without it only the first
            jobs find a child that waits, which is right for a single job.
        disk_bytes: What waiting children are prepared for; a job with other limits of
            the disk gets a child of its own.
        disk_files: Likewise.
        delegation: Where control groups for jobs can be made.
    """

    def __init__(
        self,
        *,
        spool_dir: Path,
        level: Level | str = AUTO,
        pool_size: int = 2,
        launcher: Launcher | None = None,
        jobs_per_zygote: int = 1000,
        refill: bool = True,
        disk_bytes: int = _USUAL.disk_bytes,
        disk_files: int = _USUAL.disk_files,
        delegation: Delegation | None = None,
    ) -> None:
        self._delegation = delegation
        levels_to_try(level)
        self._asked = str(level)
        self._level: Level | None = None
        self._problems: Mapping[str, Sequence[str]] = {}
        self._disk = (disk_bytes, disk_files)
        self._users = JobUsers()
        self._spool_dir = spool_dir
        self._work_root = spool_dir / "work"
        self._launcher = launcher or default_launcher(jobs_per_zygote=jobs_per_zygote)
        self._pool = ChildPool(
            self._launcher, self._walls, size=pool_size, refill=refill
        )
        self._running = 0
        self._finished = 0

    async def start(self) -> None:
        """Get ready: returns as soon as children can be started.

        Raises:
            ExecutionError: They never can, or the level that was asked for does not
                hold on this machine; nothing weaker is chosen then.
        """
        self._problems = await self._launcher.start(self._asked)
        self._level = choose_level(self._asked, self._problems)
        self._clean_up()
        self._pool.fill()

    @property
    def level(self) -> Level:
        """The confinement of every job, once the runner has started."""
        if self._level is None:
            raise ExecutionError("The runner has not started, so its level is unknown.")
        return self._level

    async def close(self) -> None:
        """End all children; a job that still runs ends as crashed."""
        await self._pool.close()
        await self._launcher.close()

    def health(self) -> dict[str, Any]:
        """What an operator wants to know, as JSON values."""
        return {
            "level": str(self.level),
            "not_available": {
                level: list(reasons)
                for level, reasons in self._problems.items()
                if reasons
            },
            "waiting": self._pool.waiting,
            "running": self._running,
            "finished": self._finished,
            **self._launcher.health(),
        }

    async def run(
        self,
        spec: JobSpec,
        sink: EventSink,
        control: JobControl,
        *,
        first_seq: int = 1,
    ) -> Outcome:
        """Run a job to its end.

        Args:
            spec: The job.
            sink: Gets every event, the last ones together with the outcome.
            control: Through which the job can be cancelled or asked to stop.
            first_seq: The number of the first event.

        Returns:
            How it ended, once nothing of the job is left; the sink is told earlier.
            A failure of the machinery is a failed job, too.
        """
        self._running += 1
        try:
            return await self._run(spec, sink, control, first_seq)
        finally:
            self._running -= 1
            self._finished += 1

    async def _run(
        self, spec: JobSpec, sink: EventSink, control: JobControl, first_seq: int
    ) -> Outcome:
        refusal = _refuse(spec, control)
        if refusal is not None:
            return await _end_early(sink, first_seq, refusal)
        for _ in range(_CHILDREN):
            with contextlib.suppress(JobNotTakenError):
                return await self._attempt(spec, sink, control, first_seq)
        verdict = Verdict.failed(
            "internal", f"{_CHILDREN} processes in turn died before they took the job."
        )
        return await _end_early(sink, first_seq, verdict)

    async def _attempt(
        self, spec: JobSpec, sink: EventSink, control: JobControl, first_seq: int
    ) -> Outcome:
        try:
            child = await self._child_for(spec)
        except ExecutionError as error:
            return await _end_early(
                sink, first_seq, Verdict.failed("internal", str(error))
            )
        try:
            folders = make_folders(child.walls, self._work_root)
        except OSError as error:
            child.kill(signal.SIGKILL)
            child.release()
            reason = f"The job's folder can not be made: {error}"
            return await _end_early(sink, first_seq, Verdict.failed("storage", reason))
        group = self._group_for(spec, child)
        supervisor = Supervisor(
            child,
            spec,
            sink,
            control,
            first_seq=first_seq,
            spool_dir=self._spool_dir,
            folders=folders,
            group=group,
        )
        try:
            return await supervisor.run()
        finally:
            try:
                await supervisor.bury()
            finally:
                if group is not None:
                    group.remove()
                await _remove(folders)

    def _group_for(self, spec: JobSpec, child: Child) -> Group | None:
        """A control group for the job, where the service may make some."""
        if self._delegation is None:
            return None
        in_memory = child.walls.level is Level.STRONG
        try:
            group = self._delegation.group(
                f"{spec.job_id}-{child.pid}", spec.limits, disk_in_memory=in_memory
            )
            group.add(child.pid)
        except OSError as error:
            _logger.warning("Job %s has no control group: %s", spec.job_id, error)
            return None
        return group

    async def _child_for(self, spec: JobSpec) -> Child:
        """One that waits, unless the job needs walls of its own."""
        usual = self._walls()
        needed = replace(
            usual,
            disk_bytes=spec.limits.disk_bytes,
            disk_files=spec.limits.disk_files,
            network=spec.network,
            readable=tuple(str(folder.absolute()) for folder in spec.overlay),
        )
        if needed == usual:
            return await self._pool.take()
        return await self._launcher.launch(needed)

    def _walls(self) -> Walls:
        disk_bytes, disk_files = self._disk
        return Walls(
            level=self.level,
            disk_bytes=disk_bytes,
            disk_files=disk_files,
            uid=self._users.next(self.level),
        )

    def _clean_up(self) -> None:
        """Make the folders; remove what a runner that was killed has left."""
        self._spool_dir.mkdir(parents=True, exist_ok=True)
        for payload in self._spool_dir.glob("payload-*"):
            payload.unlink()
        if self.level is Level.REDUCED and self._users.next(self.level) is not None:
            # Another user can not reach into a private data directory.
            self._work_root = shared_work_root(self._spool_dir)
        try:
            remove_tree(self._work_root)
        except OSError as error:
            _logger.warning("Folders of earlier jobs are left: %s", error)
        self._work_root.mkdir(mode=0o711, exist_ok=True)


def _refuse(spec: JobSpec, control: JobControl) -> Verdict | None:
    """Whether there is no need for a child at all."""
    if control.cancel_requested:
        return Verdict(status=JobStatus.CANCELLED)
    try:
        size = inputs_size(spec)
    except OSError as error:
        return Verdict.failed("internal", f"No inputs for the job: {error}")
    limit = spec.limits.inputs_bytes
    if size > limit:
        return Verdict.failed(
            "bad_inputs", f"The inputs have {size} bytes, the limit is {limit} bytes."
        )
    return None


async def _remove(folders: JobFolders) -> None:
    if folders.root is None:
        return
    try:
        await asyncio.to_thread(remove_folders, folders)
    except OSError as error:
        _logger.warning("A job's folder is left: %s", error)


async def _end_early(sink: EventSink, first_seq: int, verdict: Verdict) -> Outcome:
    recorder = Recorder(
        sink, first_seq=first_seq, on_failure=lambda _: None, on_room=lambda: None
    )
    return await conclude(recorder, verdict, Usage())
