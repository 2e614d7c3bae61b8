"""``qrt run``: run a project here, exactly as the service would."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit.cli import (
    _exits,
    _faults,
    _from_job,
    _inputs,
    _local_run,
    _metadata,
    _record,
    _saving,
    _settings,
    _simulate,
    _stream,
    _watch,
)
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolkit.cli._output import Output
    from toolkit.harness import HarnessRun
    from toolkit.project import Project


@click.command("run")
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@_inputs.option
@_from_job.option
@_settings.option("backend")
@_settings.option("shots")
@_settings.option("seed")
@_settings.option("max-time")
@_settings.option("isolation")
@click.option("--strict", is_flag=True, help="Findings of the parity report fail.")
@click.option("--twice", is_flag=True, help="Run it again with the same seed, compare.")
@_watch.option
@_record.option
@_faults.option
@_simulate.option
@click.option("--help-inputs", is_flag=True, help="Show what it takes; run nothing.")
@_settings.option("plot")
@_saving.option
@speaks
def command(
    *,
    directory: Path,
    inputs: tuple[str, ...],
    sample: str | None,
    from_job: str | None,
    strict: bool,
    twice: bool,
    watch: bool,
    record: Path | None,
    replay: Path | None,
    faults: str | None,
    simulate: str | None,
    help_inputs: bool,
    save: Path | None,
    out: Output,
) -> None:
    """Run the project in DIRECTORY locally; the result goes to stdout.

    Codec, schemas, limits, child process and events are those of the service.
    A project with one set of sample inputs runs on it when no other is named;
    -i name=value changes it, -i @file.json stands in its place.
    """
    from toolkit import project as projects  # noqa: PLC0415

    tape = _record.Recorded(record, replay, watch=watch, twice=twice)
    request = _local_run.Request(
        directory=directory,
        inputs=inputs,
        sample=sample,
        strict=strict,
        twice=twice,
        save=save,
        backend=tape.backend,
        faults=_faults.read(faults),
        simulation=_simulate.read(simulate, record=record, twice=twice),
    )
    if from_job is not None:
        if watch:
            raise click.UsageError("--from-job runs once: --watch can not be used.")
        if help_inputs:
            raise click.UsageError(
                "--from-job brings its inputs: --help-inputs can not be used."
            )
        again = _from_job.prepare(from_job, request, out)
        _run(request, again.prepared, out, tape, judge=again.judge)
        return
    if watch and not help_inputs:
        _watch.follow(request, out)
        return
    project = projects.load_project(directory)
    if help_inputs:
        _show_inputs(project, out)
        return
    _run(request, _local_run.prepare(request, project, out), out, tape)


def _run(
    request: _local_run.Request,
    prepared: _local_run.Prepared,
    out: Output,
    tape: _record.Recorded,
    *,
    judge: Callable[[HarnessRun, Output], None] | None = None,
) -> None:
    watcher = _stream.Watcher(out, plot=prepared.plot)
    seed = prepared.options["seed"]
    day = _simulate.Day(request.simulation, tape.broker, prepared.options)
    try:
        with _faults.way(request.faults, seed, watcher.see) as way:
            done = _local_run.run(prepared, way.see, broker=day.broker)
        if request.twice:
            done = _local_run.repeat(prepared, done)
    except KeyboardInterrupt:
        watcher.end()
        raise _exits.Interrupted("Interrupted; the run was cancelled.") from None
    watcher.end()
    way.tell(out)
    day.tell(out)
    tape.conclude(done, out)
    if judge is not None:
        judge(done, out)
    _local_run.conclude(
        done, request, prepared, out, more=way.as_json() | day.as_json()
    )


def _show_inputs(project: Project, out: Output) -> None:
    spec = project.metadata.spec
    table = _metadata.inputs_table(spec, out)
    out.data({"inputs": spec.get("parameters") or {}}, table)
    if not table:
        out.say(f"{project.metadata.name} takes no inputs")
