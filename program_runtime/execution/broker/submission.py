"""Puts circuits into a device's queue: once, whatever happens on the way."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from program_runtime.backends.device import MaybeSubmittedError, NotFindableError
from program_runtime.execution.broker.circuits import read_circuits

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping, Sequence

    from qiskit import QuantumCircuit

    from program_runtime.backends.device import Device
    from program_runtime.execution.broker.journal import Entry, Journal

__all__ = ["NotSubmittedError", "Submission", "describe_error"]

_logger = logging.getLogger(__name__)

_TRIES: Final = 5
_LONGEST_PAUSE_S: Final = 30.0
_SHOTS: Final = 4096


class NotSubmittedError(Exception):
    """The device does not have the circuits, or nobody knows whether it has."""

    def __init__(self, message: str, *, state: str = "failed") -> None:
        super().__init__(message)
        self.state = state


class Submission:
    """Of one request.

    Args:
        device: Where the circuits go.
        journal: Is written before and after.
        cancel: Set by who does not want it any more.
    """

    def __init__(
        self, device: Device, journal: Journal, cancel: threading.Event
    ) -> None:
        self._device = device
        self._journal = journal
        self._cancel = cancel

    def submit(
        self,
        entry: Entry,
        options: Mapping[str, Any],
        body: bytes | None,
        *,
        again: bool,
    ) -> Entry:
        """Submit circuits.

        Args:
            entry: Names the request.
            options: For the device.
            body: The circuits.
            again: An earlier process may have submitted them.

        Returns:
            The entry with the device's id of the job, which is in the journal.

        Raises:
            NotSubmittedError: The message says why.
        """
        if body is None:
            raise NotSubmittedError("The broker has lost its record of these circuits.")
        try:
            circuits = read_circuits(body)
            shots = _shots(options)
        except ValueError as error:
            raise NotSubmittedError(str(error)) from error
        if self._cancel.is_set():
            raise NotSubmittedError("It was cancelled.", state="cancelled")
        entry = replace(entry, circuits=len(circuits), shots=shots * len(circuits))
        if not again:
            self._journal.intend(entry)
        job = self._try(entry, options, circuits, again=again)
        return self._journal.submitted(entry, job)

    def _try(
        self,
        entry: Entry,
        options: Mapping[str, Any],
        circuits: Sequence[QuantumCircuit],
        *,
        again: bool,
    ) -> str:
        """Look for the job whenever it may be there already."""
        for attempt in range(_TRIES):
            try:
                found = self._device.find(entry.key) if again else None
                return found or self._device.submit(circuits, options, tag=entry.key)
            except NotFindableError:
                break
            except (MaybeSubmittedError, OSError) as error:
                _logger.warning("Submitting to %s failed: %s", entry.backend, error)
                again = True
                if self._cancel.wait(min(2.0**attempt, _LONGEST_PAUSE_S)):
                    break
            except Exception as error:
                self._journal.forget(entry.key)
                raise NotSubmittedError(
                    f"{entry.backend} refused the circuits: {describe_error(error)}"
                ) from error
        raise NotSubmittedError(
            f"It is not known whether {entry.backend} has the circuits: the connection "
            "or the broker broke while they were submitted. They are not submitted a "
            "second time."
        )


def describe_error(error: Exception) -> str:
    """Name the kind and what it says."""
    return f"{type(error).__name__}: {error}"


def _shots(options: Mapping[str, Any]) -> int:
    shots = options.get("shots", _SHOTS)
    if not isinstance(shots, int) or isinstance(shots, bool) or shots < 1:
        raise ValueError(f"shots is {shots!r}, expected a whole number from 1.")
    return shots
