"""``qrt cancel``: cancel a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from toolkit.cli import _completion, _target
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.command("cancel")
@click.argument("job_id", shell_complete=_completion.jobs)
@_target.option
@speaks
def command(*, job_id: str, out: Output) -> None:
    """Cancel JOB_ID; its logs and interim results stay."""
    api = _target.jobs(out)
    kept = _target.log_before_cancel(api, job_id)
    api.cancel(job_id)
    out.data({"job_id": job_id, "cancel": True, **kept}, job_id)
    for line in kept.get("logs", "").splitlines():
        out.say(f"log: {line}")
    out.say("cancelled")
