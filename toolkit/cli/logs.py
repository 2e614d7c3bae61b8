"""``qrt logs``: what a job wrote to stdout and stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from toolkit.cli import _completion, _follow, _stream, _target
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.command("logs")
@click.argument("job_id", shell_complete=_completion.jobs)
@click.option("-f", "--follow", is_flag=True, help="Stay until the job is final.")
@_target.option
@speaks
def command(*, job_id: str, follow: bool, out: Output) -> None:
    """Print what JOB_ID wrote to stdout and stderr.

    With --json one object; with --follow, JSON Lines.
    """
    api = _target.jobs(out)
    if follow:
        with _follow.detaching(job_id, f"qrt logs -f {job_id}{_target.flags_of(api)}"):
            _follow_logs(api, job_id, out)
        return
    text = api.logs(job_id)
    if out.as_json:
        out.line({"job_id": job_id, "logs": text})
    else:
        out.text(text)


def _follow_logs(api: _target.Jobs, job_id: str, out: Output) -> None:
    for event in _target.stream(api, job_id):
        if event.type != "log":
            continue
        text = _stream.payload(api, job_id, event)
        if out.as_json:
            out.line({"type": "log", "seq": event.seq, "data": text})
        else:
            out.text(text)
