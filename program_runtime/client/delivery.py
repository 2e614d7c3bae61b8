"""A thread that brings a job's results to a callback as they come."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from program_runtime import errors
from program_runtime.client import decoders
from program_runtime.client.stream import EventStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.client.api import ServiceApi
    from program_runtime.client.stream import Event

__all__ = ["Delivery"]

_logger = logging.getLogger(__name__)


class Delivery:
    """Calls ``callback(job_id, result)`` once a message, in order, in its own thread.

    First for each interim result, then once for the final one. What the callback
    raises is logged, and the next message is delivered all the same.

    Args:
        api: The service.
        job_id: The job.
        callback: Gets the job's id and a result.
        job_decoders: Make values of texts.
        stream: Where the events come from, if not from the service as ever.
    """

    def __init__(
        self,
        api: ServiceApi,
        job_id: str,
        callback: Callable[[str, Any], Any],
        job_decoders: decoders.Decoders,
        stream: EventStream | None = None,
    ) -> None:
        self._api = api
        self._job_id = job_id
        self._callback = callback
        self._by_type = {
            "interim": job_decoders.interim,
            "result": job_decoders.final,
        }
        self._stream = stream or EventStream(api, job_id)
        self._cancelled = False
        self._thread = threading.Thread(
            target=self._run, name=f"results-{job_id}", daemon=True
        )
        self.result_text: str | None = None
        """The final result's text, once it came."""

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def is_alive(self) -> bool:
        """Whether messages may still come."""
        return self._thread.is_alive() and not self._cancelled

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the last message was delivered; whether it was.

        Called in the callback itself it does not wait: it would wait for itself.
        """
        if self._cancelled or threading.current_thread() is self._thread:
            return True
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def cancel(self) -> None:
        """No message is delivered after the one under way."""
        self._cancelled = True
        self._stream.close()

    def _run(self) -> None:
        try:
            for batch in self._stream.batches():
                for event in batch:
                    if self._cancelled:
                        return
                    decoder = self._by_type.get(event.type)
                    if decoder is not None:
                        self._deliver(event, decoder)
        except errors.ProgramRuntimeError as err:
            _logger.warning(
                "The results of job %s stopped streaming: %s", self._job_id, err
            )
        except Exception:
            _logger.exception("Streaming the results of job %s failed.", self._job_id)

    def _deliver(self, event: Event, decoder: decoders.Decoder) -> None:
        text = event.data
        if text is None:
            text = self._api.blob(self._job_id, event.blob or "").decode()
        if event.type == "result":
            self.result_text = text
        try:
            self._callback(self._job_id, decoders.decode(text, decoder))
        except Exception:
            _logger.exception(
                "The callback failed for event %d of job %s.", event.seq, self._job_id
            )
