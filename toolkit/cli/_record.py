"""``--record`` and ``--replay``: the quantum calls of a local run, in a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.execution.broker.protocol import Broker
    from toolkit.cli._output import Output
    from toolkit.harness import HarnessRun, cassettes

_FILE = click.Path(path_type=Path, dir_okay=False)


def option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--record`` and ``--replay``."""
    record = click.option(
        "--record",
        type=_FILE,
        metavar="FILE",
        help="Keep every circuit and its counts in this cassette.",
    )
    replay = click.option(
        "--replay",
        type=_FILE,
        metavar="FILE",
        help="Run no circuits: take their counts from this cassette.",
    )
    return record(replay(function))


class Recorded:
    """A run without a cassette, or with one.

    Args:
        record: The file to write.
        replay: The file to play.
        once: Names of flags with which there are several runs, each with whether it
            was given.

    Raises:
        UsageError: Two of them can not be used together.
        CassetteError: There is nothing to play.
    """

    def __init__(
        self, record: Path | None, replay: Path | None, **once: bool | str | None
    ) -> None:
        asked = [name for name, given in once.items() if given]
        if record and replay:
            raise click.UsageError("--record and --replay can not be used together.")
        if asked and (record or replay):
            word = "--record" if record else "--replay"
            flag = asked[0].replace("_", "-")
            raise click.UsageError(f"{word} runs once: --{flag} can not be used.")
        self.broker: Broker | None = None
        self.backend: str | None = None
        """Of the cassette, if it is played."""
        self._file = record
        self._recorder: cassettes.RecordingBroker | None = None
        self._player: cassettes.ReplayBroker | None = None
        if replay:
            self._play(replay)
        elif record:
            self._begin(record)

    def conclude(self, done: HarnessRun, out: Output) -> None:
        """Write the file, or say what was not played."""
        if self._player is not None and self._player.unplayed and done.ok:
            out.warn(f"{self._player.unplayed} recordings were not played.")
        if self._recorder is None or self._file is None:
            return
        if not done.ok:
            out.warn(f"{self._file} was not written: the program failed.")
            return
        from toolkit.harness import cassettes  # noqa: PLC0415

        recorded = self._recorder.cassette()
        cassettes.save(recorded, self._file)
        number = sum(map(len, recorded.recordings.values()))
        out.say(f"{number} circuits recorded in {self._file}")

    def _begin(self, file: Path) -> None:
        from toolkit.harness import cassettes  # noqa: PLC0415
        from toolkit.harness.local_broker import LocalBroker  # noqa: PLC0415

        folder = file.absolute().parent
        if not folder.is_dir():
            raise click.UsageError(f"--record: the folder {folder} does not exist.")
        self.broker = self._recorder = cassettes.RecordingBroker(LocalBroker())

    def _play(self, file: Path) -> None:
        from toolkit.harness import cassettes  # noqa: PLC0415

        cassette = cassettes.load(file)
        self.broker = self._player = cassettes.ReplayBroker(cassette)
        self.backend = _backend(cassette)


def _backend(cassette: cassettes.Cassette) -> str:
    """Take the backend that a flag names, or the only one."""
    names = sorted(cassette.backends)
    context = click.get_current_context()
    asked = context.meta.get(f"{_settings.__name__}.backend")
    if not _settings.is_flagged("backend"):
        asked = names[0] if len(names) == 1 else None
    if asked in names:
        return str(asked)
    held = ", ".join(names) or "no backend"
    if asked is None:
        raise click.UsageError(f"{cassette.name} holds {held}: choose with --backend.")
    raise click.UsageError(f"--backend: {cassette.name} holds {held}, not {asked}.")
