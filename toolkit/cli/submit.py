"""``qrt submit``: submit a job; the inputs are checked before it exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import (
    _follow,
    _gateway,
    _groups,
    _here,
    _inputs,
    _reference,
    _service,
    _settings,
    _target,
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
@_target.option
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
        own = _groups.did_you_mean(program.name, [here.program or ""] if here else [])
        message = f"--sample needs the project of {program.name} as the working "
        raise click.UsageError(" ".join(filter(None, [f"{message}directory.", own])))
    chosen = _inputs.choose(inputs, sample=sample, samples=samples)
    project = ours.settings if ours else {}
    names = ("backend", "shots", "seed", "max-time", "plot")
    options = _settings.values(names, project, out)
    wish = _Wish(program=program, chosen=chosen, samples=samples, options=options)
    settings = here.settings if here else {}
    gateway = _target.gateway(out, settings)
    if gateway is None:
        service = _service.connect(out, settings)
        job = _submit(service, wish, tags)
        api: _target.Jobs = service
    else:
        _gateway.refuse(
            {
                "--tag": tags,
                "--max-time": _settings.is_flagged("max-time"),
                str(program): program.ref,
            }
        )
        api = _target.jobs_of(gateway)
        values = wish.values(ours.parameters if ours else {})
        job = _gateway.submit(program, values, options, gateway)
    job_id = job["id"]
    if not follow:
        out.data(job, job_id)
        at = _target.flags(gateway)
        early = "" if gateway else f"finish early: qrt stop {job_id}   "
        out.say(f"follow it: qrt follow {job_id}{at}")
        out.say(f"{early}cancel: qrt cancel {job_id}{at}")
        out.say(f"read it: qrt result {job_id}{at}")
        return
    if out.as_json:
        out.line({"type": "job", **job})
    out.say(job_id)
    _follow.to_the_end(api, job_id, out, plot=options["plot"], with_result=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What shall run, and on what."""

    program: _reference.Reference
    chosen: _inputs.Chosen
    samples: Mapping[str, Path]
    options: Mapping[str, Any]

    def values(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Hold the inputs against the parameters of the program.

        Raises:
            BadInputsError: They do not fit; no job exists.
        """
        values, problems = _inputs.coerce(schema, self.chosen.values)
        if problems:
            raise _inputs.refusal(
                problems,
                self.chosen,
                schema=schema,
                samples=self.samples,
                hint=f"`qrt programs show {self.program}` explains the inputs.",
            )
        return values


def _submit(api: ServiceApi, wish: _Wish, tags: tuple[str, ...]) -> dict[str, Any]:
    from program_runtime.client import submission  # noqa: PLC0415

    program = str(wish.program)
    values = wish.values(submission.parameters_of(api, program))
    return submission.submit(
        api,
        program,
        values,
        backend=wish.options["backend"],
        shots=wish.options["shots"],
        seed=wish.options["seed"],
        max_execution_time=wish.options["max_time"],
        tags=tags,
    )
