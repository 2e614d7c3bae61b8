"""A run of a program, seen from the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime import errors
from program_runtime.client import awaiting, decoders, endings, job_states
from program_runtime.client.deadline import Deadline
from program_runtime.client.delivery import Delivery
from program_runtime.client.job_facts import JobFacts
from program_runtime.client.job_states import FINAL_STATUSES
from program_runtime.client.stream import EventStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from matplotlib.axes import Axes

    from program_runtime.client.api import ServiceApi
    from program_runtime.client.decoders import Decoder
    from program_runtime.client.service import QiskitRuntimeService
    from program_runtime.client.stream import Event

__all__ = ["RuntimeJob"]


class RuntimeJob(JobFacts):
    """A run of a program on the service.

    ``service.run`` and ``service.job`` make it. Its methods ask the service at each
    call until the job is final; what can not change any more is kept.

    Args:
        api: The service.
        job: The job as the service describes it.
        result_decoder: Decodes results; or a pair, for interim and final ones.
        service: What its backend names as its service.
    """

    def __init__(
        self,
        api: ServiceApi,
        job: Mapping[str, Any],
        *,
        result_decoder: Decoder | Sequence[Decoder] | None = None,
        service: QiskitRuntimeService | None = None,
    ) -> None:
        super().__init__(api, job, service=service)
        self._decoders = decoders.Decoders.of(
            result_decoder or decoders.of_program(self.program_id)
        )
        self._delivery: Delivery | None = None
        self._text: str | None = None
        self._decoded: tuple[Decoder, Any] | None = None

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
        if job_states.status_of(self._job) not in FINAL_STATUSES:
            self._job = awaiting.final_job(self._api, self._id, deadline)

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

    def plot(
        self, key: str | None = None, *, ax: Axes | None = None, follow: bool = True
    ) -> Axes:
        """Draw a number of the interim results, or a metric, over the run.

        Args:
            key: Its name, ``energy`` or ``best.energy`` for one inside of another;
                None draws interim results that are numbers themselves.
            ax: Where to draw; by default in a figure of its own.
            follow: While the job runs, wait and draw what comes until it is over.

        Returns:
            The axes, to go on with.

        Raises:
            InvalidValueError: No number of this name was published.
            ImportError: matplotlib is not installed.
        """
        from program_runtime.client import job_plot  # noqa: PLC0415 - matplotlib

        return job_plot.plot(self._api, self._id, key, ax=ax, follow=follow)

    def display(self, key: str | None = None) -> None:
        """Show status and curve; in a notebook they change while the job runs.

        Args:
            key: The number to show, as for :meth:`plot`; by default a metric, or the
                first number that does not merely count.
        """
        from program_runtime.client import job_display  # noqa: PLC0415 - IPython

        job_display.show(self._api, self._refreshed(queue_position=True), key)

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

    def _wait_for_text(self, deadline: Deadline) -> str:
        self._wait_for_delivery(deadline)
        if self._delivery is not None and self._delivery.result_text is not None:
            return self._delivery.result_text
        text = awaiting.result_text(self._api, self._id, deadline)
        if text is None:
            self._job = self._api.job(self._id)
            raise endings.to_error(self._job)
        return text

    def _wait_for_delivery(self, deadline: Deadline) -> None:
        if self._delivery is not None and not self._delivery.wait(deadline.left_s()):
            raise deadline.error(self._id)

    def _repr_mimebundle_(self, **_wanted: Any) -> dict[str, str]:
        """What a notebook shows: the state as it is now."""
        from program_runtime.client import job_display  # noqa: PLC0415 - rarely used

        job = self._refreshed(queue_position=True)
        return job_display.bundle(self._api, job)

    def _ipython_display_(self) -> None:
        self.display()

    def __repr__(self) -> str:
        return f"<RuntimeJob({self._id!r}, program={self.program_id!r})>"
