"""``qrt run --from-job``: what a job ran, on this machine."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from program_runtime.errors import BackendNotFoundError
from toolkit.cli import _here, _inputs, _local_run, _records, _settings
from toolkit.errors import NotRepeatableError

if TYPE_CHECKING:
    from toolkit.cli._output import Output
    from toolkit.harness import HarnessRun
    from toolkit.project import Project
    from toolkit.provenance import JobRecord

option = click.option(
    "--from-job",
    metavar=_records.METAVAR,
    help="Run what a job ran: its source, inputs, options and seed.",
)
_OPTIONS = {
    "backend": "backend",
    "shots": "shots",
    "seed": "seed",
    "max_time": "max_execution_time",
}
"""A setting, and what a job calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A job that is to be run here, and what it was."""

    record: JobRecord
    prepared: _local_run.Prepared

    def judge(self, done: HarnessRun, out: Output) -> None:
        """Say whether the run said what the job had said."""
        from toolkit.provenance import comparison  # noqa: PLC0415 - HTTP and more

        job = self.record.job
        was, code = job["state"]["status"], (job.get("failure") or {}).get("code")
        now = str(done.outcome.status)
        if (now, done.outcome.code) != (was, code):
            out.say(f"{job['id']} ended {was}{f' ({code})' if code else ''}")
        parted = comparison.first_difference(
            comparison.said_in(self.record), comparison.said(done.events)
        )
        if parted is None:
            out.say(f"every interim result and the result are those of {job['id']}")
        else:
            out.say(f"{job['id']} and this run part at {parted}")


def prepare(word: str, request: _local_run.Request, out: Output) -> Again:
    """Take source, inputs and options from a job; flags and ``-i`` go over them.

    Raises:
        NotRepeatableError: The source or the backend is not here.
    """
    if request.sample is not None:
        raise click.UsageError(
            "--from-job brings its inputs: --sample can not be used."
        )
    record = _records.open_record(word, out)
    project = _project(record, request.directory, out)
    job_id = str(record.job["id"])
    given = _inputs.parse(request.inputs)
    chosen = _inputs.Chosen(
        values={**_decoded(record), **given},
        source=f"the inputs of {job_id}"
        + (f", {', '.join(given)} from the command line" if given else ""),
    )
    options = _options(record, project, out)
    program = f"{project.metadata.name} {project.metadata.version}"
    out.say(f"running {program} on {options['backend']} with {chosen.source}")
    plot = options.pop("plot")
    prepared = _local_run.Prepared(
        project=project, chosen=chosen, options=options, plot=plot
    )
    return Again(record=record, prepared=prepared)


def _project(record: JobRecord, directory: Path, out: Output) -> Project:
    """Take the directory that was named, else the job's source, else the one here."""
    from toolkit.project import load_project  # noqa: PLC0415
    from toolkit.provenance import at_home  # noqa: PLC0415 - HTTP and more

    context = click.get_current_context()
    source = context.get_parameter_source("directory")
    named = source is click.core.ParameterSource.COMMANDLINE
    program = record.job["program"]
    here = _here.find()
    if not named and record.part("bundle.zip") is not None:
        parent = context.with_resource(tempfile.TemporaryDirectory(prefix="qrt-"))
        return at_home.project_of(record, Path(parent) / "program")
    if not named and (here is None or here.program != program["id"]):
        at_home.project_of(record, directory)  # says what is missing
    project = load_project(directory)
    if not at_home.runs_the_release(record, project):
        out.warn(
            f"the project in {directory} is not what {record.job['id']} ran, "
            f"{program['id']}@{program['version']}."
        )
    return project


def _decoded(record: JobRecord) -> dict[str, Any]:
    from program_runtime import codec  # noqa: PLC0415 - perhaps Qiskit

    return dict(codec.decode(record.inputs))


def _options(record: JobRecord, project: Project, out: Output) -> dict[str, Any]:
    """Take the job's options where no flag says otherwise."""
    from program_runtime import backends  # noqa: PLC0415
    from toolkit.provenance import at_home  # noqa: PLC0415 - HTTP and more
    from toolkit.provenance.rerun import options_of  # noqa: PLC0415 - as above

    options = _settings.values(_local_run.SETTINGS, project.settings, out)
    theirs = options_of(record.job)
    for name, key in _OPTIONS.items():
        if not _settings.is_flagged(name.replace("_", "-")):
            options[name] = theirs.get(key)
    if options["seed"] is None:
        out.warn(f"{record.job['id']} has no seed on record: the numbers will differ.")
    for name, (then, now) in at_home.other_versions(record.job).items():
        out.warn(f"{record.job['id']} ran with {name} {then}, here it is {now}.")
    try:
        backends.resolve(options["backend"])
    except BackendNotFoundError as err:
        raise NotRepeatableError(
            f"The backend {options['backend']!r} of {record.job['id']} is not here.",
            hint="--backend NAME runs it on another; `qrt backends` lists those of "
            "the service.",
        ) from err
    return options
