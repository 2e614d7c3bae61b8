"""The child's end of the channel."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Final

from program_runtime.execution.child.inbox import Inbox
from program_runtime.execution.frames import HEADER, FrameKind

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from program_runtime.execution.child.failure import ChildFailure

__all__ = ["ChannelSink", "JobChannel"]

_KINDS: Final = {
    "interim": int(FrameKind.INTERIM),
    "metric": int(FrameKind.METRIC),
    "checkpoint": int(FrameKind.CHECKPOINT),
}
_SMALL_BYTES: Final = 64 * 1024


class JobChannel:
    """Receives the job, sends what happens; blocks, so a fast program is slowed."""

    def __init__(self, channel: socket.socket) -> None:
        self._socket = channel
        # Bound now: the program may patch the modules that these come from.
        self._sendall = channel.sendall
        self._pack = HEADER.pack
        self._encode_json = json.JSONEncoder().encode
        self._torn = False
        # Requests to the broker come from any thread of the program. Reentrant: a
        # signal's handler may send, too, and is then told that the channel is torn.
        self._sending = threading.RLock()
        self.inbox = Inbox(channel)

    def receive(self) -> tuple[int, bytearray] | None:
        """Wait for a frame.

        Returns:
            Its kind and payload, or ``None`` when the supervisor hung up.
        """
        header = self._read(HEADER.size)
        if header is None:
            return None
        size, kind = HEADER.unpack(header)
        payload = self._read(size)
        return None if payload is None else (kind, payload)

    def send(self, kind: int, payload: bytes) -> None:
        """Send a frame.

        Raises:
            ConnectionError: The supervisor hung up, or an exception out of a signal
                handler left half a frame in the channel.
        """
        with self._sending:
            if self._torn:
                raise BrokenPipeError("The channel broke in the middle of a message.")
            self._torn = True
            if len(payload) <= _SMALL_BYTES:
                self._sendall(self._pack(len(payload), kind) + payload)
            else:
                self._sendall(self._pack(len(payload), kind))
                self._sendall(payload)
            self._torn = False

    def fail(self, failure: ChildFailure) -> None:
        """Send the last frame of a run that failed."""
        content = {
            "code": failure.code,
            "message": failure.message,
            "traceback": failure.traceback,
        }
        self.send(FrameKind.ERROR, self._encode_json(content).encode())

    def wait_for_hang_up(self) -> None:
        """After the last frame: let the supervisor look at this process first."""
        while self._socket.recv(64):
            continue

    def _read(self, size: int) -> bytearray | None:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            count = self._socket.recv_into(view)
            if not count:
                return None
            view = view[count:]
        return data


class ChannelSink:
    r"""Carries the messages of one job; the messenger keeps threads apart.

    Example:
        >>> import socket
        >>> ours, theirs = socket.socketpair()
        >>> sink = ChannelSink(JobChannel(theirs), restored=None)
        >>> sink.send("interim", "42")
        >>> ours.recv(64)
        b'\x00\x00\x00\x02\x0142'
        >>> ours.close(); theirs.close()
    """

    def __init__(
        self,
        channel: JobChannel,
        *,
        restored: str | None,
        stored_state: Callable[[str], str] | None = None,
    ) -> None:
        self._channel = channel
        self._stored_state = stored_state
        self._send = channel.send
        self.restored = restored
        self.final: str | None = None

    def send(self, kind: str, text: str) -> None:
        """Send a message at once; a final one waits until ``main`` has returned."""
        if kind == "result":
            self.final = text
            return
        if kind == "checkpoint" and self._stored_state is not None:
            text = self._stored_state(text)
        self._send(_KINDS[kind], text.encode())

    @property
    def stop_requested(self) -> bool:
        """Whether the caller asked the program to finish now."""
        return self._channel.inbox.stop_requested()
