"""Where a job runs: a child, folders of its own, and perhaps a control group."""

from __future__ import annotations

import asyncio
import logging
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from program_runtime.execution.job_folders import remove_folders

if TYPE_CHECKING:
    from program_runtime.execution.confinement.cgroup import Group
    from program_runtime.execution.job_folders import JobFolders
    from program_runtime.execution.launch import Child
    from program_runtime.execution.verdict import Verdict

__all__ = ["NoPlaceError", "Place"]

_logger = logging.getLogger(__name__)

_END_S: Final = 5.0


class NoPlaceError(Exception):
    """A job can not be run; the verdict says why."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.message)
        self.verdict = verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What belongs to one job, or to one session."""

    child: Child
    folders: JobFolders
    group: Group | None = None

    def end(self) -> None:
        """Kill the child and close what connects it."""
        self.child.kill(signal.SIGKILL)
        self.child.release()

    async def clear(self) -> None:
        """Remove what is left once the child is gone."""
        await asyncio.wait([self.child.exited], timeout=_END_S)
        if not self.child.exited.done():
            _logger.error("Process %d does not end.", self.child.pid)
        if self.group is not None:
            self.group.remove()
        if self.folders.root is None:
            return
        try:
            await asyncio.to_thread(remove_folders, self.folders)
        except OSError as error:
            _logger.warning("A job's folder is left: %s", error)
