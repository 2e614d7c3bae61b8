"""``qrt submit``: submit a job; the inputs are checked before it exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import (
    _follow,
    _here,
    _inputs,
    _reference,
    _service,
    _settings,
)
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from program_runtime.client.api import ServiceApi
    from toolkit.cli._output import Output


@click.command("submit")
@_reference.argument
@_inputs.option
@_settings.option("backend")
@_settings.option("shots")
@_settings.option("seed")
@_settings.option("max-time")
@click.option("--tag", "tags", multiple=True, metavar="T", help="A word to find it by.")
@click.option("--follow", is_flag=True, help="Stay, print what comes, then the result.")
@_settings.option("plot")
@_service.option
@speaks
def command(
    *,
    program: _reference.Reference,
    inputs: tuple[str, ...],
    sample: str | None,
    tags: tuple[str, ...],
    follow: bool,
    out: Output,
) -> None:
    """Submit a job of PROGRAM; its id is printed first.

    In the program's own project --sample names inputs, and [tool.qrt] holds.
    Ctrl-C while following detaches: the job goes on.
    """
    if _settings.is_flagged("plot") and not follow:
        raise click.UsageError("--plot needs --follow: else nothing is shown.")
    here = _here.find()
    ours = here if here is not None and here.program == program.name else None
    samples = ours.samples if ours else {}
    if sample is not None and ours is None:
        raise click.UsageError(
            f"--sample needs the project of {program.name} as the working directory."
        )
    chosen = _inputs.choose(inputs, sample=sample, samples=samples)
    project = ours.settings if ours else {}
    names = ("backend", "shots", "seed", "max-time", "plot")
    options = _settings.values(names, project, out)
    api = _service.connect(out, here.settings if here else {})
    values = _values(api, program, chosen, samples)
    job = _submit(api, program, values, {**options, "tags": tags})
    job_id = job["id"]
    if not follow:
        out.data(job, job_id)
        out.say(f"follow it: qrt follow {job_id}")
        out.say(f"finish early: qrt stop {job_id}   cancel: qrt cancel {job_id}")
        out.say(f"read it: qrt result {job_id}")
        return
    if out.as_json:
        out.line({"type": "job", **job})
    out.say(job_id)
    _follow.to_the_end(api, job_id, out, plot=options["plot"], with_result=True)


def _values(
    api: ServiceApi,
    program: _reference.Reference,
    chosen: _inputs.Chosen,
    samples: Mapping[str, Path],
) -> dict[str, Any]:
    """Hold the inputs against the parameters of the release.

    Raises:
        BadInputsError: They do not fit; no job exists.
    """
    from program_runtime.client import submission  # noqa: PLC0415

    schema = submission.parameters_of(api, str(program))
    values, problems = _inputs.coerce(schema, chosen.values)
    if problems:
        raise _inputs.refusal(
            problems,
            chosen,
            schema=schema,
            samples=samples,
            hint=f"`qrt programs show {program}` explains the inputs.",
        )
    return values


def _submit(
    api: ServiceApi,
    program: _reference.Reference,
    values: dict[str, Any],
    options: dict[str, Any],
) -> dict[str, Any]:
    from program_runtime.client import submission  # noqa: PLC0415

    return submission.submit(
        api,
        str(program),
        values,
        backend=options["backend"],
        shots=options["shots"],
        seed=options["seed"],
        max_execution_time=options["max_time"],
        tags=options["tags"],
    )
