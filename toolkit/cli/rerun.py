"""``qrt rerun``: submit a job once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _completion, _follow, _records, _service, _settings
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.cli._output import Output


@click.command("rerun")
@click.argument("job", metavar=_records.METAVAR, shell_complete=_completion.jobs)
@click.option(
    "--backend",
    metavar="NAME",
    help="Run it on this backend, not on the job's own.",
    shell_complete=_completion.backends,
)
@click.option("--follow", is_flag=True, help="Stay, print what comes, then the result.")
@_settings.option("plot")
@_service.option
@speaks
def command(*, job: str, backend: str | None, follow: bool, out: Output) -> None:
    """Submit a job once more: same release, inputs, options and seed.

    JOB is an id, or the file of a capsule; its release has to be on the service.
    """
    if _settings.is_flagged("plot") and not follow:
        raise click.UsageError("--plot needs --follow: else nothing is shown.")
    from toolkit import provenance  # noqa: PLC0415 - HTTP and more

    record = _records.open_record(job, out)
    api = _service.connect(out)
    made = provenance.rerun(api, record, backend=backend)
    _warn(record.job, api.version(), out)
    new, old = made["id"], record.job["id"]
    if not follow:
        out.data(made, new)
        out.say(f"follow it: qrt follow {new}")
        out.say(f"compare them: qrt compare {old if job == old else job} {new}")
        return
    if out.as_json:
        out.line({"type": "job", **made})
    out.say(new)
    plot = _settings.values(("plot",), {}, out)["plot"]
    _follow.to_the_end(api, new, out, plot=plot, with_result=True)


def _warn(job: Mapping[str, Any], versions: Mapping[str, Any], out: Output) -> None:
    """Say what keeps the numbers from being the same."""
    from toolkit.provenance import at_home  # noqa: PLC0415 - HTTP and more

    if (job.get("options") or {}).get("seed") is None:
        out.warn(f"{job['id']} has no seed on record: the numbers will differ.")
    changed = [
        f"{name} {then}, now {now}"
        for name, (then, now) in at_home.other_versions(job, versions).items()
    ]
    if changed:
        out.warn(f"{job['id']} ran with {'; '.join(changed)}.")
