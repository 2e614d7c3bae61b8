"""``qrt stop``: ask a job to finish now, with a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from toolkit.cli import _completion, _service
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.command("stop")
@click.argument("job_id", shell_complete=_completion.jobs)
@_service.option
@speaks
def command(*, job_id: str, out: Output) -> None:
    """Ask JOB_ID to finish now, with a result."""
    _service.connect(out).stop(job_id)
    out.data({"job_id": job_id, "stop": True}, job_id)
    out.say("asked to finish")
