"""The seam between supervisors and whoever talks to the devices."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from program_runtime.backends.info import BackendInfo

__all__ = ["Broker", "DeviceAnswer", "DeviceRun", "Progress"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRun:
    """Circuits for a device. Whoever asks twice with the same key gets one job."""

    key: str
    """Job and number of the request: the same in a second attempt of the job."""
    backend: str
    options: Mapping[str, Any]
    body: bytes
    """QPY, never looked into outside of the broker."""
    kind: str = "run"
    """``run`` measures; ``estimate`` asks an ideal simulator for exact expectation
    values, and its body is that of `program_runtime.program.exact_request`."""
    pubs: int = 0
    """What a primitive of the program made these circuits of, and maybe later ones."""

    def digest(self) -> str:
        """Tell this from whatever else could be asked for under the same key."""
        options = json.dumps(self.options, sort_keys=True).encode()
        return hashlib.sha256(options + b"\n" + self.body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the device is."""

    state: str
    """``queued`` or ``running``."""
    device_job: str = ""
    position: int | None = None
    waiting: int | None = None
    trouble: str = ""
    """Why nothing is heard of it at the moment."""
    circuits: int = 0
    """Submitted."""
    shots: int = 0
    """Of all circuits together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAnswer:
    """How a request ended."""

    state: str
    """``done``, ``failed`` or ``cancelled``."""
    message: str = ""
    device_job: str = ""
    body: bytes = b""
    circuits: int = 0
    """Submitted; 0 if the device never had them."""
    shots: int = 0
    """Of all circuits together."""
    qpu_s: float | None = None
    """As the provider reports it."""


class Broker(Protocol):
    """Runs circuits on devices, for programs that can not reach them."""

    async def devices(self) -> Sequence[BackendInfo]:
        """List the devices of all providers.

        Raises:
            ExecutionError: The broker can not be started.
        """
        ...

    async def describe(self, backend: str) -> Mapping[str, Any]:
        """Return ``configuration``, ``properties`` and ``status`` of a device.

        A broker that knows more says more: ``target``, a snapshot of
        `program_runtime.backends.target_snapshot`; ``options``, those that the backend
        takes with their defaults; ``max_circuits``; ``standard_gates``, whether it runs
        those that its target lacks; ``exact``, whether it serves requests of the kind
        ``estimate``.

        Raises:
            BackendNotFoundError: There is no such device.
            ExecutionError: The broker can not tell.
        """
        ...

    async def run(
        self, run: DeviceRun, on_progress: Callable[[Progress], None]
    ) -> DeviceAnswer:
        """Run circuits; whatever fails is an answer, too.

        Who stops to wait for it leaves the device's job alone: see ``cancel``.
        """
        ...

    async def cancel(self, key: str) -> None:
        """End the device's job of this key, if there is one; ``run`` then answers."""
        ...

    async def unfinished(self) -> Collection[str]:
        """Return the ids of the service's jobs that devices may still work for.

        Raises:
            ExecutionError: The broker can not tell.
        """
        ...

    async def abandon(self, job_id: str) -> None:
        """Cancel what devices do for a job that has ended and reads nothing any more.

        Raises:
            ExecutionError: The broker is gone.
        """
        ...

    async def close(self) -> None:
        """Let go of everything; jobs of devices go on."""
        ...
