"""The child's end of the way to the broker."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING, Any, Final

from program_runtime.errors import DeviceError
from program_runtime.execution.broker.wire import pack_text, unpack
from program_runtime.execution.frames import FrameKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.execution.child.job_channel import JobChannel

__all__ = ["BrokerLine", "BrokerRequest"]

_LAST: Final = frozenset({"done", "failed", "cancelled"})


class BrokerRequest:
    """Something that was asked, and the newest answer to it."""

    def __init__(self, channel: JobChannel, number: int) -> None:
        self._channel = channel
        self._number = number
        self._answer: dict[str, Any] = {"state": "asked"}
        self._body = b""
        self._done = False

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the last answer.

        Raises:
            DeviceError: The supervisor hung up: the job is being ended.
        """
        try:
            return self._channel.inbox.wait(lambda: self._done, timeout_s)
        except ConnectionError as error:
            raise DeviceError("The way to the broker is closed.") from error

    def answer(self) -> Mapping[str, Any]:
        """Return the newest answer that has come."""
        if not self._done:
            self._channel.inbox.look()
        return self._answer

    def body(self) -> bytes:
        """Return what came with the last answer."""
        return self._body

    def cancel(self) -> None:
        """Ask the broker to end it."""
        if not self._done:
            content = {"id": self._number, "kind": "cancel"}
            self._channel.send(FrameKind.REQUEST, pack_text(content))

    def take(self, answer: dict[str, Any], body: bytes) -> None:
        """Keep an answer."""
        self._answer, self._body = answer, body
        self._done = answer["state"] in _LAST


class BrokerLine:
    """Numbers requests and gives each its answers.

    Args:
        channel: To the supervisor.
        limit_bytes: Of one request; it would end the job.
    """

    def __init__(self, channel: JobChannel, *, limit_bytes: int) -> None:
        self._channel = channel
        self._limit_bytes = limit_bytes
        self._numbers = itertools.count(1)
        self._open: dict[int, BrokerRequest] = {}
        self._sending = threading.Lock()
        channel.inbox.on_answer = self._take

    def ask(
        self, kind: str, content: Mapping[str, Any], body: bytes = b""
    ) -> BrokerRequest:
        """Send a request and go on.

        Raises:
            DeviceError: It is too large, or the supervisor hung up.
        """
        # Numbers go over the channel in their order.
        with self._sending:
            number = next(self._numbers)
            payload = pack_text({"id": number, "kind": kind, **content}, body)
            if len(payload) > self._limit_bytes:
                raise DeviceError(
                    f"The circuits have {len(payload)} bytes encoded, the limit of one "
                    f"run is {self._limit_bytes} bytes.",
                    hint="Run fewer circuits at once.",
                )
            request = BrokerRequest(self._channel, number)
            self._open[number] = request
            try:
                self._channel.send(FrameKind.REQUEST, payload)
            except ConnectionError as error:
                raise DeviceError("The way to the broker is closed.") from error
        return request

    def _take(self, payload: bytes) -> None:
        answer, body = unpack(payload)
        request = self._open.get(answer["id"])
        if request is not None:
            request.take(answer, body)
            if answer["state"] in _LAST:
                del self._open[answer["id"]]
