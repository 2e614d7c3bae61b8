"""A gateway's jobs, read as those of a service are."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from program_runtime import errors
from program_runtime.client.api.job_routes import ResultAnswer
from toolkit.publish.targets.qiskit_serverless.log_lines import LogReader, plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from program_runtime.client.stream import Event
    from toolkit.publish.targets.qiskit_serverless.gateway import Gateway

__all__ = ["GatewayJobs", "LogStream"]

_STATUSES = {
    # As the gateway stores them, and as its client calls them.
    "QUEUED": "Queued",
    "PENDING": "Queued",
    "INITIALIZING": "Queued",
    "SUCCEEDED": "Completed",
    "DONE": "Completed",
    "FAILED": "Failed",
    "ERROR": "Failed",
    "STOPPED": "Cancelled",
    "CANCELED": "Cancelled",
    "CANCELLED": "Cancelled",
}
_FINAL = frozenset({"Completed", "Failed", "Cancelled"})
_SHORTEST_S, _LONGEST_S = 0.25, 2.0
_LAST_LINES_S = 5.0
"""How long the end of a log may come after the end of the job."""
_SEEN_S = 60.0
_SHOWN_LINES = 20


class GatewayJobs:
    """Answers about jobs in the form of this project's service.

    Args:
        gateway: Where the jobs run.
        sleep: Waits so many seconds.
        now: A clock in seconds.
    """

    def __init__(
        self,
        gateway: Gateway,
        *,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.gateway = gateway
        self.sleep = sleep
        self._now = now

    def job(
        self, job_id: str, *, wait_s: float = 0, queue_position: bool = False
    ) -> dict[str, Any]:
        """Describe a job; with ``wait_s`` when it is final, or then.

        Raises:
            RuntimeJobNotFound: There is none of this id.
        """
        del queue_position  # a gateway does not tell
        until, pause = self._now() + wait_s, _SHORTEST_S
        while True:
            found = self.gateway.job(job_id)
            status = _status(found)
            left = until - self._now()
            if status in _FINAL or left <= 0:
                break
            self.sleep(min(pause, left))
            pause = min(2 * pause, _LONGEST_S)
        failure = self._failure(job_id) if status == "Failed" else None
        return {
            "id": job_id,
            "program": (found.get("program") or {}).get("title"),
            "state": {"status": status},
            "created": found.get("created"),
            "failure": failure,
        }

    def status(self, job_id: str) -> str:
        """Say how a job is, in our words."""
        return _status(self.gateway.job(job_id))

    def results(self, job_id: str) -> ResultAnswer:
        """Read the text of a result."""
        return ResultAnswer(text=self.gateway.result(job_id), status="Completed")

    def logs(self, job_id: str) -> str:
        """Read what the program wrote, without the events between."""
        return plain_text(self.gateway.logs(job_id))

    def whole_log(self, job_id: str) -> str:
        """Read the log as the gateway holds it."""
        return self.gateway.logs(job_id)

    def cancel(self, job_id: str) -> None:
        """Kill a job.

        Raises:
            RuntimeInvalidStateError: It is final.
        """
        status = self.status(job_id)
        if status in _FINAL:
            raise errors.RuntimeInvalidStateError(
                f"{job_id} is {status}, it can not be cancelled."
            )
        self.gateway.stop(job_id)

    def stream(self, job_id: str, *, after: int = 0) -> LogStream:
        """Follow a job from behind an event."""
        return LogStream(self, job_id, after=after)

    def _failure(self, job_id: str) -> dict[str, Any]:
        """Read why a job failed: its own words, or else the end of its log."""
        log, reader = self.gateway.logs(job_id), LogReader()
        for _ in reader.read(log, final=True):
            pass
        if reader.failure is not None:
            return reader.failure
        lines = plain_text(log).strip().splitlines()
        return {
            "code": "gateway",
            "message": lines[-1] if lines else "The gateway says neither why nor how.",
            "traceback": "\n".join(lines[-_SHOWN_LINES:-1]) or None,
        }


class LogStream:
    """Iterates over a job's events until the job is final; each comes once.

    The gateway is asked again and again, the more seldom the less happens.
    """

    def __init__(self, jobs: GatewayJobs, job_id: str, *, after: int = 0) -> None:
        self._jobs = jobs
        self._job_id = job_id
        self._reader = LogReader(after=after)

    @property
    def last_seq(self) -> int:
        """The ``seq`` of the last event that was given out."""
        return self._reader.last_seq

    def __iter__(self) -> Iterator[Event]:
        yield from self._events()
        # The program ends a little before the gateway sees it.
        self._jobs.job(self._job_id, wait_s=_SEEN_S)

    def _events(self) -> Iterator[Event]:
        pause, waited = _SHORTEST_S, 0.0
        while not self._reader.ended:
            # Asked before the log: what a final job wrote is in it, or soon will be.
            status = self._jobs.status(self._job_id)
            is_over = status in _FINAL
            is_last = status == "Cancelled" or (is_over and waited >= _LAST_LINES_S)
            events = list(
                self._reader.read(self._jobs.whole_log(self._job_id), final=is_last)
            )
            yield from events
            if self._reader.ended or is_last:
                return
            pause = _SHORTEST_S if events or is_over else min(1.5 * pause, _LONGEST_S)
            waited += pause if is_over else 0.0
            self._jobs.sleep(pause)


def _status(job: dict[str, Any]) -> str:
    # What is not in the table is a running job: sub-statuses, and CANCELING.
    return _STATUSES.get(str(job.get("status")), "Running")
