"""A run of a program, seen from the caller."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from program_runtime import errors
from program_runtime.client import decoders, endings
from program_runtime.client.backend import IBMBackend
from program_runtime.client.deadline import Deadline
from program_runtime.client.delivery import Delivery
from program_runtime.client.outage import Outage
from program_runtime.client.stream import FINAL_STATUSES, EventStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from qiskit.providers import JobStatus

    from program_runtime.client.api import ServiceApi
    from program_runtime.client.decoders import Decoder
    from program_runtime.client.stream import Event

__all__ = ["RuntimeJob"]

_PATIENCE_S = 60.0

_JOB_STATUS = {
    "Queued": "QUEUED",
    "Running": "RUNNING",
    "Completed": "DONE",
    "Failed": "ERROR",
    "Cancelled": "CANCELLED",
}


class RuntimeJob:
    """A run of a program on the service.

    ``service.run`` and ``service.job`` make it. Its methods ask the service at each
    call until the job is final; what can not change any more is kept.

    Args:
        api: The service.
        job: The job as the service describes it.
        result_decoder: Decodes results; or a pair, for interim and final ones.
    """

    def __init__(
        self,
        api: ServiceApi,
        job: Mapping[str, Any],
        *,
        result_decoder: Decoder | Sequence[Decoder] | None = None,
    ) -> None:
        self._api = api
        self._job = dict(job)
        self._id = str(job["id"])
        self._decoders = decoders.Decoders.of(result_decoder)
        self._delivery: Delivery | None = None
        self._text: str | None = None
        self._decoded: tuple[Decoder, Any] | None = None
        self._inputs: tuple[Any] | None = None

    def job_id(self) -> str:
        """The id by which ``service.job`` finds it again."""
        return self._id

    @property
    def program_id(self) -> str:
        """The program that runs."""
        return str(self._job["program"]["id"])

    @property
    def program_version(self) -> str:
        """The release that runs; a later one does not change it."""
        return str(self._job["program"]["version"])

    @property
    def session_id(self) -> str | None:
        """The session it belongs to."""
        return self._job.get("session_id")

    @property
    def tags(self) -> list[str]:
        """The tags to find it by."""
        return list(self._job.get("tags") or ())

    @property
    def image(self) -> str | None:
        """The environment it was asked to run in."""
        return self._job.get("runtime")

    @property
    def creation_date(self) -> datetime:
        """When it was submitted, in local time, with its zone."""
        return datetime.fromisoformat(self._job["created"]).astimezone()

    @property
    def inputs(self) -> Any:
        """The inputs that it was given, decoded."""
        if self._inputs is None:
            text = self._api.inputs(self._id)
            self._inputs = (decoders.decode(text),)
        return self._inputs[0]

    def backend(self) -> IBMBackend:
        """The backend it runs on."""
        return IBMBackend(str(self._job["backend"]), self._api)

    def state(self) -> str:
        """Queued, Running, Completed, Failed or Cancelled; imports no Qiskit."""
        return str(self._refreshed()["state"]["status"])

    def status(self) -> JobStatus:
        """The state in Qiskit's words."""
        from qiskit.providers import JobStatus  # noqa: PLC0415 - a second

        return JobStatus[_JOB_STATUS[self.state()]]

    def in_final_state(self) -> bool:
        """Whether it is over."""
        return self.state() in FINAL_STATUSES

    def error_message(self) -> str | None:
        """Why there is no result; None while there may be one."""
        return endings.describe(self._refreshed())

    def result(
        self, timeout: float | None = None, decoder: Decoder | None = None
    ) -> Any:
        """Wait for the final result.

        Args:
            timeout: Seconds to wait; None waits until the job is over.
            decoder: Decodes the result instead of the one given to ``run``.

        Returns:
            What ``main`` returned.

        Raises:
            RuntimeJobFailureError: The job failed.
            RuntimeJobMaxTimeoutError: It ran longer than it may.
            RuntimeJobCancelledError: It was cancelled.
            RuntimeJobTimeoutError: ``timeout`` passed first; the job goes on.
        """
        chosen = decoder or self._decoders.final
        if self._decoded is None or self._decoded[0] is not chosen:
            if self._text is None:
                self._text = self._wait_for_text(Deadline(timeout))
            self._decoded = (chosen, decoders.decode(self._text, chosen))
        return self._decoded[1]

    def interim_results(self, decoder: Decoder | None = None) -> Any:
        """All interim results so far, as a list.

        Args:
            decoder: Decodes the list instead of the one given to ``run``.
        """
        text = self._api.interim_results(self._id)
        return decoders.decode(text, decoder or self._decoders.interim)

    def stream_results(
        self, callback: Callable[[str, Any], Any], decoder: Decoder | None = None
    ) -> None:
        """Call ``callback(job_id, result)`` for each interim result and the final one.

        From the first on, also when the job is over; in order, each once, in a
        thread of its own. What the callback raises is logged.

        Args:
            callback: What to call.
            decoder: Decodes all results instead of those given to ``run``.

        Raises:
            RuntimeInvalidStateError: A callback is being served already.
        """
        if self._delivery is not None and self._delivery.is_alive():
            raise errors.RuntimeInvalidStateError(
                f"Job {self._id} is streaming its results already.",
                hint="End that with cancel_result_streaming().",
            )
        chosen = decoders.Decoders.of(decoder) if decoder else self._decoders
        self._delivery = Delivery(self._api, self._id, callback, chosen)
        self._delivery.start()

    def cancel_result_streaming(self) -> None:
        """Call the callback no more; the job goes on."""
        if self._delivery is not None:
            self._delivery.cancel()

    def events(self, after: int = 0) -> Iterator[Event]:
        """Everything the service notes about the job, until it is over.

        Args:
            after: The last ``seq`` already known.
        """
        return iter(EventStream(self._api, self._id, after=after))

    def wait_for_final_state(self, timeout: float | None = None) -> None:
        """Wait until the job is over and the callback has had every result.

        Args:
            timeout: Seconds to wait; None waits until the job is over.

        Raises:
            RuntimeJobTimeoutError: ``timeout`` passed first; the job goes on.
        """
        deadline = Deadline(timeout)
        self._wait_for_delivery(deadline)
        outage = Outage(_PATIENCE_S)
        while self._job["state"]["status"] not in FINAL_STATUSES:
            wait_s = deadline.next_wait(self._id)
            try:
                self._job = self._api.job(self._id, wait_s=wait_s)
                outage.over()
            except errors.ServiceUnreachableError as err:
                outage.wait(err, at_most_s=deadline.left_s())

    def cancel(self) -> None:
        """End the job without a result.

        Raises:
            RuntimeInvalidStateError: It is over already.
        """
        self._api.cancel(self._id)
        self.cancel_result_streaming()

    def stop(self) -> None:
        """Ask the program to finish now, with a result.

        A program that never looks at ``user_messenger.stop_requested`` goes on.
        """
        self._api.stop(self._id)

    def logs(self) -> str:
        """What the job has written so far."""
        return self._api.logs(self._id)

    def metrics(self) -> dict[str, Any]:
        """Times and usage, and the metrics that the program published."""
        return self._api.metrics(self._id)

    def update_tags(self, new_tags: Sequence[str]) -> list[str]:
        """Replace the tags.

        Returns:
            The new tags.
        """
        self._api.set_tags(self._id, new_tags)
        self._job["tags"] = list(new_tags)
        return self.tags

    def submit(self) -> None:
        """Not how a runtime job begins: ``service.run`` makes and submits it."""
        raise NotImplementedError("Submit a job with QiskitRuntimeService.run().")

    def _refreshed(self) -> dict[str, Any]:
        if self._job["state"]["status"] not in FINAL_STATUSES:
            self._job = self._api.job(self._id)
        return self._job

    def _wait_for_text(self, deadline: Deadline) -> str:
        self._wait_for_delivery(deadline)
        if self._delivery is not None and self._delivery.result_text is not None:
            return self._delivery.result_text
        outage = Outage(_PATIENCE_S)
        while True:
            wait_s = deadline.next_wait(self._id)
            try:
                answer = self._api.results(self._id, wait_s=wait_s)
            except errors.ServiceUnreachableError as err:
                outage.wait(err, at_most_s=deadline.left_s())
                continue
            outage.over()
            if answer.text is not None:
                return answer.text
            if answer.status in FINAL_STATUSES:
                self._job = self._api.job(self._id)
                raise endings.to_error(self._job)

    def _wait_for_delivery(self, deadline: Deadline) -> None:
        if self._delivery is not None and not self._delivery.wait(deadline.left_s()):
            raise deadline.error(self._id)

    def __repr__(self) -> str:
        return f"<RuntimeJob({self._id!r}, program={self.program_id!r})>"
