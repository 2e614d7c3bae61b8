"""``qrt submit``: submit a job; the inputs are checked before it exists."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _follow, _inputs, _service
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from program_runtime.client.api import ServiceApi
    from toolkit.cli._output import Output


@click.command("submit")
@click.argument("program", metavar="PROGRAM[@VERSION or :LABEL]")
@_inputs.option
@click.option("--backend", envvar="QRT_BACKEND", show_envvar=True, metavar="NAME")
@click.option("--shots", type=click.IntRange(1), envvar="QRT_SHOTS", show_envvar=True)
@click.option("--seed", type=int, envvar="QRT_SEED", show_envvar=True)
@click.option("--max-time", type=click.FloatRange(min=0, min_open=True), metavar="S")
@click.option("--tag", "tags", multiple=True, metavar="T")
@click.option("--follow", is_flag=True, help="Stay, print what comes, then the result.")
@click.option("--plot", metavar="KEY", help="With --follow: draw this number.")
@_service.option
@speaks
def command(
    *,
    program: str,
    inputs: tuple[str, ...],
    follow: bool,
    plot: str | None,
    profile: str | None,
    out: Output,
    **options: Any,
) -> None:
    """Submit a job of PROGRAM; its id is printed first.

    Ctrl-C while following detaches: the job goes on.
    """
    plain = _inputs.parse(inputs)
    api = _service.connect(profile, out)
    job = _submit(api, program, plain, options)
    job_id = job["id"]
    if not follow:
        out.data(job, job_id)
        out.say(f"follow it: qrt follow {job_id}")
        out.say(f"finish early: qrt stop {job_id}   cancel: qrt cancel {job_id}")
        out.say(f"read it: qrt result {job_id}")
        return
    if out.as_json:
        out.line({"type": "job", **job})
    else:
        out.say(job_id)
    _follow.to_the_end(api, job_id, out, plot=plot, with_result=True)


def _submit(
    api: ServiceApi, program: str, plain: dict[str, Any], options: dict[str, Any]
) -> dict[str, Any]:
    """Hold the inputs against the release's parameters, then create the job."""
    from program_runtime.client import submission  # noqa: PLC0415

    schema = submission.parameters_of(api, program)
    values = _inputs.coerce(schema, plain)
    return submission.submit(
        api,
        program,
        values,
        idempotency_key=uuid.uuid4().hex,
        backend=options["backend"],
        shots=options["shots"],
        seed=options["seed"],
        max_execution_time=options["max_time"],
        tags=options["tags"],
    )
