"""``qrt follow``: interim results as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from toolkit.cli import _completion, _follow, _settings, _target
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.command("follow")
@click.argument("job_id", shell_complete=_completion.jobs)
@click.option(
    "--after",
    type=click.IntRange(0),
    default=0,
    metavar="SEQ",
    help="Go on behind the event of this number.",
)
@_settings.option("plot")
@_target.option
@speaks
def command(*, job_id: str, after: int, out: Output) -> None:
    """Print the interim results of JOB_ID, from the first, until the job is final.

    One a line, as the program encoded them. With --json every event, as JSON
    Lines. Ctrl-C detaches: the job goes on.
    """
    plot = _settings.values(["plot"], None, out)["plot"]
    api = _target.jobs(out)
    place = api.job(job_id, queue_position=True).get("queue_position")
    if place is not None:
        out.say(f"{job_id} waits, number {place} in the queue")
    _follow.to_the_end(api, job_id, out, after=after, plot=plot, with_result=False)
