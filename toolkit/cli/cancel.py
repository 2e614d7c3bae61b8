"""``qrt cancel``: cancel a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from toolkit.cli import _service
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.command("cancel")
@click.argument("job_id")
@_service.option
@speaks
def command(*, job_id: str, out: Output) -> None:
    """Cancel JOB_ID; its logs and interim results stay."""
    _service.connect(out).cancel(job_id)
    out.data({"job_id": job_id, "cancel": True}, job_id)
    out.say("cancelled")
