"""``qrt run --watch``: run again at every save, in a child that waits already."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit.cli import _exits, _local_run, _stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.execution import Event
    from toolkit.cli._output import Output
    from toolkit.harness import Harness, HarnessRun

_CHILDREN = 2
"""One runs, one waits: a save need not wait for the end of the run that it ends."""

option = click.option(
    "--watch", is_flag=True, help="Run again whenever a file of the project is saved."
)


def follow(request: _local_run.Request, out: Output) -> None:
    """Run the project at once and after every save, until Ctrl-C.

    Raises:
        UsageError: Something was asked for that a watched run can not do.
        Interrupted: Ctrl-C; nothing runs any more.
    """
    from toolkit.harness.watch import Watch  # noqa: PLC0415

    _refuse_one_time_words(request)
    bench = _Bench(request, out)
    written = [] if request.save is None else [request.save]
    watch = Watch(request.directory, _input_files(request.inputs), written=written)
    out.say(f"watching {request.directory.absolute()}; Ctrl-C ends it")
    saved: list[str] = []
    try:
        while True:
            bench.begin(saved)
            saved = watch.wait()
            bench.drop()
    except KeyboardInterrupt:
        bench.drop()
        raise _exits.Interrupted("Interrupted; nothing is watched any more.") from None
    finally:
        bench.close()


class _Bench:
    """The runs, one after another, and the harness that they share."""

    def __init__(self, request: _local_run.Request, out: Output) -> None:
        self._request = request
        self._out = out
        self._harness: Harness | None = None
        self._level = ""
        self._run: _Run | None = None
        self._dropped: list[_Run] = []
        self._count = 0

    def begin(self, saved: Sequence[str]) -> None:
        """Start a run in the background; what is wrong with the project is said."""
        from toolkit import project as projects  # noqa: PLC0415

        self._count += 1
        out = self._out
        if out.as_json:
            out.line({"type": "run", "number": self._count, "saved": list(saved)})
        elif saved:
            out.say(f"saved {', '.join(saved)}: run {self._count}")
        try:
            project = projects.load_project(self._request.directory)
            prepared = _local_run.prepare(self._request, project, out)
        except Exception as error:  # noqa: BLE001 - the next save may mend it
            _tell(error, out)
            return
        harness = self._warm(prepared.options["isolation"])
        self._run = _Run(self._request, prepared, harness, out)
        self._run.start()

    def drop(self) -> None:
        """End the run under way; what it has drawn stays on the screen."""
        run, self._run = self._run, None
        if run is not None:
            run.drop()
            self._dropped = [*filter(_Run.is_alive, self._dropped), run]

    def close(self) -> None:
        """End everything."""
        self.drop()
        for run in self._dropped:
            run.join()
        if self._harness is not None:
            self._harness.close()
            self._harness = None

    def _warm(self, level: str) -> Harness:
        from toolkit import harness  # noqa: PLC0415
        from toolkit.harness.lasting_import import import_qiskit_here  # noqa: PLC0415

        if level != self._level:
            self.close()
        if self._harness is None:
            self._level = level
            self._harness = harness.Harness(level=level, pool_size=_CHILDREN)
            self._harness.start()
            import_qiskit_here()  # while the harness warms up
        return self._harness


class _DroppedError(Exception):
    """Ends the run of whose events it is raised."""


class _Run:
    """One run in a thread of its own, which says nothing more once it is dropped."""

    def __init__(
        self,
        request: _local_run.Request,
        prepared: _local_run.Prepared,
        harness: Harness,
        out: Output,
    ) -> None:
        self._request = request
        self._prepared = prepared
        self._harness = harness
        self._out = out
        self._watcher = _stream.Watcher(out, plot=prepared.plot)
        self._speaking = threading.Lock()
        self._over = False
        self._thread = threading.Thread(target=self._work, name="qrt-watched-run")

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def drop(self) -> None:
        """Cancel it, unless it has ended; nothing of it is said after this."""
        with self._speaking:
            dropped, self._over = not self._over, True
            if dropped:
                self._watcher.end()
                self._say_cancelled()
        if dropped:
            self._harness.cancel()

    def is_alive(self) -> bool:
        """Whether its process may still be there."""
        return self._thread.is_alive()

    def join(self) -> None:
        """Wait for its process to be gone."""
        self._thread.join()

    def _say_cancelled(self) -> None:
        if self._out.as_json:
            self._out.line(_stream.outcome_json("Cancelled", _stream.Failure()))
        else:
            self._out.say("Cancelled")

    def _work(self) -> None:
        try:
            done = _local_run.run(self._prepared, self._see, harness=self._harness)
        except Exception as error:  # noqa: BLE001 - the next save may mend it
            with self._speaking:
                if not self._over:
                    self._over = True
                    _tell(error, self._out)
            return
        with self._speaking:
            if not self._over:
                self._over = True
                self._watcher.end()
                self._conclude(done)

    def _see(self, event: Event) -> None:
        with self._speaking:
            if self._over:
                # Dropped before it was under way: no cancelling has reached it.
                raise _DroppedError
            self._watcher.see(event)

    def _conclude(self, done: HarnessRun) -> None:
        # A failure ends nothing here, and its words are said.
        with contextlib.suppress(_exits.Stop):
            _local_run.conclude(done, self._request, self._prepared, self._out)


def _tell(error: Exception, out: Output) -> None:
    """Say an error as the command's end would, and go on."""
    from toolkit.cli import _main  # noqa: PLC0415 - it imports the commands

    _main.report(error, out)


def _refuse_one_time_words(request: _local_run.Request) -> None:
    asked = [
        word
        for word, is_asked in (
            ("--strict", request.strict),
            ("--twice", request.twice),
            ("--faults", bool(request.faults)),
            ("--simulate", request.simulation is not None),
            ("-i @-", any(_file(word) == "-" for word in request.inputs)),
        )
        if is_asked
    ]
    if asked:
        raise click.UsageError(
            f"--watch runs again and again, which does not go with {', '.join(asked)}.",
            ctx=click.get_current_context(),
        )


def _input_files(words: Sequence[str]) -> list[Path]:
    return [Path(name) for word in words if (name := _file(word))]


def _file(word: str) -> str | None:
    """The file that a word of ``-i`` names, if it does."""
    value = word if word.startswith("@") else word.partition("=")[2]
    return value[1:] if value.startswith("@") else None
