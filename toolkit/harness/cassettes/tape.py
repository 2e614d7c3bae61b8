"""A cassette in use by a program that runs in this process."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from toolkit.errors import CassetteError
from toolkit.harness.cassettes import file
from toolkit.harness.cassettes.brokers import RecordingBroker, ReplayBroker
from toolkit.harness.direct_line import DirectLine
from toolkit.harness.local_broker import LocalBroker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from qiskit.providers import BackendV2

    from program_runtime.program.backend import ProgramBackend

__all__ = ["Tape"]


class Tape:
    """Makes backends whose calls are recorded, or replayed.

    Use it as a context manager.

    Args:
        path: Of the cassette.
        recording: Run circuits, instead of replaying the file.

    Raises:
        CassetteError: There is nothing to be replayed.
    """

    def __init__(self, path: Path, *, recording: bool) -> None:
        self.path = path
        self._local = LocalBroker()
        self._recorder = RecordingBroker(self._local) if recording else None
        self._player = None if recording else ReplayBroker(file.load(path))
        self._lines: dict[str, DirectLine] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    @property
    def recording(self) -> bool:
        """Whether circuits really run."""
        return self._recorder is not None

    @property
    def unplayed(self) -> int:
        """How many recordings nobody has asked for yet."""
        return self._player.unplayed if self._player is not None else 0

    def backend(
        self,
        source: str | Callable[[], BackendV2],
        *,
        shots: int | None = None,
        seed: int | None = None,
        executions: int = 0,
    ) -> ProgramBackend:
        """Make the ``backend`` that ``main`` takes.

        Args:
            source: A name of the catalog, or what makes a backend, to record only.
            shots: Default number of shots.
            seed: Seed of the simulator.
            executions: How many a run that is resumed had begun already.

        Raises:
            DeviceError: It is not on the tape.
        """
        name = source if isinstance(source, str) else source.__name__
        if name not in self._lines:
            if self._recorder is not None and not isinstance(source, str):
                self._local.lend(name, source())
            broker = self._recorder or self._player
            assert broker is not None  # noqa: S101 - one of the two
            self._lines[name] = self._open.enter_context(DirectLine(broker, name))
        return self._lines[name].backend(shots=shots, seed=seed, executions=executions)

    def save(self) -> int:
        """Write the file.

        Returns:
            How many circuits are on it.

        Raises:
            CassetteError: It can not be written.
        """
        if self._recorder is None:
            raise CassetteError(f"{self.path} is being replayed, not recorded.")
        recorded = self._recorder.cassette()
        file.save(recorded, self.path)
        return sum(map(len, recorded.recordings.values()))
