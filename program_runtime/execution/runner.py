"""Runs jobs."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any, Final

from program_runtime.execution.conclusion import conclude
from program_runtime.execution.confinement import (
    AUTO,
    Level,
    choose_level,
    levels_to_try,
)
from program_runtime.execution.hand_over import inputs_size
from program_runtime.execution.launch import Launcher, default_launcher
from program_runtime.execution.limits import Limits
from program_runtime.execution.outcome import JobStatus, Outcome, Usage
from program_runtime.execution.place import NoPlaceError
from program_runtime.execution.places import Places
from program_runtime.execution.recorder import Recorder
from program_runtime.execution.session_workers import (
    WorkerGoneError,
)
from program_runtime.execution.supervisor import JobNotTakenError, Supervisor
from program_runtime.execution.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from program_runtime.execution.broker.protocol import Broker
    from program_runtime.execution.confinement.cgroup import Delegation
    from program_runtime.execution.control import JobControl
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
        broker: Reaches the devices for jobs whose backend is one.
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
        broker: Broker | None = None,
    ) -> None:
        self._broker = broker
        levels_to_try(level)
        self._asked = str(level)
        self._problems: Mapping[str, Sequence[str]] = {}
        self._spool_dir = spool_dir
        self._launcher = launcher or default_launcher(jobs_per_zygote=jobs_per_zygote)
        self._places = Places(
            self._launcher,
            spool_dir=spool_dir,
            pool_size=pool_size,
            refill=refill,
            disk_bytes=disk_bytes,
            disk_files=disk_files,
            delegation=delegation,
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
        self._places.open(choose_level(self._asked, self._problems))

    @property
    def level(self) -> Level:
        """The confinement of every job, once the runner has started."""
        return self._places.level

    async def close(self) -> None:
        """End all children; a job that still runs ends as crashed."""
        await self._places.close()
        await self._launcher.close()

    def end_session(self, session: str) -> None:
        """No more jobs of this session will come: its process can go."""
        self._places.end_session(session)

    def health(self) -> dict[str, Any]:
        """What an operator wants to know, as JSON values."""
        return {
            "level": str(self.level),
            "not_available": {
                level: list(reasons)
                for level, reasons in self._problems.items()
                if reasons
            },
            "waiting": self._places.waiting,
            "sessions": self._places.sessions,
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
        broker: Broker | None = None,
    ) -> Outcome:
        """Run a job to its end.

        Args:
            spec: The job.
            sink: Gets every event, the last ones together with the outcome.
            control: Through which the job can be cancelled or asked to stop.
            first_seq: The number of the first event.
            broker: For this job, in place of the runner's.

        Returns:
            How it ended, once nothing of the job is left; the sink is told earlier.
            A failure of the machinery is a failed job, too.
        """
        self._running += 1
        try:
            broker = broker or self._broker
            return await self._run(spec, sink, control, first_seq, broker)
        finally:
            self._running -= 1
            self._finished += 1

    async def _run(
        self,
        spec: JobSpec,
        sink: EventSink,
        control: JobControl,
        first_seq: int,
        broker: Broker | None,
    ) -> Outcome:
        refusal = _refuse(spec, control)
        if refusal is not None:
            return await _end_early(sink, first_seq, refusal)
        for _ in range(_CHILDREN):
            with contextlib.suppress(JobNotTakenError, WorkerGoneError):
                return await self._attempt(spec, sink, control, first_seq, broker)
        verdict = Verdict.failed(
            "internal", f"{_CHILDREN} processes in turn died before they took the job."
        )
        return await _end_early(sink, first_seq, verdict)

    async def _attempt(
        self,
        spec: JobSpec,
        sink: EventSink,
        control: JobControl,
        first_seq: int,
        broker: Broker | None,
    ) -> Outcome:
        try:
            async with self._places.take(spec) as place:
                supervisor = Supervisor(
                    place.child,
                    spec,
                    sink,
                    control,
                    first_seq=first_seq,
                    spool_dir=self._spool_dir,
                    folders=place.folders,
                    group=place.group,
                    broker=broker,
                )
                return await supervisor.run()
        except NoPlaceError as error:
            return await _end_early(sink, first_seq, error.verdict)


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


async def _end_early(sink: EventSink, first_seq: int, verdict: Verdict) -> Outcome:
    recorder = Recorder(
        sink, first_seq=first_seq, on_failure=lambda _: None, on_room=lambda: None
    )
    return await conclude(recorder, verdict, Usage())
