"""``qrt logs``: what a job wrote to stdout and stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from toolkit.cli import _service
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from program_runtime.client.api import ServiceApi
    from toolkit.cli._output import Output


@click.command("logs")
@click.argument("job_id")
@click.option("-f", "--follow", is_flag=True, help="Stay until the job is final.")
@_service.option
@speaks
def command(*, job_id: str, follow: bool, profile: str | None, out: Output) -> None:
    """Print what JOB_ID wrote to stdout and stderr."""
    api = _service.connect(profile, out)
    if follow:
        _follow_logs(api, job_id, out)
        return
    text = api.logs(job_id)
    if out.as_json:
        out.data({"job_id": job_id, "logs": text})
    else:
        click.echo(text, nl=False)


def _follow_logs(api: ServiceApi, job_id: str, out: Output) -> None:
    from program_runtime.client.stream import EventStream  # noqa: PLC0415

    for event in EventStream(api, job_id):
        if event.type != "log":
            continue
        if out.as_json:
            out.line({"type": "log", "seq": event.seq, "data": event.data})
        else:
            click.echo(event.data, nl=False)
