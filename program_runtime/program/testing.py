"""For a program's own tests: ``main`` as a plain function, shot noise in mind.

Example:
    >>> from program_runtime.program.testing import RecordingMessenger
    >>> messenger = RecordingMessenger()
    >>> messenger.publish({"iteration": 1})
    >>> messenger.messages
    [{'iteration': 1}]
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from program_runtime import backends, codec
from program_runtime.program.assertions import (
    assert_counts_close,
    assert_expectation_close,
)
from program_runtime.program.decoding import ResultDecoder
from program_runtime.program.messenger import UserMessenger

if TYPE_CHECKING:
    from program_runtime.program.backend import ProgramBackend

__all__ = [
    "RecordingMessenger",
    "RecordingSink",
    "assert_counts_close",
    "assert_expectation_close",
    "local_backend",
]


class RecordingSink:
    """Keep every message, in order.

    Args:
        restored: Encoded text of a checkpoint to go on from.
        stop_after: Ask the program to stop after so many interim results.
    """

    def __init__(
        self, *, restored: str | None = None, stop_after: int | None = None
    ) -> None:
        self.sent: list[tuple[str, str]] = []
        self.restored = restored
        self._stop_after = stop_after

    def send(self, kind: str, text: str) -> None:
        """Keep a message."""
        self.sent.append((kind, text))

    @property
    def stop_requested(self) -> bool:
        """Whether enough interim results were published."""
        if self._stop_after is None:
            return False
        return len(self.texts("interim")) >= self._stop_after

    def texts(self, kind: str) -> list[str]:
        """Return the texts of one kind, in order."""
        return [text for sent, text in self.sent if sent == kind]


class RecordingMessenger(UserMessenger):
    """A messenger that remembers what the program said.

    Messages are encoded and decoded on the way, as they are on the service, so that
    a test sees what a caller would see.

    Args:
        restored: State that the program finds in ``restored``.
        stop_after: ``stop_requested`` is true after so many interim results.
    """

    def __init__(self, *, restored: Any = None, stop_after: int | None = None) -> None:
        text = None if restored is None else codec.encode(restored, name="restored")
        self._record = RecordingSink(restored=text, stop_after=stop_after)
        super().__init__(self._record)

    @property
    def messages(self) -> list[Any]:
        """The interim results, decoded."""
        return [ResultDecoder.decode(text) for text in self._record.texts("interim")]

    @property
    def metrics(self) -> list[dict[str, Any]]:
        """The metrics, each ``{"step": int or None, "values": {name: number}}``."""
        return [json.loads(text) for text in self._record.texts("metric")]

    @property
    def checkpoints(self) -> list[Any]:
        """The checkpoints, decoded."""
        return [codec.decode(text) for text in self._record.texts("checkpoint")]

    @property
    def final(self) -> Any:
        """What was published with ``final=True``, decoded, or None."""
        texts = self._record.texts("result")
        return ResultDecoder.decode(texts[-1]) if texts else None


def local_backend(
    name: str = "aer_simulator",
    *,
    shots: int | None = None,
    seed: int | None = None,
    executions: int = 0,
) -> ProgramBackend:
    """Load a backend as a program would be given it.

    Args:
        name: A name of the catalog.
        shots: Default number of shots.
        seed: Seed of the simulator.
        executions: How many an earlier run has made, whose seeds this one goes on with.

    Returns:
        A fresh backend.

    Raises:
        BackendNotFoundError: There is none with this name.
    """
    from program_runtime.program.backend import (  # noqa: PLC0415 - imports Qiskit
        ProgramBackend,
    )

    return ProgramBackend(
        backends.load(name), shots=shots, seed=seed, executions=executions
    )
