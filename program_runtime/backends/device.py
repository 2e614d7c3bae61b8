"""The seam to real devices: what the broker needs of one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2

__all__ = [
    "CircuitResult",
    "Device",
    "DeviceResult",
    "DeviceStage",
    "DeviceState",
    "LostJobError",
    "MaybeSubmittedError",
    "NotFindableError",
    "told_seconds",
]


class DeviceStage(StrEnum):
    """How far a device is with its job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceState:
    """What a device says of one of its jobs."""

    stage: DeviceStage
    position: int | None = None
    """In its queue, from 1, if it says."""
    waiting: int | None = None
    """How many jobs are in its queue, where it tells no position."""
    message: str = ""
    """Why it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitResult:
    """What was measured: either ``counts`` or ``packed`` is there."""

    shots: int
    counts: Mapping[int, int] | None = None
    packed: bytes | None = None
    """Shot after shot, each as bytes of a big-endian number whose lowest bit is the
    first classical bit; as Qiskit's ``BitArray`` has them. All have the same size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceResult:
    """All that came of one job of a device."""

    circuits: Sequence[CircuitResult]
    qpu_s: float | None = None
    """As the provider reports it."""


class LostJobError(Exception):
    """The device has a job, but nobody can ask for it any more."""


class MaybeSubmittedError(Exception):
    """The line broke while circuits were submitted: nobody knows whether they came."""


class NotFindableError(Exception):
    """The provider can not tell whether it has a job with a certain tag."""


class Device(Protocol):
    """One device of a provider; its methods block, and are called from threads."""

    backend: BackendV2
    """Says what the device can run."""

    def submit(
        self,
        circuits: Sequence[QuantumCircuit],
        options: Mapping[str, Any],
        *,
        tag: str,
    ) -> str:
        """Put circuits into the device's queue, once.

        Args:
            circuits: Transpiled for the device.
            options: ``shots``, ``memory`` and what else the device takes.
            tag: By which ``find`` finds the job later.

        Returns:
            The device's own id of the job.

        Raises:
            MaybeSubmittedError: It is not known whether the device has the job.
        """
        ...

    def state(self, job_id: str) -> DeviceState:
        """Ask how far a job is."""
        ...

    def result(self, job_id: str) -> DeviceResult:
        """Fetch what a job that is done has measured."""
        ...

    def cancel(self, job_id: str) -> None:
        """End a job; one that has ended is left alone."""
        ...

    def find(self, tag: str) -> str | None:
        """Look for a job that may have been submitted.

        Returns:
            Its id; ``None`` if there certainly is none.

        Raises:
            NotFindableError: The provider knows no tags.
        """
        ...


def told_seconds(value: object) -> float | None:
    """Read how long a device says that it worked; what is no duration counts as none.

    Args:
        value: Whatever the provider sent.

    Returns:
        Seconds, finite and not negative.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        seconds = float(value)
    except OverflowError:  # JSON's numbers have no end
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
