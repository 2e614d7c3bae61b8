"""Brokers with a tape: one writes it, the other one plays it."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from program_runtime.errors import BackendNotFoundError
from program_runtime.execution.broker.protocol import DeviceAnswer, Progress
from toolkit.harness.cassettes.call import Recording, calls_of
from toolkit.harness.cassettes.cassette import Cassette
from toolkit.harness.cassettes.player import NotOnTapeError, Player

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from program_runtime.backends.info import BackendInfo
    from program_runtime.execution.broker.protocol import Broker, DeviceRun

__all__ = ["RecordingBroker", "ReplayBroker"]

_BODIES: Final = {"run": "circuits", "estimate": "pubs"}
_REPEATED: Final = ("gates", "coupling_map")
"""Of a configuration, what the snapshot of the target says as well."""


class RecordingBroker:
    """Passes everything on and keeps what was answered.

    Args:
        inner: Who answers.
    """

    def __init__(self, inner: Broker) -> None:
        self._inner = inner
        self._backends: dict[str, Mapping[str, Any]] = {}
        self._requests: dict[str, list[list[Recording]]] = {}

    def cassette(self) -> Cassette:
        """Return what was recorded so far, in the order of the requests."""
        return Cassette(
            backends=dict(self._backends),
            recordings={
                backend: list(chain.from_iterable(requests))
                for backend, requests in self._requests.items()
            },
        )

    async def devices(self) -> Sequence[BackendInfo]:
        """List what the other broker has."""
        return await self._inner.devices()

    async def describe(self, backend: str) -> Mapping[str, Any]:
        """Describe a backend as a replay will: no closer than the tape can tell."""
        described = _essentials(await self._inner.describe(backend))
        self._backends[backend] = described
        return described

    async def run(
        self, run: DeviceRun, on_progress: Callable[[Progress], None]
    ) -> DeviceAnswer:
        """Run circuits and record each; what fails is not recorded."""
        recorded: list[Recording] = []
        self._requests.setdefault(run.backend, []).append(recorded)
        answer = await self._inner.run(run, on_progress)
        if answer.state == "done":
            found = json.loads(answer.body)[_BODIES[run.kind]]
            recorded += map(Recording, calls_of(run), found)
        return answer

    async def cancel(self, key: str) -> None:
        """Pass it on."""
        await self._inner.cancel(key)

    async def unfinished(self) -> Collection[str]:
        """Ask the other broker."""
        return await self._inner.unfinished()

    async def abandon(self, job_id: str) -> None:
        """Pass it on."""
        await self._inner.abandon(job_id)

    async def close(self) -> None:
        """Close the other broker."""
        await self._inner.close()


class ReplayBroker:
    """Answers from a tape alone.

    Args:
        cassette: The tape; each recording is played once.
    """

    def __init__(self, cassette: Cassette) -> None:
        self._cassette = cassette
        self._players = {
            backend: Player(recordings, tape=f"{cassette.name} ({backend})")
            for backend, recordings in cassette.recordings.items()
        }

    @property
    def unplayed(self) -> int:
        """How many recordings nobody has asked for."""
        return sum(player.unplayed for player in self._players.values())

    async def devices(self) -> Sequence[BackendInfo]:
        """List nothing: a tape is no catalog."""
        return ()

    async def describe(self, backend: str) -> Mapping[str, Any]:
        """Describe a backend as it was.

        Raises:
            BackendNotFoundError: It is not on the tape.
        """
        described = self._cassette.backends.get(backend)
        if described is None:
            known = ", ".join(sorted(self._cassette.backends)) or "nothing"
            raise BackendNotFoundError(
                f"The backend {backend!r} is not on {self._cassette.name}, which holds "
                f"{known}."
            )
        return described

    async def run(
        self, run: DeviceRun, on_progress: Callable[[Progress], None]
    ) -> DeviceAnswer:
        """Answer from the recordings; what is not there is an answer that failed."""
        on_progress(Progress(state="running"))
        player = self._players.get(run.backend)
        if player is None:
            player = Player((), tape=f"{self._cassette.name} ({run.backend})")
        try:
            found = [player.play(call) for call in calls_of(run)]
        except NotOnTapeError as error:
            message = f"{error}\n{self._cassette.advice()}"
            return DeviceAnswer(state="failed", message=message)
        except ValueError as error:
            return DeviceAnswer(state="failed", message=str(error))
        return DeviceAnswer(
            state="done",
            body=json.dumps({_BODIES[run.kind]: found}).encode(),
            circuits=len(found),
            shots=sum(each.get("shots", 0) for each in found),
        )

    async def cancel(self, key: str) -> None:
        """Do nothing: an answer takes no time."""

    async def unfinished(self) -> Collection[str]:
        """Answer that nothing outlives a run."""
        return ()

    async def abandon(self, job_id: str) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""


def _essentials(description: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what a snapshot of the target says as well."""
    if "target" not in description:
        return dict(description)
    left_out = {"properties", "status"}
    kept = {name: each for name, each in description.items() if name not in left_out}
    kept["configuration"] = {
        name: value
        for name, value in description["configuration"].items()
        if name not in _REPEATED
    }
    return kept
