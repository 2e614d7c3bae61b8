"""The seam between the service and what runs its jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from program_runtime.execution.control import JobControl
    from program_runtime.execution.outcome import Outcome
    from program_runtime.execution.sink import EventSink
    from program_runtime.execution.spec import JobSpec


class Executor(Protocol):
    """Runs jobs, as many at once as it is asked to."""

    async def start(self) -> None:
        """Get ready to run jobs.

        Raises:
            ExecutionError: It can not, at the level asked for.
        """
        ...

    async def close(self) -> None:
        """End what still runs and give everything back."""
        ...

    async def run(
        self, spec: JobSpec, sink: EventSink, control: JobControl, *, first_seq: int
    ) -> Outcome:
        """Run one job to its end.

        All events but the last go to ``sink.append``; the last, with the final
        status event, to ``sink.finish``.

        Args:
            spec: What to run.
            sink: Stores the events.
            control: Cancels or stops the job.
            first_seq: The number of the job's next event.

        Returns:
            How it ended.
        """
        ...

    @property
    def level(self) -> str:
        """The level of isolation that jobs run at."""
        ...

    def health(self) -> dict[str, Any]:
        """Say how it is, for operators."""
        ...
