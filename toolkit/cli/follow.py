"""``qrt follow``: interim results as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from toolkit.cli import _follow, _service
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.command("follow")
@click.argument("job_id")
@click.option("--after", type=click.IntRange(0), default=0, metavar="SEQ")
@click.option("--plot", metavar="KEY", help="Draw this number of the interim results.")
@_service.option
@speaks
def command(
    *, job_id: str, after: int, plot: str | None, profile: str | None, out: Output
) -> None:
    """Print the interim results of JOB_ID, from the first, until the job is final."""
    api = _service.connect(profile, out)
    _follow.to_the_end(api, job_id, out, after=after, plot=plot, with_result=False)
