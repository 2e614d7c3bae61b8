"""The program's voice: what it says while it runs, and what it is told."""

from __future__ import annotations

import json
import math
import sys
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from program_runtime import codec
from program_runtime.codec import RuntimeEncoder
from program_runtime.errors import MessengerClosedError

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["MessageSink", "StreamSink", "UserMessenger"]


class MessageSink(Protocol):
    """Where a program's messages go, and where its orders come from."""

    def send(self, kind: str, text: str) -> None:
        """Take one message.

        Args:
            kind: ``interim``, ``metric``, ``checkpoint`` or ``result``.
            text: The encoded message.
        """

    @property
    def restored(self) -> str | None:
        """Encoded text of the checkpoint to go on from."""

    @property
    def stop_requested(self) -> bool:
        """Whether the caller asked the program to finish now."""


class StreamSink:
    """What a program talks to outside a run: what it publishes is printed."""

    restored: str | None = None
    stop_requested = False

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def send(self, kind: str, text: str) -> None:
        """Print interim and final results, ignore the rest."""
        if kind in {"interim", "result"}:
            # Looked up late: whoever captures output replaces sys.stdout.
            stream = self._stream or sys.stdout
            stream.write(f"{text}\n")


class UserMessenger:
    """Publish interim results, metrics and checkpoints from inside a program.

    Outside a run every method works too: what is published gets printed.

    Example:
        >>> UserMessenger().publish({"iteration": 1, "energy": -1.8})
        {"iteration": 1, "energy": -1.8}
    """

    def __init__(self, sink: MessageSink | None = None) -> None:
        self._sink: MessageSink = StreamSink() if sink is None else sink
        self._lock = Lock()
        self._closed = False

    def publish(
        self,
        message: Any,
        encoder: type[json.JSONEncoder] = RuntimeEncoder,
        final: bool = False,  # noqa: FBT001, FBT002 - the retired signature
    ) -> None:
        """Send a result to the caller at once.

        Args:
            message: Anything that the encoder takes.
            encoder: A JSON encoder for values of the program's own types.
            final: This is the program's result; ``main`` then returns None.

        Raises:
            UnserializableError: The message holds a value without a JSON form.
            MessengerClosedError: ``main`` has returned.
        """
        name = "result" if final else "message"
        text = codec.encode(message, encoder=encoder, name=name)
        self._send("result" if final else "interim", text)

    def metric(self, *, step: int | None = None, **values: float) -> None:
        """Record numbers to plot, such as ``metric(energy=-1.8, step=3)``.

        Args:
            step: The iteration they belong to.
            **values: One finite number for each name.

        Raises:
            TypeError: A value is not a real number.
            ValueError: No value is given, or one is NaN or infinite.
            MessengerClosedError: ``main`` has returned.
        """
        if not values:
            raise ValueError("metric() got no values, expected metric(name=number).")
        numbers = {name: _number(name, value) for name, value in values.items()}
        at = None if step is None else int(step)
        self._send("metric", json.dumps({"step": at, "values": numbers}))

    def checkpoint(self, state: Any) -> None:
        """Save what the program needs to go on from here if it is interrupted.

        Args:
            state: Anything that ``publish`` takes; it replaces the one before.

        Raises:
            UnserializableError: The state holds a value without a JSON form.
            MessengerClosedError: ``main`` has returned.
        """
        self._send("checkpoint", codec.encode(state, name="state"))

    @property
    def restored(self) -> Any:
        """The last checkpoint of the run this one goes on from, or None."""
        text = self._sink.restored
        return None if text is None else codec.decode(text)

    @property
    def stop_requested(self) -> bool:
        """Whether the caller wants the program to finish now, with a result."""
        return self._sink.stop_requested

    def close(self) -> None:
        """Refuse everything from now on; called when ``main`` has returned."""
        with self._lock:
            self._closed = True

    def _send(self, kind: str, text: str) -> None:
        # One lock: messages of several threads must not mix in the channel.
        with self._lock:
            if self._closed:
                raise MessengerClosedError(
                    f"The program sent a message of kind {kind!r} after main returned.",
                    hint="Join your threads before main returns.",
                )
            self._sink.send(kind, text)


def _number(name: str, value: Any) -> float:
    if getattr(value, "size", 0) == 1 and hasattr(value, "item"):
        value = value.item()  # NumPy's scalars and 0-dimensional arrays
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(
            f"Metric {name!r} is {value!r} of type {type(value).__name__}, "
            "expected a number."
        )
    if not math.isfinite(value):
        raise ValueError(f"Metric {name!r} is {value!r}, expected a finite number.")
    return value
