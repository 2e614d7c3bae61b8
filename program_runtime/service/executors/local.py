"""Runs jobs as confined processes of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from program_runtime import execution
from program_runtime.execution.confinement.cgroup import Delegation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from program_runtime.execution.broker.protocol import Broker
    from program_runtime.execution.control import JobControl
    from program_runtime.execution.outcome import Outcome
    from program_runtime.execution.sink import EventSink
    from program_runtime.execution.spec import JobSpec

_USUAL: Final = execution.Limits()


class LocalExecutor:
    """The runner of ``program_runtime.execution`` behind the service's seam.

    Args:
        spool_dir: Where large payloads wait until they are stored.
        isolation: A level, or ``auto`` for the best that this machine has.
        pool_size: How many children wait for a job.
        disk_bytes: What the children that wait are prepared for.
        disk_files: Likewise.
        broker: Reaches the devices for jobs whose backend is one.
        hidden: Put the zygote into bubblewrap, without these folders; only ``strong``
            goes with it.
        shown: Folders inside of those that programs read all the same.
    """

    def __init__(
        self,
        *,
        spool_dir: Path,
        isolation: str = "auto",
        pool_size: int = 2,
        disk_bytes: int = _USUAL.disk_bytes,
        disk_files: int = _USUAL.disk_files,
        hidden: Sequence[Path] = (),
        shown: Sequence[Path] = (),
        broker: Broker | None = None,
    ) -> None:
        launcher = None
        if hidden:
            # Below strong, jobs' folders are where the zygote can see nothing then.
            isolation = "strong"
            wrapper = execution.bubblewrap(hidden, shown)
            launcher = execution.ZygoteLauncher(wrapper=wrapper)
        # Before the zygote starts, because it is in the group that its parent is in.
        self.delegation = Delegation.find()
        self._runner = execution.Runner(
            level=isolation,
            spool_dir=spool_dir,
            pool_size=pool_size,
            disk_bytes=disk_bytes,
            disk_files=disk_files,
            launcher=launcher,
            delegation=self.delegation,
            broker=broker,
        )

    async def start(self) -> None:
        """Start the zygote and its pool."""
        await self._runner.start()

    async def close(self) -> None:
        """End the children and the zygote."""
        await self._runner.close()

    async def run(
        self, spec: JobSpec, sink: EventSink, control: JobControl, *, first_seq: int
    ) -> Outcome:
        """Run one job in a child of its own."""
        return await self._runner.run(spec, sink, control, first_seq=first_seq)

    def end_session(self, session_id: str) -> None:
        """Let the process of a session go."""
        self._runner.end_session(session_id)

    @property
    def level(self) -> str:
        """The level of isolation that jobs run at."""
        return str(self._runner.level)

    def health(self) -> dict[str, Any]:
        """Say how the zygote and its pool are."""
        return self._runner.health()
