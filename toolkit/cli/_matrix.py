"""``qrt test --backends``: the same program on several backends, side by side."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _completion, _exits, _local_run, _stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from program_runtime.execution.broker.protocol import Broker, DeviceRun
    from toolkit.cli._output import Output
    from toolkit.harness import Harness
    from toolkit.harness.matrix.columns import Column

_REPEATS = 5


class _Names(click.ParamType[tuple[str, ...]]):
    """Names with commas between them."""

    name = "names"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Part them."""
        if isinstance(value, tuple):
            return value
        names = tuple(name.strip() for name in str(value).split(",") if name.strip())
        if not names:
            self.fail("there is no name of a backend in it.", param, ctx)
        return tuple(dict.fromkeys(names))


def options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--backends``, ``--value`` and ``--repeat``."""
    for option in (
        click.option(
            "--repeat",
            type=click.IntRange(1),
            metavar="N",
            help=f"With --backends: runs on each, each with its own seed ({_REPEATS}).",
        ),
        click.option(
            "--value",
            "places",
            multiple=True,
            metavar="KEY",
            help="With --backends: a number of the result, such as energy or fit.0.",
        ),
        click.option(
            "--backends",
            type=_Names(),
            metavar="A,B",
            help="Run the program on each backend and compare its numbers, then the "
            "tests that ask for backend_name.",
            shell_complete=_completion.backends,
        ),
    ):
        function = option(function)
    return function


def compare(
    request: _local_run.Request,
    backends: Sequence[str],
    *,
    places: Sequence[str],
    repeat: int | None,
    out: Output,
) -> list[Column]:
    """Run the project on every backend, and print its numbers side by side.

    Returns:
        A column for each backend, also for those on which the program failed.

    Raises:
        BackendNotFoundError: With the names that are known.
        UsageError: The result has no such number.
    """
    from program_runtime import backends as catalog  # noqa: PLC0415
    from toolkit import project as projects  # noqa: PLC0415
    from toolkit.harness.local_broker import LocalBroker  # noqa: PLC0415
    from toolkit.harness.machine import Harness  # noqa: PLC0415

    for name in backends:
        catalog.resolve(name)
    project = projects.load_project(request.directory)
    # Where the one backend stands that others run on; each run has its own name.
    named = replace(request, backend=" and ".join(backends))
    prepared = _local_run.prepare(named, project, out)
    broker = LocalBroker()
    try:
        with Harness(level=prepared.options["isolation"]) as harness:
            columns = []
            for name in backends:
                runner = _Runner(prepared, name, harness, broker)
                columns.append(runner.column(places, repeat or _REPEATS))
                _say(columns[-1], out)
    except KeyboardInterrupt:
        raise _exits.Interrupted("Interrupted; the run was cancelled.") from None
    finally:
        asyncio.run(broker.close())
    if not out.as_json:
        out.text(_table(columns, out))
    return columns


class _Runner:
    """Runs the project on one backend."""

    def __init__(
        self,
        prepared: _local_run.Prepared,
        backend: str,
        harness: Harness,
        broker: Broker,
    ) -> None:
        from toolkit.harness.observing_broker import (  # noqa: PLC0415
            ObservingBroker,
        )

        self._prepared = prepared
        self._backend = backend
        self._harness = harness
        self._requests: list[DeviceRun] = []
        self._broker = ObservingBroker(
            broker, lambda run, _: self._requests.append(run)
        )

    def column(self, places: Sequence[str], repeat: int) -> Column:
        """Run it with one seed after the other; end at a failure."""
        from toolkit.harness.matrix.columns import (  # noqa: PLC0415
            column_of,
            seeds_from,
        )

        options = self._prepared.options
        runs = []
        for seed in seeds_from(options["seed"], repeat):
            changed = {**options, "backend": self._backend, "seed": seed}
            prepared = replace(self._prepared, options=changed)
            runs.append(
                _local_run.run(prepared, harness=self._harness, broker=self._broker)
            )
            if not runs[-1].ok:
                break
        return column_of(
            self._backend, runs, self._requests, places=places, shots=options["shots"]
        )


def as_json(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Give the columns their JSON form."""
    return [
        {
            "backend": column.backend,
            "values": {
                place: {
                    "mean": found.mean,
                    "standard_error": found.standard_error,
                    "runs": found.runs,
                }
                for place, found in column.estimates.items()
            },
            "ignored": dict(column.ignored),
            "failure": _failure(column).to_dict(),
        }
        for column in columns
    ]


def _say(column: Column, out: Output) -> None:
    if column.failure is not None:
        out.complain(f"{column.backend}:")
        _failure(column).tell(out)
    elif not column.estimates:
        out.warn(f"{column.backend}: the result has no single numbers to compare")
    for option, why in column.ignored.items():
        out.say(f"{column.backend} ignores --{option}: {why}")


def _failure(column: Column) -> _stream.Failure:
    if column.failure is None:
        return _stream.Failure(code=None, message=None, traceback=None)
    outcome = column.failure.outcome
    return _stream.Failure(
        code=outcome.code, message=outcome.message, traceback=outcome.traceback
    )


def _table(columns: Sequence[Column], out: Output) -> str:
    """Lay out a row for each number, a column for each backend."""
    places = dict.fromkeys(place for each in columns for place in each.estimates)
    if not places:
        return ""
    rows = [[place, *_cells(place, columns)] for place in places]
    return out.table(["", *(column.backend for column in columns)], rows) + "\n"


def _cells(place: str, columns: Sequence[Column]) -> Iterator[str]:
    for column in columns:
        found = column.estimates.get(place)
        yield "failed" if column.failure else str(found or "-")
