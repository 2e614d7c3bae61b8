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

    def end_session(self, session_id: str) -> None:
        """Let go what is kept for the next job of a session: there will be none.

        Args:
            session_id: A session that is over, known here or not. A job of it may
                still run, and ends as it would have.
        """
        ...

    @property
    def level(self) -> str:
        """The level of isolation that jobs run at."""
        ...

    def health(self) -> dict[str, Any]:
        """Say how it is, for operators."""
        ...
