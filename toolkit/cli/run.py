"""``qrt run``: run a project here, exactly as the service would."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from program_runtime.errors import BadInputsError
from toolkit.cli import (
    _exits,
    _inputs,
    _metadata,
    _report,
    _saving,
    _settings,
    _stream,
)
from toolkit.cli._output import speaks
from toolkit.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.execution import Event
    from toolkit.cli._output import Output
    from toolkit.harness import HarnessRun
    from toolkit.project import Project

_SETTINGS = ("backend", "shots", "seed", "max-time", "isolation", "plot")


@click.command("run")
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@_inputs.option
@_settings.option("backend")
@_settings.option("shots")
@_settings.option("seed")
@_settings.option("max-time")
@_settings.option("isolation")
@click.option("--strict", is_flag=True, help="Findings of the parity report fail.")
@click.option("--twice", is_flag=True, help="Run it again with the same seed, compare.")
@click.option("--help-inputs", is_flag=True, help="Show what it takes; run nothing.")
@_settings.option("plot")
@_saving.option
@speaks
def command(
    *,
    directory: Path,
    inputs: tuple[str, ...],
    sample: str | None,
    strict: bool,
    twice: bool,
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

    project = projects.load_project(directory)
    if help_inputs:
        _show_inputs(project, out)
        return
    chosen = _choose(project, inputs, sample)
    options = _settings.values(_SETTINGS, project.settings, out)
    _check(options)
    name = f"{project.metadata.name} {project.metadata.version}"
    out.say(f"running {name} on {options['backend']} with {chosen.source}")
    watcher = _stream.Watcher(out, plot=options.pop("plot"))
    if twice and options["seed"] is None:
        options["seed"] = secrets.randbelow(2**31)
        out.say(f"with the seed {options['seed']}")
    try:
        done = _run(project, chosen, options, watcher.see)
        if twice:
            done = _repeated(project, chosen, options, done)
    except KeyboardInterrupt:
        watcher.end()
        raise _exits.Interrupted("Interrupted; the run was cancelled.") from None
    watcher.end()
    out.say(f"{done.outcome.status} in {done.outcome.usage.wall_s:.2f} s")
    _report.show(done, project.metadata.spec, out, twice=twice)
    _conclude(done, out, save=save, strict=strict)


def _show_inputs(project: Project, out: Output) -> None:
    spec = project.metadata.spec
    table = _metadata.inputs_table(spec, out)
    out.data({"inputs": spec.get("parameters") or {}}, table)
    if not table:
        out.say(f"{project.metadata.name} takes no inputs")


def _choose(
    project: Project, words: tuple[str, ...], sample: str | None
) -> _inputs.Chosen:
    """Pick the inputs; the only sample need not be named."""
    from toolkit.project import sample_inputs  # noqa: PLC0415

    samples = sample_inputs(project)
    if sample is None and len(samples) == 1 and _inputs.only_changes(words):
        sample = next(iter(samples))
    return _inputs.choose(words, sample=sample, samples=samples)


def _check(options: dict[str, Any]) -> None:
    """Refuse at once what would fail after the start of a process.

    Raises:
        BackendNotFoundError: With the names that are known.
    """
    from program_runtime import backends  # noqa: PLC0415

    backends.resolve(options["backend"])


def _run(
    project: Project,
    chosen: _inputs.Chosen,
    options: dict[str, Any],
    on_event: Callable[[Event], None] | None = None,
) -> HarnessRun:
    from toolkit import harness  # noqa: PLC0415
    from toolkit.project import sample_inputs  # noqa: PLC0415

    try:
        return harness.run_project(
            project,
            chosen.values,
            backend=options["backend"],
            shots=options["shots"],
            seed=options["seed"],
            max_time_s=options["max_time"],
            level=options["isolation"],
            on_event=on_event,
        )
    except BadInputsError as error:
        schema = project.metadata.spec.get("parameters") or {}
        problems = _inputs.coerce(schema, chosen.values)[1] or error.problems
        samples = sample_inputs(project)
        raise _inputs.refusal(
            problems, chosen, schema=schema, samples=samples, hint=error.hint
        ) from error


def _repeated(
    project: Project, chosen: _inputs.Chosen, options: dict[str, Any], first: HarnessRun
) -> HarnessRun:
    """Run it once more, unseen; what differs is in the report of the first run."""
    from toolkit.harness import repetition  # noqa: PLC0415

    return repetition.with_repetition(first, _run(project, chosen, options))


def _conclude(
    done: HarnessRun, out: Output, *, save: Path | None, strict: bool
) -> None:
    """Print the result; choose the exit code."""
    outcome = done.outcome
    status = str(outcome.status)
    failure = _stream.Failure(
        code=outcome.code, message=outcome.message, traceback=outcome.traceback
    )
    texts = [event.data for event in done.events if event.type == "result"]
    if texts and save is not None:
        _saving.save(texts[-1] or "", save, out)
    if out.as_json:
        report = _report.as_json(done.report)
        out.line({**_stream.outcome_json(status, failure), "report": report})
    elif texts and save is None:
        out.data(None, texts[-1] or "")
    if status != "Completed":
        failure.tell(out)
        raise _exits.Stop(failure.exit_code(status))
    if strict and not done.report.ok:
        raise _exits.Stop(ExitCode.FINDINGS)
